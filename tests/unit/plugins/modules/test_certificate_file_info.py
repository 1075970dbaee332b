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
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import bundles, certs
from ansible_collections.iij.server_certificate.plugins.modules import certificate_file_info
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import DAY, UTC, Authority, key_pem, pem
from cryptography.hazmat.primitives.asymmetric import ec


@pytest.fixture
def www(tmp_path: pathlib.Path, authority: Authority, ec_key: t.Any) -> dict[str, t.Any]:
    """A host with a key and a certificate for it that lasts 10 days and a bit."""
    now = dt.datetime.now(tz=UTC)
    until = now + 10 * DAY + dt.timedelta(hours=1)
    certificate = pem(authority.issue("www.example.jp", key=ec_key, since=now - DAY, until=until))
    (tmp_path / "www.pem").write_text(certificate + authority.chain_pem)
    (tmp_path / "www.key").write_bytes(key_pem(ec_key))
    return {"name": "www", "path": str(tmp_path / "www.pem"), "key_path": str(tmp_path / "www.key")}


def told(capfd: pytest.CaptureFixture[str], *files: dict[str, t.Any], **options: t.Any) -> list[dict[str, t.Any]]:
    with testing.patch_module_args({"files": list(files), **options}), pytest.raises(SystemExit):
        certificate_file_info.main()
    output = capfd.readouterr().out
    answer = json.loads(output)
    assert not answer["changed"]
    assert "PRIVATE KEY" not in output
    rows: list[dict[str, t.Any]] = answer["certificates"]
    return rows


def test_what_is_installed(capfd: pytest.CaptureFixture[str], www: dict[str, t.Any]) -> None:
    (row,) = told(capfd, www)
    leaf = certs.read_certificates(pathlib.Path(www["path"]).read_bytes())[0]
    assert (row["name"], row["path"], row["found"], row["key_matches"], row["message"]) == (
        "www",
        www["path"],
        True,
        True,
        None,
    )
    assert row["days_left"] == 10
    assert row["subject"] == "C=JP, CN=www.example.jp"
    assert row["dns_names"] == ["www.example.jp"]
    assert row["issuer"] == "C=JP, CN=Test Issuing CA"
    assert row["certificate_fingerprint"] == leaf.certificate_fingerprint


def test_one_that_has_expired(
    capfd: pytest.CaptureFixture[str], www: dict[str, t.Any], authority: Authority, ec_key: t.Any
) -> None:
    now = dt.datetime.now(tz=UTC)
    old = authority.issue("www.example.jp", key=ec_key, since=now - 9 * DAY, until=now - DAY - dt.timedelta(hours=1))
    pathlib.Path(www["path"]).write_text(pem(old))
    (row,) = told(capfd, www)
    assert row["days_left"] == -2
    assert row["message"] is None


def test_what_is_wrong_is_told_and_stops_nothing(capfd: pytest.CaptureFixture[str], www: dict[str, t.Any]) -> None:
    folder = pathlib.Path(www["path"]).parent
    (folder / "other.key").write_bytes(key_pem(ec.generate_private_key(ec.SECP256R1())))
    (folder / "sealed.key").write_bytes(key_pem(ec.generate_private_key(ec.SECP256R1()), password=b"x"))
    (folder / "broken.pem").write_text("nonsense")
    cases = [
        {**www, "key_path": str(folder / "other.key")},
        {**www, "key_path": str(folder / "no.key")},
        {**www, "key_path": str(folder / "sealed.key")},
        {**www, "key_path": None},
        {**www, "path": str(folder / "no.pem")},
        {**www, "path": str(folder / "no" / "no.pem")},
        {**www, "path": str(folder / "broken.pem")},
        www,
    ]
    rows = told(capfd, *cases)
    assert [row["key_matches"] for row in rows] == [False, None, None, None, None, None, None, True]
    assert [row["found"] for row in rows] == [True, True, True, True, False, False, True, True]
    assert [bool(row["message"]) for row in rows] == [False, True, True, False, False, False, True, False]
    assert "is encrypted" in rows[2]["message"]


def test_bundles_and_combined_files(capfd: pytest.CaptureFixture[str], www: dict[str, t.Any], ec_key: t.Any) -> None:
    folder = pathlib.Path(www["path"]).parent
    certificates = certs.read_certificates(pathlib.Path(www["path"]).read_bytes())
    (folder / "www.p12").write_bytes(bundles.make(ec_key, certificates=certificates, name="www", passphrase="sesame"))
    (folder / "all.pem").write_bytes(pathlib.Path(www["path"]).read_bytes() + key_pem(ec_key))
    bundle, combined = (
        {**www, "path": str(folder / "www.p12")},
        {**www, "path": str(folder / "all.pem"), "key_path": None},
    )
    rows = told(capfd, bundle, combined, pkcs12_passphrases={"www": "sesame"})
    assert [row["key_matches"] for row in rows] == [True, True]
    assert "pkcs12_passphrases" in told(capfd, bundle)[0]["message"]
    assert "does not open" in told(capfd, bundle, pkcs12_passphrases={"www": "wrong"})[0]["message"]
