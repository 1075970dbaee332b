# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The CA's mistakes, on demand: certificates and chains that are handed out wrong, documents that are refused.

What the desk keeps stays right; only what it hands out while such a fault is in force is wrong, in a consistent way.
"""

from __future__ import annotations

import datetime as dt
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

from rehearsal_desk.desk.authority import CertificationAuthority, Signer, key_of, pem, serial_number
from rehearsal_desk.rules.catalogue import PRODUCTS
from rehearsal_desk.rules.wording import say
from rehearsal_desk.store.faults import Fault, FaultList, Kind, Setting, register
from rehearsal_desk.store.store import Application, Procedure

CA_REFUSES_DOCUMENTS: t.Final = "ca_refuses_documents"
CERTIFICATE_FOR_ANOTHER_KEY: t.Final = "certificate_for_another_key"
WRONG_COMMON_NAME: t.Final = "wrong_common_name"
INCOMPLETE_CHAIN: t.Final = "incomplete_chain"
MISORDERED_CHAIN: t.Final = "misordered_chain"
EXPIRED_ISSUER: t.Final = "expired_issuer"
REVOKES_EARLY: t.Final = "revokes_early"

# The certificate that a reissue replaces may be revoked from so many days after the issue on [M:2261110].
_DAYS_TO_REVOCATION: t.Final = 30


def _handed_out(name: str, does: str, *settings: Setting) -> Kind:
    path = "/applications/*/certificate"
    return Kind(name=name, stage="ca", does=does, methods=("GET",), path=path, settings=settings)


_WRONG: t.Final = (
    _handed_out(
        CERTIFICATE_FOR_ANOTHER_KEY,
        say(
            "hands out a certificate for a key that nobody has",
            "誰も持っていない鍵の証明書を渡す",
        ),
    ),
    _handed_out(
        WRONG_COMMON_NAME,
        say(
            "hands out a certificate for another name",
            "別の名前の証明書を渡す",
        ),
        Setting(
            name="common_name",
            default="rehearsal-mistake.example.jp",
            does=say(
                "that name",
                "その名前",
            ),
        ),
    ),
    _handed_out(
        INCOMPLETE_CHAIN,
        say(
            "issues through two intermediates and leaves out the one that the root has signed",
            "2つの中間CAを経て発行し、ルートが署名した中間CA証明書を省く",
        ),
    ),
    _handed_out(
        MISORDERED_CHAIN,
        say(
            "issues through two intermediates and hands them out in the wrong order",
            "2つの中間CAを経て発行し、中間CA証明書を誤った順序で渡す",
        ),
    ),
    _handed_out(
        EXPIRED_ISSUER,
        say(
            "hands out a certificate whose issuer has expired",
            "発行者の有効期限が切れた証明書を渡す",
        ),
    ),
)
_NAMES: t.Final = frozenset(kind.name for kind in _WRONG)

register(
    *_WRONG,
    Kind(
        name=CA_REFUSES_DOCUMENTS,
        stage="ca",
        does=say(
            "does not accept the documents: they stay open when the applicant answers; the path names the application",
            "書類を受け付けない。回答しても回答待ちのまま (パスでお申し込みを指定)",
        ),
        methods=("POST",),
        path="/applications/*/documents",
    ),
    Kind(
        name=REVOKES_EARLY,
        stage="ca",
        does=say(
            "lets the CA revoke what a reissue replaces earlier than the manual says, so many days after the issue",
            "再発行前の証明書を、マニュアルより早く、発行から指定した日数で認証局が失効させる",
        ),
        methods=("POST",),
        path="/applications/*/reissues",
        settings=(
            Setting(
                name="days",
                default=1,
                does=say(
                    "days",
                    "日数",
                ),
            ),
        ),
    ),
)


class Mishaps:
    """Lets what the desk hands out meet the CA's faults."""

    def __init__(self, faults: FaultList, *, authority: CertificationAuthority) -> None:
        self._faults = faults
        self._authority = authority

    def refuse_documents(self, application: Application) -> bool:
        """Check whether the CA refuses the documents of this application this time."""
        path = f"/applications/{application.contract_id}/documents"
        return self._faults.take("ca", method="POST", path=path, names={CA_REFUSES_DOCUMENTS}) is not None

    def days_to_revocation(self, application: Application) -> int:
        """Return how many days after a reissue the certificate that it replaces may be revoked, this time."""
        path = f"/applications/{application.contract_id}/reissues"
        fault = self._faults.take("ca", method="POST", path=path, names={REVOKES_EARLY})
        return _DAYS_TO_REVOCATION if fault is None else fault.number("days")

    def befall(self, procedure: Procedure) -> None:
        """Spoil certificate and chain of this procedure, which belongs to no session, if a fault says so."""
        path = f"/applications/{procedure.contract_id}/certificate"
        fault = self._faults.take("ca", method="GET", path=path, names=_NAMES)
        if fault is None or procedure.certificate is None:
            return
        right = x509.load_pem_x509_certificate(procedure.certificate.encode())
        leaf, chain = self._spoilt(right, procedure.application, fault)
        procedure.certificate = pem(leaf)
        procedure.chain = "".join(map(pem, chain))
        procedure.certificate_fingerprint = leaf.fingerprint(hashes.SHA256()).hex()
        procedure.serial_number = f"{leaf.serial_number:x}"

    def _spoilt(
        self, leaf: x509.Certificate, application: Application, fault: Fault
    ) -> tuple[x509.Certificate, tuple[x509.Certificate, ...]]:
        name = fault.kind.name
        if name in (INCOMPLETE_CHAIN, MISORDERED_CHAIN):
            upper = self._authority.intermediate("Rehearsal Upper Intermediate", path_length=1)
            lower = self._authority.intermediate("Rehearsal Lower Intermediate", issuer=upper)
            wrong = (lower,) if name == INCOMPLETE_CHAIN else (upper, lower)
            return _reissued(leaf, signer=lower), tuple(signer.certificate for signer in wrong)
        if name == EXPIRED_ISSUER:
            past = leaf.not_valid_before_utc - dt.timedelta(days=1)
            signer = self._authority.intermediate("Rehearsal Expired Intermediate", not_after=past)
            return _reissued(leaf, signer=signer), (signer.certificate,)
        signer = self._authority.signer_for(PRODUCTS[application.product].authority)
        key = _stranger(leaf.public_key()) if name == CERTIFICATE_FOR_ANOTHER_KEY else None
        common_name = fault.text("common_name") if name == WRONG_COMMON_NAME else None
        return _reissued(leaf, signer=signer, key=key, common_name=common_name), (signer.certificate,)


def _reissued(
    leaf: x509.Certificate,
    *,
    signer: Signer,
    key: CertificatePublicKeyTypes | None = None,
    common_name: str | None = None,
) -> x509.Certificate:
    """Return the leaf once more, from this signer, for this key and name."""
    subject_key = key or leaf.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(leaf.subject if common_name is None else _renamed(leaf.subject, common_name))
        .issuer_name(signer.certificate.subject)
        .public_key(subject_key)
        .serial_number(serial_number())
        .not_valid_before(leaf.not_valid_before_utc)
        .not_valid_after(leaf.not_valid_after_utc)
    )
    for extension in leaf.extensions:
        value: x509.ExtensionType = extension.value
        if isinstance(value, x509.AuthorityKeyIdentifier):
            value = key_of(signer.certificate.public_key())
        elif isinstance(value, x509.SubjectKeyIdentifier):
            value = x509.SubjectKeyIdentifier.from_public_key(subject_key)
        elif isinstance(value, x509.SubjectAlternativeName) and common_name is not None:
            value = x509.SubjectAlternativeName([x509.DNSName(common_name)])
        builder = builder.add_extension(value, critical=extension.critical)
    return builder.sign(signer.key, hashes.SHA256())


def _renamed(subject: x509.Name, common_name: str) -> x509.Name:
    last = x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)
    return x509.Name([*(item for item in subject if item.oid != x509.NameOID.COMMON_NAME), last])


def _stranger(key: CertificatePublicKeyTypes) -> CertificatePublicKeyTypes:
    """Return a key of the same kind that nobody has: its private half is forgotten here."""
    if isinstance(key, rsa.RSAPublicKey):
        return rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    return ec.generate_private_key(ec.SECP256R1()).public_key()
