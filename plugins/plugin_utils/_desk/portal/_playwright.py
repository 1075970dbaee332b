# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The one place that imports Playwright, so that its absence is one clear message; it downloads no browser."""

from __future__ import annotations

import traceback

from ansible.module_utils.basic import missing_required_lib

try:
    from playwright.async_api import Error as PlaywrightError
    from playwright.async_api import async_playwright

    PLAYWRIGHT_TRACEBACK = None
except ImportError:
    PLAYWRIGHT_TRACEBACK = traceback.format_exc()
    PlaywrightError = None  # type: ignore[assignment,misc]
    async_playwright = None  # type: ignore[assignment]


def explain_missing_playwright() -> str | None:
    """Say that Playwright is missing, in the message for the user; None where it is there."""
    if PLAYWRIGHT_TRACEBACK is None:
        return None
    return str(missing_required_lib("playwright", reason="for portal_engine: browser"))


__all__ = ("PLAYWRIGHT_TRACEBACK", "PlaywrightError", "async_playwright", "explain_missing_playwright")
