# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Certificates for many hosts out of one look: what each is to have, and later what they turn out to lack."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ...module_utils._core.phrases import Phrase, translate
from .fingerprints import fetch_missing_fingerprints
from .installations import fetch_certificates
from .looks import digest_commands, hand_on, make_works, read_works, write_work
from .progress import Progress, estimate_portal

if t.TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from ...module_utils._core.phrases import Language
    from .._desk.desk import Desk
    from .._planning.plan import Plan
    from .._values.order import CommandsOf, Order, Outline
    from .asked_orders import Options
    from .fingerprints import Fingerprinted
    from .looks import Work
    from .planned import Held


_FETCHED: t.Final = Phrase("{0}: fetched", "{0}: 取得しました")


def hand_on_certificates(
    options: Options,
    plan: Plan,
    desk: Desk,
    held: Held,
    *,
    hosts: Collection[str],
    among: Iterable[Order | Outline],
    say: Callable[[str], None],
    lang: Language,
) -> str:
    """Hand each of these hosts the fingerprints of the certificates that it is to have; returns the look's name.

    `among` are all orders that there are.
    A certificate that the desk's list does not tell apart is fetched for that, and handed on as well.
    """
    entries = [entry for entry in plan.entries if entry.installs and (entry.order.host or "localhost") in hosts]
    unknown = [entry for entry in entries if entry.application and not entry.application.certificate_fingerprint]
    progress = _announce(options, len(unknown), say=say, lang=lang)
    message = fetch_missing_fingerprints(entries, desk, lang=lang, progress=progress)
    works = make_works(entries, held.commands_of, among=among)
    return hand_on(options, [_told_work(work, message, held.commands_of) for work in works], warn=held.warn)


def fetch_for_hosts(
    options: Options, names: Collection[str], desk: Desk, *, say: Callable[[str], None], lang: Language
) -> list[str]:
    """Fetch what hosts were found to lack and hand it on; returns the hosts that can go on, sorted."""
    hosts = []
    progress = _announce(options, len(names), say=say, lang=lang)
    for work in read_works(options):
        certificates, failures = fetch_certificates(work.entries, names, desk, lang=lang, progress=progress)
        if certificates or failures:
            write_work(options, dc.replace(work, certificates=certificates, failures=(*work.failures, *failures)))
            hosts.append(work.host)
    return sorted(hosts)


def _announce(
    options: Options, certificates: int, *, say: Callable[[str], None], lang: Language
) -> Callable[[str], None]:
    """Say what fetching so many certificates will take; returns what shows each one, where that takes long."""
    estimate = estimate_portal(options, certificates=certificates)
    if estimate:
        say(translate(estimate, lang))
    progress = Progress(certificates, say=say, lang=lang)
    return lambda name: progress.tell(translate(_FETCHED.filled(name), lang), seldom=True)


def _told_work(work: Work, fingerprinted: Fingerprinted, commands_of: CommandsOf) -> Work:
    names = {entry.order.name for entry in work.entries}
    entries = tuple(entry for entry in fingerprinted.entries if entry.order.name in names)
    return dc.replace(
        work,
        entries=entries,
        certificates={name: files for name, files in fingerprinted.certificates.items() if name in names},
        failures=tuple(failure for failure in fingerprinted.failures if failure["name"] in names),
        commands=digest_commands(entries, commands_of),
    )


__all__ = ("fetch_for_hosts", "hand_on_certificates")
