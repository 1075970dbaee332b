# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stranger's hour: the first page and the guides that it links to, typed in one shell and one empty home."""

from __future__ import annotations

import collections
import json
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.docs.guide_scripts import follow
from ansible_collections.iij.server_certificate.tests.docs.strangers import (
    FIRST_PAGE,
    HOUR,
    environment_of,
    lay_clone,
    pages_of,
)
from ansible_collections.iij.server_certificate.tests.release.copies import ROOT
from cryptography import x509
from cryptography.hazmat.primitives import serialization

WAY: t.Final = (
    "guides/first-order.md",
    "guides/everyday-changes.md",
    "guides/rehearsing.md",
    "portal.md",
    "guides/renewals.md",
    "forecast.md",
)
PLAYBOOKS: t.Final = ("check", "plan", "apply", "collect", "import", "doctor", "renew", "forecast")
# The first order, one whose answer is lost, one more after a rejection, and one with its renewal; then the portal's.
PAID: t.Final = {"place": 4, "renew": 1}
PAID_AT_THE_PORTAL: t.Final = {"place": 1}


@pytest.mark.parametrize("language", FIRST_PAGE)
def test_the_first_page_links_to_every_page_of_the_way(language: str) -> None:
    text = (ROOT / FIRST_PAGE[language]).read_text(encoding="utf-8")
    folder = "docs" if language == "en" else f"docs/{language}"
    assert [page for page in WAY if f"]({folder}/{page})" not in text] == []


def test_the_first_command_is_run_by_ci() -> None:
    first = next(step.command for step in pages_of("en") if step.command)
    assert first.text in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


@pytest.mark.long
@pytest.mark.parametrize("language", FIRST_PAGE)
def test_from_the_first_page_to_a_certificate_a_renewal_and_a_forecast(tmp_path: pathlib.Path, language: str) -> None:
    """Every command ends as told and says what its page shows; then what lies there is looked at."""
    home = tmp_path / "home"
    clone = lay_clone(home)
    steps = pages_of(language, *WAY)
    typed = "\n".join(step.command.text for step in steps if step.command)
    assert [
        name for name in PLAYBOOKS if f"server_certificate.{name} " not in typed and f"play {name}" not in typed
    ] == []
    follow(steps, folder=clone, environment=environment_of(home, language), patience=HOUR)
    place = home / "first-order"
    renewed_in_place(place)
    (ledger,) = (home / ".local/state/iij.server_certificate").glob("*.ledger.jsonl")
    assert [paid_by(ledger), paid_by(place / "portal.jsonl")] == [PAID, PAID_AT_THE_PORTAL]
    assert "contract_id: rsc00000001" in (place / "adopted" / "web.yml").read_text(encoding="utf-8")
    assert json.loads((place / "build" / "forecast.json").read_text(encoding="utf-8"))["total"]["yen"] >= 30000


def renewed_in_place(place: pathlib.Path) -> None:
    """The certificate in use is the order's, fits the key beside it, and that key is another than before."""
    leaf = x509.load_pem_x509_certificate((place / "web1/www.pem").read_bytes())
    keys = [
        serialization.load_pem_private_key((place / name).read_bytes(), None).public_key()
        for name in ("web1/www.key", "before.key")
    ]
    assert leaf.subject.rfc4514_string().startswith("CN=www.example.jp")
    assert leaf.public_key() == keys[0] != keys[1]


def paid_by(ledger: pathlib.Path) -> dict[str, int]:
    """How often each kind of spending was booked, as the ledger says, which outlives the desks."""
    lines = [json.loads(line) for line in ledger.read_text(encoding="utf-8").splitlines()]
    booked = [line for line in lines if line["kind"] == "outcome" and line.get("booked")]
    return dict(collections.Counter(line["step"] for line in booked))
