# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts as folders: what the modules do on a host, in this process, at a moment of the test's choice."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import pathlib
import typing as t

from ansible_collections.iij.server_certificate.plugins.module_utils._target import ensure_certificate, ensure_key_csr
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

Json = dict[str, t.Any]


def _real_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dc.dataclass
class Hosts:
    """Every host has a folder of its own; `down` cannot be reached. `visits` has host and module of each execution."""

    folder: pathlib.Path
    now: t.Callable[[], dt.datetime] = _real_now
    down: set[str] = dc.field(default_factory=set)
    check: bool = False  # check mode of the modules
    visits: list[tuple[str, str]] = dc.field(default_factory=list)

    def __call__(self, host: str, module: str, arguments: Json) -> Json:
        self.visits.append((host, module))
        if host in self.down:
            return {"unreachable": True, "msg": f"no way to {host}"}
        if module == "csr_register":
            made = ensure_key_csr.ensure_all(arguments["orders"], check=self.check)
            found, failed = ensure_key_csr.result(made, lang="en"), made.failures
        else:
            handover = ensure_certificate.Handover(
                certificates=arguments.get("certificates") or {}, served=arguments.get("served") or {}
            )
            installed = ensure_certificate.ensure_all(
                arguments["orders"], handover=handover, now=self.now(), check=self.check
            )
            found, failed = ensure_certificate.result(installed, check=self.check, lang="en"), installed.failures
        return {**found, **({"failed": True, "msg": str(found["failures"])} if failed else {})}

    def place(self, host: str, name: str) -> Json:
        """Where an order of this host has its files, as fields of the order."""
        folder = self.folder / host
        folder.mkdir(parents=True, exist_ok=True)
        return {
            "host": host,
            "csr_origin": "target",
            "key": {"path": str(folder / f"{name}.key")},
            "install": {"certificate": str(folder / f"{name}.pem"), "chain": str(folder / f"{name}-chain.pem")},
        }

    def serial(self, host: str, name: str) -> str:
        """The serial number of the certificate that is installed; its key beside it must be its own."""
        leaf = x509.load_pem_x509_certificate((self.folder / host / f"{name}.pem").read_bytes())
        key = serialization.load_pem_private_key((self.folder / host / f"{name}.key").read_bytes(), None)
        assert key.public_key() == leaf.public_key(), "key and certificate match"
        assert leaf.not_valid_after_utc > self.now(), "in date"
        return f"{leaf.serial_number:x}"

    def fingerprint(self, host: str, name: str) -> str:
        leaf = x509.load_pem_x509_certificate((self.folder / host / f"{name}.pem").read_bytes())
        return leaf.fingerprint(hashes.SHA256()).hex()

    def key(self, host: str, name: str) -> bytes:
        return (self.folder / host / f"{name}.key").read_bytes()


__all__ = ("Hosts",)
