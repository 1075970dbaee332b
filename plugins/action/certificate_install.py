# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Controller leg of certificate_install: asks the host what it lacks, fetches that from the desk, hands it over.

With a look that was handed on it asks the host alone; what the host lacks is fetched by the play that looked.
"""

from __future__ import annotations

import functools
import typing as t

from ..module_utils import _argspec
from ..plugin_utils._orders.commands import read_commands
from ..plugin_utils._planning.observe import Listing
from ..plugin_utils._tasks.asked_orders import accept_asked_orders, names_of_host
from ..plugin_utils._tasks.fingerprints import Told, fetch_missing_fingerprints
from ..plugin_utils._tasks.installations import (
    fetch_certificates,
    host_orders,
    installation_result,
    installed_lines,
    open_and_done,
    to_install,
    verdicts,
)
from ..plugin_utils._tasks.leg import Leg
from ..plugin_utils._tasks.looks import read_work
from ..plugin_utils._tasks.memory_file import remember_hosts
from ..plugin_utils._tasks.planned import Held, plan_orders

if t.TYPE_CHECKING:
    from ..module_utils._argspec import ArgumentSpec
    from ..plugin_utils._desk.desk import Desk
    from ..plugin_utils._tasks.leg import Result


class ActionModule(Leg):
    def spec(self) -> ArgumentSpec:
        return _argspec.certificate_install()

    def control(self) -> Result:
        (entries, fetched_before, failures), desk = self._look()
        if not entries:
            return installation_result([], failures, planned=self.check_mode)
        given = {**fetched_before, **(self.options["certificates"] or {})}
        commands = read_commands(self.options["commands"])
        subjects = [entry.order.subject.given() for entry in entries]
        on_host = functools.partial(self.run_on_host, "orders", found=subjects)
        first = on_host(host_orders(entries, commands), certificates=given)
        if first.get("unreachable") or (first.get("failed") and "failures" not in first):
            return first
        missing = first.get("missing", [])
        legs, warnings = [first], []
        if missing and not self.check_mode:
            # Before anything is fetched: a run that is killed leaves these open.
            warnings = remember_hosts(self.options, entries, dict.fromkeys(missing, False), lang=self.lang)
        if missing and not self.check_mode and desk:
            certificates, refused = fetch_certificates(entries, missing, desk, lang=self.lang)
            failures = [*failures, *refused]
            handed = [order for order in host_orders(entries, commands) if order["name"] in certificates]
            legs += [on_host(handed, certificates=certificates)] if handed else []
        unproved = {name for leg in legs for name in leg.get("unproved", ())}
        if unproved:
            waiting = [order for order in host_orders(entries, commands) if order["name"] in unproved]
            legs.append(on_host(waiting, served=verdicts(entries, unproved, address=self.host_address)))
        result = installation_result(legs, failures, planned=self.check_mode)
        if self.check_mode:
            return result
        self.say_of_host(*installed_lines(result, lang=self.lang))
        warnings += remember_hosts(self.options, entries, open_and_done(result), lang=self.lang)
        return {**result, "warnings": warnings}

    def _look(self) -> tuple[Told, Desk | None]:
        """What this host is to have: as the playbook's look says, or else as the desk that is asked now."""
        work = read_work(self.options, self.inventory_host, self.commands_of)
        if work:
            return Told(work.entries, dict(work.certificates), list(work.failures)), None
        desk, orders = self.open_desk(), accept_asked_orders(self.options)
        held = Held(self.commands_of, self.warn)
        plan = plan_orders(self.options, desk, orders, Listing(desk), offers=False, held=held)
        entries = to_install(plan, names_of_host(orders, self.inventory_host))
        return fetch_missing_fingerprints(entries, desk, lang=self.lang), desk
