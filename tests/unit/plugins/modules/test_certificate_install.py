# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime as dt
import json
import pathlib
import typing as t

import pytest
from ansible.module_utils import testing
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import certs, deps
from ansible_collections.iij.server_certificate.plugins.modules import certificate_install
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import DAY, UTC, Authority, key_pem, pem


def run(capfd: pytest.CaptureFixture[str], **options: t.Any) -> dict[str, t.Any]:
    """The module's answer, as the controller would read it."""
    with testing.patch_module_args(options), pytest.raises(SystemExit):
        certificate_install.main()
    answer: dict[str, t.Any] = json.loads(capfd.readouterr().out)
    return answer


@pytest.fixture
def issued(tmp_path: pathlib.Path, authority: Authority, ec_key: t.Any) -> tuple[dict[str, t.Any], dict[str, str]]:
    """An order and its contents, valid by the clock of this machine, which the module asks."""
    now = dt.datetime.now(tz=UTC)
    certificate = pem(authority.issue("www.example.jp", key=ec_key, since=now - DAY, until=now + DAY))
    (facts,) = certs.read_certificates(certificate.encode())
    (tmp_path / "www.key").write_bytes(key_pem(ec_key))
    order = {
        "name": "www",
        "common_name": "www.example.jp",
        "certificate_fingerprint": facts.certificate_fingerprint,
        "public_key_fingerprint": facts.public_key_fingerprint,
        "key": {"path": str(tmp_path / "www.key")},
        "install": {"certificate": str(tmp_path / "www.pem"), "full_chain": str(tmp_path / "full.pem")},
    }
    return order, {"certificate": certificate, "chain": authority.chain_pem}


def test_the_two_calls_of_the_controller(
    tmp_path: pathlib.Path,
    capfd: pytest.CaptureFixture[str],
    issued: tuple[dict[str, t.Any], dict[str, str]],
) -> None:
    order, contents = issued
    first = run(capfd, orders=[order])
    assert (first["changed"], first["missing"]) == (False, ["www"])
    assert run(capfd, orders=[order], _ansible_check_mode=True)["changed"]
    planned = run(capfd, orders=[order], certificates={"www": contents}, _ansible_check_mode=True)
    assert planned["installed"][0]["planned"]
    assert not (tmp_path / "www.pem").exists()
    second = run(capfd, orders=[order], certificates={"www": contents, "stranger": {}})
    assert second["installed"][0]["actions"] == ["write_full_chain", "write_certificate"]
    third = run(capfd, orders=[order])
    assert (third["changed"], third["missing"], third["installed"][0]["changed"]) == (False, [], False)


def test_a_refusal_fails_the_task_after_the_others(
    capfd: pytest.CaptureFixture[str], issued: tuple[dict[str, t.Any], dict[str, str]]
) -> None:
    order, contents = issued
    broken = {**order, "name": "broken", "install": {"certificate": "/nonexistent/www.pem"}}
    answer = run(capfd, orders=[broken, order], certificates={"www": contents})
    assert answer["failed"]
    assert answer["changed"]
    assert "1 of 2 orders" in answer["msg"]
    assert "/nonexistent" in answer["msg"]
    assert [row["name"] for row in answer["installed"]] == ["www"]
    assert "Traceback" not in json.dumps(answer)


def test_without_cryptography(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deps, "HAS_CRYPTOGRAPHY", False)
    answer = run(capfd, orders=[])
    assert answer["failed"]
    assert "python3-cryptography" in answer["msg"]
