# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What a certification authority takes in a subject, beside what the portal's form takes."""

from __future__ import annotations

import functools
import typing as t

from .._catalogue.fact import Confidence
from .._complaints.complaints import Breach, shorten
from .._complaints.vaulted import tell_of

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .._catalogue.authorities import Authority
    from .._catalogue.products import Product
    from .._complaints.complaints import Path

# Endings of English names that show a legal form; not a closed list, so their absence only warns.
_LEGAL_FORMS = ("co", "ltd", "inc", "corp", "corporation", "kk", "gk", "llc", "limited", "university", "foundation")


def find_subject_breaches(subject: Mapping[str, str], *, product: Product, path: Path) -> Iterator[Breach]:
    """Find every field that this product's CA would not take as it is; DV certificates carry none of them."""
    if product.level.value == "DV":
        return
    for field, value in subject.items():
        where = (*path, field) if path == ("subject",) else path
        yield from _field_breaches(field, value, product.authority, where)


@functools.lru_cache(maxsize=1024)  # many orders have the same subject
def _field_breaches(field: str, value: str, authority: Authority, path: Path) -> tuple[Breach, ...]:
    result = [*_characters(value, authority, path), *_length(value, authority, path)]
    if field in ("state_or_province_name", "locality_name"):
        result.extend(_capitals(value, authority, path))
    if field == "organization_name":
        result.extend(_legal_form(value, authority, path))
    return tuple(result)


def _characters(value: str, authority: Authority, path: Path) -> Iterator[Breach]:
    fact = authority.dn_characters
    foreign = sorted(set(value) - fact.value)
    if foreign:
        # An old page, or somebody else's, is a reason to warn and none to refuse.
        rule = "DN-AUTHORITY" if fact.confidence is Confidence.WRITTEN else "DN-AUTHORITY-UNSURE"
        words = tell_of(value, " ".join(map(repr, foreign)))
        facts = {"value": shorten(value), "authority": authority.name, "characters": words}
        yield Breach(rule=rule, path=path, facts={**facts, "source": fact.source})


def _length(value: str, authority: Authority, path: Path) -> Iterator[Breach]:
    longest = authority.dn_length.value
    if longest is not None and len(value) > longest:
        length = tell_of(value, len(value))
        facts = {"value": shorten(value), "authority": authority.name, "length": length, "allowed": longest}
        yield Breach(rule="DN-AUTHORITY-LENGTH", path=path, facts=facts)


def _capitals(value: str, authority: Authority, path: Path) -> Iterator[Breach]:
    if authority.capitalised.value and value == value.lower() and value != value.upper():
        yield Breach(rule="DN-CAPITALS", path=path, facts={"value": shorten(value), "authority": authority.name})


def _legal_form(value: str, authority: Authority, path: Path) -> Iterator[Breach]:
    words = {word.strip(".,()").replace(".", "").lower() for word in value.replace(",", " ").split()}
    if authority.capitalised.value and not words & set(_LEGAL_FORMS):
        yield Breach(rule="DN-LEGAL-FORM", path=path, facts={"value": shorten(value), "authority": authority.name})


__all__ = ("find_subject_breaches",)
