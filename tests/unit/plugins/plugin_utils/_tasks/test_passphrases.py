# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Passphrases that would protect nothing, or whose hiding would hide an order: refused before any work."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OptionsWrong
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import read_inline
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import Judged, judge_orders
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.passphrases import (
    OPTIONS,
    require_names,
    require_passphrases,
    require_unhidden,
)
from portfolios import OV, TODAY, apart

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import Phrase


def judged(*names: str, **fields: t.Any) -> Judged:
    orders = apart(
        OV | {"name": name, "common_name": f"{name}.example.jp", "install": {"pkcs12": f"/srv/{name}.p12"}} | fields
        for name in names
    )
    result = judge_orders(read_inline(orders), day=TODAY)
    assert {order.name for order in result.list_flawless()} == {*names}
    return result


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize(
    ("value", "en", "ja"),
    [
        (123456, "is not text", "文字列ではありません"),
        (["sesame"], "is not text", "文字列ではありません"),
        (True, "is not text", "文字列ではありません"),
        (0, "is not text", "文字列ではありません"),
        ("", "is empty", "が空で"),
        (None, "is empty", "が空で"),
    ],
)
def test_what_is_no_passphrase_is_refused(option: str, value: object, en: str, ja: str) -> None:
    with pytest.raises(OptionsWrong) as refused:
        require_passphrases({option: {"www": value, "shop": "sesame opens"}})
    message = refused.value.message
    assert message.en.startswith(f"{option}: the passphrase of www {en}")
    assert ja in message.ja
    assert "shop" not in message.en
    assert "123456" not in message.en


@pytest.mark.parametrize("options", [{}, {"key_passphrases": None}, {"key_passphrases": {"www": "0123"}}])
def test_what_is_one_is_not(options: dict[str, t.Any]) -> None:
    require_passphrases(options)


@pytest.mark.parametrize(("passphrase", "hides"), [("www", True), ("ww", True), ("WWW", False), ("www!", False)])
@pytest.mark.parametrize("option", OPTIONS)
def test_one_that_hides_a_name_is_refused(option: str, passphrase: str, hides: bool) -> None:
    names = ("shop", "www", None)
    if not hides:
        require_unhidden({option: {"shop": passphrase}}, names)
        return
    with pytest.raises(OptionsWrong, match="the passphrase of shop is in the name www"):
        require_unhidden({option: {"shop": passphrase}}, names)


NAMED: t.Final = {"order_files": "orders/", "orders": None}


@pytest.mark.parametrize("option", OPTIONS)
def test_a_slip_for_an_order_in_the_files_is_refused(option: str) -> None:
    warnings: list[Phrase] = []
    require_names({**NAMED, option: {"www": "x"}}, judged("www", "shop"), warnings.append)
    with pytest.raises(OptionsWrong) as refused:
        require_names({**NAMED, option: {"wwww": "x", "mail": "x"}}, judged("www", "shop"), warnings.append)
    message = refused.value.message
    assert "the name wwww, so its passphrase would protect nothing; did you mean www?" in message.en
    assert "www のことですか" in message.ja
    assert "mail" not in message.en


@pytest.mark.parametrize(
    ("passphrases", "warned"),
    [
        ({"www": "x", "shop": "x", "mail": "x"}, ()),  # of another portfolio: every order here has one
        ({"www": "x", "shop": "x", "www-2025": "x"}, ()),  # its order was removed
        ({"www": "x", "www2": "x", "mail": "x"}, ("www2", "mail")),  # what it protected may be shop's key
        ({"shop": "x", "www2": "x"}, ("www2",)),  # a neighbour of www, elsewhere or gone
        ({"mail": "x"}, ("mail",)),
    ],
)
@pytest.mark.parametrize("option", OPTIONS)
def test_a_passphrase_more_than_there_are_orders_stops_no_host(
    option: str, passphrases: dict[str, str], warned: tuple[str, ...]
) -> None:
    warnings: list[Phrase] = []
    require_names({**NAMED, option: passphrases}, judged("www", "shop"), warnings.append)
    assert [warning.en.split("so its")[0] for warning in warnings] == [
        f"{option}: no order has the name {name}, " for name in warned
    ]


@pytest.mark.parametrize(
    ("option", "fields"),
    [
        ("key_passphrases", {"state": "cancelled", "contract_id": "rsc00000001"}),
        ("pkcs12_passphrases", {"install": {"certificate": "/srv/www.pem"}}),
    ],
)
def test_an_order_that_needs_no_passphrase_lacks_none(option: str, fields: dict[str, t.Any]) -> None:
    require_names({**NAMED, option: {"www2": "x"}}, judged("www", **fields), pytest.fail)


def test_orders_of_one_host_may_come_with_the_passphrases_of_all() -> None:
    """Only a name that seems to be meant for an order without a passphrase is told."""
    warnings: list[Phrase] = []
    options = {"orders": [{}], "key_passphrases": {"www": "x", "www2": "x", "mail": "x"}}
    require_names(options, judged("www", "shop"), warnings.append)
    assert warnings == []
    require_names({"orders": [{}], "key_passphrases": {"wwww": "x"}}, judged("www"), warnings.append)
    (warning,) = warnings
    assert "did you mean www?" in warning.en
