# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What the controller remembers of hosts and registrations, since no desk shows it.

The last answer of each host whether it has a certificate: fetched is not installed. And what was registered for a
contract, as digests: an order that says something else today has drifted.
"""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

from ...module_utils._core.paths import plain_path
from .._complaints.vaulted import HIDDEN, Vaulted
from .._values.order import CsrOrigin, Outline, ReissueReason
from .drift import CSR, digest_registration, list_shown_drift
from .lifecycle import current_certificate, is_unwanted
from .memory_lines import HostAnswer, Registered

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from .._values.observed import Application
    from .._values.order import Order

_File = tuple[str | None, str]  # its host, and its path there

_FEW: t.Final = 100  # lines, about which nobody need care


class Memory:
    """Answers and registrations by contract, the last one counting."""

    def __init__(self, lines: Iterable[HostAnswer | Registered] = ()) -> None:
        self._last: dict[str, HostAnswer] = {}
        self._had: dict[str, HostAnswer] = {}
        self._registered: dict[str, Registered] = {}
        self._holders: dict[_File, str] = {}  # whose certificate came last to each file
        count = 0
        for count, line in enumerate(lines, start=1):  # noqa: B007  (the last one counts)
            if isinstance(line, Registered):
                self._registered[line.contract_id] = line.add_keys_of(self._registered.get(line.contract_id))
                continue
            self._last[line.contract_id] = line
            if line.has:
                self._take_files(line)
        self._outdated = count - len(self.list_lines())

    def _take_files(self, answer: HostAnswer) -> None:
        """Give its files to a certificate; that of another contract which was there is there no more.

        A host is asked only of contracts that orders have now, so it never takes its earlier answers back.
        """
        self._had.pop(answer.contract_id, None)  # so that it is listed in the order in which they came
        self._had[answer.contract_id] = answer
        for file in _list_files(answer.places):
            former = self._last[self._holders.get(file, answer.contract_id)]
            if former.contract_id != answer.contract_id and file in _list_files(former.places):
                self._last[former.contract_id] = dc.replace(former, has=False)
            self._holders[file] = answer.contract_id

    def has_certificate(self, order: Order, application: Application | None) -> bool | None:
        """Check whether the order's host has this certificate where the order wants it, or wherever it was to be last.

        None where no host was heard.
        """
        answer = self._last.get(application.contract_id) if application else None
        if answer is None or application is None:
            return None
        is_wanted = order.install is None or answer.places == name_places(order)
        return answer.has and _is_about(answer, application) and is_wanted

    def is_elsewhere(self, order: Order, application: Application | None) -> bool:
        """Check whether another host was the last one to have this certificate, whose key was made there and stays."""
        answer = self._had.get(application.contract_id) if application else None
        if answer is None or application is None or order.csr_origin is not CsrOrigin.TARGET:
            return False
        return answer.places[0] != order.host and _is_about(answer, application)

    def find_end_on_host(self, order: Order, application: Application | None) -> dt.datetime | None:
        """Find when the certificate ends that the host had last; None where it is this one, or nobody knows.

        Where people bring certificates to the host, that is the one which this certificate was to replace.
        """
        if application is None:
            return None
        if order.install is None:
            registered = self._registered.get(application.contract_id)
            return _another_end(registered.before if registered else None, application)
        answer = self._had.get(application.contract_id)  # wherever it lies: what serves it goes on by those files
        if answer is None:
            return None
        holder = next((self._holders[file] for file in _list_files(answer.places)), answer.contract_id)
        return _another_end(self._had[holder].not_after, application)

    def is_placed(self, order: Order | Outline, application: Application) -> bool:
        """Check whether a certificate of this contract, this one or one before, was meant for these places."""
        answer = self._last.get(application.contract_id)
        if answer is None or isinstance(order, Outline) or answer.places != name_places(order):
            return False
        return {self._holders.get(file) for file in _list_files(answer.places)} <= {None, answer.contract_id}

    def is_named(self, order: Order | Outline, application: Application) -> bool:
        """Check whether this contract was registered for the order, or one of its certificates was the order's."""
        return not {order.name, order.was_named}.isdisjoint(self._list_names(application))

    def has_names(self, application: Application) -> bool:
        """Check whether this contract was registered, or had a certificate, for any order."""
        return bool(self._list_names(application))

    def _list_names(self, application: Application) -> list[str]:
        lines = (self._last.get(application.contract_id), self._registered.get(application.contract_id))
        return [line.order for line in lines if line and line.order]

    def add_key(self, order: Order, application: Application | None) -> Application | None:
        """Add the key of the certificate in use, where the desk shows none and it was that of the order's CSR."""
        if application is None or order.csr is None or application.public_key_fingerprint:
            return application
        registered, current = self._registered.get(application.contract_id), current_certificate(application)
        if registered is None or current is None or registered.before == current.not_after.isoformat():
            return application  # nothing was registered, or what was is the next certificate's
        same = registered.digests.get(CSR) == digest_registration(order)[CSR]
        key = order.csr.public_key_fingerprint
        return dc.replace(application, public_key_fingerprint=key) if same else application

    def is_key_unknown(self, order: Order, application: Application | None) -> bool:
        """Check whether the user gives a CSR, and neither the desk nor this memory tells the key in use."""
        current = current_certificate(application)
        if application is None or current is None or order.csr is None or current.public_key_fingerprint:
            return False
        if current.csr_origin == CsrOrigin.SERVICE.value:  # none that the user has
            return False
        return application.contract_id not in self._registered

    def find_reissue_reason(self, order: Order, application: Application | None) -> ReissueReason | None:
        """Find why a certificate of this contract with the key of the user's CSR was reissued."""
        registered = self._registered.get(application.contract_id) if application else None
        reason = registered.reissued.get(order.csr.public_key_fingerprint) if registered and order.csr else None
        return ReissueReason(reason) if reason in list(ReissueReason) else None  # the file is the user's

    def is_mended(self, application: Application | None, drifted: tuple[str, ...]) -> bool:
        """Check whether an order differs from what was registered last, or may: nothing is remembered of that."""
        return bool(drifted) or application is None or application.contract_id not in self._registered

    def drifted_fields(self, order: Order, application: Application | None) -> tuple[str, ...]:
        """Return the fields in which the order says something else than was registered.

        None where that is not known.
        """
        if application is None:
            return ()
        before = self._registered.get(application.contract_id)
        # Digests take time, and of most contracts nothing was remembered.
        fields = digest_registration(order) if before else {}
        digests = before.digests if before else {}
        # A field that no longer counts, such as the host of a key that IIJ is to make, is no difference.
        names = {name for name, digest in digests.items() if name in fields and fields[name] != digest}
        names -= {name.partition(".")[0] for name in order.missing}  # an imported order says nothing of them
        return tuple(sorted(names | list_shown_drift(order, application)))

    def list_lines(self) -> list[HostAnswer | Registered]:
        """List what counts, without what later lines have made outdated."""
        before = (line for line in self._had.values() if self._last[line.contract_id] != line)
        return [*before, *self._last.values(), *self._registered.values()]

    @property
    def is_mostly_outdated(self) -> bool:
        """Whether it would be a small part of itself without what is outdated."""
        return self._outdated > 2 * len(self.list_lines())

    @property
    def is_worth_writing_anew(self) -> bool:
        """Whether so much of it is outdated that somebody may care."""
        return self._outdated > _FEW and self.is_mostly_outdated

    def find_news(self, lines: Iterable[HostAnswer | Registered]) -> list[HostAnswer | Registered]:
        """Find those of the lines that are not known yet."""
        return [line for line in lines if not self._knows(line)]

    def _knows(self, line: HostAnswer | Registered) -> bool:
        if isinstance(line, HostAnswer):
            return self._last.get(line.contract_id) == line
        last = self._registered.get(line.contract_id)
        return last == line.add_keys_of(last)

    def list_registered_keys(self) -> dict[str, tuple[str, ...]]:
        """List the keys that were registered for each contract, as far as that is remembered."""
        return {line.contract_id: line.keys for line in self._registered.values() if line.keys}


def make_host_answer(order: Order, application: Application, *, has: bool) -> HostAnswer:
    """Make the answer of the order's host."""
    return HostAnswer(
        contract_id=application.contract_id,
        certificate_fingerprint=application.certificate_fingerprint,
        places=name_places(order),
        has=has,
        not_after=_end_of(application),
        order=order.name,
    )


def make_registered(order: Order, application: Application, key: str | None = None) -> Registered:
    """Make what is remembered of a registration, while the certificate in use is still the one to be replaced."""
    replaced = current_certificate(application)
    before = replaced.not_after.isoformat() if replaced else None
    digests = digest_registration(order)
    unwanted = (one for one in (replaced, *application.previous) if one and is_unwanted(order, one))
    reason = order.reissue.reason.value if order.reissue else ""
    return Registered(
        contract_id=application.contract_id,
        digests=digests,
        before=before,
        order=order.name,
        keys=(key,) if key else (),
        reissued={one.public_key_fingerprint: reason for one in unwanted if one.public_key_fingerprint},
    )


def _is_about(answer: HostAnswer, application: Application) -> bool:
    """Check whether an answer is about the certificate in use; not every look at a desk shows its fingerprint."""
    if application.certificate_fingerprint is None:
        return answer.not_after is not None and answer.not_after == _end_of(application)
    return answer.certificate_fingerprint == application.certificate_fingerprint


def _another_end(text: str | None, application: Application) -> dt.datetime | None:
    """Read the end of a certificate; None where it is the end of the one in use, or none at all."""
    try:
        end = dt.datetime.fromisoformat(text or "")
    except ValueError:  # the file is the user's
        return None
    return end if end.tzinfo and end != application.not_after else None


def _end_of(application: Application) -> str | None:
    return application.not_after.isoformat() if application.not_after else None


def _list_files(places: tuple[str | None, ...]) -> list[_File]:
    """List the files of a certificate, each with its host; the key, which several orders may have, is none of them."""
    return [(places[0], plain_path(path)) for path in places[2:] if path and HIDDEN not in (places[0], path)]


def name_places(order: Order) -> tuple[str | None, ...]:
    """Name the host and each file that the order wants there; a vaulted value is not written down."""
    install = order.install
    files = (
        (install.certificate, install.chain, install.full_chain, install.combined, install.pkcs12) if install else ()
    )
    places = (order.host, order.key.path if order.key else None, *files)
    return tuple(HIDDEN if isinstance(place, Vaulted) else place for place in places)


__all__ = ("HostAnswer", "Memory", "Registered", "make_host_answer", "make_registered", "name_places")
