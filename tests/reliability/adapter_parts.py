# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs from adapter to adapter: how the desk is reached, what its exchanges are called, where faults strike."""

from __future__ import annotations

import dataclasses as dc
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import Desk
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl
    from ansible_collections.iij.server_certificate.tests.reliability.crash_points import Names

Json = dict[str, t.Any]
Role = t.Literal["order", "register"]

PATIENCE: t.Final = 30  # seconds that a call may take, unless a cell is about that


@dc.dataclass(frozen=True, kw_only=True)
class Step:
    """One call of an apply that a fault can befall: the calls of this kind before it are let through."""

    world: str
    name: str
    method: str
    path: str
    before: int = 0
    faults_before: tuple[Json, ...] = ()  # what has to befall the apply so that the call is made at all


class Adapter(t.Protocol):
    """An adapter at a running desk."""

    name: t.ClassVar[str]
    steps: t.ClassVar[tuple[Step, ...]]
    killed_in: t.ClassVar[tuple[tuple[str, str], ...]]  # worlds, and what is lost of a purchase: a key of `losses`
    losses: t.ClassVar[t.Mapping[str, tuple[Json, ...]]]
    changes: t.ClassVar[t.Mapping[str, tuple[str, ...]]]  # which exchange may do which steps of a plan
    changes_online: t.ClassVar[bool]  # whether it reissues, cancels and links otherwise
    stages: t.ClassVar[tuple[str, ...]]  # of the desk's faults
    drawn: t.ClassVar[int | None]  # how many of its cells a run takes if nobody says how many; None: all
    never_met: t.ClassVar[t.Mapping[str, str]]  # faults of the desk that this adapter cannot meet, and why
    variant: t.ClassVar[str]  # of the portal's screens

    def __init__(self, control: DeskControl, *, patience: int = PATIENCE) -> None: ...

    def names(self) -> Names:
        """How its exchanges are called."""

    def options(self, role: Role) -> Json:
        """The options of a task that make it use this adapter."""

    def desk(self) -> Desk:
        """The desk as a plan sees it."""


def losses_of(path: str, what: str = "") -> dict[str, tuple[Json, ...]]:
    """No answer to the first call of this kind, which is booked, or is not; a purchase unless it is named."""
    lost = {"answer lost": "drop_after_commit", "request lost": "drop_before_commit"}
    named = {label: ({"name": fault, "method": "POST", "path": path},) for label, fault in lost.items()}
    return {f"{what}'s {label}" if what else label: faults for label, faults in named.items()}


def step(world: str, name: str, call: tuple[str, str], before: int = 0, *faults_before: Json) -> Step:
    """A step by the call that it is about."""
    method, path = call
    return Step(world=world, name=name, method=method, path=path, before=before, faults_before=faults_before)


__all__ = ("PATIENCE", "Adapter", "Json", "Role", "Step", "losses_of", "step")
