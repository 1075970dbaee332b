# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A CSR that the user made: read on the controller and judged before any money is spent."""

from __future__ import annotations

import typing as t

from ...module_utils._core import names
from ...module_utils._core.errors import CsrKeyForm, Fault, PrivateKeyGiven
from ...module_utils._core.phrases import Phrase, verbatim
from ...module_utils._core.system_errors import reason_of
from ...module_utils._pki.csrs import read_csr
from ...module_utils._pki.deps import explain_missing_cryptography
from ...module_utils._pki.weak_keys import CLOSE_PRIMES, EXPONENT, ROCA, SMALL_FACTOR, csr_weakness
from .._catalogue.industry import CURVES, DN_LENGTHS, RSA_SMALLEST
from .._complaints.complaints import Breach, shorten
from .._values.order import SuppliedCsr
from .dn_vocabulary import make_dn_check
from .subject_rules import find_subject_breaches
from .voluptuous_dep import Refused

if t.TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

    from ...module_utils._pki.csrs import CsrFacts
    from .._catalogue.products import Product

_PATH = ("csr_path",)
_UNIT = "organizational_unit_name"
# No attribute of these may be there twice [BR 7.1.4.1].
_ONCE = tuple(attribute.name for attribute in names.DN_ATTRIBUTES if attribute.name != _UNIT)
_LONGEST_FILE = 1 << 20  # bytes; a request has a few thousand
_KEYS: t.Final = Phrase("RSA from {0} bits (a multiple of 8), ECDSA {1}", "{0}ビット以上 (8の倍数) のRSA、{1} のECDSA")
_NO_NAMES: t.Final = Phrase("addresses or URIs", "IPアドレスまたはURI")
_DIGESTS: t.Final = {"md5": "MD5", "sha1": "SHA-1"}
_WEAKNESSES: t.Final = {
    CLOSE_PRIMES: Phrase("its two primes lie close together", "2つの素数が近すぎます"),
    ROCA: Phrase(
        "a flawed library made it (ROCA, CVE-2017-15361)", "欠陥のあるライブラリで作られています (ROCA, CVE-2017-15361)"
    ),
    SMALL_FACTOR: Phrase("its modulus has a small factor", "モジュラスに小さな素因数が含まれています"),
    EXPONENT: Phrase("its public exponent is even or too small", "公開指数が偶数か小さすぎます"),
}


class _NotRegular(Exception):
    """There is something else than a file at the path."""


def read_supplied_csr(
    path: pathlib.Path, *, common_name: str | None, product: Product | None
) -> tuple[SuppliedCsr | None, tuple[Breach, ...]]:
    """Read the CSR at `path`, and find every reason for which it cannot be used for this order."""
    if lacking := explain_missing_cryptography():
        return None, (_unreadable(path, verbatim(lacking)),)
    try:
        facts = read_csr(_content(path))
    except PrivateKeyGiven:
        return None, (Breach(rule="CSR-PRIVATE-KEY", path=_PATH, facts={"value": shorten(str(path))}),)
    except _NotRegular:
        return None, (_unreadable(path, Phrase("not a regular file", "通常のファイルではありません")),)
    except CsrKeyForm as form:
        text = {"value": form.form, "allowed": _KEYS.filled(RSA_SMALLEST.value, ", ".join(CURVES.value))}
        return None, (Breach(rule="CSR-KEY", path=_PATH, facts=text),)
    except OSError as error:
        return None, (_unreadable(path, reason_of(error)),)
    except ValueError:  # a name that no file can have
        return None, (_unreadable(path, Phrase("no such file", "ファイルがありません")),)
    except Fault as fault:
        return None, (_unreadable(path, fault.phrase),)
    breaches = tuple(_breaches(facts, common_name=common_name, product=product))
    return SuppliedCsr(pem=facts.pem, public_key_fingerprint=facts.public_key_fingerprint), breaches


def _content(path: pathlib.Path) -> bytes:
    """Return what is in the file; devices and pipes, which may never end, are not read."""
    if path.exists() and not path.is_file():
        raise _NotRegular
    with path.open("rb") as file:
        return file.read(_LONGEST_FILE)


def _unreadable(path: pathlib.Path, problem: Phrase) -> Breach:
    return Breach(rule="CSR-UNREADABLE", path=_PATH, facts={"value": shorten(str(path)), "problem": problem})


def _breaches(facts: CsrFacts, *, common_name: str | None, product: Product | None) -> Iterator[Breach]:
    if common_name is not None and (facts.common_name or "").lower() != common_name.lower():
        text = {"value": shorten(facts.common_name or ""), "common_name": common_name}
        yield Breach(rule="CSR-COMMON-NAME", path=_PATH, facts=text)
    if not facts.signature_valid:
        yield Breach(rule="CSR-SIGNATURE", path=_PATH)
    elif facts.signature_outdated:
        yield Breach(rule="CSR-DIGEST", path=_PATH, facts={"value": _DIGESTS.get(facts.signature_digest or "", "")})
    yield from _key_breaches(facts, product)
    yield from _name_breaches(facts)
    if product is not None:
        yield from _subject_breaches(facts, product)


def _key_breaches(facts: CsrFacts, product: Product | None) -> Iterator[Breach]:
    sizes = product.authority.rsa_sizes.value if product else None
    size = facts.key_size or 0
    if product is not None and sizes is not None:
        allowed = verbatim(", ".join(f"RSA {number}" for number in sizes))
        fits = facts.key_type == "RSA" and size in sizes
    else:
        allowed = _KEYS.filled(RSA_SMALLEST.value, ", ".join(CURVES.value))
        fits = (facts.key_type == "RSA" and size >= RSA_SMALLEST.value and size % 8 == 0) or facts.curve in CURVES.value
    if not fits:
        value = " ".join(str(part) for part in (facts.key_type, facts.curve or facts.key_size) if part)
        yield Breach(rule="CSR-KEY", path=_PATH, facts={"value": value, "allowed": allowed})
    elif facts.key_type == "ECDSA" and product is not None:
        yield Breach(rule="KEY-ECDSA", path=_PATH, facts={"authority": product.authority.name})
    elif weakness := csr_weakness(facts.pem):
        yield Breach(rule="CSR-WEAK-KEY", path=_PATH, facts={"problem": _WEAKNESSES[weakness]})


def _name_breaches(facts: CsrFacts) -> Iterator[Breach]:
    others = [name for name in facts.dns_names if name.lower() != (facts.common_name or "").lower()]
    if others or facts.other_names:
        named = [*([shorten(", ".join(others))] if others else []), *([_NO_NAMES] if facts.other_names else [])]
        yield Breach(rule="CSR-SAN", path=_PATH, facts={"value": tuple(named)})


def _subject_breaches(facts: CsrFacts, product: Product) -> Iterator[Breach]:
    present = [attribute for attribute, _value in facts.subject]
    repeated = tuple(_short(name) for name in _ONCE if present.count(name) > 1)
    if repeated:
        yield Breach(rule="CSR-REPEATED", path=_PATH, facts={"value": repeated})
    for attribute, value in facts.subject:
        if attribute == "country_name" and value != names.COUNTRY:
            yield Breach(rule="CSR-COUNTRY", path=_PATH, facts={"value": shorten(value)})
    dropped = dict.fromkeys(_short(name) for name in present if name not in _kept_attributes(product))
    if dropped:
        allowed = [attribute.short for attribute in names.DN_ATTRIBUTES if attribute.name in _kept_attributes(product)]
        yield Breach(rule="CSR-DROPPED", path=_PATH, facts={"value": tuple(dropped), "allowed": allowed})
    if product.level.value == "DV":
        if "country_name" not in present:
            yield Breach(rule="CSR-NO-COUNTRY", path=_PATH)
    else:
        yield from _organization_breaches(facts.subject, product)


def _organization_breaches(subject: names.Subject, product: Product) -> Iterator[Breach]:
    """Yield what is wrong with an organization, by the rules of one that is written in an order."""
    present = {attribute for attribute, value in subject if value.strip()}
    missing = [_short(name) for name in ("country_name", "organization_name") if name not in present]
    missing += [] if present & {"state_or_province_name", "locality_name"} else ["ST / L"]
    if missing:
        yield Breach(rule="CSR-SUBJECT", path=_PATH, facts={"value": tuple(missing)})
    if _UNIT in present and _UNIT in _kept_attributes(product):
        yield Breach(rule="CSR-OU", path=_PATH, facts={"authority": product.authority.name})
    for attribute, value in subject:
        if attribute in DN_LENGTHS.value:
            yield from _value_breaches(attribute, value, product)


def _value_breaches(attribute: str, value: str, product: Product) -> Iterator[Breach]:
    message = f"{_short(attribute)}={value}"
    if not value.strip():
        yield Breach(rule="DN-BLANK", path=_PATH, facts={"value": shorten(message)})
        return
    try:
        make_dn_check(DN_LENGTHS.value[attribute])(value)
    except Refused as refused:
        yield Breach(rule=refused.rule, path=_PATH, facts={**refused.facts, "value": shorten(message)})
        return
    yield from find_subject_breaches({attribute: value}, product=product, path=_PATH)


def _short(attribute: str) -> str:
    return names.DN_BY_NAME[attribute].short if attribute in names.DN_BY_NAME else attribute


def _kept_attributes(product: Product) -> frozenset[str]:
    """Return what of a subject reaches the certificate: of a DV one C and CN only [BR 7.1.2.7.2]."""
    if product.level.value == "DV":
        return frozenset({"country_name", "common_name"})
    entry = frozenset(attribute.name for attribute in names.DN_ATTRIBUTES)
    return entry - product.authority.dropped_attributes.value


__all__ = ("read_supplied_csr",)
