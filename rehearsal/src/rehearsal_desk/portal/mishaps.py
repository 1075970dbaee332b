# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The portal's own faults: what goes wrong on screens only."""

from __future__ import annotations

import html
import typing as t

from rehearsal_desk.rules.wording import say
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
        does=say(
            "The session ends when a form is sent; nothing of the form is done, and the log-in screen comes back.",
            "フォームの送信時にセッションが切れ、何も処理せずにログイン画面に戻る。",
        ),
        methods=("POST",),
        path="/portal/*",
    ),
    Kind(
        name=DOUBLE_CLICK,
        stage="portal",
        does=say(
            "The one-time token of the confirm screen is not honoured: a second click of 申込 buys a second time.",
            "確認画面のワンタイムトークンが効かず、「申込」を2回押すと2件購入される。",
        ),
        methods=("POST",),
        path=PLACE_PATH,
    ),
    Kind(
        name=LABEL_CHANGED,
        stage="portal",
        does=say("A word on the screens is replaced by another.", "画面の言葉を別の言葉に置き換える。"),
        methods=("GET", "POST"),
        path="/portal/*",
        settings=(
            Setting(
                name="label",
                default="コモンネーム",
                does=say("the word as it is on the screen", "画面にある言葉"),
            ),
            Setting(
                name="replacement",
                default="コモンネーム (FQDN)",
                does=say("what is there instead", "置き換え後の言葉"),
            ),
        ),
    ),
    Kind(
        name=ANOTHER_SCREEN,
        stage="portal",
        does=say(
            "Another screen comes instead of the one that was asked for: a notice to acknowledge, a code to enter.",
            "要求した画面の代わりに、確認が必要なお知らせやコードの入力などの別の画面を表示する。",
        ),
        methods=("GET", "POST"),
        path="/portal/*",
        settings=(
            Setting(
                name="title",
                default="重要なお知らせ",
                does=say("the heading of that screen", "その画面の見出し"),
            ),
        ),
    ),
    Kind(
        name=STATUS_LIST_LAGS,
        stage="portal",
        does=say(
            "The newest contracts are missing from the lists on the screens, and from their totals.",
            "最新のご契約を、画面の一覧とその件数に含めない。",
        ),
        methods=("GET",),
        path="/portal/certificates/status",
        settings=(
            Setting(
                name="rows",
                default=1,
                does=say("how many are missing", "含めない件数"),
            ),
        ),
    ),
)


def session_expires(in_force: FaultList, *, method: str, path: str) -> bool:
    """Check whether this form meets the end of its session."""
    return in_force.take("portal", method=method, path=path, names=(SESSION_EXPIRES,)) is not None


def clicks_count_twice(in_force: FaultList, *, path: str) -> bool:
    """Check whether a second click buys again."""
    return in_force.take("portal", method="POST", path=path, names=(DOUBLE_CLICK,)) is not None


def other_title(in_force: FaultList, *, method: str, path: str) -> str:
    """Return the heading of the screen that comes instead, or an empty one."""
    fault = in_force.take("portal", method=method, path=path, names=(ANOTHER_SCREEN,))
    return "" if fault is None else fault.text("title")


def missing_rows(in_force: FaultList, *, path: str) -> int:
    """Return how many of the newest contracts a list does not show yet."""
    fault = in_force.take("portal", method="GET", path=path, names=(STATUS_LIST_LAGS,))
    return 0 if fault is None else fault.number("rows")


def relabelled(page: str, *, in_force: FaultList, method: str, path: str) -> str:
    """Return the page, with a word replaced where a fault says so."""
    fault = in_force.take("portal", method=method, path=path, names=(LABEL_CHANGED,))
    if fault is None or not (label := fault.text("label")):
        return page
    return page.replace(html.escape(label), html.escape(fault.text("replacement")))
