# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""リハーサル操作: the page of the rehearsal's own controls; it looks unlike the imitated screens on purpose."""

from __future__ import annotations

import hmac
import re
import typing as t

import jinja2
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from rehearsal_desk.controls import control, fault_controls
from rehearsal_desk.controls.control_interface import LONGEST_REASON, NewFault
from rehearsal_desk.portal.entrance import set_cookie
from rehearsal_desk.portal.fields import Fields
from rehearsal_desk.portal.front import ENVIRONMENT, FORM_TOKEN, ForeignForm, Front, TheFields, TheFront, plain_page
from rehearsal_desk.portal.sessions import CONTROLS, Visit
from rehearsal_desk.portal.site import make_site
from rehearsal_desk.rules.admins import digest
from rehearsal_desk.rules.problems import Breach, NotFound, Problem, Refused, refuse_if_any
from rehearsal_desk.rules.wording import say, spoken
from rehearsal_desk.store.faults import KINDS, MOST_FAULTS, Fault

BASE_PATH: t.Final = f"{control.BASE_PATH}/ui"
COOKIE: t.Final = "rehearsal_controls"

_TITLE: t.Final = "リハーサル操作"
_WRONG: t.Final = "トークンが正しくありません。"
_LATEST: t.Final = 20  # rows of a list on the first page

_DAYS: t.Final = re.compile(r"-?[0-9]{1,9}")

router = APIRouter()

# The pages share forms and lists with the portal's.
_SCREENS: t.Final = ENVIRONMENT.overlay(
    loader=jinja2.ChoiceLoader(
        [jinja2.PackageLoader("rehearsal_desk.controls"), jinja2.PackageLoader("rehearsal_desk.portal")]
    )
)


class ControlsLocked(Exception):
    """Nobody has shown the control token in this browser."""


def mount(app: FastAPI, *, front: Front) -> None:
    """Put the rehearsal's own page on this application."""
    page = make_site(front, routers=(router,), template="controls_message.html", environment=_SCREENS)
    page.add_exception_handler(ControlsLocked, _to_unlock)
    app.mount(BASE_PATH, page)


async def _to_unlock(_request: Request, _error: Exception) -> Response:
    return RedirectResponse(f"{BASE_PATH}/login", status_code=303)


def controller(request: Request, desk_front: TheFront) -> Visit:
    """Return the session that was opened with the control token."""
    visit = desk_front.sessions.visit(request.cookies.get(COOKIE, ""))
    if visit is None or visit.master_id != CONTROLS:
        raise ControlsLocked
    return visit


TheController = t.Annotated[Visit, Depends(controller)]


def control_form(request: Request, visit: TheController, received: TheFields) -> Fields:
    """Return the form, once it is known to come from a page of this session."""
    if not visit.accepts(received.line(FORM_TOKEN), action=request.url.path):
        raise ForeignForm
    return received


TheControlForm = t.Annotated[Fields, Depends(control_form)]


@router.get("/login")
def unlock_screen(request: Request) -> HTMLResponse:
    """Ask for the control token."""
    return plain_page(request, "controls_login.html", visit=None, title=_TITLE, error="")


@router.post("/login")
def unlock(request: Request, desk_front: TheFront, fields: TheFields) -> Response:
    """Keep the control token's answer in a cookie; no session exists yet whose rights a foreign form could borrow."""
    if not hmac.compare_digest(digest(fields.line("control_token")), desk_front.control_digest):
        return plain_page(request, "controls_login.html", visit=None, title=_TITLE, error=_WRONG, status=401)
    answer = _back()
    set_cookie(answer, COOKIE, desk_front.sessions.open(CONTROLS), path=BASE_PATH)
    return answer


@router.get("/")
def overview(request: Request, desk_front: TheFront, visit: TheController) -> HTMLResponse:
    """Show everything that can be moved, on one page."""
    return _overview(request, desk_front, visit=visit)


@router.get("/outbox")
def outbox(request: Request, desk_front: TheFront, visit: TheController) -> HTMLResponse:
    """Show every mail."""
    mails = desk_front.outbox.list_mails()
    return plain_page(request, "controls_outbox.html", visit=visit, title="送信箱", mails=mails)


@router.get("/outbox/{number}")
def mail(request: Request, desk_front: TheFront, visit: TheController, number: int) -> HTMLResponse:
    """Show one mail, its approval link working."""
    found = desk_front.outbox.read_mail(number)
    if found is None:
        raise NotFound(say("There is no such mail.", "このメールはありません。"))
    return plain_page(request, "controls_mail.html", visit=visit, title="メール", mail=found)


@router.get("/purchases")
def purchases(request: Request, desk_front: TheFront, visit: TheController) -> HTMLResponse:
    """Show the ledger of purchases."""
    rows = desk_front.back_office.list_purchases()
    return plain_page(request, "controls_purchases.html", visit=visit, title="購入の記録", purchases=rows)


@router.post("/clock")
def clock(request: Request, desk_front: TheFront, visit: TheController, form: TheControlForm) -> Response:
    """Set or advance the clock; this session survives the jump."""

    def act() -> None:
        now, days = form.line("now"), form.line("advance_days")
        if days and not _DAYS.fullmatch(days):
            raise Refused(
                (Breach("advance_days", "invalid", say("A whole number of days.", "日数を整数で入力してください。")),)
            )
        # A form without a zone means the time in Japan, as the screens show it.
        spelled = f"{now.replace(' ', 'T')}+09:00" if now else None
        moment = control.next_moment(spelled, int(days) if days else None, clock_now=desk_front.clock.now())
        desk_front.lapses.set_clock(moment)
        desk_front.sessions.keep(visit.digest)
        desk_front.outbox.catch_up()

    return _done(request, desk_front, visit=visit, act=act)


@router.post("/ca")
def ca(request: Request, desk_front: TheFront, visit: TheController, form: TheControlForm) -> Response:
    """Press one button of the CA's desk."""
    contract_id, office = form.line("contract_id"), desk_front.back_office
    chosen = [contract_id] if contract_id else None
    acts: dict[str, t.Callable[[], object]] = {
        "contact": lambda: office.contact(chosen),
        "work": lambda: office.work(chosen),
        "answer": lambda: office.answer(contract_id, confirmation=form.line("answer")),
        "reject": lambda: office.reject(contract_id, reason=_reason(form)),
    }
    act = next((acts[name] for name in acts if form.ticked(name)), None)
    if act is None:
        raise Refused((Breach("", "required", say("Which button?", "どのボタンが押されたか分かりません。")),))
    return _done(request, desk_front, visit=visit, act=act)


@router.post("/faults")
def switch_on(request: Request, desk_front: TheFront, visit: TheController, form: TheControlForm) -> Response:
    """Add one fault to those in force."""

    def act() -> None:
        fault, current = _fault(form), desk_front.faults.current()
        if len(current) >= MOST_FAULTS:
            raise Refused(
                (Breach("faults", "invalid", say("At most {} faults.", "障害は{}件までです。", MOST_FAULTS)),)
            )
        desk_front.faults.replace((*current, fault))

    return _done(request, desk_front, visit=visit, act=act)


@router.post("/faults/off")
def switch_off(request: Request, desk_front: TheFront, visit: TheController, form: TheControlForm) -> Response:
    """End one fault, or all."""

    def act() -> None:
        chosen = form.line("index")
        kept = (fault for index, fault in enumerate(desk_front.faults.current()) if chosen not in ("", str(index)))
        desk_front.faults.replace(tuple(kept))

    return _done(request, desk_front, visit=visit, act=act)


def _fault(form: Fields) -> Fault:
    count = form.line("count")
    if count and not count.isdecimal():
        raise Refused(
            (
                Breach(
                    "count",
                    "invalid",
                    say("A whole number, or nothing for every call.", "整数を入力してください。毎回の場合は空欄です。"),
                ),
            )
        )
    kind = KINDS.get(form.line("name"))
    settings = {} if kind is None else {setting.name: form.line(setting.name) for setting in kind.settings}
    entered = NewFault(
        name=form.line("name"),
        method=form.line("method") or None,
        path=form.line("path") or None,
        count=int(count) if count else None,
        every=not count,
        # Only settings that are text can be typed here; all of them through the JSON control.
        settings={name: value for name, value in settings.items() if value},
    )
    fault, misread = fault_controls.read_fault(entered, within="")
    refuse_if_any((*misread, *fault_controls.fault_breaches("fault", fault)))
    return fault


def _reason(form: Fields) -> str:
    reason = form.line("reason")
    if not 0 < len(reason) <= LONGEST_REASON:
        raise Refused(
            (
                Breach(
                    "reason",
                    "required",
                    say("Give the CA's reason in a sentence.", "認証局の却下の理由を入力してください。"),
                ),
            )
        )
    return reason


def _done(request: Request, desk_front: Front, *, visit: Visit, act: t.Callable[[], object]) -> Response:
    try:
        act()
    except Problem as problem:
        return _overview(request, desk_front, visit=visit, problem=problem)
    return _back()


def _overview(request: Request, desk_front: Front, *, visit: Visit, problem: Problem | None = None) -> HTMLResponse:
    mails, rows = desk_front.outbox.list_mails(), desk_front.back_office.list_purchases()
    return plain_page(
        request,
        "controls.html",
        visit=visit,
        title=_TITLE,
        status=200 if problem is None else 422,
        reasons=() if problem is None else _reasons_of(problem),
        at_ca=desk_front.back_office.list_at_ca(),
        mails=mails[:_LATEST],
        mail_count=len(mails),
        purchases=rows[: -_LATEST - 1 : -1],
        purchase_count=len(rows),
        kinds=tuple(KINDS.values()),
        faults=desk_front.faults.current(),
    )


def _reasons_of(problem: Problem) -> tuple[str, ...]:
    messages = [breach.message for breach in problem.breaches] or [problem.message]
    return tuple(spoken(message, "ja") for message in messages)


def _back() -> Response:
    return RedirectResponse(f"{BASE_PATH}/", status_code=303)
