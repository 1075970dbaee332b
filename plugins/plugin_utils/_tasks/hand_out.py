# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Work of a plan that people do: found, written on a work sheet for each role, and named in what a task tells."""

from __future__ import annotations

import itertools
import typing as t

from .._complaints.whole_file import write_whole
from .._desk.by_hand import work as walked
from .._desk.by_hand.folder import is_kept, read_kept_csr, sheets_path
from .._desk.by_hand.register import read_register
from .._desk.portal.screen_map import read_screen_map
from .._planning.digests import order_digest
from .._planning.keys import list_retired_keys
from .._planning.lifecycle import is_reissuing, renews
from .._planning.slices import read_slice
from .._planning.steps import Standing, Step
from .._reports.offline_forms import write_reissue_request, write_relinking_mail
from .._reports.sheet_pages import remove_sheets, write_sheet
from .._reports.sheets import KINDS, ROLES, Group, RegisterFacts, Work, describe_sheet, word_work
from .._spending.ledger import LedgerUnusable
from .._spending.unsettled import leave_unsettled
from .._values.observed import State
from .._values.order import CsrOrigin
from .asked_orders import check_portfolio_name, read_clock
from .preparations import hold_back
from .spender import open_ledger_of

if t.TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterable

    from .._desk.portal.map_parts import ScreenMap
    from .._planning.entry import Entry
    from .._planning.plan import Plan
    from .._reports.rows import Row
    from .asked_orders import Options

_AT_THE_CA: t.Final = (State.APPLIED, State.AWAITING_CONFIRMATION)


def hand_out_rest(plan: Plan, document: Row, options: Options) -> Row:
    """Write the sheets of what a run that stopped has left; nothing is on them that may have been booked already."""
    try:
        rest = leave_unsettled(plan, open_ledger_of(options), portfolio=check_portfolio_name(options))
    except LedgerUnusable:
        return {}
    return hand_out_work(rest, document, options)


def hand_out_work(plan: Plan, document: Row, options: Options) -> Row:
    """Write the sheets of a plan, and name them in the document and the task's result, which is returned."""
    part = read_slice(options.get("slice"))
    folder = sheets_path(options["desk_folder"], str(part) if part else None)
    sheets = list(write_sheets(plan, options, folder))
    words = {
        name: word for path, sheet in sheets for name, word in word_work(sheet, str(path), document["lang"]).items()
    }
    actors = {
        item["order"]: sheet["role"] for _path, sheet in sheets for group in sheet["groups"] for item in group["items"]
    }
    for row in document["orders"]:
        if row["name"] in words:
            row.update(next_action=words[row["name"]], next_action_by=actors[row["name"]])
    document["sheets"] = [str(path) for path, _sheet in sheets]
    return {"work": words, "sheets": document["sheets"]}


def write_sheets(plan: Plan, options: Options, folder: pathlib.Path) -> Iterable[tuple[pathlib.Path, Row]]:
    """Write a sheet for each role that has work; sheets of roles without work are removed."""
    screen_map = read_screen_map(options["screen_map"])
    works = list_work(plan, options, screen_map)
    facts = _facts(plan, options, screen_map)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(folder / ".gitignore", "*\n")  # applicants' data and half-done work are nobody's history
    for role in ROLES:
        groups = _group(work for work in works if work.role == role)
        if not groups:
            remove_sheets(folder, role)
            continue
        sheet = describe_sheet(role, groups, facts)
        remove_sheets(folder, role, but=sheet["digest"])
        yield write_sheet(sheet, folder), sheet


def list_work(plan: Plan, options: Options, screen_map: ScreenMap) -> list[Work]:
    """List what people have to do for the orders of this plan."""
    works = []
    # Whoever orders, hosts come first: a contract is of no use without a key.
    unready = {outcome.entry.order.name for outcome in hold_back(options, plan)}
    for entry in plan.entries:
        kind = _kind(entry, options) if entry.order.name not in unready else None
        if kind is not None:
            works.append(_work(entry, kind, options, screen_map))
    return works


def _kind(entry: Entry, options: Options) -> str | None:
    application = entry.application
    if entry.standing is Standing.TO_ORDER:
        return "order"
    if Step.RENEW in entry.steps:  # also where a certificate is still to be fetched
        return "renew"
    if Step.REISSUE in entry.steps:
        return "reissue"
    if entry.standing is Standing.TO_CANCEL:
        return "cancel"
    if application is None:
        return None
    if Step.REGISTER in entry.steps:
        return "register" if _has_csr(entry, options) else None
    if entry.installs and not is_kept(options["desk_folder"], application):
        return "download"
    if entry.relinking:
        return "relink"
    at_work = application.procedure.state if application.procedure else application.state
    return "answer" if entry.standing is Standing.WAITING and at_work in _AT_THE_CA else None


def _has_csr(entry: Entry, options: Options) -> bool:
    """Check whether all is there that a registration takes: a host makes its CSR before anything is on paper."""
    if entry.order.csr_origin is not CsrOrigin.TARGET:
        return True
    return find_csr(entry, options) is not None


def find_csr(entry: Entry, options: Options) -> str | None:
    """Find the customer's CSR of this order, PEM; None where the service makes it, or no host has made it yet."""
    if entry.order.csr:
        return entry.order.csr.pem
    if entry.application is None or entry.order.csr_origin is not CsrOrigin.TARGET:
        return None
    kept = read_kept_csr(options["desk_folder"], entry.application.contract_id)
    # Until its host has made the next key, the CSR of the certificate in use is kept.
    is_old = renews(entry.application) and (entry.order.rotates_key or is_reissuing(entry.application))
    if kept is None or (is_old and kept.public_key_fingerprint in list_retired_keys(entry.application)):
        return None
    return kept.pem


def _work(entry: Entry, kind: str, options: Options, screen_map: ScreenMap) -> Work:
    order, application = entry.order, entry.application
    steps: list[Row] = []
    if kind == "order":
        steps = walked.order_steps(order, screen_map)
    elif application and kind == "renew":
        steps = walked.renewal_steps(application, order, screen_map)
    elif application and kind == "register":
        steps = walked.registration_steps(application, order, find_csr(entry, options), screen_map)
    elif application and kind == "download":
        steps = walked.download_steps(application, screen_map)
    wanted = order.renewal_term if kind == "renew" else order.term
    term = screen_map.options["terms"].get(wanted)
    return Work(
        order=order.name,
        kind=kind,
        common_name=order.common_name,
        product=screen_map.find_option("products", order.product.id).text,
        term=term.text if term else wanted,
        contract_id=application.contract_id if application else None,
        confirmations=application.confirmations if application else (),
        steps=steps,
        order_digest=order_digest(order),
        text=_text_of(entry, kind),
    )


def _text_of(entry: Entry, kind: str) -> str | None:
    """Return what is sent or said, in Japanese, where no screen is documented."""
    if kind == "relink":
        return write_relinking_mail(entry)
    return write_reissue_request(entry) if kind == "reissue" else None


def _group(works: Iterable[Work]) -> list[Group]:
    """Group works in the order in which a person goes: kind by kind, what shares its way through the menus together."""
    kinds = list(KINDS)
    ordered = sorted(works, key=lambda work: (kinds.index(work.kind), str(work.steps[:4]), work.product, work.order))
    groups = []
    for kind, alike in itertools.groupby(ordered, key=lambda work: work.kind):
        for way, same in itertools.groupby(alike, key=lambda work: walked.split_way([work.steps])[0]):
            result = list(same)
            _way, own = walked.split_way([work.steps for work in result])
            groups.append(Group(kind=kind, way=way, works=result, own=own))
    return groups


def _facts(plan: Plan, options: Options, screen_map: ScreenMap) -> RegisterFacts:
    names: dict[str, list[str]] = {}
    for contract_id, row in read_register(options["desk_folder"]).rows.items():
        names.setdefault(row["common_name"], []).append(contract_id)
    return RegisterFacts(
        portfolio=check_portfolio_name(options),
        lang=options["lang"] or "ja",  # the portal speaks Japanese
        made_at=read_clock(),
        list_way=walked.list_steps(screen_map),
        next_page=walked.next_page_link(screen_map),
        keep=walked.list_facts_to_keep(screen_map),
        known=names,
        waiting=any(entry.standing is Standing.WAITING for entry in plan.entries),
    )


__all__ = ("find_csr", "hand_out_rest", "hand_out_work", "list_work", "write_sheets")
