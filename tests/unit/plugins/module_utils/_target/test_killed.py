# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SIGKILL before every single file operation: the old set or the new one is whole each time, and the next run heals."""

from __future__ import annotations

import copy
import dataclasses as dc
import os
import pathlib
import re
import shutil
import tempfile
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import activation_errors
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import bundles, certs, keys
from ansible_collections.iij.server_certificate.plugins.module_utils._target import ensure_certificate as use_case
from ansible_collections.iij.server_certificate.plugins.module_utils._target import installation, live_keys
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import NOW, Authority, key_pem
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target import key_orders
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.killing import killed_at
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.sites import Site
from cryptography.hazmat.primitives.asymmetric import ec

if t.TYPE_CHECKING:
    from collections.abc import Iterator

PASSPHRASES = installation.Passphrases(bundles={"www": "open sesame"})
EVERY: t.Final = int(os.environ.get("KILL_AT_EVERY", "2"))  # 1 kills at each of a thousand operations
LAYOUTS: t.Final[dict[str, tuple[str, ...]]] = {
    "separate": ("certificate", "chain"),
    "full chain": ("full_chain",),
    "combined": ("combined",),
    "pkcs12": ("pkcs12",),
    "many": ("certificate", "chain", "full_chain", "combined"),
}
FOLDERS: t.Final = {
    "certificate": "certs",
    "chain": "certs",
    "full_chain": "full",
    "combined": "proxy",
    "pkcs12": "java",
}
HIDDEN: t.Final = re.compile(r"\.(www\.key|certificate|chain|full_chain|combined|pkcs12)\.[0-9a-f]{8}")


@dc.dataclass(frozen=True)
class Stage:
    """A host's folders with a set installed or not, the next certificate issued, and its key waiting or not."""

    root: pathlib.Path
    site: Site
    roles: tuple[str, ...]
    changes: dict[str, t.Any]
    contents: dict[str, str]

    def install(self) -> use_case.CertificateOutcome:
        return self.site.ensure(self.contents, **self.order())

    def order(self) -> dict[str, t.Any]:
        places = {role: str(self.root / FOLDERS[role] / role) for role in self.roles}
        unasked = {"certificate": None, "chain": None, "full_chain": None}
        install = {**unasked, **places, **self.changes.get("install", {})}
        return {**self.changes, "install": install, "passphrases": PASSPHRASES}

    def shown(self) -> frozenset[str]:
        """The fingerprints of the leaves that the paths show, each checked to be whole and to fit the live key."""
        live = live_keys.read(str(self.root / "site" / "www.key"), passphrase=None)
        assert live
        found = set()
        for role in self.roles:
            path = self.root / FOLDERS[role] / role
            leaf, key = self._read(role, path.read_bytes()) if path.exists() else (None, None)
            assert leaf is None or leaf.public_key_fingerprint == live.facts.public_key_fingerprint
            assert key in (None, live.facts.public_key_fingerprint)
            if role != "chain":
                found.add(leaf.certificate_fingerprint if leaf else "nothing")
        return frozenset(found)

    def _read(self, role: str, content: bytes) -> tuple[t.Any, str | None]:
        if role == "pkcs12":
            bundle = bundles.read(content, passphrase="open sesame")
            assert bundle
            return bundle.certificates[0], bundle.key_fingerprint
        if role == "chain":
            assert certs.read_certificates(content)
            return None, None
        key = keys.facts(content, path="").public_key_fingerprint if role == "combined" else None
        return certs.read_beside_key(content)[0], key

    def litter(self) -> list[str]:
        """Whatever lies there and is neither a path of the order nor led to by one."""
        wanted = {*self.roles, "www.key"}
        led_to = {os.path.realpath(path) for path in self.root.rglob("*") if path.name in wanted}
        named = [path for path in self.root.rglob("*") if path.is_file() and path.name not in wanted]
        versions = [path for path in self.root.rglob("*.set/*") if path.name != "current"]
        return [str(path) for path in named if os.path.realpath(path) not in led_to] + [
            str(path) for path in versions if not path.samefile(path.parent / "current")
        ]


def _first(stage: Stage) -> None:
    """Nothing is installed yet."""


def _renewal(stage: Stage) -> None:
    """A certificate for the same key is there already."""
    stage.site.issue()
    stage.site.ensure(stage.site.contents, **stage.order())


def _plain_files(stage: Stage) -> None:
    """What is there was written by somebody else, as plain files."""
    _renewal(stage)
    for role in stage.roles:
        path = stage.root / FOLDERS[role] / role
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)
    for folder in stage.root.rglob("*.set"):
        shutil.rmtree(folder)
    for path in stage.root.rglob(".*"):
        path.unlink()


def _rekeyed(stage: Stage) -> None:
    """A certificate is there, and the key for the next one waits."""
    _renewal(stage)
    _stage_key(stage)


def _rekeyed_again(stage: Stage) -> None:
    """The live key is itself a part of the set, and the one for the next certificate waits."""
    _rekeyed(stage)
    stage.site.issue()
    stage.site.ensure(stage.site.contents, **stage.order())
    _stage_key(stage)


def _stage_key(stage: Stage) -> None:
    stage.site.key = ec.generate_private_key(ec.SECP256R1())
    path = pathlib.Path(live_keys.staged_path(str(stage.root / "site" / "www.key")))
    path.write_bytes(key_pem(stage.site.key))
    path.chmod(0o600)


BEFORE: t.Final = {
    kind.__name__.strip("_"): kind for kind in (_first, _renewal, _plain_files, _rekeyed, _rekeyed_again)
}


def _staged(root: pathlib.Path, authority: Authority, *, layout: str, before: str, **changes: t.Any) -> Stage:
    for folder in {"site", *FOLDERS.values()}:
        (root / folder).mkdir(parents=True)
    site = Site(root / "site", authority, ec.generate_private_key(ec.SECP256R1()))
    stage = Stage(root, site, LAYOUTS[layout], changes, {})
    BEFORE[before](dc.replace(stage, changes={}))
    site.issue(since=NOW)
    return dc.replace(stage, contents=site.contents)


def _points(stage: Stage, points: pathlib.Path) -> Iterator[Stage]:
    """The same stage again and again, each time with a later kill, until nothing is left to kill."""
    fatal, killed = 0, True
    while killed:
        root = points / str(fatal)
        shutil.copytree(stage.root, root, symlinks=True)
        site = copy.copy(stage.site)
        site.folder = root / "site"
        again = dc.replace(stage, root=root, site=site)
        killed = killed_at(fatal, again.install)
        yield again
        shutil.rmtree(root)
        fatal += EVERY


@pytest.fixture
def folder() -> Iterator[pathlib.Path]:
    """In memory where that is possible: every point syncs dozens of times, and a kill loses nothing of either."""
    memory = pathlib.Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as name:
        yield pathlib.Path(name)


SCENARIOS: t.Final = [
    *(("many", before) for before in BEFORE),
    ("separate", "rekeyed"),
    ("full chain", "first"),
    ("combined", "first"),
    ("pkcs12", "renewal"),
]


@pytest.mark.parametrize(("layout", "before"), SCENARIOS)
def test_killed_at_any_operation(folder: pathlib.Path, authority: Authority, layout: str, before: str) -> None:
    stage = _staged(folder / "stage", authority, layout=layout, before=before)
    old, points = stage.shown(), 0
    new = frozenset({stage.site.facts.certificate_fingerprint})
    assert len(old) == 1
    for again in _points(stage, folder / "points"):
        points += 1
        assert again.shown() in (old, new)
        again.install()
        assert again.shown() == new
        assert again.litter() == []
        assert again.install().actions == ()
    assert points * EVERY > 20


@pytest.mark.parametrize(
    ("layout", "before"),
    [("separate", "rekeyed"), ("full chain", "first"), ("combined", "plain_files")],
)
def test_killed_while_the_old_set_comes_back(
    folder: pathlib.Path, authority: Authority, layout: str, before: str
) -> None:
    refused = {"install": {"reload": "false"}}
    stage = _staged(folder / "stage", authority, layout=layout, before=before, **refused)
    old = stage.shown()
    new = frozenset({stage.site.facts.certificate_fingerprint})
    for again in _points(stage, folder / "points"):
        assert again.shown() in (old, new)
        with pytest.raises(activation_errors.ReloadFailed):
            again.install()
        assert again.shown() == old
        assert [path for path in again.litter() if not path.endswith(".next")] == []
        # With a service that takes it, the same certificate goes in, and the key that waited goes with it.
        willing = dc.replace(again, changes={"install": {"reload": "true"}})
        assert "reload" in willing.install().actions
        assert willing.shown() == new
        assert willing.litter() == []


def test_a_swap_that_nobody_saw_through_is_seen_through_by_the_next_run(
    folder: pathlib.Path, authority: Authority
) -> None:
    """Without this a handler would never hear of it: the files are right, and so nothing would seem to change."""
    reloaded = folder / "reloaded"
    changes = {"install": {"reload": f"touch {reloaded}"}}
    stage = _staged(folder / "stage", authority, layout="separate", before="renewal", **changes)
    new = frozenset({stage.site.facts.certificate_fingerprint})
    heard = []
    for again in _points(stage, folder / "points"):
        if again.shown() == new and not reloaded.exists():
            foretold = again.site.ensure(check=True, **again.order()).actions
            assert again.site.ensure(**again.order()).actions == foretold == ("complete_swap", "reload")
            heard.append(reloaded.exists())
        reloaded.unlink(missing_ok=True)
    assert heard
    assert all(heard)


def test_a_new_key_leaves_no_second_name_for_good(folder: pathlib.Path) -> None:
    """Killed before any operation, also between the link and the removal of the hidden name."""
    place, fatal, left = folder / "keys", 0, 0
    killed = True
    while killed:
        place.mkdir()
        killed = killed_at(fatal, lambda: key_orders.ensure(key_orders.order(place)))
        left += any(path.name.endswith(".tmp") for path in place.iterdir())
        key_orders.ensure(key_orders.order(place))
        assert sorted(path.name for path in place.iterdir()) == ["www.csr", "www.key"]
        assert (place / "www.key").stat().st_nlink == 1
        shutil.rmtree(place)
        fatal += 1
    assert left > 4


def test_what_a_killed_run_left_of_a_key_goes_when_its_certificate_is_installed(
    folder: pathlib.Path, authority: Authority
) -> None:
    stage = _staged(folder / "stage", authority, layout="separate", before="first")
    (stage.root / "site" / ".www.key.0123abcd.tmp").write_bytes(key_pem(stage.site.key))
    (stage.root / "site" / ".other.key.0123abcd.tmp").write_bytes(b"another program's")
    assert not stage.site.ensure(stage.contents, check=True, **stage.order()).missing
    assert (stage.root / "site" / ".www.key.0123abcd.tmp").exists(), "check mode writes nothing"
    stage.install()
    assert not (stage.root / "site" / ".www.key.0123abcd.tmp").exists()
    assert (stage.root / "site" / ".other.key.0123abcd.tmp").exists()
