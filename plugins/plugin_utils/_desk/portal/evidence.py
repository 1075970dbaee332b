# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Copies of pages that were not as expected, built from what a person reads, so nothing else is in them."""

from __future__ import annotations

import datetime as dt
import os
import re
import typing as t
import urllib.parse
from html import escape

from ....module_utils._core.phrases import one_line
from ..._complaints.vaulted import hide
from ..private_files import is_closed

if t.TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterable, Iterator

    from ._lxml import Element
    from .page import Page

_GONE: t.Final = "(redacted)"
_NOT_COPIED: t.Final = "(this page shows a private key, so nothing of it is kept)"
_KEPT_COPIES: t.Final = 50
_MOST_LINES: t.Final = 2_000
_LONGEST_LINE: t.Final = 1_000  # characters
_SHORTEST_SECRET: t.Final = 4  # characters; a shorter one is found everywhere
_TOKEN: t.Final = re.compile(r"[A-Za-z0-9_+/=~%-]{20,}")
_CERTAINLY: t.Final = 32  # characters of a token, whatever it is made of
_POLICY: t.Final = "default-src 'none'; form-action 'none'; base-uri 'none'"
_HEADINGS: t.Final = ("h1", "h2", "h3", "h4", "h5", "h6")
_INLINE: t.Final = frozenset(
    [
        *("a", "abbr", "b", "bdo", "big", "code", "em", "font", "i", "label", "mark", "s", "small", "span", "strong"),
        *("sub", "sup", "time", "u"),
    ]
)
_CELLS: t.Final = ("td", "th")
_NOT_READ: t.Final = frozenset(
    [
        *("applet", "audio", "button", "canvas", "datalist", "head", "iframe", "input", "math", "noscript", "object"),
        *("option", "script", "select", "style", "svg", "template", "textarea", "title", "video"),
    ]
)
_UNSEEN: t.Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def save_copy(page: Page, folder: pathlib.Path, *, screen: str, secrets: tuple[str, ...]) -> pathlib.Path:
    """Write an inert copy of this page, readable by its owner only, and return its place."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Where others may write, it could lead to pages that are not copies.
    for old in sorted(folder.glob("*.html"))[: -_KEPT_COPIES + 1] if is_closed(folder) else ():
        old.unlink(missing_ok=True)
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    file = folder / f"{stamp}-{screen}.html"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as output:
        output.write(build_copy(page, secrets))
    return file


def build_copy(page: Page, secrets: tuple[str, ...]) -> str:
    """Build a page of the texts, labels, choices, buttons and links of this one; no attribute of it is taken over."""
    whole = "".join(str(page.tree.text_content()).split())
    parts = [("p", _NOT_COPIED)] if "PRIVATEKEY-----" in whole else list(_parts(page))[:_MOST_LINES]
    entry = _spellings(secrets)
    body = "\n".join(f"<{tag}>{escape(_clean(text, entry))}</{tag}>" for tag, text in parts)
    return (
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"></head><body>\n{body}\n</body></html>\n'
    )


def _parts(page: Page) -> Iterator[tuple[str, str]]:
    yield from _lines(page.tree)
    for form in page.tree.iter("form"):
        yield "h2", "Form / フォーム"
        for field in page.list_fields(form):
            choices = " / ".join(choice.text for choice in field.choices)
            yield "p", f"[{field.kind}] {field.label}: {choices}"
        yield from (("p", f"[button] {button.text}") for button in page.buttons if button.form is form)
    links = [text for text, _address in page.links if text]
    if links:
        yield "h2", "Links / リンク"
    yield from (("p", text) for text in dict.fromkeys(links))


def _lines(tree: Element) -> Iterator[tuple[str, str]]:
    """Yield the texts of a page from top to bottom: what one line shows is one text, a row of a table too."""
    words: list[str] = []
    tag = "p"
    for kind, element in _walk(tree):
        if kind == "text":
            words.append(str(element))
        elif element.tag in _CELLS:
            words.append(" | " if kind == "end" else " ")
        elif element.tag not in _INLINE:
            if any(word.strip(" |\n\t") for word in words):
                yield tag, "".join(words)
            words, tag = [], str(element.tag) if kind == "start" and element.tag in _HEADINGS else "p"


def _walk(tree: Element) -> Iterator[tuple[t.Literal["start", "end", "text"], t.Any]]:
    """Yield starts, ends and texts of what is seen, without recursion: pages are as deep as they like."""
    todo: list[tuple[t.Literal["start", "end", "text"], t.Any]] = [("start", tree)]
    while todo:
        kind, element = todo.pop()
        seen = kind != "start" or _is_seen(element)
        if seen:
            yield kind, element
        if kind == "end":
            continue
        if kind == "start":
            tail = element.tail if element is not tree else None
            todo += [("text", tail)] if tail else []
            if seen:
                todo.append(("end", element))
                todo += [("start", child) for child in reversed(element)]
                todo += [("text", element.text)] if element.text else []


def _is_seen(element: Element) -> bool:
    if not isinstance(element.tag, str) or element.tag in _NOT_READ or element.get("hidden") is not None:
        return False
    return not _UNSEEN.search((element.get("style") or "")[:_LONGEST_LINE])


def clean_words(text: str, secrets: tuple[str, ...]) -> str:
    """Clean one line of a page of these secrets, and of anything that looks like a token."""
    return _clean(text, _spellings(secrets))


def _spellings(secrets: Iterable[str]) -> tuple[str, ...]:
    """List every way in which a page may spell these secrets in its text, longest first."""
    result: set[str] = set()
    for secret in secrets:
        result |= {secret, " ".join(secret.split()), escape(secret), urllib.parse.unquote(secret)}
        result |= {urllib.parse.quote(secret, safe=""), urllib.parse.quote_plus(secret)}
    return tuple(sorted((word for word in result if len(word) >= _SHORTEST_SECRET), key=len, reverse=True))


def _clean(text: str, secrets: tuple[str, ...]) -> str:
    line = " ".join(text.split())
    for secret in secrets:
        line = line.replace(secret, _GONE)
    return one_line(_TOKEN.sub(_without_token, hide(line)), _LONGEST_LINE)


def _without_token(match: re.Match[str]) -> str:
    text = match[0]
    mixed = any(map(str.isdigit, text)) and any(map(str.isalpha, text))
    return _GONE if mixed or len(text) >= _CERTAINLY else text


__all__ = ("build_copy", "clean_words", "save_copy")
