# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Orders for the tests, as they stand in an order file and as the collection's own value."""

from __future__ import annotations

import datetime as dt
import itertools
import typing as t

from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import read_inline
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

Fields = dict[str, t.Any]

# Rules are judged by the day of issue.
TODAY: t.Final = dt.date(2026, 11, 22)

SUBJECT: t.Final = {
    "state_or_province_name": "Tokyo",
    "locality_name": "Chiyoda-ku",
    "organization_name": "Example Co., Ltd.",
}
APPLICANT: t.Final = {
    "name": "Web Operations",
    "department": "Infrastructure",
    "email": "certs@example.jp",
    "phone": "+81-3-0000-0000",
}
_numbers = itertools.count(1)


def fields(**changes: object) -> Fields:
    """An entry of an order file that keeps every rule; a change to None takes the field away."""
    entry = {
        "name": "www",
        "customer_code": "SG00000001",
        "common_name": "www.example.jp",
        "product": "sureserver_cloud",
        "term": "6 months",
        "usage": "other",
        "csr_origin": "service",
        "subject": SUBJECT,
        "applicant": APPLICANT,
        "terms_agreed": True,
        **changes,
    }
    return {field: value for field, value in entry.items() if value is not None}


def linked_fields(**changes: object) -> Fields:
    """An entry for the only content acceleration contract; its ID is given, as a look-up would have found it."""
    linked: Fields = {
        "name": "cdn",
        "common_name": "cdn.example.jp",
        "product": "secure_server_id_cloud",
        "usage": "linked_service",
        "csr_origin": None,
        "linked_contract": {"service": "gio_content_acceleration", "contract_id": "rga00000001"},
        "approval_email": "admin@example.jp",
        "certificate_transparency": True,
    }
    return fields(**{**linked, **changes})


def order(**changes: object) -> Order:
    """The order of fields() as the collection's own value."""
    (made,) = judge_orders(read_inline([fields(**changes)]), day=TODAY).accept()
    return made


def linked_order(**changes: object) -> Order:
    (made,) = judge_orders(read_inline([linked_fields(**changes)]), day=TODAY).accept()
    return made


def target_order(**changes: object) -> Order:
    """An order whose key and CSR a host makes."""
    return order(**{"csr_origin": "target", "host": "web1", "key": {"path": "/etc/pki/www.key"}, **changes})


def fresh(**changes: object) -> Fields:
    """A name and a common name that no other order has."""
    name = f"n{next(_numbers)}"
    return {"name": name, "common_name": f"{name}.example.jp", **changes}


def certificate() -> Certificate:
    """A certificate in use, as a desk tells it."""
    return Certificate(
        serial_number="0a1b",
        certificate_fingerprint="b" * 64,
        public_key_fingerprint="a" * 64,
        csr_origin="service",
        not_before=dt.datetime(2026, 11, 22, 5, tzinfo=dt.UTC),
        not_after=dt.datetime(2027, 5, 22, 5, tzinfo=dt.UTC),
    )


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def csr_of(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, common_name: str) -> str:
    """A CSR for this name with the organization of SUBJECT, PEM."""
    attributes = {
        NameOID.COUNTRY_NAME: "JP",
        NameOID.STATE_OR_PROVINCE_NAME: SUBJECT["state_or_province_name"],
        NameOID.LOCALITY_NAME: SUBJECT["locality_name"],
        NameOID.ORGANIZATION_NAME: SUBJECT["organization_name"],
        NameOID.COMMON_NAME: common_name,
    }
    name = x509.Name([x509.NameAttribute(kind, value) for kind, value in attributes.items()])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM).decode()
