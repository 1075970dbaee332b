# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of a desk, JSON and screens: right ones, and what a fault or an enemy makes of them."""

from __future__ import annotations

import copy
import dataclasses as dc
import gzip
import json
import typing as t

from right_answers import MAP, ROW, json_answer, page_at, screen_page

if t.TYPE_CHECKING:
    import random

_BOMB: t.Final = b"".join(gzip.compress(b" " * (1 << 20), 9) for _member in range(64))
_NASTY: t.Final[tuple[t.Any, ...]] = (
    "",
    " ",
    "\0",
    "\x1b]0;OWNED\x07",
    "a\r\n::error::b",
    "\u202e\u2066",
    "\u200b",
    "\ud800",
    "x\ud83d",
    "{{ lookup('pipe', 'id') }}",
    "{% raw %}",
    "../../x",
    "9999-12-31",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-13-99",
    "9" * 5000,
    "１２３",
    "²",
    "x" * 300,
    "x" * 1_000_000,
    "理" * 1_000_000,
    "\U0001f600" * 200_000,
    "(" * 100_000,
    ",".join("0" * 50_000),
    None,
    True,
    0,
    -1,
    10**30,
    1e308,
    float("inf"),
    float("nan"),
    [],
    {},
    [[]],
    {"a": {}},
    ["\ud800"],
    [None] * 1000,
    "{0.__class__}",
    "%s%n",
    "SG00000001",
    "rsc00000002",
    "cancelled",
    "http://[::1",
    "//elsewhere.example.jp/",
    "javascript:x",
)


@dc.dataclass(frozen=True, slots=True)
class Sent:
    """One answer as bytes; `drips`: its last bytes come again and again, slowly."""

    content: bytes
    drips: bytes = b""


Respond = t.Callable[[str, str], Sent]


def nasty_json(random: random.Random) -> Respond:
    """A desk of the JSON interface that answers every call with one change."""
    change, head, seed = random.randrange(4), _head(random), random.random()

    def respond(_method: str, path: str) -> Sent:
        source = type(random)(seed)
        answer = copy.deepcopy(json_answer(path))
        for _change in range(source.choice((1, 1, 3)) if change else 0):
            _change_json(source, answer)
        body = json.dumps(answer, ensure_ascii=source.random() < 0.7).encode("utf-8", "surrogatepass")
        return _sent(source, head, body if change < 3 else _damaged(source, body), kind="application/json")

    return respond


def right_json(_method: str, path: str) -> Sent:
    """The JSON interface as it should be."""
    return _plain(json_answer(path))


def endless_json(random: random.Random) -> Respond:
    """Lists without an end, row by row."""
    total = random.choice((999_999, 10**15, 2**63))
    return lambda _method, _path: _plain({"request_id": "r", "results": [ROW], "total": total, "result": {}})


def _plain(answer: t.Any) -> Sent:
    return _sent(None, _Head(), json.dumps(answer).encode(), kind="application/json")


def _change_json(random: random.Random, answer: t.Any) -> None:
    place = answer
    while isinstance(place, (dict, list)) and place:
        key = random.choice(list(place)) if isinstance(place, dict) else random.randrange(len(place))
        below = place[key]
        if isinstance(below, (dict, list)) and below and random.random() < 0.85:
            place = below
            continue
        if isinstance(place, dict) and random.random() < 0.1:
            del place[key]
        else:
            place[key] = random.choice(_NASTY)
        return


def right_screens(_method: str, path: str) -> Sent:
    """The portal as it should be."""
    return _sent(None, _Head(), page_at(path), kind="text/html")


def nasty_screens(random: random.Random) -> Respond:
    """A portal one of whose screens, or each, has changes."""
    target, head, seed = random.choice((*MAP.screens, "certificate", "*")), _head(random), random.random()

    def respond(method: str, path: str) -> Sent:
        if target != "*" and target not in path and not (target == "top" and path == "/"):
            return right_screens(method, path)
        source = type(random)(seed)
        body = page_at(path)
        for _change in range(source.choice((0, 1, 1, 3))):
            body = _changed_page(source, body)
        return _sent(source, head, body, kind="text/html")

    return respond


def endless_screens(_random: random.Random) -> Respond:
    """A list that has another page after every page."""

    def respond(method: str, path: str) -> Sent:
        if "status_list" not in path:
            return right_screens(method, path)
        number = int(path.rpartition("=")[2] or 0) if "=" in path else 0
        page = screen_page("status_list").replace("rsc00000001", f"rsc{number:08}")
        link = f"<a href=/status_list?p={number + 1}>次のページ</a></body>"
        return _sent(None, _Head(), page.replace("</body>", link).replace("(1件)", "").encode(), kind="text/html")

    return respond


_PIECES: t.Final = (
    b"<div>",
    b"<dl><dt>a<dd>b",
    b"<table><tr><td>",
    b"<form method=get>",
    b"<input name=x>",
    b"<!--",
    b"<script>",
    b"<base href='http://['>",
    b"<meta charset=klingon>",
    b"<a href='http://['>x</a>",
    b"<select name=y><option>",
)


def _changed_page(random: random.Random, body: bytes) -> bytes:
    text = str(random.choice(_NASTY)).encode("utf-8", "surrogatepass")
    at = random.randrange(len(body) + 1)
    closing = body.find(b">", at) + 1
    piece = random.choice(_PIECES)
    match random.randrange(5):
        case 0:
            return body[:closing] + text + body[closing:]
        case 1:
            return body[:closing] + piece * random.choice((1, 20, 2000, 30_000)) + body[closing:]
        case 2:
            words = random.choice([word for word in body.split(b">") if word and not word.startswith(b"<")] or [b"x"])
            return body.replace(words.partition(b"<")[0] or b"x", text[:10_000], 3)
        case 3:
            return random.choice((b"\xef\xbb\xbf", b"\xff\xfe", b"<?xml version='1.0' encoding='shift_jis'?>")) + body
        case _:
            return _damaged(random, body)


def _damaged(random: random.Random, content: bytes) -> bytes:
    result = bytearray(content)
    for _damage in range(random.choice((1, 2, 20))):
        start = random.randrange(len(result) + 1)
        end = min(len(result), start + random.choice((1, 8, 64)))
        match random.randrange(3):
            case 0:
                result[start:end] = random.randbytes(end - start)
            case 1:
                del result[start:end]
            case _:
                result[start:start] = result[start:end] * random.choice((1, 50))
    return bytes(result)


@dc.dataclass(frozen=True, slots=True)
class _Head:
    status: bytes = b"200 OK"
    lines: tuple[bytes, ...] = ()
    coding: str = ""
    length: int | None = None
    drips: bytes = b""


def _head(random: random.Random) -> _Head:
    """What surrounds an answer: mostly nothing odd."""
    if random.random() < 0.6:
        return _Head()
    status = random.choice(
        (b"200 OK", b"201 x", b"204 x", b"302 x", b"400 x", b"401 x", b"403 x", b"404 x", b"409 x", b"429 x")
    )
    odd = random.choice((b"500 x", b"503 x", b"999 x", b"-1 x", b"abc", b"200 \x1b[31m", b"304 x"))
    places = (
        b"/x",
        b"/\xff\xfe",
        b"http://[::1",
        b"//elsewhere/",
        b"http://" + b"a" * 70 + b".jp/",
        b"",
        b"javascript:x",
        b"/top?" + b"x" * 9000,
    )
    waits = (b"0", b"3600", b"\xb2", b"-1", b"9" * 400, b"Thu, 99 Foo", b"Fri, 31 Dec 9999 23:59:59 GMT", b"1e3", b"")
    kinds = (
        b"text/html; charset=klingon",
        b"text/html; charset=euc-jp",
        b"text/html; charset=\x1b[1m",
        b"application/json;;;",
        b"\xff",
    )
    lines = (
        b"Location: " + random.choice(places),
        b"Retry-After: " + random.choice(waits),
        b"Content-Type: " + random.choice(kinds),
    )
    more = (
        b"Set-Cookie: a=\x00\xff; Max-Age=9e999; Path=/",
        b"X: " + b"y" * 70_000,
        b"no colon",
        b"\x00: x",
        b"A: b\r\n c",
    )
    return _Head(
        status=random.choice((status, status, odd)),
        lines=tuple(random.sample((*lines, *more), random.randrange(4))),
        coding=random.choice(("", "", "", "gzip", "bomb", "no gzip", "br")),
        length=random.choice((None, None, None, 0, 7, 10**9, -5)),
        drips=random.choice((b" ", b"\xff", b"1\r\n \r\n")) if random.random() < 0.005 else b"",
    )


def _sent(_random: random.Random | None, head: _Head, body: bytes, *, kind: str) -> Sent:
    if head.coding:
        body = {"gzip": gzip.compress(body, 1), "bomb": _BOMB}.get(head.coding, body)
    coding = {"": b"", "br": b"Content-Encoding: br\r\n"}.get(head.coding, b"Content-Encoding: gzip\r\n")
    length = len(body) if head.length is None else head.length
    length = 10**6 if head.drips else length
    lines = b"".join(line + b"\r\n" for line in head.lines)
    start = b"HTTP/1.1 " + head.status + b"\r\nContent-Type: " + kind.encode() + b"\r\n" + coding + lines
    return Sent(
        start + b"Connection: close\r\nContent-Length: " + str(length).encode() + b"\r\n\r\n" + body, head.drips
    )


__all__ = (
    "Respond",
    "Sent",
    "endless_json",
    "endless_screens",
    "nasty_json",
    "nasty_screens",
    "right_json",
    "right_screens",
)
