# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Debian's Chromium, and what a test that needs it says where it is missing."""

from __future__ import annotations

import contextlib
import os
import shutil
import typing as t

import pytest
from playwright.sync_api import Browser, sync_playwright

_NAMES: t.Final = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM: t.Final = next(filter(None, map(shutil.which, _NAMES)), None)
QUIET: t.Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

NEEDED: t.Final = pytest.mark.skipif(
    CHROMIUM is None and os.environ.get("CI") != "true",
    reason="NO BROWSER: the pages were not tried in Chromium (apt-get install chromium)",
)


@contextlib.contextmanager
def chromium() -> t.Iterator[Browser]:
    """A browser for as long as the block lasts."""
    assert CHROMIUM, "CI has to have Debian's chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()
