# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rehearsal's own controls: the clock, the CA's hands, the purchases. No real desk has these."""

from __future__ import annotations

import datetime as dt
import hmac
import typing as t

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, PlainTextResponse

from rehearsal_desk.api import json_forms
from rehearsal_desk.api.answers import moment, token_refused
from rehearsal_desk.api.api import Body, bearer_token
from rehearsal_desk.api.json_forms import Fields
from rehearsal_desk.desk.authority import CertificationAuthority
from rehearsal_desk.desk.back_office import BackOffice, Move
from rehearsal_desk.desk.outbox import Outbox
from rehearsal_desk.rules.admins import digest
from rehearsal_desk.rules.catalogue import CONFIRMATIONS
from rehearsal_desk.rules.problems import Breach, Refused
from rehearsal_desk.store import clock

BASE_PATH: t.Final = "/rehearsal"

LONGEST_REASON: t.Final = 255
_MOST_DAYS: t.Final = 10_000


async def control_token(request: Request) -> None:
    """Refuse whoever does not show the control token."""
    if not hmac.compare_digest(digest(bearer_token(request)), request.app.state.control_digest):
        raise token_refused()


async def _clock(request: Request) -> clock.Clock:
    return t.cast(clock.Clock, request.app.state.clock)


async def _back_office(request: Request) -> BackOffice:
    return t.cast(BackOffice, request.app.state.back_office)


async def _authority(request: Request) -> CertificationAuthority:
    return t.cast(CertificationAuthority, request.app.state.authority)


async def _outbox(request: Request) -> Outbox:
    return t.cast(Outbox, request.app.state.outbox)


TheOutbox = t.Annotated[Outbox, Depends(_outbox)]
TheClock = t.Annotated[clock.Clock, Depends(_clock)]
TheBackOffice = t.Annotated[BackOffice, Depends(_back_office)]
TheAuthority = t.Annotated[CertificationAuthority, Depends(_authority)]

router = APIRouter(prefix=BASE_PATH, dependencies=[Depends(control_token)])


@router.get("/clock")
def read_clock(desk_clock: TheClock) -> JSONResponse:
    """The desk's time."""
    return JSONResponse({"now": moment(desk_clock.now())})


@router.put("/clock")
def set_clock(desk_clock: TheClock, body: Body) -> JSONResponse:
    """Set or advance the desk's clock."""
    fields = Fields(body)
    now, days = fields.text("now"), fields.number("advance_days")
    fields.refuse_if_misread()
    desk_clock.set(wanted_moment(now, days, clock_now=desk_clock.now()))
    return JSONResponse({"now": moment(desk_clock.now())})


@router.post("/ca/contact")
def ca_contact(back_office: TheBackOffice, body: Body) -> JSONResponse:
    """The CA contacts the applicants, nothing more."""
    return _moved(back_office.contact(_contract_ids(body)))


@router.post("/ca/work")
def ca_work(back_office: TheBackOffice, body: Body) -> JSONResponse:
    """The CA contacts, the applicants answer everything, the CA issues."""
    return _moved(back_office.work(_contract_ids(body)))


@router.post("/ca/reject")
def ca_reject(back_office: TheBackOffice, body: Body) -> JSONResponse:
    """The CA rejects."""
    fields = Fields(body)
    contract_id, reason = fields.text("contract_id"), fields.text("reason")
    fields.refuse_if_misread()
    if contract_id is None:
        raise Refused((Breach("contract_id", "required", "Which application?"),))
    if not reason or len(reason) > LONGEST_REASON:
        message = f"Give the CA's reason in a sentence of at most {LONGEST_REASON} characters."
        raise Refused((Breach("reason", "invalid" if reason else "required", message),))
    return _moved((back_office.reject(contract_id, reason=reason),))


@router.post("/ca/answer")
def ca_answer(back_office: TheBackOffice, body: Body) -> JSONResponse:
    """The applicant answers one confirmation."""
    fields = Fields(body)
    contract_id, confirmation = fields.text("contract_id"), fields.text("confirmation")
    fields.refuse_if_misread()
    if contract_id is None:
        raise Refused((Breach("contract_id", "required", "Which application?"),))
    if confirmation not in CONFIRMATIONS:
        message = f"Confirmations: {', '.join(CONFIRMATIONS)}."
        raise Refused((Breach("confirmation", "invalid" if confirmation else "required", message),))
    return _moved((back_office.answer(contract_id, confirmation=confirmation),))


@router.get("/outbox")
def read_outbox(outbox: TheOutbox) -> JSONResponse:
    """Every mail, newest first."""
    rows = [
        {
            "id": found.id,
            "contract_id": found.contract_id,
            "kind": found.kind,
            "from": found.sender,
            "to": found.recipients.split(", "),
            "subject": found.subject,
            "body": found.body,
            "written_at": moment(found.written_at),
            "sent_at": moment(found.sent_at),
            "failure": found.failure,
        }
        for found in outbox.mails()
    ]
    return JSONResponse({"count": len(rows), "results": rows})


@router.get("/purchases")
def purchases(back_office: TheBackOffice) -> JSONResponse:
    """Every purchase ever made."""
    rows = [
        {
            "contract_id": purchase.contract_id,
            "client_reference": purchase.client_reference,
            "common_name": purchase.common_name,
            "ordered_at": moment(purchase.ordered_at),
        }
        for purchase in back_office.purchases()
    ]
    return JSONResponse({"count": len(rows), "results": rows})


@router.get("/audit")
def audit(back_office: TheBackOffice) -> JSONResponse:
    """Every spend and every download."""
    rows = [
        {
            "at": moment(entry.at),
            "master_id": entry.master_id,
            "act": entry.act,
            "contract_id": entry.contract_id,
        }
        for entry in back_office.audit()
    ]
    return JSONResponse({"count": len(rows), "results": rows})


@router.get("/root")
def root(authority: TheAuthority) -> PlainTextResponse:
    """The rehearsal root, PEM."""
    return PlainTextResponse(authority.root, media_type="application/x-pem-file")


def wanted_moment(now: str | None, days: int | None, *, clock_now: dt.datetime) -> dt.datetime:
    """The moment that the clock is to be set to: either `now` or so many days on."""
    if (now is None) == (days is None):
        raise Refused((Breach("now", "required", "Give either now or advance_days."),))
    if days is not None:
        wanted = clock_now + dt.timedelta(days=max(-_MOST_DAYS, min(days, _MOST_DAYS)))
        attribute = "advance_days"
    else:
        wanted = json_forms.moment(now or "") or dt.datetime.min.replace(tzinfo=dt.UTC)
        attribute = "now"
    if not clock.EARLIEST <= wanted <= clock.LATEST:
        message = f"A moment such as {moment(clock_now)}, from {moment(clock.EARLIEST)} to {moment(clock.LATEST)}."
        raise Refused((Breach(attribute, "invalid", message),))
    return wanted


def _contract_ids(body: t.Mapping[str, object]) -> tuple[str, ...] | None:
    fields = Fields(body)
    values = fields.array("contract_ids")
    fields.refuse_if_misread()
    if values is None:
        return None
    if not all(isinstance(value, str) for value in values):
        raise Refused((Breach("contract_ids", "invalid", "A list of contract IDs."),))
    return tuple(map(str, values))


def _moved(moves: tuple[Move, ...]) -> JSONResponse:
    rows = [{"contract_id": move.contract_id, "from": move.before, "state": move.after} for move in moves]
    return JSONResponse({"count": len(rows), "results": rows})
