# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The three certification authorities, and what each asks of a subject, a key and an approval."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .fact import Confidence, Fact, unknown_fact

_LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_ASCII = "".join(map(chr, range(0x20, 0x7F)))


def _ascii_without(excluded: str) -> frozenset[str]:
    return frozenset(_ASCII) - frozenset(excluded)


@dc.dataclass(frozen=True, slots=True, kw_only=True, eq=False)  # each is the only one of its kind
class Authority:
    """A certification authority: what the portal's form asks for its products, and what the CA itself takes."""

    id: str
    name: str
    approval_email: Fact[bool]  # whether the form asks for an approval address
    transparency_choice: Fact[bool]  # whether the form offers the Certificate Transparency choice
    dn_characters: Fact[frozenset[str]]
    dn_length: Fact[int | None]  # characters in any one field, beside the industry's limits
    capitalised: Fact[bool]  # ST and L begin with a capital letter or are all capitals
    rsa_sizes: Fact[tuple[int, ...] | None]  # None: any from 2048 bits on
    ecdsa: Fact[bool | None]
    refuses_used_keys: Fact[bool]  # a public key that another certificate has
    dropped_attributes: Fact[frozenset[str]]  # what of a CSR's subject does not reach the certificate


_JP_FORM = "M:2261096"
_ECDSA_UNKNOWN = unknown_fact("not stated on the CA's pages seen")

DIGICERT: t.Final = Authority(
    id="digicert",
    name="DigiCert Japan",
    approval_email=Fact(True, _JP_FORM),
    transparency_choice=Fact(True, _JP_FORM),
    dn_characters=Fact(frozenset(_LETTERS_AND_DIGITS + " -.,&'()"), "DC:SO24056, DC:SO23307", Confidence.HEARSAY),
    dn_length=unknown_fact("only a limit for Japanese EV names is known, DC:SO23308"),
    capitalised=Fact(False, "not asked on the CA's pages seen", Confidence.DEDUCED),
    rsa_sizes=Fact(None, "DC:docs.digicert.com order pages", Confidence.PARTLY),
    ecdsa=_ECDSA_UNKNOWN,
    refuses_used_keys=Fact(False, "not asked on the CA's pages seen", Confidence.DEDUCED),
    dropped_attributes=Fact(frozenset({"organizational_unit_name"}), "DC: OU emptied since 2020-08-31"),
)
CYBERTRUST: t.Final = Authority(
    id="cybertrust",
    name="Cybertrust",
    approval_email=Fact(False, _JP_FORM),
    transparency_choice=Fact(False, _JP_FORM),
    dn_characters=Fact(_ascii_without('"#;+'), "CT:cybertrust.co.jp/sureserver/support/csr_print.html"),
    dn_length=Fact(64, "CT:cybertrust.co.jp/sureserver/support/csr_print.html"),
    capitalised=Fact(False, "not asked on the CA's pages seen", Confidence.DEDUCED),
    rsa_sizes=Fact((2048,), "CT:cybertrust.ne.jp/sureserver/support/faq/tech_faq06.html"),
    ecdsa=Fact(False, "CT:tech_faq06.html names RSA 2048 only", Confidence.DEDUCED),
    refuses_used_keys=Fact(False, "not asked on the CA's pages seen", Confidence.DEDUCED),
    # OU cannot be named there since 2022-06-23; whether a request that has one is refused or cut is not said.
    dropped_attributes=Fact(frozenset(), "CT: OU not in the subject since 2022-06-23", Confidence.DEDUCED),
)
GLOBALSIGN: t.Final = Authority(
    id="globalsign",
    name="GMO GlobalSign",
    approval_email=Fact(True, _JP_FORM),
    transparency_choice=Fact(False, _JP_FORM),
    dn_characters=Fact(_ascii_without('"$<>\\'), "GS:support/faq/74.html"),
    dn_length=unknown_fact("not on the CA's pages seen"),
    capitalised=Fact(True, "GS:support/cert-management/distinguish-name.html"),
    rsa_sizes=Fact(None, "GS:support/faq/65.html (smaller than 2048 refused since 2010-11-29)"),
    ecdsa=_ECDSA_UNKNOWN,
    refuses_used_keys=Fact(True, "GS:support/faq/65.html; distinguish-name.html"),
    dropped_attributes=Fact(frozenset(), "GS: distinguish-name.html of 2025-01-16", Confidence.DEDUCED),
)
# Of a certificate that the customer brings: its CA was asked elsewhere, and IIJ's forms ask nothing about it.
ELSEWHERE: t.Final = Authority(
    id="elsewhere",
    name="the CA that you have chosen",
    approval_email=Fact(False, "M:9049881: certificate, key and intermediates are uploaded", Confidence.DEDUCED),
    transparency_choice=Fact(False, "M:9049881", Confidence.DEDUCED),
    dn_characters=Fact(frozenset(_ASCII), "nothing of a subject is asked", Confidence.DEDUCED),
    dn_length=unknown_fact("a matter of that CA"),
    capitalised=Fact(False, "nothing of a subject is asked", Confidence.DEDUCED),
    rsa_sizes=unknown_fact("key sizes of brought certificates are not published"),
    ecdsa=unknown_fact("key types of brought certificates are not published"),
    refuses_used_keys=Fact(False, "a matter of that CA", Confidence.DEDUCED),
    dropped_attributes=Fact(frozenset(), "nothing of a subject is asked", Confidence.DEDUCED),
)
AUTHORITIES: t.Final = {authority.id: authority for authority in (DIGICERT, CYBERTRUST, GLOBALSIGN)}

__all__ = ("AUTHORITIES", "CYBERTRUST", "DIGICERT", "ELSEWHERE", "GLOBALSIGN", "Authority")
