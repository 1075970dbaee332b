# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Slices of lists, and texts as rows can hold them."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from rehearsal_desk.store.store import Application, LinkChange, LinkedContract, Procedure

Row = t.TypeVar("Row", Application, LinkedContract)


@dc.dataclass(frozen=True, slots=True)
class Page(t.Generic[Row]):
    """A slice of a list, and the length of the whole."""

    rows: tuple[Row, ...]
    total: int


def read_page(
    session: Session,
    table: type[Row],
    *,
    where: t.Sequence[ColumnElement[bool]],
    by: t.Any,
    offset: int,
    limit: int,
) -> Page[Row]:
    """Read a slice of a table in this order, and count the whole."""
    total = session.scalar(select(func.count()).select_from(table).where(*where)) or 0
    # The offset is walked on the narrow index; only the rows of this page are read.
    keys = select(by).where(*where).order_by(by).offset(offset).limit(limit).subquery()
    rows = session.scalars(select(table).join(keys, by == keys.c[0]).order_by(by))
    return Page(tuple(rows), total)


def read_revisions(
    session: Session, *, where: t.Sequence[ColumnElement[bool]], offset: int, limit: int
) -> tuple[list[tuple[int, int]], int]:
    """Read key and revision of each contract of a slice, oldest first, and count the whole."""
    total = session.scalar(select(func.count()).select_from(Application).where(*where)) or 0
    keys = select(Application.id).where(*where).order_by(Application.id).offset(offset).limit(limit).subquery()
    found = select(Application.id, Application.revision).join(keys, Application.id == keys.c[0])
    return [(key, revision) for key, revision in session.execute(found.order_by(Application.id))], total


def is_ordered_by(references: t.Iterable[str]) -> ColumnElement[bool]:
    """Choose the contracts that one of these references has ordered, renewed, reissued or linked."""
    wanted = [storable(reference) for reference in references]
    procedures = select(Procedure.application_id).where(Procedure.client_reference.in_(wanted))
    changes = select(LinkChange.application_id).where(LinkChange.client_reference.in_(wanted))
    return Application.id.in_(procedures) | Application.id.in_(changes)


def storable(text: str) -> str:
    """Replace what no row can hold: lone surrogates, and NUL in PostgreSQL."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\N{REPLACEMENT CHARACTER}")
