# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What is to go into the files of an order, and what lies there now."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .._core import activation_errors, certificate_errors, errors, file_errors, names
from .._core.phrases import Phrase
from .._pki import bundles, certs, keys, pem
from . import door, files
from .installation import CERTIFICATE, CHAIN, COMBINED, FULL_CHAIN, KEY, PKCS12, WITH_KEY, WITH_LEAF

if t.TYPE_CHECKING:
    import pathlib
    from collections.abc import Collection

    from .._pki.certs import CertFacts
    from .accesses import Access
    from .installation import WantedInstallation

    Certificates = tuple[CertFacts, ...]

_PEM = Phrase("certificates of a server in PEM", "サーバの証明書 (PEM形式) ")
_BUNDLE = Phrase("PKCS#12", "PKCS#12")


@dc.dataclass(frozen=True)
class Delivery:
    """The certificates to install."""

    leaf: CertFacts
    chain: Certificates

    def content(self, role: str) -> Certificates:
        """Return which certificates belong into the file of this role."""
        return {CERTIFICATE: (self.leaf,), CHAIN: self.chain}.get(role, (self.leaf, *self.chain))

    def is_in(self, file: SeenFile, *, role: str) -> bool:
        """Check whether the file holds just what it should."""
        result, wanted = file.certificates, self.content(role)
        if role == PKCS12:  # where the order of the chain means nothing
            result, wanted = _leaf_and_rest(result), _leaf_and_rest(wanted)
        if file.is_unfit:
            return False
        return result == wanted and (role not in WITH_KEY or file.key_fingerprint == self.leaf.public_key_fingerprint)


def _leaf_and_rest(certificates: Certificates) -> Certificates:
    return (*certificates[:1], *sorted(certificates[1:], key=lambda facts: facts.certificate_fingerprint))


@dc.dataclass(frozen=True)
class SeenFile:
    """A file as it is; content without certificates counts as none."""

    certificates: Certificates = ()
    access: Access | None = None
    key_fingerprint: str | None = None
    holds_unknown: bool = False  # something that may be a key, and cannot be read
    others: bytes = b""  # PEM blocks of other kinds, such as DH parameters
    is_unfit: bool = False  # for its readers: of another role's form, or closed to them by its encryption


@dc.dataclass(frozen=True)
class SeenFiles:
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

    def as_diff(self, wanted: WantedInstallation) -> dict[str, t.Any]:
        """Return one side of a diff."""
        seen = {path: self.access_of(role) for role, path in wanted.kept_accessible}
        modes = {path: access and access.mode_text for path, access in seen.items()}
        return {"certificate": leaf_as_diff(self.leaf), "modes": modes}


def leaf_as_diff(leaf: CertFacts | None) -> dict[str, t.Any] | None:
    """Return a certificate in a diff."""
    if leaf is None:
        return None
    return {
        "subject": names.subject_text(leaf.subject),
        "serial_number": leaf.serial_number,
        "not_after": certs.rfc3339(leaf.not_after),
        "certificate_fingerprint": leaf.certificate_fingerprint,
    }


def observe(wanted: WantedInstallation, *, leaving_out: Collection[str] = ()) -> SeenFiles:
    """Look at what lies at the paths of the order, except those of these roles; of a key only at who may read it."""
    key_path = dict(wanted.kept_accessible).get(KEY)
    ours = wanted.fileset.versions.shown_places.values()
    roles = [(role, path) for role, path in wanted.paths if role not in leaving_out]
    return SeenFiles(
        tuple((role, _observe(path, role=role, wanted=wanted, ours=ours)) for role, path in roles),
        files.key_access(key_path, owner=wanted.key_access.uid) if key_path else None,
    )


def read_place(path: str, *, role: str, ours: Collection[pathlib.Path]) -> files.Snapshot | None:
    """Read what lies where a file of this role belongs, and refuse what is there by mistake; `ours` shows a version."""
    snapshot = files.read(path)
    if snapshot is None:
        return None
    # Where a file of ours was, whatever is there now is put right; elsewhere only what is as such a file is.
    place = door.place_of(path)
    if not (place in ours or door.leads_into_set(place)):
        _require_form(snapshot.content, path=path, role=role)
    return snapshot


def _observe(path: str, *, role: str, wanted: WantedInstallation, ours: Collection[pathlib.Path]) -> SeenFile:
    snapshot = read_place(path, role=role, ours=ours)
    if snapshot is None:
        return SeenFile()
    if role == PKCS12 and not wanted.bundle_passphrase:
        raise activation_errors.PassphraseMissing(path=path)
    if bundles.is_bundle(snapshot.content):
        return _seen_bundle(snapshot, role=role, wanted=wanted)
    return _seen_pem(snapshot, path=path, role=role, passphrase=wanted.key_passphrase)


def _require_form(content: bytes, *, path: str, role: str) -> None:
    """Refuse a file that an order names by mistake: one that is neither empty nor as that of this role."""
    if not content.strip():
        return
    holds_key = pem.holds_private_key(content)
    if holds_key and role not in WITH_KEY:
        raise errors.PrivateKeyInTheWay(path=path)
    fits = bundles.is_bundle(content) if role == PKCS12 else holds_key or certs.may_be_certificates(content)
    if not fits:
        raise file_errors.FileForeign(path=path, wanted=_BUNDLE if role == PKCS12 else _PEM)


def _certificates(content: bytes) -> Certificates:
    try:
        return certs.read_beside_key(content)
    except certificate_errors.CertificateBroken:
        return ()


def _seen_bundle(snapshot: files.Snapshot, *, role: str, wanted: WantedInstallation) -> SeenFile:
    content, passphrase = snapshot.content, wanted.bundle_passphrase
    bundle = bundles.read(content, passphrase=passphrase) if passphrase else None
    if bundle is None:
        return SeenFile((), snapshot.access, holds_unknown=True, is_unfit=True)
    closed = wanted.pkcs12_encryption == bundles.COMPATIBLE and bundles.is_modern(content)
    unfit = closed or role != PKCS12
    return SeenFile(bundle.certificates, snapshot.access, bundle.key_fingerprint, is_unfit=unfit)


def _seen_pem(snapshot: files.Snapshot, *, path: str, role: str, passphrase: str | None) -> SeenFile:
    content = snapshot.content
    holds_key = pem.holds_private_key(content)
    unfit = role == PKCS12 or (holds_key and role not in WITH_KEY)
    seen = SeenFile(_certificates(content), snapshot.access, others=certs.others_beside(content), is_unfit=unfit)
    try:
        key = keys.facts(content, path=path, passphrase=passphrase) if keys.first_block(content) else None
    except errors.Fault:
        return dc.replace(seen, holds_unknown=True)
    return dc.replace(seen, key_fingerprint=key.public_key_fingerprint if key else None)


__all__ = ("Delivery", "SeenFile", "SeenFiles", "leaf_as_diff", "observe", "read_place")
