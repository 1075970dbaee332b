# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever a file, an order or a field is called, a complaint about it is printable lines that command nothing."""

from __future__ import annotations

import json
import os
import pathlib
import typing as t
import unicodedata

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.annotations import (
    FORMS,
    annotate,
    write_annotations,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import (
    Complaint,
    OrdersRefused,
    Place,
    report,
    sort_complaints,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.register import read_text
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import read_folder
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders
from hypothesis import given
from hypothesis import strategies as st
from portfolios import OV, READER, TODAY

HOSTILE: t.Final = (
    "k\n::error file=x,line=1::PWNED\n::stop-commands::zz\n\x1b[31m\x1b]0;T\a ##[stop-commands]zz \u202e\ud800"
)
COMMANDS: t.Final = st.sampled_from([":", "::error::x", "  ::stop-commands::zz", "\u3000::warning file=x::y"])
NAMES = st.one_of(
    st.text(min_size=1), st.just(HOSTILE), COMMANDS, st.sampled_from("\r\n\u2028\x85\x9b\x1b\udcff").map(str)
)


def texts(value: t.Any) -> t.Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for below in [*value, *value.values()] if isinstance(value, dict) else value:
            yield from texts(below)


def is_seen(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) == "Zs"  # blanks of any width


def require_plain(complaints: tuple[Complaint, ...]) -> None:
    assert complaints
    for lang in t.get_args(t.Literal["en", "ja"]):
        shown = report(complaints, lang)
        lines = shown.split("\n")
        # A head, and for each complaint its own line with at most three below it.
        assert len(lines) <= 3 + 4 * len(complaints)
        commands = annotate(complaints, form="github", lang=lang).split("\n")
        assert len(commands) == len(complaints) + 1
        assert all(line.startswith(("::error file=", "::warning file=", "::notice file=")) for line in commands[:-1])
        dicts = [complaint.as_dict(lang) for complaint in complaints]
        forms = [json.loads(annotate(complaints, form=form, lang=lang)) for form in FORMS if form != "github"]
        for line in (*lines, *commands, *texts(dicts), *texts(forms)):
            assert all(map(is_seen, line)) and "##[" not in line
        # What is a value in a document begins no line; of a path, a code host wants every letter.
        assert not any(line.lstrip().startswith("::") for line in lines)


@pytest.mark.parametrize("folder", ["/orders/", ""])
@given(file=NAMES, order=st.none() | NAMES, path=st.lists(NAMES | st.integers(0, 9), max_size=4).map(tuple))
def test_every_form_is_printable_whatever_the_names_are(
    folder: str, file: str, order: str | None, path: tuple[str | int]
) -> None:
    place = Place(file=f"{folder}{file}", line=3, column=1)
    facts = {"value": repr(HOSTILE), "allowed": HOSTILE, "near": HOSTILE}
    complaint = Complaint(rule="KEY-UNKNOWN", place=place, order=order, path=path, facts=facts)
    require_plain((complaint,))
    require_plain(sort_complaints([complaint, Complaint(rule="NAME-FORM", place=place, order=order, facts=facts)]))


def test_names_do_not_make_a_complaint_long() -> None:
    long = "x" * 100_000
    complaint = Complaint(rule="KEY-UNKNOWN", place=Place(file="a.yml"), order=long, path=(long, long), facts={
        "value": "x", "allowed": "y", "near": "",
    })  # fmt: skip
    assert len(complaint.render("en")) < 4_000


WRITTEN: t.Final[dict[str, t.Any]] = {
    "a key": {"version": 1, "orders": [OV | {HOSTILE: 1}]},
    "a key below": {"version": 1, "orders": [OV | {"install": {HOSTILE: 1}}]},
    "a key at the top": {"version": 1, "orders": [], HOSTILE: 1},
    "a name": {"version": 1, "orders": [OV | {"name": HOSTILE}, OV | {"name": HOSTILE}]},
}


@pytest.mark.parametrize("document", WRITTEN.values(), ids=WRITTEN)
@pytest.mark.parametrize("name", [b"a.yml", b"a\n::error::x\x1b[31m.yml", b"\xff.yml"], ids=ascii)
def test_every_kind_of_file_is_complained_of_in_plain_lines(
    document: dict[str, t.Any], name: bytes, tmp_path: pathlib.Path
) -> None:
    text = json.dumps(document)  # JSON is YAML
    pathlib.Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text(text.replace("\\ud800", ""))
    complaints = judge_orders(read_folder(str(tmp_path), READER), day=TODAY).complaints
    require_plain(complaints)
    for form in FORMS:
        write_annotations(complaints, str(tmp_path / "complaints"), form=form, lang="ja")
        assert (tmp_path / "complaints").read_text(encoding="utf-8") == annotate(complaints, form=form, lang="ja")


def test_a_key_that_is_given_twice_and_a_field_of_the_register_are_plain_too(tmp_path: pathlib.Path) -> None:
    key = json.dumps(HOSTILE.removesuffix("\ud800"))
    (tmp_path / "a.yml").write_text(f"version: 1\norders: []\n{key}: 1\n{key}: 2\n", encoding="utf-8")
    require_plain(judge_orders(read_folder(str(tmp_path), READER), day=TODAY).complaints)
    with pytest.raises(OrdersRefused) as caught:
        read_text(tmp_path / "register\x1b.yml", f"version: 1\ncontracts: [{{{key}: 1}}]\n")
    require_plain(caught.value.complaints)
