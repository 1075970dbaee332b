# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What a page has for a person to read, fill in and press."""

from __future__ import annotations

import dataclasses as dc
import typing as t

if t.TYPE_CHECKING:
    from ._lxml import Element


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    text: str
    value: str


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing to fill in, by its visible label; a tick box has itself as its only choice."""

    label: str
    name: str
    kind: t.Literal["line", "choice", "tick"]
    choices: tuple[Choice, ...] = ()


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    text: str
    form: Element
    name: str
    value: str


__all__ = ("Button", "Choice", "Field")
