# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs from adapter to adapter: how the desk is reached, what its exchanges are called, where faults strike."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.adapter import ApiDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.transport import ApiConnection
from ansible_collections.iij.server_certificate.tests.contract.portal_desks import portal_of
from ansible_collections.iij.server_certificate.tests.contract.test_portal_variants import CASES
from ansible_collections.iij.server_certificate.tests.reliability.crash_points import ApiNames, PortalNames

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import Desk
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl
    from ansible_collections.iij.server_certificate.tests.contract.test_portal_variants import CASES
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
    changes: t.ClassVar[t.Mapping[str, str]]  # which exchange may do which step of a plan
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


def _losses(path: str) -> dict[str, tuple[Json, ...]]:
    """No answer to the first purchase, which is booked, or is not."""
    return {
        "": (),
        "answer lost": ({"name": "drop_after_commit", "method": "POST", "path": path},),
        "request lost": ({"name": "drop_before_commit", "method": "POST", "path": path},),
    }


def _of_renewals(path: str) -> dict[str, tuple[Json, ...]]:
    return {f"renewal's {what}": lost for what, lost in _losses(path).items() if what}


def _step(world: str, name: str, call: tuple[str, str], before: int = 0, *faults_before: Json) -> Step:
    method, path = call
    return Step(world=world, name=name, method=method, path=path, before=before, faults_before=faults_before)


_LIST = ("GET", "/applications")
_PURCHASE = ("POST", "/applications")
_REGISTRATION = ("PUT", "/applications/*/registration")
_RENEWAL = ("POST", "/applications/*/renewals")
_CANCELLATION = ("POST", "/applications/*/cancellation")
_API_LOSSES = _losses("/applications")
(_LOST,) = _API_LOSSES["answer lost"]
_RENEWAL_LOSSES = _of_renewals(_RENEWAL[1])
(_LOST_RENEWAL,) = _RENEWAL_LOSSES["renewal's answer lost"]


class ApiAdapter:
    """The JSON interface."""

    name: t.ClassVar[str] = "api"
    steps: t.ClassVar[tuple[Step, ...]] = (
        _step("supplied", "first list", _LIST),
        _step("supplied", "products", ("GET", "/products")),
        _step("new", "linked contracts", ("GET", "/linked-contracts")),
        _step("supplied", "first purchase", _PURCHASE),
        _step("supplied", "second purchase", _PURCHASE, 1),
        _step("supplied", "list before the purchases", _LIST, 1),
        _step("supplied", "look-up", _LIST, 2, _LOST),
        _step("supplied", "list before the registrations", _LIST, 2),
        _step("new", "first registration", _REGISTRATION),
        _step("supplied", "second registration", _REGISTRATION, 1),
        _step("referenced", "first list", _LIST),
        _step("referenced", "list before the purchases", _LIST, 1),
        _step("referenced", "list before the registrations", _LIST, 2),
        _step("resumed", "cancellation", _CANCELLATION),
        _step("resumed", "purchase", _PURCHASE),
        _step("resumed", "first registration", _REGISTRATION),
        _step("resumed", "last registration", _REGISTRATION, 2),
        _step("due", "first renewal", _RENEWAL),
        _step("due", "second renewal", _RENEWAL, 1),
        _step("due", "list before the renewals", _LIST, 1),
        _step("due", "look-up of a renewal", _LIST, 2, _LOST_RENEWAL),
        _step("due", "registration of a renewal", _REGISTRATION),
        _step("mixed", "renewal", _RENEWAL),
        _step("mixed", "purchase beside it", _PURCHASE),
        _step("mixed", "last registration of three", _REGISTRATION, 2),
    )
    killed_in: t.ClassVar[tuple[tuple[str, str], ...]] = (
        ("new", ""),
        ("resumed", ""),
        ("due", ""),
        ("due", "renewal's answer lost"),
        ("due", "renewal's request lost"),
        ("mixed", ""),
        ("supplied", "answer lost"),
        ("supplied", "request lost"),
    )
    losses: t.ClassVar[t.Mapping[str, tuple[Json, ...]]] = _API_LOSSES | _RENEWAL_LOSSES
    changes: t.ClassVar[t.Mapping[str, str]] = {
        "POST renewals": "renew",
        "POST applications": "place",
        "POST cancellation": "cancel",
        "PUT registration": "register",
    }
    stages: t.ClassVar[tuple[str, ...]] = ("line",)
    drawn: t.ClassVar[int | None] = None
    variant: t.ClassVar[str] = ""
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
        return ApiDesk(ApiConnection(url=self._control.url, token=self._control.order_token))


_STATUS = ("GET", "/portal/certificates/status")
_FORM = ("GET", "/portal/orders/new")
_TO_CONFIRM = ("POST", "/portal/orders/new")
_BOUGHT = ("POST", "/portal/orders/confirm")
_CONTRACT = ("GET", "/portal/certificates/*")
_REGISTER = ("POST", "/portal/certificates/*/registration/confirm")
_CHOICE = ("POST", "/portal/renewals")
_TO_RENEWAL = ("POST", "/portal/renewals/rsc????????")
_RENEWED = ("POST", "/portal/renewals/*/confirm")
_PORTAL_LOSSES = _losses(_BOUGHT[1])
(_UNSEEN,) = _PORTAL_LOSSES["answer lost"]
_PORTAL_RENEWAL_LOSSES = _of_renewals(_RENEWED[1])
(_UNSEEN_RENEWAL,) = _PORTAL_RENEWAL_LOSSES["renewal's answer lost"]
_JSON_ONLY = "it alters an answer of the JSON interface"


class PortalAdapter:
    """The portal's screens, without pauses between requests."""

    name: t.ClassVar[str] = "portal"
    steps: t.ClassVar[tuple[Step, ...]] = (
        _step("supplied", "log-in", ("POST", "/portal/login")),
        _step("supplied", "first list", _STATUS),
        _step("supplied", "order form", _FORM),
        _step("supplied", "way to the confirm screen", _TO_CONFIRM),
        _step("supplied", "list before the purchases", _STATUS, 1),
        _step("supplied", "list before the purchase", _STATUS, 2),
        _step("supplied", "first purchase", _BOUGHT),
        _step("supplied", "second purchase", _BOUGHT, 1),
        _step("supplied", "screen after the purchase", ("GET", "/portal/orders/*/done")),
        _step("supplied", "list after a lost answer", _STATUS, 3, _UNSEEN),
        _step("found", "contract", _CONTRACT),
        _step("new", "first registration", _REGISTER),
        _step("supplied", "registration form", ("GET", "/portal/certificates/*/registration")),
        _step("supplied", "second registration", _REGISTER, 1),
        _step("supplied", "screen after the registration", ("GET", "/portal/certificates/*/registered")),
        _step("due", "choice of a contract", _CHOICE),
        _step("due", "way to a renewal's confirm screen", _TO_RENEWAL),
        _step("due", "list before the renewals", _STATUS, 1),
        _step("due", "list before a renewal", _STATUS, 2),
        _step("due", "first renewal", _RENEWED),
        _step("due", "second renewal", _RENEWED, 1),
        _step("due", "screen after a renewal", ("GET", "/portal/renewals/*/done")),
        _step("due", "list after a lost answer to a renewal", _STATUS, 3, _UNSEEN_RENEWAL),
        _step("due", "registration of a renewal", _REGISTER),
    )
    killed_in: t.ClassVar[tuple[tuple[str, str], ...]] = (
        ("new", ""),
        ("found", ""),
        ("supplied", "answer lost"),
        ("supplied", "request lost"),
        ("due", ""),
        ("due", "renewal's answer lost"),
        ("due", "renewal's request lost"),
    )
    losses: t.ClassVar[t.Mapping[str, tuple[Json, ...]]] = _PORTAL_LOSSES | _PORTAL_RENEWAL_LOSSES
    changes: t.ClassVar[t.Mapping[str, str]] = {
        "POST confirm": "place",
        "POST renewals confirm": "renew",
        "POST certificates registration confirm": "register",
    }
    stages: t.ClassVar[tuple[str, ...]] = ("line", "portal")
    drawn: t.ClassVar[int | None] = 1_000
    variant: t.ClassVar[str] = ""
    never_met: t.ClassVar[t.Mapping[str, str]] = {
        "error_500": _JSON_ONLY,
        "too_many_requests": _JSON_ONLY,
        "token_revoked": "the portal has no tokens",
        "truncated_json": _JSON_ONLY,
        "altered_json": _JSON_ONLY,
        "echo_differs": _JSON_ONLY,
        "wrong_content_type": _JSON_ONLY,
        "stale_read": _JSON_ONLY,
        "listing_lags": "status_list_lags is its like",
        "listing_repeats_row": _JSON_ONLY,
        "procedure_hidden": _JSON_ONLY,
        "window_moves": _JSON_ONLY,
        "terms_not_offered": _JSON_ONLY,
        "clock_skew": _JSON_ONLY,
        "double_click_order": "no button is ever pressed twice",
    }

    def __init__(self, control: DeskControl, *, patience: int = PATIENCE) -> None:
        self._control = control
        self._patience = patience

    def names(self) -> Names:
        return PortalNames()

    def options(self, role: Role) -> Json:
        user, password = self._control.group_admin if role == "order" else self._control.service_admin
        return {
            "desk": "portal",
            "desk_url": self._control.portal_url,
            "portal_user": user,
            "portal_password": password,
            "request_timeout": self._patience,
            "request_interval": 0,
            # The desk's list lags only where a fault says so, and no longer than that.
            "listing_lag": 0,
            "screen_map": self._screen_map(),
        }

    def desk(self) -> Desk:
        return portal_of(self._control, self._control.database.parent, screen_map=self._screen_map())

    def _screen_map(self) -> str | None:
        """The map that the variant takes, in a file beside the desk's."""
        if not self.variant:
            return None
        file = self._control.database.with_name("screens.yml")
        file.write_text(CASES[self.variant].own, encoding="utf-8")
        return str(file)


class TwoPagesAdapter(PortalAdapter):
    """A portal whose order form is on two pages."""

    name: t.ClassVar[str] = "portal two_pages"
    variant: t.ClassVar[str] = "two_pages"
    drawn: t.ClassVar[int | None] = 100


class SecondConfirmationAdapter(PortalAdapter):
    """A portal with a screen of its own for 申込."""

    name: t.ClassVar[str] = "portal second_confirmation"
    variant: t.ClassVar[str] = "second_confirmation"
    drawn: t.ClassVar[int | None] = 100


_ALL: t.Final[tuple[type[Adapter], ...]] = (ApiAdapter, PortalAdapter, TwoPagesAdapter, SecondConfirmationAdapter)
ADAPTERS: t.Final[dict[str, type[Adapter]]] = {adapter.name: adapter for adapter in _ALL}

__all__ = ("ADAPTERS", "Adapter", "ApiAdapter", "PortalAdapter", "Step")
