# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The one place that imports requests and urllib3, so that their absence is one clear message."""

from __future__ import annotations

import traceback

from ansible.module_utils.basic import missing_required_lib

try:
    import requests
    from requests.adapters import HTTPAdapter
    from requests.cookies import extract_cookies_to_jar
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
    from urllib3.exceptions import DecodeError, HTTPError, LocationParseError, ProxyError

    REQUESTS_TRACEBACK = None
except ImportError:
    REQUESTS_TRACEBACK = traceback.format_exc()
    requests = None  # type: ignore[assignment]
    extract_cookies_to_jar = None  # type: ignore[assignment]
    HTTPAdapter = HTTPConnectionPool = HTTPSConnectionPool = object  # type: ignore[assignment,misc]
    DecodeError = HTTPError = LocationParseError = ProxyError = Exception  # type: ignore[assignment,misc]


def explain_missing_requests() -> str | None:
    """Say that requests is missing, in the message for the user; None where it is there."""
    return None if requests else missing_required_lib("requests")


__all__ = (
    "REQUESTS_TRACEBACK",
    "DecodeError",
    "HTTPAdapter",
    "HTTPConnectionPool",
    "HTTPError",
    "HTTPSConnectionPool",
    "LocationParseError",
    "ProxyError",
    "explain_missing_requests",
    "extract_cookies_to_jar",
    "requests",
)
