# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from ansible.module_utils import testing
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import deps
from ansible_collections.iij.server_certificate.plugins.modules import csr_register


def run(capfd: pytest.CaptureFixture[str], **options: t.Any) -> dict[str, t.Any]:
    """The module's answer, as the controller would read it."""
    with testing.patch_module_args(options), pytest.raises(SystemExit):
        csr_register.main()
    answer: dict[str, t.Any] = json.loads(capfd.readouterr().out)
    return answer


def order(folder: pathlib.Path, name: str) -> dict[str, t.Any]:
    key = {"type": "ECDSA", "curve": "P-256", "path": str(folder / f"{name}.key")}
    fields = {"name": name, "common_name": f"{name}.example.jp", "subject": {}, "product": "quick_ssl"}
    return {**fields, "csr_origin": "target", "key": key}


def test_keys_and_csrs_in_one_execution(tmp_path: pathlib.Path, capfd: pytest.CaptureFixture[str]) -> None:
    wanted = [order(tmp_path, name) for name in "abc"]
    planned = run(capfd, orders=wanted, _ansible_check_mode=True)
    assert (planned["changed"], [row["planned"] for row in planned["csrs"]]) == (True, [True] * 3)
    assert list(tmp_path.iterdir()) == []
    made = run(capfd, orders=wanted, portfolio="default", lang="en")
    assert [row["actions"] for row in made["csrs"]] == [["create_key", "create_csr"]] * 3
    again = run(capfd, orders=wanted)
    assert not again["changed"]
    assert [row["csr"] for row in again["csrs"]] == [row["csr"] for row in made["csrs"]]


@pytest.mark.parametrize(("lang", "word"), [("en", "2 of 3 orders"), ("ja", "3件のうち2件"), (None, "2 of 3 orders")])
def test_all_failures_are_in_one_message(
    tmp_path: pathlib.Path, capfd: pytest.CaptureFixture[str], lang: str | None, word: str
) -> None:
    (tmp_path / "z.key").write_text("nonsense")
    (tmp_path / "a.key").mkdir()
    failed = run(capfd, orders=[order(tmp_path, name) for name in "zba"], **({"lang": lang} if lang else {}))
    assert failed["failed"]
    assert failed["changed"]
    assert word in failed["msg"]
    assert failed["msg"].index("- a: ") < failed["msg"].index("- z: ")
    assert [row["name"] for row in failed["failures"]] == ["a", "z"]
    assert [row["name"] for row in failed["csrs"]] == ["b"]
    assert "Traceback" not in json.dumps(failed)


def test_desk_options_are_not_looked_at(tmp_path: pathlib.Path, capfd: pytest.CaptureFixture[str]) -> None:
    answer = run(capfd, orders=[], desk_url="https://desk.invalid", desk_token="very secret")
    assert not answer["changed"]
    assert "very secret" not in json.dumps(answer)


def test_without_cryptography(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deps, "HAS_CRYPTOGRAPHY", False)
    answer = run(capfd, orders=[])
    assert answer["failed"]
    assert "python3-cryptography" in answer["msg"]
