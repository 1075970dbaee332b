# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The matrix over the portal's screens: every screen of an apply, and the worlds in which it is killed."""

from __future__ import annotations

import typing as t

from ansible_collections.iij.server_certificate.tests.contract.portal_desks import portal_of
from ansible_collections.iij.server_certificate.tests.contract.test_portal_variants import CASES
from ansible_collections.iij.server_certificate.tests.reliability.adapter_parts import (
    PATIENCE,
    Json,
    Role,
    Step,
    losses_of,
    step,
)
from ansible_collections.iij.server_certificate.tests.reliability.crash_points import PortalNames

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import Desk
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl
    from ansible_collections.iij.server_certificate.tests.reliability.crash_points import Names

_STATUS = ("GET", "/portal/certificates/status")
_FORM = ("GET", "/portal/orders/new")
_TO_CONFIRM = ("POST", "/portal/orders/new")
_BOUGHT = ("POST", "/portal/orders/confirm")
_CONTRACT = ("GET", "/portal/certificates/*")
_REGISTER = ("POST", "/portal/certificates/*/registration/confirm")
_CHOICE = ("POST", "/portal/renewals")
_TO_RENEWAL = ("POST", "/portal/renewals/rsc????????")
_RENEWED = ("POST", "/portal/renewals/*/confirm")
_LOSSES: t.Final = {**losses_of(_BOUGHT[1]), **losses_of(_RENEWED[1], "renewal")}
_JSON_ONLY = "it alters an answer of the JSON interface"


class PortalAdapter:
    """The portal's screens, without pauses between requests."""

    name: t.ClassVar[str] = "portal"
    steps: t.ClassVar[tuple[Step, ...]] = (
        step("supplied", "log-in", ("POST", "/portal/login")),
        step("supplied", "first list", _STATUS),
        step("supplied", "order form", _FORM),
        step("supplied", "way to the confirm screen", _TO_CONFIRM),
        step("supplied", "list before the purchases", _STATUS, 1),
        step("supplied", "list before the purchase", _STATUS, 2),
        step("supplied", "first purchase", _BOUGHT),
        step("supplied", "second purchase", _BOUGHT, 1),
        step("supplied", "screen after the purchase", ("GET", "/portal/orders/*/done")),
        step("supplied", "list after a lost answer", _STATUS, 3, *_LOSSES["answer lost"]),
        step("found", "contract", _CONTRACT),
        step("new", "first registration", _REGISTER),
        step("supplied", "registration form", ("GET", "/portal/certificates/*/registration")),
        step("supplied", "second registration", _REGISTER, 1),
        step("supplied", "screen after the registration", ("GET", "/portal/certificates/*/registered")),
        step("due", "choice of a contract", _CHOICE),
        step("due", "way to a renewal's confirm screen", _TO_RENEWAL),
        step("due", "list before the renewals", _STATUS, 1),
        step("due", "list before a renewal", _STATUS, 2),
        step("due", "first renewal", _RENEWED),
        step("due", "second renewal", _RENEWED, 1),
        step("due", "screen after a renewal", ("GET", "/portal/renewals/*/done")),
        step("due", "list after a lost answer to a renewal", _STATUS, 3, *_LOSSES["renewal's answer lost"]),
        step("due", "registration of a renewal", _REGISTER),
        step("replacement", "list before the purchases", _STATUS, 1),
        step("replacement", "first purchase", _BOUGHT),
        step("replacement", "second purchase", _BOUGHT, 1),
        step("replacement", "list after a lost answer", _STATUS, 3, *_LOSSES["answer lost"]),
        step("replacement", "last registration", _REGISTER, 1),
        step("reissue beside others", "first list", _STATUS),
        step("reissue beside others", "registration of a reissue", _REGISTER),
        step("linked change beside others", "contract", _CONTRACT),
        step("linked change beside others", "renewal", _RENEWED),
    )
    killed_in: t.ClassVar[tuple[tuple[str, str], ...]] = (
        ("new", ""),
        ("found", ""),
        ("supplied", "answer lost"),
        ("supplied", "request lost"),
        ("due", ""),
        ("due", "renewal's answer lost"),
        ("due", "renewal's request lost"),
        ("reissue beside others", ""),
        ("replacement", ""),
        ("replacement", "answer lost"),
        ("linked change beside others", ""),
    )
    losses: t.ClassVar[t.Mapping[str, tuple[Json, ...]]] = {"": (), **_LOSSES}
    changes: t.ClassVar[t.Mapping[str, tuple[str, ...]]] = {
        "POST confirm": ("place",),
        "POST renewals confirm": ("renew",),
        "POST certificates registration confirm": ("register",),
    }
    changes_online: t.ClassVar[bool] = False
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


__all__ = ("PortalAdapter", "SecondConfirmationAdapter", "TwoPagesAdapter")
