# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both sides' rules agree: what the collection accepts offline the desk accepts, and what it refuses the desk refuses.

The two share no code, so a wrong fact on one side shows here. Where they differ on purpose, the reason is told.
"""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._catalogue.products import PRODUCTS
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import read_inline
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

Fields = dict[str, t.Any]

# The order form has this field, the order file that one.
_FILE_FIELD = {"linked_contract_id": "linked_contract"}
_FORM = ("customer_code", "common_name", "product", "term", "usage", "terms_agreed")


def offline(entry: Fields) -> set[str]:
    """The first part of every field that the collection complains about."""
    found = judge_orders(read_inline([entry]), day=sample.TODAY).complaints
    return {str(complaint.path[0]) for complaint in found if complaint.severity == "error"}


def at_desk(desk: DeskControl, entry: Fields) -> set[str]:
    """The same of the desk, in the words of the order file; the body is made here, not by the collection."""
    linked = entry.get("linked_contract") or {}
    body = {field: entry[field] for field in _FORM if field in entry}
    body["linked_contract_id"] = linked.get("contract_id")
    answer = desk.call("POST", "/api/v1/quotes", body)
    assert answer.status_code in (200, 400), answer.text
    details = answer.json().get("error_details", [])
    assert bool(details) == (answer.status_code == 400)
    return {_FILE_FIELD.get(detail["attribute"], detail["attribute"]) for detail in details}


def for_product(product: str, **changes: object) -> Fields:
    """An entry that fits a product: usage, name, and the fields that its CA's form asks."""
    item = PRODUCTS[product]
    name = "*.shop.example.jp" if item.wildcard.value else "www.example.jp"
    entry: Fields = {"product": product, "common_name": name}
    if item.authority.approval_email.value:
        entry["approval_email"] = "admin@example.jp"
    if item.authority.transparency_choice.value:
        entry["certificate_transparency"] = True
    if item.brought:
        entry |= dict.fromkeys(("subject", "applicant", "approval_email", "certificate_transparency"))
    if item.linked_services.value:
        return sample.linked_fields(**{**entry, **changes})
    return sample.fields(**{**entry, **changes})


RESERVED = ("example", "internal", "invalid", "local", "localhost", "test", "home.arpa", "2.0.192.in-addr.arpa")
CUSTOMARY = ("alt", "corp", "home", "intranet", "lan", "localdomain", "onion", "private")

VALID: dict[str, Fields] = {
    **{f"product {product}": for_product(product) for product in PRODUCTS},
    "one year": for_product("quick_ssl", term="1 year"),
    "capitals": sample.fields(common_name="WWW.Example.JP"),
    "a bare domain": sample.fields(common_name="example.jp"),
    "hyphens and digits": sample.fields(common_name="a-1.b--c.example.jp"),
    "Japanese as xn--": sample.fields(common_name="xn--wgv71a.jp"),
    "63 characters in a label": sample.fields(common_name=f"{'a' * 57}.jp"),
    "64 characters in all": sample.fields(common_name=f"{'a' * 50}.{'b' * 10}.jp"),
    "a label of digits": sample.fields(common_name="123.example.jp"),
    "a deep wildcard": for_product("quick_ssl_wildcard", common_name="*.a.b.example.jp"),
    "linked, another service": sample.linked_fields(
        product="quick_ssl", linked_contract={"service": "web_high_grade_2", "contract_id": "rwh00000001"},
        certificate_transparency=None,
    ),
}  # fmt: skip

INVALID: dict[str, Fields] = {
    "an unknown product": sample.fields(product="quick_tls"),
    "no product": sample.fields(product=None),
    "a wildcard of a public suffix": for_product(
        "quick_ssl_wildcard", common_name="*.co.jp", approval_email="admin@co.jp"
    ),
    "an unknown term": sample.fields(term="2 years"),
    "no term": sample.fields(term=None),
    "an unknown usage": sample.fields(usage="both"),
    "no usage": sample.fields(usage=None),
    "no customer code": sample.fields(customer_code=None),
    "a customer code of 7 digits": sample.fields(customer_code="SG0000001"),
    "a customer code in small letters": sample.fields(customer_code="sg00000001"),
    "a customer code that is a number": sample.fields(customer_code=1),
    "terms not agreed": sample.fields(terms_agreed=False),
    "terms not mentioned": sample.fields(terms_agreed=None),
    "terms agreed in words": sample.fields(terms_agreed="yes"),
    "no name": sample.fields(common_name=None),
    "an empty name": sample.fields(common_name=""),
    "a name that is a number": sample.fields(common_name=5),
    "an IPv4 address": sample.fields(common_name="192.0.2.1"),
    "an IPv6 address": sample.fields(common_name="2001:db8::1"),
    "a single label": sample.fields(common_name="www"),
    "a trailing dot": sample.fields(common_name="www.example.jp."),
    "an empty label": sample.fields(common_name="www..example.jp"),
    "an underscore": sample.fields(common_name="my_host.example.jp"),
    "a blank": sample.fields(common_name="www example.jp"),
    "a hyphen at the end": sample.fields(common_name="www-.example.jp"),
    "a hyphen at the beginning": sample.fields(common_name="-www.example.jp"),
    "Japanese letters": sample.fields(common_name="日本.jp"),
    "a label of 64": sample.fields(common_name=f"{'a' * 64}.jp"),
    "65 characters": sample.fields(common_name=f"{'a' * 50}.{'b' * 11}.jp"),
    "a numeric top level": sample.fields(common_name="www.123"),
    "an internal name": sample.fields(common_name="www.intranet.local"),
    **{f"a name under .{zone}": sample.fields(common_name=f"www.{zone}") for zone in (*RESERVED, *CUSTOMARY)},
    "a name under no top-level domain": sample.fields(common_name="www.example.invalidtld"),
    "a wildcard of a prefecture": for_product(
        "quick_ssl_wildcard", common_name="*.tokyo.jp", approval_email="admin@tokyo.jp"
    ),
    "a URL": sample.fields(common_name="https://www.example.jp"),
    "a port": sample.fields(common_name="www.example.jp:443"),
    "a wildcard for a plain product": sample.fields(common_name="*.example.jp"),
    "a plain name for a wildcard product": for_product("quick_ssl_wildcard", common_name="www.example.jp"),
    "two wildcards": for_product("quick_ssl_wildcard", common_name="*.*.example.jp"),
    "a wildcard in the middle": for_product("quick_ssl_wildcard", common_name="www.*.example.jp"),
    "half a wildcard": for_product("quick_ssl_wildcard", common_name="w*.example.jp"),
    "a wildcard of a top level": for_product("quick_ssl_wildcard", common_name="*.jp"),
    "a cloud product of one's own": sample.fields(
        product="secure_server_id_cloud", approval_email="admin@example.jp", certificate_transparency=True
    ),
    "a linked contract without linked usage": sample.fields(
        linked_contract={"service": "web_high_grade_2", "contract_id": "rwh00000001"}
    ),
    "linked usage without a contract": sample.linked_fields(linked_contract=None),
    "a cloud product for another service": sample.linked_fields(
        linked_contract={"service": "web_high_grade_2", "contract_id": "rwh00000001"}
    ),
    "several faults": sample.fields(
        common_name="192.0.2.1", term="2 years", usage="both", customer_code="x", terms_agreed=False, product="y"
    ),
}

# name: (entry, what the collection complains about offline, what the desk complains about); then why.
DIFFERENT: dict[str, tuple[Fields, set[str], set[str]]] = {
    # The collection also knows the reserved labels of RFC 5890 (two hyphens in third and fourth place).
    "a reserved label": (sample.fields(common_name="ab--cd.example.jp"), {"common_name"}, set()),
    # Only the desk knows which customer codes belong to an admin.
    "a customer code of another admin": (sample.fields(customer_code="SG99999999"), set(), {"customer_code"}),
    # The terms on offer are the desk's list; which ones IIJ offers for a product today is not known, so the
    # collection compares with that list before it orders (PRODUCT-NOT-OFFERED) and refuses nothing offline.
    "a term that is not on offer": (sample.fields(term="1 year"), set(), {"term"}),
    # The order file may leave the contract to the look-up; the form needs its ID.
    "a linked contract still to look up": (
        sample.linked_fields(linked_contract={"service": "gio_content_acceleration"}), set(), {"linked_contract"},
    ),
    # Only the desk knows which linked contracts an admin has.
    "a linked contract that nobody has": (
        sample.linked_fields(linked_contract={"service": "gio_content_acceleration", "contract_id": "rga99999999"}),
        set(), {"linked_contract"},
    ),
    # The form takes only a contract ID and derives the service from it.
    "an unknown service": (
        sample.linked_fields(linked_contract={"service": "cdn", "contract_id": "rga00000001"}),
        {"linked_contract"}, set(),
    ),
    # People write the Japanese item name; the wire has only ids.
    "a product by its Japanese name": (sample.fields(product="SureServer for クラウド"), set(), {"product"}),
    # Registration fields are judged offline before anything is bought; the order form has none of them.
    "no approval address": (for_product("quick_ssl", approval_email=None), {"approval_email"}, set()),
}  # fmt: skip


@pytest.mark.parametrize("entry", VALID.values(), ids=VALID)
def test_what_is_right_is_right_on_both_sides(shared_desk: DeskControl, entry: Fields) -> None:
    assert (offline(entry), at_desk(shared_desk, entry)) == (set(), set())


@pytest.mark.parametrize("entry", INVALID.values(), ids=INVALID)
def test_what_is_wrong_is_wrong_on_both_sides(shared_desk: DeskControl, entry: Fields) -> None:
    ours, theirs = offline(entry), at_desk(shared_desk, entry)
    assert ours
    assert ours & theirs, f"ours: {ours}, the desk's: {theirs}"


@pytest.mark.parametrize(("entry", "ours", "theirs"), DIFFERENT.values(), ids=DIFFERENT)
def test_where_both_differ_on_purpose(
    shared_desk: DeskControl, entry: Fields, ours: set[str], theirs: set[str]
) -> None:
    assert (offline(entry), at_desk(shared_desk, entry)) == (ours, theirs)


# The registration form, field by field: an order that must be refused before it is bought, and what the desk says.
REGISTRATION: dict[str, Fields] = {
    "an approval address of another domain": for_product("quick_ssl", approval_email="admin@example.com"),
    "an approval address of a person": for_product("quick_ssl", approval_email="taro@example.jp"),
    "an approval address below the name": for_product("quick_ssl", approval_email="admin@a.www.example.jp"),
    "an approval address nobody asks for": sample.fields(approval_email="admin@example.jp"),
    "a transparency choice nobody asks for": for_product("quick_ssl", certificate_transparency=True),
    "no transparency choice": for_product("secure_server_id", certificate_transparency=None),
    **{
        f"{character!r} in the organization": sample.fields(
            subject={**sample.SUBJECT, "organization_name": f"Example {character} Ltd."}
        )
        for character in '"$<>\\~é日'
    },
    "a long organization": sample.fields(subject={**sample.SUBJECT, "organization_name": "x" * 65}),
    "no locality": sample.fields(subject={k: v for k, v in sample.SUBJECT.items() if k != "locality_name"}),
    "an organizational unit": sample.fields(subject={**sample.SUBJECT, "organizational_unit_name": "Web"}),
    "an applicant without telephone": sample.fields(applicant={**sample.APPLICANT, "phone": None}),
    "a telephone number in full width": sample.fields(
        applicant={**sample.APPLICANT, "phone": "０３－１２３４－５６７８"}
    ),
    "a telephone number with hyphens of print": sample.fields(applicant={**sample.APPLICANT, "phone": "03‐1234‐5678"}),
    "a telephone number with an extension": sample.fields(
        applicant={**sample.APPLICANT, "phone": "03-1234-5678 (内線 123)"}
    ),
    "a telephone number with a letter": sample.fields(applicant={**sample.APPLICANT, "phone": "03-0000-000O"}),
    "a line break in a name": sample.fields(applicant={**sample.APPLICANT, "name": "Web\nOperations"}),
    "a long department": sample.fields(applicant={**sample.APPLICANT, "department": "x" * 129}),
    "an applicant without address": sample.fields(applicant={**sample.APPLICANT, "email": "nowhere"}),
}


@pytest.mark.parametrize("entry", REGISTRATION.values(), ids=REGISTRATION)
def test_a_wrong_registration_is_wrong_on_both_sides(shared_desk: DeskControl, entry: Fields) -> None:
    ours = offline(entry)
    placed = shared_desk.api(
        "POST", "/applications", {**{field: entry[field] for field in _FORM}, "linked_contract_id": None}
    )
    body = {
        "csr_origin": "service", "csr": None, "subject": entry["subject"], "applicant": entry["applicant"],
        "approval_email": entry.get("approval_email"),
        "certificate_transparency": entry.get("certificate_transparency"),
        "terms_agreed": True,
    }  # fmt: skip
    answer = shared_desk.call("PUT", f"/api/v1/applications/{placed['result']['contract_id']}/registration", body)
    assert answer.status_code == 400, answer.text
    theirs = {detail["attribute"].partition(".")[0] for detail in answer.json()["error_details"]}
    assert ours == theirs
