# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Log-in and log-out."""

from __future__ import annotations

import hmac
import secrets
import typing as t

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from rehearsal_desk.portal import labels, variants
from rehearsal_desk.portal.detours import CODE_PATH, NOTICE_PATH
from rehearsal_desk.portal.fields import Fields
from rehearsal_desk.portal.front import (
    BASE_PATH,
    COOKIE,
    FORM_TOKEN,
    ForeignForm,
    Front,
    TheFields,
    TheForm,
    TheFront,
    TheVisitor,
    page,
)
from rehearsal_desk.rules.admins import Admin, digest

LOG_IN_PATH: t.Final = f"{BASE_PATH}/login"

_ENTRY_COOKIE: t.Final = "rehearsal_entry"
_WRONG: t.Final = "マスターIDまたはパスワードが正しくありません。"
_EXPIRED: t.Final = "セッションの有効期限が切れました。もう一度ログインしてください。"
_LOGGED_OUT: t.Final = "ログアウトしました。"
_NOTICES: t.Final = {"expired": _EXPIRED, "logged-out": _LOGGED_OUT}

router = APIRouter()


@router.get("/login")
def log_in_screen(request: Request, notice: str = "") -> Response:
    """Show the log-in screen."""
    return _screen(request, notice=_NOTICES.get(notice, ""))


@router.post("/login")
def log_in(request: Request, desk_front: TheFront, fields: TheFields) -> Response:
    """Open a session for the master ID whose password this is."""
    # There is no session yet that could vouch for the form: the form repeats a cookie instead.
    entry = request.cookies.get(_ENTRY_COOKIE, "")
    if not entry or not _same(digest(entry), fields.line(FORM_TOKEN)):
        raise ForeignForm
    admin = _admin(desk_front, fields)
    if admin is None:
        return _screen(request, error=_WRONG, master_id=fields.line("master_id"), status=401)
    if desk_front.variant.has(variants.CODE):
        return RedirectResponse(CODE_PATH, status_code=303)
    noticed = desk_front.variant.has(variants.NOTICE_AFTER_LOG_IN)
    answer = RedirectResponse(NOTICE_PATH if noticed else f"{BASE_PATH}/", status_code=303)
    set_cookie(answer, COOKIE, desk_front.sessions.open(admin.master_id), path=BASE_PATH)
    answer.delete_cookie(_ENTRY_COOKIE, path=LOG_IN_PATH)
    return answer


@router.post("/logout")
def log_out(desk_front: TheFront, who: TheVisitor, _form: TheForm) -> Response:
    """Close the session."""
    desk_front.sessions.close(who.visit.digest)
    answer = RedirectResponse(f"{LOG_IN_PATH}?notice=logged-out", status_code=303)
    answer.delete_cookie(COOKIE, path=BASE_PATH)
    return answer


def set_cookie(answer: Response, name: str, value: str, *, path: str) -> None:
    """Set a cookie that scripts cannot read and that other sites' forms do not send.

    Its life is the desk's business.
    """
    answer.set_cookie(name, value, path=path, httponly=True, samesite="lax")


def _screen(request: Request, *, notice: str = "", error: str = "", master_id: str = "", status: int = 200) -> Response:
    entry = secrets.token_urlsafe(16)
    answer = page(
        request,
        "login.html",
        status=status,
        title=labels.LOG_IN,
        notice=notice,
        error=error,
        master_id=master_id,
        entry=digest(entry),
    )
    set_cookie(answer, _ENTRY_COOKIE, entry, path=LOG_IN_PATH)
    return answer


def _admin(desk_front: Front, fields: Fields) -> Admin | None:
    admin = desk_front.admins.get(fields.line("master_id"))
    known = admin.password_digest if admin is not None else ""
    return admin if _same(digest(fields.text("password")), known) else None


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode("utf-8", "replace"))
