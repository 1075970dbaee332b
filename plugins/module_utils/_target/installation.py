# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What an order asks to be installed here, what is to go into its files, and what lies there now."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .._core import activation_errors, errors, names
from .._core.phrases import Phrase
from .._pki import bundles, certs, handshake, keys
from . import accesses, files, filesets, orders

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from .._pki.certs import CertFacts
    from .accesses import Access

    Certificates = tuple[CertFacts, ...]

CHAIN, FULL_CHAIN, CERTIFICATE, COMBINED, PKCS12 = ROLES = ("chain", "full_chain", "certificate", "combined", "pkcs12")
KEY = "key"
WITH_LEAF = (CERTIFICATE, FULL_CHAIN, COMBINED, PKCS12)  # the first of them that an order names leads its set
WITH_KEY = (COMBINED, PKCS12)
_WITH_LEAF = Phrase("a mapping with one of {0}", "{0} のいずれかを持つマッピング")
_KEY_PATH = Phrase("given where a file holds the key too", "鍵を含むファイルがある場合は必須")
_HERE = "127.0.0.1"
_HTTPS = 443
_TIMEOUT = 30


@dc.dataclass(frozen=True)
class Passphrases:
    """The passphrases that a task was given, by name of the order; they never show."""

    keys: Mapping[str, str] = dc.field(default_factory=dict, repr=False)
    bundles: Mapping[str, str] = dc.field(default_factory=dict, repr=False)


@dc.dataclass(frozen=True)
class Asked:
    """What an order asks of this host."""

    name: str
    common_name: str
    certificate_fingerprint: str
    public_key_fingerprint: str | None
    key_path: str | None
    csr_origin: str | None
    paths: tuple[tuple[str, str], ...]  # (role, path)
    access: Access
    key_access: Access
    issuer: str | None = None
    backup: bool = False
    plain_files: bool = False
    validate: str | None = None
    reload: str | None = None
    service: handshake.Service | None = None
    proved_by_controller: bool = False
    key_passphrase: str | None = dc.field(default=None, repr=False)
    bundle_passphrase: str | None = dc.field(default=None, repr=False)

    @property
    def own_paths(self) -> tuple[str, ...]:
        return tuple(path for _role, path in self.paths)

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

    def _fileset(self, members: tuple[tuple[str, str], ...]) -> filesets.FileSet:
        others = (self.key_path,) if self.key_path else ()
        return filesets.FileSet(self.leading_path, members, others=others, plain=self.plain_files)

    @property
    def kept_accessible(self) -> tuple[tuple[str, str], ...]:
        """The files whose mode and accounts are the order's: its own, and the live key where that is made here."""
        made_here = self.key_path if self.csr_origin == "target" else None
        return (*self.paths, (KEY, made_here)) if made_here else self.paths

    def path(self, role: str) -> str | None:
        """Where the file of this role goes, if the order names it."""
        return dict(self.paths).get(role)

    def access_of(self, role: str) -> Access:
        return self.key_access if role in (KEY, *WITH_KEY) else self.access


@dc.dataclass(frozen=True)
class Given:
    """The certificates to install."""

    leaf: CertFacts
    chain: Certificates

    def content(self, role: str) -> Certificates:
        """Which certificates belong into the file of this role."""
        return {CERTIFICATE: (self.leaf,), CHAIN: self.chain}.get(role, (self.leaf, *self.chain))

    def is_in(self, file: SeenFile, *, role: str) -> bool:
        """Whether the file holds just what it should."""
        found, wanted = file.certificates, self.content(role)
        if role == PKCS12:  # where the order of the chain means nothing
            found, wanted = _leaf_and_rest(found), _leaf_and_rest(wanted)
        return found == wanted and (role not in WITH_KEY or file.key_fingerprint == self.leaf.public_key_fingerprint)


def _leaf_and_rest(found: Certificates) -> Certificates:
    return (*found[:1], *sorted(found[1:], key=lambda facts: facts.certificate_fingerprint))


@dc.dataclass(frozen=True)
class SeenFile:
    """A file as it is; content that is not made of certificates counts as none."""

    certificates: Certificates = ()
    access: Access | None = None
    key_fingerprint: str | None = None
    holds_unknown: bool = False  # something that may be a key, and cannot be read


@dc.dataclass(frozen=True)
class Seen:
    """The files of an order as they are, one for each role that it names, and who may read its key."""

    files: tuple[tuple[str, SeenFile], ...]
    key_access: Access | None = None

    def of(self, role: str) -> SeenFile:
        return dict(self.files).get(role, SeenFile())

    def access_of(self, role: str) -> Access | None:
        return self.key_access if role == KEY else self.of(role).access

    @property
    def leaf(self) -> CertFacts | None:
        return next((self.of(role).certificates[0] for role in WITH_LEAF if self.of(role).certificates), None)

    @property
    def chain(self) -> Certificates:
        wholes = (self.of(role).certificates[1:] for role in (FULL_CHAIN, COMBINED, PKCS12))
        return self.of(CHAIN).certificates or next((whole for whole in wholes if whole), ())

    def as_diff(self, asked: Asked) -> dict[str, t.Any]:
        """One side of a diff."""
        seen = {path: self.access_of(role) for role, path in asked.kept_accessible}
        modes = {path: access and access.mode_text for path, access in seen.items()}
        return {"certificate": leaf_as_diff(self.leaf), "modes": modes}


def leaf_as_diff(leaf: CertFacts | None) -> dict[str, t.Any] | None:
    """A certificate in a diff."""
    if leaf is None:
        return None
    return {
        "subject": names.subject_text(leaf.subject),
        "serial_number": leaf.serial_number,
        "not_after": certs.rfc3339(leaf.not_after),
        "certificate_fingerprint": leaf.certificate_fingerprint,
    }


def parse(order: Mapping[str, t.Any], *, passphrases: Passphrases) -> Asked:
    """The order as this module needs it; anything else in it is not looked at."""
    install, key = orders.mapping(order, "install"), orders.mapping(order, "key")
    paths = {role: orders.optional_path(install, role, within="install") for role in ROLES}
    if not any(paths[role] for role in WITH_LEAF):
        raise errors.FieldWrong(field="install", allowed=_WITH_LEAF.filled(", ".join(WITH_LEAF)))
    key_path = orders.optional_path(key, "path", within="key")
    if not key_path and any(paths[role] for role in WITH_KEY):
        raise errors.FieldWrong(field="key.path", allowed=_KEY_PATH)
    orders.require_distinct({"key.path": key_path, **{f"install.{role}": path for role, path in paths.items()}})
    name, common_name = orders.text(order, "name"), orders.text(order, "common_name")
    prove = install.get("prove")
    return Asked(
        name=name,
        common_name=common_name,
        certificate_fingerprint=orders.text(order, "certificate_fingerprint"),
        public_key_fingerprint=order.get("public_key_fingerprint"),
        key_path=key_path,
        csr_origin=order.get("csr_origin"),
        paths=tuple((role, path) for role in ROLES if (path := paths[role])),
        access=accesses.asked(install, within="install"),
        key_access=accesses.asked(key, within="key"),
        issuer=install.get("issuer"),
        backup=bool(install.get("backup")),
        plain_files=bool(install.get("plain_files")),
        validate=install.get("validate"),
        reload=install.get("reload"),
        service=None if prove is None else _service(prove, common_name=common_name),
        proved_by_controller=prove is not None and prove.get("seen_from") == "controller",
        key_passphrase=passphrases.keys.get(name),
        bundle_passphrase=passphrases.bundles.get(name),
    )


def _service(prove: Mapping[str, t.Any], *, common_name: str) -> handshake.Service:
    return handshake.Service(
        address=prove.get("address") or _HERE,
        port=prove.get("port") or _HTTPS,
        server_name=prove.get("server_name") or names.served_name(common_name),
        timeout=prove.get("timeout") or _TIMEOUT,
    )


def observe(asked: Asked) -> Seen:
    """What lies at the paths of the order; of a key only who may read it."""
    key_path = dict(asked.kept_accessible).get(KEY)
    return Seen(
        tuple((role, _observe(path, role=role, asked=asked)) for role, path in asked.paths),
        files.key_access(key_path, owner=asked.key_access.uid) if key_path else None,
    )


def _observe(path: str, *, role: str, asked: Asked) -> SeenFile:
    snapshot = files.read(path)
    if snapshot is None:
        return SeenFile()
    if role == PKCS12:
        return _seen_bundle(snapshot, path=path, passphrase=asked.bundle_passphrase)
    if role == COMBINED:
        return _seen_combined(snapshot, path=path, passphrase=asked.key_passphrase)
    try:
        return SeenFile(certs.read_certificates(snapshot.content), snapshot.access)
    except errors.PrivateKeyGiven:
        raise errors.PrivateKeyInTheWay(path=path) from None
    except errors.CertificateBroken:
        return SeenFile((), snapshot.access)


def _seen_bundle(snapshot: files.Snapshot, *, path: str, passphrase: str | None) -> SeenFile:
    if not passphrase:
        raise activation_errors.PassphraseMissing(path=path)
    bundle = bundles.read(snapshot.content, passphrase=passphrase)
    if bundle is None:
        return SeenFile((), snapshot.access, holds_unknown=bool(snapshot.content))
    return SeenFile(bundle.certificates, snapshot.access, bundle.key_fingerprint)


def _seen_combined(snapshot: files.Snapshot, *, path: str, passphrase: str | None) -> SeenFile:
    try:
        certificates = certs.read_beside_key(snapshot.content)
    except errors.CertificateBroken:
        certificates = ()
    block = keys.first_block(snapshot.content)
    try:
        key = keys.facts(snapshot.content, path=path, passphrase=passphrase) if block else None
    except errors.Fault:
        return SeenFile(certificates, snapshot.access, holds_unknown=True)
    return SeenFile(certificates, snapshot.access, key.public_key_fingerprint if key else None)


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
    "Asked",
    "Given",
    "Passphrases",
    "Seen",
    "SeenFile",
    "leaf_as_diff",
    "observe",
    "parse",
)
