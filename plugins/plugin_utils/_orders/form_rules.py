# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Rules between the fields of one order, judged by the day of issue; none of them needs the desk.

An unusable field is simply absent here: its own complaint is made elsewhere.
"""

from __future__ import annotations

import typing as t

from ...module_utils._core.defaults import KEY_SIZE, KEY_TYPE
from ...module_utils._core.keyspec import ECDSA, RSA
from .._catalogue.industry import (
    APPROVAL_LOCAL_PARTS,
    EMAIL_VALIDATION_FORBIDDEN_SINCE,
    WHOIS_FORBIDDEN_SINCE,
    find_lifetime,
)
from .._catalogue.products import PRODUCTS, TERMS
from .._complaints.complaints import Breach, shorten
from .._complaints.vaulted import HIDDEN, Vaulted
from .._values.order import CsrOrigin, Usage, Wanted
from .public_suffixes import has_known_top_domain, is_public_suffix
from .schema import INSTALL_FILES
from .subject_rules import find_subject_breaches

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from .._catalogue.authorities import Authority
    from .._catalogue.products import Product
    from .branches import Branch
    from .schema import Fields


def find_rule_breaches(order: Fields, branch: Branch, *, day: dt.date) -> Iterator[Breach]:
    """Find every rule that the order breaks if its certificate were issued on this day."""
    product = PRODUCTS[branch.product] if branch.product else None
    if product is not None:
        yield from _wildcard(order, product)
        yield from _linked_only(order, product)
        if not product.brought:  # the life of that one is a matter of its CA
            yield from _term(order, day)
        yield from _approval_email(order, product, day)
        yield from _transparency(order, product)
        yield from _key(order, product, branch.csr_origin)
        yield from _subject(order, product, branch.csr_origin)
    yield from _links(order)
    yield from _public_suffix(order)
    yield from _files_of_host(order)
    if order.get("state") == Wanted.CANCELLED and "contract_id" not in order:
        yield Breach(rule="CANCEL-CONTRACT-ID", path=("state",))


def permitted_addresses(common_name: str) -> tuple[str, ...]:
    """List what a CA may construct: five local parts at the name and at each parent domain [BR 3.2.2.4.4]."""
    labels = common_name.removeprefix("*.").split(".")
    domains = [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]
    own = [domain for domain in domains if not is_public_suffix(domain)]
    return tuple(f"{local}@{domain}" for domain in own for local in APPROVAL_LOCAL_PARTS.value)


def _wildcard(order: Fields, product: Product) -> Iterator[Breach]:
    name = order.get("common_name")
    if not isinstance(name, str) or product.wildcard.value in (None, name.startswith("*.")):
        return
    facts = {"value": shorten(name), "product": product.name}
    if product.wildcard.value:
        yield Breach(rule="PRODUCT-WILDCARD-NEEDED", path=("common_name",), facts=facts)
    else:
        allowed = tuple(item.id for item in PRODUCTS.values() if item.wildcard.value)
        yield Breach(rule="PRODUCT-WILDCARD", path=("common_name",), facts={**facts, "allowed": allowed})


def _public_suffix(order: Fields) -> Iterator[Breach]:
    name = order.get("common_name")
    if not isinstance(name, str):
        return
    if not has_known_top_domain(name.lower()):
        yield Breach(rule="COMMON-NAME-TOP", path=("common_name",), facts={"value": shorten(name)})
    elif name.startswith("*.") and is_public_suffix(name[2:].lower()):
        yield Breach(rule="COMMON-NAME-SUFFIX", path=("common_name",), facts={"value": shorten(name)})


def _linked_only(order: Fields, product: Product) -> Iterator[Breach]:
    usage, linked, services = order.get("usage"), order.get("linked_contract"), product.linked_services.value
    if services is None or usage is None:
        return
    service = linked.get("service") if isinstance(linked, dict) and usage == Usage.LINKED_SERVICE else None
    for further in _further(linked):
        if further["service"] not in services:
            facts = {"product": product.name, "value": further["service"], "allowed": services}
            yield Breach(rule="PRODUCT-LINKED", path=("linked_contract", "also"), facts=facts)
    if service not in services and (service or usage == Usage.OTHER):
        facts = {"product": product.name, "value": service or f"usage: {usage}", "allowed": services}
        yield Breach(rule="PRODUCT-LINKED", path=("linked_contract", "service") if service else ("usage",), facts=facts)


def _further(linked: object) -> list[dict[str, t.Any]]:
    return linked.get("also") or [] if isinstance(linked, dict) else []


def _links(order: Fields) -> Iterator[Breach]:
    """Judge what takes whose place, and that every linked contract is named once."""
    linked = order.get("linked_contract")
    if not isinstance(linked, dict) or order.get("usage") != Usage.LINKED_SERVICE:
        return
    own, was = linked.get("contract_id"), linked.get("was")
    if was is not None and own in (None, was):
        yield Breach(rule="LINKED-WAS", path=("linked_contract", "was"), facts={"value": shorten(was)})
    named = [own, *(link["contract_id"] for link in _further(linked))]
    twice = next((name for name in named if name is not None and named.count(name) > 1), None)
    if twice is not None:
        yield Breach(rule="LINKED-TWICE", path=("linked_contract", "also"), facts={"value": shorten(twice)})


def _term(order: Fields, day: dt.date) -> Iterator[Breach]:
    longest = find_lifetime(day).days
    if longest < min(TERMS.values()):
        return  # nothing that an order could change
    renewal = order.get("renewal")
    terms = {("term",): order.get("term"), ("renewal", "term"): _field(renewal, "term")}
    for path, term in terms.items():
        if isinstance(term, str) and TERMS.get(term, 0) > longest:
            yield Breach(rule="TERM-VALIDITY", path=path, facts={"value": term, "days": longest - 1, "day": day})


def _field(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None


def _approval_email(order: Fields, product: Product, day: dt.date) -> Iterator[Breach]:
    address, name = order.get("approval_email"), order.get("common_name")
    if not product.authority.approval_email.value or not isinstance(address, str):
        return
    end = EMAIL_VALIDATION_FORBIDDEN_SINCE.value
    rule = "EMAIL-VALIDATION-ENDED" if day >= end else "EMAIL-VALIDATION-ENDS"
    yield Breach(rule=rule, path=("approval_email",), facts={"end": end})
    if not isinstance(name, str):
        return
    if day >= WHOIS_FORBIDDEN_SINCE.value and not _is_permitted(address.lower(), name.lower()):
        permitted = permitted_addresses(name.lower())
        facts = {
            "value": shorten(address),
            "authority": product.authority.name,
            "common_name": name,
            "allowed": HIDDEN if isinstance(name, Vaulted) else permitted,
        }
        # A name without any domain of its own has its own complaint.
        if permitted:
            yield Breach(rule="APPROVAL-EMAIL-ADDRESS", path=("approval_email",), facts=facts)


def _is_permitted(address: str, common_name: str) -> bool:
    """Check whether the address is one of permitted_addresses(), without making them all."""
    local, _at, domain = address.partition("@")
    below = f".{common_name.removeprefix('*.')}".endswith(f".{domain}")
    return below and local in APPROVAL_LOCAL_PARTS.value and not is_public_suffix(domain)


def _transparency(order: Fields, product: Product) -> Iterator[Breach]:
    if product.authority.transparency_choice.value and order.get("certificate_transparency") is False:
        yield Breach(rule="TRANSPARENCY-OPT-OUT", path=("certificate_transparency",))


def _key(order: Fields, product: Product, origin: CsrOrigin | None) -> Iterator[Breach]:
    key, authority = order.get("key"), product.authority
    if origin is not CsrOrigin.TARGET or not isinstance(key, dict):
        return
    kind, size = key.get("type", KEY_TYPE), key.get("size", KEY_SIZE)
    sizes, ecdsa = authority.rsa_sizes.value, authority.ecdsa.value
    if kind == ECDSA and ecdsa is None:
        yield Breach(rule="KEY-ECDSA", path=("key", "type"), facts={"authority": authority.name})
    elif kind == ECDSA and not ecdsa:
        yield _refused_key("type", ECDSA, authority)
    elif kind == RSA and sizes is not None and size not in sizes:
        yield _refused_key("size", f"{RSA} {size}", authority)


def _refused_key(field: str, value: str, authority: Authority) -> Breach:
    allowed = [f"{RSA} {size}" for size in authority.rsa_sizes.value or ()]
    facts = {"authority": authority.name, "value": value, "allowed": allowed}
    return Breach(rule="KEY-AUTHORITY", path=("key", field), facts=facts)


def _files_of_host(order: Fields) -> Iterator[Breach]:
    key, install = order.get("key"), order.get("install")
    if isinstance(install, dict):
        with_leaf = [role for role in INSTALL_FILES if role != "chain"]
        if not any(role in install for role in with_leaf):
            yield Breach(rule="INSTALL-EMPTY", path=("install",), facts={"allowed": with_leaf})
        holding = [role for role in ("combined", "pkcs12") if role in install]
        if holding and key is None:
            yield Breach(rule="INSTALL-KEY", path=("install", holding[0]), facts={"value": holding[0]})
    elif isinstance(key, dict) and key.get("regenerate", "never") != "never":
        yield Breach(rule="REGENERATE-INSTALL", path=("key", "regenerate"), facts={"value": key["regenerate"]})


def _subject(order: Fields, product: Product, origin: CsrOrigin | None) -> Iterator[Breach]:
    subject = order.get("subject")
    if isinstance(subject, dict) and origin is not CsrOrigin.SUPPLIED:
        fields = {field: value for field, value in subject.items() if isinstance(value, str)}
        yield from find_subject_breaches(fields, product=product, path=("subject",))


__all__ = ("find_rule_breaches", "permitted_addresses")
