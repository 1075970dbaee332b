# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a browser sends in a form."""

from __future__ import annotations

import typing as t
import urllib.parse

from starlette.requests import Request

from rehearsal_desk.rules.problems import Breach, Refused
from rehearsal_desk.rules.wording import say

LARGEST_FORM: t.Final = 1 << 18
_MOST_FIELDS: t.Final = 200
_FORM_TYPE: t.Final = "application/x-www-form-urlencoded"


class Fields:
    """The fields of one form, each as text; a field sent twice counts with its last value."""

    def __init__(self, values: t.Mapping[str, str]) -> None:
        self._values = values

    def line(self, name: str) -> str:
        """Return one line without blanks around it."""
        return " ".join(self.text(name).split("\n")).strip()

    def text(self, name: str) -> str:
        """Return the text with line breaks, however the browser writes these."""
        return self._values.get(name, "").replace("\r\n", "\n").replace("\r", "\n")

    def ticked(self, name: str) -> bool:
        """Check whether a tick box is ticked, or a button of this name was pressed."""
        return name in self._values


async def read_fields(request: Request, *, codec: str = "utf-8") -> Fields:
    """Read the form in the body of this request; browsers send it in the encoding of its page."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM_TYPE:
        raise Refused(
            (Breach("", "invalid", say("A form is sent as {}.", "フォームは {} で送信してください。", _FORM_TYPE)),)
        )
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_FORM:
            raise Refused(
                (
                    Breach(
                        "", "invalid", say("A form has at most {} bytes.", "フォームは{}バイト以内です。", LARGEST_FORM)
                    ),
                )
            )
    try:
        pairs = urllib.parse.parse_qsl(
            body.decode("ascii" if codec != "utf-8" else codec),
            keep_blank_values=True,
            max_num_fields=_MOST_FIELDS,
            encoding=codec,
            errors="strict",
        )
    except ValueError:
        raise Refused(
            (
                Breach(
                    "",
                    "invalid",
                    say(
                        "The form is not in {}, or too long.",
                        "フォームの文字コードが {} ではないか、長すぎます。",
                        codec.upper(),
                    ),
                ),
            )
        ) from None
    return Fields(dict(pairs))
