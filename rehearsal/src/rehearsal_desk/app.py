# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything put together."""

from __future__ import annotations

import contextlib
import typing as t

from fastapi import FastAPI

from rehearsal_desk import answers, api, control, seeds
from rehearsal_desk.authority import CertificationAuthority
from rehearsal_desk.back_office import BackOffice
from rehearsal_desk.clock import Clock
from rehearsal_desk.desk import Desk
from rehearsal_desk.faults import FaultList, FaultyLine
from rehearsal_desk.registrar import Registrar
from rehearsal_desk.settings import Settings
from rehearsal_desk.store import Store


def create_app(settings: Settings, *, clock: Clock | None = None) -> FaultyLine:
    """A rehearsal desk as an ASGI application, with its own root, its database prepared and seeded."""
    store = Store(settings.database)
    seeds.sow(store)
    clock = clock or Clock()
    authority = CertificationAuthority()
    faults = FaultList()

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> t.AsyncIterator[None]:
        yield
        store.close()

    # No schema is served: bodies are read by hand to report all breaches at once, so it would say little that is true.
    app = FastAPI(title="Rehearsal desk", lifespan=lifespan, openapi_url=None)
    app.state.admins = {admin.token_digest: admin for admin in settings.admins}
    app.state.control_digest = settings.control_digest
    app.state.clock = clock
    app.state.authority = authority
    app.state.faults = faults
    app.state.desk = Desk(
        store, clock=clock, not_offered=settings.not_offered, registration_days=settings.registration_days
    )
    app.state.registrar = Registrar(store, clock=clock)
    app.state.back_office = BackOffice(store, clock=clock, authority=authority)
    answers.teach_failures(app)
    app.include_router(api.router)
    app.include_router(control.router)
    return FaultyLine(app, faults=faults, base_path=api.BASE_PATH)
