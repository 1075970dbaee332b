# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""新規お申し込み受付入力: the form, the confirm screen, the purchase [M:2261096].

Documented: the fields, the search button that shows only with linked usage, the pull-down of the admin's own contracts,
the pairs of product and term, the confirm screen, the tick and 申込; the two screens before the form are in menus.
Without JavaScript a form cannot change as one clicks, so a button that brings the screen again with the usage chosen is
ours.
"""

from __future__ import annotations

import typing as t

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from rehearsal_desk.portal import labels, mishaps, variants
from rehearsal_desk.portal.complaints import complaints_of
from rehearsal_desk.portal.fields import Fields
from rehearsal_desk.portal.front import BASE_PATH, Front, TheForm, TheFront, TheVisitor, Visitor, page
from rehearsal_desk.portal.menus import chosen_code, order_trail
from rehearsal_desk.rules.forms import OrderForm
from rehearsal_desk.rules.order_rules import LINKED_SERVICE
from rehearsal_desk.rules.problems import Breach, Conflict, Problem, Refused
from rehearsal_desk.store.store import LinkedContract

NEW_PATH: t.Final = f"{BASE_PATH}/orders/new"
_BETWEEN: t.Final = ":"  # product and term in the value of the pull-down
_MOST_CONTRACTS: t.Final = 1000
_NO_SLIP: t.Final = "この確認画面は無効です。入力画面からやり直してください。"
_IN_PROGRESS: t.Final = "このお申し込みは処理中、または処理済みです。ステータス一覧でご確認ください。"

router = APIRouter()


@router.get("/orders/new")
def new_order(request: Request, desk_front: TheFront, who: TheVisitor, customer_code: str = "") -> Response:
    """Show the empty form."""
    who.admin.must_have("order")
    order = OrderForm(customer_code=chosen_code(customer_code, who=who))
    return _form_screen(request, desk_front, who=who, order=order)


@router.post("/orders/new")
def new_order_entered(request: Request, desk_front: TheFront, who: TheVisitor, form: TheForm) -> Response:
    """Show the form as filled in: again when a button asks for it or rules are broken, else the confirm screen."""
    who.admin.must_have("order")
    order = order_of(form)
    chosen_code(order.customer_code, who=who)
    searched = form.ticked("search") or form.ticked("searched")
    if not form.ticked("confirm"):
        return _form_screen(request, desk_front, who=who, order=order, searched=searched)
    if desk_front.variant.has(variants.TWO_PAGES) and form.line("confirm") == "1":
        return _items_screen(request, desk_front, who=who, order=order)
    try:
        # The tick comes on the next screen.
        checked = desk_front.desk.quote(who.admin, order.model_copy(update={"terms_agreed": True}))
    except Refused as refused:
        return _form_screen(request, desk_front, who=who, order=order, searched=searched, breaches=refused.breaches)
    slip = desk_front.sessions.write_slip(who.visit, checked.model_copy(update={"terms_agreed": False}))
    return _confirm_screen(request, desk_front, who=who, order=checked, slip=slip)


@router.post("/orders/last")
def last_confirmation(request: Request, who: TheVisitor, form: TheForm) -> Response:
    """Show the screen with nothing but consent and 申込, which only a variant has."""
    title, slip = "最終確認", form.line("slip")
    return page(request, "order_last.html", who=who, title=title, slip=slip, complaints=(), action=mishaps.PLACE_PATH)


@router.post("/orders/confirm")
def place(request: Request, desk_front: TheFront, who: TheVisitor, form: TheForm) -> Response:
    """Buy; one confirm screen buys once, however often 申込 is clicked."""
    who.admin.must_have("order")
    token = form.line("slip")
    order = desk_front.sessions.read_slip(who.visit, token)
    if order is None:
        raise Conflict("slip", _NO_SLIP, attribute="slip")
    if form.ticked("back"):
        return _form_screen(request, desk_front, who=who, order=order, searched=True)
    order = order.model_copy(update={"terms_agreed": form.ticked("terms_agreed")})
    try:
        desk_front.desk.quote(who.admin, order)
    except Refused as refused:
        return _confirm_screen(request, desk_front, who=who, order=order, slip=token, breaches=refused.breaches)
    contract_id = _buy(desk_front, who=who, order=order, slip=token)
    return RedirectResponse(f"{BASE_PATH}/orders/{contract_id}/done", status_code=303)


@router.get("/orders/{contract_id}/done")
def done(request: Request, desk_front: TheFront, who: TheVisitor, contract_id: str) -> Response:
    """Show what was bought."""
    who.admin.must_have("order")
    shown = desk_front.desk.read_application(who.admin, contract_id)
    trail = order_trail(shown.application.customer_code)
    return page(request, "order_done.html", who=who, title=labels.NEW_ORDER_DONE, trail=trail, shown=shown)


def order_of(form: Fields) -> OrderForm:
    """Return the order on this form; one made by hand has no reference."""
    usage = form.line("usage")
    product, _, term = form.line("product").partition(_BETWEEN)
    term = term or form.line("term")  # a field of its own in a variant
    return OrderForm(
        customer_code=form.line("customer_code"),
        common_name=form.line("common_name"),
        product=product,
        term=term,
        usage=usage,
        # Another usage has no such field on its screen, so one left over from before the change does not count.
        linked_contract_id=(form.line("linked_contract_id") or None) if usage == LINKED_SERVICE else None,
    )


def _buy(desk_front: Front, *, who: Visitor, order: OrderForm, slip: str) -> str:
    taken = desk_front.sessions.take_slip(who.visit, slip)
    if taken is None:
        raise Conflict("slip", _NO_SLIP, attribute="slip")
    if not taken.fresh and not mishaps.clicks_count_twice(desk_front.faults, path=mishaps.PLACE_PATH):
        if taken.contract_id is None:
            raise Conflict("slip", _IN_PROGRESS, attribute="slip")
        return taken.contract_id
    try:
        shown, _ = desk_front.desk.place(who.admin, order)
    except Problem:
        desk_front.sessions.return_slip(slip)
        raise
    desk_front.sessions.note_purchase(slip, shown.application.contract_id)
    return shown.application.contract_id


def _form_screen(
    request: Request,
    desk_front: Front,
    *,
    who: Visitor,
    order: OrderForm,
    searched: bool = False,
    breaches: tuple[Breach, ...] = (),
) -> HTMLResponse:
    linked = order.usage == LINKED_SERVICE
    contracts = _contracts(desk_front, who=who, code=order.customer_code) if linked and searched else ()
    return page(
        request,
        "order_form.html",
        who=who,
        title=labels.NEW_ORDER,
        trail=order_trail(order.customer_code),
        status=422 if breaches else 200,
        complaints=complaints_of(breaches),
        order=order,
        chosen=f"{order.product}{_BETWEEN}{order.term}",
        offer=_offer(desk_front),
        linked=linked,
        searched=linked and searched,
        contracts=contracts,
    )


def _items_screen(request: Request, desk_front: Front, *, who: Visitor, order: OrderForm) -> HTMLResponse:
    """Return the second page of a form on two."""
    carried = {
        "customer_code": order.customer_code,
        "usage": order.usage,
        "common_name": order.common_name,
        "linked_contract_id": order.linked_contract_id or "",
    }
    return page(
        request,
        "order_items.html",
        who=who,
        title="品目の選択",
        trail=order_trail(order.customer_code),
        complaints=(),
        carried=carried,
        offer=_offer(desk_front),
    )


def _confirm_screen(
    request: Request,
    desk_front: Front,
    *,
    who: Visitor,
    order: OrderForm,
    slip: str,
    breaches: tuple[Breach, ...] = (),
) -> HTMLResponse:
    mine = {row.contract_id: row for row in _contracts(desk_front, who=who, code=order.customer_code)}
    return page(
        request,
        "order_confirm.html",
        who=who,
        title=labels.NEW_ORDER_CONFIRM,
        trail=order_trail(order.customer_code),
        status=422 if breaches else 200,
        complaints=complaints_of(breaches),
        order=order,
        slip=slip,
        contract=mine.get(order.linked_contract_id or ""),
        action=mishaps.PLACE_PATH,
    )


def _offer(desk_front: Front) -> tuple[tuple[str, str], ...]:
    """Yield value and words of each line of the pull-down 品目と有効期間."""
    return tuple(
        (f"{product.id}{_BETWEEN}{term}", f"{product.name} {labels.TERMS.get(term, term)}")
        for product in desk_front.desk.offer.values()
        for term in product.terms
    )


def _contracts(desk_front: Front, *, who: Visitor, code: str) -> tuple[LinkedContract, ...]:
    found = desk_front.desk.list_linked_contracts(who.admin, service=None, offset=0, limit=_MOST_CONTRACTS)
    return tuple(row for row in found.rows if row.customer_code == code)
