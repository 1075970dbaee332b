# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's way through the portal's screens of a rehearsal desk, without politeness."""

from __future__ import annotations

import os
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.adapter import PortalDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.chromium import find_chromium
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.transport import PortalConnection

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


CHROMIUM: t.Final = find_chromium(None)
# A machine that proves the project has to have a browser; anywhere else the missing one is said out loud.
NEEDS_BROWSER: t.Final = pytest.mark.skipif(
    CHROMIUM is None and os.environ.get("CI") != "true",
    reason="NO BROWSER: the portal's screens were not tried with portal_engine browser (apt-get install chromium)",
)
BROWSER: t.Final = pytest.param("browser", marks=NEEDS_BROWSER)
ENGINES: t.Final = ("http", BROWSER)
EVERY_WAY: t.Final = pytest.mark.parametrize("any_desk", ["api", *ENGINES], indirect=True)
IN_BOTH: t.Final = pytest.mark.parametrize("engine", ENGINES)


def by_engine(name: str, values: t.Iterable[str], *, in_browser: tuple[str, ...]) -> pytest.MarkDecorator:
    """Every value over HTTP, and these in the browser too, for whose requests the same transport speaks to the desk."""
    pairs = [("http", value) for value in values]
    tried = [pytest.param("browser", value, marks=NEEDS_BROWSER) for value in in_browser]
    return pytest.mark.parametrize(("engine", name), [*pairs, *tried])


def connection_to(desk: DeskControl, folder: pathlib.Path, **changes: t.Any) -> PortalConnection:
    """A log-in as the group admin, whose state lies in this folder."""
    user, password = desk.group_admin
    usual: dict[str, t.Any] = {
        "url": desk.portal_url, "user": user, "password": password,
        "state": folder / "state", "cache": folder / "cache",
    }  # fmt: skip
    return PortalConnection(**{**usual, **changes})


def portal_of(desk: DeskControl, folder: pathlib.Path, **changes: t.Any) -> PortalDesk:
    return PortalDesk(connection_to(desk, folder, **changes), sleep=lambda _seconds: None)
