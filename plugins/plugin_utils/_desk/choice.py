# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Which desk a task talks to: its options, checked, and the adapter made of them."""

from __future__ import annotations

import ssl
import typing as t

from ...module_utils._core.paths import expand_home
from ...module_utils._core.phrases import Phrase, spoken_language, verbatim
from ...module_utils._core.system_errors import reason_of
from .._complaints.complaints import OptionsWrong
from ._requests import explain_missing_requests
from .api.adapter import ApiDesk
from .api.transport import ApiConnection
from .line import proxy_fault

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .desk import Desk
    from .portal.transport import PortalConnection

# The portal's adapter is imported late: Ansible compiles a collection's code again at every start.

_WHERE: t.Final = {
    "by_hand": (("desk_folder",), ("IIJ_CERT_DESK_FOLDER",)),
    "api": (("desk_url", "desk_token"), ("IIJ_CERT_DESK_URL", "IIJ_CERT_TOKEN")),
    "portal": (
        ("desk_url", "portal_user", "portal_password"),
        ("IIJ_CERT_DESK_URL", "IIJ_CERT_PORTAL_USER", "IIJ_CERT_PORTAL_PASSWORD"),
    ),
}


_NO_FILE: t.Final = Phrase("{0} {1}: no such file", "{0} {1}: ファイルがありません")
_UNREADABLE: t.Final = Phrase("{0} {1}: {2}", "{0} {1}: {2}")
_NO_CERTIFICATES: t.Final = Phrase(
    "{0} {1}: it holds no CA certificates in PEM", "{0} {1}: PEM形式のCA証明書がありません"
)


def open_desk(options: Mapping[str, t.Any], tell: Callable[[Phrase], None] | None = None) -> Desk:
    """Make the desk that the options describe; nothing is sent yet. Raises OptionsWrong.

    `tell` is called with what a run waits for.
    """
    if options["desk"] == "by_hand":
        from .by_hand.adapter import ByHandDesk

        _require(options, None, kind="by_hand")
        return ByHandDesk(options["desk_folder"])
    if options["desk"] != "portal":
        return ApiDesk(_api_connection(options, tell))
    from .portal.adapter import PortalDesk

    return PortalDesk(make_portal_connection(options, tell))


def make_portal_connection(
    options: Mapping[str, t.Any], tell: Callable[[Phrase], None] | None = None
) -> PortalConnection:
    """Make the log-in to the portal's screens that the options describe."""
    from .portal._lxml import explain_missing_lxml
    from .portal.transport import PortalConnection

    _require(options, explain_missing_requests() or explain_missing_lxml(), kind="portal")
    if options["portal_engine"] == "browser":
        _require_browser(options["portal_browser_path"])
    connection = PortalConnection(
        url=options["desk_url"],
        user=options["portal_user"],
        password=options["portal_password"],
        ca_path=check_ca_path(options["desk_ca_path"]),
        proxy=check_proxy(options.get("desk_proxy_url")),
        timeout=options["request_timeout"],
        request_interval=options["request_interval"],
        screen_map=options["screen_map"],
        engine=options["portal_engine"],
        browser_path=options["portal_browser_path"],
        tell=tell,
    )
    return _usable(connection)


def _api_connection(options: Mapping[str, t.Any], tell: Callable[[Phrase], None] | None) -> ApiConnection:
    _require(options, explain_missing_requests(), kind="api")
    connection = ApiConnection(
        url=options["desk_url"],
        token=options["desk_token"],
        ca_path=check_ca_path(options["desk_ca_path"]),
        proxy=check_proxy(options.get("desk_proxy_url")),
        timeout=options["request_timeout"],
        tell=tell,
        lang=options.get("lang") or spoken_language(),
    )
    return _usable(connection)


def check_ca_path(path: str | None, option: str = "desk_ca_path") -> str | None:
    """Return where the CA certificates are, read once, so that a mistake is named before anything is sent."""
    if not path:
        return None
    try:
        file = expand_home(path)
        folder = file.is_dir()
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(*((None, file) if folder else (file,)))
    except ssl.SSLError:
        raise OptionsWrong(_NO_CERTIFICATES.filled(option, path)) from None
    except FileNotFoundError:
        raise OptionsWrong(_NO_FILE.filled(option, path)) from None
    except OSError as error:
        raise OptionsWrong(_UNREADABLE.filled(option, path, reason_of(error))) from None
    except ValueError as error:  # a NUL in the path
        raise OptionsWrong(_UNREADABLE.filled(option, path, error)) from None
    return str(file)


def check_proxy(url: str | None, option: str = "desk_proxy_url") -> str | None:
    """Return the address of the proxy, looked at, so that a mistake is named before anything is sent."""
    if url and (fault := proxy_fault(url, option)):
        raise OptionsWrong(fault)
    return url or None


def _require(options: Mapping[str, t.Any], library: str | None, *, kind: str) -> None:
    if library:
        raise OptionsWrong(verbatim(library))
    needed, variables = _WHERE[kind]
    missing = [name for name in needed if not options[name]]
    if missing:
        raise OptionsWrong(
            Phrase(
                f"{' and '.join(missing)} missing: set it as an option, with module_defaults for "
                f"group/iij.server_certificate.desk, or with {' and '.join(variables)} in the environment",
                f"{' と '.join(missing)} がありません。オプション、group/iij.server_certificate.desk の "
                f"module_defaults、または環境変数 {' と '.join(variables)} で指定してください。",
            )
        )


def _require_browser(path: str | None) -> None:
    from .portal._playwright import explain_missing_playwright
    from .portal.chromium import find_chromium

    library = explain_missing_playwright()
    if library:
        raise OptionsWrong(verbatim(library))
    if find_chromium(path) is None:
        message = f"portal_browser_path names no program: {path}" if path else "no Chromium is on PATH"
        in_japanese = (
            f"portal_browser_path のプログラムがありません: {path}" if path else "PATH に Chromium がありません"
        )
        raise OptionsWrong(
            Phrase(
                f"portal_engine: browser needs an installed Chromium, and {message}. Install the package of your "
                "distribution (Debian: apt-get install chromium), or name the program with portal_browser_path; none "
                "is downloaded",
                f"portal_engine: browser には Chromium のインストールが必要です。{in_japanese}。"
                "ディストリビューションのパッケージ (Debian では apt-get install chromium) を入れるか、"
                "portal_browser_path で指定してください。"
                "自動ではダウンロードしません",
            )
        )


class _Faulty(t.Protocol):
    def find_fault(self) -> Phrase | None: ...


_Connection = t.TypeVar("_Connection", bound=_Faulty)


def _usable(connection: _Connection) -> _Connection:
    fault = connection.find_fault()
    if fault:
        raise OptionsWrong(fault)
    return connection


__all__ = ("check_ca_path", "check_proxy", "make_portal_connection", "open_desk")
