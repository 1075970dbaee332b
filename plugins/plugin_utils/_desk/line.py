# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What an adapter knows about the line: where a credential may go, and why no answer came, in words without secrets."""

from __future__ import annotations

import errno
import http.client
import re
import socket
import ssl
import typing as t
import urllib.parse

from ...module_utils._core.phrases import Phrase, one_line
from ...module_utils._core.system_errors import reason_of
from ._requests import DecodeError, HTTPError, LocationParseError, ProxyError, requests

if t.TYPE_CHECKING:
    from collections.abc import Iterator

LOOPBACK: t.Final = ("127.0.0.1", "::1", "localhost")

_CERTIFICATE: t.Final = Phrase(
    "its certificate is refused: certificate verify failed, {0}", "サーバ証明書を検証できません: {0}"
)
_TLS: t.Final = Phrase("no TLS connection comes about: {0}", "TLSで接続できません: {0}")
_NO_NAME: t.Final = Phrase("its name cannot be resolved", "ホスト名を解決できません")
_TIMED_OUT: t.Final = Phrase("it timed out", "時間内に応答がありません")
_CLOSED: t.Final = Phrase("the connection was closed without an answer", "応答がないまま接続が切れました")
_CUT_OFF: t.Final = Phrase("the answer was cut off", "応答が途中で切れました")
_NOT_HTTP: t.Final = Phrase("the answer is not HTTP", "応答がHTTPではありません")
_NOT_DECODED: t.Final = Phrase("the answer cannot be decompressed", "応答を展開できません")
_ADDRESS: t.Final = Phrase("the address cannot be used", "アドレスを使えません")
_UNNAMED: t.Final = Phrase("the line failed ({0})", "通信に失敗しました ({0})")
_REFUSED: t.Final = Phrase("the connection was refused", "接続が拒否されました")
_IS_IT_RUNNING: t.Final = Phrase(
    "{0}; is it running, and is IIJ_CERT_DESK_URL (desk_url) its address?",
    "{0}。起動しているか、IIJ_CERT_DESK_URL (desk_url) が正しいかを確かめてください",
)
# What OpenSSL calls an answer in the clear, by its version.
_IN_THE_CLEAR: t.Final = ("HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE", "WRONG_VERSION_NUMBER")
_NO_TLS: t.Final = Phrase(
    "it does not speak TLS; is it http:// (loopback only)?",
    "TLSに対応していません。http:// (ループバックのみ) ではありませんか",
)
_BY_PROXY: t.Final = Phrase("the proxy {0} leads nowhere: {1}", "プロキシ {0} を経由できません: {1}")
_PROXY_REFUSES: t.Final = Phrase("it answered with {0}", "エラー{0}が返されました")
_PROXY_LOG_IN: t.Final = Phrase(
    "it answered with 407: it wants a user and a password, as in http://USER:PASSWORD@HOST:PORT",
    "407が返されました。http://ユーザー:パスワード@ホスト:ポート の形で、ユーザーとパスワードを指定してください",
)
_TUNNEL: t.Final = re.compile(r"Tunnel connection failed: ([0-9]{3})")  # of http.client, and of urllib3 in its place
_SYSTEM: t.Final = {
    errno.ECONNREFUSED: _REFUSED,
    errno.ECONNRESET: Phrase("the connection was reset", "接続がリセットされました"),
    errno.EPIPE: _CLOSED,
    errno.EHOSTUNREACH: Phrase("there is no route to it", "経路がありません"),
    errno.ENETUNREACH: Phrase("its network cannot be reached", "ネットワークに到達できません"),
    errno.ETIMEDOUT: _TIMED_OUT,
}


def split_address(url: str) -> urllib.parse.SplitResult | None:
    """Split an address into its parts; None where it has none."""
    try:
        parts = urllib.parse.urlsplit(url)
        _readable = parts.port
    except ValueError:
        return None
    return parts


def address_fault(url: str, *, form: str, secret: Phrase) -> Phrase | None:
    """Say why this secret must not be sent to this desk_url, or None."""
    parts = split_address(url)
    entry = parts is not None and parts.scheme in ("http", "https") and bool(parts.hostname)
    if parts is None or not entry or parts.username is not None or "?" in url or "#" in url:
        return Phrase(f"desk_url must be of the form {form}", f"desk_url は {form} の形で指定してください。")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        return Phrase(
            f"desk_url must use https: over http anyone on the way could read the {secret.en} (only loopback may use "
            "http)",
            f"desk_url には https を使ってください。http では通信の途中で{secret.ja}を読まれます "
            "(http はループバックだけで使えます)。",
        )
    return None


def proxy_fault(url: str, option: str) -> Phrase | None:
    """Say why this option is no address of a proxy, or None."""
    parts = split_address(url)
    named = parts is not None and parts.scheme == "http" and bool(parts.hostname) and bool(parts.port)
    if parts is None or not named or parts.path.strip("/") or parts.query or parts.fragment:
        form = "http://HOST:PORT", "http://USER:PASSWORD@HOST:PORT"
        return Phrase(
            f"{option} must be of the form {form[0]} or {form[1]}",
            f"{option} は {form[0]} または {form[1]} の形で指定してください。",
        )
    return None


def explain_silence(error: BaseException, proxy: str | None = None) -> Phrase:
    """Say why no answer came, in words: the libraries' own name objects in memory and numbers of errors.

    `proxy`: the address of the one that was to lead there, as long as it did not; its password is not told.
    """
    words = next((words for cause in _causes(error) if (words := _reason(cause))), None)
    words = words or _UNNAMED.filled(type(error).__name__)
    parts = split_address(proxy) if proxy else None
    if parts is None or not any(isinstance(cause, ProxyError) for cause in _causes(error)):
        return words
    return _BY_PROXY.filled(parts.netloc.rpartition("@")[2], words)


def is_refused_by_proxy(error: BaseException) -> bool:
    """Check whether a proxy refuses to lead there, or wants another log-in."""
    tunnels = (_TUNNEL.match(str(cause)) for cause in _causes(error) if isinstance(cause, OSError))
    return any(tunnel[1].startswith("4") for tunnel in tunnels if tunnel)


def advise_on_desk(silence: Phrase) -> Phrase:
    """Add to why a desk did not answer what to look at, where that says more."""
    return _IS_IT_RUNNING.filled(silence) if silence == _REFUSED else silence


def _reason(cause: BaseException) -> Phrase | None:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _CERTIFICATE.filled(one_line(cause.verify_message))
    if isinstance(cause, ssl.SSLError) and cause.reason in _IN_THE_CLEAR:
        return _NO_TLS
    if isinstance(cause, ssl.SSLError):
        return _TLS.filled(one_line((cause.reason or type(cause).__name__).replace("_", " ").lower()))
    if isinstance(cause, OSError) and (refused := _TUNNEL.match(str(cause))):
        return _PROXY_LOG_IN if refused[1] == "407" else _PROXY_REFUSES.filled(refused[1])
    if isinstance(cause, OSError) and cause.errno in _SYSTEM:
        return _SYSTEM[cause.errno]
    kinds: tuple[tuple[tuple[type[BaseException], ...], Phrase], ...] = (
        ((socket.gaierror,), _NO_NAME),
        ((TimeoutError,), _TIMED_OUT),
        ((http.client.RemoteDisconnected,), _CLOSED),
        ((http.client.IncompleteRead,), _CUT_OFF),
        ((http.client.HTTPException,), _NOT_HTTP),
        ((DecodeError,), _NOT_DECODED),
        ((LocationParseError, UnicodeError, requests.exceptions.InvalidURL), _ADDRESS),
    )
    entry = next((words for classes, words in kinds if isinstance(cause, classes)), None)
    if entry is None and isinstance(cause, OSError) and cause.strerror and not isinstance(cause, HTTPError):
        return reason_of(cause)
    return entry


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Return the error and everything that it wraps, innermost first.

    Requests wraps urllib3's, which wraps the system's.
    """
    result: list[BaseException] = []
    todo: list[object] = [error]
    while todo:
        cause = todo.pop()
        if isinstance(cause, BaseException) and not any(cause is entry for entry in result):
            result.append(cause)
            todo += [*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__]
    return reversed(result)


__all__ = (
    "LOOPBACK",
    "address_fault",
    "advise_on_desk",
    "explain_silence",
    "is_refused_by_proxy",
    "proxy_fault",
    "split_address",
)
