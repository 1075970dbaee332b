# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A year of one name with two contracts: ordered, registered, confirmed, issued, cancelled, and ordered again."""

from __future__ import annotations

import datetime as dt
import time

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from rehearsed import TOKYO, Rehearsal, csr_of, parsed

START = dt.date(2026, 12, 1)


def test_a_year_of_a_contracts_life_in_two_seconds(desk: Rehearsal, p_256: ec.EllipticCurvePrivateKey) -> None:
    """Whoever wants a new contract instead of a renewal cancels the old one, else silence renews it."""
    started = time.process_time()  # of this process, desk included: a busy machine fails nobody
    desk.set_clock(f"{START}T00:00:00Z")
    lives = [one_life(desk, p_256, generation=generation) for generation in (1, 2)]
    assert desk.control("GET", "/clock")["now"] >= "2027-12-01"
    # The first is issued under the rule of 200 days, the second under that of 100 [BR 6.3.2]; whole days are counted.
    assert [life.days for life in lives] == [198, 98]
    assert desk.purchases() == 2
    assert [entry["act"] for entry in desk.control("GET", "/audit")["results"]] == ["purchase", "certificate"] * 2
    assert time.process_time() - started < 2


def one_life(desk: Rehearsal, key: ec.EllipticCurvePrivateKey, *, generation: int) -> dt.timedelta:
    """From the order to the day after expiry; the certificate's life."""
    reference = f"default/www/{generation}"
    contract_id = desk.place(client_reference=reference, product="secure_server_id", term="1 year")["contract_id"]
    desk.advance(29)
    assert desk.show(contract_id)["next_action"] == "register"
    brought = {"csr_origin": "customer", "csr": csr_of(key, **TOKYO), "subject": None}
    desk.register(contract_id, **brought, approval_email="admin@example.jp", certificate_transparency=True)
    desk.advance(7)
    desk.control("POST", "/ca/contact")
    for confirmation in ("domain", "intention", "documents"):
        assert confirmation in desk.show(contract_id)["confirmations"]
        desk.control("POST", "/ca/answer", {"contract_id": contract_id, "confirmation": confirmation})
    issued = desk.show(contract_id)
    assert (issued["state"], issued["next_action"]) == ("issued", "collect")
    answer = desk.api("GET", f"/applications/{contract_id}/certificate")[1]["result"]
    leaf = x509.load_pem_x509_certificate(answer["certificate"].encode())
    for day in ("not_before", "not_after"):
        assert parsed(issued[day]) == getattr(leaf, f"{day.replace('not_', 'not_valid_')}_utc")
    desk.api("POST", f"/applications/{contract_id}/cancellation", {"contract_id": contract_id})
    life = parsed(issued["not_after"]) - parsed(issued["not_before"])
    desk.advance(life.days)
    assert desk.show(contract_id)["state"] == "issued"
    desk.advance(1)
    assert desk.show(contract_id)["state"] == "cancelled"
    return life
