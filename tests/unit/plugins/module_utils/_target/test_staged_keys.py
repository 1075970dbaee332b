# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A key for the next certificate waits beside the live one, and goes live together with its certificate."""

from __future__ import annotations

import os
import pathlib
import shutil
import stat
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import certificate_errors, errors
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import csrs, keys
from ansible_collections.iij.server_certificate.plugins.module_utils._target import activation, files, installation
from ansible_collections.iij.server_certificate.plugins.module_utils._target import ensure_key_csr as use_case
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import NOW, Authority, key_pem, pem
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.key_orders import (
    ensure,
    order,
    written,
)
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.sites import Site
from cryptography.hazmat.primitives.asymmetric import ec


def wanted(folder: pathlib.Path, **changes: t.Any) -> dict[str, t.Any]:
    """An order of the next generation for a certificate that is installed."""
    install = {"certificate": str(folder / "www.pem"), "chain": None, "full_chain": None, "pkcs12": None}
    return order(folder, **{"retire_served": True, "install": install, **changes})


def public_of(content: bytes, *, passphrase: str | None = None) -> str:
    return keys.facts(content, path="", passphrase=passphrase).public_key_fingerprint


@pytest.fixture
def served(tmp_path: pathlib.Path, authority: Authority, ec_key: t.Any) -> Site:
    """A host that serves a certificate with its live key."""
    site = Site(tmp_path, authority, ec_key)
    (tmp_path / "www.key").chmod(0o600)
    site.ensure(site.contents)
    return site


def test_the_key_for_the_next_certificate_waits_beside_the_live_one(served: Site) -> None:
    folder = served.folder
    before = served.state()
    planned = ensure(wanted(folder), check=True)
    assert served.state() == before
    made = ensure(wanted(folder))
    assert made.actions == planned.actions == ("stage_key", "create_csr")
    assert {name: seen for name, seen in served.state().items() if name in before} == before
    waiting = (folder / ".www.key.next").read_bytes()
    row = made.as_result()
    assert row["next_key_path"] == planned.as_result()["next_key_path"] == str(folder / ".www.key.next")
    assert row["public_key_fingerprint"] == public_of(waiting) != served.facts.public_key_fingerprint
    assert planned.as_result()["public_key_fingerprint"] is None
    assert csrs.read_csr((folder / "www.csr").read_bytes()).public_key_fingerprint == public_of(waiting)
    assert stat.S_IMODE((folder / ".www.key.next").stat().st_mode) == 0o600
    assert ensure(wanted(folder)).actions == ()


def test_it_goes_live_together_with_its_certificate(served: Site) -> None:
    folder = served.folder
    ensure(wanted(folder))
    waiting = (folder / ".www.key.next").read_bytes()
    served.key = keys.load(waiting, path="")
    served.issue(since=NOW)
    assert served.ensure().missing
    actions = ("write_full_chain", "write_certificate", "activate_key")
    assert served.ensure(served.contents, check=True).actions == actions
    assert served.ensure(served.contents).actions == actions
    assert (folder / "www.key").read_bytes() == waiting
    assert stat.S_IMODE((folder / "www.key").stat().st_mode) == 0o600
    assert not (folder / ".www.key.next").exists()
    assert ensure(wanted(folder)).actions == ("stage_key", "create_csr"), "this one is in service now"


@pytest.mark.parametrize("place", ["", "private"], ids=["one folder", "two folders"])
def test_what_went_live_is_cleared_away_and_nothing_that_came_meanwhile(
    served: Site, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Another run may stage its key at the moment when the one that went live is cleared away."""
    live, waiting = (served.folder / place / name for name in ("www.key", ".www.key.next"))
    live.parent.mkdir(exist_ok=True)
    wanted = served.parse(key={"path": str(live)})
    written(live, served.key)
    written(waiting, served.key)
    remove = files.remove

    def late(path: str, **options: t.Any) -> None:
        written(waiting, ec.generate_private_key(ec.SECP256R1()))
        remove(path, **options)

    with monkeypatch.context() as patched, wanted.fileset.locked():
        patched.setattr(files, "remove", late)
        activation.drop_stale_key(wanted)
    assert waiting.exists()
    written(waiting, served.key)
    with wanted.fileset.locked():
        activation.drop_stale_key(wanted)
    assert not waiting.exists()


def test_a_key_that_was_opened_to_others_while_it_waited_goes_live_closed(served: Site) -> None:
    ensure(wanted(served.folder))
    waiting = served.folder / ".www.key.next"
    waiting.chmod(0o644)
    served.key = keys.load(waiting.read_bytes(), path="")
    served.issue(since=NOW)
    actions = ("write_full_chain", "write_certificate", "activate_key", "repair_key_mode")
    assert served.ensure(served.contents, check=True).actions == actions
    assert served.ensure(served.contents).actions == actions
    assert stat.S_IMODE((served.folder / "www.key").stat().st_mode) == 0o600
    assert served.ensure().actions == ()


def test_in_a_set_that_was_swapped_the_mode_of_the_key_is_repaired(served: Site) -> None:
    folder = served.folder
    ensure(wanted(folder))
    served.key = keys.load((folder / ".www.key.next").read_bytes(), path="")
    served.issue(since=NOW)
    served.ensure(served.contents)
    assert (folder / "www.key").is_symlink()
    (folder / "www.key").chmod(0o644)
    before = (folder / "www.key").resolve(), served.state()["www.key"][0]
    assert served.ensure().actions == ("repair_key_mode",)
    assert ((folder / "www.key").resolve(), served.state()["www.key"][0]) == before
    assert stat.S_IMODE(before[0].stat().st_mode) == 0o600
    assert served.ensure().actions == ()


def test_a_certificate_for_the_live_key_leaves_the_waiting_one_alone(served: Site) -> None:
    ensure(wanted(served.folder))
    served.issue(since=NOW)
    assert "activate_key" not in served.ensure(served.contents).actions
    assert (served.folder / ".www.key.next").exists()


def test_a_retired_key_is_not_certified_again_wherever_its_certificate_is(served: Site) -> None:
    (served.folder / "www.pem").unlink()
    retired = wanted(served.folder, retire_served=False, retire=[served.facts.public_key_fingerprint])
    assert ensure(retired).actions == ("stage_key", "create_csr")
    assert ensure(retired).actions == (), "the key that waits is the key from now on"
    other = wanted(served.folder, retire_served=False, retire=["0" * 64])
    (served.folder / ".www.key.next").unlink()
    assert ensure(other).actions == ("create_csr",), "a key that is not retired is kept"


def test_a_live_key_that_nobody_knows_is_not_certified_again_without_a_certificate_either(served: Site) -> None:
    (served.folder / "www.pem").unlink()
    unknown = wanted(served.folder, retire_served=True, retire_live=True)
    assert ensure(unknown).actions == ("stage_key", "create_csr")
    assert ensure(unknown).actions == (), "the key that waits is the key from now on"


def test_a_key_whose_certificate_is_issued_waits_for_it_and_is_never_overwritten(served: Site) -> None:
    ensure(wanted(served.folder))
    waiting = (served.folder / ".www.key.next").read_bytes()
    with pytest.raises(errors.KeyWaits):
        ensure(wanted(served.folder, retire=[served.facts.public_key_fingerprint, public_of(waiting)]))
    assert (served.folder / ".www.key.next").read_bytes() == waiting


def test_whoever_takes_install_away_while_a_key_waits_is_told_the_way_out(served: Site) -> None:
    """No run would ever install that certificate: "collect first" would be a circle."""
    ensure(wanted(served.folder))
    waiting = served.folder / ".www.key.next"
    over = {"retire": [served.facts.public_key_fingerprint, public_of(waiting.read_bytes())], "install": None}
    with pytest.raises(errors.KeyWaits, match=r"by hand, and move the key to \S+www\.key"):
        ensure(wanted(served.folder, **over))
    waiting.replace(served.folder / "www.key")
    assert ensure(wanted(served.folder, **over)).actions == ()


def test_a_waiting_key_whose_certificate_was_replaced_first_does_not_block_the_next(
    served: Site,
) -> None:
    ensure(wanted(served.folder))
    waiting = (served.folder / ".www.key.next").read_bytes()
    over = [served.facts.public_key_fingerprint, public_of(waiting)]
    with pytest.raises(errors.KeyWaits):
        ensure(wanted(served.folder, retire=over, in_use=public_of(waiting)))
    again = wanted(served.folder, retire=over, in_use="c" * 64)
    assert ensure(again).actions == ("stage_key", "create_csr")
    assert (served.folder / ".www.key.next").read_bytes() != waiting
    assert ensure(again).actions == ()


def test_a_key_that_waits_for_a_contract_which_is_replaced_makes_way(served: Site) -> None:
    ensure(wanted(served.folder))
    waiting = (served.folder / ".www.key.next").read_bytes()
    asked = wanted(served.folder, retire=[served.facts.public_key_fingerprint, public_of(waiting)], in_use="")
    assert ensure(asked).actions == ("stage_key", "create_csr")
    assert (served.folder / ".www.key.next").read_bytes() != waiting


def test_a_host_rebuilt_while_a_key_waits_is_told_to_have_the_certificate_reissued(served: Site) -> None:
    ensure(wanted(served.folder))
    old = served.key
    served.key = keys.load((served.folder / ".www.key.next").read_bytes(), path="")
    served.issue(since=NOW)
    shutil.rmtree(served.folder)  # another disk
    served.folder.mkdir()
    with pytest.raises(certificate_errors.KeyElsewhere, match="Write reissue with the certificate's serial number"):
        served.ensure(served.contents)
    assert list(served.folder.iterdir()) == []
    written(served.folder / "www.key", old)  # or the files of a backup, from before the key that waited
    with pytest.raises(certificate_errors.KeyNotOfCertificate, match="reissued"):
        served.ensure(served.contents)
    assert [path.name for path in served.folder.iterdir()] == ["www.key"]


def test_the_new_key_of_another_run_is_kept(served: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = wanted(served.folder)
    parsed = use_case.parse(asked)
    both = use_case.decide(parsed, seen=use_case.observe(parsed))
    monkeypatch.setattr(use_case, "decide", lambda *_args, **_more: both)  # two that decided at once
    ensure(asked)
    first = (served.folder / ".www.key.next").read_bytes()
    assert ensure(asked).actions == ("create_csr",)
    assert (served.folder / ".www.key.next").read_bytes() == first


@pytest.mark.parametrize(
    "changes",
    [
        {"retire_served": False},
        {"install": None},
        {"install": {"certificate": "/nonexistent/www.pem"}},
    ],
)
def test_without_a_certificate_in_service_the_live_key_is_the_key(served: Site, changes: dict[str, t.Any]) -> None:
    assert ensure(wanted(served.folder, **changes)).actions == ("create_csr",)
    assert not (served.folder / ".www.key.next").exists()


def test_a_key_that_never_served_is_not_given_up(tmp_path: pathlib.Path, ec_key: t.Any) -> None:
    """The first application was rejected, the second one takes its key."""
    written(tmp_path / "www.key", ec_key)
    assert ensure(wanted(tmp_path)).actions == ("create_csr",)


def test_what_serves_from_a_bundle_serves(tmp_path: pathlib.Path, ec_key: t.Any) -> None:
    written(tmp_path / "www.key", ec_key)
    (tmp_path / "www.p12").write_bytes(b"opaque")
    changes = {"install": {"pkcs12": str(tmp_path / "www.p12")}}
    assert ensure(wanted(tmp_path, **changes)).actions == ("stage_key", "create_csr")


def test_a_key_that_went_live_does_not_wait_any_more(served: Site) -> None:
    """The run was killed after the swap and before it cleared away."""
    written(served.folder / ".www.key.next", served.key)
    served.ensure()
    assert not (served.folder / ".www.key.next").exists()
    written(served.folder / ".www.key.next", served.key)
    assert ensure(wanted(served.folder)).actions == ("stage_key", "create_csr")
    assert public_of((served.folder / ".www.key.next").read_bytes()) != served.facts.public_key_fingerprint


# --- regenerate


@pytest.mark.parametrize("word", ["partial_idempotence", "full_idempotence"])
def test_a_key_of_another_kind_gives_way_where_that_is_allowed(served: Site, word: str) -> None:
    other = {"curve": "P-384"}
    with pytest.raises(errors.KeyDiffers):
        ensure(wanted(served.folder, retire_served=False, key=other))
    made = ensure(wanted(served.folder, retire_served=False, key={**other, "regenerate": word}))
    assert made.actions == ("stage_key", "create_csr")
    assert public_of((served.folder / "www.key").read_bytes()) == served.facts.public_key_fingerprint
    assert ensure(wanted(served.folder, retire_served=False, key={**other, "regenerate": word})).actions == ()


@pytest.mark.parametrize(
    "content",
    [b"nonsense", key_pem(ec.generate_private_key(ec.SECP256R1()), password=b"x")],
    ids=["nonsense", "under a passphrase"],  # a name made of a random key would differ between workers
)
def test_a_key_that_cannot_be_read_gives_way_only_to_the_strongest_words(served: Site, content: bytes) -> None:
    key = served.folder / "www.key"
    key.write_bytes(content)
    for word in ("never", "partial_idempotence"):
        with pytest.raises((errors.KeyBroken, errors.KeyEncrypted)):
            ensure(wanted(served.folder, key={"regenerate": word}))
    made = ensure(wanted(served.folder, key={"regenerate": "full_idempotence"}))
    assert made.actions == ("stage_key", "create_csr")
    assert key.read_bytes() == content
    served.key = keys.load((served.folder / ".www.key.next").read_bytes(), path="")
    served.issue(since=NOW)
    with pytest.raises((errors.KeyBroken, errors.KeyEncrypted)):
        served.ensure(served.contents)
    key.unlink()
    assert "activate_key" in served.ensure(served.contents).actions


def test_always_means_a_new_key_for_each_certificate(served: Site) -> None:
    changes = {"retire_served": False, "key": {"regenerate": "always"}}
    assert ensure(wanted(served.folder, **changes)).actions == ("stage_key", "create_csr")
    assert ensure(wanted(served.folder, **changes)).actions == ()


def test_a_word_that_is_not_known(tmp_path: pathlib.Path) -> None:
    with pytest.raises(errors.FieldWrong, match="never or partial_idempotence"):
        ensure(wanted(tmp_path, key={"regenerate": "fail"}))


# --- passphrases


def test_a_key_under_a_passphrase(tmp_path: pathlib.Path, authority: Authority) -> None:
    secret = {"www": "correct horse"}

    def run(**passphrases: str) -> use_case.KeyOutcome:
        return use_case.ensure(use_case.parse(order(tmp_path), passphrases=passphrases or secret), check=False)

    made = run()
    content = (tmp_path / "www.key").read_bytes()
    assert content.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert public_of(content, passphrase="correct horse") == made.as_result()["public_key_fingerprint"]
    assert run().actions == ()
    with pytest.raises(errors.KeyEncrypted, match="key_passphrases"):
        run(shop="correct horse")
    with pytest.raises(errors.PassphraseWrong) as caught:
        run(www="wrong horse")
    assert "horse" not in str(caught.value)
    assert "horse" not in repr(use_case.parse(order(tmp_path), passphrases=secret))
    assert (tmp_path / "www.key").read_bytes() == content


def test_a_needless_passphrase_is_not_used(tmp_path: pathlib.Path, ec_key: t.Any) -> None:
    content = written(tmp_path / "www.key", ec_key)
    asked = use_case.parse(order(tmp_path), passphrases={"www": "needless"})
    assert use_case.ensure(asked, check=False).actions == ("create_csr",)
    assert (tmp_path / "www.key").read_bytes() == content


def test_an_encrypted_key_is_installed_with(tmp_path: pathlib.Path, authority: Authority, ec_key: t.Any) -> None:
    site = Site(tmp_path, authority, ec_key)
    (tmp_path / "www.key").write_bytes(key_pem(ec_key, password=b"secret"))
    passphrases = installation.Passphrases(keys={"www": "secret"})
    combined = {"install": {"combined": str(tmp_path / "combined.pem")}}
    site.ensure(site.contents, passphrases=passphrases, **combined)
    assert b"ENCRYPTED PRIVATE KEY" in (tmp_path / "combined.pem").read_bytes()
    assert site.ensure(passphrases=passphrases, **combined).actions == ()
    assert "secret" not in repr(site.parse(passphrases=passphrases, **combined))


# --- owners


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_key_that_waits_belongs_to_whom_the_live_one_belongs(served: Site) -> None:
    os.chown(served.folder / "www.key", 12, 34)
    ensure(wanted(served.folder, key={"owner": "12"}))
    waiting = (served.folder / ".www.key.next").stat()
    assert (waiting.st_uid, waiting.st_gid) == (12, 34)
    served.key = keys.load((served.folder / ".www.key.next").read_bytes(), path="")
    served.issue(since=NOW)
    served.ensure(served.contents, key={"path": str(served.folder / "www.key"), "owner": "12"})
    live = (served.folder / "www.key").stat()
    assert (live.st_uid, live.st_gid, stat.S_IMODE(live.st_mode)) == (12, 34, 0o600)
    assert pem(served.certificate) == (served.folder / "www.pem").read_text()
