# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is found in a folder of orders: each file once, nothing from elsewhere, and nothing passed over in silence."""

from __future__ import annotations

import os
import pathlib
import shutil
import tempfile
import time
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import report
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import (
    has_order_files,
    merge_defaults,
    read_folder,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.opened import make_reader
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders
from portfolios import DV, OV, READER, TODAY, written

SECRETS: t.Final = {
    "vault_pass.yml": "VaultPassw0rd-Very-Secret\n",
    "git-credentials.yml": "https://user:ghp_abcdefToken123456@github.com\n",
    "list.yml": "- Top-Secret-Item\n",
    "mapping.yml": "password: Secret-Of-A-Mapping\n",
}


@pytest.fixture
def orders(tmp_path: pathlib.Path) -> pathlib.Path:
    folder = tmp_path / "orders"
    folder.mkdir()
    return folder


def seen(folder: pathlib.Path) -> tuple[list[str], list[str]]:
    """The names of the orders that are read, and the rules that are told with the files that they are reported."""
    reading = read_folder(str(folder), READER)
    told = [f"{c.rule} {pathlib.Path(c.place.file).relative_to(folder)}" for c in reading.complaints]
    return [str(order.name) for order in reading.orders], told


def test_a_mounted_config_map_is_one_file(orders: pathlib.Path) -> None:
    (orders / "..2026_11_26").mkdir()
    written(orders / "..2026_11_26", OV, name="web.yml")
    (orders / "..data").symlink_to("..2026_11_26")
    (orders / "web.yml").symlink_to("..data/web.yml")
    assert seen(orders) == (["www"], [])
    (order,) = read_folder(str(orders), READER).orders
    assert order.locate(("name",)).file == str(orders / "web.yml")


def test_hidden_names_are_not_looked_at(orders: pathlib.Path) -> None:
    written(orders, OV, name="web.yml")
    (orders / "._web.yml").write_bytes(b"\x00\x05\x16\x07")
    (orders / ".git").mkdir()
    (orders / ".git" / "x.yml").write_text("[", encoding="utf-8")
    assert seen(orders) == (["www"], [])


def test_a_link_that_stays_inside_is_followed_and_read_once(orders: pathlib.Path) -> None:
    (orders / "z").mkdir()
    written(orders / "z", OV)
    (orders / "a").symlink_to("z")
    (orders / "z" / "round").symlink_to("..")
    (orders / "again.yml").symlink_to("z/orders.yml")
    assert seen(orders) == (["www"], [])
    (order,) = read_folder(str(orders), READER).orders
    assert order.locate(()).file == str(orders / "z" / "orders.yml")


def test_a_link_that_leads_out_is_a_mistake_that_names_it(orders: pathlib.Path, tmp_path: pathlib.Path) -> None:
    (tmp_path / "shared-orders").mkdir()
    written(tmp_path / "shared-orders", DV)
    written(orders, OV)
    (orders / "prod").symlink_to("../shared-orders")
    (orders / "b.yml").symlink_to(tmp_path / "shared-orders" / "orders.yml")
    assert seen(orders) == (["www"], ["FILE-LINK b.yml", "FILE-LINK prod"])


def test_a_link_that_leads_nowhere_or_in_a_circle_is_a_mistake(orders: pathlib.Path) -> None:
    (orders / "gone").symlink_to("nowhere")
    (orders / "gone.yml").symlink_to("nowhere.yml")
    (orders / "round.yml").symlink_to("round.yml")
    (orders / "README.md").symlink_to("nowhere.md")
    assert seen(orders)[1] == [
        "FILE-UNREADABLE gone",
        "FILE-UNREADABLE gone.yml",
        "FILE-UNREADABLE round.yml",
    ]


def test_a_pipe_is_a_mistake_and_not_waited_for(orders: pathlib.Path) -> None:
    os.mkfifo(orders / "pipe.yml")
    assert seen(orders) == ([], ["FILE-UNREADABLE pipe.yml"])


def test_the_named_folder_may_be_a_link(orders: pathlib.Path, tmp_path: pathlib.Path) -> None:
    written(orders, OV)
    (tmp_path / "current").symlink_to("orders")
    assert seen(tmp_path / "current") == (["www"], [])


@pytest.mark.parametrize("named", ["orders", "orders/vault_pass.yml", "below/orders"])
def test_a_folder_of_a_repository_is_no_link_to_another_place(tmp_path: pathlib.Path, named: str) -> None:
    """Whoever proposes a change can put a link in the folder's place: nothing outside is listed, read or quoted."""
    secrets, repository = tmp_path / "secrets", tmp_path / "repository"
    secrets.mkdir()
    for name, text in SECRETS.items():
        (secrets / name).write_text(text, encoding="utf-8")
    (repository / ".git").mkdir(parents=True)
    (repository / "orders").symlink_to("../secrets")
    (repository / "below").symlink_to(".")
    (complaint,) = read_folder(str(repository / named), READER).complaints
    assert "leads out of the repository" in report((complaint,), "en")
    assert not [name for name in SECRETS if name in report((complaint,), "en").replace(named, "")]


def test_a_repository_may_itself_be_behind_a_link(orders: pathlib.Path, tmp_path: pathlib.Path) -> None:
    written(orders, OV)
    (tmp_path / ".git").mkdir()
    elsewhere = pathlib.Path(tempfile.mkdtemp())
    try:
        (elsewhere / "checkout").symlink_to(tmp_path)
        assert seen(elsewhere / "checkout" / "orders") == (["www"], [])
    finally:
        shutil.rmtree(elsewhere)


def test_a_named_file_that_is_a_link_out_is_a_mistake(orders: pathlib.Path, tmp_path: pathlib.Path) -> None:
    written(tmp_path, OV, name="elsewhere.yml")
    (orders / "web.yml").symlink_to("../elsewhere.yml")
    (complaint,) = read_folder(str(orders / "web.yml"), READER).complaints
    assert complaint.rule == "FILE-LINK"


def test_a_folder_that_cannot_be_read_is_a_mistake() -> None:
    folder = pathlib.Path(tempfile.mkdtemp())
    try:
        (folder / "closed").mkdir()
        written(folder / "closed", OV)
        written(folder, DV)
        folder.chmod(0o755)
        (folder / "closed").chmod(0)
        user = os.geteuid()
        os.seteuid(65534 if user == 0 else user)  # root may read everything
        try:
            assert seen(folder) == (["blog"], ["FILE-UNREADABLE closed"])
        finally:
            os.seteuid(user)
    finally:
        (folder / "closed").chmod(0o700)
        shutil.rmtree(folder)


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_nothing_is_quoted_of_what_is_no_order_file(
    orders: pathlib.Path, name: str, lang: t.Literal["en", "ja"]
) -> None:
    (orders / name).write_text(SECRETS[name], encoding="utf-8")
    text = report(read_folder(str(orders), READER).complaints, lang)
    assert "FILE-CONTENT" in text
    assert not [word for word in SECRETS[name].split(": ")[-1].split() if len(word) > 3 and word in text], text


@pytest.mark.parametrize("path", ["../../outside.csr", "{tmp}/outside.csr", "link.csr", "folder/outside.csr"])
@pytest.mark.parametrize("repository", [True, False])
def test_a_csr_outside_of_the_repository_is_not_read(tmp_path: pathlib.Path, path: str, repository: bool) -> None:
    folder = tmp_path / "repository" / "orders"
    folder.mkdir(parents=True)
    if repository:
        (tmp_path / "repository" / ".git").mkdir()
    (tmp_path / "outside.csr").write_text("-----BEGIN PRIVATE KEY-----\n", encoding="utf-8")
    (tmp_path / "repository" / "inside.csr").write_text("-----BEGIN PRIVATE KEY-----\n", encoding="utf-8")
    (folder / "link.csr").symlink_to("../../outside.csr")
    (folder / "folder").symlink_to("../..")
    assert told_of_csr(folder, path.format(tmp=tmp_path)) == ["CSR-OUTSIDE"]
    assert told_of_csr(folder, "../inside.csr") == ["CSR-PRIVATE-KEY"]  # it is read


def test_a_repository_may_be_deeper_or_higher_than_the_folder_around(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "a" / "b" / "orders"
    folder.mkdir(parents=True)
    (tmp_path / "a" / "x.csr").write_text("-----BEGIN PRIVATE KEY-----\n", encoding="utf-8")
    assert told_of_csr(folder, "../../x.csr") == ["CSR-OUTSIDE"]
    (tmp_path / "a" / ".git").mkdir()
    assert told_of_csr(folder, "../../x.csr") == ["CSR-PRIVATE-KEY"]
    (folder / ".git").mkdir()
    assert told_of_csr(folder, "../../x.csr") == ["CSR-OUTSIDE"]


def told_of_csr(folder: pathlib.Path, path: str) -> list[str]:
    order = {name: value for name, value in DV.items() if name not in ("key", "host", "install")}
    written(folder, order | {"csr_origin": "supplied", "csr_path": path})
    reading = read_folder(str(folder / "orders.yml"), READER)
    return [c.rule for c in judge_orders(reading, day=TODAY).complaints if c.rule.startswith("CSR")]


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\n# {{ nothing }}\norders: []\ndefaults:\n" + "".join(f"  {line}\n" for line in BOMB.splitlines()),
        "version: 1\norders: [{name: '{{ x }}'}]\n" + BOMB,
        "version: 1\n" + BOMB + "orders: [{name: www, common_name: '{{ 1 }}www.example.jp', subject: *i, host: *i}]\n",
    ],
    ids=["comment", "value", "order"],
)
def test_aliases_of_aliases_beside_a_template_are_walked_once(orders: pathlib.Path, text: str) -> None:
    (orders / "web.yml").write_text(text, encoding="utf-8")
    begin = time.process_time()
    found = judge_orders(read_folder(str(orders), make_reader({})), day=TODAY).complaints
    assert len(report(found, "en")) < 20_000
    assert time.process_time() - begin < 2  # 9 to the power of 9 takes hours


def test_mappings_that_several_aliases_lead_to_are_merged_once() -> None:
    def bomb() -> dict[str, t.Any]:
        value: dict[str, t.Any] = {"x": 1}
        for _level in range(30):
            value = {"a": value, "b": value}
        return value

    begin = time.process_time()
    merge_defaults(bomb(), bomb())
    assert time.process_time() - begin < 2


def test_an_unsafe_text_is_never_rendered(orders: pathlib.Path) -> None:
    text = "version: 1\norders:\n  - name: !unsafe '{{ name }}'\n    host: '{{ name }}'\n"
    (orders / "web.yml").write_text(text, encoding="utf-8")
    (order,) = read_folder(str(orders), make_reader({"name": "www"})).orders
    assert (order.fields["name"], order.fields["host"]) == ("{{ name }}", "www")


def test_a_brace_in_another_spelling_is_a_template_all_the_same(orders: pathlib.Path) -> None:
    (orders / "web.yml").write_text('version: 1\norders: [{name: "\\x7b\\x7b name }}"}]\n', encoding="utf-8")
    (order,) = read_folder(str(orders), make_reader({"name": "www"})).orders
    assert order.name == "www"


def test_whether_there_is_anything_to_read(orders: pathlib.Path) -> None:
    assert not has_order_files(str(orders)) and not has_order_files(str(orders / "nowhere"))
    (orders / "web.yml").symlink_to("/nowhere")
    assert has_order_files(str(orders))


@pytest.mark.parametrize("name", ["WEB.YML", "web.Yaml", "web.yml ", "Defaults.YML", "deep/WEB.YAML"])
@pytest.mark.parametrize("is_link", [False, True])
def test_an_ending_that_is_nearly_right_is_a_mistake(orders: pathlib.Path, name: str, is_link: bool) -> None:
    """Its orders would be missing without a word, and so renewed by nobody."""
    (orders / "deep").mkdir()
    if is_link:
        written(orders, DV, name=".kept")
        (orders / name).symlink_to(orders / ".kept")
    else:
        written(orders / pathlib.Path(name).parent, DV, name=pathlib.Path(name).name)
    assert seen(orders) == ([], [f"FILE-UNREADABLE {name}"])
    written(orders, OV, name="a.yml")
    assert seen(orders) == (["www"], [f"FILE-UNREADABLE {name}"])
    assert has_order_files(str(orders))


@pytest.mark.parametrize("name", ["README.MD", "web.yml.bak", "web.yml~", "yml", "notes"])
def test_a_file_that_is_something_else_is_none(orders: pathlib.Path, name: str) -> None:
    written(orders, DV, name=name)
    written(orders, OV, name="a.yml")
    assert seen(orders) == (["www"], [])
