# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The CA's faults: what is handed out wrong is wrong in one way only, and right again afterwards."""

from __future__ import annotations

import datetime as dt
import typing as t

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
from rehearsed import TOKYO, Rehearsal, csr_of, parsed, served, settings_for

pytestmark = pytest.mark.xdist_group("mishaps")  # one desk for all of them

ADDRESS: t.Final = {"approval_email": "admin@example.jp"}
DOWNLOAD: t.Final = "/applications/*/certificate"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Rehearsal]:
    with served(settings_for(tmp_path_factory.mktemp("desk") / "desk.sqlite3")) as rehearsal:
        yield rehearsal


@pytest.fixture(scope="module")
def contract_id(desk: Rehearsal, p_256: ec.EllipticCurvePrivateKey) -> str:
    """An issued application."""
    placed = desk.place(product="organization_ssl")["contract_id"]
    desk.register(placed, csr_origin="customer", csr=csr_of(p_256, **TOKYO), subject=None, **ADDRESS)
    desk.control("POST", "/ca/work")
    return str(placed)


class Handed(t.NamedTuple):
    """What a download gave."""

    leaf: x509.Certificate
    chain: list[x509.Certificate]
    fields: dict[str, t.Any]

    def verify(self, root: str, *, name: str = "www.example.jp") -> None:
        store = Store([x509.load_pem_x509_certificate(root.encode())])
        at = self.leaf.not_valid_before_utc + dt.timedelta(days=1)
        verifier = PolicyBuilder().store(store).time(at).build_server_verifier(x509.DNSName(name))
        verifier.verify(self.leaf, self.chain)


def handed_out(desk: Rehearsal, contract_id: str, fault: str | None = None) -> Handed:
    desk.control("PUT", "/faults", {"faults": [{"name": fault}] if fault else []})
    fields = desk.api("GET", f"/applications/{contract_id}/certificate")[1]["result"]
    leaf = x509.load_pem_x509_certificate(fields["certificate"].encode())
    # What is wrong is wrong in a consistent way: the fields are those of the certificate in hand.
    assert fields["certificate_fingerprint"] == leaf.fingerprint(hashes.SHA256()).hex()
    assert int(fields["serial_number"], 16) == leaf.serial_number
    assert parsed(fields["not_after"]) == leaf.not_valid_after_utc
    return Handed(leaf, x509.load_pem_x509_certificates(fields["chain"].encode()), fields)


@pytest.fixture(autouse=True)
def right_again(desk: Rehearsal, contract_id: str) -> t.Iterator[None]:
    before = handed_out(desk, contract_id).fields
    yield
    assert handed_out(desk, contract_id).fields == before


def test_a_certificate_for_another_key(desk: Rehearsal, contract_id: str, p_256: ec.EllipticCurvePrivateKey) -> None:
    handed = handed_out(desk, contract_id, "certificate_for_another_key")
    assert handed.leaf.public_key() != p_256.public_key()
    handed.verify(desk.root())


def test_a_wrong_common_name(desk: Rehearsal, contract_id: str, p_256: ec.EllipticCurvePrivateKey) -> None:
    handed = handed_out(desk, contract_id, "wrong_common_name")
    assert handed.leaf.public_key() == p_256.public_key()
    with pytest.raises(VerificationError):
        handed.verify(desk.root())
    handed.verify(desk.root(), name="rehearsal-mistake.example.jp")


def test_an_incomplete_chain(desk: Rehearsal, contract_id: str) -> None:
    handed = handed_out(desk, contract_id, "incomplete_chain")
    (lower,) = handed.chain
    handed.leaf.verify_directly_issued_by(lower)
    with pytest.raises(VerificationError):
        handed.verify(desk.root())


def test_a_misordered_chain(desk: Rehearsal, contract_id: str) -> None:
    handed = handed_out(desk, contract_id, "misordered_chain")
    upper, lower = handed.chain
    handed.leaf.verify_directly_issued_by(lower)
    lower.verify_directly_issued_by(upper)
    handed.verify(desk.root())  # whoever sorts finds the way


def test_an_expired_issuer(desk: Rehearsal, contract_id: str) -> None:
    handed = handed_out(desk, contract_id, "expired_issuer")
    (issuer,) = handed.chain
    handed.leaf.verify_directly_issued_by(issuer)
    assert issuer.not_valid_after_utc < handed.leaf.not_valid_before_utc
    with pytest.raises(VerificationError):
        handed.verify(desk.root())


def test_the_ca_refuses_documents_once(desk: Rehearsal) -> None:
    placed = desk.place(client_reference="default/documents/1")["contract_id"]
    desk.register(placed)
    desk.control("PUT", "/faults", {"faults": [{"name": "ca_refuses_documents"}]})
    only = {"contract_ids": [placed]}
    assert desk.control("POST", "/ca/work", only)["results"][0]["state"] == "awaiting_confirmation"
    waiting = desk.show(placed)
    assert (waiting["confirmations"], waiting["next_action_by"]) == (["documents"], "applicant")
    assert desk.control("POST", "/ca/work", only)["results"][0]["state"] == "issued"


def test_the_ca_refuses_documents_that_are_answered_alone(desk: Rehearsal) -> None:
    placed = desk.place(client_reference="default/documents/2")["contract_id"]
    desk.register(placed)
    desk.control("POST", "/ca/contact", {"contract_ids": [placed]})
    desk.control("PUT", "/faults", {"faults": [{"name": "ca_refuses_documents", "path": f"/applications/{placed}/*"}]})
    for confirmation in ("documents", "domain", "intention"):
        desk.control("POST", "/ca/answer", {"contract_id": placed, "confirmation": confirmation})
    assert desk.show(placed)["confirmations"] == ["documents"]
    desk.control("POST", "/ca/answer", {"contract_id": placed, "confirmation": "documents"})
    assert desk.show(placed)["state"] == "issued"
