# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A contract as it is at one moment, for every face of the desk."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt

from rehearsal_desk.desk import life, links
from rehearsal_desk.desk.habits import Habits
from rehearsal_desk.store.store import Application, LinkChange, Procedure


@dc.dataclass(frozen=True, slots=True)
class Shown:
    """A contract together with where it stands at the moment of showing; `step` is that of the open procedure."""

    application: Application
    standing: life.Standing
    procedure: Procedure | None
    step: life.Step | None
    renewal: life.Renewal | None
    link: links.Link
    further_links: tuple[links.Link, ...]
    link_change: LinkChange | None


def show(application: Application, *, now: dt.datetime, habits: Habits) -> Shown:
    """Return the contract as it is at this moment."""
    procedure = life.open_procedure(application, now=now)
    return Shown(
        application,
        standing=life.standing(application, now=now),
        procedure=procedure,
        step=None if procedure is None else life.step_of(procedure, product=application.product, now=now),
        renewal=life.renewal_of(application, habits=habits),
        link=links.link_of(application, now=now),
        further_links=links.further_links(application, now=now),
        link_change=links.change_under_way(application, now=now),
    )


def list_turns(application: Application) -> list[dt.datetime]:
    """List the moments at which `show` comes to show something else though nothing is written."""
    missed = (each.register_by + dt.timedelta(days=1) for each in application.procedures if each.register_by)
    return [
        *(dt.datetime.combine(day, dt.time(tzinfo=dt.UTC)) for day in missed),
        *(each.not_after for each in application.procedures if each.not_after),
        *(each.installed_at for each in application.procedures if each.installed_at),
        *(each.done_at for each in application.link_changes),
    ]


def label_of(procedure: Procedure) -> str:
    """Return what the key of this procedure is sealed under; that of the first has always been the contract ID."""
    return procedure.contract_id if procedure.number == 1 else procedure.public_id
