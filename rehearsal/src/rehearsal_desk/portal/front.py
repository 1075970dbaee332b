# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every screen has: who is looking, whether the form is theirs, and how a page is made."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import re
import typing as t

import jinja2
import markupsafe
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from rehearsal_desk.desk.back_office import BackOffice
from rehearsal_desk.desk.desk import Desk
from rehearsal_desk.desk.lapses import Lapses
from rehearsal_desk.desk.outbox import Outbox
from rehearsal_desk.desk.registrar import Registrar
from rehearsal_desk.portal import fields, labels, mishaps
from rehearsal_desk.portal.fields import Fields
from rehearsal_desk.portal.sessions import Sessions, Visit
from rehearsal_desk.portal.variants import PLAIN, UTF_8, Variant
from rehearsal_desk.rules.admins import Admin
from rehearsal_desk.rules.catalogue import LINKED_SERVICES, PRODUCTS
from rehearsal_desk.store.clock import Clock
from rehearsal_desk.store.faults import FaultList

BASE_PATH: t.Final = "/portal"
COOKIE: t.Final = "rehearsal_portal"
FORM_TOKEN: t.Final = "form_token"

_ADDRESS: t.Final = re.compile(r"(https?://[^\s]+)")
_JST: t.Final = dt.timezone(dt.timedelta(hours=9))

_ANOTHER: t.Final = "内容をご確認のうえ、お進みください。"

# Nothing but our own style sheet, no script at all.
_HEADERS: t.Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class NotLoggedIn(Exception):
    """There is no live session."""


class ForeignForm(Exception):
    """The form was not made for this session and this path."""


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """The rules behind the screens, and what the screens need in addition."""

    desk: Desk
    registrar: Registrar
    back_office: BackOffice
    outbox: Outbox
    clock: Clock
    lapses: Lapses
    faults: FaultList
    sessions: Sessions
    admins: t.Mapping[str, Admin]  # by master ID
    control_digest: str = dc.field(repr=False)
    variant: Variant = PLAIN


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """An admin with a live session."""

    admin: Admin
    visit: Visit


def front(request: Request) -> Front:
    """Return what this application was made with."""
    return t.cast(Front, request.app.state.front)


def visitor(request: Request) -> Visitor:
    """Return who is logged in; raises `NotLoggedIn`."""
    desk_front = front(request)
    visit = desk_front.sessions.visit(request.cookies.get(COOKIE, ""))
    admin = None if visit is None else desk_front.admins.get(visit.master_id)
    if visit is None or admin is None:
        raise NotLoggedIn
    return Visitor(admin=admin, visit=visit)


async def received_fields(request: Request) -> Fields:
    """Return the form that came in, in the encoding of this portal."""
    return await fields.read_fields(request, codec=front(request).variant.codec)


TheFields = t.Annotated[Fields, Depends(received_fields)]
TheFront = t.Annotated[Front, Depends(front)]
TheVisitor = t.Annotated[Visitor, Depends(visitor)]


def form(request: Request, who: TheVisitor, received: TheFields) -> Fields:
    """Return the form, once it is known to come from a page of this session."""
    desk_front = front(request)
    if mishaps.session_expires(desk_front.faults, method=request.method, path=request.url.path):
        desk_front.sessions.close(who.visit.digest)
        raise NotLoggedIn
    if not who.visit.accepts(received.line(FORM_TOKEN), action=request.url.path):
        raise ForeignForm
    return received


TheForm = t.Annotated[Fields, Depends(form)]


def page(
    request: Request, template: str, *, who: Visitor | None = None, status: int = 200, **values: object
) -> HTMLResponse:
    """Show one screen of the portal."""
    title = mishaps.other_title(front(request).faults, method=request.method, path=request.url.path)
    if title:
        template, values = "message.html", {"title": title, "sentence": _ANOTHER, "detail": "", "rules": ()}
    visit = None if who is None else who.visit
    variant, now = front(request).variant, front(request).clock.now()
    text = rendered(ENVIRONMENT, template, who=who, visit=visit, now=now, variant=variant, **values)
    text = mishaps.relabelled(text, in_force=front(request).faults, method=request.method, path=request.url.path)
    return _served(variant.changed(text), variant=variant, status=status)


def _served(text: str, *, variant: Variant, status: int) -> HTMLResponse:
    """Return a page in the encoding of this portal; what that does not have becomes a character reference."""
    headers = dict(_HEADERS)
    if variant.runs_scripts:
        headers["Content-Security-Policy"] += "; script-src 'unsafe-inline'"
    answer = HTMLResponse("", status_code=status, headers=headers)
    text = text.replace(f'charset="{UTF_8}"', f'charset="{variant.encoding}"')
    answer.body = text.encode(variant.codec, "xmlcharrefreplace")
    answer.headers["content-length"] = str(len(answer.body))
    answer.headers["content-type"] = f"text/html; charset={variant.encoding}"
    return answer


def plain_page(
    request: Request, template: str, *, visit: Visit | None, status: int = 200, **values: object
) -> HTMLResponse:
    """Show one screen that is no part of the portal, from the templates of its own site."""
    text = rendered(request.app.state.environment, template, visit=visit, now=front(request).clock.now(), **values)
    return HTMLResponse(text, status_code=status, headers=_HEADERS)


def rendered(environment: jinja2.Environment, template: str, *, visit: Visit | None, **values: object) -> str:
    """Render a template as HTML; its forms carry the tokens of this session."""

    def form_token(action: str) -> str:
        return "" if visit is None else visit.form_token(action)

    return environment.get_template(template).render(form_token=form_token, **values)


def local_time(moment: dt.datetime | None) -> str:
    """Return a moment as people in Japan write it."""
    return labels.NOT_SHOWN if moment is None else moment.astimezone(_JST).strftime("%Y-%m-%d %H:%M")


def local_day(moment: dt.datetime | None) -> str:
    """Return a day in Japan."""
    return labels.NOT_SHOWN if moment is None else moment.astimezone(_JST).strftime("%Y-%m-%d")


def with_links(text: str) -> markupsafe.Markup:
    """Make web addresses in the text clickable; a bare host name is none, since it may be somebody's."""
    parts = _ADDRESS.split(text)
    link = markupsafe.Markup('<a href="{0}">{0}</a>')
    return markupsafe.Markup("").join(link.format(part) if index % 2 else part for index, part in enumerate(parts))


ENVIRONMENT: t.Final = jinja2.Environment(
    loader=jinja2.PackageLoader("rehearsal_desk.portal"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.globals.update(
    words=labels, products=PRODUCTS, linked_services=LINKED_SERVICES, form_field=FORM_TOKEN, base=BASE_PATH
)
ENVIRONMENT.filters.update(
    moment=local_time, day=local_day, confirmation=labels.CONFIRMATIONS.__getitem__, with_links=with_links
)
