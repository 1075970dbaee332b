# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a report says of files that hold no certificate."""

from __future__ import annotations

import datetime as dt
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._target.file_facts import describe
from ansible_collections.iij.server_certificate.plugins.module_utils._target.installation import Passphrases
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target import key_orders
from cryptography.hazmat.primitives import serialization

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.sites import Site
    from cryptography.hazmat.primitives.asymmetric import ec

NOW = dt.datetime(2027, 1, 1, tzinfo=dt.timezone.utc)
DAMAGED = b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def message_of(path: pathlib.Path) -> str:
    row = describe({"path": str(path)}, now=NOW, passphrases=Passphrases(), lang="en")
    assert row["found"]
    return str(row["message"])


@pytest.mark.parametrize("content", [b"", b"hello\n", DAMAGED], ids=["empty", "text", "damaged"])
def test_a_file_without_a_certificate_is_no_pkcs12_that_needs_a_passphrase(
    tmp_path: pathlib.Path, content: bytes
) -> None:
    (tmp_path / "www.pem").write_bytes(content)
    assert message_of(tmp_path / "www.pem").startswith(f"{tmp_path}/www.pem holds no certificate that can be read")


def test_a_certificate_that_begins_later_is_told(tmp_path: pathlib.Path, site: Site) -> None:
    path = tmp_path / "www.pem"
    path.write_bytes(site.certificate.public_bytes(serialization.Encoding.PEM))
    begins = site.certificate.not_valid_before_utc
    for now, message in ((begins - dt.timedelta(seconds=1), "not valid before"), (begins, "None")):
        row = describe({"path": str(path)}, now=now, passphrases=Passphrases(), lang="en")
        assert message in str(row["message"]) and row["days_left"] is not None


def test_a_key_alone_and_a_certificate_in_der_are_none_either(
    tmp_path: pathlib.Path, ec_key: ec.EllipticCurvePrivateKey, site: Site
) -> None:
    key_orders.written(tmp_path / "www.key", ec_key)
    (tmp_path / "www.der").write_bytes(site.certificate.public_bytes(serialization.Encoding.DER))
    for name in ("www.key", "www.der"):
        assert "holds no certificate that can be read" in message_of(tmp_path / name)
