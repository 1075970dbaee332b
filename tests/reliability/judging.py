# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A cell is judged by what the desk's own records say, never by what an apply says of itself."""

from __future__ import annotations

import collections
import dataclasses as dc
import datetime as dt
import typing as t

from ansible.parsing.vault import VaultLib
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import Reader
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_order_files
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Step
from ansible_collections.iij.server_certificate.tests.playbooks import leak_search
from ansible_collections.iij.server_certificate.tests.reliability.worlds import (
    APPLICANT_EMAIL,
    PASSPHRASE,
    VAULT_SECRETS,
)

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import Desk
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl
    from ansible_collections.iij.server_certificate.tests.reliability.worlds import Place

Json = dict[str, t.Any]
Done = frozenset[tuple[str, str]]  # step and order

FIGURES: t.Final = ("purchases_wrong", "orders_lost", "secrets_leaked", "plan_apply_mismatch", "unexplained_ends")
CHANGING: t.Final = (Step.CANCEL, Step.PLACE, Step.RENEW, Step.REGISTER)


@dc.dataclass(frozen=True, kw_only=True)
class Records:
    """What the desk has written down about one place."""

    purchases: collections.Counter[str]  # by common name
    renewals: collections.Counter[str]
    applications: tuple[Json, ...]

    def done_since(self, before: Records, place: Place) -> Done:
        """Which steps of which orders the desk has done since."""
        then = {row["contract_id"]: row for row in before.applications}
        names = {place.common_name(wish): wish.name for wish in place.wishes}
        done = {(Step.PLACE.value, names[name]) for name in self.purchases - before.purchases}
        done |= {(Step.RENEW.value, names[name]) for name in self.renewals - before.renewals}
        for row in self.applications:
            was = then.get(row["contract_id"], {})
            if _registrations(row) - _registrations(was):
                done.add((Step.REGISTER.value, names[row["common_name"]]))
            if row["state"] == "cancelled" and was.get("state") != "cancelled":
                done.add((Step.CANCEL.value, names[row["common_name"]]))
        return frozenset(done)


def records(desk: DeskControl, place: Place) -> Records:
    """The desk's records of this place: purchases from its audit, and applications."""
    rows = [row for row in desk.list_applications().values() if f".{place.number}." in row["common_name"]]
    names = {row["contract_id"]: row["common_name"] for row in rows}
    audited = [(row["act"], row["contract_id"]) for row in desk.control("GET", "/audit")["results"]]

    def counted(act: str) -> collections.Counter[str]:
        return collections.Counter(names[contract] for done, contract in audited if done == act and contract in names)

    return Records(purchases=counted("purchase"), renewals=counted("renewal"), applications=tuple(rows))


def _registrations(row: t.Mapping[str, t.Any]) -> set[str]:
    """When a contract was registered: for its first certificate, and for the procedure that is open."""
    procedure = row.get("procedure") or {}
    return {moment for moment in (row.get("registered_at"), procedure.get("registered_at")) if moment}


def planned(desk: Desk, place: Place) -> Done:
    """Every step of the plan that changes the desk; raises what a plan raises."""
    reader = Reader(render=lambda text: text, decrypt=lambda text: str(VaultLib(VAULT_SECRETS).decrypt(text).decode()))
    day = dt.datetime.now(dt.UTC).date()
    orders = judge_order_files(str(place.orders), reader, day=day).accept()
    seen = observe(desk, orders, portfolio=place.portfolio)
    made = make_plan(orders, seen, portfolio=place.portfolio, spread=False)
    return frozenset((step.value, entry.order.name) for entry, step in made.list_steps() if step in CHANGING)


def purchases_wrong(found: Records, place: Place) -> list[str]:
    """Every order that was not bought exactly once, or not renewed as often as it should be, and all else bought."""
    wanted = collections.Counter(place.common_name(wish) for wish in place.wishes)
    renewed = collections.Counter({place.common_name(wish): wish.renewals for wish in place.wishes})
    return [
        f"{name} was {words} {done[name]} times"
        for words, done, right in (("bought", found.purchases, wanted), ("renewed", found.renewals, renewed))
        for name in sorted(right | done)
        if done[name] != right[name]
    ]


def orders_lost(found: Records, place: Place) -> list[str]:
    """Every order without an application that is where it should be."""
    states = collections.defaultdict(list)
    for row in found.applications:
        procedure = row.get("procedure") or {}
        is_renewed = procedure.get("kind") == "renewal"
        states[row["common_name"]].append(procedure["state"] if is_renewed else row["state"])
    return [
        f"{wish.name} is {', '.join(states[place.common_name(wish)]) or 'not there'}, not {wish.end}"
        for wish in place.wishes
        if wish.end not in states[place.common_name(wish)]
    ]


def secrets_leaked(desk: DeskControl, files: t.Iterable[pathlib.Path]) -> list[str]:
    """Every secret that stands in one of the files: ledger, results, all that was said."""
    search = leak_search.Search(
        leak_search.token("order token", desk.order_token),
        leak_search.token("register token", desk.register_token),
        leak_search.token("group admin's password", desk.group_admin[1]),
        leak_search.token("service admin's password", desk.service_admin[1]),
        leak_search.token("vault passphrase", PASSPHRASE),
        leak_search.token("vaulted address", APPLICANT_EMAIL),
    )
    for file in files:
        search.content(file.name, file.read_bytes())
    return [f"{hit.secret} ({hit.form}) in {hit.place}" for hit in sorted(search.hits)]


__all__ = (
    "CHANGING",
    "FIGURES",
    "Done",
    "Records",
    "orders_lost",
    "planned",
    "purchases_wrong",
    "records",
    "secrets_leaked",
)
