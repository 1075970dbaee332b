# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core.keyspec import KeySpec
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import key_making, keys

SMALL = KeySpec("ECDSA", curve="P-256")
LARGE = KeySpec("ECDSA", curve="P-384")


@pytest.mark.parametrize("cores", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_each_is_made_once_and_in_order(monkeypatch: pytest.MonkeyPatch, cores: int, count: int) -> None:
    monkeypatch.setattr(key_making, "_cores", lambda: cores)
    specs = [SMALL, LARGE, LARGE][:count] if count < 3 else [SMALL, LARGE] * 3 + [SMALL]
    made = [keys.facts(content, path="") for content in key_making.generate_all(specs)]
    assert [facts.spec for facts in made] == specs
    assert len({facts.public_key_fingerprint for facts in made}) == count


def test_what_a_worker_does_not_deliver_is_made_here(monkeypatch: pytest.MonkeyPatch) -> None:
    parent, really = os.getpid(), keys.generate

    def killed(spec: KeySpec) -> t.Any:
        if os.getpid() != parent and spec == LARGE:
            os.kill(os.getpid(), signal.SIGKILL)
        return really(spec)

    monkeypatch.setattr(key_making, "_cores", lambda: 2)
    monkeypatch.setattr(keys, "generate", killed)
    specs = [SMALL, SMALL, SMALL, LARGE, SMALL]
    assert [keys.facts(content, path="").spec for content in key_making.generate_all(specs)] == specs


def test_no_process_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_making, "_cores", lambda: 3)
    before = children()
    key_making.generate_all([SMALL] * 4)
    assert children() == before


def children() -> set[int]:
    """The processes whose parent is this one, ended ones too."""
    found = set()
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # processes of others end while they are read
            # Pid, name in brackets, state, parent.
            stat = path.read_text(encoding="utf-8")
            if int(stat.rpartition(")")[2].split()[1]) == os.getpid():
                found.add(int(stat.split()[0]))
    return found
