# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kinds of fault of the JSON interface, as people choose them; `faulty_line` has their doing."""

from __future__ import annotations

import typing as t

from rehearsal_desk.store.faults import KINDS, Kind, Setting, register

_ANY: t.Final = ("POST", "GET", "PUT")
_LATE: t.Final = Setting(name="after_commit", default=False, does="do the work first, then answer this")

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
    _line(DROP_BEFORE_COMMIT, "closes the connection before anything happens"),
    _line(DROP_AFTER_COMMIT, "does the work, then closes the connection without a byte of an answer"),
    _line(RESET_MID_BODY, "does the work, sends half of the answer, then resets the connection"),
    _line(
        SLOW_DRIP,
        "does the work, then sends the answer a few bytes at a time",
        Setting(name="bytes", default=64, does="bytes in a drop"),
        Setting(name="pause_ms", default=50, does="milliseconds between drops, at most 10,000"),
    ),
    _line(
        TOO_MANY_REQUESTS,
        "answers 429 with Retry-After before anything happens",
        Setting(name="retry_after", default=1, does="seconds in Retry-After"),
    ),
    _line("error_500", "answers 500 SystemError; server_error is another name of it", _LATE),
    _line("error_502", "answers 502 with a gateway's HTML page", _LATE),
    _line(
        "error_503",
        "answers 503 with a gateway's HTML page",
        _LATE,
        Setting(name="retry_after", default=None, does="seconds in Retry-After; none without it", whole_number=True),
    ),
    _line("error_504", "answers 504 with a gateway's HTML page", _LATE),
    _line(
        MAINTENANCE_PAGE,
        "answers 200 with an HTML page that announces maintenance",
        _LATE,
    ),
    _line(
        TOKEN_REVOKED,
        "revokes the token of the call: it and all later ones with it are refused until the faults are replaced",
    ),
    _line(
        TRUNCATED_JSON,
        "cuts the body off within, in an answer that is complete as HTTP goes; the seed says where",
        Setting(name="length", default=None, does="bytes that are left; drawn without it", whole_number=True),
    ),
    _line(
        ALTERED_JSON,
        "changes the value of one field of the result, of a list in one row; the seed says which",
        Setting(name="field", default=None, does="the field; drawn without it"),
        Setting(name="value", default=None, does="its new value; made from the true one without it"),
    ),
    _line(
        ECHO_DIFFERS,
        "answers with another value than was asked for, while the desk keeps the right one",
        Setting(name="field", default="common_name", does="the field that differs"),
        Setting(name="value", default=None, does="its value; made from the true one without it"),
        methods=("POST", "PUT"),
        path="/quotes",
    ),
    _line(
        WRONG_CONTENT_TYPE,
        "sends the right body under a wrong content type",
        Setting(name="content_type", default="text/html; charset=utf-8", does="the content type"),
    ),
    _line(
        STALE_READ,
        "shows applications as they were right after the order, as a replica that is behind would",
        methods=("GET",),
        path="/applications*",
    ),
    _line(
        LISTING_LAGS,
        "leaves the newest applications out of the list, and out of its total",
        Setting(name="rows", default=1, does="how many are left out"),
        methods=("GET",),
    ),
    _line(
        PROCEDURE_HIDDEN,
        "shows contracts as if no renewal were under way, as a replica that is behind would",
        methods=("GET",),
        path="/applications*",
    ),
    _line(
        WINDOW_MOVES,
        "tells the window of a contract so many days later",
        Setting(name="days", default=3, does="days"),
        methods=("GET",),
        path="/applications*",
    ),
    _line(
        TERMS_NOT_OFFERED,
        "offers no term for a renewal",
        methods=("GET",),
        path="/applications*",
    ),
    _line(
        CLOCK_SKEW,
        "tells a moment of the desk that is so many days later",
        Setting(name="days", default=2, does="days"),
        methods=("GET",),
        path="/applications*",
    ),
    _line(
        LISTING_REPEATS_ROW,
        "shows the last row of the page before once more, as if a row had come in; meets pages with an offset only",
        methods=("GET",),
    ),
)

LINE_NAMES: t.Final = frozenset(kind.name for kind in KINDS.values() if kind.stage == "line")

# Those that can befall a screen of the portal too, when a fault's path names one: they do not look into the answer.
SCREEN_NAMES: t.Final = frozenset(
    {DROP_BEFORE_COMMIT, DROP_AFTER_COMMIT, RESET_MID_BODY, SLOW_DRIP, MAINTENANCE_PAGE, *SERVER_ERRORS} - {"error_500"}
)
