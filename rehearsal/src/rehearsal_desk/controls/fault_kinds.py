# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kinds of fault of the JSON interface, as people choose them; `faulty_line` has their doing."""

from __future__ import annotations

import typing as t

from rehearsal_desk.rules.wording import say
from rehearsal_desk.store.faults import KINDS, Kind, Setting, register

_ANY: t.Final = ("POST", "GET", "PUT")
_LATE: t.Final = Setting(
    name="after_commit",
    default=False,
    does=say("do the work first, then answer this", "先に処理を行ってから、この応答を返す"),
)

DROP_BEFORE_COMMIT: t.Final = "drop_before_commit"
DROP_AFTER_COMMIT: t.Final = "drop_after_commit"
RESET_MID_BODY: t.Final = "reset_mid_body"
SLOW_DRIP: t.Final = "slow_drip"
TOO_MANY_REQUESTS: t.Final = "too_many_requests"
MAINTENANCE_PAGE: t.Final = "maintenance_page"
TOKEN_REVOKED: t.Final = "token_revoked"
TRUNCATED_JSON: t.Final = "truncated_json"
ALTERED_JSON: t.Final = "altered_json"
ECHO_DIFFERS: t.Final = "echo_differs"
WRONG_CONTENT_TYPE: t.Final = "wrong_content_type"
STALE_READ: t.Final = "stale_read"
LISTING_LAGS: t.Final = "listing_lags"
PROCEDURE_HIDDEN: t.Final = "procedure_hidden"
WINDOW_MOVES: t.Final = "window_moves"
TERMS_NOT_OFFERED: t.Final = "terms_not_offered"
CLOCK_SKEW: t.Final = "clock_skew"
LISTING_REPEATS_ROW: t.Final = "listing_repeats_row"

# Status and words of each; the gateways' pages are what a proxy in front of a service says.
SERVER_ERRORS: t.Final = {
    "error_500": (500, "Internal Server Error"),
    "error_502": (502, "Bad Gateway"),
    "error_503": (503, "Service Unavailable"),
    "error_504": (504, "Gateway Timeout"),
}


def _line(
    name: str, does: str, *settings: Setting, methods: tuple[str, ...] = _ANY, path: str = "/applications"
) -> Kind:
    return Kind(name=name, stage="line", does=does, methods=methods, path=path, settings=settings)


register(
    _line(
        DROP_BEFORE_COMMIT,
        say(
            "closes the connection before anything happens",
            "何も処理しないまま接続を切る",
        ),
    ),
    _line(
        DROP_AFTER_COMMIT,
        say(
            "does the work, then closes the connection without a byte of an answer",
            "処理を行い、何も応答せずに接続を切る",
        ),
    ),
    _line(
        RESET_MID_BODY,
        say(
            "does the work, sends half of the answer, then resets the connection",
            "処理を行い、応答の半分を送ってから接続をリセットする",
        ),
    ),
    _line(
        SLOW_DRIP,
        say(
            "does the work, then sends the answer a few bytes at a time",
            "処理を行い、応答を数バイトずつ送る",
        ),
        Setting(
            name="bytes",
            default=64,
            does=say("bytes in a drop", "1回に送るバイト数"),
        ),
        Setting(
            name="pause_ms",
            default=50,
            does=say("milliseconds between drops, at most 10,000", "送信の間隔 (ミリ秒、10,000まで)"),
        ),
    ),
    _line(
        TOO_MANY_REQUESTS,
        say(
            "answers 429 with Retry-After before anything happens",
            "何も処理しないまま、Retry-After付きの429を返す",
        ),
        Setting(
            name="retry_after",
            default=1,
            does=say("seconds in Retry-After", "Retry-Afterの秒数"),
        ),
    ),
    _line(
        "error_500",
        say(
            "answers 500 SystemError; server_error is another name of it",
            "500 SystemErrorを返す (別名: server_error)",
        ),
        _LATE,
    ),
    _line(
        "error_502",
        say(
            "answers 502 with a gateway's HTML page",
            "502とゲートウェイのHTMLページを返す",
        ),
        _LATE,
    ),
    _line(
        "error_503",
        say(
            "answers 503 with a gateway's HTML page",
            "503とゲートウェイのHTMLページを返す",
        ),
        _LATE,
        Setting(
            name="retry_after",
            default=None,
            does=say("seconds in Retry-After; none without it", "Retry-Afterの秒数。指定しなければRetry-Afterなし"),
            whole_number=True,
        ),
    ),
    _line(
        "error_504",
        say(
            "answers 504 with a gateway's HTML page",
            "504とゲートウェイのHTMLページを返す",
        ),
        _LATE,
    ),
    _line(
        MAINTENANCE_PAGE,
        say(
            "answers 200 with an HTML page that announces maintenance",
            "200と、メンテナンスを知らせるHTMLページを返す",
        ),
        _LATE,
    ),
    _line(
        TOKEN_REVOKED,
        say(
            "revokes the token of the call: it and all later ones with it are refused until the faults are replaced",
            "呼び出しのトークンを無効にする。障害を置き換えるまで、そのトークンの呼び出しをすべて拒否する",
        ),
    ),
    _line(
        TRUNCATED_JSON,
        say(
            "cuts the body off within, in an answer that is complete as HTTP goes; the seed says where",
            "HTTPとしては完全な応答の本文を、途中で切る (位置は seed で決まる)",
        ),
        Setting(
            name="length",
            default=None,
            does=say("bytes that are left; drawn without it", "残すバイト数。指定しなければ自動で決める"),
            whole_number=True,
        ),
    ),
    _line(
        ALTERED_JSON,
        say(
            "changes the value of one field of the result, of a list in one row; the seed says which",
            "結果の1項目の値を変える。一覧では1行 (どれかは seed で決まる)",
        ),
        Setting(
            name="field",
            default=None,
            does=say("the field; drawn without it", "項目。指定しなければ自動で決める"),
        ),
        Setting(
            name="value",
            default=None,
            does=say("its new value; made from the true one without it", "新しい値。指定しなければ正しい値から作る"),
        ),
    ),
    _line(
        ECHO_DIFFERS,
        say(
            "answers with another value than was asked for, while the desk keeps the right one",
            "窓口は正しい値を保持したまま、要求と異なる値を応答する",
        ),
        Setting(
            name="field",
            default="common_name",
            does=say("the field that differs", "異なる項目"),
        ),
        Setting(
            name="value",
            default=None,
            does=say("its value; made from the true one without it", "その値。指定しなければ正しい値から作る"),
        ),
        methods=("POST", "PUT"),
        path="/quotes",
    ),
    _line(
        WRONG_CONTENT_TYPE,
        say(
            "sends the right body under a wrong content type",
            "正しい本文を、誤ったContent-Typeで送る",
        ),
        Setting(
            name="content_type",
            default="text/html; charset=utf-8",
            does=say(
                "the content type",
                "Content-Type",
            ),
        ),
    ),
    _line(
        STALE_READ,
        say(
            "shows applications as they were right after the order, as a replica that is behind would",
            "更新の遅れたレプリカのように、お申し込みを注文直後の内容で表示する",
        ),
        methods=("GET",),
        path="/applications*",
    ),
    _line(
        LISTING_LAGS,
        say(
            "leaves the newest applications out of the list, and out of its total",
            "最新のお申し込みを、一覧とその件数に含めない",
        ),
        Setting(
            name="rows",
            default=1,
            does=say("how many are left out", "含めない件数"),
        ),
        methods=("GET",),
    ),
    _line(
        PROCEDURE_HIDDEN,
        say(
            "shows contracts as if no renewal were under way, as a replica that is behind would",
            "更新の遅れたレプリカのように、更新の手続きがないものとしてご契約を表示する",
        ),
        methods=("GET",),
        path="/applications*",
    ),
    _line(
        WINDOW_MOVES,
        say(
            "tells the window of a contract so many days later",
            "ご契約の更新の受付期間を、指定した日数だけ後にずらして示す",
        ),
        Setting(
            name="days",
            default=3,
            does=say(
                "days",
                "日数",
            ),
        ),
        methods=("GET",),
        path="/applications*",
    ),
    _line(
        TERMS_NOT_OFFERED,
        say(
            "offers no term for a renewal",
            "更新後の有効期間の選択肢を示さない",
        ),
        methods=("GET",),
        path="/applications*",
    ),
    _line(
        CLOCK_SKEW,
        say(
            "tells a moment of the desk that is so many days later",
            "窓口の日時を、指定した日数だけ後にずらして示す",
        ),
        Setting(
            name="days",
            default=2,
            does=say(
                "days",
                "日数",
            ),
        ),
        methods=("GET",),
        path="/applications*",
    ),
    _line(
        LISTING_REPEATS_ROW,
        say(
            "shows the last row of the page before once more, as if a row had come in; meets pages with an offset only",
            "行が追加されたときのように、前のページの最後の行をもう一度表示する (offsetのあるページだけ)",
        ),
        methods=("GET",),
    ),
)

LINE_NAMES: t.Final = frozenset(kind.name for kind in KINDS.values() if kind.stage == "line")

# Those that can befall a screen of the portal too, when a fault's path names one: they do not look into the answer.
SCREEN_NAMES: t.Final = frozenset(
    {DROP_BEFORE_COMMIT, DROP_AFTER_COMMIT, RESET_MID_BODY, SLOW_DRIP, MAINTENANCE_PAGE, *SERVER_ERRORS} - {"error_500"}
)
