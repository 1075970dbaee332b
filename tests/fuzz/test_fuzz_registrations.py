# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A short run of the property that everything check passes is registered; `fuzz_registrations.py` is the long one."""

from __future__ import annotations

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._catalogue.products import PRODUCTS
from fuzz_registrations import Disagreement, faults_at_desk, run


def test_everything_that_check_passes_is_registered() -> None:
    seen = run(seed=7, count=1_500)
    products = {name.split()[0] for name in seen if name != "refused"}
    assert products == set(PRODUCTS), "each product must be registered at least once"
    assert seen["refused"] > 100 and seen.total() == 1_500


def test_a_rule_that_one_side_lacks_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_more: object) -> list[str]:
        return [*faults_at_desk(*_arguments, **_more), "planted"]  # type: ignore[arg-type]

    monkeypatch.setattr("fuzz_registrations.faults_at_desk", refuse)
    with pytest.raises(Disagreement, match="planted"):
        run(seed=7, count=50)
