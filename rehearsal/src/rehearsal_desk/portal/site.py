# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sites of HTML pages, each with its own way to say that something cannot be done."""

from __future__ import annotations

import typing as t

import jinja2
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from rehearsal_desk.portal import approval, contracts, detours, entrance, menus, ordering, registering, renewing
from rehearsal_desk.portal.front import (
    BASE_PATH,
    COOKIE,
    ENVIRONMENT,
    ForeignForm,
    Front,
    NotLoggedIn,
    page,
    plain_page,
    visitor,
)
from rehearsal_desk.rules.problems import Conflict, Forbidden, NotFound, Problem, Refused
from rehearsal_desk.rules.wording import spoken

CA_PATH: t.Final = "/ca"

Handler = t.Callable[[Request, Exception], t.Awaitable[Response]]

# Status, heading and sentence; all wording is ours.
_SAID: t.Final[dict[type[Exception], tuple[int, str, str]]] = {
    Forbidden: (
        403,
        "この操作を行う権限がありません",
        "新規お申し込みは、サービスグループの運用管理担当者の方のみご利用いただけます。",
    ),
    NotFound: (404, "ページが見つかりません", "指定されたページまたはご契約はありません。"),
    Conflict: (409, "現在の状態では操作できません", "画面を開いた後に状態が変わった可能性があります。"),
    Refused: (422, "入力内容を受け付けられません", "入力内容をご確認ください。"),
    ForeignForm: (
        403,
        "画面の有効期限が切れています",
        "このフォームは現在のセッションのものではありません。画面を開き直してください。",
    ),
    HTTPException: (404, "ページが見つかりません", "指定されたページはありません。"),
    RequestValidationError: (404, "ページが見つかりません", "指定されたページはありません。"),
}
_FAULT: t.Final = (500, "処理できませんでした", "しばらくしてからもう一度お試しください。")

_PORTAL: t.Final = (
    entrance.router,
    menus.router,
    ordering.router,
    renewing.router,
    contracts.router,
    registering.router,
    detours.router,
)


def mount(app: FastAPI, *, front: Front) -> None:
    """Put the portal and the CA's approval page on this application."""
    static = StaticFiles(packages=[("rehearsal_desk.portal", "static")])
    app.mount(f"{BASE_PATH}/static", static)
    app.mount(CA_PATH, make_site(front, routers=(approval.router,), template="approval_message.html"))
    app.mount(BASE_PATH, make_site(front, routers=_PORTAL, template="message.html"))


def make_site(
    front: Front,
    *,
    routers: tuple[APIRouter, ...],
    template: str,
    environment: jinja2.Environment = ENVIRONMENT,
) -> FastAPI:
    """Make an application of these routers that says with this template what cannot be done."""
    site = FastAPI(openapi_url=None)
    site.state.front = front
    site.state.environment = environment
    take_routes(site, *routers)
    handler = _handler(template)
    for known in (Problem, ForeignForm, HTTPException, RequestValidationError, Exception):
        site.add_exception_handler(known, handler)
    site.add_exception_handler(NotLoggedIn, _to_log_in)
    return site


def take_routes(app: FastAPI, *routers: APIRouter) -> None:
    """Serve the routes of these routers as they are; `include_router` makes each once more, for every desk."""
    for router in routers:
        app.router.routes.extend(router.routes)


def _handler(template: str) -> Handler:
    async def say(request: Request, error: Exception) -> HTMLResponse:
        status, title, sentence = _SAID.get(type(error), _FAULT)
        refused = isinstance(error, Refused)
        detail = spoken(error.message, "ja") if isinstance(error, Problem) and not refused else ""
        rules = tuple(spoken(breach.message, "ja") for breach in error.breaches) if isinstance(error, Refused) else ()
        values = {"title": title, "sentence": sentence, "detail": detail, "rules": rules}
        if template != "message.html":
            return plain_page(request, template, visit=None, status=status, **values)
        return page(request, template, status=status, who=_who(request), **values)

    return say


def _who(request: Request) -> t.Any:
    try:
        return visitor(request)
    except NotLoggedIn:
        return None


async def _to_log_in(request: Request, _error: Exception) -> Response:
    # Whoever shows a cookie has been logged in before.
    notice = "?notice=expired" if COOKIE in request.cookies else ""
    answer = RedirectResponse(f"{entrance.LOG_IN_PATH}{notice}", status_code=303)
    answer.delete_cookie(COOKIE, path=BASE_PATH)
    return answer
