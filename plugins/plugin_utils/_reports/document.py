# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A plan, what an apply left, or a status, as one document: plan.json, and all that is shown of it (docs/plan.md).

Everything that people or pipelines see of a plan is made from this document, so what is not in it is shown nowhere.
"""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import said
from .._complaints.complaints import Complaint, arranged
from .._planning.digests import plan_digest
from .._planning.plan import Standing, Verdict
from .rows import application_row, order_row, price_row

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from ...module_utils._core.phrases import Language
    from .._planning.outcome import Outcome
    from .._planning.plan import Entry, Plan
    from .._planning.prices import PriceTable
    from .rows import Row

FORMAT: t.Final = "iij.server_certificate/plan"
VERSION: t.Final = 1

_FINISHED: t.Final = (Standing.DONE,)


class Frame(t.NamedTuple):
    """What a document is made for: whose plan, which slice of it, by which prices, in which language, and when."""

    portfolio: str
    part: str | None
    prices: PriceTable | None
    lang: Language
    made_at: dt.datetime  # UTC


def describe_plan(
    made: Plan,
    frame: Frame,
    *,
    planned: bool,
    failed: Mapping[str, Outcome] | None = None,
    finished: bool = True,
    complaints: tuple[Complaint, ...] = (),
    error: str | None = None,
) -> Row:
    """Describe a plan, with the complaints that did not stop it, as one document; with an `error` it is not whole.

    Without the `finished` orders it is smaller, and its counts and digest are the same.
    """
    failed = failed or {}
    shown = made.entries if finished else [entry for entry in made.entries if entry.standing not in _FINISHED]
    rows = [_row(entry, frame, failed.get(entry.order.name)) for entry in shown]
    return {
        **_head(frame),
        "planned": planned,
        "verdict": Verdict.ERROR.value if error else _verdict(made, failed).value,
        "digest": plan_digest(rows, portfolio=frame.portfolio, part=frame.part),
        "counts": made.counts(),
        "price": price_row(made, frame.prices),
        "orders": rows,
        "unmanaged": [application_row(application) for application in made.unmanaged],
        "unconfirmed": [str(entry.order.name) for entry in made.entries if entry.unconfirmed],
        "complaints": [complaint.as_dict(frame.lang) for complaint in arranged((*complaints, *_drift(made)))],
        "error": error,
    }


def describe_refusal(frame: Frame, *, complaints: tuple[Complaint, ...] = (), error: str, planned: bool = True) -> Row:
    """The document of a run that came to nothing, with the reasons."""
    nothing: Row = {"digest": None, "counts": None, "price": None, "orders": [], "unmanaged": [], "unconfirmed": []}
    told = [complaint.as_dict(frame.lang) for complaint in complaints]
    return {
        **_head(frame),
        "planned": planned,
        "verdict": Verdict.ERROR.value,
        **nothing,
        "complaints": told,
        "error": error,
    }


def _drift(made: Plan) -> Iterator[Complaint]:
    """A warning for each order that says something else than was registered."""
    for entry in made.entries:
        if entry.drifted and entry.application:
            facts = {"contract_id": entry.application.contract_id, "fields": ", ".join(entry.drifted)}
            place, name = entry.order.locate((entry.drifted[0],)), entry.order.name
            yield Complaint(rule="REGISTRATION-DRIFT", place=place, order=name, facts=facts)


def _head(frame: Frame) -> Row:
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_at": frame.made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "portfolio": frame.portfolio,
        "slice": frame.part,
        "lang": frame.lang,
    }


def _row(entry: Entry, frame: Frame, failure: Outcome | None) -> Row:
    row = order_row(entry, frame.lang, frame.prices)
    if failure is None:
        return row
    return {
        **row,
        "state": "unknown" if failure.unknown else row["state"],
        "error": said(failure.error.told, frame.lang) if failure.error else None,
    }


def _verdict(made: Plan, failed: Mapping[str, Outcome]) -> Verdict:
    if any(outcome.unknown for outcome in failed.values()):
        return Verdict.UNKNOWN
    return Verdict.ERROR if failed else made.verdict()


__all__ = ("FORMAT", "VERSION", "Frame", "describe_plan", "describe_refusal")
