# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The matrix over the JSON interface: every call of an apply, and the worlds in which it is killed."""

from __future__ import annotations

import typing as t

from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.adapter import ApiDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.transport import ApiConnection
from ansible_collections.iij.server_certificate.tests.reliability.adapter_parts import (
    PATIENCE,
    Json,
    Role,
    Step,
    losses_of,
    step,
)
from ansible_collections.iij.server_certificate.tests.reliability.crash_points import ApiNames

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import Desk
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl
    from ansible_collections.iij.server_certificate.tests.reliability.crash_points import Names

_LIST = ("GET", "/applications")
_PURCHASE = ("POST", "/applications")
_REGISTRATION = ("PUT", "/applications/*/registration")
_RENEWAL = ("POST", "/applications/*/renewals")
_CANCELLATION = ("POST", "/applications/*/cancellation")
_REISSUE = ("POST", "/applications/*/reissues")
_LINK = ("POST", "/applications/*/links")
_LOSSES: t.Final = {
    **losses_of(_PURCHASE[1]),
    **losses_of(_RENEWAL[1], "renewal"),
    **losses_of(_REISSUE[1], "reissue"),
    **losses_of(_CANCELLATION[1], "cancellation"),
    **losses_of(_LINK[1], "link"),
}


class ApiAdapter:
    """The JSON interface."""

    name: t.ClassVar[str] = "api"
    steps: t.ClassVar[tuple[Step, ...]] = (
        step("supplied", "first list", _LIST),
        step("supplied", "products", ("GET", "/products")),
        step("new", "linked contracts", ("GET", "/linked-contracts")),
        step("supplied", "first purchase", _PURCHASE),
        step("supplied", "second purchase", _PURCHASE, 1),
        step("supplied", "list before the purchases", _LIST, 1),
        step("supplied", "look-up", _LIST, 2, *_LOSSES["answer lost"]),
        step("supplied", "list before the registrations", _LIST, 2),
        step("new", "first registration", _REGISTRATION),
        step("supplied", "second registration", _REGISTRATION, 1),
        step("referenced", "first list", _LIST),
        step("referenced", "list before the purchases", _LIST, 1),
        step("referenced", "list before the registrations", _LIST, 2),
        step("resumed", "cancellation", _CANCELLATION),
        step("resumed", "purchase", _PURCHASE),
        step("resumed", "first registration", _REGISTRATION),
        step("resumed", "last registration", _REGISTRATION, 2),
        step("due", "first renewal", _RENEWAL),
        step("due", "second renewal", _RENEWAL, 1),
        step("due", "list before the renewals", _LIST, 1),
        step("due", "look-up of a renewal", _LIST, 2, *_LOSSES["renewal's answer lost"]),
        step("due", "registration of a renewal", _REGISTRATION),
        step("mixed", "renewal", _RENEWAL),
        step("mixed", "purchase beside it", _PURCHASE),
        step("mixed", "last registration of three", _REGISTRATION, 2),
        step("reissue", "list before the reissues", _LIST, 1),
        step("reissue", "first reissue", _REISSUE),
        step("reissue", "second reissue", _REISSUE, 1),
        step("reissue", "look-up of a reissue", _LIST, 2, *_LOSSES["reissue's answer lost"]),
        step("reissue", "registration of a reissue", _REGISTRATION),
        step("reissue beside others", "reissue", _REISSUE),
        step("reissue beside others", "last registration of four", _REGISTRATION, 3),
        step("replacement", "list before the purchases", _LIST, 1),
        step("replacement", "first purchase", _PURCHASE),
        step("replacement", "second purchase", _PURCHASE, 1),
        step("replacement", "last registration", _REGISTRATION, 1),
        step("replacement in use", "list before the cancellations", _LIST, 1),
        step("replacement in use", "first cancellation", _CANCELLATION),
        step("replacement in use", "second cancellation", _CANCELLATION, 1),
        step("replacement in use", "cancellation once more", _CANCELLATION, 1, *_LOSSES["cancellation's answer lost"]),
        step("linked change", "list before the changes", _LIST, 1),
        step("linked change", "first change", _LINK),
        step("linked change", "second change", _LINK, 1),
        step("linked change", "look-up of a change", _LIST, 2, *_LOSSES["link's answer lost"]),
        step("linked change beside others", "change", _LINK),
        step("linked change beside others", "last registration of three", _REGISTRATION, 2),
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
        ("reissue", ""),
        ("reissue", "reissue's answer lost"),
        ("reissue", "reissue's request lost"),
        ("reissue beside others", ""),
        ("replacement", ""),
        ("replacement in use", ""),
        ("replacement in use", "cancellation's answer lost"),
        ("replacement in use", "cancellation's request lost"),
        ("linked change", ""),
        ("linked change", "link's answer lost"),
        ("linked change", "link's request lost"),
        ("linked change beside others", ""),
    )
    losses: t.ClassVar[t.Mapping[str, tuple[Json, ...]]] = {"": (), **_LOSSES}
    changes: t.ClassVar[t.Mapping[str, tuple[str, ...]]] = {
        "POST renewals": ("renew",),
        "POST reissues": ("reissue",),
        "POST links": ("relink",),
        "POST applications": ("place",),
        "POST cancellation": ("cancel", "cancel_replaced"),
        "PUT registration": ("register",),
    }
    changes_online: t.ClassVar[bool] = True
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


__all__ = ("ApiAdapter",)
