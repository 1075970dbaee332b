# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The portal's own faults: what goes wrong on screens only."""

from __future__ import annotations

import html
import typing as t

from rehearsal_desk.store import faults
from rehearsal_desk.store.faults import FaultList, Kind, Setting

SESSION_EXPIRES: t.Final = "session_expires_mid_form"
DOUBLE_CLICK: t.Final = "double_click_order"
LABEL_CHANGED: t.Final = "label_changed"
ANOTHER_SCREEN: t.Final = "another_screen"
STATUS_LIST_LAGS: t.Final = "status_list_lags"

PLACE_PATH: t.Final = "/portal/orders/confirm"

faults.register(
    Kind(
        name=SESSION_EXPIRES,
        stage="portal",
        does="The session ends when a form is sent; nothing of the form is done, and the log-in screen comes back.",
        methods=("POST",),
        path="/portal/*",
    ),
    Kind(
        name=DOUBLE_CLICK,
        stage="portal",
        does="The one-time token of the confirm screen is not honoured: a second click of 申込 buys a second time.",
        methods=("POST",),
        path=PLACE_PATH,
    ),
    Kind(
        name=LABEL_CHANGED,
        stage="portal",
        does="A word on the screens is replaced by another.",
        methods=("GET", "POST"),
        path="/portal/*",
        settings=(
            Setting(name="label", default="コモンネーム", does="the word as it is on the screen"),
            Setting(name="replacement", default="コモンネーム (FQDN)", does="what is there instead"),
        ),
    ),
    Kind(
        name=ANOTHER_SCREEN,
        stage="portal",
        does="Another screen comes instead of the one that was asked for: a notice to acknowledge, a code to enter.",
        methods=("GET", "POST"),
        path="/portal/*",
        settings=(Setting(name="title", default="重要なお知らせ", does="the heading of that screen"),),
    ),
    Kind(
        name=STATUS_LIST_LAGS,
        stage="portal",
        does="The newest contracts are missing from the lists on the screens, and from their totals.",
        methods=("GET",),
        path="/portal/certificates/status",
        settings=(Setting(name="rows", default=1, does="how many are missing"),),
    ),
)


def session_expires(in_force: FaultList, *, method: str, path: str) -> bool:
    """Whether this form meets the end of its session."""
    return in_force.take("portal", method=method, path=path, names=(SESSION_EXPIRES,)) is not None


def clicks_count_twice(in_force: FaultList, *, path: str) -> bool:
    """Whether a second click buys again."""
    return in_force.take("portal", method="POST", path=path, names=(DOUBLE_CLICK,)) is not None


def other_title(in_force: FaultList, *, method: str, path: str) -> str:
    """The heading of the screen that comes instead, or an empty one."""
    fault = in_force.take("portal", method=method, path=path, names=(ANOTHER_SCREEN,))
    return "" if fault is None else fault.text("title")


def missing_rows(in_force: FaultList, *, path: str) -> int:
    """How many of the newest contracts a list does not show yet."""
    fault = in_force.take("portal", method="GET", path=path, names=(STATUS_LIST_LAGS,))
    return 0 if fault is None else fault.number("rows")


def relabelled(page: str, *, in_force: FaultList, method: str, path: str) -> str:
    """The page, with a word replaced where a fault says so."""
    fault = in_force.take("portal", method=method, path=path, names=(LABEL_CHANGED,))
    if fault is None or not (label := fault.text("label")):
        return page
    return page.replace(html.escape(label), html.escape(fault.text("replacement")))
