# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs from adapter to adapter: how the desk is reached, what its exchanges are called, where faults strike."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.adapter import ApiDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.transport import Connection
from ansible_collections.iij.server_certificate.tests.reliability.crash_points import ApiNames

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
    never_met: t.ClassVar[t.Mapping[str, str]]  # faults of the desk that this adapter cannot meet, and why

    def __init__(self, control: DeskControl, *, patience: int = PATIENCE) -> None: ...

    def names(self) -> Names:
        """How its exchanges are called."""

    def options(self, role: Role) -> Json:
        """The options of a task that make it use this adapter."""

    def desk(self) -> Desk:
        """The desk as a plan sees it."""


_LIST = ("GET", "/applications")
_PURCHASE = ("POST", "/applications")
_REGISTRATION = ("PUT", "/applications/*/registration")
_CANCELLATION = ("POST", "/applications/*/cancellation")
_LOST: Json = {"name": "drop_after_commit", "method": "POST", "path": "/applications"}


def _step(world: str, name: str, call: tuple[str, str], before: int = 0, *faults_before: Json) -> Step:
    method, path = call
    return Step(world=world, name=name, method=method, path=path, before=before, faults_before=faults_before)


class ApiAdapter:
    """The JSON interface."""

    name: t.ClassVar[str] = "api"
    steps: t.ClassVar[tuple[Step, ...]] = (
        _step("supplied", "first list", _LIST),
        _step("supplied", "products", ("GET", "/products")),
        _step("new", "linked contracts", ("GET", "/linked-contracts")),
        _step("supplied", "first purchase", _PURCHASE),
        _step("supplied", "second purchase", _PURCHASE, 1),
        _step("supplied", "look-up", _LIST, 1, _LOST),
        _step("supplied", "second list", _LIST, 1),
        _step("new", "first registration", _REGISTRATION),
        _step("supplied", "second registration", _REGISTRATION, 1),
        _step("referenced", "first list", _LIST),
        _step("referenced", "second list", _LIST, 1),
        _step("resumed", "cancellation", _CANCELLATION),
        _step("resumed", "purchase", _PURCHASE),
        _step("resumed", "first registration", _REGISTRATION),
        _step("resumed", "last registration", _REGISTRATION, 2),
    )
    never_met: t.ClassVar[t.Mapping[str, str]] = {
        "listing_repeats_row": "a page with an offset is read only beyond 1,000 applications",
    }

    def __init__(self, control: DeskControl, *, patience: int = PATIENCE) -> None:
        self._control = control
        self._patience = patience

    def names(self) -> Names:
        return ApiNames()

    def options(self, role: Role) -> Json:
        token = self._control.order_token if role == "order" else self._control.register_token
        return {"desk_url": self._control.url, "desk_token": token, "request_timeout": self._patience}

    def desk(self) -> Desk:
        return ApiDesk(Connection(url=self._control.url, token=self._control.order_token))


ADAPTERS: t.Final[dict[str, type[Adapter]]] = {ApiAdapter.name: ApiAdapter}

__all__ = ("ADAPTERS", "Adapter", "ApiAdapter", "Step")
