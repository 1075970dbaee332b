# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Slices of lists, and texts as rows can hold them."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from rehearsal_desk.store.store import Application, LinkedContract

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


def storable(text: str) -> str:
    """Replace what no row can hold: lone surrogates, and NUL in PostgreSQL."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\N{REPLACEMENT CHARACTER}")
