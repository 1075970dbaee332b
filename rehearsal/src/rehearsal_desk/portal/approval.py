# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The CA's page that a domain approval mail links to; whoever has the link may approve, as at a real CA."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from rehearsal_desk.desk.showing import Shown
from rehearsal_desk.portal.front import Front, TheFront, plain_page
from rehearsal_desk.rules.problems import NotFound

_DOMAIN: t.Final = "domain"
_NO_LINK: t.Final = "このリンクは無効です。"

router = APIRouter()


@router.get("/approval/{token}")
def ask(request: Request, desk_front: TheFront, token: str) -> HTMLResponse:
    """Ask the question, with one button."""
    return _screen(request, shown=_shown(desk_front, token))


@router.post("/approval/{token}")
def approve(request: Request, desk_front: TheFront, token: str) -> HTMLResponse:
    """Take the answer; giving it again changes nothing."""
    shown = _shown(desk_front, token)
    if _is_open(shown):
        desk_front.back_office.answer(shown.application.contract_id, confirmation=_DOMAIN)
    return _screen(request, shown=_shown(desk_front, token), approved=True)


def _shown(desk_front: Front, token: str) -> Shown:
    procedure = desk_front.outbox.procedure_of(token)
    if procedure is None:
        raise NotFound(_NO_LINK)
    shown = desk_front.back_office.read_application(procedure.contract_id)
    # The link of a procedure that is over approves nothing of the one that is open now.
    is_its = shown.procedure is not None and shown.procedure.id == procedure.id
    return shown if is_its else dc.replace(shown, procedure=None, step=None)


def _is_open(shown: Shown) -> bool:
    return shown.step is not None and _DOMAIN in shown.step.confirmations


def _screen(request: Request, *, shown: Shown, approved: bool = False) -> HTMLResponse:
    return plain_page(
        request,
        "approval.html",
        visit=None,
        title="ドメイン名使用承認",
        shown=shown,
        is_open=_is_open(shown),
        approved=approved,
    )
