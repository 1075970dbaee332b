# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import multiprocessing
import os
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import errors
from ansible_collections.iij.server_certificate.plugins.module_utils._core.keyspec import KeySpec
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import keys
from ansible_collections.iij.server_certificate.plugins.module_utils._target import files
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.key_orders import (
    ensure,
    order,
    written,
)


def test_the_slower_of_two_takes_the_key_of_the_faster(
    tmp_path: pathlib.Path, ec_key: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate = keys.generate

    def slow(spec: KeySpec) -> t.Any:
        written(tmp_path / "www.key", ec_key)
        return generate(spec)

    monkeypatch.setattr(keys, "generate", slow)
    outcome = ensure(order(tmp_path))
    assert outcome.actions == ("create_csr",)
    assert outcome.as_result()["public_key_fingerprint"] == keys.fingerprint(ec_key.public_key())


def test_the_slower_of_two_does_not_take_a_key_of_another_kind(
    tmp_path: pathlib.Path, rsa_key: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate = keys.generate

    def slow(spec: KeySpec) -> t.Any:
        written(tmp_path / "www.key", rsa_key)
        return generate(spec)

    monkeypatch.setattr(keys, "generate", slow)
    with pytest.raises(errors.KeyDiffers):
        ensure(order(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["www.key"]


def test_the_slower_of_two_never_removes_the_next_key_of_the_faster(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that is over lies where the next one is to wait; the faster run has replaced it and told its CSR."""
    install = {"certificate": str(tmp_path / "www.pem"), "chain": None, "full_chain": None, "pkcs12": None}
    ensure(order(tmp_path, install=install))
    live = keys.facts((tmp_path / "www.key").read_bytes(), path="").public_key_fingerprint
    wanted = order(tmp_path, install=install, retire=[live], in_use=live)
    over = ensure(wanted).as_result()["public_key_fingerprint"]
    wanted["retire"].append(over)
    remove, faster = files.remove, []

    def late(path: str, **options: t.Any) -> None:
        monkeypatch.setattr(files, "remove", remove)
        faster.append(ensure(wanted).as_result()["public_key_fingerprint"])
        remove(path, **options)

    monkeypatch.setattr(files, "remove", late)
    slower = ensure(wanted).as_result()["public_key_fingerprint"]
    assert [slower] == faster != [over]
    assert keys.facts((tmp_path / ".www.key.next").read_bytes(), path="").public_key_fingerprint == slower


def _one_of_many(wanted: dict[str, t.Any], barrier: t.Any, answers: t.Any) -> None:
    barrier.wait()
    outcome = ensure(wanted)
    answers.put((outcome.as_result()["public_key_fingerprint"], "create_key" in outcome.actions))


def test_many_processes_at_once_make_one_key(tmp_path: pathlib.Path) -> None:
    many = 8
    context = multiprocessing.get_context("fork")
    for attempt in range(5):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        barrier, answers = context.Barrier(many), context.SimpleQueue()
        arguments = (order(folder), barrier, answers)
        processes = [context.Process(target=_one_of_many, args=arguments) for _process in range(many)]
        for process in processes:
            process.start()
        got = [answers.get() for _process in processes]
        for process in processes:
            process.join()
        key = keys.facts((folder / "www.key").read_bytes(), path="")
        assert {fingerprint for fingerprint, _made in got} == {key.public_key_fingerprint}
        assert sum(made for _fingerprint, made in got) == 1
        assert sorted(path.name for path in folder.iterdir()) == ["www.csr", "www.key"]
        assert ensure(order(folder)).actions == ()


def test_killed_at_any_moment_the_next_run_finishes(tmp_path: pathlib.Path) -> None:
    """SIGKILL after 0, 1, 2 ... system calls that publish something: never a broken file, never a second key."""
    for fatal in range(4):
        folder = tmp_path / str(fatal)
        folder.mkdir()
        child = os.fork()
        if child == 0:
            _die_at(fatal)
            ensure(order(folder))
            os._exit(0)
        os.waitpid(child, 0)
        kept = (folder / "www.key").read_bytes() if (folder / "www.key").exists() else None
        outcome = ensure(order(folder))
        assert ("create_key" in outcome.actions) == (kept is None)
        assert kept in (None, (folder / "www.key").read_bytes())
        assert ensure(order(folder)).actions == ()


def _die_at(fatal: int) -> None:
    left = [fatal]
    for call in ("link", "rename", "fsync"):
        _wrap(call, left)


def _wrap(call: str, left: list[int]) -> None:
    really = getattr(os, call)

    def counted(*arguments: t.Any, **options: t.Any) -> t.Any:
        if left[0] == 0:
            os.kill(os.getpid(), 9)
        left[0] -= 1
        return really(*arguments, **options)

    setattr(os, call, counted)
