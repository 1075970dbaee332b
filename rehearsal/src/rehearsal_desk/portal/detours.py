# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Screens that only some variants of the portal have: notices to close, and a code to enter. All words are ours."""

from __future__ import annotations

import typing as t

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from rehearsal_desk.portal.front import BASE_PATH, TheVisitor, page

NOTICE: t.Final = "重要なお知らせ"
CLOSE: t.Final = "閉じる"
CODE: t.Final = "認証コードの入力"
CODE_PATH: t.Final = f"{BASE_PATH}/code"
NOTICE_PATH: t.Final = f"{BASE_PATH}/notice"

router = APIRouter()


@router.get("/notice")
def notice(request: Request, who: TheVisitor, customer_code: str = "") -> HTMLResponse:
    """Show a notice to close, on the way to the order form or to the top page."""
    on = f"{BASE_PATH}/orders/new" if customer_code else f"{BASE_PATH}/"
    return page(request, "notice.html", who=who, title=NOTICE, close=CLOSE, action=on, code=customer_code)


@router.get("/code")
def code(request: Request) -> HTMLResponse:
    """Ask for a code that only a person has, which no session goes without."""
    return page(request, "code.html", title=CODE)
