# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The pure decision what a record changes in the register: what cannot be is refused, what is there already stays."""

from __future__ import annotations

import datetime as dt
import typing as t

from ...module_utils._core.phrases import join_phrases
from .._complaints.complaints import find_nearest, shorten
from .._desk.by_hand.records import STATES
from .._desk.by_hand.rows import JST, OF_PROCEDURE, read_application
from .._planning.differences import find_differences
from .._planning.lifecycle import DAY, Phase, day_in_japan, find_track
from .._planning.links import relinking_of
from .._values.links import LinkWork
from .._values.observed import ENDED, Kind, State
from .._values.order import CsrOrigin, Usage
from .former_records import is_of_before, is_unheard_of

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from .._complaints.complaints import Complaint
    from .._desk.by_hand.records import Record
    from .._desk.by_hand.rows import RegisterRow
    from .._values.order import Order


_ENDED: t.Final = frozenset(state.value for state in ENDED)
_PROCEDURES: t.Final = {"renewed": Kind.RENEWAL, "reissued": Kind.REISSUE}
_ENDINGS: t.Final = ("cancelled", "withdrawn")
_REFUSED: t.Final = {"renewed": "RECORD-NOT-RENEWABLE", "reissued": "RECORD-NOT-REISSUABLE"}


class Recording:
    """The rows of a register while records are taken, and every complaint about them.

    `key_of` finds the fingerprint of the key that an order's CSR has. `sheets`: by order and state, what the sheet of
    today calls the work.
    """

    def __init__(
        self,
        rows: Mapping[str, RegisterRow],
        orders: Iterable[Order],
        *,
        portfolio: str,
        now: dt.datetime,
        key_of: Callable[[Order, str], str | None],
        sheets: Mapping[tuple[str, str], str],
    ) -> None:
        self.rows = dict(rows)
        self.complaints: list[Complaint] = []
        self._before = dict(rows)
        self._orders = {order.name: order for order in orders}
        self._portfolio = portfolio
        self._now = now
        self._key_of = key_of
        self._sheets = sheets

    def take(self, record: Record) -> None:
        """Take one record, or complain."""
        order = self._orders.get(record.order)
        if order is None:
            entry = sorted(self._orders)
            facts = {"value": shorten(record.order), "allowed": entry[:10], "near": find_nearest(record.order, entry)}
            self.complaints.append(record.make_complaint("RECORD-ORDER", "order", **facts))
            return
        row, today = self._row_of(order, record), self._sheets.get((order.name, record.state))
        by_todays_sheet = today is not None and record.sheet == today
        former = row is not None and is_of_before(record, row, order, by_todays_sheet=by_todays_sheet)
        result = list(self._judge(record, order, row, former=former))
        self.complaints += result
        if not result and not former:
            key = record.contract_id or (row or {})["contract_id"]
            changed = self._ordered(record, order) if row is None else self._changed(record, order, row)
            self.rows[key] = changed

    def list_changed(self) -> dict[str, RegisterRow]:
        """List the rows that are not as they were."""
        return {key: row for key, row in self.rows.items() if self._before.get(key) != row}

    def _row_of(self, order: Order, record: Record) -> RegisterRow | None:
        """Find the order's contract, or the one that it replaces where the end of that one is recorded."""
        if record.state in _ENDINGS and record.contract_id and record.contract_id == order.replaces:
            return self.rows.get(order.replaces)
        reference = order.client_reference(self._portfolio)
        pinned = self.rows.get(order.contract_id or "")
        return pinned or next((row for row in self.rows.values() if row.get("client_reference") == reference), None)

    def _judge(self, record: Record, order: Order, row: RegisterRow | None, *, former: bool) -> Iterator[Complaint]:
        if record.date > self._now.astimezone(JST).date():
            yield record.make_complaint("RECORD-DATE", "date", value=record.date.isoformat())
        taken = self.rows.get(record.contract_id or "")
        if row is None and record.state != "ordered":
            yield record.make_complaint("RECORD-NOT-ORDERED", "state", value=record.state)
        elif row is not None and record.contract_id not in (None, row["contract_id"]):
            facts = {"value": shorten(record.contract_id), "known": row["contract_id"]}
            yield record.make_complaint("RECORD-ANOTHER", "contract_id", **facts)
        elif row is None and taken is not None:
            yield from self._judge_taken(record, order, taken)
        elif row is not None:
            yield from _judge_day(record, row)
            yield from () if former else _judge_state(record, order, row)
        today = self._sheets.get((order.name, record.state))
        if record.sheet and today and record.sheet != today and not former:
            yield record.make_complaint("RECORD-STALE", "sheet", value=record.sheet, today=today)

    def _judge_taken(self, record: Record, order: Order, taken: RegisterRow) -> Iterator[Complaint]:
        """Yield what keeps a contract that is in the register from being this order's."""
        holder = taken.get("client_reference")
        if holder:
            yield record.make_complaint("RECORD-TAKEN", "contract_id", value=taken["contract_id"], holder=holder)
            return
        completed = {**make_bought_row(order, record.contract_id, record.linked_contract_id), **taken}
        differing = find_differences(order, read_application(completed, now=self._now))
        if differing:
            facts = {"value": taken["contract_id"], "difference": join_phrases(differing)}
            yield record.make_complaint("RECORD-DIFFERS", "contract_id", **facts)

    def _ordered(self, record: Record, order: Order) -> RegisterRow:
        """Return a contract that is new in the register, or was taken over from a list without its order."""
        taken = self.rows.get(record.contract_id or "", {})
        return {
            "state": State.AWAITING_REGISTRATION.value,
            **make_bought_row(order, record.contract_id, record.linked_contract_id),
            **taken,
            "contract_id": record.contract_id,
            "client_reference": order.client_reference(self._portfolio),
            "ordered_at": record.date.isoformat(),
            **({"deadline": record.deadline} if record.deadline else {}),
        }

    def _changed(self, record: Record, order: Order, row: RegisterRow) -> RegisterRow:
        if record.state == "ordered":
            return {**row, "ordered_at": record.date.isoformat()}
        if record.state in _PROCEDURES:
            return _opened(record, row)
        if record.state == "relinked":
            return self._relinked(record, order, row)
        if row.get("procedure") and record.state in ("registered", "rejected"):
            return self._changed_procedure(record, order, row)
        ended = STATES[record.state]
        if record.state != "registered" and ended:
            reason = {"reason": record.reason} if record.reason else {}
            left = {name: value for name, value in row.items() if name not in OF_PROCEDURE}
            return {**left, "state": ended.value, "ended_at": record.date.isoformat(), **reason}
        waiting = row["state"] == State.AWAITING_REGISTRATION.value
        key = self._key_of(order, row["contract_id"])
        return {
            **row,
            "state": State.APPLIED.value if waiting else row["state"],
            "registered_at": record.date.isoformat(),
            "csr_origin": "service" if order.csr_origin is CsrOrigin.SERVICE else "customer",
            **({"public_key_fingerprint": key} if key else {}),
        }

    def _relinked(self, record: Record, order: Order, row: RegisterRow) -> RegisterRow:
        """Return the contract with the linked services that the order asks for, as far as one e-mail asks for them."""
        wanted, linked = relinking_of(order, read_application(row, now=self._now)), order.linked_contract
        code, there = record.linked_contract_id, row.get("further_linked_contract_ids", [])
        if wanted is None or linked is None or code in (*there, row.get("linked_contract_id") or ""):
            return row
        changes = wanted.work is LinkWork.CHANGE if code is None else code == linked.contract_id
        if changes:
            changed = {"linked_service": linked.service, "linked_contract_id": linked.contract_id}
            return {**row, **changed, "linked_since": record.date.isoformat()}
        present = (*there, row.get("linked_contract_id"))
        added = [link.contract_id for link in linked.also if link.contract_id not in present]
        since = {"further_linked_since": record.date.isoformat()} if added else {}
        return {**row, "further_linked_contract_ids": [*there, *added], **since}

    def _changed_procedure(self, record: Record, order: Order, row: RegisterRow) -> RegisterRow:
        """Return what is recorded of what is under way; the certificate in use stays what it is."""
        if record.state == "rejected":
            reason = {"procedure_reason": record.reason} if record.reason else {}
            day = record.date.isoformat()
            return {**row, "procedure_state": State.REJECTED.value, "procedure_rejected_at": day, **reason}
        waiting = row["procedure_state"] in (State.AWAITING_REGISTRATION.value, State.REJECTED.value)
        key = self._key_of(order, row["contract_id"])
        return {
            **{name: value for name, value in row.items() if name not in ("procedure_reason", "procedure_rejected_at")},
            "procedure_state": State.APPLIED.value if waiting else row["procedure_state"],
            "procedure_registered_at": record.date.isoformat(),
            "procedure_csr_origin": "service" if order.csr_origin is CsrOrigin.SERVICE else "customer",
            **({"procedure_public_key_fingerprint": key} if key else {}),
        }


def _opened(record: Record, row: RegisterRow) -> RegisterRow:
    """Open a renewal or reissue of the contract, which may be further than its beginning already."""
    return {
        **row,
        "procedure": _PROCEDURES[record.state].value,
        "procedure_state": row.get("procedure_state", State.AWAITING_REGISTRATION.value),
        "procedure_ordered_at": record.date.isoformat(),
    }


def _can_be_opened(record: Record, row: RegisterRow) -> bool:
    """Check whether this could be ordered on that day.

    The contract is in use, nothing else is under way, it was time.
    """
    end_of_day = dt.datetime.combine(record.date, dt.time.max, JST)
    track = find_track(read_application(row, now=end_of_day), end_of_day)
    kind = _PROCEDURES[record.state]
    if track is None or row["state"] in _ENDED or row.get("procedure", kind.value) != kind.value:
        return False
    # People order on the first day, which a run leaves out: it is not known at which hour of it the portal begins.
    opens = day_in_japan(track.certificate.not_after) - track.calendar.opens.value * DAY
    return kind is Kind.REISSUE or record.date >= opens or track.phase not in (Phase.RESTING, Phase.NOTICE)


def _judge_link(record: Record, order: Order, row: RegisterRow) -> Iterator[Complaint]:
    """Yield what keeps a record from saying which linked service was changed or added.

    Given again, it must say the same.
    """
    linked = order.linked_contract
    if linked is None:
        yield record.make_complaint("RECORD-NOT-LINKED", "state", value=row["contract_id"])
        return
    wanted = [*([linked.contract_id] if linked.was else []), *(link.contract_id for link in linked.also)]
    code = record.linked_contract_id
    either = bool(linked.was and linked.also) and not record.sheet
    if code not in wanted if code else either:
        facts = {"value": shorten(code or "-"), "allowed": ", ".join(one or "-" for one in wanted) or "-"}
        yield record.make_complaint("RECORD-LINK", "linked_contract_id", **facts)


def _judge_state(record: Record, order: Order, row: RegisterRow) -> Iterator[Complaint]:
    """Yield what keeps this contract from being what the record says."""
    now, wanted = row["state"], STATES[record.state]
    if record.state in _PROCEDURES and not _can_be_opened(record, row):
        yield record.make_complaint(_REFUSED[record.state], "state", value=row["contract_id"], state=now)
    if is_unheard_of(record, row):
        facts = {"value": row["contract_id"], "state": now, "wanted": record.state}
        yield record.make_complaint("RECORD-NOT-OPEN", "state", **facts)
    if record.state == "relinked":
        yield from _judge_link(record, order, row)
    if (wanted in ENDED or record.state in ("registered", "relinked")) and now in _ENDED and wanted != now:
        yield record.make_complaint("RECORD-ENDED", "state", value=row["contract_id"], state=now, wanted=record.state)


def _judge_day(record: Record, row: RegisterRow) -> Iterator[Complaint]:
    if row.get("ordered_at") and record.state != "ordered" and record.date.isoformat() < row["ordered_at"][:10]:
        facts = {"value": record.date.isoformat(), "ordered": row["ordered_at"]}
        yield record.make_complaint("RECORD-BEFORE", "date", **facts)


def make_bought_row(order: Order, contract_id: str | None, linked_contract_id: str | None = None) -> RegisterRow:
    """Make the row of what was ordered, as the order says it; the person has compared the confirm screen with it."""
    linked = order.linked_contract if order.usage is Usage.LINKED_SERVICE else None
    row: RegisterRow = {
        "customer_code": order.customer_code,
        "common_name": order.common_name,
        "product": order.product.id,
        "term": order.term,
        "usage": order.usage.value,
        "contract_id": contract_id,
    }
    if linked:
        row["linked_service"] = linked.service
        row["linked_contract_id"] = linked.contract_id or linked_contract_id
    return {name: value for name, value in row.items() if value is not None}


__all__ = ("Recording", "make_bought_row")
