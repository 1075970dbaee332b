# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Records of what is over, taken again: they are known by their days, and change nothing of what is there today."""

from __future__ import annotations

import typing as t

from .._desk.by_hand.rows import DAYS, read_day
from .._planning.lifecycle import CERTIFIED
from .._values.observed import ENDED, State

if t.TYPE_CHECKING:
    from .._desk.by_hand.records import Record
    from .._desk.by_hand.rows import RegisterRow
    from .._values.order import Order

_ENDED: t.Final = frozenset(state.value for state in ENDED)
_CERTIFIED: t.Final = frozenset(state.value for state in CERTIFIED - {State.UNCLEAR})


def is_of_before(record: Record, row: RegisterRow, order: Order, *, by_todays_sheet: bool) -> bool:
    """Check whether this was recorded of a certificate, a registration or a linked service before.

    A day says no more than that: of what was done on the day of the last change, all counts.
    """
    if record.state == "relinked":
        return not by_todays_sheet and _is_former_link(record, row, order)
    check = _CHECKS.get(record.state)
    return check is not None and check(record, row)


def is_unheard_of(record: Record, row: RegisterRow) -> bool:
    """Check whether this is of a renewal or reissue that nobody has recorded: later than all that is known.

    A registration may be recorded after its certificate came, once. Of one that a list alone has shown, which tells
    no beginning, nobody knows what came before it.
    """
    is_second = record.state == "rejected" or (record.state == "registered" and row.get("registered_at"))
    is_in_use = row["state"] not in _ENDED and not row.get("procedure") and row.get("not_before")
    return bool(is_second and is_in_use) and _is_later(record, row)


def _is_later(record: Record, row: RegisterRow) -> bool:
    return not any(_is_by(record, row, name) for name in DAYS if name != "not_after")


def _is_former_opening(record: Record, row: RegisterRow) -> bool:
    """Check whether what it opened has led to the certificate in use, or to that of a contract that has ended.

    Nobody renews a certificate on its first day, but one with a wrong content may be reissued at once. A CA may date
    a certificate back, so the day of the order counts too.
    """
    if _is_by(record, row, f"{record.state}_at"):
        return True
    if row["state"] in _ENDED and _has_certificate(row) and _is_by(record, row, "ended_at"):
        return True
    begins = read_day(row, "not_before")
    if begins is None:
        return False
    return record.date < begins or (record.date == begins and record.state == "renewed")


def _is_former_registration(record: Record, row: RegisterRow) -> bool:
    if row["state"] in _ENDED:
        return bool(row.get("registered_at")) or (_has_certificate(row) and _is_by(record, row, "ended_at"))
    if not row.get("procedure"):
        begins = read_day(row, "not_before") if _has_certificate(row) else None
        return begins is not None and (record.date < begins or _is_by(record, row, "registered_at"))
    rejected = row["procedure_state"] == State.REJECTED.value
    if rejected and not row.get("procedure_rejected_at"):  # the list has shown it, which has no day
        return _is_by(record, row, "procedure_registered_at") or _is_earlier(record, row, "procedure_ordered_at")
    names = ("procedure_ordered_at", "procedure_registered_at", "procedure_rejected_at")
    return any(_is_earlier(record, row, name) for name in names)


def _is_former_rejection(record: Record, row: RegisterRow) -> bool:
    """Check whether what was rejected has come to an end: an application is rejected, never a certificate."""
    if row["state"] in _ENDED or not row.get("procedure"):
        return _has_certificate(row) and not is_unheard_of(record, row)
    return any(_is_earlier(record, row, name) for name in ("procedure_ordered_at", "procedure_registered_at"))


def _is_former_link(record: Record, row: RegisterRow, order: Order) -> bool:
    """Check whether this is of a change before the last one, or of an addition before.

    Additions stay, so one that is said by its contract is known by it. A record without a contract is of the last
    e-mail or of one before, unless it is later.
    """
    if row["state"] in _ENDED:
        return _is_by(record, row, "ended_at")
    code, linked = record.linked_contract_id, order.linked_contract
    if code is None:
        return any(_is_by(record, row, name) for name in ("linked_since", "further_linked_since"))
    if code in row.get("further_linked_contract_ids", ()):
        return True
    if linked is None or code in (link.contract_id for link in linked.also):
        return False
    return (_is_earlier if code == linked.contract_id else _is_by)(record, row, "linked_since")


def _has_certificate(row: RegisterRow) -> bool:
    return bool(row.get("not_after")) or row["state"] in _CERTIFIED


def _is_earlier(record: Record, row: RegisterRow, name: str) -> bool:
    day = read_day(row, name)
    return day is not None and record.date < day


def _is_by(record: Record, row: RegisterRow, name: str) -> bool:
    day = read_day(row, name)
    return day is not None and record.date <= day


_CHECKS: t.Final = {
    "renewed": _is_former_opening,
    "reissued": _is_former_opening,
    "registered": _is_former_registration,
    "rejected": _is_former_rejection,
}

__all__ = ("is_of_before", "is_unheard_of")
