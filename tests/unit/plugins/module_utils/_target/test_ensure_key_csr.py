# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import pathlib
import stat
import tempfile
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import errors
from ansible_collections.iij.server_certificate.plugins.module_utils._core.keyspec import KeySpec
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import csrs, keys, pem
from ansible_collections.iij.server_certificate.plugins.module_utils._target import ensure_key_csr as use_case
from ansible_collections.iij.server_certificate.plugins.module_utils._target import files
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.key_orders import (
    NAME,
    SUBJECT,
    ensure,
    order,
    state_of,
    written,
)
from hypothesis import given, settings
from hypothesis import strategies as st

# --- making


def test_key_and_csr_are_made(tmp_path: pathlib.Path) -> None:
    outcome = ensure(order(tmp_path)).as_result()
    csr = (tmp_path / "www.csr").read_bytes()
    facts = csrs.read_csr(csr)
    key = keys.facts((tmp_path / "www.key").read_bytes(), path="")
    assert outcome == {
        "name": "www",
        "csr": csr.decode(),
        "public_key_fingerprint": key.public_key_fingerprint,
        "key_path": str(tmp_path / "www.key"),
        "next_key_path": None,
        "csr_path": str(tmp_path / "www.csr"),
        "changed": True,
        "planned": False,
        "actions": ["create_key", "create_csr"],
    }
    assert key.spec == KeySpec("ECDSA", curve="P-256")
    assert facts.public_key_fingerprint == key.public_key_fingerprint
    assert facts.signature_valid
    assert facts.dns_names == (NAME,)
    assert stat.S_IMODE((tmp_path / "www.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "www.csr").stat().st_mode) == 0o644
    assert sorted(path.name for path in tmp_path.iterdir()) == ["www.csr", "www.key"]


def test_an_rsa_key_is_made_too(tmp_path: pathlib.Path) -> None:
    assert ensure(order(tmp_path, key={"type": "RSA", "curve": None})).actions == ("create_key", "create_csr")
    assert keys.facts((tmp_path / "www.key").read_bytes(), path="").spec == KeySpec("RSA", size=2048)


def test_a_domain_validated_order_has_no_subject_but_country_and_name(tmp_path: pathlib.Path) -> None:
    for subject in ({}, None, dict.fromkeys(SUBJECT)):
        ensure(order(tmp_path, subject=subject))
        facts = csrs.read_csr((tmp_path / "www.csr").read_bytes())
        assert facts.subject == (("country_name", "JP"), ("common_name", NAME))


@pytest.mark.parametrize(
    ("key_name", "csr_name"), [("www.key", "www.csr"), ("www.pem", "www.pem.csr"), ("key", "key.csr"), (".key", ".csr")]
)
def test_where_the_csr_goes_by_itself(tmp_path: pathlib.Path, key_name: str, csr_name: str) -> None:
    asked = use_case.parse(order(tmp_path, key={"path": str(tmp_path / key_name)}))
    assert asked.csr_path == str(tmp_path / csr_name)


# --- keeping


def test_a_second_run_changes_nothing(tmp_path: pathlib.Path) -> None:
    first = ensure(order(tmp_path)).as_result()
    before = state_of(tmp_path)
    second = ensure(order(tmp_path)).as_result()
    assert state_of(tmp_path) == before
    assert second == {**first, "changed": False, "actions": []}


KEY_CHANGES = st.fixed_dictionaries(
    {
        "curve": st.sampled_from(["P-256", "P-384"]),
        "mode": st.sampled_from(["0600", "0640", "0400"]),
        "csr_path": st.sampled_from([None, "{}/other.csr"]),
    }
)
SUBJECTS = st.fixed_dictionaries(
    {},
    optional={field: st.text("ABCxyz09 -.,&'()/", min_size=1, max_size=30) for field in SUBJECT},
)
WRECKS = st.sampled_from([None, b"", b"\n", b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"])


@settings(max_examples=40)
@given(key=KEY_CHANGES, subject=SUBJECTS, wreck=WRECKS, earlier_name=st.sampled_from([None, "old.example.jp"]))
def test_whatever_was_there_one_run_is_enough_and_keeps_the_key(
    key: dict[str, t.Any], subject: dict[str, str], wreck: bytes | None, earlier_name: str | None
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if key["csr_path"]:
            key = {**key, "csr_path": key["csr_path"].format(folder)}
        wanted = order(folder, key=key, subject=subject)
        csr = pathlib.Path(use_case.parse(wanted).csr_path)
        if earlier_name:
            ensure({**wanted, "common_name": earlier_name})
        if wreck is not None:
            csr.write_bytes(wreck)
        kept = (folder / "www.key").read_bytes() if earlier_name else None
        planned = ensure(wanted, check=True).actions
        assert ensure(wanted).actions == planned
        before = state_of(folder)
        assert ensure(wanted).actions == ()
        assert state_of(folder) == before
        assert kept in (None, (folder / "www.key").read_bytes())
        facts = csrs.read_csr(csr.read_bytes())
        assert dict(facts.subject) == {"country_name": "JP", "common_name": NAME, **subject}


@pytest.mark.parametrize("form", ["PKCS8", "TraditionalOpenSSL"])
def test_keys_made_by_other_tools_are_kept(tmp_path: pathlib.Path, rsa_key: t.Any, ec_key: t.Any, form: str) -> None:
    for key, kind in ((rsa_key, {"type": "RSA", "curve": None}), (ec_key, {})):
        content = written(tmp_path / "www.key", key, form=form)
        outcome = ensure(order(tmp_path, key=kind))
        assert outcome.actions == ("create_csr",)
        assert (tmp_path / "www.key").read_bytes() == content


def test_the_order_of_the_attributes_means_nothing(tmp_path: pathlib.Path, ec_key: t.Any) -> None:
    written(tmp_path / "www.key", ec_key)
    subject = tuple(reversed(use_case.parse(order(tmp_path)).subject))
    (tmp_path / "www.csr").write_bytes(csrs.make_csr(ec_key, subject=subject, dns_names=(NAME,)))
    assert ensure(order(tmp_path)).actions == ()


@pytest.mark.parametrize(
    "change",
    [
        {"common_name": "shop.example.jp"},
        {"subject": {**SUBJECT, "locality_name": "Minato-ku"}},
        {"subject": {}},
    ],
)
def test_another_order_makes_another_csr_from_the_same_key(tmp_path: pathlib.Path, change: dict[str, t.Any]) -> None:
    first = ensure(order(tmp_path))
    key = (tmp_path / "www.key").read_bytes()
    second = ensure(order(tmp_path, **change))
    assert second.actions == ("create_csr",)
    assert (tmp_path / "www.key").read_bytes() == key
    assert second.as_result()["public_key_fingerprint"] == first.as_result()["public_key_fingerprint"]


def test_a_csr_of_another_key_is_made_anew(tmp_path: pathlib.Path, ec_key: t.Any) -> None:
    ensure(order(tmp_path))
    written(tmp_path / "www.key", ec_key)
    assert ensure(order(tmp_path)).actions == ("create_csr",)
    assert ensure(order(tmp_path)).actions == ()


def test_a_csr_with_a_false_signature_is_made_anew(tmp_path: pathlib.Path) -> None:
    ensure(order(tmp_path))
    (block,) = pem.blocks((tmp_path / "www.csr").read_bytes())
    damaged = bytearray(block.der())
    damaged[-1] ^= 1
    (tmp_path / "www.csr").write_text(pem.encode(bytes(damaged), label=block.label))
    assert ensure(order(tmp_path)).actions == ("create_csr",)


def test_a_wrong_mode_is_repaired_and_nothing_else(tmp_path: pathlib.Path) -> None:
    ensure(order(tmp_path))
    content = (tmp_path / "www.key").read_bytes()
    (tmp_path / "www.key").chmod(0o644)
    assert ensure(order(tmp_path), check=True).actions == ("repair_key_mode",)
    assert ensure(order(tmp_path)).actions == ("repair_key_mode",)
    assert stat.S_IMODE((tmp_path / "www.key").stat().st_mode) == 0o600
    assert (tmp_path / "www.key").read_bytes() == content


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_wrong_owner_is_repaired(tmp_path: pathlib.Path) -> None:
    ensure(order(tmp_path, key={"owner": "root"}))
    os.chown(tmp_path / "www.key", 0, 34)
    assert ensure(order(tmp_path)).actions == ()
    assert ensure(order(tmp_path, key={"owner": "12", "group": "0"})).actions == ("repair_key_mode",)
    assert ((tmp_path / "www.key").stat().st_uid, (tmp_path / "www.key").stat().st_gid) == (12, 0)
    assert ensure(order(tmp_path, key={"owner": "12"})).actions == ()


# --- check mode


def test_check_mode_writes_nothing_and_decides_the_same(tmp_path: pathlib.Path) -> None:
    planned = ensure(order(tmp_path), check=True)
    assert state_of(tmp_path) == {}
    result = planned.as_result()
    assert (result["csr"], result["public_key_fingerprint"]) == (None, None)
    assert (result["changed"], result["planned"]) == (True, True)
    assert ensure(order(tmp_path)).actions == planned.actions


def test_check_mode_knows_the_key_that_is_there(tmp_path: pathlib.Path, ec_key: t.Any) -> None:
    written(tmp_path / "www.key", ec_key)
    result = ensure(order(tmp_path), check=True).as_result()
    assert result["csr"] is None
    assert result["public_key_fingerprint"] == keys.fingerprint(ec_key.public_key())


def test_check_mode_shows_a_csr_that_is_kept(tmp_path: pathlib.Path) -> None:
    made = ensure(order(tmp_path)).as_result()
    result = ensure(order(tmp_path), check=True).as_result()
    assert result["csr"] == made["csr"]
    assert (result["changed"], result["planned"]) == (False, False)


# --- many


def test_all_orders_in_one_go(tmp_path: pathlib.Path) -> None:
    wanted = [order(tmp_path, name=name, key={"path": str(tmp_path / f"{name}.key")}) for name in "abc"]
    (tmp_path / "b.key").write_bytes(b"nonsense")
    harvest = use_case.ensure_all(wanted, check=False)
    result = use_case.result(harvest, lang="en")
    assert result["changed"]
    assert [row["name"] for row in result["csrs"]] == ["a", "c"]
    assert [row["name"] for row in result["failures"]] == ["b"]
    assert sorted(result["diff"]["after"]) == ["a", "c"]
    again = use_case.result(use_case.ensure_all(wanted, check=False), lang="en")
    assert not again["changed"]
    assert again["diff"] == {"before": {}, "after": {}}


def test_two_orders_may_share_a_key_but_not_a_csr(tmp_path: pathlib.Path) -> None:
    shared = [order(tmp_path, name="a"), order(tmp_path, name="c", common_name="c.example.jp")]
    harvest = use_case.ensure_all(shared, check=False)
    assert [failure.name for failure in harvest.failures] == ["a", "c"]
    shared[1]["key"]["csr_path"] = str(tmp_path / "c.csr")
    assert not use_case.ensure_all(shared, check=False).failures


def test_the_diff_tells_everything_but_the_key(tmp_path: pathlib.Path) -> None:
    planned = use_case.result(use_case.ensure_all([order(tmp_path)], check=True), lang=None)["diff"]
    diff = use_case.result(use_case.ensure_all([order(tmp_path)], check=False), lang=None)["diff"]
    assert diff["before"] == planned["before"] == {"www": {"key": None, "csr": None}}
    now, then = diff["after"]["www"], planned["after"]["www"]
    assert then["key"] == {**now["key"], "public_key_fingerprint": None}
    assert then["csr"] == {**now["csr"], "public_key_fingerprint": None}
    assert now["key"]["mode"] == "0600"
    assert now["csr"]["subject"] == "C=JP, ST=Tokyo, L=Chiyoda-ku, O=Example Co., Ltd., CN=www.example.jp"


def test_no_line_of_the_key_is_in_any_result(tmp_path: pathlib.Path) -> None:
    harvest = use_case.ensure_all([order(tmp_path)], check=False)
    shown = repr(harvest) + repr(use_case.result(harvest, lang="en"))
    lines = (tmp_path / "www.key").read_text().splitlines()[1:-1]
    assert lines
    assert not any(line in shown for line in lines)


def test_a_failed_order_that_changed_something_says_so(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: str, **_options: object) -> t.NoReturn:
        raise errors.FileRefused(path=path, reason="No space left on device")

    monkeypatch.setattr(files, "replace", fail)
    harvest = use_case.ensure_all([order(tmp_path)], check=False)
    assert harvest.failures[0].fault.done == ("create_key",)
    assert use_case.result(harvest, lang="en")["changed"]
    monkeypatch.undo()
    assert ensure(order(tmp_path)).actions == ("create_csr",)
