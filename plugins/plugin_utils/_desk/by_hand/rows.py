# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""One contract of the register: which fields it may have, in which form, and the application that it becomes."""

from __future__ import annotations

import datetime as dt
import typing as t

from ....module_utils._core.phrases import Phrase
from ..._complaints.complaints import Breach, find_nearest, shorten
from ..._values.observed import ENDED, Application, Kind, Link, Procedure, State
from ..forms import YEARS, find_misfit, read_field, read_fields
from ..portal.wire import NEXT_STEPS

if t.TYPE_CHECKING:
    from collections.abc import Iterator

RegisterRow = dict[str, t.Any]

JST: t.Final = dt.timezone(dt.timedelta(hours=9))
NEEDED: t.Final = ("contract_id", "common_name", "product", "state")
SAME_END: t.Final = dt.timedelta(days=7)  # a list may count days otherwise; the shortest life is longer
# Of a renewal or reissue that is under way; they go with the certificate that comes of it.
OF_PROCEDURE: t.Final = (
    "procedure", "procedure_state", "procedure_ordered_at", "procedure_registered_at", "procedure_confirmations",
    "procedure_reason", "procedure_rejected_at", "procedure_csr_origin", "procedure_public_key_fingerprint",
)  # fmt: skip
# Days of what is over: a record of it that is taken again is known by them. No desk shows them.
REMEMBERED: t.Final = ("renewed_at", "reissued_at", "further_linked_since", "procedure_rejected_at")
DAYS: t.Final = (
    "ordered_at", "registered_at", "issued_at", "ended_at", "not_before", "not_after", "linked_since",
    "procedure_ordered_at", "procedure_registered_at", *REMEMBERED,
)  # fmt: skip
# In the order in which the collection writes them.
FIELDS: t.Final = (
    "contract_id", "client_reference", "customer_code", "common_name", "product", "term", "usage", "linked_service",
    "linked_contract_id", "linked_since", "further_linked_contract_ids", "further_linked_since", "state",
    "confirmations", "reason", "deadline", "ordered_at", "registered_at", "issued_at", "renewed_at", "reissued_at",
    "ended_at", "csr_origin", "public_key_fingerprint", "certificate_fingerprint", "serial_number", "not_before",
    "not_after", *OF_PROCEDURE,
)  # fmt: skip
_LINKS: t.Final = "further_linked_contract_ids"
_NOT_SHOWN: t.Final = ("ended_at", _LINKS, *REMEMBERED, *OF_PROCEDURE)
_KEPT: t.Final = tuple(name for name in FIELDS if name not in (*NEEDED, *_NOT_SHOWN))
_OPENED_AT: t.Final = {Kind.RENEWAL.value: "renewed_at", Kind.REISSUE.value: "reissued_at"}
_UNDER_WAY: t.Final = tuple(
    state.value for state in (State.AWAITING_REGISTRATION, State.APPLIED, State.AWAITING_CONFIRMATION, State.REJECTED)
)
_MAPPING: t.Final = Phrase("a mapping of fields", "項目のマッピング")


def judge_row(row: t.Any) -> Iterator[Breach]:
    """Find what keeps a contract of the register from being read."""
    if not isinstance(row, dict):
        yield Breach(rule="VALUE-TYPE", facts={"value": shorten(row), "expected": _MAPPING})
        return
    for name in row:
        if name not in FIELDS:
            facts = {"value": shorten(name), "allowed": ", ".join(FIELDS), "near": find_nearest(name, FIELDS)}
            yield Breach(rule="KEY-UNKNOWN", path=(str(name),), facts=facts)
    under_way = any(row.get(name) is not None for name in OF_PROCEDURE)
    needed = (*NEEDED, *(OF_PROCEDURE[:2] if under_way else ()))
    for name in needed:
        if row.get(name) is None:
            yield Breach(rule="KEY-MISSING", facts={"value": name, "named": name, "allowed": ", ".join(needed)})
    for name, value in row.items():
        allowed = _find_misfit(name, value) if name in FIELDS and value is not None else None
        if allowed:
            yield Breach(rule="REGISTER-VALUE", path=(name,), facts={"value": shorten(value), "allowed": allowed})


def plain_row(row: RegisterRow) -> RegisterRow:
    """Make the row as the collection writes it: days and moments as text, what is empty left out."""
    return {name: _written(row[name]) for name in FIELDS if row.get(name) not in (None, [], (), "")}


def read_application(row: RegisterRow, *, now: dt.datetime) -> Application:
    """Make the application of a sound row; a certificate whose time is over has expired, whoever noticed.

    Until then a contract that was cancelled is usable [M:3473591], as other desks show it.
    """
    moments = {name: _moment(name, value) for name, value in row.items()}
    fields = read_fields(moments, NEEDED, _KEPT)
    state, until = fields["state"], fields["not_after"]
    given_up = goes_on_cancelled(row, now=now)
    if given_up:
        fields["state"] = State.INSTALLED if fields["linked_service"] else State.ISSUED
    elif until and until < now and state not in ENDED:
        fields["state"] = State.EXPIRED
    fields["confirmations"] = tuple(fields["confirmations"] or ())
    action, by = NEXT_STEPS.get(fields["state"], ("none", "nobody"))
    links = tuple(Link(contract_id=read_field("contract_id", code)) for code in row.get(_LINKS) or ())
    procedure = _read_procedure(moments)
    return Application(
        **fields, further_links=links, procedure=procedure, given_up=given_up, next_action=action, next_action_by=by
    )


def goes_on_cancelled(row: RegisterRow, *, now: dt.datetime) -> bool:
    """Check whether a contract was cancelled, and its certificate has not ended yet."""
    until = _moment("not_after", row.get("not_after"))
    return row["state"] == State.CANCELLED.value and until is not None and now <= dt.datetime.fromisoformat(until)


def _read_procedure(moments: RegisterRow) -> Procedure | None:
    """Read the renewal or reissue that is under way, if one is."""
    if moments.get("procedure") is None:
        return None
    kind = Kind(moments["procedure"])
    shown = {_form_of(name): moments.get(name) for name in OF_PROCEDURE[1:] if name not in REMEMBERED}
    shown["opened_at"] = shown.pop("ordered_at")
    fields = read_fields(shown, ("state",), tuple(name for name in shown if name != "state"))
    fields["confirmations"] = tuple(fields["confirmations"] or ())
    return Procedure(id=kind.value, kind=kind, replaces=moments.get("certificate_fingerprint"), **fields)


def close_procedure(row: RegisterRow) -> RegisterRow:
    """Return the row without what was under way, and with the days on which that was ordered and registered."""
    days = {
        _OPENED_AT.get(row.get("procedure", ""), ""): row.get("procedure_ordered_at"),
        "registered_at": row.get("procedure_registered_at"),
    }
    left = {name: value for name, value in row.items() if name not in OF_PROCEDURE}
    return {**left, **{name: day for name, day in days.items() if name and day}}


def read_day(row: RegisterRow, name: str) -> dt.date | None:
    """Read a day or moment of a sound row as the day in Japan; None where it is not known."""
    moment = _moment(name, row.get(name))
    return None if moment is None else dt.datetime.fromisoformat(moment).astimezone(JST).date()


def _find_misfit(name: str, value: t.Any) -> object:
    choices = {"procedure": tuple(_OPENED_AT), "procedure_state": _UNDER_WAY}.get(name)
    if choices:
        return None if value in choices else ", ".join(choices)
    if name == _LINKS:
        codes = value if isinstance(value, list) else [None]
        return next((misfit for code in codes if (misfit := find_misfit("contract_id", code))), None)
    return find_misfit(_form_of(name), _moment(name, value))


def _form_of(name: str) -> str:
    return "issued_at" if name in ("ended_at", *REMEMBERED) else name.removeprefix("procedure_")


def _moment(name: str, value: t.Any) -> t.Any:
    """Return what a day or moment of the register means: a day begins in Japan."""
    value = _written(value)
    if name not in DAYS or not isinstance(value, str) or len(value) != len("2026-11-26"):
        return value
    try:
        return dt.datetime.combine(dt.date.fromisoformat(value), dt.time(), JST).isoformat()
    except ValueError:
        return value


def _written(value: t.Any) -> t.Any:
    if isinstance(value, dt.datetime):
        if value.tzinfo is None or not YEARS[0] <= value.year <= YEARS[1]:
            return value.isoformat()  # which is refused
        local = value.astimezone(JST)
        if local.time() == dt.time():
            return local.date().isoformat()
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, dt.date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


__all__ = (
    "DAYS",
    "FIELDS",
    "JST",
    "OF_PROCEDURE",
    "SAME_END",
    "RegisterRow",
    "close_procedure",
    "goes_on_cancelled",
    "judge_row",
    "plain_row",
    "read_application",
    "read_day",
)
