# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A saved plan, and what has moved since: an apply performs what was reviewed, or nothing."""

from __future__ import annotations

import datetime as dt
import pathlib
import typing as t

from ...module_utils._core.phrases import Phrase, verbatim
from ...module_utils._core.system_errors import reason_of
from .._complaints.complaints import Complaint, OrdersRefused, Place, shorten
from .._planning.digests import digest as make_digest
from .._planning.digests import list_desk_steps, list_links, order_digest, plan_digest
from .._planning.host_part import describe_changes, list_changes, make_host_part
from .._planning.lifecycle import list_certificate_names
from .._planning.steps import Step
from .._reports.document import FORMAT, VERSION
from .._reports.moments import write_moment
from .._reports.rows import relinking_row
from .._values.json_text import parse_own_json

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from .._planning.entry import Entry
    from .._planning.host_part import HostPart
    from .._planning.plan import Plan
    from .._reports.rows import Row
    from .._values.order import CommandsOf

_NOTHING: t.Final = Phrase("nothing", "なし")
_CHANGED: t.Final = Phrase("the order says something else than was planned", "オーダーの内容が計画時と異なります")
_ADDED: t.Final = Phrase("the order is not in the plan", "計画にないオーダーです")
_REMOVED: t.Final = Phrase("the order is gone from the order files", "オーダーファイルからなくなっています")
OLDER: t.Final = Phrase(
    "The saved plan is of an earlier version: it binds what orders say of their hosts, but not what commands run "
    "there. Plan again to bind that too.",
    "保存された計画は以前のバージョンのものです。オーダーのホスト側の内容は照合しますが、コマンドが実行する内容は照合しません。"
    "計画し直すと、それも照合されます。",
)
_TAMPERED: t.Final = Phrase("it was changed after it was made", "作成後に変更されています")
_STEPS: t.Final = tuple(Step)
_DIFFERS: t.Final = Phrase("its {0} is {1}, not {2}", "{0} は {1} で、{2} ではありません")
_NEEDED: t.Final = ("name", "order_digest", "contract_id", "linked_contract_id", "steps")


def require_saved_plan(
    plan: Plan,
    path: str,
    commands_of: CommandsOf,
    *,
    portfolio: str,
    part: str | None,
    wanted: str | None,
    desk: str | None = None,
) -> Phrase | None:
    """Refuse a plan that differs from the saved one, except for what has been done of it meanwhile.

    `wanted` is the digest that the reviewer saw, `desk` names the desk of this run. Raises OrdersRefused with all
    that moved; returns what people have to know of a plan that binds less than those of this version.
    """
    saved = _read(path, portfolio=portfolio, part=part)
    if saved.get("desk") not in (None, desk):  # plans of earlier versions name none
        raise _unusable(path, _DIFFERS.filled("desk", shorten(saved["desk"]), repr(desk)))
    if wanted is not None and saved["digest"] != wanted:
        raise _not_reviewed(saved["digest"], wanted)
    rows = {row["name"]: row for row in saved["orders"]}
    names = {entry.order.name for entry in (*plan.entries, *plan.left)}
    moved = [
        complaint
        for entry in plan.entries
        for complaint in _moved(entry, rows.get(entry.order.name), portfolio, commands_of, plan.as_of)
    ]
    gone = [row["name"] for row in rows.values() if list_desk_steps(row) and row["name"] not in names]
    complaints = [*moved, *(_order_moved(Place(file=path), name, _REMOVED) for name in gone)]
    if complaints:
        raise OrdersRefused(complaints)
    return OLDER if any("on_host" not in row for row in rows.values()) else None


def read_host_parts(path: str, *, portfolio: str, part: str | None) -> dict[str, HostPart]:
    """Read what hosts are asked by a saved plan, by order name; raises OrdersRefused."""
    rows = _read(path, portfolio=portfolio, part=part)["orders"]
    if any("on_host" not in row for row in rows):
        raise _unusable(path, Phrase("it is of an earlier version", "以前のバージョンのものです"))
    return {row["name"]: row["on_host"] for row in rows}


def require_digest(digest: str, wanted: str) -> None:
    """Refuse a plan whose digest is not the one that the reviewer saw."""
    if digest != wanted:
        raise _not_reviewed(digest, wanted)


def _moved(
    entry: Entry, row: Row | None, portfolio: str, commands_of: CommandsOf, as_of: dt.datetime | None
) -> Iterator[Complaint]:
    """Yield what keeps an order's work from being that of the saved plan, or the rest of it."""
    order, now = entry.order, [step.value for step in entry.changes]
    if row is None:
        yield _order_moved(order.place, order.name, _ADDED)
        return
    planned = list_desk_steps(row)
    on_host = make_host_part(order, commands_of)
    if moved := list_changes(row.get("on_host", on_host), on_host):
        lines = {"moved": ", ".join(describe_changes(moved))}
        yield Complaint(rule="PLAN-HOST-MOVED", place=order.place, order=order.name, facts=lines)
    elif row["order_digest"] != order_digest(order):
        yield _order_moved(order.place, order.name, _CHANGED)
    elif _is_expired(row, entry, as_of):
        dated = {"replaces": row["replaces"], "until": row["renew_by"], "day": f"{as_of:%Y-%m-%d %H:%M} UTC"}
        yield Complaint(rule="PLAN-EXPIRED", place=order.place, order=order.name, facts=dated)
    elif planned[len(planned) - len(now) :] != now or not _same_contract(entry, row, portfolio):
        result = entry.application.contract_id if entry.application else None
        links = list_links(row), list_links({"relinking": relinking_row(entry)})
        facts = {"planned": _said(planned, row["contract_id"], links[0]), "now": _said(now, result, links[1])}
        yield Complaint(rule="PLAN-DESK-MOVED", place=order.place, order=order.name, facts=facts)


def _is_expired(row: Row, entry: Entry, as_of: dt.datetime | None) -> bool:
    """Check whether a step that the plan has for a renewal comes after the last moment to order it."""
    until = row.get("renew_by")
    return Step.RENEW in entry.steps and until is not None and as_of is not None and as_of >= _moment(until)


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _same_contract(entry: Entry, row: Row, portfolio: str) -> bool:
    """Check whether the order's contract is the planned one, or the one that the plan has led to since."""
    order, application = entry.order, entry.application
    if entry.changes and not _is_same_period(entry, row):
        return False
    if Step.RELINK in entry.steps and not _is_same_link(entry, row):
        return False  # the same contract, and another of its links
    if not (list_desk_steps(row) or entry.changes or entry.installs):
        return True  # nothing is done with it
    if application is None:
        linked = order.linked_contract.contract_id if order.linked_contract else None
        return row["contract_id"] is None and bool(row["linked_contract_id"] == linked)
    if row["contract_id"] is None:
        # A desk that keeps no references cannot say more than that the application fits.
        return not entry.adopts and application.client_reference in (order.client_reference(portfolio), None)
    return bool(row["contract_id"] == application.contract_id)


def _is_same_link(entry: Entry, row: Row) -> bool:
    """Check whether the planned link is still to be changed, and was not made meanwhile and gone back to."""
    planned, now = list_links(row), list_links({"relinking": relinking_row(entry)})
    is_of_before = bool(planned) and "since" not in row["relinking"]
    return planned == (now[-len(planned) :] if is_of_before else now)


def _is_same_period(entry: Entry, row: Row) -> bool:
    """Check whether the steps replace the certificate that was planned, by whichever of its names."""
    planned, application = row.get("replaces"), entry.application
    if planned is None or entry.replaces is None or application is None:
        return planned == entry.replaces
    if planned in list_certificate_names(application):
        return True
    # A desk that lists no fingerprints shows them of what was downloaded lately, and ends of all.
    unseen = application.certificate_fingerprint is None and application.current is None
    return unseen and row.get("not_after") is not None and row["not_after"] == write_moment(application.not_after)


def _read(path: str, *, portfolio: str, part: str | None) -> Row:
    try:
        saved = parse_own_json(pathlib.Path(path).read_bytes())
    except OSError as error:
        raise _unusable(path, reason_of(error)) from None
    except ValueError:
        raise _unusable(path, Phrase("it is not JSON", "JSONではありません")) from None
    problem = _problem(saved, portfolio=portfolio, part=part)
    if problem:
        raise _unusable(path, problem)
    return t.cast("Row", saved)


def _problem(saved: t.Any, *, portfolio: str, part: str | None) -> Phrase | None:
    if saved is None:  # no plan has a key twice
        return _TAMPERED
    if not isinstance(saved, dict) or saved.get("format") != FORMAT or saved.get("version") != VERSION:
        return Phrase(
            f"it is not of the form {FORMAT}, version {VERSION}", f"{FORMAT} バージョン {VERSION} の形式ではありません"
        )
    for field, wanted in (("portfolio", portfolio), ("slice", part)):
        if saved.get(field) != wanted:
            return _DIFFERS.filled(field, shorten(saved.get(field)), repr(wanted))
    if saved.get("verdict") in ("error", "unknown"):
        return Phrase("it tells of a run that failed", "失敗した実行の記録です")
    return None if _whole(saved) else _TAMPERED


def _whole(saved: Row) -> bool:
    rows = saved.get("orders")
    if not isinstance(rows, list) or not all(isinstance(row, dict) and set(_NEEDED) <= set(row) for row in rows):
        return False
    if not all(isinstance(row["name"], str) and isinstance(row.get("on_host", {}), dict) for row in rows):
        return False
    if not all(_has_known_steps(row) and _is_moment(row.get("renew_by")) for row in rows):
        return False
    if len({row["name"] for row in rows}) < len(rows):
        return False
    try:
        bound = [(row["name"], row["contract_id"], row["on_host"]) for row in rows if row.get("on_host")]
        of = {"portfolio": saved["portfolio"], "part": saved["slice"], "desk": saved.get("desk")}
        result = plan_digest(rows, on_hosts=bound, **of)
        whole = make_digest({field: value for field, value in saved.items() if field != "file_digest"})
    except (TypeError, KeyError, ValueError):
        return False
    # Plans of earlier versions, which bind nothing of hosts, have no digest of their file.
    bare = "file_digest" not in saved and not any("on_host" in row for row in rows)
    return bool(result == saved.get("digest") and (bare or whole == saved.get("file_digest")))


def _has_known_steps(row: Row) -> bool:
    steps = row["steps"]
    return isinstance(steps, list) and all(isinstance(step, dict) and step.get("step") in _STEPS for step in steps)


def _is_moment(text: object) -> bool:
    """Check whether this is a moment of a plan, or none."""
    try:
        return text is None or _moment(str(text)).tzinfo is not None
    except ValueError:
        return False


def _said(steps: list[str], contract_id: str | None, link: list[str | None]) -> Phrase:
    """Name the steps, a change or addition of a linked service with what is linked, and what was since when."""
    *since, _work, was, linked = link or (None, None, None)
    other = " ".join((str(linked), *(f"({was}, {moment})" for moment in since)))
    named = (f"{step} {other}" if step == Step.RELINK and link else step for step in steps)
    words = verbatim(", ".join(named)) if steps else _NOTHING
    return Phrase("{0} ({1})", "{0} ({1})").filled(words, contract_id) if contract_id else words


def _order_moved(place: Place, name: str, moved: Phrase) -> Complaint:
    return Complaint(rule="PLAN-ORDER-MOVED", place=place, order=name, facts={"moved": moved})


def _unusable(path: str, problem: Phrase) -> OrdersRefused:
    return OrdersRefused([Complaint(rule="PLAN-FILE", place=Place(file=path), facts={"problem": problem})])


def _not_reviewed(digest: str, wanted: str) -> OrdersRefused:
    facts = {"value": digest, "wanted": wanted}
    return OrdersRefused([Complaint(rule="PLAN-DIGEST", place=Place(file="plan_digest"), facts=facts)])


__all__ = ("OLDER", "read_host_parts", "require_digest", "require_saved_plan")
