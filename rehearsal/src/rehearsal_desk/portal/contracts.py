# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is there already: the list of contracts, サービストップ, ステータス一覧, and the downloads."""

from __future__ import annotations

import typing as t

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from rehearsal_desk.desk.showing import Shown
from rehearsal_desk.portal import labels, mishaps
from rehearsal_desk.portal.front import BASE_PATH, Front, TheFront, TheVisitor, Visitor, page
from rehearsal_desk.portal.menus import SERVICE_TRAIL, Trail

CERTIFICATES_PATH: t.Final = f"{BASE_PATH}/certificates"
_PAGE: t.Final = 100
_FARTHEST: t.Final = 10_000_000

router = APIRouter()


@router.get("/certificates")
def service(request: Request, desk_front: TheFront, who: TheVisitor, page_number: int = 1) -> HTMLResponse:
    """Show IIJサーバ証明書管理サービス: the contracts, each leading to its サービストップ."""
    return _list_screen(request, desk_front, who=who, template="service.html", number=page_number)


@router.get("/certificates/status")
def status_list(request: Request, desk_front: TheFront, who: TheVisitor, page_number: int = 1) -> HTMLResponse:
    """Show ステータス一覧."""
    return _list_screen(request, desk_front, who=who, template="status_list.html", number=page_number)


@router.get("/certificates/{contract_id}")
def service_top(request: Request, desk_front: TheFront, who: TheVisitor, contract_id: str) -> HTMLResponse:
    """Show サービストップ of one contract."""
    shown = desk_front.desk.read_application(who.admin, contract_id)
    return page(request, "service_top.html", who=who, title=labels.SERVICE_TOP, trail=SERVICE_TRAIL, shown=shown)


@router.get("/certificates/{contract_id}/certificate.pem")
def certificate(desk_front: TheFront, who: TheVisitor, contract_id: str) -> Response:
    """Return the certificate, as a file."""
    issued = desk_front.desk.download_certificate(who.admin, contract_id)
    return _file(issued.certificate or "", name=f"{contract_id}.pem")


@router.get("/certificates/{contract_id}/chain.pem")
def chain(desk_front: TheFront, who: TheVisitor, contract_id: str) -> Response:
    """Return the intermediates, as a file."""
    issued = desk_front.desk.download_certificate(who.admin, contract_id)
    return _file(issued.chain or "", name=f"{contract_id}-chain.pem")


@router.get("/certificates/{contract_id}/private-key.pem")
def private_key(desk_front: TheFront, who: TheVisitor, contract_id: str) -> Response:
    """Return the private key that the service made, as a file."""
    _, key = desk_front.desk.download_private_key(who.admin, contract_id)
    return _file(key, name=f"{contract_id}-key.pem")


def contract_trail(shown: Shown) -> Trail:
    """Return the screens above those of one contract."""
    return (*SERVICE_TRAIL, (labels.SERVICE_TOP, f"{CERTIFICATES_PATH}/{shown.application.contract_id}"))


def _list_screen(request: Request, desk_front: Front, *, who: Visitor, template: str, number: int) -> HTMLResponse:
    number = max(1, min(number, _FARTHEST // _PAGE))
    offset = (number - 1) * _PAGE
    rows, total = desk_front.desk.list_applications(who.admin, offset=offset, limit=_PAGE)
    total = max(0, total - mishaps.missing_rows(desk_front.faults, path=request.url.path))
    rows = rows[: max(0, total - offset)]
    is_status = template == "status_list.html"
    return page(
        request,
        template,
        who=who,
        title=labels.STATUS_LIST if is_status else labels.SERVICE_NAME,
        trail=SERVICE_TRAIL if is_status else SERVICE_TRAIL[:-1],
        rows=rows,
        total=total,
        number=number,
        pages=max(1, -(-total // _PAGE)),
        here=request.url.path,
    )


def _file(text: str, *, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(text, media_type="application/x-pem-file", headers=headers)
