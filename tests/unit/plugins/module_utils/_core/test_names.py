# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import names
from hypothesis import given
from hypothesis import strategies as st

LABELS = st.from_regex(r"[a-z0-9]([a-z0-9]{0,8}[a-z0-9])?", fullmatch=True)
HOSTS = st.builds(lambda labels: ".".join([*labels, "jp"]), st.lists(LABELS, min_size=1, max_size=4))


@pytest.mark.parametrize(
    "name",
    [
        "www.example.jp",
        "*.shop.example.jp",
        "WWW.Example.JP",
        "xn--wgv71a119e.jp",
        "1.example.jp",
        "a" * 60 + ".jp",
        "localhost.example.jp",
    ],
)
def test_names_that_can_be_certified(name: str) -> None:
    assert names.common_name_fault(name) is None


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("", "empty"),
        ("*.", "ends with a dot"),
        ("www.example.jp.", "ends with a dot"),
        ("www..example.jp", "empty"),
        (".example.jp", "empty"),
        ("a" * 62 + ".jp", "longer than 64"),
        ("*." + "a" * 64, "longer than 64"),
        ("www", "no domain"),
        ("*.jp", "no domain"),
        ("*", "asterisk"),
        ("w*.example.jp", "asterisk"),
        ("*.*.example.jp", "asterisk"),
        ("www.*.jp", "asterisk"),
        ("www_1.example.jp", "letters, digits"),
        ("www .example.jp", "U+0020"),
        ("www.example.jp\u200b", "U+200B"),
        ("https://www.example.jp/", "URL"),
        ("www.example.jp:443", "port"),
        ("ｗｗｗ．example.jp", "full-width"),
        ("日本.jp", "xn--wgv71a.jp"),
        ("-www.example.jp", "letters, digits"),
        ("www-.example.jp", "letters, digits"),
        ("ab--cd.example.jp", "xn--"),
        ("192.0.2.1", "IP address"),
        ("2001:db8::1", "IP address"),
        ("www.example.1", "is a number"),
        ("www.local", "internal"),
        ("router.home.arpa", "internal"),
        ("1.2.0.192.in-addr.arpa", "reverse"),
        ("1.ip6.arpa", "reverse"),
    ],
)
def test_names_that_cannot(name: str, part: str) -> None:
    fault = names.common_name_fault(name)
    assert fault is not None
    assert part in str(fault)
    assert fault.ja


@given(HOSTS)
def test_a_host_and_its_wildcard_are_both_fine_or_both_not(host: str) -> None:
    longest = 64 - len("*.")
    if len(host) <= longest:
        assert names.common_name_fault(host) == names.common_name_fault(f"*.{host}")


@given(st.text(max_size=80))
def test_no_text_is_too_strange_to_be_judged(text: str) -> None:
    fault = names.common_name_fault(text)
    assert fault is None or fault.en


def test_the_subject_has_the_order_of_the_baseline_requirements() -> None:
    given_fields = {"organization_name": "Example", "locality_name": None, "state_or_province_name": "Tokyo"}
    subject = names.subject("www.example.jp", fields=given_fields)
    assert names.subject_text(subject) == "C=JP, ST=Tokyo, O=Example, CN=www.example.jp"


def test_nothing_given_can_change_country_or_common_name() -> None:
    subject = names.subject("www.example.jp", fields={"country_name": "US", "common_name": "x.jp"})
    assert subject == (("country_name", "JP"), ("common_name", "www.example.jp"))


def test_an_attribute_outside_the_table_goes_by_its_oid() -> None:
    assert names.subject_text((("2.5.4.15", "Private Organization"),)) == "2.5.4.15=Private Organization"


@pytest.mark.parametrize(
    "text",
    [
        "www.example.jp", "localhost", "lb_1", "WWW.Example.JP.", "xn--eckwd4c7c.jp", "127.0.0.1", "10.255.0.1", "::1",
        "2001:db8::1", "::ffff:192.0.2.1", "fe80::1%eth0", "a" * 63 + ".jp", "3com.example.jp",
    ],
)  # fmt: skip
def test_where_a_service_may_answer(text: str) -> None:
    assert names.is_address(text)
    text.encode("idna")


@pytest.mark.parametrize(
    "text",
    [
        "", ".", ".example", "www..example.jp", "a" * 64 + ".jp", "x." * 127, "-a.jp", "a-.jp", "*.example.jp",
        "www.example.jp:443", "https://www.example.jp", "10.0.0.256", "1.2.3", "127.0.0.1.", "1:2", ":::1", "fe80::1%",
        "www example.jp", "例え.jp", "www.example.jp\n", "www\0.jp", "\udc80",
    ],
)  # fmt: skip
def test_where_none_does(text: str) -> None:
    assert not names.is_address(text)
