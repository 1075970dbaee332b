# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that check passes is registered: orders and CSRs of all kinds, judged by both sides.

The collection judges an entry of an order file; what it accepts goes through the rules of the rehearsal desk in the
very words that the collection would send. Both sides share no rule.

Usage: fuzz_registrations.py [--seed N] [--count N]
"""

from __future__ import annotations

import argparse
import collections
import datetime as dt
import functools
import json
import pathlib
import random
import sys
import tempfile
import typing as t

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "collections"), str(ROOT / "rehearsal" / "src")]

from ansible_collections.iij.server_certificate.plugins.plugin_utils._catalogue.products import PRODUCTS  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.wire import (  # noqa: E402
    order_body,
    registration_body,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import read_inline  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders  # noqa: E402
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec, rsa  # noqa: E402
from cryptography.x509.oid import NameOID  # noqa: E402
from rehearsal_desk.rules import catalogue  # noqa: E402
from rehearsal_desk.rules.csrs import UnreadableCsr, read_csr  # noqa: E402
from rehearsal_desk.rules.forms import OrderForm, RegistrationForm  # noqa: E402
from rehearsal_desk.rules.order_rules import Counter, order_breaches  # noqa: E402
from rehearsal_desk.rules.registration_rules import Case, registration_breaches  # noqa: E402

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

Entry = dict[str, t.Any]

DAY: t.Final = dt.date(2026, 11, 26)
CODE: t.Final = "SG00000001"
# What people write, right first: of each field the right values are drawn most often, so that many entries pass.
NAMES: t.Final = (
    "www.example.jp", "shop.example.co.jp", "WWW.Example.Tokyo", "xn--wgv71a.jp", "a.b.c.example.com", "example.net",
    "*.shop.example.jp", "*.example.co.jp", "www.shop.tokyo.jp", "*.tokyo.jp", "*.shibuya.tokyo.jp", "*.co.jp",
    "www.intranet.corp", "host.local", "www.example", "printer.lan", "a.onion", "x.alt", "www.example.invalidtld",
    "192.0.2.1", "日本.jp", "www .example.jp", "ｗｗｗ.example.jp", f"{'a' * 57}.jp", f"{'a' * 58}.example.jp",
    "ab--cd.jp",
)  # fmt: skip
PLACES: t.Final = (
    "Tokyo", "Chiyoda-ku", "Example Co., Ltd.", "Sample & Example K.K.", "A+B Inc.", "chiyoda-ku", "OSAKA", "x" * 64,
    "x" * 65, "y" * 128, "y" * 129, "-", ".", " ", "東京都", 'The "Best" Co.', "a<b", "Kita\u3000ku", "#1", "tab\there",
    "Ōsaka",
)  # fmt: skip
PEOPLE: t.Final = (
    "Web Operations",
    "山田 太郎",
    "Infrastructure",
    "x" * 128,
    "x" * 129,
    "山田\u3000太郎",
    "a\nb",
    " ",
    "\u200b",
)
PHONES: t.Final = (
    "+81-3-0000-0000",
    "03-0000-0000",
    "(03) 0000 0000",
    "０３－１２３４",
    "03-0000-000O",
    "1",
    "+",
    "03-1234-5678 (内線 1)",
)
MAILS: t.Final = (
    "certs@example.jp", "a.b+c@sub.example.co.jp", "nobody", "a@b", "ａ@example.jp", f"{'x' * 65}@example.jp",
    "a b@example.jp",
    f"x@{'y' * 120}.example.jp", "a@example..jp", "山田@example.jp",
)  # fmt: skip
LOCAL_PARTS: t.Final = ("admin", "webmaster", "hostmaster", "Postmaster", "taro")
OIDS: t.Final = {
    "C": NameOID.COUNTRY_NAME, "ST": NameOID.STATE_OR_PROVINCE_NAME, "L": NameOID.LOCALITY_NAME,
    "O": NameOID.ORGANIZATION_NAME, "OU": NameOID.ORGANIZATIONAL_UNIT_NAME, "CN": NameOID.COMMON_NAME,
    "E": NameOID.EMAIL_ADDRESS,
}  # fmt: skip


class Disagreement(Exception):
    """The desk refuses what the check passed."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=20_000)
    options = parser.parse_args()
    seen = run(seed=options.seed, count=options.count)
    print(json.dumps(dict(sorted(seen.items()))))
    return 0


def run(*, seed: int, count: int) -> collections.Counter[str]:
    """Draw so many entries; returns how many were refused, and how many were registered for each product and origin.

    Raises Disagreement with the entry.
    """
    seen: collections.Counter[str] = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            source = random.Random(f"{seed}/{number}")
            path = pathlib.Path(folder, "made.csr")
            entry = draw_entry(source, path)
            judged = judge_orders(read_inline([entry]), day=DAY)
            if any(complaint.severity == "error" for complaint in judged.complaints):
                seen["refused"] += 1
                continue
            (order,) = judged.accept()
            faults = faults_at_desk(order)
            if faults:
                raise Disagreement(f"{seed}/{number}: {json.dumps(entry, ensure_ascii=False)}\n{faults}")
            seen[f"{order.product.id} {order.csr_origin}"] += 1
    return seen


def faults_at_desk(order: Order) -> list[str]:
    """Every rule of the rehearsal desk that an accepted order breaks, from its purchase to its registration."""
    product = catalogue.PRODUCTS[order.product.id]
    form = OrderForm.model_validate(order_body(order))
    linked = order.linked_contract.service if order.linked_contract else None
    counter = Counter(customer_codes=frozenset({CODE}), offer=catalogue.PRODUCTS, linked_service=linked)
    # Which terms a product has is the desk's own list, and nobody's rule.
    found = [breach for breach in order_breaches(form, counter=counter) if breach.attribute != "term"]
    if product.brought:  # nothing is registered for it
        return [f"{breach.attribute}: {breach.message}" for breach in found]
    csr, fault = None, None
    if order.csr is not None:
        try:
            csr = read_csr(order.csr.pem)
        except UnreadableCsr as error:
            fault = str(error)
    case = Case(
        product=product, common_name=order.common_name, usage=order.usage.value, csr=csr, csr_fault=fault,
        key_used_elsewhere=False,
    )  # fmt: skip
    registration = RegistrationForm.model_validate(registration_body(order, order.csr.pem if order.csr else None))
    found += registration_breaches(registration, case=case)
    return [f"{breach.attribute}: {breach.message}" for breach in found]


def draw_entry(source: random.Random, path: pathlib.Path) -> Entry:
    """An entry of an order file, nearly right; a CSR that it supplies is written to the path."""
    product = source.choice(list(PRODUCTS.values()))
    linked = product.linked_services.value
    usage = "linked_service" if linked or source.random() < 0.1 else "other"
    wildcards = [name for name in NAMES if product.wildcard.value in (None, name.startswith("*"))]
    name = likely(source, wildcards if source.random() < 0.95 else NAMES)
    entry: Entry = {
        "name": "www", "customer_code": CODE, "common_name": name, "product": product.id, "usage": usage,
        "term": source.choice(("6 months", "1 year")), "terms_agreed": True, "applicant": draw_applicant(source),
    }  # fmt: skip
    if product.authority.approval_email.value:
        labels = name.lower().removeprefix("*.").split(".")
        domain = ".".join(labels[source.randrange(len(labels)) :]) if source.random() < 0.4 else ".".join(labels)
        entry["approval_email"] = f"{likely(source, LOCAL_PARTS)}@{domain}"
    if product.authority.transparency_choice.value:
        entry["certificate_transparency"] = source.random() < 0.9
    if usage == "linked_service":
        service = source.choice(linked) if linked else "gio_content_acceleration"
        entry["linked_contract"] = {"service": service, "contract_id": "gca00000001"}
        if product.brought:
            return {field: value for field, value in entry.items() if field != "applicant"}
        return {**entry, **draw_subject(source)}
    if source.random() < 0.3:
        return {**entry, "csr_origin": "service", **draw_subject(source)}
    path.write_bytes(draw_csr(source, name))
    return {**entry, "csr_origin": "supplied", "csr_path": str(path)}


def draw_applicant(source: random.Random) -> Entry:
    return {
        "name": likely(source, PEOPLE), "department": likely(source, PEOPLE), "email": likely(source, MAILS),
        "phone": likely(source, PHONES),
    }  # fmt: skip


def draw_subject(source: random.Random) -> Entry:
    names = ("state_or_province_name", "locality_name", "organization_name")
    return {"subject": {name: likely(source, PLACES) for name in names if source.random() < 0.97}}


def draw_csr(source: random.Random, name: str) -> bytes:
    """A sound request with any subject and one of a few keys; now and then in other bytes."""
    attributes = [("C", likely(source, ("JP", "JP", "JP", "jp", "US")))] if source.random() < 0.9 else []
    attributes += [(field, likely(source, PLACES)) for field in ("ST", "L", "O") if source.random() < 0.9]
    attributes += [(field, "Web") for field in ("OU", "E", "O", "CN") if source.random() < 0.05]
    attributes += [("CN", name if source.random() < 0.95 else "other.example.jp")]
    # The library knows no empty value, and no country of another length.
    values = [x509.NameAttribute(OIDS[field], value, _validate=False) for field, value in attributes if value]
    key = source.choice(keys())
    digest = hashes.SHA256() if source.random() < 0.95 else hashes.SHA512()
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(values)).sign(key, digest)
    if source.random() < 0.05:
        return request.public_bytes(serialization.Encoding.DER)
    pem = request.public_bytes(serialization.Encoding.PEM)
    return pem if source.random() < 0.9 else b"\xef\xbb\xbf" + pem.replace(b"\n", b"\r\n")


@functools.cache
def keys() -> tuple[rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, ...]:
    sizes = (2048, 2048, 2048, 2048, 3072, 1024)
    curves = (ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1(), ec.SECP256K1())
    return (
        *(rsa.generate_private_key(65537, size) for size in sizes),
        *(ec.generate_private_key(curve) for curve in curves),
    )


def likely(source: random.Random, values: t.Sequence[str]) -> str:
    """One of the values, the first ones far more often than the last."""
    return (
        values[min(int(source.expovariate(1.2)), len(values) - 1)] if source.random() < 0.9 else source.choice(values)
    )


if __name__ == "__main__":
    sys.exit(main())
