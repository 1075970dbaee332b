# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""By hand, the CSR or the certificate of a contract outlives its row in the register, which a merge may have lost."""

from __future__ import annotations

import dataclasses as dc
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import DAY, NOW, pem, self_signed

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

EMPTY: t.Final = "version: 1\ncontracts: []\n"
BOUGHT: t.Final = """version: 1
contracts:
- contract_id: rsc00000077
  client_reference: default/www/1
  common_name: www.example.jp
  product: sureserver_cloud
  term: 6 months
  state: awaiting_registration
  ordered_at: 2026-11-29
"""


class ByHand:
    def __init__(self, desk: DeskControl, folder: pathlib.Path) -> None:
        self.folder = folder / "desk"
        self.folder.mkdir()
        by_hand = {"desk": "by_hand", "desk_folder": str(self.folder)}
        self.tasks = dc.replace(Site(desk, folder).tasks, desk=lambda _role: by_hand, results=[])

    def register(self, text: str) -> None:
        (self.folder / "register.yml").write_text(text, encoding="utf-8")

    def refused(self, state: str, **options: t.Any) -> bool:
        result = self.tasks.run("cert_portfolio", state=state, **options)
        rules = [complaint["rule"] for complaint in result.get("complaints", ())]
        assert result.get("failed", False) is ("REGISTER-LACKS" in rules), result.get("msg")
        return "REGISTER-LACKS" in rules


@pytest.fixture
def hand(desk: DeskControl, tmp_path: pathlib.Path) -> ByHand:
    return ByHand(desk, tmp_path)


def test_a_csr_without_its_contract_is_a_mistake_where_its_name_would_be_bought(hand: ByHand) -> None:
    hand.register(BOUGHT)
    hand.tasks.apply()
    csr = hand.folder / "csrs" / "rsc00000077.csr"
    assert csr.is_file()
    hand.register(EMPTY)
    assert hand.refused("planned") and hand.refused("applied")
    assert not (hand.folder / "sheets" / "group_admin.md").exists(), "nobody is asked to buy"
    assert not hand.refused("collected") and not hand.refused("applied", due_only=True), "the others go on"
    hand.register(BOUGHT)
    assert not hand.refused("planned")
    hand.register(EMPTY)
    csr.unlink()
    assert not hand.refused("planned"), "people say so"


@pytest.mark.parametrize(("name", "is_refused"), [("www.example.jp", True), ("shop.example.jp", False)])
@pytest.mark.parametrize("place", ["csrs/rsc00000078.csr", "certificates/rsc00000078.pem"])
def test_what_is_kept_of_another_name_stops_nothing(hand: ByHand, name: str, place: str, is_refused: bool) -> None:
    hand.register(EMPTY)
    kept = hand.folder / place
    kept.parent.mkdir()
    csr = sample.csr_of(sample.new_key(), name)
    kept.write_text(csr if place.startswith("csrs") else pem(self_signed(name, authority=False)[1]), encoding="ascii")
    (kept.parent / f"broken{kept.suffix}").write_text("<<<<<<< HEAD\n", encoding="ascii")
    (kept.parent / f"link{kept.suffix}").symlink_to(kept)
    assert hand.refused("planned") is is_refused


def test_a_certificate_that_has_ended_stops_no_purchase(hand: ByHand) -> None:
    """Whoever took an old contract out of the register may buy the name again."""
    hand.register(EMPTY)
    for place in ("certificates", "csrs"):
        (hand.folder / place).mkdir()
    csr = hand.folder / "csrs" / "rsc00000078.csr"
    csr.write_text(sample.csr_of(sample.new_key(), "www.example.jp"), encoding="ascii")
    assert hand.refused("planned")
    ended = self_signed("www.example.jp", authority=False, since=NOW - 400 * DAY, until=NOW - 200 * DAY)[1]
    (hand.folder / "certificates" / "rsc00000078.pem").write_text(pem(ended), encoding="ascii")
    assert not hand.refused("planned")
