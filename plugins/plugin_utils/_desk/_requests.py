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
    from urllib3.exceptions import NewConnectionError
    from urllib3.util.retry import Retry

    REQUESTS_TRACEBACK = None
except ImportError:
    REQUESTS_TRACEBACK = traceback.format_exc()
    requests = None  # type: ignore[assignment]
    HTTPAdapter = None  # type: ignore[assignment,misc]
    Retry = None  # type: ignore[assignment,misc]
    NewConnectionError = None  # type: ignore[assignment,misc]


def missing_requests() -> str | None:
    """The message for the user when requests is not there."""
    return None if requests else missing_required_lib("requests")


__all__ = ("REQUESTS_TRACEBACK", "HTTPAdapter", "NewConnectionError", "Retry", "missing_requests", "requests")
