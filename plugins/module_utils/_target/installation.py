# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What an order asks to be installed on this host."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .._core import defaults, errors, names
from .._core.paths import csr_path_beside
from .._core.phrases import Phrase
from .._pki import bundles, handshake
from . import accesses, filesets, orders

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from .accesses import Access

CHAIN, FULL_CHAIN, CERTIFICATE, COMBINED, PKCS12 = ROLES = ("chain", "full_chain", "certificate", "combined", "pkcs12")
KEY = "key"
WITH_LEAF = (CERTIFICATE, FULL_CHAIN, COMBINED, PKCS12)  # the first of them that an order names leads its set
WITH_KEY = (COMBINED, PKCS12)
_WITH_LEAF = Phrase("a mapping with one of {0}", "{0} のいずれかを持つマッピング")
_KEY_PATH = Phrase("given where a file holds the key too", "鍵を含むファイルがある場合は必須")
_LAST_PORT = 65535
_NUMBER = Phrase("a whole number from 1 to {0}", "1〜{0}の整数")
_ENCRYPTION = Phrase(" or ".join(bundles.ENCRYPTIONS), " または ".join(bundles.ENCRYPTIONS))


@dc.dataclass(frozen=True)
class Passphrases:
    """The passphrases that a task was given, by name of the order; they never show."""

    keys: Mapping[str, str] = dc.field(default_factory=dict, repr=False)
    bundles: Mapping[str, str] = dc.field(default_factory=dict, repr=False)


@dc.dataclass(frozen=True)
class WantedInstallation:
    """What an order asks of this host."""

    name: str
    common_name: str
    certificate_fingerprint: str
    public_key_fingerprint: str | None
    key_path: str | None
    csr_path: str | None
    csr_origin: str | None
    requested_keys: tuple[str, ...]  # of the CSR that the order names, and of one on its way, by their fingerprints
    paths: tuple[tuple[str, str], ...]  # (role, path)
    was_at: tuple[str, ...]  # paths of before, whose files go
    access: Access
    key_access: Access
    issuer: str | None = None
    backup: bool = False
    plain_files: bool = False
    pkcs12_encryption: str = defaults.PKCS12_ENCRYPTION
    validate: str | None = None
    reload: str | None = None
    service: handshake.Service | None = None
    proved_by_controller: bool = False
    key_passphrase: str | None = dc.field(default=None, repr=False)
    bundle_passphrase: str | None = dc.field(default=None, repr=False)

    @property
    def own_paths(self) -> tuple[str, ...]:
        return (*(path for _role, path in self.paths), *self.was_at)

    @property
    def leader(self) -> str:
        """The role of the file that the others go with."""
        return next(role for role in WITH_LEAF if self.path(role))

    @property
    def leading_path(self) -> str:
        return str(self.path(self.leader))

    @property
    def fileset(self) -> filesets.FileSet:
        return self._fileset(self.paths)

    @property
    def with_key(self) -> filesets.FileSet:
        """The same files and the key that goes live with them."""
        return self._fileset((*self.paths, (KEY, str(self.key_path))))

    @property
    def kept_key_path(self) -> str | None:
        """Where the set keeps the key that went live with what it shows, if one did."""
        versions = self.fileset.versions
        if not self.key_path or not versions.is_there or versions.current is None:
            return None
        kept = versions.files(versions.current).get(KEY)
        return str(kept) if kept else None

    def _fileset(self, members: tuple[tuple[str, str], ...]) -> filesets.FileSet:
        others = (self.key_path,) if self.key_path else ()
        return filesets.FileSet(self.leading_path, members, others=others, plain=self.plain_files)

    @property
    def kept_accessible(self) -> tuple[tuple[str, str], ...]:
        """The files whose mode and accounts are the order's: its own, and the live key where that is made here."""
        made_here = self.key_path if self.csr_origin == "target" else None
        return (*self.paths, (KEY, made_here)) if made_here else self.paths

    def path(self, role: str) -> str | None:
        """Return where the file of this role goes, if the order names it."""
        return dict(self.paths).get(role)

    def access_of(self, role: str) -> Access:
        return self.key_access if role in (KEY, *WITH_KEY) else self.access


def parse(order: Mapping[str, t.Any], *, passphrases: Passphrases) -> WantedInstallation:
    """Read the order as this module needs it; anything else in it is not looked at."""
    install, key = orders.mapping(order, "install"), orders.mapping(order, "key")
    paths = {role: orders.optional_path(install, role, within="install") for role in ROLES}
    if not any(paths[role] for role in WITH_LEAF):
        raise errors.FieldWrong(field="install", allowed=_WITH_LEAF.filled(", ".join(WITH_LEAF)))
    key_path = orders.optional_path(key, "path", within="key")
    if not key_path and any(paths[role] for role in WITH_KEY):
        raise errors.FieldWrong(field="key.path", allowed=_KEY_PATH)
    named = {"key.path": key_path, **{f"install.{role}": path for role, path in paths.items()}}
    orders.require_distinct(named)
    was_at = orders.list_paths(install, "was_at", within="install")
    orders.require_left({field: path for field, path in named.items() if path}, was_at=was_at)
    name, common_name = orders.text(order, "name"), orders.text(order, "common_name")
    prove = install.get("prove")
    return WantedInstallation(
        name=name,
        common_name=common_name,
        certificate_fingerprint=orders.text(order, "certificate_fingerprint"),
        public_key_fingerprint=order.get("public_key_fingerprint"),
        key_path=key_path,
        csr_path=orders.optional_path(key, "csr_path", within="key") or (key_path and csr_path_beside(key_path)),
        csr_origin=order.get("csr_origin"),
        requested_keys=tuple(order.get("requested_keys") or ()),
        paths=tuple((role, path) for role in ROLES if (path := paths[role])),
        was_at=was_at,
        access=accesses.read_access(install, within="install"),
        key_access=accesses.read_access(key, within="key"),
        issuer=install.get("issuer"),
        backup=bool(install.get("backup")),
        plain_files=bool(install.get("plain_files")),
        pkcs12_encryption=_encryption(install.get("pkcs12_encryption")),
        validate=install.get("validate"),
        reload=install.get("reload"),
        service=None if prove is None else _service(prove, common_name=common_name),
        proved_by_controller=prove is not None and prove.get("seen_from") == "controller",
        key_passphrase=passphrases.keys.get(name),
        bundle_passphrase=passphrases.bundles.get(name),
    )


def _encryption(word: object) -> str:
    if word not in (None, *bundles.ENCRYPTIONS):
        raise errors.FieldWrong(field="install.pkcs12_encryption", allowed=_ENCRYPTION)
    return str(word or defaults.PKCS12_ENCRYPTION)


def _service(prove: Mapping[str, t.Any], *, common_name: str) -> handshake.Service:
    service = handshake.Service(
        address=prove.get("address") or defaults.PROVE_ADDRESS,
        port=prove.get("port") or defaults.PROVE_PORT,
        server_name=prove.get("server_name") or names.served_name(common_name),
        timeout=prove.get("timeout") or defaults.PROVE_TIMEOUT,
    )
    for field, most in (("port", _LAST_PORT), ("timeout", defaults.PROVE_LONGEST)):
        value = getattr(service, field)
        if not isinstance(value, int) or not 1 <= value <= most:
            raise errors.FieldWrong(field=f"install.prove.{field}", allowed=_NUMBER.filled(most))
    for field in ("address", "server_name"):
        value = getattr(service, field)
        if not isinstance(value, str) or not names.is_address(value):
            raise errors.FieldWrong(field=f"install.prove.{field}", allowed=names.ADDRESS_FORM)
    return service


__all__ = (
    "CERTIFICATE",
    "CHAIN",
    "COMBINED",
    "FULL_CHAIN",
    "KEY",
    "PKCS12",
    "ROLES",
    "WITH_KEY",
    "WITH_LEAF",
    "Passphrases",
    "WantedInstallation",
    "parse",
)
