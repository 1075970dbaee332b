# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The menus between the top page and the screens where something is done."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from rehearsal_desk.portal import labels
from rehearsal_desk.portal.complaints import Complaint
from rehearsal_desk.portal.front import BASE_PATH, TheVisitor, Visitor, page
from rehearsal_desk.rules.problems import Breach, Refused
from rehearsal_desk.rules.wording import say

Trail = tuple[tuple[str, str], ...]  # titles and addresses of the screens above


@dc.dataclass(frozen=True, slots=True)
class Entry:
    """One way on."""

    label: str
    href: str
    says: str  # ours


@dc.dataclass(frozen=True, slots=True)
class Menu:
    """One screen that only leads on."""

    title: str
    trail: Trail
    entries: tuple[Entry, ...]


_HOME: t.Final = ((labels.TOP, f"{BASE_PATH}/"),)
_CONTRACTS: t.Final = (*_HOME, (labels.CONTRACTS_AND_ADMINS, f"{BASE_PATH}/contracts"))
_ORDERS: t.Final = (*_CONTRACTS, (labels.SERVICE_ORDERS, f"{BASE_PATH}/contracts/orders"))
_CODES: t.Final = (*_ORDERS, (labels.CUSTOMER_CODE_CHOICE, f"{BASE_PATH}/contracts/orders/customer-code"))
ONLINE_PATH: t.Final = f"{BASE_PATH}/contracts/orders/online"
_SETTINGS: t.Final = (*_HOME, (labels.SETTINGS, f"{BASE_PATH}/settings"))
_SERVICES: t.Final = (*_SETTINGS, (labels.SERVICE_SETTINGS, f"{BASE_PATH}/settings/services"))
SERVICE_TRAIL: t.Final = (*_SERVICES, (labels.SERVICE_NAME, f"{BASE_PATH}/certificates"))

_TOP: t.Final = Menu(
    labels.TOP,
    (),
    (
        Entry(labels.CONTRACTS_AND_ADMINS, _CONTRACTS[-1][1], "サービスの新規お申し込みや変更を行います。"),
        Entry(labels.SETTINGS, _SETTINGS[-1][1], "ご契約中のサービスの設定や、申請情報の登録を行います。"),
    ),
)
_MENUS: t.Final = {
    "contracts": Menu(
        labels.CONTRACTS_AND_ADMINS,
        _HOME,
        (Entry(labels.SERVICE_ORDERS, _ORDERS[-1][1], "サービスグループの運用管理担当者の方がご利用いただけます。"),),
    ),
    "settings": Menu(
        labels.SETTINGS,
        _HOME,
        (Entry(labels.SERVICE_SETTINGS, _SERVICES[-1][1], "サービスごとの設定画面に進みます。"),),
    ),
    "settings/services": Menu(
        labels.SERVICE_SETTINGS,
        _SETTINGS,
        (Entry(labels.SERVICE_NAME, SERVICE_TRAIL[-1][1], "ご契約の一覧の確認と、申請情報の登録を行います。"),),
    ),
}
_ORDER_MENU: t.Final = Menu(
    labels.SERVICE_ORDERS,
    _CONTRACTS,
    (Entry(labels.CUSTOMER_CODE_CHOICE, _CODES[-1][1], "お申し込みの対象となるカスタマーコードを選択します。"),),
)
_SERVICES_ON_OFFER: t.Final = {"server_certificate": labels.SERVICE_NAME}

router = APIRouter()


@router.get("/")
def top(request: Request, who: TheVisitor) -> HTMLResponse:
    """Show トップページ."""
    return _shown(request, _TOP, who=who)


@router.get("/contracts")
@router.get("/settings")
@router.get("/settings/services")
def menu(request: Request, who: TheVisitor) -> HTMLResponse:
    """Show a menu that both roles may open."""
    return _shown(request, _MENUS[request.url.path.removeprefix(f"{BASE_PATH}/")], who=who)


@router.get("/contracts/orders")
def service_orders(request: Request, who: TheVisitor) -> HTMLResponse:
    """Show サービスお申し込み・変更, for group admins only."""
    who.admin.must_have("order")
    return _shown(request, _ORDER_MENU, who=who)


@router.get("/contracts/orders/customer-code")
def customer_code_choice(request: Request, who: TheVisitor) -> HTMLResponse:
    """Show カスタマーコード選択."""
    who.admin.must_have("order")
    codes = sorted(who.admin.customer_codes)
    return page(request, "customer_codes.html", who=who, title=labels.CUSTOMER_CODE_CHOICE, trail=_ORDERS, codes=codes)


@router.get("/contracts/orders/online")
def online_orders(request: Request, who: TheVisitor, customer_code: str = "") -> HTMLResponse:
    """Show オンラインお申し込み・変更: the list of services under 新規お申し込み."""
    who.admin.must_have("order")
    return _services_screen(request, who=who, code=chosen_code(customer_code, who=who))


@router.get("/contracts/orders/notes")
def order_notes(request: Request, who: TheVisitor, customer_code: str = "", service: str = "") -> HTMLResponse:
    """Show what has to be read before the form; the list again where no service was chosen."""
    who.admin.must_have("order")
    code = chosen_code(customer_code, who=who)
    if service not in _SERVICES_ON_OFFER:
        chosen = Complaint(field="service", sentence="サービスを選択してください。", rule="")
        return _services_screen(request, who=who, code=code, complaints=(chosen,))
    trail = order_trail(code)
    return page(request, "order_notes.html", who=who, title=labels.ORDER_NOTES, trail=trail, code=code)


def _services_screen(
    request: Request, *, who: Visitor, code: str, complaints: tuple[Complaint, ...] = ()
) -> HTMLResponse:
    return page(
        request,
        "online_orders.html",
        who=who,
        status=422 if complaints else 200,
        title=labels.ONLINE_ORDERS,
        trail=_CODES,
        code=code,
        services=_SERVICES_ON_OFFER,
        complaints=complaints,
    )


def chosen_code(text: str, *, who: Visitor) -> str:
    """Return the customer code that was chosen; an admin has no other than their own."""
    if text not in who.admin.customer_codes:
        raise Refused(
            (
                Breach(
                    "customer_code",
                    "not_allowed",
                    say(
                        "This is not a customer code of this admin.",
                        "ログイン中の担当者のカスタマーコードではありません。",
                    ),
                ),
            )
        )
    return text


def order_trail(code: str) -> Trail:
    """Return the screens above a new order for this customer code."""
    return (*_CODES, (labels.ONLINE_ORDERS, f"{ONLINE_PATH}?customer_code={code}"))


def _shown(request: Request, found: Menu, *, who: Visitor) -> HTMLResponse:
    return page(request, "menu.html", who=who, title=found.title, trail=found.trail, entries=found.entries)
