# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A short run of the fuzzer; `fuzz_orders.py` by itself is the long one."""

from __future__ import annotations

import pytest
from fuzz_orders import run


@pytest.mark.parametrize("seed", [1, 2])
def test_no_input_ends_in_anything_but_complaints_or_orders(seed: int) -> None:
    seen = run(seed=seed, count=1500)
    assert not seen.failures, seen.phrase(seed, 0)
    assert {kind for kind, _outcome in seen.outcomes} == {"bytes", "csr", "near", "tree"}
    assert {outcome for _kind, outcome in seen.outcomes} == {"accepted", "complaints"}
