# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A CSR that the user made: read on the controller and judged before any money is spent."""

from __future__ import annotations

import typing as t

from ..module_utils._core.errors import Fault, PrivateKeyGiven
from ..module_utils._pki.csrs import read_csr
from ._catalogue import CYBERTRUST, Product
from ._complaints import Breach, Phrase, shortened
from ._order import SuppliedCsr

if t.TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

    from ..module_utils._pki.csrs import CsrFacts

_PATH = ("csr_path",)


def judged_csr(
    path: pathlib.Path, *, common_name: str | None, product: Product | None
) -> tuple[SuppliedCsr | None, tuple[Breach, ...]]:
    """The CSR at `path`, and every reason for which it cannot be used for this order."""
    try:
        facts = read_csr(path.read_bytes())
    except PrivateKeyGiven:
        return None, (Breach(rule="CSR-PRIVATE-KEY", path=_PATH, facts={"value": shortened(str(path))}),)
    except OSError as error:
        return None, (_unreadable(path, error.strerror or str(error)),)
    except Fault as fault:
        return None, (_unreadable(path, Phrase(fault.message("en"), fault.message("ja"))),)
    breaches = tuple(_breaches(facts, common_name=common_name, product=product))
    return SuppliedCsr(pem=facts.pem, public_key_fingerprint=facts.public_key_fingerprint), breaches


def _unreadable(path: pathlib.Path, problem: object) -> Breach:
    return Breach(rule="CSR-UNREADABLE", path=_PATH, facts={"value": shortened(str(path)), "problem": problem})


def _breaches(facts: CsrFacts, *, common_name: str | None, product: Product | None) -> Iterator[Breach]:
    if common_name is not None and (facts.common_name or "").lower() != common_name.lower():
        said = {"value": shortened(facts.common_name or ""), "common_name": common_name}
        yield Breach(rule="CSR-COMMON-NAME", path=_PATH, facts=said)
    if not facts.signature_valid:
        yield Breach(rule="CSR-SIGNATURE", path=_PATH)
    yield from _key_breaches(facts, product)
    if product is not None and product.level != "DV":
        yield from _subject_breaches(facts)


def _key_breaches(facts: CsrFacts, product: Product | None) -> Iterator[Breach]:
    if product is not None and product.authority is CYBERTRUST:
        allowed, fits = "RSA 2048", facts.key_type == "RSA" and facts.key_size == 2048
    else:
        allowed = "RSA from 2048 bits (a multiple of 8), ECDSA P-256, P-384, P-521"
        rsa_fits = facts.key_type == "RSA" and (facts.key_size or 0) >= 2048 and (facts.key_size or 0) % 8 == 0
        fits = rsa_fits or facts.curve in ("P-256", "P-384", "P-521")
    if not fits:
        value = " ".join(str(part) for part in (facts.key_type, facts.curve or facts.key_size) if part)
        yield Breach(rule="CSR-KEY", path=_PATH, facts={"value": value, "allowed": allowed})


def _subject_breaches(facts: CsrFacts) -> Iterator[Breach]:
    there = {attribute for attribute, value in facts.subject if value.strip()}
    missing = [] if "organization_name" in there else ["O"]
    missing += [] if there & {"state_or_province_name", "locality_name"} else ["ST / L"]
    if missing:
        yield Breach(rule="CSR-SUBJECT", path=_PATH, facts={"value": tuple(missing)})


__all__ = ("judged_csr",)
