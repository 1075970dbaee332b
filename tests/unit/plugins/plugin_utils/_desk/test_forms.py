# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of forms keeps harm out, and nothing else: an old contract of any name does not stop the list."""

from __future__ import annotations

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import AnswerUnusable
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.forms import read_field


@pytest.mark.parametrize(
    "name", ["server01", "intra.corp", "10.0.0.1", "www.example.test", "*.shop.example.jp", "a_b.jp"]
)
def test_a_listed_name_need_not_be_one_that_a_ca_certifies_today(name: str) -> None:
    assert read_field("common_name", name) == name


@pytest.mark.parametrize("name", ["WWW.Example.JP", "www.example.jp.", "Www.example.jp"])
def test_a_name_has_one_spelling_wherever_it_comes_from(name: str) -> None:
    """Ordered by hand in capitals it is the same contract: it is used, and nothing is bought beside it."""
    assert read_field("common_name", name) == "www.example.jp"
    assert read_field("common_name", f"*.{name}") == "*.www.example.jp"


@pytest.mark.parametrize("name", ["日本語.example.jp", "xn--wgv71a119e.example.jp", "XN--WGV71A119E.example.jp."])
def test_a_name_in_letters_of_its_own_is_the_one_that_orders_have(name: str) -> None:
    """One row that is written otherwise than orders are must not keep the others from being read."""
    assert read_field("common_name", name) == "xn--wgv71a119e.example.jp"
    assert read_field("common_name", f"*.{name}") == "*.xn--wgv71a119e.example.jp"


@pytest.mark.parametrize(
    "name",
    [
        "日本 語.jp",
        "\u202e.jp",
        "é" * 300,
        "é." * 200,
        "日本語/../x",
        "日本語\n.jp",
        "日..jp",
        "straße.jp",
        "ｅxample.jp",
    ],
)
def test_letters_that_no_name_has_are_no_name(name: str) -> None:
    with pytest.raises(AnswerUnusable):
        read_field("common_name", name)
