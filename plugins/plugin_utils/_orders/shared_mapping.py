# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The shape of what many orders share."""

from __future__ import annotations

import typing as t

from .voluptuous_dep import vol

_MOST_REMEMBERED = 256


class SharedMapping:
    """A mapping of fields that many orders share through their defaults: judged once, as long as it is the same one."""

    def __init__(self, fields: dict[t.Any, t.Any]) -> None:
        self.fields = fields
        self._schema = vol.Schema(fields)
        self._accepted: dict[int, tuple[object, t.Any]] = {}

    def __call__(self, value: object) -> t.Any:
        entry = self._accepted.get(id(value))
        if entry is None:
            if len(self._accepted) >= _MOST_REMEMBERED:
                self._accepted.clear()
            # The value is kept with its result: as long as it lives, no other one can have its id.
            entry = self._accepted[id(value)] = (value, self._schema(value))
        return entry[1]


__all__ = ("SharedMapping",)
