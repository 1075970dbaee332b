# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A key that is lost or compromised while a renewal is open: no certificate has it again, whatever `key` says."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site, kinds

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

REASONS: t.Final = ["key_compromised", "key_lost"]


def open_renewal(site: Site, *, by_hand: bool) -> None:
    """The renewal is ordered; a CSR of the key in use is registered, or none yet."""
    site.fields["renewal"] = {"when": "silence" if by_hand else "window", "key": "keep"}
    site.tasks.apply()
    site.desk.ca_work()
    site.tasks.collect()
    site.days_before_end(28)
    if by_hand:
        site.desk.control("POST", "/by-hand", {"contract_id": "rsc00000001", "act": "renew", "term": "6 months"})
    else:
        site.tasks.renew()
        site.desk.ca_reject("rsc00000001", reason="phone")


def declare(site: Site, reason: str) -> str:
    current = site.application()["current"]
    site.fields["reissue"] = {"serial": current["serial_number"], "reason": reason}
    return t.cast("str", current["public_key_fingerprint"])


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("by_hand", [True, False])
def test_the_next_certificate_has_another_key(
    desk: DeskControl, tmp_path: pathlib.Path, reason: str, by_hand: bool
) -> None:
    site = Site(desk, tmp_path)
    open_renewal(site, by_hand=by_hand)
    key = declare(site, reason)
    site.fields["applicant"] = {**sample.APPLICANT, "phone": "03-1111-2222"}
    for run in (site.tasks.renew, site.tasks.apply, site.tasks.renew):
        run()
        assert (site.application()["procedure"] or {}).get("public_key_fingerprint") != key
        desk.ca_work()
    site.tasks.collect()
    assert site.application()["public_key_fingerprint"] != key
    site.hosts.serial("web1", "www")
    assert kinds(desk) == ["new", "renewal"]


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("by_hand", [True, False])
def test_a_supplied_csr_waits_for_another_key(
    desk: DeskControl, tmp_path: pathlib.Path, reason: str, by_hand: bool
) -> None:
    site, csr = Site(desk, tmp_path), tmp_path / "www.csr"
    csr.write_text(sample.csr_of(sample.new_key(), "www.example.jp"), encoding="utf-8")
    site.fields.update(csr_origin="supplied", csr_path=str(csr))
    for field in ("subject", "key", "install", "host"):
        site.fields.pop(field)
    open_renewal(site, by_hand=by_hand)
    state = site.application()["procedure"]["state"]
    key = declare(site, reason)
    site.fields["applicant"] = {**sample.APPLICANT, "phone": "03-1111-2222"}
    for days in (28, 26, 23):  # after the deadline IIJ makes a key of its own
        site.days_before_end(days)
        assert site.tasks.renew()["left_out"], "people are called each day"
        site.tasks.apply()
        assert site.application()["procedure"]["state"] == state
    csr.write_text(sample.csr_of(sample.new_key(), "www.example.jp"), encoding="utf-8")
    site.tasks.renew()
    assert site.application()["procedure"]["public_key_fingerprint"] not in (key, None)
    assert kinds(desk) == ["new", "renewal"]


def reissue_and_revert(site: Site, csr: pathlib.Path, texts: list[str], reason: str) -> str:
    """The reissue and its CSR are taken out of the files again, once it is issued; returns the key of the first CSR."""
    csr.write_text(texts[0], encoding="utf-8")
    site.tasks.apply()
    site.desk.ca_work()
    site.desk.advance(3)
    csr.write_text(texts[1], encoding="utf-8")
    key = declare(site, reason)
    site.tasks.apply()
    site.desk.ca_work()
    assert site.application()["public_key_fingerprint"] != key
    csr.write_text(texts[0], encoding="utf-8")
    del site.fields["reissue"]
    return key


def with_supplied_csr(desk: DeskControl, tmp_path: pathlib.Path, **written: t.Any) -> tuple[Site, pathlib.Path]:
    csr = tmp_path / "www.csr"
    fields = {"csr_origin": "supplied", "csr_path": str(csr), "host": None, "key": None, "install": None}
    return Site(desk, tmp_path, **fields, subject=None, **written), csr


def make_csrs(count: int) -> list[str]:
    return [sample.csr_of(sample.new_key(), "www.example.jp") for _number in range(count)]


def forget(tmp_path: pathlib.Path) -> None:
    (memory,) = (tmp_path / "XDG_STATE_HOME").rglob("*.memory.jsonl")  # of this test alone (conftest)
    memory.unlink()


@pytest.mark.parametrize("reason", REASONS)
def test_a_reverted_csr_brings_no_compromised_key_back(desk: DeskControl, tmp_path: pathlib.Path, reason: str) -> None:
    """The window opens, and closes."""
    site, csr = with_supplied_csr(desk, tmp_path)
    texts = make_csrs(3)
    key = reissue_and_revert(site, csr, texts, reason)
    for days in (29, 28, 25, 23):
        site.days_before_end(days)
        site.tasks.renew()
        assert site.application()["procedure"]["state"] == "awaiting_registration"
        assert "[REISSUE-CSR-SAME]" in site.tasks.run("cert_portfolio", state="planned")["text"]
    csr.write_text(texts[2], encoding="utf-8")
    site.tasks.renew()
    assert site.application()["procedure"]["public_key_fingerprint"] not in (key, None)


def test_a_key_whose_certificate_had_wrong_content_is_kept_as_the_order_says(
    desk: DeskControl, tmp_path: pathlib.Path
) -> None:
    site, csr = with_supplied_csr(desk, tmp_path, renewal={"when": "window", "key": "keep"})
    key = reissue_and_revert(site, csr, make_csrs(2), "wrong_content")
    site.days_before_end(28)
    assert not site.tasks.renew()["left_out"]
    assert site.application()["procedure"]["public_key_fingerprint"] == key


@pytest.mark.parametrize("kept", ["keep", "rotate"])
@pytest.mark.parametrize("said_again", [True, False])
def test_where_nobody_remembers_why_iij_makes_no_key(
    desk: DeskControl, tmp_path: pathlib.Path, kept: str, said_again: bool
) -> None:
    site, csr = with_supplied_csr(desk, tmp_path, renewal={"when": "window", "key": kept})
    key = reissue_and_revert(site, csr, make_csrs(2), "wrong_content")
    forget(tmp_path)
    serial = site.application()["previous"][0]["serial_number"].lstrip("0")
    site.days_before_end(28)
    advice = f'reissue: {{serial: "{serial}", reason: wrong_content}}'
    site.tasks.renew()
    assert advice in site.tasks.run("cert_portfolio", state="planned")["text"]
    assert site.application()["procedure"]["state"] == "awaiting_registration"
    if said_again:
        site.fields["reissue"] = {"serial": serial, "reason": "wrong_content"}
        site.tasks.renew()
        expected = "applied" if kept == "keep" else "awaiting_registration"
        assert site.application()["procedure"]["state"] == expected
    for days in (24, 20):
        site.days_before_end(days)
        site.tasks.renew()
        procedure = site.application()["procedure"]
        assert (procedure["public_key_fingerprint"], procedure["csr_origin"]) == (key, "customer")
        assert "REISSUE-CSR-SAME" not in str(site.tasks.renew().get("complaints")), "it is registered"
