# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A look that is handed on comes back as it was, or is not used at all."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import os
import pathlib
import stat
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.vaulted import Vaulted, hide_vaulted
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.entry import Entry
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.replacements import Replaced
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks import looks, registrations
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.installations import make_host_orders
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from portfolios import DV, EV, LINKED, OV, booked, certified, portfolio

Options = dict[str, t.Any]

OPTIONS: t.Final = {"desk": "api", "desk_url": "https://desk.example.jp", "desk_token": "secret-token-77",
                    "portfolio": "default", "slice": "1/2"}  # fmt: skip
INSTALL: t.Final = {"certificate": "/etc/pki/www.pem", "reload": "again", "prove": {"port": 8443}}


@pytest.fixture(autouse=True)
def cache(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def commands_of(_host: str | None) -> dict[str, str]:
    return {"again": "systemctl restart www"}


def works() -> tuple[looks.Work, ...]:
    """Orders of every kind at two hosts and the controller, each with an application that has everything."""
    orders = portfolio(OV | {"install": INSTALL}, DV, EV | {"host": "web2"}, LINKED)
    moment = dt.datetime(2026, 11, 26, 1, 2, 3, tzinfo=dt.UTC)
    entries = [
        Entry(
            order=order,
            application=dc.replace(
                booked(order, f"default/{order.name}/1", number=number, state=State.ISSUED),
                certificate_fingerprint="0" * 64, not_after=moment, deadline=moment.date(),
                confirmations=("domain",), unclear=("一", "二"),
            ),
            standing=Standing.TO_COLLECT,
            replaced=Replaced(application=certified(booked(order, None, number=9)), track=None),
        )
        for number, order in enumerate(orders)
    ]  # fmt: skip
    certificates = {"www": {"certificate": "PEM", "chain": ""}}
    failures = ({"name": "blog", "message": "it is not there"},)
    return tuple(
        dc.replace(work, certificates=certificates, failures=failures)
        for work in looks.make_works(entries, commands_of, among=[entry.order for entry in entries])
    )


def handed_on(made: t.Iterable[looks.Work]) -> Options:
    return {**OPTIONS, "look": looks.hand_on(OPTIONS, made, warn=lambda _phrase: None)}


def test_it_comes_back_as_it_was() -> None:
    made = works()
    options = handed_on(made)
    assert sorted(work.host for work in made) == ["localhost", "web1", "web2"]
    for work in made:
        found = looks.read_work(options, work.host, commands_of)
        assert found
        without = [dc.replace(entry.order, applicant=None, approval_email=None, csr=None) for entry in work.entries]
        assert [entry.order for entry in found.entries] == without
        assert [entry.application for entry in found.entries] == [entry.application for entry in work.entries]
        assert make_host_orders(found.entries, {}) == make_host_orders(work.entries, {})
        keys = registrations.make_host_orders(work.entries)
        assert all(asked["retire"] for asked in keys) and registrations.make_host_orders(found.entries) == keys
        assert dc.replace(found, entries=()) == dc.replace(work, entries=())
    assert {work.host for work in looks.read_works(options)} == {work.host for work in made}


def folder_of(options: Options, cache: pathlib.Path) -> pathlib.Path:
    return cache / "iij.server_certificate" / "looks" / options["look"]


def aged(folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later = looks.time.time() + looks.OLDEST_LOOK + 1
    monkeypatch.setattr(looks.time, "time", lambda: later)


def open_to_all(folder: pathlib.Path, _monkeypatch: object) -> None:
    folder.chmod(0o755)


def cut_off(folder: pathlib.Path, _monkeypatch: object) -> None:
    for file in folder.iterdir():
        file.write_bytes(file.read_bytes()[:-20])


def of_another_form(folder: pathlib.Path, _monkeypatch: object) -> None:
    for file in folder.iterdir():
        file.write_text(file.read_text(encoding="utf-8").replace('"issued"', '"no state"'), encoding="utf-8")


def a_link(folder: pathlib.Path, _monkeypatch: object) -> None:
    for file in list(folder.iterdir()):
        file.rename(file.with_suffix(".away"))
        file.symlink_to(file.with_suffix(".away"))


@pytest.mark.parametrize("spoil", [aged, open_to_all, cut_off, of_another_form, a_link])
def test_one_that_is_spoiled_is_not_used(
    cache: pathlib.Path, monkeypatch: pytest.MonkeyPatch, spoil: t.Callable[..., None]
) -> None:
    options = handed_on(works())
    assert looks.read_work(options, "web1")
    spoil(folder_of(options, cache), monkeypatch)
    assert looks.read_work(options, "web1") is None


@pytest.mark.parametrize(
    "changes",
    [
        {"desk_url": "https://other.example.jp"},
        {"desk": "portal"},
        {"portfolio": "other"},
        {"slice": None},
        {"look": "0" * 32},
        {"look": "../looks"},
        {"look": None},
    ],
)
def test_one_for_something_else_is_not_used(changes: Options) -> None:
    options = handed_on(works())
    assert looks.read_work(options, "web1")
    assert looks.read_work({**options, **changes}, "web1") is None
    assert looks.read_work(options, "web3") is None


def test_who_goes_on_at_the_desk_must_have_the_log_in_that_looked() -> None:
    options = handed_on(works())
    assert not list(looks.read_works({**options, "desk_token": "another"}))


def test_commands_that_mean_something_else_on_the_host_count() -> None:
    options = handed_on(works())
    assert looks.read_work(options, "web1", commands_of)
    assert looks.read_work(options, "web1", lambda _host: {"again": "reboot"}) is None
    assert looks.read_work(options, "web2", lambda _host: {}), "its orders name no command"


def test_nothing_in_it_is_secret_or_for_others(cache: pathlib.Path) -> None:
    options = handed_on(works())
    folder = folder_of(options, cache)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for file in folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        text = file.read_text(encoding="utf-8")
        assert OPTIONS["desk_token"] not in text
        assert "certs@example.jp" not in text


def test_an_order_with_a_vaulted_value_is_not_written_down(cache: pathlib.Path) -> None:
    with hide_vaulted():
        sealed = Vaulted("/etc/pki/secret-place.pem", "sealed")
        made = works()
        (web2,) = [work for work in made if work.host == "web2"]
        orders = [dc.replace(e.order, install=dc.replace(e.order.install, certificate=sealed)) for e in web2.entries]
        entries = tuple(dc.replace(e, order=order) for e, order in zip(web2.entries, orders, strict=True))
        options = handed_on([*(work for work in made if work is not web2), dc.replace(web2, entries=entries)])
        assert looks.read_work(options, "web2") is None
        assert looks.read_work(options, "web1")
    assert not [file for file in folder_of(options, cache).iterdir() if b"secret-place" in file.read_bytes()]


def test_where_nothing_can_be_written_the_task_goes_on(cache: pathlib.Path) -> None:
    (cache / "iij.server_certificate").write_text("a file where the folder would be", encoding="utf-8")
    told: list[t.Any] = []
    name = looks.hand_on(OPTIONS, works(), warn=told.append)
    assert len(told) == 1
    assert looks.read_work({**OPTIONS, "look": name}, "web1") is None


def test_answers_come_back_and_outlive_the_look(cache: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = handed_on(works())
    answer = looks.Answer(host="web1", csrs={"www": "PEM"}, failures={"blog": "no"})
    looks.write_answer(options, answer)
    assert looks.read_answers(options) == {"web1": answer}
    assert looks.read_answers({**options, "portfolio": "other"}) == {}
    aged(cache, monkeypatch)
    assert looks.read_answers(options) == {"web1": answer}


def test_old_looks_are_removed(cache: pathlib.Path) -> None:
    folder = folder_of(handed_on(works()), cache)
    old = folder.stat().st_mtime - looks.OLDEST_ANSWER - 60
    os.utime(folder, (old, old))
    handed_on(works())
    assert not folder.exists()


def test_what_a_host_says_of_a_vaulted_value_is_not_written_down(cache: pathlib.Path) -> None:
    """Orders with such a value are in no look, but their host's answer is."""
    options = {**OPTIONS, "look": looks.hand_on(OPTIONS, (), warn=lambda _phrase: None)}
    with hide_vaulted():
        place = Vaulted("/srv/canary-4Kz/www.key", sealed="$ANSIBLE_VAULT;1.1;AES256")
        failures = {"www": f"{place} is full", "blog": "it is full"}
        looks.write_answer(options, looks.Answer(host="web1", csrs={"blog": "PEM"}, failures=failures))
    assert looks.read_answers(options)["web1"].failures.keys() == failures.keys()
    assert not [file for file in cache.rglob("*") if file.is_file() and b"canary" in file.read_bytes()]
