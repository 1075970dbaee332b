# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A plan, what an apply left, or a status, as one document: plan.json, and all that is shown of it (docs/plan.md).

Everything that people or pipelines see of a plan is made from this document, so what is not in it is shown nowhere.
"""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import translate
from .._complaints.complaints import Complaint, list_shown, sort_complaints
from .._complaints.vaulted import hide, publish
from .._planning.digests import plan_digest
from .._planning.host_part import list_changes, make_host_part
from .._planning.remarks import find_remarks
from .._planning.steps import CallClass, Standing, Step, Verdict
from .._values.observed import State
from .moments import write_moment
from .people import ACTORS
from .rows import order_row, price_row, silent_rows, unmanaged_rows

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterator, Mapping

    from ...module_utils._core.phrases import Language
    from .._planning.digests import HostRow
    from .._planning.entry import Entry
    from .._planning.host_part import HostPart
    from .._planning.outcome import Outcome
    from .._planning.plan import Plan
    from .._planning.prices import PriceTable
    from .._values.order import CommandsOf
    from .rows import Row

FORMAT: t.Final = "iij.server_certificate/plan"
VERSION: t.Final = 1

# Programs decide by these, whatever somebody has vaulted.
_WORDS: t.Final = (FORMAT, *Verdict, *Standing, *Step, *CallClass, *State, *ACTORS)
_FINISHED: t.Final = (Standing.DONE,)


def have_no_commands(_host: str | None) -> Mapping[str, str]:
    """Return no commands, where a task defines none."""
    return {}


class Frame(t.NamedTuple):
    """What a document is made for: whose plan, which slice of it, by which prices, in which language, and when.

    `before`: what hosts were asked by the plan or the order files before, by order name. `desk` names the desk.
    """

    portfolio: str
    part: str | None
    prices: PriceTable | None
    lang: Language
    made_at: dt.datetime  # UTC
    commands_of: CommandsOf = have_no_commands
    before: Mapping[str, HostPart] | None = None
    desk: str | None = None


def describe_plan(
    plan: Plan,
    frame: Frame,
    *,
    planned: bool,
    failed: Mapping[str, Outcome] | None = None,
    undone: Collection[str] = (),
    finished: bool = True,
    complaints: tuple[Complaint, ...] = (),
    error: str | None = None,
) -> Row:
    """Describe a plan, with the complaints that did not stop it, as one document; with an `error` it is not whole.

    Without the `finished` orders it is smaller, its counts and digest the same. `undone`: left undone, or `failed`.
    """
    failed = failed or {}
    frame = frame._replace(desk=hide(frame.desk))  # the digest covers what is written
    wanted = list(_host_rows(plan, frame))
    rows = [
        _row(entry, part, frame, failed.get(name), plan.as_of)
        for entry, (name, _contract_id, part) in zip(plan.entries, wanted, strict=True)
        if finished or entry.shown not in _FINISHED or entry.left_to_hands or _changes(name, part, frame)
    ]
    document = {
        **_head(frame, plan.as_of),
        "planned": planned,
        "verdict": Verdict.ERROR.value if error else _verdict(plan, failed).value,
        "digest": plan_digest(rows, portfolio=frame.portfolio, part=frame.part, on_hosts=wanted, desk=frame.desk),
        "counts": plan.count_orders(),
        "price": price_row(plan, frame.prices),
        "silent": silent_rows(plan, frame.prices, undone={*failed, *undone}),
        "orders": rows,
        "unmanaged": unmanaged_rows(plan, frame.prices),
        "unconfirmed": [str(entry.order.name) for entry in plan.entries if entry.unconfirmed],
        "complaints": _warnings(plan, complaints, frame.lang),
        "error": error,
    }
    publish(_WORDS)
    return hide(document)


def describe_refusal(frame: Frame, *, complaints: tuple[Complaint, ...] = (), error: str, planned: bool = True) -> Row:
    """Describe a run that came to nothing, with the reasons, as a document."""
    empty: Row = {field: [] for field in ("silent", "orders", "unmanaged", "unconfirmed")}
    nothing: Row = {"digest": None, "counts": None, "price": None, **empty}
    lines = [complaint.as_dict(frame.lang) for complaint in list_shown(complaints)]
    return {
        **_head(frame),
        "planned": planned,
        "verdict": Verdict.ERROR.value,
        **nothing,
        "complaints": lines,
        "error": hide(error),
    }


def _warnings(plan: Plan, complaints: tuple[Complaint, ...], lang: Language) -> list[Row]:
    """Tell what did not stop the run, and what people have to know of orders that go on all the same."""
    result = (*complaints, *plan.remarks, *find_remarks(plan), *_drift(plan))
    return [complaint.as_dict(lang) for complaint in sort_complaints(result)]


def _drift(plan: Plan) -> Iterator[Complaint]:
    """Yield a warning for each order that says something else than was registered, and is not to be registered."""
    for entry in plan.entries:
        if entry.drifted and entry.application and entry.ahead not in (Standing.TO_REISSUE, Standing.TO_REGISTER):
            facts = {"contract_id": entry.application.contract_id, "fields": ", ".join(entry.drifted)}
            place, name = entry.order.locate((entry.drifted[0],)), entry.order.name
            yield Complaint(rule="REGISTRATION-DRIFT", place=place, order=name, facts=facts)


def _head(frame: Frame, as_of: dt.datetime | None = None) -> Row:
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_at": write_moment(frame.made_at),
        "as_of": write_moment(as_of),
        "portfolio": frame.portfolio,
        "slice": frame.part,
        "desk": frame.desk,
        "lang": frame.lang,
        "compared": frame.before is not None,
    }


def _host_rows(plan: Plan, frame: Frame) -> Iterator[HostRow]:
    for entry in plan.entries:
        contract_id = entry.application.contract_id if entry.application else None
        yield entry.order.name, contract_id, make_host_part(entry.order, frame.commands_of)


def _changes(name: str, part: HostPart, frame: Frame) -> list[Row]:
    """Return what an order asks of its host otherwise than before; nothing where there is nothing to compare with."""
    if frame.before is None:
        return []
    return [change._asdict() for change in list_changes(frame.before.get(name, {}), part)]


def _row(entry: Entry, part: HostPart, frame: Frame, failure: Outcome | None, as_of: dt.datetime | None) -> Row:
    name = entry.order.name
    row = {
        **order_row(entry, frame.lang, frame.prices, as_of=as_of),
        "on_host": part,
        "host_changes": _changes(name, part, frame),
    }
    if failure is None:
        return row
    return {
        **row,
        "state": "unknown" if failure.unknown else row["state"],
        "error": translate(failure.error.phrase, frame.lang) if failure.error else None,
    }


def _verdict(plan: Plan, failed: Mapping[str, Outcome]) -> Verdict:
    if any(outcome.unknown for outcome in failed.values()):
        return Verdict.UNKNOWN
    return Verdict.ERROR if failed else plan.find_verdict()


__all__ = ("FORMAT", "VERSION", "Frame", "describe_plan", "describe_refusal", "have_no_commands")
