# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Whose the files of a host are: no two orders may write one."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .._core import errors, paths
from .._core.phrases import Phrase
from . import door

if t.TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable, Collection, Iterable

_ORDER = Phrase("the order {0}", "オーダー {0}")


class Wanted(t.Protocol):
    """What an order asks of this host."""

    @property
    def name(self) -> str: ...

    @property
    def own_paths(self) -> tuple[str, ...]: ...

    @property
    def key_path(self) -> str | None: ...


@dc.dataclass(frozen=True)
class Beside:
    """The files of an order of this host with which nothing is done now; no other may have them."""

    name: str
    own_paths: tuple[str, ...]
    key_path: str | None


class _Claim(t.NamedTuple):
    """A path that an order names; the file of a key may serve several orders, which then name one path.

    `ends`: the order is cancelled, and stops none that is not.
    """

    wanted: Wanted
    path: str
    ends: bool
    is_key: bool = False

    def agrees_with(self, other: _Claim) -> bool:
        if self.wanted is other.wanted or (other.ends and not self.ends):
            return True
        # Whether orders may share a key is judged by the controller, which sees no links.
        return self.is_key and other.is_key and paths.plain_path(self.path) == paths.plain_path(other.path)


class Claims:
    """Whose each file is: two orders that write the same file would undo each other's work on every run.

    `ending` are the names of orders that are cancelled.
    """

    def __init__(self, orders: Iterable[Wanted], *, ending: Collection[str] = ()) -> None:
        named = [_Claim(wanted, path, wanted.name in ending) for wanted in orders for path in wanted.own_paths]
        named += [
            _Claim(wanted, wanted.key_path, wanted.name in ending, is_key=True) for wanted in orders if wanted.key_path
        ]
        self._own: dict[int, list[tuple[str | errors.Fault, _Claim]]] = {}
        self._files: dict[str, list[_Claim]] = {}
        for claim in named:
            file = _find(door.file_of, claim.path)
            self._own.setdefault(id(claim.wanted), []).append((file, claim))
            if isinstance(file, str):
                self._files.setdefault(file, []).append(claim)
        # A path that is the collection's beside a file; nearly no order names one, so it is rarely asked for more.
        hidden = [(file, claim) for claim in named for file in paths.hidden_beside(claim.path)]
        self._hidden = [(_find(door.place_of, file), claim) for file, claim in hidden]
        named.sort(key=lambda claim: claim.ends)  # of several at one place the first one counts
        self._places = {_find(door.place_of, claim.path): claim for claim in reversed(named)} if hidden else {}

    def gives_way(self, wanted: Wanted) -> bool:
        """Check whether an order is cancelled and another one, which is not, has a file of its own."""
        return any(
            claim.ends and not other.ends and not claim.agrees_with(other)
            for file, claim in self._own.get(id(wanted), ())
            for other in (self._files[file] if claim.ends and isinstance(file, str) else ())
        )

    def require_own(self, wanted: Wanted) -> None:
        """Refuse a file that is another order's too, or a path that is kept hidden beside a file of an order.

        And one that leads through a folder of others, before anything is done; that of a key is where it is looked for.
        """
        for file, claim in self._own.get(id(wanted), ()):
            if isinstance(file, errors.Fault):
                if claim.is_key:
                    continue
                raise file
            foreign = next((other for other in self._files[file] if not claim.agrees_with(other)), None)
            if foreign:
                raise errors.PathShared(path=claim.path, other=_ORDER.filled(foreign.wanted.name))
        for place, claim in self._hidden:
            if claim.wanted is wanted and isinstance(place, errors.Fault):
                raise place
            if claim.wanted is wanted and place in self._places and not (self._places[place].ends and not claim.ends):
                raise errors.PathShared(path=claim.path, other=_ORDER.filled(self._places[place].wanted.name))


def _find(find: Callable[[str], pathlib.Path], path: str) -> str | errors.Fault:
    try:
        return str(find(path))
    except Exception as error:  # told when it is that order's turn
        return errors.as_fault(error)


__all__ = ("Beside", "Claims", "Wanted")
