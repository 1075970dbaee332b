# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's way through the portal's screens of a rehearsal desk, without politeness."""

from __future__ import annotations

import typing as t

from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.adapter import PortalDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.transport import Connection

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


ENGINES: t.Final = ("http", "browser")


def connection_to(desk: DeskControl, folder: pathlib.Path, **changes: t.Any) -> Connection:
    """A log-in as the group admin, whose state lies in this folder."""
    user, password = desk.group_admin
    usual: dict[str, t.Any] = {"url": desk.portal_url, "user": user, "password": password, "state": folder / "state"}
    return Connection(**{**usual, **changes})


def portal_of(desk: DeskControl, folder: pathlib.Path, **changes: t.Any) -> PortalDesk:
    return PortalDesk(connection_to(desk, folder, **changes), sleep=lambda _seconds: None)
