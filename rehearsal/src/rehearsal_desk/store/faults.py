# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults on demand: which ones there are, which are in force, and which request meets one.

What a fault does is not decided here: `faulty_line` fails requests, `mishaps` has the CA's mistakes, and the portal's
own are in its package. Each of them adds its kinds to the one registry.
"""

from __future__ import annotations

import dataclasses as dc
import fnmatch
import random
import typing as t

from rehearsal_desk.store.blackboard import Blackboard, Words

Stage = t.Literal["line", "ca", "portal"]
Scalar = str | int | bool | None

MOST_FAULTS: t.Final = 100
_FAULTS: t.Final = "faults"
_REVOKED: t.Final = "revoked_tokens"


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One thing about a kind of fault that can be set."""

    name: str
    default: Scalar
    does: str
    whole_number: bool = False  # what is set is a number, though there may be no default


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of fault: what it does, and to which calls."""

    name: str
    stage: Stage  # who looks for it: the line to the JSON interface, the CA's desk, or the portal
    does: str
    methods: tuple[str, ...]  # the first is the default
    path: str  # the default pattern
    settings: tuple[Setting, ...] = ()

    def setting(self, name: str) -> Setting | None:
        """Return the setting of this name."""
        return next((setting for setting in self.settings if setting.name == name), None)


KINDS: t.Final[dict[str, Kind]] = {}
ALIASES: t.Final = {"server_error": "error_500"}


def register(*kinds: Kind) -> None:
    """Make kinds of fault known; a name can be given once."""
    for kind in kinds:
        if KINDS.setdefault(kind.name, kind) != kind:
            raise ValueError(f"contract broken: two kinds of fault are called {kind.name}")


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens to requests of this method and path: after `skip` calls to `count` of them, or to every one."""

    name: str
    method: str
    path: str  # a shell pattern
    count: int | None = 1  # None: every one
    skip: int = 0
    percent: int = 100  # how many of a hundred calls meet it, drawn with the seed
    seed: int = 0
    settings: t.Mapping[str, Scalar] = dc.field(default_factory=dict)
    seen: int = 0  # calls that fitted so far

    @property
    def every(self) -> bool:
        """Whether every call meets it."""
        return self.count is None

    @property
    def kind(self) -> Kind:
        """What kind it is."""
        return KINDS[ALIASES.get(self.name, self.name)]

    def fits(self, stage: Stage, *, method: str, path: str) -> bool:
        """Check whether this fault concerns such a call."""
        return self.kind.stage == stage and self.method == method and fnmatch.fnmatchcase(path, self.path)

    def strikes(self) -> bool:
        """Check whether it strikes at the call just seen; the same seed always draws the same."""
        if self.seen <= self.skip:
            return False
        return self.percent >= 100 or self.draw().random() * 100 < self.percent

    def draw(self) -> random.Random:
        """Draw chance, the same for the same seed and the same call."""
        return random.Random(f"{self.seed}/{self.seen}")

    def value(self, name: str) -> Scalar:
        """Return a setting, or its default."""
        setting = self.kind.setting(name)
        if setting is None:
            raise ValueError(f"contract broken: {self.name} has no setting {name}")
        return self.settings.get(name, setting.default)

    def text(self, name: str) -> str:
        """Return a setting as text, empty when there is none."""
        value = self.value(name)
        return "" if value is None else str(value)

    def number(self, name: str) -> int:
        """Return a setting as a whole number, 0 when there is none."""
        return int(self.value(name) or 0)


class FaultList:
    """The faults in force, for all workers at once; each strike takes one off the first that fits."""

    def __init__(self, board: Blackboard | None = None) -> None:
        self._board = board or Blackboard()

    def replace(self, faults: tuple[Fault, ...]) -> None:
        """Put these in force and no others; tokens that were revoked are good again."""
        with self._board.changing() as words:
            words[_FAULTS] = [dc.asdict(fault) for fault in faults]
            words[_REVOKED] = []

    def current(self) -> tuple[Fault, ...]:
        """Return the faults that are not used up."""
        return _faults_on(self._board.read())

    def take(self, stage: Stage, *, method: str, path: str, names: t.Container[str] | None = None) -> Fault | None:
        """Take the fault that this call meets, now used once more; `names` are the only ones that the caller can do."""
        if not self._board.read().get(_FAULTS):
            return None
        with self._board.changing() as words:
            faults = list(_faults_on(words))
            struck = None
            for index, fault in enumerate(faults):
                if (names is not None and fault.kind.name not in names) or not fault.fits(
                    stage, method=method, path=path
                ):
                    continue
                faults[index] = seen = dc.replace(fault, seen=fault.seen + 1)
                if seen.strikes():
                    faults[index] = dc.replace(seen, count=None if seen.count is None else seen.count - 1)
                    struck = seen
                    break
            words[_FAULTS] = [dc.asdict(fault) for fault in faults if fault.count != 0]
        return struck

    def revoke(self, token_digest: str) -> None:
        """Refuse this token until the faults are replaced."""
        with self._board.changing() as words:
            words[_REVOKED] = sorted({*words.get(_REVOKED, []), token_digest})

    def is_revoked(self, token_digest: str) -> bool:
        """Check whether this token was revoked."""
        return token_digest in self._board.read().get(_REVOKED, [])

    def revokes_any(self) -> bool:
        """Check whether any token was revoked."""
        return bool(self._board.read().get(_REVOKED))


def _faults_on(words: Words) -> tuple[Fault, ...]:
    return tuple(Fault(**entry) for entry in words.get(_FAULTS, ()))
