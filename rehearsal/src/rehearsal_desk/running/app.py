# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything put together."""

from __future__ import annotations

import contextlib
import typing as t

from fastapi import FastAPI
from starlette.datastructures import State

from rehearsal_desk.api import answers, api
from rehearsal_desk.controls import control, fault_controls, screens
from rehearsal_desk.controls.faulty_line import FaultyLine
from rehearsal_desk.desk.back_office import BackOffice
from rehearsal_desk.desk.desk import Desk
from rehearsal_desk.desk.lapses import Lapses
from rehearsal_desk.desk.mishaps import Mishaps
from rehearsal_desk.desk.outbox import Outbox
from rehearsal_desk.desk.people import People
from rehearsal_desk.desk.postman import Postman
from rehearsal_desk.desk.registrar import Registrar
from rehearsal_desk.desk.remembered import RememberedRows
from rehearsal_desk.portal import site
from rehearsal_desk.portal.front import Front
from rehearsal_desk.portal.sessions import Sessions
from rehearsal_desk.portal.variants import VARIANTS
from rehearsal_desk.running import openapi
from rehearsal_desk.running.known_names import KnownNames, known_names
from rehearsal_desk.running.premises import Premises, prepare_premises
from rehearsal_desk.running.settings import Settings
from rehearsal_desk.running.settled import Settled
from rehearsal_desk.store.store import Store


def create_app(settings: Settings, *, premises: Premises | None = None) -> FaultyLine:
    """Create a rehearsal desk as an ASGI application: one worker of these premises, or the only one of new ones."""
    premises = premises or prepare_premises(settings)
    clock, authority, faults, habits = premises.clock, premises.authority, premises.faults, settings.habits
    store = Store(settings.database)
    mishaps = Mishaps(faults, authority=authority)
    outbox = Outbox(store, clock=clock, admins=settings.admins, url=settings.url, habits=habits)
    postman = None if settings.smtp is None else Postman(outbox, server=settings.smtp)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> t.AsyncIterator[None]:
        if postman is not None:
            postman.start()
        yield
        if postman is not None:
            postman.stop()
        store.close()

    # FastAPI's own document would know nothing of bodies, which are read by hand to report all breaches at once.
    app = FastAPI(title="Rehearsal desk", lifespan=lifespan, openapi_url=None)
    app.state.admins = {admin.token_digest: admin for admin in settings.admins}
    app.state.control_digest = settings.control_digest
    app.state.clock, app.state.authority, app.state.faults = clock, authority, faults
    app.state.outbox = outbox
    app.state.desk = Desk(
        store,
        clock=clock,
        outbox=outbox,
        mishaps=mishaps,
        vault=settings.vault,
        habits=habits,
        not_offered=settings.not_offered,
        registration_days=settings.registration_days,
    )
    app.state.rows = RememberedRows(api.write_row)
    app.state.registrar = Registrar(store, clock=clock, outbox=outbox, vault=settings.vault, habits=habits)
    app.state.back_office = BackOffice(
        store, clock=clock, authority=authority, outbox=outbox, mishaps=mishaps, habits=habits
    )
    _let_time_pass(app, store=store, premises=premises, settings=settings)
    if names := known_names(settings.url):
        app.add_middleware(KnownNames, names=names)
    answers.teach_failures(app)
    site.take_routes(app, api.router, control.router, fault_controls.router, openapi.router)
    front = _front(app.state, settings=settings, sessions=Sessions(store, clock=clock))
    screens.mount(app, front=front)
    site.mount(app, front=front)
    return FaultyLine(app, faults=faults, base_path=api.BASE_PATH)


def _let_time_pass(app: FastAPI, *, store: Store, premises: Premises, settings: Settings) -> None:
    """Let people act, and time that passes."""
    state = app.state
    state.people = People(state.desk, back_office=state.back_office, admins=settings.admins)
    state.lapses = Lapses(
        store,
        clock=premises.clock,
        board=premises.board,
        outbox=state.outbox,
        registrar=state.registrar,
        back_office=state.back_office,
        habits=settings.habits,
    )
    app.add_middleware(Settled, lapses=state.lapses, clock=premises.clock)


def _front(state: State, *, settings: Settings, sessions: Sessions) -> Front:
    return Front(
        desk=state.desk,
        registrar=state.registrar,
        back_office=state.back_office,
        outbox=state.outbox,
        clock=state.clock,
        lapses=state.lapses,
        faults=state.faults,
        sessions=sessions,
        admins={admin.master_id: admin for admin in settings.admins},
        control_digest=settings.control_digest,
        variant=VARIANTS[settings.variant],
    )
