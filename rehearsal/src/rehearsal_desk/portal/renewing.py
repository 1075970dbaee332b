# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""お申し込み内容の更新: the choice of a contract, notes, 更新後の有効期間, the confirm screen, the renewal [M:2261098].

Documented: the way there, the choice 有効期限後、契約を更新する, 次へ twice, 更新後の有効期間, 確認, a tick, 更新.
The titles behind the first screen and the sentence of consent are ours. What is pressed once renews once, since a
renewal is named by the certificate that it replaces.
"""

from __future__ import annotations

import typing as t

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from rehearsal_desk.desk import life
from rehearsal_desk.desk.showing import Shown
from rehearsal_desk.portal import labels
from rehearsal_desk.portal.complaints import Complaint, complaints_of
from rehearsal_desk.portal.front import BASE_PATH, Front, TheForm, TheFront, TheVisitor, Visitor, page
from rehearsal_desk.portal.menus import Trail, chosen_code, order_trail
from rehearsal_desk.rules.forms import RenewalForm
from rehearsal_desk.rules.problems import Breach, Conflict, Refused

RENEWALS_PATH: t.Final = f"{BASE_PATH}/renewals"
_MOST_CONTRACTS: t.Final = 1000
_NOT_NOW: t.Final = "このご契約は、更新のお手続きの期間にないか、すでにお手続き済みです。"

router = APIRouter()


@router.get("/renewals")
def renewals(request: Request, desk_front: TheFront, who: TheVisitor, customer_code: str = "") -> HTMLResponse:
    """Show the contracts whose window is open, and what is to become of one of them."""
    who.admin.must_have("order")
    return _choice_screen(request, desk_front, who=who, code=chosen_code(customer_code, who=who))


@router.post("/renewals")
def chosen(request: Request, desk_front: TheFront, who: TheVisitor, form: TheForm) -> Response:
    """Show the notes of the chosen contract; the choice again where there was none."""
    who.admin.must_have("order")
    code = chosen_code(form.line("customer_code"), who=who)
    contract_id = form.line("chosen_contract")
    missing = {
        "chosen_contract": contract_id in dict(_renewable(desk_front, who=who, code=code)),
        "choice": form.line("choice") == "renew",
    }
    complaints = tuple(
        Complaint(field=field, sentence="選択してください。", rule="") for field, given in missing.items() if not given
    )
    if complaints:
        return _choice_screen(
            request, desk_front, who=who, code=code, chosen_contract=contract_id, complaints=complaints
        )
    shown = _open(desk_front, who=who, contract_id=contract_id)
    return _screen(request, "renewal_notes.html", who=who, shown=shown, title=labels.RENEWAL_NOTES)


@router.get("/renewals/{contract_id}")
def term_form(request: Request, desk_front: TheFront, who: TheVisitor, contract_id: str) -> HTMLResponse:
    """Show the form with 更新後の有効期間."""
    return _term_screen(request, who=who, shown=_open(desk_front, who=who, contract_id=contract_id))


@router.post("/renewals/{contract_id}")
def term_entered(
    request: Request, desk_front: TheFront, who: TheVisitor, contract_id: str, form: TheForm
) -> HTMLResponse:
    """Show the confirm screen, or the form again."""
    shown = _open(desk_front, who=who, contract_id=contract_id)
    entered = RenewalForm(
        contract_id=contract_id,
        replaces=shown.application.shown_first.certificate_fingerprint or "",
        term=form.line("renewed_term"),
    )
    try:
        # The tick comes on the next screen.
        desk_front.desk.quote_renewal(who.admin, contract_id, entered.model_copy(update={"terms_agreed": True}))
    except Refused as refused:
        return _term_screen(request, who=who, shown=shown, breaches=refused.breaches)
    return _confirm_screen(request, who=who, shown=shown, form=entered)


@router.post("/renewals/{contract_id}/confirm")
def renew(request: Request, desk_front: TheFront, who: TheVisitor, contract_id: str, form: TheForm) -> Response:
    """Answer 更新: ordered, as far as the tick says so."""
    entered = RenewalForm(
        contract_id=contract_id,
        replaces=form.line("replaces"),
        term=form.line("term"),
        terms_agreed=form.ticked("terms_agreed"),
    )
    try:
        desk_front.desk.renew(who.admin, contract_id, entered)
    except Refused as refused:
        shown = _open(desk_front, who=who, contract_id=contract_id)
        return _confirm_screen(request, who=who, shown=shown, form=entered, breaches=refused.breaches)
    return RedirectResponse(f"{RENEWALS_PATH}/{contract_id}/done", status_code=303)


@router.get("/renewals/{contract_id}/done")
def done(request: Request, desk_front: TheFront, who: TheVisitor, contract_id: str) -> HTMLResponse:
    """Show what was renewed."""
    who.admin.must_have("order")
    shown = desk_front.desk.read_application(who.admin, contract_id)
    if shown.procedure is None or shown.procedure.kind != life.RENEWAL:
        raise Conflict("state", _NOT_NOW, attribute="contract_id")
    return _screen(request, "renewal_done.html", who=who, shown=shown, title=labels.RENEWAL_DONE)


def _open(desk_front: Front, *, who: Visitor, contract_id: str) -> Shown:
    """Return the contract, as long as it can be renewed."""
    who.admin.must_have("order")
    shown = desk_front.desk.read_application(who.admin, contract_id)
    if not _is_renewable(desk_front, shown):
        raise Conflict("window", _NOT_NOW, attribute="contract_id")
    return shown


def _is_renewable(desk_front: Front, shown: Shown) -> bool:
    renewal = shown.renewal
    if renewal is None or renewal.decision != life.UNDECIDED or shown.procedure is not None:
        return False
    return renewal.opens_at <= desk_front.desk.now() < renewal.order_by


def _renewable(desk_front: Front, *, who: Visitor, code: str) -> tuple[tuple[str, str], ...]:
    """Yield value and words of each line of the pull-down サービスコード."""
    rows, _total = desk_front.desk.list_applications(who.admin, offset=0, limit=_MOST_CONTRACTS)
    mine = (shown for shown in rows if shown.application.customer_code == code)
    return tuple(
        (shown.application.contract_id, f"{shown.application.contract_id} {shown.application.common_name}")
        for shown in mine
        if _is_renewable(desk_front, shown)
    )


def _choice_screen(
    request: Request,
    desk_front: Front,
    *,
    who: Visitor,
    code: str,
    chosen_contract: str = "",
    complaints: tuple[Complaint, ...] = (),
) -> HTMLResponse:
    return page(
        request,
        "renewals.html",
        who=who,
        status=422 if complaints else 200,
        title=labels.RENEWAL,
        trail=order_trail(code),
        code=code,
        contracts=_renewable(desk_front, who=who, code=code),
        chosen=chosen_contract,
        complaints=complaints,
    )


def _term_screen(request: Request, *, who: Visitor, shown: Shown, breaches: tuple[Breach, ...] = ()) -> HTMLResponse:
    named = tuple(
        Breach("renewed_term" if breach.attribute == "term" else breach.attribute, breach.code, breach.message)
        for breach in breaches
    )
    terms = shown.renewal.terms if shown.renewal else ()
    return _screen(
        request,
        "renewal_term.html",
        who=who,
        shown=shown,
        title=labels.RENEWAL_TERM,
        status=422 if breaches else 200,
        complaints=complaints_of(named),
        offer=tuple((term, labels.TERMS.get(term, term)) for term in terms),
        term="",
    )


def _confirm_screen(
    request: Request, *, who: Visitor, shown: Shown, form: RenewalForm, breaches: tuple[Breach, ...] = ()
) -> HTMLResponse:
    return _screen(
        request,
        "renewal_confirm.html",
        who=who,
        shown=shown,
        title=labels.RENEWAL_CONFIRM,
        status=422 if breaches else 200,
        complaints=complaints_of(breaches),
        form=form,
    )


def _screen(request: Request, template: str, *, who: Visitor, shown: Shown, **values: t.Any) -> HTMLResponse:
    here = f"{RENEWALS_PATH}/{shown.application.contract_id}"
    return page(request, template, who=who, shown=shown, here=here, trail=_trail(shown), **values)


def _trail(shown: Shown) -> Trail:
    code = shown.application.customer_code
    return (*order_trail(code), (labels.RENEWAL, f"{RENEWALS_PATH}?customer_code={code}"))
