# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A new set goes live: tried out, shown in one step, served and proved; otherwise what was there comes back."""

from __future__ import annotations

import contextlib
import time
import typing as t

from .._core import activation_errors
from .._core.phrases import Phrase
from .._pki import bundles, handshake, keys
from . import commands, files, filesets, live_keys
from .acceptance import key_of, require_kept
from .installation import COMBINED, KEY, PKCS12

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .._pki.keys import SigningKey
    from .installation import WantedInstallation
    from .live_keys import LiveKey
    from .seen_files import Delivery, SeenFiles

RELOAD, PROVE = "reload", "prove"
_BY_CONTROLLER = Phrase(
    "it was asked from the controller, at the address of this host where install.prove names none",
    "コントローラから確認しました (install.prove にアドレスがなければ、このホストのアドレス)",
)


def new_files(wanted: WantedInstallation, *, seen: SeenFiles, delivery: Delivery) -> dict[str, filesets.New]:
    """Return what has to be written, by role; a key that waited for this certificate goes with it."""
    roles = [role for role, _path in wanted.paths if not delivery.is_in(seen.of(role), role=role)]
    key = key_of(delivery.leaf.public_key_fingerprint, wanted=wanted)
    require_kept(wanted, seen=seen, key=key, roles=roles)
    new = {
        role: filesets.New(_content(role, wanted, delivery, key, others=seen.of(role).others), wanted.access_of(role))
        for role in roles
    }
    if key and key.path != wanted.key_path:
        new[KEY] = filesets.New(key.content, key.access)
    return new


def _content(role: str, wanted: WantedInstallation, delivery: Delivery, key: LiveKey | None, *, others: bytes) -> bytes:
    certificates = delivery.content(role)
    if role == PKCS12 and key:
        if not wanted.bundle_passphrase:
            raise activation_errors.PassphraseMissing(path=str(wanted.path(PKCS12)))
        signing = t.cast("SigningKey", keys.load(key.content, path=key.path, passphrase=wanted.key_passphrase))
        passphrase, encryption = wanted.bundle_passphrase, wanted.pkcs12_encryption
        return bundles.make(
            signing, certificates=certificates, name=wanted.name, passphrase=passphrase, encryption=encryption
        )
    block = keys.first_block(key.content) if role == COMBINED and key else None
    return "".join(facts.pem for facts in certificates).encode() + (block.text if block else b"") + others


def swap(wanted: WantedInstallation, *, new: dict[str, filesets.New]) -> dict[str, str]:
    """Put the new files in place of the old ones, in one step and not settled yet; returns the copies asked for."""
    fileset = wanted.with_key if KEY in new else wanted.fileset
    try:
        version = filesets.prepare(fileset, new=new)
        _try_out(wanted, path=filesets.file_of(fileset, version=version, role=wanted.leader))
        copies = _copies(wanted, fileset=fileset, roles=new)
        filesets.show(fileset, version=version)
    except BaseException:
        with contextlib.suppress(OSError):
            filesets.clear(fileset)
        raise
    return copies


def _try_out(wanted: WantedInstallation, *, path: str) -> None:
    text = commands.failure(wanted.validate, path=path) if wanted.validate else None
    if text and wanted.validate:
        _require_program(wanted.validate, field="validate", undone=activation_errors.NOT_REPLACED)
        raise activation_errors.CommandRefused(command=wanted.validate, said=text)


def _copies(wanted: WantedInstallation, *, fileset: filesets.FileSet, roles: Iterable[str]) -> dict[str, str]:
    if not wanted.backup:
        return {}
    return filesets.keep_copies(fileset, roles=roles, suffix=time.strftime("%Y-%m-%d@%H:%M:%S", time.gmtime()))


def see_through(
    wanted: WantedInstallation, *, fingerprint: str, served: bool | None, reloaded: bool = False
) -> tuple[str, ...]:
    """Reload, prove and settle the version that is shown: returns what was done for that.

    `served` is what the controller found; where that is asked for and not known yet, the set stays unsettled.
    `reloaded`: the command was run for this set and others together.
    """
    done: list[str] = []
    with going_back(wanted):
        if served is None and wanted.reload:
            text = None if reloaded else commands.failure(wanted.reload)
            if text:
                undone = _describe_way_back(wanted.fileset)
                _require_program(wanted.reload, field="reload", undone=undone)
                raise activation_errors.ReloadFailed(command=wanted.reload, said=text, undone=undone)
            done.append(RELOAD)
        if wanted.service:
            if served is None and wanted.proved_by_controller:
                return tuple(done)
            seen = None if served else _BY_CONTROLLER
            if served is None:
                seen = handshake.seen_instead(wanted.service, fingerprint=fingerprint)
            if seen:
                service, undone = wanted.service, _describe_way_back(wanted.fileset)
                raise activation_errors.NotServed(
                    service=service.phrase(), timeout=service.timeout, seen=seen, undone=undone
                )
            done.append(PROVE)
    filesets.settle(wanted.fileset)
    return tuple(done)


def _require_program(command: str, *, field: str, undone: Phrase) -> None:
    program = commands.find_missing_program(command)
    if program:
        raise activation_errors.CommandMissing(program=program, field=field, undone=undone)


def _describe_way_back(fileset: filesets.FileSet) -> Phrase:
    """Say what going back does: after a first installation there is nothing to put back."""
    before = fileset.versions.previous
    is_first = before is not None and not {*fileset.versions.files(before)} - {KEY}
    return activation_errors.TAKEN_AWAY if is_first else activation_errors.PUT_BACK


@contextlib.contextmanager
def going_back(wanted: WantedInstallation) -> Iterator[None]:
    """Put back what was there before a version that is not settled, whatever it is that goes wrong in here."""
    try:
        yield
    except BaseException:
        if not wanted.fileset.is_settled:
            _go_back(wanted)
        raise


def _go_back(wanted: WantedInstallation) -> None:
    filesets.go_back(wanted.fileset)
    if wanted.reload:
        commands.failure(wanted.reload)  # the fault to tell is the one that led here


def drop_stale_key(wanted: WantedInstallation) -> None:
    """Remove the key that waited once it is the live one; this run must be alone in the folder of the file set."""
    if wanted.key_path is None:
        return
    key_path, staged_path = wanted.key_path, live_keys.staged_path(wanted.key_path)

    def is_live() -> bool:
        staged = files.read(staged_path) if files.exists(staged_path) else None
        live = staged and files.read(key_path)
        return bool(staged and live and staged.content == live.content)

    if is_live():
        files.remove(staged_path, is_over=is_live, held=wanted.fileset.folder.parent)


__all__ = ("PROVE", "RELOAD", "drop_stale_key", "going_back", "new_files", "see_through", "swap")
