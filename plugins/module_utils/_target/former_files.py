# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Files at the places that an order had before, removed once its certificate is settled at the new ones.

An order file may name any path, so a path alone removes nothing. What lies there must be a certificate or CSR for the
common name of the order, the private key of one, or a chain in one file set with such a certificate. What tells whose
the others are goes last, so that a run that is killed on the way can be completed.
"""

from __future__ import annotations

import dataclasses as dc
import os
import pathlib
import typing as t

from .._core import activation_errors, certificate_errors, errors
from .._pki import bundles, certs, csrs, keys
from . import acceptance, door, files
from .installation import WITH_LEAF
from .versions import Versions

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from .._pki.certs import CertFacts
    from .filesets import FileSet
    from .installation import WantedInstallation


@dc.dataclass(frozen=True)
class FormerFile:
    """What lies at a former path."""

    path: str
    place: pathlib.Path
    leaf: CertFacts | None = None  # for the common name of the order
    request_fingerprint: str | None = None  # of the public key in a CSR for the common name
    key_fingerprint: str | None = None

    @property
    def tells_whose(self) -> bool:
        return self.key_fingerprint is None and bool(self.leaf or self.request_fingerprint)


@dc.dataclass(frozen=True)
class FormerFiles:
    """All that is left at former paths, in the order in which it goes, and the sets that hold versions of it.

    `places` are those of former paths where nothing is left too: a killed run may have left their versions.
    """

    files: tuple[FormerFile, ...] = ()
    places: tuple[pathlib.Path, ...] = ()
    sets: tuple[Versions, ...] = ()

    @property
    def paths(self) -> list[str]:
        return [file.path for file in self.files]


def observe(wanted: WantedInstallation, *, leaf: CertFacts) -> FormerFiles:
    """Look at what is left at the former paths of an order whose certificate is `leaf`.

    A file that cannot be shown to be of this order is a fault, and then all of them stay.
    """
    left = [file for path in wanted.was_at if (file := _read(path, wanted=wanted))]
    sets = _find_sets(wanted)
    of_sets = {place for versions in sets for place in _list_places(versions, left, wanted=wanted)}
    public_keys = {leaf.public_key_fingerprint, *(file.leaf.public_key_fingerprint for file in left if file.leaf)}
    public_keys.update(file.request_fingerprint for file in left if file.request_fingerprint)
    for file in left:
        its_key = file.key_fingerprint in public_keys if file.key_fingerprint else file.tells_whose
        if not (its_key or (file.place in of_sets and not file.key_fingerprint)):
            raise activation_errors.FormerFileForeign(path=file.path, common_name=wanted.common_name)
        if file.key_fingerprint == leaf.public_key_fingerprint and not _is_kept(leaf, wanted=wanted):
            raise activation_errors.FormerKeyInUse(path=file.path)
    places = tuple(door.place_of(path) for path in wanted.was_at)
    return FormerFiles(tuple(sorted(left, key=lambda file: file.tells_whose)), places, sets)


def remove(former: FormerFiles, *, fileset: FileSet) -> None:
    """Remove what is at these places, and a set that only they led into; `fileset` is the one in use."""
    for file in former.files:
        file.place.unlink()
        files.settle(file.place.parent)
    for versions in former.sets:
        if versions.folder == fileset.folder:
            versions.leave(former.places)
            continue
        versions.leave((*former.places, *fileset.places.values()))  # what is of this order has moved on to its own set
        if versions.is_empty:
            versions.drop_all()


def _is_kept(leaf: CertFacts, *, wanted: WantedInstallation) -> bool:
    """Check whether the key of the certificate in use is where the order has it now, so that a former copy may go."""
    try:
        return acceptance.key_of(leaf.public_key_fingerprint, wanted=wanted) is not None
    except errors.Fault:
        return False


def _read(path: str, *, wanted: WantedInstallation) -> FormerFile | None:
    place = door.place_of(path)
    snapshot = files.read(path) if place.exists() else None
    return _judge(snapshot.content, FormerFile(path, place), wanted=wanted) if snapshot else None


def _judge(content: bytes, file: FormerFile, *, wanted: WantedInstallation) -> FormerFile:
    leaf = _leaf_of(content, common_name=wanted.common_name)
    if keys.first_block(content):
        key = keys.facts(content, path=file.path, passphrase=wanted.key_passphrase)
        return dc.replace(file, leaf=leaf, key_fingerprint=key.public_key_fingerprint)
    bundle = bundles.read(content, passphrase=wanted.bundle_passphrase) if wanted.bundle_passphrase else None
    if bundle:
        return dc.replace(file, key_fingerprint=bundle.key_fingerprint)
    return dc.replace(file, leaf=leaf, request_fingerprint=_request_of(content, common_name=wanted.common_name))


def _leaf_of(content: bytes, *, common_name: str) -> CertFacts | None:
    try:
        leaf = certs.read_beside_key(content)[0]
    except certificate_errors.CertificateBroken:
        return None
    return leaf if leaf.is_for(common_name) else None


def _request_of(content: bytes, *, common_name: str) -> str | None:
    try:
        request = csrs.read_csr(content)
    except errors.Fault:
        return None
    return request.public_key_fingerprint if request.common_name == common_name else None


def _find_sets(wanted: WantedInstallation) -> tuple[Versions, ...]:
    """Find the set in use, and those that a former path led or leads into."""
    folders = {wanted.fileset.folder: wanted.leading_path}
    places = {door.place_of(path): path for path in wanted.was_at}
    for place, path in places.items():
        folders[place.with_name(f".{place.name}.set")] = path
        folders[_find_set(place) or wanted.fileset.folder] = path
    all_places = frozenset((*places, *wanted.fileset.places.values()))
    sets = (Versions(folder, path, all_places) for folder, path in folders.items())
    return tuple(versions for versions in sets if versions.is_there)


def _find_set(place: pathlib.Path) -> pathlib.Path | None:
    """Find the folder of the set that this link leads into."""
    if not door.leads_into_set(place):
        return None
    return pathlib.Path(os.path.normpath(place.parent / place.readlink())).parent.parent


def _list_places(
    versions: Versions, left: Iterable[FormerFile], *, wanted: WantedInstallation
) -> Iterable[pathlib.Path]:
    """List the places of a set that holds a certificate for the common name, and those that still lead into it."""
    if versions.current is None:
        return ()
    held = versions.files(versions.current)
    contents = (files.read(str(path)) for role, path in held.items() if role in WITH_LEAF)
    leaves = (_leaf_of(snapshot.content, common_name=wanted.common_name) for snapshot in contents if snapshot)
    if not any(leaves):
        return ()
    leading = (file.place for file in left if _find_set(file.place) == versions.folder)
    return (*versions.places_of(versions.current).values(), *leading)


__all__ = ("FormerFile", "FormerFiles", "observe", "remove")
