# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two texts that a reviewer cannot tell apart are not two: what nobody sees is refused wherever it would count."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import read_inline
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.vocabulary import (
    check_line,
    check_person,
    read_json_schema,
)
from portfolios import OV, TODAY

UNSEEN: t.Final = (
    "\ufe0f", "\ufe00", "\U000e0101", "\U000e01ef", "\u17b4", "\u180b", "\u180f", "\u034f", "\u3164", "\uffa0",
    "\u115f", "\u2800", "\u200b", "\u00ad", "\u2065", "\U000e0fff",
)  # fmt: skip
PLACES: t.Final = ("install.certificate", "install.owner", "install.issuer", "key.path", "duplicate_of", "csr_path")


def rules_of(place: str, text: str) -> list[str]:
    order: t.Any = copy.deepcopy(OV)
    if place == "csr_path":
        order = {
            **{field: value for field, value in order.items() if field not in ("key", "subject", "install")},
            "csr_origin": "supplied",
        }
    *parts, field = place.split(".")
    fields = order
    for part in parts:
        fields = fields.setdefault(part, {})
    fields[field] = text
    complaints = judge_orders(read_inline([order]), day=TODAY).complaints
    return [complaint.rule for complaint in complaints if complaint.field == place]


@pytest.mark.parametrize("sign", UNSEEN, ids=ascii)
@pytest.mark.parametrize("place", PLACES)
def test_no_path_or_name_has_a_character_that_is_not_seen(place: str, sign: str) -> None:
    assert rules_of(place, f"/p/www{sign}.pem1") == ["TEXT-CHARACTERS"], "a reviewer sees /p/www.pem1"
    assert rules_of(place, f"/p/\u845b{sign}.pem1") == ["TEXT-CHARACTERS"], "nor behind an ideograph"


@pytest.mark.parametrize("sign", UNSEEN, ids=ascii)
def test_nor_has_a_common_name(sign: str) -> None:
    assert rules_of("common_name", f"www{sign}.example.co.jp") == ["COMMON-NAME"]


@pytest.mark.parametrize("name", ["葛\U000e0100城", "辻\U000e0101 太郎", "神\ufe00", "\U00020b9f\U000e0100"])
def test_people_are_named_with_the_forms_of_their_ideographs(name: str) -> None:
    assert rules_of("applicant.name", name) == rules_of("applicant.department", name) == []


@pytest.mark.parametrize(
    "name", ["A\U000e0100", "葛\U000e0100\U000e0100", "\ufe0f葛", "葛\u3164", "葛\u200b", "かな\ufe00"]
)
def test_and_with_nothing_else_that_is_not_seen(name: str) -> None:
    assert rules_of("applicant.name", name) == ["TEXT-CHARACTERS"]


def test_editors_are_given_what_they_know_of_it() -> None:
    """Their regular expressions take no character beyond U+FFFF everywhere."""
    line, person = (
        t.cast("dict[str, str]", read_json_schema(check))["pattern"] for check in (check_line, check_person)
    )
    assert all(f"\\u{ord(sign):04x}" in line for sign in "\u17b4\u034f\u3164\ufe00\u115f\u2800")
    assert "\\ufe00" not in person and "\\u3164" in person and (line + person).isascii()
