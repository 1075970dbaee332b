# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A desk that serves a recording: what somebody saw at a portal, page by page, so that a report becomes a test.

Nothing is behind the pages: a link or a button leads where it led when the recording was made. No button buys.
"""

from __future__ import annotations

import json
import pathlib
import typing as t
import urllib.parse
from html import escape

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from rehearsal_desk.portal.fields import read_fields
from rehearsal_desk.rules.wording import say

Json = dict[str, t.Any]

FORMAT: t.Final = "portal recording 1"
_NOWHERE: t.Final = "この操作は記録されていません"
_HEADERS: t.Final = {"Content-Security-Policy": "default-src 'none'; form-action 'self'; base-uri 'none'"}


class NoRecording(ValueError):
    """The file is no recording of this format."""


def read_recording(path: pathlib.Path) -> tuple[Json, ...]:
    """Read the pages of a recording; raises `NoRecording` and OSError."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        pages = tuple(content["pages"]) if content["format"] == FORMAT else ()
        for number in range(len(pages)):
            render(pages, number)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        pages = ()
    if not pages:
        raise NoRecording(
            say("{} is no recording of the format {!r}", "{} は、形式 {!r} の記録ではありません", path, FORMAT)
        )
    return pages


def make_replay(pages: tuple[Json, ...]) -> FastAPI:
    """Make an application that serves these pages, the first one at its root."""
    app = FastAPI(openapi_url=None)

    @app.get("/")
    def first() -> Response:
        return RedirectResponse("/page/0", status_code=303)

    @app.get("/page/{number}")
    def page(number: int) -> HTMLResponse:
        if not 0 <= number < len(pages):
            return HTMLResponse(f"<h1>{_NOWHERE}</h1>", status_code=404, headers=_HEADERS)
        return HTMLResponse(render(pages, number), headers=_HEADERS)

    @app.post("/page/{number}/form/{form}")
    async def pressed(request: Request, number: int, form: int) -> Response:
        fields = await read_fields(request)
        description = pages[number]["forms"][form]
        button = description["buttons"][int(fields.line("button") or 0)]
        chosen = {
            field["label"]: fields.line(f"f{place}")
            for place, field in enumerate(description["fields"])
            if field["kind"] == "choice"
        }
        leads = _best(button["leads"], chosen)
        return RedirectResponse(f"/page/{len(pages) if leads is None else leads}", status_code=303)

    return app


def render(pages: tuple[Json, ...], number: int) -> str:
    """Render the page that a description is of."""
    page = pages[number]
    parts = [
        f"<h1>{escape(page['title'])}</h1>",
        *(f"<h2>{escape(text)}</h2>" for text in page["sections"]),
        *(f'<p role="alert">{escape(text)}</p>' for text in page["alerts"]),
        "<dl>" + "".join(f"<dt>{escape(a)}</dt><dd>{escape(b)}</dd>" for a, b in page["facts"]) + "</dl>",
        *(_list(page, listed) for listed in page["lists"]),
        *(_link(link) for link in page["links"] if not _is_in_a_list(page, link)),
        *(_form(form, f"/page/{number}/form/{place}") for place, form in enumerate(page["forms"])),
    ]
    return f'<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8"></head><body>{"".join(parts)}</body></html>'


def _best(leads: t.Sequence[Json], chosen: t.Mapping[str, str]) -> int | None:
    """Return where a button led with these choices, else with those that were most like them."""

    def likeness(lead: Json) -> int:
        return sum(chosen.get(label) == text for label, text in lead["chosen"].items())

    return max(leads, key=likeness)["page"] if leads else None


def _link(link: Json) -> str:
    target = link["page"]
    href = "/page/none" if target is None else f"/page/{target}"
    return f'<a href="{escape(href)}">{escape(link["text"])}</a>'


def _is_in_a_list(page: Json, link: Json) -> bool:
    return any(link["text"] in row for listed in page["lists"] for row in listed["rows"])


def _list(page: Json, listed: Json) -> str:
    links = {link["text"]: link for link in page["links"]}
    heads = "".join(f"<th>{escape(text)}</th>" for text in listed["columns"])
    rows = "".join(
        "<tr>" + "".join(f"<td>{_link(links[cell]) if cell in links else escape(cell)}</td>" for cell in row) + "</tr>"
        for row in listed["rows"]
    )
    return f"<table><caption>{escape(listed['caption'])}</caption><tr>{heads}</tr>{rows}</table>"


def _form(form: Json, action: str) -> str:
    fields = "".join(_field(field, f"f{place}") for place, field in enumerate(form["fields"]))
    buttons = "".join(
        f'<button name="button" value="{place}">{escape(button["text"])}</button>'
        for place, button in enumerate(form["buttons"])
    )
    return f'<form method="post" action="{urllib.parse.quote(action)}">{fields}{buttons}</form>'


def _field(field: Json, name: str) -> str:
    label = escape(field["label"])
    if field["kind"] == "tick":
        return f'<label><input type="checkbox" name="{name}">{label}</label>'
    if field["kind"] == "choice":
        options = "".join(f'<option value="{escape(text)}">{escape(text)}</option>' for text in field["choices"])
        return f'<label>{label}<select name="{name}">{options}</select></label>'
    return f'<label>{label}<input name="{name}"></label>'
