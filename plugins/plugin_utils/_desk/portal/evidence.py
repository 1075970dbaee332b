# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Copies of pages that were not as expected, for the user, with everything secret taken out."""

from __future__ import annotations

import copy
import datetime as dt
import os
import re
import typing as t
import urllib.parse
from html import escape

from ._lxml import html

if t.TYPE_CHECKING:
    import pathlib

    from ._lxml import Element
    from .page import Page

_GONE: t.Final = "(redacted)"
_PRIVATE_KEY: t.Final = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.S)
_SESSION_IN_PATH: t.Final = re.compile(r";[^/?#]*")
_LONGEST_PLAIN: t.Final = 12  # a longer value in an address may be a token
_KEPT_COPIES: t.Final = 50


def save_copy(page: Page, folder: pathlib.Path, *, screen: str, secrets: tuple[str, ...]) -> pathlib.Path:
    """Where the redacted copy of this page lies, readable by its owner only."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in sorted(folder.glob("*.html"))[: -_KEPT_COPIES + 1]:
        old.unlink(missing_ok=True)
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    file = folder / f"{stamp}-{screen}.html"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as output:
        output.write(redacted(page, secrets))
    return file


def redacted(page: Page, secrets: tuple[str, ...]) -> str:
    """The page without scripts, hidden values, passwords, tokens in addresses, private keys and these secrets."""
    tree = copy.deepcopy(page.tree)
    for element in tree.xpath("//script|//noscript|//meta[not(@charset)]|//comment()"):
        element.drop_tree()
    for control in tree.xpath("//input"):
        if (control.get("type") or "").lower() in ("hidden", "password"):
            control.set("value", _GONE)
    for element in tree.iter():
        _redact_attributes(element)
    text = html.tostring(tree, encoding="unicode", doctype="<!DOCTYPE html>")
    text = _PRIVATE_KEY.sub(_GONE, text)
    for secret in filter(None, secrets):
        text = text.replace(secret, _GONE).replace(escape(secret), _GONE)
    return text


def _redact_attributes(element: Element) -> None:
    for name in list(element.attrib):
        if name in ("href", "action", "src", "formaction"):
            element.set(name, _plain_address(element.get(name)))
        elif name.startswith(("data-", "on")):
            del element.attrib[name]


def _plain_address(address: str) -> str:
    try:
        parts = urllib.parse.urlsplit(address)
    except ValueError:
        return _GONE
    query = [
        (name, _GONE if len(value) > _LONGEST_PLAIN else value)
        for name, value in urllib.parse.parse_qsl(parts.query, keep_blank_values=True)
    ]
    path = _SESSION_IN_PATH.sub("", parts.path)
    return urllib.parse.urlunsplit(parts._replace(path=path, query=urllib.parse.urlencode(query)))


__all__ = ("redacted", "save_copy")
