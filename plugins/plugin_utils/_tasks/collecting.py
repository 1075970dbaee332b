# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Certificates for many hosts out of one look: what each is to have, and later what they turn out to lack."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .fingerprints import fetch_missing_fingerprints
from .installations import fetch_certificates
from .looks import digest_commands, hand_on, make_works, read_works, write_work

if t.TYPE_CHECKING:
    from collections.abc import Collection

    from ...module_utils._core.phrases import Language
    from .._desk.desk import Desk
    from .._planning.host_part import CommandsOf
    from .._planning.plan import Plan
    from .asked_orders import Options
    from .fingerprints import Told
    from .looks import Work
    from .planned import Held


def hand_on_certificates(
    options: Options, plan: Plan, desk: Desk, held: Held, *, hosts: Collection[str], lang: Language
) -> str:
    """Hand each of these hosts the fingerprints of the certificates that it is to have; returns the look's name.

    A certificate that the desk's list does not tell apart is fetched for that, and handed on as well.
    """
    entries = [entry for entry in plan.entries if entry.installs and (entry.order.host or "localhost") in hosts]
    told = fetch_missing_fingerprints(entries, desk, lang=lang)
    works = make_works(entries, held.commands_of)
    return hand_on(options, [_told_work(work, told, held.commands_of) for work in works], warn=held.warn)


def fetch_for_hosts(options: Options, names: Collection[str], desk: Desk, *, lang: Language) -> list[str]:
    """Fetch what hosts were found to lack and hand it on; returns the hosts that can go on, sorted."""
    hosts = []
    for work in read_works(options):
        certificates, failures = fetch_certificates(work.entries, names, desk, lang=lang)
        if certificates or failures:
            write_work(options, dc.replace(work, certificates=certificates, failures=(*work.failures, *failures)))
            hosts.append(work.host)
    return sorted(hosts)


def _told_work(work: Work, told: Told, commands_of: CommandsOf) -> Work:
    names = {entry.order.name for entry in work.entries}
    entries = tuple(entry for entry in told.entries if entry.order.name in names)
    return dc.replace(
        work,
        entries=entries,
        certificates={name: files for name, files in told.certificates.items() if name in names},
        failures=tuple(failure for failure in told.failures if failure["name"] in names),
        commands=digest_commands(entries, commands_of),
    )


__all__ = ("fetch_for_hosts", "hand_on_certificates")
