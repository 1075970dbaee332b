# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A short run of plan_equals_apply.py; by itself that is the long one."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import RequestRefused
from plan_equals_apply import WatchingDesk, run

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order


def test_an_apply_does_what_its_plan_says() -> None:
    held, refused = run(seed=2, count=400)
    assert held > 4 * refused > 0


def places_twice(desk: WatchingDesk, order: Order, client_reference: str) -> Application:
    PLACE(desk, order, f"{client_reference}-again")
    return PLACE(desk, order, client_reference)


def places_nothing(desk: WatchingDesk, order: Order, client_reference: str) -> Application:
    raise RequestRefused("no")


def cancels_all(desk: WatchingDesk, application: Application) -> Application:
    for row in list(desk.rows):
        CANCEL(desk, row)
    return CANCEL(desk, application)


PLACE, CANCEL = WatchingDesk.place, WatchingDesk.cancel


@pytest.mark.parametrize(
    ("call", "mistake"), [("place", places_twice), ("place", places_nothing), ("cancel", cancels_all)]
)
def test_an_apply_that_does_something_else_is_found(
    call: str, mistake: t.Callable[..., t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WatchingDesk, call, mistake)
    with pytest.raises(AssertionError):
        run(seed=2, count=100)
