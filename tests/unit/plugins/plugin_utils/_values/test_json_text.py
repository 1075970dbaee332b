# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read as JSON, and what no parser of ours descends into."""

from __future__ import annotations

import json
import time

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.json_text import parse_json, parse_own_json
from hypothesis import given
from hypothesis import strategies as st

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
ALPHABETS = ('[]{}"\\,:', "[]{},:")  # strings of the second need no backslash
TEXTS = st.one_of(st.lists(st.text(each, max_size=12), min_size=120, max_size=130) for each in ALPHABETS)


@given(value=JSON, ascii_only=st.booleans())
def test_every_json_value_is_read(value: object, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert parse_json(text) == value
    assert parse_json(text.encode()) == value
    assert parse_own_json(text) == value


@pytest.mark.parametrize("text", ['{"a": 1, "a": 1}', '[{"b": [{"a": 1, "b": 2, "\\u0061": 1}]}]'])
def test_of_our_own_what_has_a_key_twice_is_nothing(text: str) -> None:
    assert parse_json(text) == json.loads(text)
    assert parse_own_json(text) is None


@given(texts=TEXTS)
def test_brackets_in_strings_are_no_nest(texts: list[str]) -> None:
    assert parse_json(json.dumps([{"text": text} for text in texts])) == [{"text": text} for text in texts]


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("[", "]"), ('{"a":', "}"), ("[[],", "]"), ('[{"]": "["},', "]"), ('["\\"]",', "]"), ('["]","","",', "]")],
)
@pytest.mark.parametrize("levels", [101, 100_000])
@pytest.mark.parametrize("closed", [True, False])
def test_a_nest_is_refused_before_it_is_parsed(opening: str, closing: str, levels: int, closed: bool) -> None:
    text = opening * levels + "1" + closing * levels * closed
    with pytest.raises(ValueError) as error:
        parse_json(text)
    assert type(error.value) is ValueError, "the parser itself was asked"


@pytest.mark.parametrize("part", [b'{\\"', b'[\\"', b'{"', b'["a\\'])
def test_a_text_that_is_cut_off_is_refused_as_fast_as_it_is_long(part: bytes) -> None:
    begin = time.monotonic()
    with pytest.raises(ValueError):
        parse_json(b'{"a": "' + part * 100_000)
    assert time.monotonic() - begin < 10, "each of its quotes began a search to the end"


def test_a_hundred_levels_are_read() -> None:
    text = "[" * 100 + "]" * 100
    assert parse_json(text) == json.loads(text)


@pytest.mark.parametrize("text", ["NaN", "-Infinity", "", "{", "]" * 200, "\ud800", b"\xff", "[1]".encode("utf-16")])
def test_what_is_no_json_is_refused(text: bytes | str) -> None:
    for parse in (parse_json, parse_own_json):
        with pytest.raises(ValueError):
            parse(text)
