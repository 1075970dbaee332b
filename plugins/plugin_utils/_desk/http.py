# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

# pylint: disable=unused-import  # it takes a file of this name for the standard library's, and reads that one's imports

"""One HTTP session maker for both adapters, and one exchange: sent once, read to its end within bytes and seconds."""

from __future__ import annotations

import contextvars
import dataclasses as dc
import http.client
import http.cookiejar
import io
import time
import typing as t
import zlib

from ...module_utils._core.phrases import Phrase
from ._requests import HTTPAdapter, HTTPConnectionPool, HTTPSConnectionPool, extract_cookies_to_jar, requests
from .line import LOOPBACK, explain_silence, is_refused_by_proxy

if t.TYPE_CHECKING:
    import socket
    from collections.abc import Iterator, Mapping

    from requests import Response
    from urllib3.connection import HTTPConnection

    from .patience import Patience

LONGEST_ANSWER: t.Final = 16 << 20  # bytes, as they come and decompressed: 1,000 rows have less than 1 MiB
_PIECE: t.Final = 1 << 18
_TOO_LONG: t.Final = Phrase(
    "its answer is longer than {0} MiB, which no answer needs", "応答が大きすぎます ({0} MiB を超えています)"
)
_TOO_SLOW: t.Final = Phrase(
    "its answer took longer than {0} s in all (20 times request_timeout)",
    "応答に全体で{0}秒 (request_timeout の20倍) を超える時間がかかりました",
)
_COMPRESSED: t.Final = Phrase(
    "its answer is compressed in a way that was not asked for", "応答が、要求していない方法で圧縮されています"
)
_NOT_DECODED: t.Final = Phrase("the answer cannot be decompressed", "応答を展開できません")
_CUT_OFF: t.Final = Phrase("the answer was cut off", "応答が途中で切れました")


class NoAnswer(Exception):
    """No whole answer came; `sent`: whether any of the request may have arrived.

    `refused`: by a proxy, whose log-in may be locked by whoever goes on asking.
    """

    def __init__(self, message: Phrase, *, sent: bool = True, refused: bool = False) -> None:
        super().__init__(message.en)
        self.phrase = message
        self.sent = sent
        self.refused = refused


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer, read to its end; `lines` are its headers as they came, with every cookie."""

    url: str
    status: int
    headers: Mapping[str, str]
    lines: tuple[tuple[str, str], ...]
    body: bytes = dc.field(repr=False)


def open_session(
    *, ca_path: str | None, headers: Mapping[str, str], keeps_cookies: bool, proxy: str | None = None
) -> requests.Session:
    """Make a session that takes nothing from the user's environment: no netrc, no proxies, no CA of other programs.

    By a `proxy` goes what is encrypted all the way, and not to this machine itself.
    """
    session = requests.Session()
    session.trust_env = False
    session.headers.update(headers)
    if ca_path:
        session.verify = ca_path
    if not keeps_cookies:
        session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=()))
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter())
    if proxy:
        session.proxies = {"https": proxy, **{f"https://{host}": "" for host in LOOPBACK}}
    return session


def exchange(session: requests.Session, method: str, url: str, *, patience: Patience, **content: t.Any) -> Reply:
    """Send one request once, redirects not followed; raise NoAnswer for whatever goes wrong in any library."""
    call = _Call(patience)
    _CALL.set(call)
    try:
        request = session.prepare_request(requests.Request(method, url, **content))
        # What a browser asks for would otherwise come back in ways that are not counted here.
        request.headers["Accept-Encoding"] = "gzip"
        # Not by session.send(), which follows in thought every address that an answer leads to.
        adapter = session.get_adapter(url)
        response = adapter.send(
            request, stream=True, timeout=patience.timeout, verify=session.verify or True, proxies=session.proxies
        )
        with response:
            extract_cookies_to_jar(session.cookies, request, response.raw)  # type: ignore[no-untyped-call]
            return _read(response)
    except NoAnswer:
        raise
    except Exception as error:
        if time.monotonic() >= patience.end:
            raise NoAnswer(_TOO_SLOW.filled(round(patience.longest))) from None
        raise NoAnswer(
            explain_silence(error, session.proxies.get("https") if call.connects else None),
            sent=not call.connects,
            refused=call.connects and is_refused_by_proxy(error),
        ) from None


def _read(response: Response) -> Reply:
    body = b"".join(_within_limit(_decoded(response)))
    lines = tuple(response.raw.headers.iteritems())
    return Reply(url=response.url, status=response.status_code, headers=response.headers, lines=lines, body=body)


def _within_limit(pieces: Iterator[bytes]) -> Iterator[bytes]:
    length = 0
    for piece in pieces:
        length += len(piece)
        _require_short(length)
        yield piece


def _require_short(length: int) -> None:
    if length > LONGEST_ANSWER:
        raise NoAnswer(_TOO_LONG.filled(LONGEST_ANSWER >> 20))


def _decoded(response: Response) -> Iterator[bytes]:
    """Yield the body in pieces of bounded size; older libraries decompress a piece whole, however large it becomes."""
    pieces = response.raw.stream(_PIECE, decode_content=False)
    coding = response.headers.get("Content-Encoding", "").strip().lower()
    if coding in ("", "identity"):
        yield from pieces
    elif coding in ("gzip", "x-gzip", "deflate"):
        yield from _inflated(pieces)
    else:
        raise NoAnswer(_COMPRESSED)


def _inflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Decompress piece by piece, of gzip one member after the other."""
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)
    begun = False
    try:
        for piece in pieces:
            rest, begun = piece, True
            while rest:
                if inflate.eof:
                    inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)
                yield inflate.decompress(rest, _PIECE)
                rest = inflate.unconsumed_tail or inflate.unused_data
    except zlib.error:
        raise NoAnswer(_NOT_DECODED) from None
    if begun and not inflate.eof:
        raise NoAnswer(_CUT_OFF)


@dc.dataclass(slots=True)
class _Call:
    """One exchange under way; `connects`: its connection does not stand yet, so nothing of the request has left."""

    patience: Patience
    connects: bool = False


# Of the call that this thread makes: a connection outlives calls, and knows no other way to hear of them.
_CALL: contextvars.ContextVar[_Call] = contextvars.ContextVar("call")


class _Bounded(io.RawIOBase):
    """Reads one answer from a socket, each time for no longer than the whole call may still take.

    Its bytes are counted here, below all that reads lines, chunks and headers: some of that knows no bounds.
    """

    def __init__(self, line: socket.socket, raw: t.Any) -> None:
        self._line = line
        self._raw = raw
        self._length = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: t.Any) -> int | None:
        patience = _CALL.get().patience
        left = patience.end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._line.settimeout(min(patience.timeout, left))
        count: int | None = self._raw.readinto(buffer)
        self._length += count or 0
        _require_short(self._length)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _BoundedAnswer(http.client.HTTPResponse):
    """Bounded in its status line, headers and body alike."""

    def __init__(self, sock: socket.socket, *args: t.Any, **more: t.Any) -> None:
        super().__init__(sock, *args, **more)
        self.fp = io.BufferedReader(_Bounded(sock, self.fp.detach()))


def _bounded(pool: type[HTTPConnectionPool]) -> type[HTTPConnectionPool]:
    """Return the kind of pool whose connections read with the clock and the length in view."""

    class Connection(pool.ConnectionCls):  # type: ignore[misc,name-defined]
        response_class = _BoundedAnswer

        def connect(self) -> None:
            # By the libraries' errors alone, an answer that is lost looks as if a proxy had led nowhere.
            call = _CALL.get()
            call.connects = True
            super().connect()
            call.connects = False

    class Pool(pool):  # type: ignore[misc,valid-type]
        ConnectionCls: type[HTTPConnection] = Connection

    return Pool


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: t.Any, **more: t.Any) -> None:
        super().init_poolmanager(*args, **more)
        self.poolmanager.pool_classes_by_scheme = self._list_pools()

    def proxy_manager_for(self, proxy: str, **more: t.Any) -> t.Any:
        manager = super().proxy_manager_for(proxy, **more)
        manager.pool_classes_by_scheme = self._list_pools()
        return manager

    def _list_pools(self) -> dict[str, t.Any]:
        return {"http": _bounded(HTTPConnectionPool), "https": _bounded(HTTPSConnectionPool)}


__all__ = ("LONGEST_ANSWER", "NoAnswer", "Reply", "exchange", "open_session")
