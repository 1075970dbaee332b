# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file in which the controller remembers what hosts have said, over years of renewals."""

from __future__ import annotations

import dataclasses as dc
import json
import pathlib
import types
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.memory import Registered
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks import memory_file
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.memory_file import (
    read_memory,
    remember_hosts,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.json_text import parse_json
from portfolios import OV, portfolio

OPTIONS: t.Final = {"portfolio": "default", "desk_url": "https://desk.example.jp"}
ORDERS: t.Final = 20
(ORDER,) = portfolio(OV)


def make_entry(number: int, *, renewal: int) -> t.Any:
    order = dc.replace(ORDER, name=f"www{number}", host=f"web{number}")
    facts = {"contract_id": f"rsc{number:08}", "certificate_fingerprint": f"{renewal:064x}", "not_after": None}
    application = types.SimpleNamespace(**facts)
    return types.SimpleNamespace(order=order, application=application)


def remember(renewal: int) -> tuple[list[t.Any], list[str]]:
    entries = [make_entry(number, renewal=renewal) for number in range(ORDERS)]
    heard = {entry.order.name: True for entry in entries}
    return entries, remember_hosts(OPTIONS, entries, heard, lang="en")


@pytest.fixture(autouse=True)
def file(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "iij.server_certificate" / "default@desk.example.jp-443.memory.jsonl"


def test_years_of_renewals_do_not_make_it_long(file: pathlib.Path) -> None:
    for renewal in range(60):
        entries, warnings = remember(renewal)
        assert not warnings
        memory = read_memory(OPTIONS)
        assert all(memory.has_certificate(entry.order, entry.application) for entry in entries)
    assert len([line for line in file.read_bytes().splitlines() if line]) <= 100 + 4 * ORDERS
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_host_costs_what_its_own_contracts_cost(file: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run has as many hosts as it has: each of them would read what all of them have ever answered."""
    for renewal in range(2):
        remember(renewal)
    parsed: list[bytes] = []
    monkeypatch.setattr(memory_file, "parse_json", lambda line: parsed.append(line) or parse_json(line))
    own = make_entry(3, renewal=2)
    for _ in range(2):
        assert remember_hosts(OPTIONS, [own], {own.order.name: True}, lang="en") == []
    assert len(parsed) == 2 + 3, "two lines of before, and its own of this time"
    monkeypatch.undo()
    monkeypatch.setenv("XDG_STATE_HOME", str(file.parent.parent))
    assert read_memory(OPTIONS).has_certificate(own.order, own.application)


def test_what_is_known_already_is_not_written_again(file: pathlib.Path) -> None:
    remember(1)
    before = file.read_bytes()
    assert remember(1)[1] == []
    assert file.read_bytes() == before


def test_what_a_host_has_again_is_written_down_again(file: pathlib.Path) -> None:
    """Whose certificate came to the files in between is another contract's, which this answer does not name."""
    former, other = make_entry(1, renewal=1), make_entry(2, renewal=1)
    other.order = former.order
    for entry in (former, other, former, former):
        assert remember_hosts(OPTIONS, [entry], {former.order.name: True}, lang="en") == []
        memory = read_memory(OPTIONS)
        here = [each for each in (former, other) if memory.has_certificate(each.order, each.application)]
        assert here == [entry]
    assert len([line for line in file.read_bytes().splitlines() if line]) == 3


def test_a_folder_that_takes_no_file_costs_a_warning_only(file: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for renewal in range(20):
        remember(renewal)
    before = file.read_bytes()

    def refuse(*_arguments: object) -> t.NoReturn:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pathlib.Path, "replace", refuse)
    said = [warning for renewal in range(20, 60) for warning in remember(renewal)[1]]
    assert said
    assert "No space left on device" in said[0]
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert file.read_bytes().startswith(before)


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o770, 0o755], ids=oct)
def test_a_planted_link_is_never_written_through(file: pathlib.Path, mode: int) -> None:
    victim = file.parent.parent / "victim"
    victim.write_text("mine\n", encoding="utf-8")
    file.parent.mkdir()
    file.symlink_to(victim)
    file.parent.chmod(mode)
    for renewal in range(3):
        assert remember(renewal)[1], "it is told"
    assert victim.read_text(encoding="utf-8") == "mine\n"
    entries, _warnings = remember(1)
    assert not any(read_memory(OPTIONS).has_certificate(entry.order, entry.application) for entry in entries)


def test_what_others_may_have_written_is_not_believed(file: pathlib.Path) -> None:
    entries, _warnings = remember(1)
    file.parent.chmod(0o777)
    memory = read_memory(OPTIONS)
    assert not any(memory.has_certificate(entry.order, entry.application) for entry in entries)
    assert remember(2)[1]
    moved = file.parent.rename(file.parent.with_name("elsewhere"))
    moved.chmod(0o700)
    file.parent.symlink_to(moved)
    assert remember(3)[1] == [], "a folder that is a link of the user's own"
    file.parent.parent.chmod(0o777)
    assert remember(4)[1], "which somebody else could exchange"


def test_all_keys_that_were_registered_for_a_contract_stay_known(file: pathlib.Path) -> None:
    for number in range(150):  # every third is registered once more, and the file is written anew in between
        line = Registered(contract_id="rsc00000001", digests={"host": str(number)}, keys=(f"{number // 3:064x}",))
        write_lines(line)
    expected = [f"{number:064x}" for number in range(50)]
    assert list(read_memory(OPTIONS).list_registered_keys()["rsc00000001"]) == expected
    assert len([line for line in file.read_bytes().splitlines() if line]) <= 110
    before = file.read_bytes()
    write_lines(line)
    assert file.read_bytes() == before


@pytest.mark.parametrize("keys", [{}, {"keys": []}, {"keys": None}, {"keys": "00"}, {"keys": [1]}])
def test_a_line_without_keys_knows_none(file: pathlib.Path, keys: dict[str, t.Any]) -> None:
    """Earlier versions wrote none; and the file is the user's."""
    file.parent.mkdir(mode=0o700)
    fields = {"contract_id": "rsc00000001", "digests": {"host": "0"}, "before": None, "order": "www", **keys}
    file.write_text(json.dumps(fields), encoding="utf-8")
    file.chmod(0o600)
    memory = read_memory(OPTIONS)
    assert memory.list_registered_keys() == {}
    assert bool(memory.list_lines()) == (keys.get("keys", []) == [])


@pytest.mark.parametrize(
    "reissued", [{}, {"reissued": {}}, {"reissued": None}, {"reissued": []}, {"reissued": {"a": 1}}]
)
def test_a_line_without_reissues_knows_none(file: pathlib.Path, reissued: dict[str, t.Any]) -> None:
    write_lines(Registered(contract_id="rsc00000002", digests={}))
    fields = {"contract_id": "rsc00000001", "digests": {}, "before": None, "order": "www", "keys": [], **reissued}
    file.write_text(json.dumps(fields), encoding="utf-8")
    assert bool(read_memory(OPTIONS).list_lines()) == (reissued.get("reissued", {}) == {})


def write_lines(*lines: Registered) -> None:
    assert memory_file._remember(OPTIONS, list(lines), "en") == []
