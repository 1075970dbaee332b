# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import errors
from ansible_collections.iij.server_certificate.plugins.module_utils._target import ensure_key_csr as use_case
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.key_orders import (
    ensure,
    order,
    state_of,
    written,
)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", errors.KeyBroken),
        (b"nonsense", errors.KeyBroken),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", errors.KeyBroken),
    ],
)
def test_a_broken_key_is_kept(tmp_path: pathlib.Path, content: bytes, fault: type[errors.Fault]) -> None:
    (tmp_path / "www.key").write_bytes(content)
    before = state_of(tmp_path)
    for check in (True, False):
        with pytest.raises(fault):
            ensure(order(tmp_path), check=check)
    assert state_of(tmp_path) == before


def test_an_encrypted_key_is_kept(tmp_path: pathlib.Path, ec_key: t.Any) -> None:
    written(tmp_path / "www.key", ec_key, password=b"x")
    before = state_of(tmp_path)
    with pytest.raises(errors.KeyEncrypted):
        ensure(order(tmp_path))
    assert state_of(tmp_path) == before


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ({"type": "RSA", "curve": None}, "ECDSA P-256, but the order asks for RSA 2048"),
        ({"curve": "P-384"}, "ECDSA P-256, but the order asks for ECDSA P-384"),
    ],
)
def test_a_key_of_another_kind_is_kept(
    tmp_path: pathlib.Path, ec_key: t.Any, key: dict[str, t.Any], found: str
) -> None:
    written(tmp_path / "www.key", ec_key)
    ensure(order(tmp_path))  # a CSR that fits the key does not make the key fit the order
    before = state_of(tmp_path)
    for check in (True, False):
        with pytest.raises(errors.KeyDiffers, match=found):
            ensure(order(tmp_path, key=key), check=check)
    assert state_of(tmp_path) == before


def test_an_rsa_key_of_another_size_is_kept(tmp_path: pathlib.Path, rsa_key: t.Any) -> None:
    written(tmp_path / "www.key", rsa_key)
    with pytest.raises(errors.KeyDiffers, match="RSA 2048, but the order asks for RSA 3072"):
        ensure(order(tmp_path, key={"type": "RSA", "size": 3072}))


def test_a_missing_folder_is_a_fault_in_check_mode_too(tmp_path: pathlib.Path) -> None:
    for changes in ({"path": str(tmp_path / "no" / "x.key")}, {"csr_path": str(tmp_path / "no" / "x.csr")}):
        for check in (True, False):
            with pytest.raises(errors.FolderMissing, match=f"{tmp_path}/no"):
                ensure(order(tmp_path, key=changes), check=check)
    assert state_of(tmp_path) == {}


def test_a_csr_never_replaces_a_private_key(tmp_path: pathlib.Path, ec_key: t.Any) -> None:
    content = written(tmp_path / "precious.pem", ec_key)
    with pytest.raises(errors.PrivateKeyInTheWay):
        ensure(order(tmp_path, key={"csr_path": str(tmp_path / "precious.pem")}))
    assert (tmp_path / "precious.pem").read_bytes() == content


def test_key_and_csr_are_two_files(tmp_path: pathlib.Path) -> None:
    (tmp_path / "link").symlink_to("www.key")
    for csr_path in (tmp_path / "www.key", tmp_path / "link"):
        with pytest.raises(errors.PathShared):
            ensure(order(tmp_path, key={"csr_path": str(csr_path)}))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": None}, "name"),
        ({"common_name": "localhost"}, "common_name"),
        ({"common_name": "日本.jp"}, "common_name"),
        ({"subject": {"organization_name": "x" * 65}}, "subject.organization_name"),
        ({"subject": {"locality_name": 7}}, "subject.locality_name"),
        ({"subject": {"pet_name": "x"}}, "subject.pet_name"),
        ({"subject": "Tokyo"}, "subject"),
        ({"key": {"path": None}}, "key.path"),
        ({"key": {"path": "www.key"}}, "key.path"),
        ({"key": {"csr_path": "www.csr"}}, "key.csr_path"),
        ({"key": {"mode": "rw"}}, "key.mode"),
        ({"key": {"type": "DSA"}}, "key.type"),
    ],
)
def test_what_the_controller_should_have_refused(tmp_path: pathlib.Path, changes: dict[str, t.Any], field: str) -> None:
    with pytest.raises(errors.FieldWrong) as caught:
        use_case.parse(order(tmp_path, **changes))
    assert caught.value.field == field
