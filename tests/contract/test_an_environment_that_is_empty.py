# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A variable of the environment that a pipeline has left empty: what it would have pinned is not bought without it."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site, kinds

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


@pytest.mark.parametrize("variable", ["IIJ_CERT_DESK_FOLDER", "IIJ_CERT_SCREEN_MAP"])
@pytest.mark.parametrize("value", ["", " "])
def test_nothing_is_bought_without_what_would_be_pinned(
    desk: DeskControl, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    site = Site(desk, tmp_path)
    monkeypatch.setenv(variable, value)
    result = site.tasks.apply()
    assert (
        result["failed"] and "is empty" in result["msg"] and variable.removeprefix("IIJ_CERT_").lower() in result["msg"]
    )
    assert kinds(desk) == []
    monkeypatch.delenv(variable)
    site.tasks.apply()
    assert kinds(desk) == ["new"]
