# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host with a key, the certificates for it, and the order that wants them there."""

from __future__ import annotations

import dataclasses as dc
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import errors
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import certs
from ansible_collections.iij.server_certificate.plugins.module_utils._target import ensure_certificate as use_case
from ansible_collections.iij.server_certificate.plugins.module_utils._target import installation
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import (
    NOW,
    Authority,
    key_pem,
    pem,
)

NAME = "www.example.jp"
ALL_FILES = ("chain.pem", "full.pem", "www.pem")


@dc.dataclass
class Site:
    """A host's folder with a key, and certificates for it."""

    folder: pathlib.Path
    authority: Authority
    key: t.Any

    def __post_init__(self) -> None:
        self.issue()
        (self.folder / "www.key").write_bytes(key_pem(self.key))
        (self.folder / "www.key").chmod(0o600)

    def issue(self, name: str = NAME, **options: t.Any) -> None:
        """The desk's newest certificate."""
        self.certificate = self.authority.issue(name, **{"key": self.key, **options})
        self.facts = certs.read_certificates(pem(self.certificate).encode())[0]

    @property
    def contents(self) -> dict[str, str]:
        return {"certificate": pem(self.certificate), "chain": self.authority.chain_pem}

    def order(self, **changes: t.Any) -> dict[str, t.Any]:
        install = {
            "certificate": str(self.folder / "www.pem"),
            "chain": str(self.folder / "chain.pem"),
            "full_chain": str(self.folder / "full.pem"),
            "owner": None,
            "group": None,
            "mode": "0644",
            **changes.pop("install", {}),
        }
        return {
            "name": "www",
            "common_name": NAME,
            "csr_origin": "target",
            "certificate_fingerprint": self.facts.certificate_fingerprint,
            "public_key_fingerprint": self.facts.public_key_fingerprint,
            "key": {"path": str(self.folder / "www.key")},
            "install": install,
            **changes,
        }

    def ensure(
        self,
        contents: object = None,
        *,
        check: bool = False,
        served: bool | None = None,
        now: t.Any = NOW,
        **changes: t.Any,
    ) -> use_case.CertificateOutcome:
        return use_case.ensure(self.parse(**changes), contents=contents, served=served, now=now, check=check)

    def parse(self, **changes: t.Any) -> installation.WantedInstallation:
        passphrases = changes.pop("passphrases", installation.Passphrases())
        return installation.parse(self.order(**changes), passphrases=passphrases)

    def state(self) -> dict[str, tuple[bytes, int, int]]:
        """What every path shows."""
        return {
            path.name: (path.read_bytes(), path.stat().st_mode, path.stat().st_ino)
            for path in self.folder.iterdir()
            if path.is_file()
        }

    def refuses(self, contents: object, fault: type[errors.Fault], **options: t.Any) -> errors.Fault:
        """Nothing is written, in check mode or not; the fault is the same."""
        before = self.state()
        for check in (True, False):
            with pytest.raises(fault) as caught:
                self.ensure(contents, check=check, **options)
        assert self.state() == before
        return caught.value
