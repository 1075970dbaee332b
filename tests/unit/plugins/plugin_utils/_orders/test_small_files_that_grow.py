# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An order file costs what it has in bytes: neither aliases nor defaults nor equal mistakes multiply."""

from __future__ import annotations

import collections
import json
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints import complaints as complaining
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints import yaml_places
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import report, shorten
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.branches import Branch
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import merge_defaults, read_folder
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.schema import (
    find_foreign_defaults,
    list_fields,
)
from portfolios import OV, READER, TODAY

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import Complaint


def keys(count: int) -> str:
    return "{" + ", ".join(f"k{number}: 1" for number in range(count)) + "}"


def judged(folder: pathlib.Path, text: str) -> tuple[Complaint, ...]:
    (folder / "a.yml").write_text(text, encoding="utf-8")
    return judge_orders(read_folder(str(folder), READER), day=TODAY).complaints


REPEATING: t.Final = {
    "one mapping merged many times": f"orders: [{{a: &a {keys(500)}, <<: [{','.join(['*a'] * 500)}]}}]\n",
    "one mapping merged into every order": f"orders:\n- &a {keys(5_000)}\n" + "- {<<: *a}\n" * 300,
    "one mapping in every order": f"orders:\n- applicant: &a {keys(5_000)}\n" + "- {applicant: *a}\n" * 300,
    "merged again and again": f"orders:\n- &a {keys(500)}\n- &b {{<<: *a, b: 1}}\n" + "- {<<: *b}\n" * 500,
}  # fmt: skip


@pytest.mark.parametrize("text", REPEATING.values(), ids=REPEATING)
def test_aliases_repeat_a_few_times_what_a_file_has(text: str, tmp_path: pathlib.Path) -> None:
    (complaint,) = judged(tmp_path, f"version: 1\n{text}")
    assert complaint.rule == "YAML-SYNTAX" and "aliases repeat too much" in complaint.wrong.en


def test_orders_may_merge_what_they_have_in_common(tmp_path: pathlib.Path) -> None:
    base = json.dumps({**OV, "name": "n", "common_name": "n.example.jp"})
    orders = "".join(f"- {{<<: *a, name: w{n}, common_name: w{n}.example.co.jp}}\n" for n in range(1_000))
    complaints = judged(tmp_path, f"version: 1\ndefaults: {{host: h}}\norders:\n- &a {base}\n{orders}")
    assert {complaint.rule for complaint in complaints} & {"YAML-SYNTAX", "KEY-UNKNOWN", "KEY-MISSING"} == set()


@pytest.mark.parametrize("defaults", [keys(100), f"{{applicant: {keys(100)}}}", f"{{install: {{prove: {keys(6)}}}}}"])
def test_many_unknown_defaults_are_told_once_where_they_stand(defaults: str, tmp_path: pathlib.Path) -> None:
    complaints = judged(tmp_path, f"version: 1\ndefaults: {defaults}\norders:\n" + "- {}\n" * 1_000)
    assert {complaint.rule for complaint in complaints} == {"KEY-UNKNOWN"}
    assert len(complaints) in (6, 100)
    assert all(complaint.field.startswith("defaults.") and complaint.place.line == 2 for complaint in complaints)


def test_many_unknown_defaults_of_all_files_are_told_once(tmp_path: pathlib.Path) -> None:
    (tmp_path / "defaults.yml").write_text(f"version: 1\ndefaults: {keys(100)}\n", encoding="utf-8")
    complaints = judged(tmp_path, "version: 1\norders:\n" + "- {}\n" * 1_000)
    assert {complaint.place.file for complaint in complaints} == {str(tmp_path / "defaults.yml")}


def test_a_few_are_told_with_the_orders_that_inherit_them(tmp_path: pathlib.Path) -> None:
    complaints = judged(tmp_path, f"version: 1\ndefaults:\n  {keys(5)}\norders: [{{name: a}}, {{name: b}}]\n")
    assert {complaint.order for complaint in complaints if complaint.rule == "KEY-UNKNOWN"} == {"a, b"}


@pytest.mark.parametrize("product", [None, "sureserver_cloud", "quick_ssl", "brought_certificate"])
def test_no_field_of_any_order_is_unknown_in_defaults(product: str | None) -> None:
    def fields_of(shape: t.Any) -> t.Any:
        shape = getattr(shape, "fields", shape)
        return {str(key): fields_of(value) for key, value in shape.items()} if isinstance(shape, dict) else 1

    assert find_foreign_defaults({**fields_of(list_fields(Branch(product, None, None))), **keys_of(5)}) == ()


def keys_of(count: int) -> dict[str, t.Any]:
    return {f"k{number}": 1 for number in range(count)}


def test_a_default_that_is_no_mapping_of_fields_is_not_copied() -> None:
    defaults = {"install": {"reload": keys_of(5_000)}}
    assert merge_defaults(defaults, {"install": {"reload": {}}}) == {"install": {"reload": {}}}
    assert shorten({"b": 1, **keys_of(5_000)}) == repr("{'b': 1, 'k0': 1, 'k1': 1, 'k2': 1, ...}")


def test_names_of_a_contract_are_listed_once(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: collections.Counter[str] = collections.Counter()
    one_line = complaining.one_line
    monkeypatch.setattr(
        complaining, "one_line", lambda words, *longest: lines.update([words]) or one_line(words, *longest)
    )
    many = 300
    orders = "".join(f"- {{name: n{number}, contract_id: rsc1}}\n" for number in range(many))
    complaints = judged(tmp_path, f"version: 1\norders:\n{orders}")
    assert [complaint.rule for complaint in complaints].count("CONTRACT-TWICE") == many
    assert max(lines.values()) < 20


def test_some_names_stand_for_all_that_an_order_may_duplicate(tmp_path: pathlib.Path) -> None:
    orders = "".join(f"- {{name: n{number:0>95}, duplicate_of: x}}\n" for number in range(2_000))
    complaints = judged(tmp_path, f"version: 1\norders:\n{orders}")
    assert len(report(complaints, "en")) < 3_000_000
    (told, *_others) = [complaint.allowed.en for complaint in complaints if complaint.rule == "DUPLICATE-OF"]
    assert told.startswith(f"n{'1':0>95}, ") and told.endswith(", ... (+1994)")


@pytest.mark.parametrize(
    ("count", "told"),
    [(1, "the name of another order"), (2, "b"), (6, "b, c, d, e, f"), (7, "b, c, d, e, f, ... (+1)")],
)
def test_an_order_duplicates_no_name_of_its_own(count: int, told: str, tmp_path: pathlib.Path) -> None:
    names = "abcdefg"[:count]
    orders = ", ".join(["{name: a, duplicate_of: x}", *(f"{{name: {name}}}" for name in names[1:])])
    complaints = judged(tmp_path, f"version: 1\norders: [{orders}]\n")
    assert [complaint.allowed.en for complaint in complaints if complaint.rule == "DUPLICATE-OF"] == [told]


def test_places_in_many_files_are_found_once(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts: collections.Counter[str] = collections.Counter()
    compose = yaml_places._compose
    monkeypatch.setattr(yaml_places, "_compose", lambda text: texts.update([text]) or compose(text))
    many, files = 100, 20
    for file in range(files):
        names = "".join(f"- {{name: f{file}-{number}}}\n" for number in range(many))
        (tmp_path / f"f{file}.yml").write_text(f"version: 1\norders:\n{names}", encoding="utf-8")
    names = "".join(f"- {{name: f{number % files}-{number}}}\n" for number in range(many))
    (tmp_path / "z.yml").write_text(f"version: 1\norders:\n{names}", encoding="utf-8")
    complaints = judge_orders(read_folder(str(tmp_path), READER), day=TODAY).complaints
    assert [complaint.rule for complaint in complaints].count("NAME-DUPLICATE") == many
    assert len(texts) == files + 1 and set(texts.values()) == {1}


def test_no_more_text_is_kept_for_places_than_a_large_folder_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_places, "_MOST_KEPT", 100)
    monkeypatch.setattr(yaml_places, "_trees", {})
    for number in range(50):
        assert yaml_places.find_tree(f"n{number}: {'x' * 20}").root is not None
    assert 0 < sum(map(len, yaml_places._trees)) <= 100
    large = f"large: {'x' * 200}"
    assert yaml_places.find_tree(large) is yaml_places.find_tree(large)


ENDLESS: t.Final = {
    "invisible": ("install: {issuer: '%s'}", "\u200b", "TEXT-LENGTH"),
    "foreign to a subject": ("subject: {organization_name: '%s'}", "é", "DN-LENGTH"),
    "foreign to a name": ("common_name: '%s'", "é", "COMMON-NAME"),
}


@pytest.mark.parametrize(("field", "sign", "rule"), ENDLESS.values(), ids=ENDLESS)
def test_of_a_text_without_an_end_its_length_is_told(field: str, sign: str, rule: str, tmp_path: pathlib.Path) -> None:
    """What is in it, many orders may inherit; in which spelling a CA would take it, grows with its square."""
    (complaint,) = [
        one for one in judged(tmp_path, f"version: 1\norders: [{{{field % (sign * 50_000)}}}]\n") if one.rule == rule
    ]
    assert "longer than" in complaint.wrong.en or "50000" in complaint.wrong.en
