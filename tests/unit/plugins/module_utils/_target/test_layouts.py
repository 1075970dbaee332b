# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Combined files, PKCS#12, copies, links of the user's own: what may lie at a path, and what happens to it."""

from __future__ import annotations

import os
import pathlib
import stat
import subprocess
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import activation_errors, errors
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import deps
from ansible_collections.iij.server_certificate.plugins.module_utils._target import (
    files,
    filesets,
    installation,
    labels,
)
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import NOW, key_pem, pem
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.sites import NAME, Site
from cryptography.hazmat.primitives.asymmetric import ec

SESAME = installation.Passphrases(bundles={"www": "open sesame"})


def one_file(site: Site, role: str, **more: t.Any) -> dict[str, t.Any]:
    """An order with this file alone."""
    nothing = {"certificate": None, "chain": None, "full_chain": None}
    return {"install": {**nothing, role: str(site.folder / f"www.{role}"), **more}, "passphrases": SESAME}


def openssl(*arguments: str | pathlib.Path) -> str:
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True, text=True).stdout


def test_certificate_chain_and_key_in_one_file(site: Site) -> None:
    asked = one_file(site, "combined")
    assert site.ensure(**asked).missing
    assert site.ensure(site.contents, **asked).actions == ("write_combined",)
    file = site.folder / "www.combined"
    assert file.read_bytes() == "".join(site.contents.values()).encode() + key_pem(site.key)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = site.state()
    assert site.ensure(**asked).actions == site.ensure(site.contents, **asked).actions == ()
    assert site.state() == before


def test_a_file_with_the_key_takes_after_the_key(site: Site) -> None:
    asked = {**one_file(site, "combined"), "key": {"path": str(site.folder / "www.key"), "mode": "0640"}}
    site.ensure(site.contents, **asked)
    file = site.folder / "www.combined"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    file.chmod(0o644)
    assert site.ensure(**asked).actions == ("repair_combined_mode",)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_pkcs12_as_openssl_reads_it(site: Site) -> None:
    asked = one_file(site, "pkcs12")
    assert site.ensure(site.contents, **asked).actions == ("write_pkcs12",)
    file = site.folder / "www.pkcs12"
    text = openssl("pkcs12", "-in", file, "-passin", "pass:open sesame", "-nodes")
    assert text.count("BEGIN CERTIFICATE") == 1 + len(site.authority.chain)
    assert text.count("PRIVATE KEY-----") == 2
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = site.state()
    assert site.ensure(**asked).actions == site.ensure(site.contents, **asked).actions == ()
    assert site.state() == before


def test_pkcs12_made_by_openssl_is_kept(site: Site) -> None:
    (site.folder / "leaf").write_text(pem(site.certificate))
    (site.folder / "above").write_text(site.authority.chain_pem)
    file, folder = site.folder / "www.pkcs12", site.folder
    openssl(
        "pkcs12", "-export", "-in", folder / "leaf", "-inkey", folder / "www.key", "-certfile", folder / "above",
        "-passout", "pass:open sesame", "-out", file,
    )  # fmt: skip
    before = file.read_bytes()
    file.chmod(0o600)
    assert site.ensure(**one_file(site, "pkcs12")).actions == ()
    assert file.read_bytes() == before


# Before release 38, cryptography makes the compatible encryption alone.
WITH_CHOICE = pytest.mark.skipif(deps.VERSION < (38,), reason="this cryptography knows one encryption of PKCS#12")
MODERN, COMPATIBLE = "PBES2", "pbeWithSHA1And3-KeyTripleDES-CBC"


def encryption_of(file: pathlib.Path) -> str:
    return subprocess.run(
        ["openssl", "pkcs12", "-in", file, "-passin", "pass:open sesame", "-info", "-noout"],
        check=True, capture_output=True, text=True,
    ).stderr  # fmt: skip


def test_pkcs12_for_older_readers(site: Site) -> None:
    asked = one_file(site, "pkcs12", pkcs12_encryption="compatible")
    site.ensure(site.contents, **asked)
    told = encryption_of(site.folder / "www.pkcs12")
    assert MODERN not in told
    assert "sha256" not in told.lower()
    assert told.count(COMPATIBLE) == 2
    assert "MAC: sha1" in told
    assert site.ensure(**asked).actions == ()


@WITH_CHOICE
@pytest.mark.parametrize("word", [None, "modern"])
def test_pkcs12_is_modern_unless_it_is_asked_otherwise(site: Site, word: str | None) -> None:
    asked = one_file(site, "pkcs12", **({"pkcs12_encryption": word} if word else {}))
    site.ensure(site.contents, **asked)
    told = encryption_of(site.folder / "www.pkcs12")
    assert MODERN in told
    assert "AES-256-CBC" in told
    assert "MAC: sha256" in told


@WITH_CHOICE
def test_what_older_readers_cannot_open_is_made_anew_for_them(site: Site) -> None:
    site.ensure(site.contents, **one_file(site, "pkcs12"))
    asked = one_file(site, "pkcs12", pkcs12_encryption="compatible")
    assert site.ensure(site.contents, check=True, **asked).actions == ("write_pkcs12",)
    assert site.ensure(site.contents, **asked).actions == ("write_pkcs12",)
    assert MODERN not in encryption_of(site.folder / "www.pkcs12")
    assert site.ensure(site.contents, **one_file(site, "pkcs12")).actions == (), "it can be read: it is left as it is"


def test_another_word_for_the_encryption_is_refused(site: Site) -> None:
    fault = site.refuses(site.contents, errors.FieldWrong, **one_file(site, "pkcs12", pkcs12_encryption="rc4"))
    assert "install.pkcs12_encryption must be modern or compatible" in str(fault)


def test_no_pkcs12_without_a_passphrase(site: Site) -> None:
    asked = {**one_file(site, "pkcs12"), "passphrases": installation.Passphrases()}
    site.refuses(site.contents, activation_errors.PassphraseMissing, **asked)
    site.ensure(site.contents, **one_file(site, "pkcs12"))
    site.refuses(None, activation_errors.PassphraseMissing, **asked)


@pytest.mark.parametrize("role", ["combined", "pkcs12"])
def test_the_only_copy_of_a_key_is_never_lost(site: Site, role: str) -> None:
    site.ensure(site.contents, **one_file(site, role))
    foreign = (site.folder / f"www.{role}").read_bytes()
    site.key = ec.generate_private_key(ec.SECP256R1())
    (site.folder / "www.key").write_bytes(key_pem(site.key))
    site.issue(since=NOW)
    site.refuses(site.contents, activation_errors.KeyWouldBeLost, **one_file(site, role))
    outcome = site.ensure(site.contents, **one_file(site, role, backup=True))
    (copy,) = outcome.as_result()["backup_files"].values()
    assert pathlib.Path(copy).read_bytes() == foreign
    assert outcome.actions == (f"write_{role}",)


@pytest.mark.parametrize(
    ("role", "content"),
    [
        ("combined", "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n"),
        ("pkcs12", "0\x7f\x02\x01\x03nonsense"),
    ],
)
def test_what_may_be_a_key_counts_as_one(site: Site, role: str, content: str) -> None:
    (site.folder / f"www.{role}").write_text(content)
    site.refuses(site.contents, activation_errors.KeyWouldBeLost, **one_file(site, role))


PARAMETERS: t.Final = "-----BEGIN DH PARAMETERS-----\nMEYCQQC1\n-----END DH PARAMETERS-----\n"
FOREIGN: t.Final = {
    "DH parameters": PARAMETERS,
    "both kinds of parameters": PARAMETERS + PARAMETERS.replace("DH PARAM", "EC PARAM"),
    "another block": PARAMETERS.replace("DH PARAMETERS", "X509 CRL"),
    "text": "# made by hand\n" + PARAMETERS,
}


@pytest.mark.parametrize("blocks", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("role", ["combined", "certificate", "full_chain", "chain"])
def test_blocks_of_others_are_no_reason_to_write_and_are_carried_along(site: Site, role: str, blocks: str) -> None:
    asked = one_file(site, role)
    if role == "chain":
        asked["install"]["certificate"] = str(site.folder / "www.pem")
    site.ensure(site.contents, **asked)
    file = site.folder / f"www.{role}"
    file.write_text(blocks + file.read_text() + blocks)
    before = site.state()
    assert site.ensure(**asked).actions == site.ensure(site.contents, **asked).actions == ()
    assert site.state() == before
    site.issue(since=NOW)
    assert site.ensure(site.contents, **asked).actions
    assert blocks[blocks.index("-----BEGIN") :] in file.read_text()
    assert (pem(site.certificate) in file.read_text()) == (role != "chain")
    assert site.ensure(**asked).actions == ()


def test_a_combined_file_with_parameters_is_told_as_what_it_is(site: Site) -> None:
    asked = one_file(site, "combined")
    site.ensure(site.contents, **asked)
    file = site.folder / "www.combined"
    file.write_text(file.read_text() + PARAMETERS)
    site.issue(since=NOW)
    outcome = site.ensure(site.contents, check=True, **asked)
    assert outcome.before.as_diff(outcome.wanted)["certificate"]


def test_copies_of_all_that_is_replaced(site: Site) -> None:
    site.ensure(site.contents)
    old = {name: (site.folder / name).read_bytes() for name in ("www.pem", "full.pem")}
    site.issue(since=NOW)
    copies = site.ensure(site.contents, install={"backup": True}).as_result()["backup_files"]
    assert sorted(copies) == ["certificate", "full_chain"]
    assert pathlib.Path(copies["certificate"]).read_bytes() == old["www.pem"]
    assert pathlib.Path(copies["full_chain"]).read_bytes() == old["full.pem"]
    assert all(pathlib.Path(copy).name.startswith(".") for copy in copies.values()), "no server may trip over a copy"


def test_an_issuer_that_was_not_expected(site: Site) -> None:
    site.refuses(site.contents, activation_errors.IssuerDiffers, install={"issuer": "Other CA"})
    assert site.ensure(site.contents, install={"issuer": "test issuing ca"}).actions


@pytest.mark.parametrize("role", ["certificate", "full_chain", "combined"])
def test_a_stand_in_by_the_command_of_the_guide_is_replaced(site: Site, role: str) -> None:
    """openssl makes an authority of it by default; it has the order's name and key, and begins today."""
    asked, key, place = one_file(site, role), site.folder / "www.key", site.folder / f"www.{role}"
    openssl("req", "-x509", "-key", key, "-subj", f"/CN={NAME}", "-days", "30", "-out", place)
    if role == "combined":
        place.write_bytes(key.read_bytes() + place.read_bytes())
    assert site.ensure(**asked).missing
    assert site.ensure(site.contents, **asked).actions == (f"write_{role}",)
    assert pem(site.certificate) in place.read_text()


def test_plain_files_of_another_tool_become_a_set_when_they_change(site: Site) -> None:
    for name, content in (("www.pem", pem(site.certificate)), ("chain.pem", site.authority.chain_pem)):
        (site.folder / name).write_text(content)
    asked = {"install": {"full_chain": None}}
    before = site.state()
    assert site.ensure(**asked).actions == ()
    assert site.state() == before
    assert not any(path.is_symlink() for path in site.folder.iterdir()), "what is right is left as it is"
    site.issue(since=NOW)
    assert site.ensure(site.contents, **asked).actions == ("write_certificate",)
    assert (site.folder / "www.pem").read_text() == pem(site.certificate)


def test_a_path_that_somebody_replaced_comes_back_into_the_set(site: Site) -> None:
    site.ensure(site.contents)
    (site.folder / "www.pem").unlink()
    (site.folder / "www.pem").write_text("edited")
    assert site.ensure(site.contents).actions == ("write_certificate",)
    assert site.ensure().actions == ()
    names = [path.name for path in site.folder.iterdir() if path.name.startswith(".www.pem.")]
    assert len(names) == 2, "the set and one file"


def test_the_paths_may_lie_anywhere_and_links_of_the_user_stay(site: Site) -> None:
    for name in ("real", "private"):
        (site.folder / name).mkdir()
    (site.folder / "www.pem").symlink_to("real/leaf.pem")
    (site.folder / "real" / "leaf.pem").write_text(pem(site.authority.issue("old.example.jp")))
    asked = {"install": {"chain": str(site.folder / "private" / "chain.pem"), "full_chain": None}}
    site.ensure(site.contents, **asked)
    assert str((site.folder / "www.pem").readlink()) == "real/leaf.pem"
    assert (site.folder / "www.pem").read_text() == pem(site.certificate)
    assert (site.folder / "real" / ".leaf.pem.set").is_dir()
    # Each file stays in the folder that was chosen for it, whose permissions protect it.
    assert (site.folder / "private" / "chain.pem").resolve().parent == site.folder / "private"
    assert site.ensure(**asked).actions == ()


def test_the_layout_of_certbot_is_taken_as_it_is(site: Site) -> None:
    archive, live = site.folder / "archive", site.folder / "live"
    archive.mkdir()
    live.mkdir()
    contents = {
        "privkey": key_pem(site.key).decode(), "cert": pem(site.certificate), "chain": site.authority.chain_pem,
        "fullchain": pem(site.certificate) + site.authority.chain_pem,
    }  # fmt: skip
    for name, content in contents.items():
        (archive / f"{name}1.pem").write_text(content)
        (live / f"{name}.pem").symlink_to(f"../archive/{name}1.pem")
    (archive / "privkey1.pem").chmod(0o600)
    paths = {"certificate": "cert", "chain": "chain", "full_chain": "fullchain"}
    asked = {
        "install": {role: str(live / f"{name}.pem") for role, name in paths.items()},
        "key": {"path": str(live / "privkey.pem")},
    }
    before = sorted((str(path), path.stat().st_ino) for path in site.folder.rglob("*"))
    assert site.ensure(**asked).actions == site.ensure(site.contents, **asked).actions == ()
    assert sorted((str(path), path.stat().st_ino) for path in site.folder.rglob("*")) == before


def test_readers_never_see_a_mixed_set(site: Site) -> None:
    """A reader that goes through one folder sees certificate and key of one version, whenever it looks."""
    site.ensure(site.contents)
    seen = set()
    child = os.fork()
    if child == 0:
        for _round in range(30):
            site.key = ec.generate_private_key(ec.SECP256R1())
            (site.folder / ".www.key.next").write_bytes(key_pem(site.key))
            site.issue(since=NOW)
            site.ensure(site.contents)
        os._exit(0)
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        certificate, whole = ((site.folder / name).read_text() for name in ("www.pem", "full.pem"))
        if (site.folder / "www.pem").read_text() == certificate:  # nothing was turned in between
            seen.add(whole.startswith(certificate))
    assert seen == {True}


def test_where_hard_links_are_refused_copies_do(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> t.NoReturn:
        raise PermissionError(1, "Operation not permitted")

    site.ensure(site.contents)
    chain = (site.folder / "chain.pem").read_bytes()
    monkeypatch.setattr(os, "link", refuse)
    site.issue(since=NOW)
    assert site.ensure(site.contents).actions == ("write_full_chain", "write_certificate")
    assert (site.folder / "chain.pem").read_bytes() == chain
    assert site.ensure().actions == ()


def test_a_link_of_a_set_that_leads_to_nowhere_is_a_file_that_is_not_there(tmp_path: pathlib.Path) -> None:
    (tmp_path / "x").symlink_to(".x.set/current/certificate")
    assert files.read(str(tmp_path / "x")) is None
    filesets.clear(filesets.FileSet(str(tmp_path / "x"), (("certificate", str(tmp_path / "x")),)))


def test_the_label_of_the_policy_goes_by_the_path_that_the_user_named(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Policy:
        wanted: t.ClassVar[list[str]] = []

        @staticmethod
        def is_selinux_enabled() -> int:
            return 1

        @classmethod
        def matchpathcon(cls, path: str, _mode: int) -> tuple[int, str]:
            cls.wanted.append(path)
            return 0, "system_u:object_r:cert_t:s0"

    monkeypatch.setattr(labels, "selinux", Policy)
    site.ensure(site.contents)
    assert sorted(pathlib.Path(path).name for path in Policy.wanted) == ["chain.pem", "full.pem", "www.pem"]


def test_a_missing_folder_is_named_before_anything_is_locked(site: Site) -> None:
    asked = one_file(site, "combined")
    asked["install"]["combined"] = str(site.folder / "no" / "www.pem")
    site.refuses(site.contents, errors.FolderMissing, **asked)
