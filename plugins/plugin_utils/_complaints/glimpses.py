# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""How a value begins, however large it is."""

from __future__ import annotations

import itertools
import reprlib
import typing as t


class _Glimpse(reprlib.Repr):
    """The library's own sorts a mapping as a whole, to write a few of its keys."""

    def repr_dict(self, x: dict[t.Any, t.Any], level: int) -> str:
        return super().repr_dict(dict(itertools.islice(x.items(), self.maxdict + 1)), level)


_GLIMPSE: t.Final = _Glimpse()
_GLIMPSE.maxstring = _GLIMPSE.maxother = _GLIMPSE.maxlong = 200


def write_beginning(value: object) -> str:
    """Write the beginning of a value; raises ValueError for a number that Python does not write."""
    return _GLIMPSE.repr(value)


__all__ = ("write_beginning",)
