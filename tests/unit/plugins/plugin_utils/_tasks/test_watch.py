# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The watch's memory is a file like any other: its shape is judged before it is used."""

from __future__ import annotations

import typing as t

import pytest
import yaml
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.watch import Watch, WatchRefused
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample

if t.TYPE_CHECKING:
    import pathlib


OPTIONS = {"order_files": "orders", "desk_url": "http://127.0.0.1:1", "desk_token": "t"}


@pytest.mark.parametrize("option", ["memory_path", "vault_password_file"])
@pytest.mark.parametrize("path", ["~nobody-of-this-name/x", "{tmp_path}"], ids=["no-home", "folder"])
def test_a_file_of_the_watch_that_cannot_be_read_is_named(tmp_path: pathlib.Path, option: str, path: str) -> None:
    path = path.format(tmp_path=tmp_path)
    with pytest.raises(WatchRefused) as refused:
        Watch({**OPTIONS, option: path})
    assert path in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"7", b'{"a": "x"}', b'{"a": null}', b'{"a": [1]}', b"\xff", b"[" * 100_000],
    ids=["empty", "torn", "list", "null", "number", "text", "none", "nested", "no-text", "deep"],
)
@pytest.mark.parametrize(("lang", "words"), [("en", "remove it"), ("ja", "削除すると")])
def test_a_memory_that_is_none_is_refused_with_its_path(
    tmp_path: pathlib.Path, content: bytes, lang: str, words: str
) -> None:
    memory = tmp_path / "told.json"
    memory.write_bytes(content)
    with pytest.raises(WatchRefused, match=words) as refused:
        Watch({**OPTIONS, "lang": lang, "memory_path": str(memory)})
    assert str(memory) in str(refused.value)
    assert memory.read_bytes() == content, "evidence is kept"


def test_whatever_is_wrong_the_watch_goes_on_and_says_so(tmp_path: pathlib.Path) -> None:
    """A register that is gone is a mistake in an option, which may be mended; so is a place that cannot be written."""
    orders = tmp_path / "orders.yml"
    orders.write_text(yaml.safe_dump({"version": 1, "orders": [sample.fields()]}), encoding="utf-8")
    (tmp_path / "file").write_text("", encoding="utf-8")
    watch = Watch({"order_files": str(orders), "desk": "by_hand", "desk_folder": str(tmp_path), "lang": "en"})
    (event,) = watch.look()
    assert (event["kind"], event["what"]) == ("unreadable", "all")
    assert "register.yml" in event["reason"] and watch.problem == event["reason"]
    (tmp_path / "register.yml").write_text("version: 1\ncontracts: []\n", encoding="utf-8")
    watch._memory = tmp_path / "file" / "told.json"
    assert watch.look() == () and watch.problem is None
    watch.remember()
    assert watch.problem and str(tmp_path / "file") in watch.problem
