# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What is installed: the certificate in a file, how long it lasts, and whether the key beside it is its own."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .._core import activation_errors, certificate_errors, errors, file_errors, names
from .._pki import bundles, certs, keys, pem
from . import files

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from .._pki.certs import CertFacts
    from .installation import Passphrases

_UNKNOWN = dict.fromkeys(
    (
        "subject", "common_name", "dns_names", "issuer", "serial_number", "not_before", "not_after", "days_left",
        "certificate_fingerprint", "public_key_fingerprint", "key_matches",
    )
)  # fmt: skip


@dc.dataclass(frozen=True)
class Held:
    """What a file with a certificate holds."""

    leaf: CertFacts
    key_fingerprint: str | None = None  # of the key in the same file


def describe(
    file: Mapping[str, t.Any], *, now: dt.datetime, passphrases: Passphrases, lang: str | None
) -> dict[str, t.Any]:
    """Return one file's row in the result; what is wrong with it is told there and stops nothing."""
    name, path, key_path = (file.get(field) for field in ("name", "path", "key_path"))
    row: dict[str, t.Any] = {
        "name": name,
        "path": path,
        "key_path": key_path,
        "found": False,
        **_UNKNOWN,
        "message": None,
    }
    try:
        key_passphrase = passphrases.keys.get(str(name))
        held = _held(str(path), passphrase=passphrases.bundles.get(str(name)), key_passphrase=key_passphrase)
        if held:
            row.update(found=True, **_certificate(held.leaf, now=now))
            if held.leaf.not_before > now:
                row["message"] = certificate_errors.NotYetValid(moment=row["not_before"]).message(lang)
            key = held.key_fingerprint or _key_fingerprint(key_path, passphrase=key_passphrase)
            row["key_matches"] = None if key is None else key == held.leaf.public_key_fingerprint
    except Exception as error:
        row.update(found=True, message=errors.as_fault(error).message(lang))
    return row


def _held(path: str, *, passphrase: str | None, key_passphrase: str | None) -> Held | None:
    try:
        snapshot = files.read(path)
    except errors.FolderMissing:
        return None
    if snapshot is None:
        return None
    if pem.blocks(snapshot.content):
        leaf = _read_leaf(snapshot.content, path=path)
        if keys.first_block(snapshot.content) is None:
            return Held(leaf)
        key = keys.facts(snapshot.content, path=path, passphrase=key_passphrase)
        return Held(leaf, key.public_key_fingerprint)
    if not bundles.is_bundle(snapshot.content):
        raise file_errors.NoCertificateThere(path=path)
    if not passphrase:
        raise activation_errors.PassphraseMissing(path=path)
    bundle = bundles.read(snapshot.content, passphrase=passphrase)
    if bundle is None or not bundle.certificates:
        raise errors.PassphraseWrong(path=path)
    return Held(bundle.certificates[0], bundle.key_fingerprint)


def _read_leaf(content: bytes, *, path: str) -> CertFacts:
    try:
        return certs.read_beside_key(content)[0]
    except certificate_errors.CertificateBroken:
        raise file_errors.NoCertificateThere(path=path) from None


def _key_fingerprint(path: str | None, *, passphrase: str | None) -> str | None:
    if path is None:
        return None
    try:
        snapshot = files.read(path)
    except errors.FolderMissing:
        snapshot = None
    if snapshot is None:
        raise errors.KeyMissing(path=path)
    return keys.facts(snapshot.content, path=path, passphrase=passphrase).public_key_fingerprint


def _certificate(leaf: CertFacts, *, now: dt.datetime) -> dict[str, t.Any]:
    return {
        "subject": names.subject_text(leaf.subject),
        "common_name": leaf.common_name,
        "dns_names": list(leaf.dns_names),
        "issuer": names.subject_text(leaf.issuer),
        "serial_number": leaf.serial_number,
        "not_before": certs.rfc3339(leaf.not_before),
        "not_after": certs.rfc3339(leaf.not_after),
        "days_left": (leaf.not_after - now).days,
        "certificate_fingerprint": leaf.certificate_fingerprint,
        "public_key_fingerprint": leaf.public_key_fingerprint,
    }


__all__ = ("describe",)
