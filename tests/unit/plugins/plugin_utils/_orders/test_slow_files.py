# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An order file that is made to be slow, or to be told at length, is judged soon and told shortly."""

from __future__ import annotations

import json
import time
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.annotations import FORMS, annotate
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import report
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import Reader, read_folder
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.templates import Sandbox
from portfolios import READER, TODAY

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import Complaint

LARGEST: t.Final = 8 << 20
MANY: t.Final = 20_000
ORDER: t.Final = "version: 1\norders:\n- name: www\n"


def judged(folder: pathlib.Path, text: str, reader: Reader = READER) -> tuple[Complaint, ...]:
    (folder / "a.yml").write_text(text, encoding="utf-8")
    return judge_orders(read_folder(str(folder), reader), day=TODAY).complaints


def lines(form: str, count: int = MANY) -> str:
    return "".join(form.format(number) for number in range(count))


SLOW: t.Final[dict[str, tuple[str, str]]] = {
    "fields of an order": (ORDER + lines("  key{}: 1\n"), "19908 more"),
    "fields below": (f"{ORDER}  install:\n{lines('    key{}: 1' + chr(10))}", "more mistakes"),
    "fields of defaults": (
        f"version: 1\ndefaults:\n  subject:\n{lines('    key{}: 1' + chr(10))}orders: [{{name: a}}, {{name: b}}]\n",
        "more mistakes",
    ),
    "fields of the file": (f"version: 1\norders: []\n{lines('key{}: 1' + chr(10))}", "19900 more"),
    "keys that are given twice": (f"version: 1\norders: []\n{lines('key: 1' + chr(10))}", "[YAML-DUPLICATE-KEY]"),
    "orders that are none": (f"version: 1\norders:\n{lines('- 1' + chr(10))}", "19900 more"),
    "orders that say nothing": (f"version: 1\norders:\n{lines('- {{}}' + chr(10), 5_000)}", "... and 44000 more"),
    "orders without an end": (f"version: 1\norders: [{'{},' * 100_000}]\n", "at most 20000 orders"),
    "templates": (ORDER + lines("  key{}: '{{{{ x }}}}'\n"), "[TEMPLATE]"),
    "base 60": (f"{ORDER}  generation: {':'.join(['59'] * 400_000)}\n", "a.yml:4:15"),
    "base 60 in a key": (f"{ORDER}  {':'.join(['59'] * 40)}: 1\n", "more than 64 characters"),
    "base 60 with a fraction": (f"{ORDER}  generation: {':'.join(['59'] * 40)}.5\n", "more than 64 characters"),
    "base 60 in a set": (f"{ORDER}  generation: !!set {{{':'.join(['59'] * 40)}}}\n", "has no type of its own"),
    "digits": (f"{ORDER}  generation: 0x{'f' * 5_000}\n", "more than 64 characters"),
    "a file without an end": (f"{ORDER}# {'x' * LARGEST}\n", "8 MiB"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "told"), SLOW.values(), ids=SLOW)
def test_it_is_judged_soon_and_told_shortly(text: str, told: str, tmp_path: pathlib.Path) -> None:
    began = time.monotonic()
    complaints = judged(tmp_path, text, Reader(render=Sandbox({}).render, decrypt=READER.decrypt))
    shown = report(complaints, "en")
    files = [annotate(complaints, form=form, lang="ja") for form in FORMS]
    assert time.monotonic() - began < 15, "an old machine takes a third of that"
    assert told in shown, shown[-300:]
    assert len(shown) < 600_000 and max(map(len, files)) < 2_000_000
    assert json.loads(files[0])["complaints"]


def test_the_last_line_says_how_many_more_there_are(tmp_path: pathlib.Path) -> None:
    complaints = judged(tmp_path, f"version: 1\norders: []\n{lines('key{}: 1' + chr(10), 103)}")
    assert [complaint.rule for complaint in complaints].count("KEY-UNKNOWN") == 100
    last = report(complaints, "en").rpartition("a.yml:")[2]
    assert last.startswith("103:1: key100: From here on 3 more mistakes are not listed. [MISTAKES-MORE]")


def test_places_are_those_of_the_last_of_equal_keys(tmp_path: pathlib.Path) -> None:
    complaints = judged(tmp_path, "version: 1\norders:\n- name: 1\n  name: 2\n  ? [a]\n  : 1\n")
    assert [(c.place.line, c.rule) for c in complaints][:1] == [(5, "YAML-SYNTAX")]
    complaints = judged(tmp_path, "version: 1\norders:\n- state: x\n  state: y\n  name: a\n")
    assert [c.place.line for c in complaints if c.field == "state"] == [4]
