# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk import patience
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.adapter import ApiDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.transport import ApiConnection
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.adapter import PortalDesk
from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl, running_desk
from ansible_collections.iij.server_certificate.tests.contract.portal_desks import portal_of


@pytest.fixture(autouse=True)
def home(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ledgers and memories of each test are its own, and never those of who runs it."""
    for variable in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / variable))


@pytest.fixture(scope="session")
def shared_desk(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[DeskControl]:
    """A desk for tests that count no purchases; each of them orders under names of its own."""
    with running_desk(tmp_path_factory.mktemp("desk")) as control:
        yield control


@pytest.fixture
def desk(tmp_path: pathlib.Path) -> t.Iterator[DeskControl]:
    """A desk with an empty database."""
    with running_desk(tmp_path) as control:
        yield control


@pytest.fixture
def api(desk: DeskControl) -> ApiDesk:
    """The collection's way to the empty desk, as the group admin."""
    return ApiDesk(ApiConnection(url=desk.url, token=desk.order_token))


@pytest.fixture
def engine() -> str:
    """What makes pages of what the portal sends, where a test does not say otherwise (IN_BOTH, by_engine)."""
    return "http"


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits before it is read again."""
    monkeypatch.setattr(patience, "_PAUSE", 0)


@pytest.fixture
def portal(desk: DeskControl, tmp_path: pathlib.Path, engine: str) -> PortalDesk:
    """The collection's way through the screens to the empty desk, as the group admin."""
    return portal_of(desk, tmp_path, engine=engine)


@pytest.fixture
def shared_portal(shared_desk: DeskControl, tmp_path: pathlib.Path, engine: str) -> t.Iterator[PortalDesk]:
    """The collection's way through the screens to the shared desk; no fault outlives a test."""
    yield portal_of(shared_desk, tmp_path, engine=engine)
    shared_desk.no_faults()


@pytest.fixture(params=["api", "http"])
def any_desk(
    request: pytest.FixtureRequest, shared_api: ApiDesk, shared_desk: DeskControl, tmp_path: pathlib.Path
) -> ApiDesk | PortalDesk:
    """Each way to the shared desk; the browser too where a test says so (EVERY_WAY)."""
    return shared_api if request.param == "api" else portal_of(shared_desk, tmp_path, engine=request.param)


@pytest.fixture
def shared_api(shared_desk: DeskControl) -> t.Iterator[ApiDesk]:
    """The collection's way to the shared desk, as the group admin; no fault outlives a test."""
    yield ApiDesk(ApiConnection(url=shared_desk.url, token=shared_desk.order_token))
    shared_desk.no_faults()
