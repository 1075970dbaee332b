# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses as dc
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import errors
from ansible_collections.iij.server_certificate.plugins.module_utils._target import orders


@dc.dataclass(frozen=True)
class Asked:
    name: str
    own_paths: tuple[str, ...] = ()
    key_path: str | None = None


def parse(order: t.Mapping[str, t.Any]) -> Asked:
    return Asked(orders.text(order, "name"), tuple(order.get("paths", ())))


def refuse_b(asked: Asked) -> str:
    if asked.name == "b":
        raise errors.KeyMissing(path="/b.key")
    return asked.name


def test_one_that_fails_holds_up_none_of_the_others() -> None:
    harvest = orders.carry_out([{"name": name} for name in "zbca"], parse=parse, act=refuse_b)
    assert harvest.outcomes == ("z", "c", "a")
    assert [failure.name for failure in harvest.failures] == ["b"]
    assert harvest.failure_text("en").splitlines() == [
        "1 of 4 orders could not be carried out.",
        f"- b: {errors.KeyMissing(path='/b.key')}",
    ]
    assert "4件のうち1件" in harvest.failure_text("ja")
    assert not harvest.left_changes


def test_failures_come_by_name_and_one_without_a_name_by_its_place() -> None:
    harvest = orders.carry_out([{"name": "b"}, {}, {"name": 7}], parse=parse, act=refuse_b)
    assert [failure["name"] for failure in harvest.failures_as_result("en")] == ["7", "b", "orders[2]"]


def test_a_mistake_of_ours_is_a_failure_of_one_order() -> None:
    def act(asked: Asked) -> str:
        return {"a": "fine"}[asked.name]

    harvest = orders.carry_out([{"name": "secret"}, {"name": "a"}], parse=parse, act=act)
    assert harvest.outcomes == ("fine",)
    (failure,) = harvest.failures_as_result("en")
    assert "KeyError" in failure["message"]
    assert "secret" not in failure["message"]


def test_no_two_orders_write_the_same_file(tmp_path: pathlib.Path) -> None:
    (tmp_path / "link").symlink_to("x.csr")
    (tmp_path / "d.csr").touch()
    wanted = [{"name": name, "paths": [f"{tmp_path}/{file}"]} for name, file in (("a", "x.csr"), ("c", "link"))]
    wanted.append({"name": "d", "paths": [f"{tmp_path}/d.csr"]})
    harvest = orders.carry_out(wanted, parse=parse, act=refuse_b)
    assert harvest.outcomes == ("d",), "none of two is known to be right"
    assert [(one.name, type(one.fault)) for one in harvest.failures] == [(name, errors.PathShared) for name in "ac"]
    assert "the order c" in str(harvest.failures[0].fault) and "the order a" in str(harvest.failures[1].fault)


@pytest.mark.parametrize("file", ["x.csr", "link"])
def test_nor_does_one_write_a_file_of_an_order_with_which_nothing_is_done(tmp_path: pathlib.Path, file: str) -> None:
    (tmp_path / "link").symlink_to("x.csr")
    rows = [
        {"name": "a", "paths": [f"{tmp_path}/{file}"]},
        {"name": "c", "is_beside": True, "paths": [f"{tmp_path}/x.csr"], "key_path": None},
    ]
    acted_upon, beside = orders.part_orders(rows)
    assert [row["name"] for row in acted_upon] == ["a"]
    (failure,) = orders.carry_out(acted_upon, parse=parse, act=refuse_b, beside=beside).failures
    assert failure.name == "a" and "the order c" in str(failure.fault)


@pytest.mark.parametrize("leave_ending", [True, False])
@pytest.mark.parametrize("turned", [True, False])
@pytest.mark.parametrize("file", ["x.csr", "link"])
def test_a_cancelled_order_stops_no_other(tmp_path: pathlib.Path, file: str, turned: bool, leave_ending: bool) -> None:
    """It alone fails, or gives way, whichever of them is first, and acted upon."""
    (tmp_path / "link").symlink_to("x.csr")
    paths = [f"{tmp_path}/x.csr", f"{tmp_path}/{file}"]
    here, there = paths[::-1] if turned else paths
    kept, ended = {"name": "a", "paths": [here]}, {"name": "z", "paths": [there], "is_cancelled": True}
    how: t.Any = {"parse": parse, "act": refuse_b, "leave_ending": leave_ending}
    stopped = [] if leave_ending else ["z"]
    for rows in ([kept, ended], [ended, kept]):
        harvest = orders.carry_out(rows, **how)
        assert (harvest.outcomes, [one.name for one in harvest.failures]) == (("a",), stopped)
    alone = orders.carry_out([ended], beside=[orders.Beside("a", (here,), None)], **how)
    assert (alone.outcomes, [one.name for one in alone.failures]) == ((), stopped)
    twins = [ended, {**ended, "name": "y", "paths": [here]}]
    assert [one.name for one in orders.carry_out(twins, **how).failures] == ["y", "z"], "neither gives way"


@pytest.mark.parametrize("turned", [True, False])
def test_nor_does_one_that_has_what_is_kept_hidden_beside_a_file(tmp_path: pathlib.Path, turned: bool) -> None:
    paths = [f"{tmp_path}/x.csr", f"{tmp_path}/.x.csr.next"]
    here, there = paths[::-1] if turned else paths
    kept, ended = {"name": "a", "paths": [here]}, {"name": "z", "paths": [there], "is_cancelled": True}
    for rows in ([kept, ended], [ended, kept]):
        assert "a" in orders.carry_out(rows, parse=parse, act=refuse_b).outcomes
        both = [{**row, "is_cancelled": False} for row in rows]
        assert "a" in orders.carry_out(both, parse=parse, act=refuse_b).outcomes or turned


def test_a_path_through_a_folder_of_others_is_refused_before_anything_is_done(tmp_path: pathlib.Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o1777)
    done: list[str] = []

    def act(wanted: t.Any) -> str:
        done.append(wanted.name)
        return str(wanted.name)

    rows = [{"name": "a", "paths": [f"{tmp_path}/open/x.csr"]}, {"name": "c", "paths": [f"{tmp_path}/c.csr"]}]
    beside = [orders.Beside("d", (f"{tmp_path}/open/d.csr",), None)]
    harvest = orders.carry_out(rows, parse=parse, act=act, beside=beside)
    assert done == ["c"] and [failure.name for failure in harvest.failures] == ["a"]
    assert f"{tmp_path}/open" in str(harvest.failures[0].fault)


def test_orders_that_share_a_key_are_found_whatever_their_names() -> None:
    rows = [
        {"name": name, "key": {"path": path}} for name, path in (("a", "/k"), (None, "/x"), (None, "/x"), ("d", "/d"))
    ]
    beside = [orders.Beside("c", (), "/./k")]
    assert orders.find_sharers(rows, beside) == {"a": "c", "c": "a", "None": "None"}


@pytest.mark.parametrize(
    ("cancelled", "sharers"),
    [
        ("", {"a": "b", "b": "a", "c": "a"}),
        ("c", {"a": "b", "b": "a", "c": "a"}),
        ("ab", {"a": "c", "b": "c"}),
        ("abc", {"a": "b", "b": "a", "c": "a"}),
    ],
)
def test_a_key_is_not_kept_for_an_order_that_is_cancelled(cancelled: str, sharers: dict[str, str]) -> None:
    rows = [{"name": name, "key": {"path": "/k"}, "is_cancelled": name in cancelled} for name in "abc"]
    assert orders.find_sharers(rows, ()) == sharers


def test_a_fault_tells_what_was_done_before_it() -> None:
    done = ["create_key"]
    for raised in (errors.KeyMissing(path="/k"), ValueError("secret")):
        with pytest.raises(errors.Fault) as caught, orders.remembering(done):
            raise raised
        assert caught.value.done == ("create_key",)
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize("value", ["x.key", "./x.key", "~/x.key", "/", "/etc/", "/etc/.", "/etc/..", "", 7, "/x\0y"])
def test_paths_are_absolute_and_lead_to_a_file(value: object) -> None:
    with pytest.raises(errors.FieldWrong, match=r"key\.path"):
        orders.path({"path": value}, "path", within="key")


def test_a_path_may_be_left_out_where_it_is_optional() -> None:
    assert orders.optional_path({"path": None}, "path", within="key") is None
    assert orders.path({"path": "/a/b.key"}, "path", within="key") == "/a/b.key"
    with pytest.raises(errors.FieldWrong):
        orders.path({}, "path", within="key")


def test_a_mapping_is_a_mapping_or_nothing() -> None:
    assert orders.mapping({"key": None}, "key") == {}
    with pytest.raises(errors.FieldWrong):
        orders.mapping({"key": ["x"]}, "key")
