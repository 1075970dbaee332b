# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every rule has an order that breaks it and a close relative that does not."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import string
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._catalogue.authorities import AUTHORITIES
from ansible_collections.iij.server_certificate.plugins.plugin_utils._catalogue.fact import Confidence, Fact
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused, report
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.rules import (
    at_desk,
    by_hand,
    endings,
    guards,
    links,
    reissues,
    renewals,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.rules.book import RULES
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import read_inline
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders
from portfolios import (
    APPLICANT,
    DV,
    EV,
    LINKED,
    OV,
    SUBJECT,
    TODAY,
    WILDCARD,
    portfolio,
    rules_broken,
)

Orders = list[dict[str, t.Any]]


def without(order: dict[str, t.Any], field: str) -> dict[str, t.Any]:
    return {name: value for name, value in order.items() if name != field}


SAME_KEY = DV | {
    "name": "b2",
    "common_name": "b2.example.jp",
    "key": DV["key"] | {"csr_path": "/b2.csr"},
    "install": {"certificate": "/b2.pem"},
}
SECOND_NAME = {"name": "b2", "common_name": "b2.example.jp"}
OTHER_FILES = {"key": OV["key"] | {"csr_path": "/b2.csr"}, "install": {"certificate": "/b2.pem"}}
KEPT: dict[str, t.Any] = {"renewal": {"key": "keep"}}
CANCELLED = OV | {"state": "cancelled", "contract_id": "rsc00000001"}
SERVICE = without(OV, "key") | {"csr_origin": "service"}

GLOBAL = OV | {
    "name": "corp",
    "common_name": "corp.example.jp",
    "product": "organization_ssl",
    "approval_email": "admin@example.jp",
}

FURTHER = {"service": "managed_waf_link", "also": [{"service": "managed_waf_link", "contract_id": "r2"}]}

# rule: (orders that break it, orders that just do not)
TABLE: dict[str, tuple[Orders, Orders]] = {
    "KEY-UNKNOWN": ([OV | {"comon_name": "x"}], [OV]),
    "KEY-MISSING": ([without(OV, "host")], [OV]),
    "VALUE-TYPE": ([OV | {"generation": True}], [OV | {"generation": 2}]),
    "VALUE-CHOICE": ([OV | {"term": "6 month"}], [OV | {"term": "6 months"}]),
    "FIELD-UNUSED": ([LINKED | {"host": "web1"}], [LINKED]),
    "PATH-ABSOLUTE": ([OV | {"key": {"path": "www.key"}}], [OV | {"key": {"path": "/www.key"}}]),
    "INSTALL-EMPTY": (
        [OV | {"install": {"chain": "/chain.pem"}}],
        [OV | {"install": {"chain": "/chain.pem", "full_chain": "/www.pem"}}],
    ),
    "INSTALL-KEY": (
        [SERVICE | {"install": {"combined": "/www.pem"}}],
        [SERVICE | {"install": {"combined": "/www.pem"}, "key": {"path": "/www.key", "mode": "0640"}}],
    ),
    "REGENERATE-INSTALL": (
        [without(OV, "install") | {"key": {"path": "/www.key", "regenerate": "always"}}],
        [
            OV | {"key": {"path": "/www.key", "regenerate": "always"}},
            without(OV, "install")
            | {"key": {"path": "/w2.key", "regenerate": "never"}, "name": "w2"}
            | {"common_name": "w2.example.jp"},
        ],
    ),
    "HOST-NAME": ([OV | {"host": "-oProxyCommand=x"}], [OV | {"host": "_web-1.example.jp"}]),
    "KEY-MODE": ([OV | {"key": OV["key"] | {"mode": "0644"}}], [OV | {"key": OV["key"] | {"mode": "0640"}}]),
    "FILE-MODE": (
        [OV | {"install": OV["install"] | {"mode": "0755"}}],
        [OV | {"install": OV["install"] | {"mode": "0664"}}],
    ),
    "COMMAND-TEXT": (
        [OV | {"install": OV["install"] | {"reload": "systemctl reload nginx"}}],
        [OV | {"install": OV["install"] | {"reload": {"service": "nginx"}, "validate": "openssl"}}],
    ),
    "NAME-FORM": ([OV | {"name": "a/b"}], [OV | {"name": "a.b_c-1"}]),
    "NAME-DUPLICATE": ([OV, DV | {"name": "www", "host": "web2"}], [OV, DV]),
    "ORDER-DUPLICATE": ([OV, OV | {"name": "w2"}], [OV, OV | {"name": "w2", "duplicate_of": "www"}]),
    "DUPLICATE-OF": ([OV | {"duplicate_of": "nobody"}], [OV | {"duplicate_of": "rsc00000009"}]),
    "WAS-NAMED": (
        [OV, DV | {"was_named": "www"}],
        [OV | {"name": "www2", "was_named": "www"}, DV],
    ),
    "CUSTOMER-CODE": ([OV | {"customer_code": "SG1"}], [OV | {"customer_code": "SG12345678"}]),
    "COMMON-NAME": ([OV | {"common_name": "localhost"}], [OV | {"common_name": "WWW.example.jp"}]),
    "PRODUCT-UNKNOWN": ([OV | {"product": "sureserver"}], [OV | {"product": "SureServer for クラウド"}]),
    "PRODUCT-WILDCARD": ([OV | {"common_name": "*.example.jp"}], [WILDCARD]),
    "PRODUCT-WILDCARD-NEEDED": ([WILDCARD | {"common_name": "shop.example.jp"}], [WILDCARD]),
    "PRODUCT-LINKED": (
        [LINKED | {"linked_contract": {"service": "id_gateway"}}],
        [LINKED | {"linked_contract": {"service": "managed_waf_link"}}],
    ),
    "LINKED-WAS": (
        [LINKED | {"linked_contract": {"service": "managed_waf_link", "was": "r1"}}],
        [LINKED | {"linked_contract": {"service": "managed_waf_link", "contract_id": "r2", "was": "r1"}}],
    ),
    "LINKED-TWICE": (
        [LINKED | {"linked_contract": FURTHER | {"contract_id": "r2"}}],
        [LINKED | {"linked_contract": FURTHER | {"contract_id": "r1"}}],
    ),
    "LINKED-CSR": ([LINKED | {"csr_origin": "supplied"}], [LINKED | {"csr_origin": "service"}]),
    "TERMS-AGREED": ([OV | {"terms_agreed": False}], [OV]),
    "CANCEL-CONTRACT-ID": ([without(CANCELLED, "contract_id")], [CANCELLED]),
    "DN-CHARACTERS": (
        [OV | {"subject": SUBJECT | {"organization_name": "例株式会社"}}],
        [OV | {"subject": SUBJECT | {"organization_name": "A & B, Inc. (Tokyo)".replace("(", "[").replace(")", "]")}}],
    ),
    "DN-LENGTH": (
        [OV | {"subject": SUBJECT | {"organization_name": "a" * 65}}],
        [OV | {"subject": SUBJECT | {"organization_name": "a" * 64}}],
    ),
    "DN-BLANK": (
        [OV | {"subject": SUBJECT | {"locality_name": " .- "}}],
        [OV | {"subject": SUBJECT | {"locality_name": " .-x"}}],
    ),
    "DN-OU": ([OV | {"subject": SUBJECT | {"organizational_unit_name": "Web"}}], [OV]),
    "APPROVAL-EMAIL-UNUSED": ([OV | {"approval_email": "admin@example.jp"}], [OV]),
    "APPROVAL-EMAIL-ADDRESS": (
        [DV | {"approval_email": "me@example.jp"}],
        [DV | {"approval_email": "Webmaster@blog.example.jp"}],
    ),
    "TRANSPARENCY-UNUSED": ([DV | {"certificate_transparency": True}], [EV]),
    "COMMON-NAME-SUFFIX": (
        [WILDCARD | {"common_name": "*.co.jp", "approval_email": "admin@co.jp"}],
        [WILDCARD | {"common_name": "*.example.co.jp", "approval_email": "admin@example.co.jp"}],
    ),
    "COMMON-NAME-TOP": ([OV | {"common_name": "www.intranet.corp"}], [OV | {"common_name": "www.example.tokyo"}]),
    "TEXT-CHARACTERS": (
        [OV | {"applicant": APPLICANT | {"name": "Web\u3000Operations"}}],
        [OV | {"applicant": APPLICANT | {"name": "山田 太郎"}}],
    ),
    "TEXT-LENGTH": ([OV | {"key": OV["key"] | {"owner": "a" * 201}}], [OV | {"key": OV["key"] | {"owner": "a" * 200}}]),
    "KEY-SHARED": (
        [DV | KEPT, SAME_KEY | KEPT],
        [DV, SAME_KEY | {"host": "web2"}],
    ),
    "KEY-NOT-KEPT": (
        [OV | KEPT, OV | SECOND_NAME | OTHER_FILES],
        [OV | KEPT, OV | SECOND_NAME | OTHER_FILES | KEPT],
    ),
    "PATH-FILE": ([OV | {"key": {"path": "/etc/ssl/"}}], [OV | {"key": {"path": "/etc/ssl"}}]),
    "PATH-SHARED": (
        [OV, DV | {"key": {"path": "/etc/b.key"}, "install": {"chain": "/etc/b/../b.key", "certificate": "/b.pem"}}],
        [OV, DV | {"key": {"path": "/etc/b.key"}, "install": {"chain": "/etc/chain", "certificate": "/b.pem"}}],
    ),
    "TERM-VALIDITY": (
        [EV | {"renewal": {"term": "1 year"}}],
        [EV | {"renewal": {"when": "window", "term": "6 months", "key": "keep"}}],
    ),
    "DN-AUTHORITY": (
        [OV | {"subject": SUBJECT | {"organization_name": "A+B Inc."}}],
        [GLOBAL | {"subject": SUBJECT | {"organization_name": "A+B Inc."}}],
    ),
    "DN-AUTHORITY-UNSURE": (
        [EV | {"subject": SUBJECT | {"organization_name": "A+B Inc."}}],
        [EV | {"subject": SUBJECT | {"organization_name": "A-B Inc."}}],
    ),
    "DN-AUTHORITY-LENGTH": (
        [OV | {"subject": SUBJECT | {"locality_name": "L" * 65}}],
        [GLOBAL | {"subject": SUBJECT | {"locality_name": "L" * 65}}],
    ),
    "DN-CAPITALS": (
        [GLOBAL | {"subject": SUBJECT | {"locality_name": "chiyoda-ku"}}],
        [GLOBAL | {"subject": SUBJECT | {"locality_name": "CHIYODA-KU"}}],
    ),
    "DN-LEGAL-FORM": (
        [GLOBAL | {"subject": SUBJECT | {"organization_name": "Example"}}],
        [GLOBAL | {"subject": SUBJECT | {"organization_name": "Example K.K."}}],
    ),
    "KEY-ECDSA": ([EV | {"key": OV["key"] | {"type": "ECDSA"}}], [EV]),
    "TRANSPARENCY-OPT-OUT": ([EV | {"certificate_transparency": False}], [EV]),
    "KEY-AUTHORITY": (
        [OV | {"key": OV["key"] | {"size": 3072}}],
        [EV | {"key": EV["key"] | {"size": 3072}}, OV | {"key": OV["key"] | {"type": "RSA", "size": 2048}}],
    ),
}

# Rules about files and supplied CSRs need files: they have their tests below and in test_order_files.py.
WITH_FILES = {
    "FILE-UNREADABLE",
    "FILE-NONE",
    "FILE-LINK",
    "FILE-CONTENT",
    "COMMAND-UNKNOWN",
    "HOST-COMMANDS",
    "PATH-INTERPRETED",
    "CSR-OUTSIDE",
    "YAML-SYNTAX",
    "YAML-DUPLICATE-KEY",
    "TEMPLATE",
    "VAULT",
    "SUBJECT-LOCKED",
    "CSR-UNREADABLE",
    "CSR-PRIVATE-KEY",
    "CSR-SIGNATURE",
    "CSR-COMMON-NAME",
    "CSR-KEY",
    "CSR-SUBJECT",
    "CSR-WEAK-KEY",
    "CSR-COUNTRY",
    "CSR-SAN",
    "CSR-DROPPED",
    "CSR-DIGEST",
    "CSR-OU",
    "CSR-REPEATED",
    "CSR-NO-COUNTRY",
}
# Rules that tell the same of every order, and rules of another day, have tests of their own.
BY_DATE = {"EMAIL-VALIDATION-ENDS", "EMAIL-VALIDATION-ENDED"}


def test_every_rule_has_its_test() -> None:
    # What only the desk can answer has its tests in test_plan.py, the guards in test_guards.py and test_plan_file.py.
    chapters = (at_desk, endings, renewals, reissues, by_hand, guards)
    elsewhere = {rule.id for chapter in chapters for rule in chapter.RULES}
    elsewhere |= {rule.id for rule in links.RULES if rule.id.startswith("LINK-")}  # test_links.py
    elsewhere |= {"VAULT-FIELD", "MISTAKES-MORE"}  # test_vaulted_fields.py, test_slow_files.py
    assert set(TABLE) | WITH_FILES | BY_DATE == set(RULES) - elsewhere


@pytest.mark.parametrize("rule", TABLE)
def test_a_broken_rule_is_told(rule: str) -> None:
    assert rules_broken(TABLE[rule][0]) == [rule]


@pytest.mark.parametrize("rule", TABLE)
def test_its_close_relative_is_accepted(rule: str) -> None:
    assert rules_broken(TABLE[rule][1]) == []


def test_a_contract_that_two_orders_name_is_wrong_in_both() -> None:
    pinned = [each | {"contract_id": "rsc00000001"} for each in (OV, DV)]
    found = judge_orders(read_inline(pinned), day=TODAY).list_errors()
    assert [(complaint.rule, complaint.order) for complaint in found] == [
        ("CONTRACT-TWICE", "www"),
        ("CONTRACT-TWICE", "blog"),
    ]
    assert rules_broken([pinned[0], DV | {"contract_id": "rsc00000002"}]) == []


def test_a_linked_contract_without_its_id_may_be_the_one_that_another_order_names() -> None:
    def linked(name: str, **contract: str) -> dict[str, t.Any]:
        return LINKED | {"name": name, "linked_contract": {"service": "managed_waf_link", **contract}}

    first, second, open_one = linked("a", contract_id="r1"), linked("b", contract_id="r2"), linked("c")
    assert rules_broken([first, second]) == []
    assert rules_broken([first, open_one]) == rules_broken([open_one, first]) == ["ORDER-DUPLICATE"]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("issued", "term", "warned"),
    [
        ("2026-03-14", "1 year", False),
        ("2026-03-15", "6 months", False),
        ("2026-03-15", "1 year", True),
        ("2027-03-14", "6 months", False),
        ("2027-03-14", "1 year", True),
        # From here on no term is short enough, and what nobody can change is no warning: check notes it.
        ("2027-03-15", "1 year", False),
        ("2029-03-15", "6 months", False),
    ],
)
def test_terms_are_judged_by_the_day_of_issue(issued: str, term: str, warned: bool) -> None:
    assert rules_broken([OV | {"term": term}], day=day(issued)) == (["TERM-VALIDITY"] if warned else [])


def test_e_mail_validation_is_told_once_for_all_orders() -> None:
    found = judge_orders(read_inline([DV, EV, OV]), day=TODAY).complaints
    assert [(complaint.rule, complaint.order, complaint.severity) for complaint in found] == [
        ("EMAIL-VALIDATION-ENDS", "blog, bank", "warning")
    ]


def test_e_mail_validation_ends_on_its_day() -> None:
    assert rules_broken([DV], day=day("2028-03-14")) == []
    assert rules_broken([DV], day=day("2028-03-15")) == ["EMAIL-VALIDATION-ENDED"]


def test_warnings_refuse_only_strict_runs() -> None:
    found = judge_orders(read_inline([EV | {"certificate_transparency": False}]), day=TODAY)
    assert found.accept()[0].certificate_transparency is False
    with pytest.raises(OrdersRefused):
        found.accept(strict=True)


def test_unknown_facts_refuse_nothing() -> None:
    for authority in AUTHORITIES.values():
        for field in dc.fields(authority):
            fact = getattr(authority, field.name)
            if isinstance(fact, Fact) and fact.confidence is Confidence.UNKNOWN:
                assert fact.value is None and fact.source


def test_service_made_keys_need_a_subject_even_for_dv() -> None:
    assert rules_broken([SERVICE | {"product": "quick_ssl", "approval_email": "admin@example.jp"}]) == []
    assert rules_broken([DV | {"csr_origin": "service", "key": {"path": "/k"}}]) == ["KEY-MISSING"]


def test_every_kind_of_order_is_accepted_together() -> None:
    assert (
        rules_broken([OV, DV, WILDCARD, EV, LINKED, SERVICE | {"name": "api", "common_name": "api.example.jp"}]) == []
    )


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_wordings_are_complete(rule: t.Any) -> None:
    assert all((*rule.wrong, *rule.todo, *rule.source))
    english, japanese = (
        {
            name
            for words in (rule.wrong, rule.allowed, rule.todo)
            for _l, name, _f, _c in string.Formatter().parse(getattr(words, lang))
            if name
        }
        for lang in ("en", "ja")
    )
    assert english == japanese, "both languages tell the same facts"


@pytest.mark.parametrize("host", ["web*", "web[1:3]", "web1,web2", "web1:&tokyo", "!web1", "~web.*", "web1 web2", ""])
def test_a_host_is_a_name_and_no_pattern(host: str) -> None:
    """A play takes a pattern for many hosts, a module for one that is not there: work that nobody does."""
    assert rules_broken([OV | {"host": host}]) in (["HOST-NAME"], ["VALUE-TYPE"])


@pytest.mark.parametrize(
    "suffix", ["co.jp", "tokyo.jp", "shibuya.tokyo.jp", "nakahara.kawasaki.jp", "osaka.jp", "kita.osaka.jp", "ne.jp"]
)
def test_no_public_suffix_is_anybodys_domain(suffix: str) -> None:
    """The domains of prefectures and their cities are in the Public Suffix List, as those of organizations are."""
    wide = WILDCARD | {"common_name": f"*.{suffix}", "approval_email": f"admin@{suffix}"}
    narrow = WILDCARD | {"common_name": f"*.shop.{suffix}", "approval_email": f"admin@shop.{suffix}"}
    own_by_suffix = DV | {"common_name": f"www.shop.{suffix}", "approval_email": f"admin@{suffix}"}
    assert "COMMON-NAME-SUFFIX" in rules_broken([wide])
    assert rules_broken([narrow]) == []
    assert rules_broken([own_by_suffix]) == ["APPROVAL-EMAIL-ADDRESS"]


def test_all_mistakes_of_an_order_at_once() -> None:
    order = OV | {"customer_code": "x", "term": "never", "applicant": APPLICANT | {"email": "nobody"}, "colour": "red"}
    assert sorted(rules_broken([order])) == ["CUSTOMER-CODE", "KEY-UNKNOWN", "VALUE-CHOICE", "VALUE-TYPE"]


def test_a_private_key_in_a_value_is_not_echoed() -> None:
    pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0\n-----END PRIVATE KEY-----"
    order = OV | {"common_name": pem, "host": "x"}
    with pytest.raises(OrdersRefused) as refused:
        portfolio(order)
    assert "MIIEvQ" not in report(refused.value.complaints, "en") + report(refused.value.complaints, "ja")


# --- supplied CSRs


@pytest.mark.parametrize(
    "number", [0, -1, 10_000, int("f" * 5_000, 16), True, 1.0, "1"], ids=lambda value: str(type(value))
)
def test_a_counting_number_ends_somewhere(number: object) -> None:
    assert rules_broken([OV | {"generation": number}]) == ["VALUE-TYPE"]
