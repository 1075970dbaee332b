# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rehearsal's own controls: the clock, the CA's hands, the purchases. No real desk has these."""

from __future__ import annotations

import datetime as dt
import hmac
import typing as t

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials as Bearer
from fastapi.security import HTTPBearer

from rehearsal_desk.api.answers import describe, moment, token_refused
from rehearsal_desk.api.interface import Wire
from rehearsal_desk.api.reading import Reading, body_of
from rehearsal_desk.controls import control_interface as wire
from rehearsal_desk.controls.control_interface import LONGEST_LEAD, LONGEST_REASON, Counted
from rehearsal_desk.desk.authority import CertificationAuthority
from rehearsal_desk.desk.back_office import BackOffice
from rehearsal_desk.desk.lapses import Lapses
from rehearsal_desk.desk.outbox import Outbox
from rehearsal_desk.desk.people import ACTS, People
from rehearsal_desk.rules.admins import digest
from rehearsal_desk.rules.catalogue import CONFIRMATIONS
from rehearsal_desk.rules.problems import Breach, Refused, refuse_if_any
from rehearsal_desk.rules.wording import say
from rehearsal_desk.store import clock

BASE_PATH: t.Final = "/rehearsal"

_MOST_DAYS: t.Final = 10_000
_PEM_TYPE: t.Final = "application/x-pem-file"
_PEM: t.Final = {"description": "PEM", "content": {_PEM_TYPE: {"schema": {"type": "string"}}}}


Row = t.TypeVar("Row", bound=Wire)
Named = t.TypeVar("Named", wire.Rejection, wire.Answered, wire.ByHand)

_SCHEME: t.Final = HTTPBearer(
    scheme_name="control", description="The token of the rehearsal's controls.", auto_error=False
)


async def control_token(request: Request, shown: t.Annotated[Bearer | None, Depends(_SCHEME)]) -> None:
    """Refuse a request without the control token."""
    if not hmac.compare_digest(digest(shown.credentials if shown else ""), request.app.state.control_digest):
        raise token_refused()


async def _clock(request: Request) -> clock.Clock:
    return t.cast(clock.Clock, request.app.state.clock)


async def _back_office(request: Request) -> BackOffice:
    return t.cast(BackOffice, request.app.state.back_office)


async def _authority(request: Request) -> CertificationAuthority:
    return t.cast(CertificationAuthority, request.app.state.authority)


async def _lapses(request: Request) -> Lapses:
    return t.cast(Lapses, request.app.state.lapses)


async def _outbox(request: Request) -> Outbox:
    return t.cast(Outbox, request.app.state.outbox)


TheLapses = t.Annotated[Lapses, Depends(_lapses)]
TheOutbox = t.Annotated[Outbox, Depends(_outbox)]
TheClock = t.Annotated[clock.Clock, Depends(_clock)]
TheBackOffice = t.Annotated[BackOffice, Depends(_back_office)]
TheAuthority = t.Annotated[CertificationAuthority, Depends(_authority)]

ChosenContracts = t.Annotated[Reading[wire.ContractIds], body_of(wire.ContractIds)]

ROUTING: t.Final[dict[str, t.Any]] = {
    "prefix": BASE_PATH,
    "tags": ["rehearsal"],
    "dependencies": [Depends(control_token)],
    "responses": describe(200, 400, 500),
}
router = APIRouter(**ROUTING)


@router.get("/clock")
def read_clock(desk_clock: TheClock) -> wire.Time:
    """Read the desk's time."""
    return wire.Time(now=desk_clock.now())


@router.put("/clock", responses=describe(409))
def set_clock(
    desk_clock: TheClock, lapses: TheLapses, body: t.Annotated[Reading[wire.NewTime], body_of(wire.NewTime)]
) -> wire.Time:
    """Set or advance the desk's clock; what becomes due on the way happens day by day."""
    form = body.whole_form()
    lapses.set_clock(next_moment(form.now, form.advance_days, clock_now=desk_clock.now()))
    return read_clock(desk_clock)


@router.post("/ca/contact", responses=describe(404))
def contact_applicants(back_office: TheBackOffice, body: ChosenContracts) -> Counted[wire.Move]:
    """Let the CA contact the applicants, nothing more."""
    return count_rows(wire.Move, back_office.contact(body.whole_form().contract_ids))


@router.post("/ca/work", responses=describe(404))
def work_at_ca(back_office: TheBackOffice, body: ChosenContracts) -> Counted[wire.Move]:
    """Let the CA contact, the applicants answer everything, and the CA issue."""
    return count_rows(wire.Move, back_office.work(body.whole_form().contract_ids))


@router.post("/ca/auto")
def let_ca_work(
    lapses: TheLapses, body: t.Annotated[Reading[wire.AutomaticCa], body_of(wire.AutomaticCa)]
) -> wire.AutomaticCaTold:
    """Let the CA work by itself as days pass, or no longer."""
    form = body.whole_form()
    days = {"DV": form.dv, "OV": form.ov, "EV": form.ev}
    wrong = [level for level, lead in days.items() if not 0 <= lead <= LONGEST_LEAD]
    missing = (
        ()
        if "on" in form.model_fields_set
        else (Breach("on", "required", say("true or false.", "true または false です。")),)
    )
    refuse_if_any(
        (
            *missing,
            *(Breach(level.lower(), "invalid", say("0 to {} days.", "0〜{}日です。", LONGEST_LEAD)) for level in wrong),
        )
    )
    lapses.let_ca_work(days if form.on else None)
    return wire.AutomaticCaTold(on=form.on, dv=form.dv, ov=form.ov, ev=form.ev)


@router.post("/by-hand", responses=describe(403, 404, 409))
def act_by_hand(request: Request, body: t.Annotated[Reading[wire.ByHand], body_of(wire.ByHand)]) -> Counted[wire.Move]:
    """Do what a person does in a browser or by e-mail: renew, cancel or link a contract otherwise."""
    form = _named(body)
    if form.act not in ACTS:
        message = say("A person can: {}.", "担当者が行えること: {}", ", ".join(ACTS))
        raise Refused((Breach("act", "invalid" if form.act else "required", message),))
    people: People = request.app.state.people
    return count_rows(
        wire.Move, (people.do(form.act, form.contract_id, term=form.term, linked_contract_id=form.linked_contract_id),)
    )


@router.post("/ca/reject", responses=describe(404, 409))
def reject_application(
    back_office: TheBackOffice, body: t.Annotated[Reading[wire.Rejection], body_of(wire.Rejection)]
) -> Counted[wire.Move]:
    """Let the CA reject."""
    form = _named(body)
    if not 1 <= len(form.reason) <= LONGEST_REASON:
        message = say(
            "Give the CA's reason in a sentence of at most {} characters.",
            "認証局の却下の理由を、{}文字以内で入力してください。",
            LONGEST_REASON,
        )
        raise Refused((Breach("reason", "invalid" if form.reason else "required", message),))
    return count_rows(wire.Move, (back_office.reject(form.contract_id, reason=form.reason),))


@router.post("/ca/answer", responses=describe(404, 409))
def answer_ca(
    back_office: TheBackOffice, body: t.Annotated[Reading[wire.Answered], body_of(wire.Answered)]
) -> Counted[wire.Move]:
    """Let the applicant answer one confirmation."""
    form = _named(body)
    if form.confirmation not in CONFIRMATIONS:
        message = say("Confirmations: {}.", "確認の種類: {}", ", ".join(CONFIRMATIONS))
        raise Refused((Breach("confirmation", "invalid" if form.confirmation else "required", message),))
    return count_rows(wire.Move, (back_office.answer(form.contract_id, confirmation=form.confirmation),))


@router.get("/outbox")
def list_mails(outbox: TheOutbox) -> Counted[wire.Mail]:
    """List every mail, newest first."""
    return count_rows(wire.Mail, outbox.list_mails())


@router.get("/purchases")
def list_purchases(back_office: TheBackOffice) -> Counted[wire.Purchase]:
    """List every purchase ever made."""
    return count_rows(wire.Purchase, back_office.list_purchases())


@router.get("/audit")
def list_audit(back_office: TheBackOffice) -> Counted[wire.AuditEntry]:
    """List every spend and every download."""
    return count_rows(wire.AuditEntry, back_office.list_audit())


@router.get("/root", response_class=Response, responses={200: _PEM})
def read_root(authority: TheAuthority) -> Response:
    """Read the rehearsal root, PEM."""
    return Response(authority.root, media_type=_PEM_TYPE)


def count_rows(model: type[Row], rows: t.Sequence[object]) -> Counted[Row]:
    """Make an answer that counts and lists all of these."""
    return Counted(count=len(rows), results=list(map(model.model_validate, rows)))


def next_moment(now: str | None, days: int | None, *, clock_now: dt.datetime) -> dt.datetime:
    """Find the moment that the clock is to be set to: either `now` or so many days on."""
    if (now is None) == (days is None):
        raise Refused(
            (
                Breach(
                    "now",
                    "required",
                    say("Give either now or advance_days.", "now と advance_days のどちらか一方を指定してください。"),
                ),
            )
        )
    if days is not None:
        wanted = clock_now + dt.timedelta(days=max(-_MOST_DAYS, min(days, _MOST_DAYS)))
        attribute = "advance_days"
    else:
        wanted = _moment_in(now or "") or dt.datetime.min.replace(tzinfo=dt.UTC)
        attribute = "now"
    if not clock.EARLIEST <= wanted <= clock.LATEST:
        message = say(
            "A moment such as {}, from {} to {}.",
            "{} のような日時で、{} から {} までです。",
            moment(clock_now),
            moment(clock.EARLIEST),
            moment(clock.LATEST),
        )
        raise Refused((Breach(attribute, "invalid", message),))
    return wanted


def _moment_in(text: str) -> dt.datetime | None:
    """Read a moment in RFC 3339; None when the text is none."""
    try:
        value = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return value if value.tzinfo is not None else None


def _named(body: Reading[Named]) -> Named:
    form = body.whole_form()
    if "contract_id" not in form.model_fields_set:
        raise Refused(
            (
                Breach(
                    "contract_id",
                    "required",
                    say("Which application?", "お申し込みのサービスコードを指定してください。"),
                ),
            )
        )
    return form
