# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ledger under many writers: each line once, on disk before its writer goes on, in one unbroken chain."""

from __future__ import annotations

import concurrent.futures
import os
import pathlib
import threading

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger import (
    Ledger,
    LedgerUnusable,
    name_attempt,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger_audit import audit_ledger
from portfolios import now


def test_many_threads_write_each_line_once_and_in_few_writes(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, synced, sync = tmp_path / "ledger.jsonl", list[int](), os.fsync

    def counted(descriptor: int) -> None:
        sync(descriptor)
        synced.append(path.stat().st_size)

    monkeypatch.setattr(os, "fsync", counted)
    ledgers = [Ledger(path, now=now), Ledger(path, now=now)]

    def write(number: int) -> str:
        ledger = ledgers[number % 2]
        attempt = ledger.intend("place", order=f"o{number}")
        assert attempt in {name_attempt(line) for line in ledger.read_lines()}
        assert synced[-1] >= path.read_bytes().index(f'"o{number}"'.encode()), "not on disk yet"
        ledger.conclude("place", order=f"o{number}", attempt=attempt)
        return attempt

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        attempts = list(pool.map(write, range(200)))
    assert len(set(attempts)) == 200
    lines = list(ledgers[0].read_lines())
    assert sorted((line["kind"], line["order"]) for line in lines) == sorted(
        (kind, f"o{number}") for number in range(200) for kind in ("intent", "outcome")
    )
    assert audit_ledger(path).broken is None
    assert len(synced) < len(lines), "no write ever took two lines along"


def test_a_disk_that_fails_is_told_to_every_writer(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger, gate = Ledger(tmp_path / "ledger.jsonl", now=now), threading.Event()

    def broken(_descriptor: int) -> None:
        gate.wait(10)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", broken)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        todo = [pool.submit(ledger.intend, "place", order=f"o{number}") for number in range(4)]
        gate.set()
        assert [type(each.exception(10)) for each in todo] == [LedgerUnusable] * 4
    monkeypatch.undo()
    assert ledger.intend("place", order="later") == name_attempt(list(ledger.read_lines())[-1])


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o770], ids=oct)
@pytest.mark.parametrize("dangling", [False, True])
def test_a_link_counts_only_where_nobody_else_could_have_put_it(
    mode: int, dangling: bool, tmp_path: pathlib.Path
) -> None:
    folder, victim = tmp_path / "state", tmp_path / "victim"
    folder.mkdir()
    if not dangling:
        victim.write_text("mine\n", encoding="utf-8")
    (folder / "a.jsonl").symlink_to(victim)
    folder.chmod(mode)
    ledger = Ledger(folder / "a.jsonl", now=now)
    with pytest.raises(LedgerUnusable, match="it is a link in a folder where others may write"):
        ledger.intend("place", order="www", common_name="www.example.jp", product="quick_ssl")
    with pytest.raises(LedgerUnusable):
        list(ledger.read_lines())
    assert dangling or victim.read_text(encoding="utf-8") == "mine\n"
    assert dangling is not victim.exists()
    folder.chmod(0o700)
    victim.unlink(missing_ok=True)
    ledger.intend("place", order="www", common_name="www.example.jp", product="quick_ssl")
    assert len(list(ledger.read_lines())) == 1, "a link of one's own, such as to a volume"
    (folder / "a.jsonl").unlink()
    folder.chmod(mode)
    ledger = Ledger(folder / "b.jsonl", now=now)
    ledger.intend("place", order="www", common_name="www.example.jp", product="quick_ssl")
    assert len(list(ledger.read_lines())) == 1, "a file of a shared volume"
