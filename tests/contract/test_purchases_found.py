# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A purchase whose run did not live to write down what came of it: the next apply accounts for it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger import Ledger, LedgerUnusable
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger_audit import Audit, audit_ledger
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


class Killed(BaseException):
    """The end of a run."""


def audit(folder: pathlib.Path) -> Audit:
    (file,) = folder.rglob("*.ledger.jsonl")
    return audit_ledger(file)


def test_what_is_found_at_the_desk_is_written_once(
    desk: DeskControl, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(desk, tmp_path)

    def die(_ledger: Ledger, _step: str, **_facts: t.Any) -> None:
        raise Killed

    with monkeypatch.context() as killed, pytest.raises(Killed):
        killed.setattr(Ledger, "conclude", die)
        site.tasks.apply()
    (intent,) = audit(tmp_path).list_unsettled()
    assert intent["order"] == "www"
    site.tasks.apply()
    site.tasks.apply()
    whole = audit(tmp_path)
    assert whole.is_intact(None) and not whole.list_unsettled()
    (seen,) = [line for line in whole.lines if line["kind"] == "seen"]
    (contract_id,) = desk.list_applications()
    assert (seen["booked"], seen["order"], seen["step"]) == (contract_id, "www", "place")
    assert len(desk.purchases()) == 1


def test_a_disk_that_is_full_after_a_purchase_hides_nothing(
    desk: DeskControl, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report of the run names what was bought, beside the failure."""
    site = Site(desk, tmp_path)

    def fail(_ledger: Ledger, _step: str, **_facts: t.Any) -> None:
        raise LedgerUnusable("No space left on device")

    monkeypatch.setattr(Ledger, "conclude", fail)
    site.tasks.run("cert_portfolio", state="prepared")
    result = site.tasks.run("cert_portfolio", state="applied")
    (contract_id,) = desk.list_applications()
    (row,) = result["orders"]
    assert (row["contract_id"], row["standing"]) == (contract_id, "to_register")
    assert "No space left" in row["error"] and result["failed"]


def test_what_was_written_is_not_written_again(desk: DeskControl, tmp_path: pathlib.Path) -> None:
    site = Site(desk, tmp_path)
    site.first_certificate()
    site.tasks.apply()
    assert [line["kind"] for line in audit(tmp_path).lines if line["step"] == "place"] == ["intent", "outcome"]
