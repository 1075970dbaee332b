# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An order that names somebody else's file by mistake: it is not overwritten; what is left of a file of ours is."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import errors, file_errors
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import bundles, csrs, pem
from ansible_collections.iij.server_certificate.plugins.module_utils._target import installation
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import NOW, key_pem
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import pem as certificate_pem
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target import key_orders
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.sites import NAME, Site
from cryptography.hazmat.primitives import serialization

ROLES: t.Final = installation.ROLES
SESAME: t.Final = installation.Passphrases(bundles={"www": "open sesame"})
PARAMETERS: t.Final = b"-----BEGIN DH PARAMETERS-----\nMEYCQQC1\n-----END DH PARAMETERS-----\n"
FOREIGN: t.Final = {
    "a playbook": b"---\n- hosts: all\n",
    "settings": b"[main]\nssl = on\n",
    "accounts": b"root:x:0:0:root:/root:/bin/bash\n",
    "a program": b"\x7fELF\x02\x01\x01" + bytes(64),
    "a keystore of Java": b"\xfe\xed\xfe\xed\x00\x00\x00\x02" + bytes(64),
    "DH parameters": PARAMETERS,
    "a public key": PARAMETERS.replace(b"DH PARAMETERS", b"PUBLIC KEY"),
    "words about a certificate": b"See -----BEGIN CERTIFICATE----- in www.pem.\n",
}
EMPTY: t.Final = {"nothing": b"", "an empty line": b"\n"}
CERTIFICATE, REQUEST = b"-----BEGIN CERTIFICATE-----\n", b"-----BEGIN CERTIFICATE REQUEST-----\n"
DAMAGED: t.Final = {"the first line": CERTIFICATE, "a part": CERTIFICATE + b"MIIB", "no Base64": CERTIFICATE + b"???\n"}


def asked(site: Site, role: str, **more: t.Any) -> dict[str, t.Any]:
    install = {"certificate": None, "chain": None, "full_chain": None, role: str(site.folder / "file"), **more}
    if role == "chain":
        install["certificate"] = str(site.folder / "www.pem")
    return {"install": install, "passphrases": SESAME}


def others(site: Site, role: str) -> dict[str, bytes]:
    """What is right elsewhere, in another file than one of this role."""
    certificate = certificate_pem(site.certificate).encode()
    request = csrs.make_csr(site.key, subject=(("common_name", NAME),), dns_names=(NAME,))
    bundle = bundles.make(site.key, certificates=(site.facts,), name="www", passphrase="open sesame")
    if role == "pkcs12":
        return {"a certificate": certificate, "a CSR": request}
    if role == "csr":
        return {"a certificate": certificate, "PKCS#12": bundle}
    return {"a CSR": request, "PKCS#12": bundle, "the authorities of a system": certificate * 12}


def refuses(site: Site, role: str, content: bytes, **more: t.Any) -> None:
    (site.folder / "file").write_bytes(content)
    for contents in (site.contents, None):
        fault = site.refuses(contents, file_errors.FileForeign, **asked(site, role, **more))
        for lang in ("en", "ja"):
            assert str(site.folder / "file") in fault.message(lang)
    assert sorted(path.name for path in site.folder.iterdir()) == ["file", "www.key"]


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("backup", [False, True])
@pytest.mark.parametrize("role", ROLES)
def test_a_foreign_file_is_not_overwritten(site: Site, role: str, backup: bool, content: bytes) -> None:
    refuses(site, role, content, backup=backup)
    (site.folder / "file").unlink()
    assert site.ensure(site.contents, **asked(site, role)).actions


@pytest.mark.parametrize("role", ROLES)
def test_nor_is_one_of_another_kind(site: Site, role: str) -> None:
    for content in others(site, role).values():
        refuses(site, role, content)


@pytest.mark.parametrize("role", ROLES)
def test_a_file_behind_a_link_of_the_user_is_judged_too(site: Site, role: str) -> None:
    (site.folder / "real").mkdir()
    (site.folder / "real" / "site.yml").write_bytes(FOREIGN["a playbook"])
    (site.folder / "file").symlink_to("real/site.yml")
    site.refuses(site.contents, file_errors.FileForeign, **asked(site, role))


def csr_order(folder: pathlib.Path) -> dict[str, t.Any]:
    return key_orders.order(folder, key={"csr_path": str(folder / "file")})


def test_no_csr_takes_the_place_of_a_foreign_file(site: Site) -> None:
    for content in (*FOREIGN.values(), *others(site, "csr").values(), key_pem(site.key)):
        (site.folder / "file").write_bytes(content)
        before = key_orders.state_of(site.folder)
        for check in (True, False):
            with pytest.raises((file_errors.FileForeign, errors.PrivateKeyInTheWay)) as caught:
                key_orders.ensure(csr_order(site.folder), check=check)
            assert str(site.folder / "file") in str(caught.value)
        assert key_orders.state_of(site.folder) == before


# --- what may be replaced


@pytest.mark.parametrize("role", ROLES)
def test_an_empty_file_is_written(site: Site, role: str) -> None:
    for content in EMPTY.values():
        (site.folder / "file").unlink(missing_ok=True)
        (site.folder / "file").write_bytes(content)
        assert f"write_{role}" in site.ensure(site.contents, **asked(site, role)).actions


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-16", "ascii"])
@pytest.mark.parametrize("role", [role for role in ROLES if role != "pkcs12"])
def test_what_is_left_of_a_certificate_is_replaced(site: Site, role: str, content: bytes, mark: str) -> None:
    (site.folder / "file").write_bytes(content.decode().encode(mark))
    assert f"write_{role}" in site.ensure(site.contents, **asked(site, role)).actions


@pytest.mark.parametrize("role", ["certificate", "full_chain", "chain", "combined"])
def test_so_is_a_certificate_in_der(site: Site, role: str) -> None:
    (site.folder / "file").write_bytes(site.certificate.public_bytes(serialization.Encoding.DER))
    assert f"write_{role}" in site.ensure(site.contents, **asked(site, role)).actions


@pytest.mark.parametrize("content", [*EMPTY.values(), REQUEST, REQUEST.replace(b"CERT", b"NEW CERT") + b"MIIB"])
def test_what_is_left_of_a_csr_is_replaced(tmp_path: pathlib.Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    assert key_orders.ensure(csr_order(tmp_path)).actions == ("create_key", "create_csr")


@pytest.mark.parametrize("content", [*FOREIGN.values(), b"\0" * 900], ids=[*FOREIGN, "zeros"])
@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("role", ROLES)
def test_whatever_is_where_a_file_of_ours_was_is_put_right(site: Site, role: str, plain: bool, content: bytes) -> None:
    """A disk or a person damaged it; the order is known to have it there."""
    order = asked(site, role, plain_files=plain)
    site.ensure(site.contents, **order)
    (site.folder / "file").unlink()
    (site.folder / "file").write_bytes(content)
    site.issue(since=NOW)
    assert f"write_{role}" in site.ensure(site.contents, **order).actions
    assert not site.ensure(**order).changes


def test_labels_are_those_of_blocks_that_begin() -> None:
    text = PARAMETERS + CERTIFICATE + b"x\n" + REQUEST
    assert pem.labels(text) == {"DH PARAMETERS", "CERTIFICATE", "CERTIFICATE REQUEST"}
    assert pem.labels(FOREIGN["words about a certificate"]) == frozenset()
