# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Contents at the door: installed only if they are just what the order waits for."""

from __future__ import annotations

import typing as t

from .._core import activation_errors, certificate_errors, errors, names
from .._core.phrases import Phrase
from .._pki import certs
from . import live_keys
from .installation import CHAIN, FULL_CHAIN, WITH_KEY
from .seen_files import Delivery

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from .._pki.certs import CertFacts
    from .installation import WantedInstallation
    from .live_keys import LiveKey
    from .seen_files import SeenFiles

_CHAIN = Phrase("chain", "チェーン")
_CONTENTS = Phrase("a mapping of certificate and chain", "certificate と chain のマッピング")
_KEY_FAULTS: t.Final[dict[str, t.Callable[..., errors.Fault]]] = {
    "service": errors.KeyNotDownloaded,
    "target": certificate_errors.KeyElsewhere,
}
_GIVEN = Phrase("given where there is no key.path", "key.path がない場合は必須")


def accept(contents: object, *, wanted: WantedInstallation, seen: SeenFiles, now: dt.datetime) -> Delivery:
    """Accept the contents, if they are just what the order waits for; otherwise raise the first fault."""
    fields = _read(contents, wanted=wanted)
    leaf = fields.leaf
    if leaf.certificate_fingerprint != wanted.certificate_fingerprint:
        raise certificate_errors.AnotherCertificate(
            found=leaf.certificate_fingerprint, expected=wanted.certificate_fingerprint
        )
    if not leaf.is_for(wanted.common_name):
        result = ", ".join(leaf.dns_names) or names.subject_text(leaf.subject)
        raise certificate_errors.NameDiffers(found=result, expected=wanted.common_name)
    misuse = certs.use_fault(leaf)
    if misuse:
        raise misuse
    _require_issuer(leaf, wanted=wanted)
    _require_key(leaf, wanted=wanted)
    _require_time(leaf, now=now)
    # A chain that nobody asked for need not be given, but one that is given must be right.
    needed = bool(fields.chain or any(wanted.path(role) for role in (CHAIN, FULL_CHAIN, *WITH_KEY)))
    fault = certs.chain_fault(leaf, chain=fields.chain, now=now) if needed else None
    if fault:
        raise fault
    _require_newer(leaf, wanted=wanted, seen=seen)
    _require_same_key(leaf, wanted=wanted, seen=seen)
    return fields


def key_of(public_key_fingerprint: str | None, *, wanted: WantedInstallation) -> LiveKey | None:
    """Return the key of this public key, or any where that is not known: the live one, one that waits, one that was.

    A live key that is gone may be in the set that went live with it. None where the order names no key.
    """
    if not wanted.key_path:
        return None
    live = _read_key(wanted.key_path, wanted=wanted)
    if _is_key_of(public_key_fingerprint, live):
        return live
    staged = _read_key(live_keys.staged_path(wanted.key_path), wanted=wanted)
    if _is_key_of(public_key_fingerprint, staged):
        return staged
    if live:
        raise certificate_errors.KeyNotOfCertificate(path=wanted.key_path)
    kept = wanted.kept_key_path
    in_set = _read_key(kept, wanted=wanted) if kept else None
    if _is_key_of(public_key_fingerprint, in_set):
        return in_set
    raise _KEY_FAULTS.get(wanted.csr_origin or "", errors.KeyMissing)(path=wanted.key_path)


def _read_key(path: str, *, wanted: WantedInstallation) -> LiveKey | None:
    return live_keys.read(path, passphrase=wanted.key_passphrase, owner=wanted.key_access.uid)


def _is_key_of(public_key_fingerprint: str | None, key: LiveKey | None) -> bool:
    return key is not None and public_key_fingerprint in (None, key.facts.public_key_fingerprint)


def require_kept(wanted: WantedInstallation, *, seen: SeenFiles, key: LiveKey | None, roles: Iterable[str]) -> None:
    """Refuse to replace a file, of these roles, that holds the only copy of a key."""
    kept = {key.facts.public_key_fingerprint} if key else set()
    for role in roles:
        file = seen.of(role)
        foreign = file.key_fingerprint is not None and file.key_fingerprint not in kept
        if (foreign or file.holds_unknown) and not wanted.backup and not _is_live(file.key_fingerprint, wanted=wanted):
            raise activation_errors.KeyWouldBeLost(path=str(wanted.path(role)))


def _is_live(fingerprint: str | None, *, wanted: WantedInstallation) -> bool:
    if not wanted.key_path:
        return False
    live = _read_key(wanted.key_path, wanted=wanted)
    return live is not None and live.facts.public_key_fingerprint == fingerprint


def _read(contents: object, *, wanted: WantedInstallation) -> Delivery:
    if not isinstance(contents, dict):
        raise errors.FieldWrong(field=f"certificates.{wanted.name}", allowed=_CONTENTS)
    leaves = certs.read_certificates(_bytes(contents.get("certificate")))
    if len(leaves) > 1:
        raise certificate_errors.NotOneCertificate
    chain = _bytes(contents.get("chain"))
    return Delivery(leaves[0], certs.read_certificates(chain, what=_CHAIN) if chain.strip() else ())


def _bytes(text: object) -> bytes:
    return text.encode(errors="replace") if isinstance(text, str) else b""


def _require_same_key(leaf: CertFacts, *, wanted: WantedInstallation, seen: SeenFiles) -> None:
    """Refuse what, without a key to compare with, would leave a server with the new certificate and the old key."""
    old = next(iter(seen.of(wanted.leader).certificates), None)
    if not wanted.key_path and old and old.public_key_fingerprint != leaf.public_key_fingerprint:
        raise certificate_errors.KeyNotNamed(path=str(wanted.path(wanted.leader)))


def _require_issuer(leaf: CertFacts, *, wanted: WantedInstallation) -> None:
    result = names.subject_text(leaf.issuer)
    if wanted.issuer and wanted.issuer.lower() not in result.lower():
        raise activation_errors.IssuerDiffers(found=result, expected=wanted.issuer)


def _require_key(leaf: CertFacts, *, wanted: WantedInstallation) -> None:
    if key_of(leaf.public_key_fingerprint, wanted=wanted):
        return
    if not wanted.public_key_fingerprint:
        raise errors.FieldWrong(field="public_key_fingerprint", allowed=_GIVEN)
    if wanted.public_key_fingerprint != leaf.public_key_fingerprint:
        raise certificate_errors.PublicKeyDiffers(
            found=leaf.public_key_fingerprint, expected=wanted.public_key_fingerprint
        )


def _require_time(leaf: CertFacts, *, now: dt.datetime) -> None:
    if now < leaf.not_before:
        raise certificate_errors.NotYetValid(moment=certs.rfc3339(leaf.not_before))
    if now > leaf.not_after:
        raise certificate_errors.NoLongerValid(moment=certs.rfc3339(leaf.not_after))


def _require_newer(leaf: CertFacts, *, wanted: WantedInstallation, seen: SeenFiles) -> None:
    old = next(iter(seen.of(wanted.leader).certificates), None)
    # A stand-in that somebody signed himself, or another site's certificate, is no earlier issue of this one.
    if old is None or old.is_self_issued or not old.is_for(wanted.common_name):
        return
    if leaf.not_before < old.not_before:
        raise certificate_errors.OlderThanInstalled(
            path=str(wanted.path(wanted.leader)),
            moment=certs.rfc3339(leaf.not_before),
            installed=certs.rfc3339(old.not_before),
        )


__all__ = ("accept", "key_of", "require_kept")
