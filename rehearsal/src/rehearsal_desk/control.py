# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rehearsal's own controls: the clock, the CA's hands, the purchases, the faults. No real desk has these."""

from __future__ import annotations

import datetime as dt
import hmac
import typing as t

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, PlainTextResponse

from rehearsal_desk import clock, json_forms
from rehearsal_desk.admins import digest
from rehearsal_desk.answers import moment
from rehearsal_desk.api import Body, bad_token, bearer_token
from rehearsal_desk.authority import CertificationAuthority
from rehearsal_desk.back_office import BackOffice, Move
from rehearsal_desk.faults import NAMES, Fault, FaultList
from rehearsal_desk.json_forms import Fields
from rehearsal_desk.problems import Breach, Refused, merged, refuse_if_any

BASE_PATH: t.Final = "/rehearsal"

_METHODS: t.Final = ("GET", "POST", "PUT")
_LONGEST_REASON: t.Final = 255
_MOST_DAYS: t.Final = 10_000


async def _control(request: Request) -> None:
    if not hmac.compare_digest(digest(bearer_token(request)), request.app.state.control_digest):
        raise bad_token()


async def _clock(request: Request) -> clock.Clock:
    return t.cast(clock.Clock, request.app.state.clock)


async def _back_office(request: Request) -> BackOffice:
    return t.cast(BackOffice, request.app.state.back_office)


async def _faults(request: Request) -> FaultList:
    return t.cast(FaultList, request.app.state.faults)


async def _authority(request: Request) -> CertificationAuthority:
    return t.cast(CertificationAuthority, request.app.state.authority)


TheClock = t.Annotated[clock.Clock, Depends(_clock)]
TheBackOffice = t.Annotated[BackOffice, Depends(_back_office)]
TheFaults = t.Annotated[FaultList, Depends(_faults)]
TheAuthority = t.Annotated[CertificationAuthority, Depends(_authority)]

router = APIRouter(prefix=BASE_PATH, dependencies=[Depends(_control)])


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
    desk_clock.set(_wanted_moment(now, days, clock_now=desk_clock.now()))
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
    if not reason or len(reason) > _LONGEST_REASON:
        message = f"Give the CA's reason in a sentence of at most {_LONGEST_REASON} characters."
        raise Refused((Breach("reason", "invalid" if reason else "required", message),))
    return _moved((back_office.reject(contract_id, reason=reason),))


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


@router.get("/root")
def root(authority: TheAuthority) -> PlainTextResponse:
    """The rehearsal root, PEM."""
    return PlainTextResponse(authority.root, media_type="application/x-pem-file")


@router.put("/faults")
def set_faults(faults: TheFaults, body: Body) -> JSONResponse:
    """Replace the list of faults."""
    fields = Fields(body)
    items = fields.sections("faults")
    if items is None:
        fields.refuse_if_misread()
        raise Refused((Breach("faults", "required", "Give the list of faults; an empty one ends them all."),))
    new = tuple(map(_fault, items))
    for item in items:
        fields.absorb(item)
    rules = (breach for index, fault in enumerate(new) for breach in _fault_breaches(index, fault))
    refuse_if_any(merged(fields.breaches(), rules))
    faults.replace(new)
    current = [
        {"name": fault.name, "method": fault.method, "path": fault.path, "count": fault.count}
        for fault in faults.current()
    ]
    return JSONResponse({"faults": current})


def _fault(fields: Fields) -> Fault:
    name, method, path = (fields.text(field) or "" for field in ("name", "method", "path"))
    count = fields.number("count")
    return Fault(name=name, method=method, path=path, count=1 if count is None else count)


def _fault_breaches(index: int, fault: Fault) -> t.Iterator[Breach]:
    if fault.name not in NAMES:
        yield Breach(f"faults.{index}.name", "invalid", f"Faults: {', '.join(NAMES)}.")
    if fault.method not in _METHODS:
        yield Breach(f"faults.{index}.method", "invalid", f"Methods: {', '.join(_METHODS)}.")
    if not fault.path.startswith("/"):
        yield Breach(f"faults.{index}.path", "invalid", "A pattern such as /applications/*/registration.")
    if fault.count < 1:
        yield Breach(f"faults.{index}.count", "invalid", "At least 1.")


def _wanted_moment(now: str | None, days: int | None, *, clock_now: dt.datetime) -> dt.datetime:
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
