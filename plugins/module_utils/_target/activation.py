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
from .installation import COMBINED, KEY, PKCS12, WITH_KEY

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from .._pki.keys import SigningKey
    from .installation import WantedInstallation
    from .live_keys import LiveKey
    from .seen_files import Delivery, SeenFiles

RELOAD, PROVE = "reload", "prove"
_BY_CONTROLLER = Phrase(
    "it was asked from the controller, at the address of this host where install.prove names none",
    "コントローラから確認しました (install.prove にアドレスがなければ、このホストのアドレス)",
)


def new_files(asked: WantedInstallation, *, seen: SeenFiles, given: Delivery) -> dict[str, filesets.New]:
    """What has to be written, by role; a key that waited for this certificate goes with it."""
    roles = [role for role, _path in asked.paths if not given.is_in(seen.of(role), role=role)]
    key = key_of(given.leaf, asked=asked)
    if any(role in WITH_KEY for role in roles):
        require_kept(asked, seen=seen, key=key)
    new = {
        role: filesets.New(_content(role, asked, given, key, others=seen.of(role).others), asked.access_of(role))
        for role in roles
    }
    if key and key.path != asked.key_path:
        new[KEY] = filesets.New(key.content, key.access)
    return new


def _content(role: str, asked: WantedInstallation, given: Delivery, key: LiveKey | None, *, others: bytes) -> bytes:
    certificates = given.content(role)
    if role == PKCS12 and key:
        if not asked.bundle_passphrase:
            raise activation_errors.PassphraseMissing(path=str(asked.path(PKCS12)))
        signing = t.cast("SigningKey", keys.load(key.content, path=key.path, passphrase=asked.key_passphrase))
        passphrase, encryption = asked.bundle_passphrase, asked.pkcs12_encryption
        return bundles.make(
            signing, certificates=certificates, name=asked.name, passphrase=passphrase, encryption=encryption
        )
    block = keys.first_block(key.content) if role == COMBINED and key else None
    return "".join(facts.pem for facts in certificates).encode() + (block.text if block else b"") + others


def swap(asked: WantedInstallation, *, new: dict[str, filesets.New]) -> dict[str, str]:
    """The new files in place of the old ones, in one step and not settled yet; returns the copies asked for."""
    fileset = asked.with_key if KEY in new else asked.fileset
    try:
        version = filesets.prepare(fileset, new=new)
        _try_out(asked, path=filesets.file_of(fileset, version=version, role=asked.leader))
        copies = _copies(asked, fileset=fileset, roles=new)
        filesets.show(fileset, version=version)
    except BaseException:
        with contextlib.suppress(OSError):
            filesets.clear(fileset)
        raise
    return copies


def _try_out(asked: WantedInstallation, *, path: str) -> None:
    said = commands.failure(asked.validate, path=path) if asked.validate else None
    if said and asked.validate:
        raise activation_errors.CommandRefused(command=asked.validate, said=said)


def _copies(asked: WantedInstallation, *, fileset: filesets.FileSet, roles: Iterable[str]) -> dict[str, str]:
    if not asked.backup:
        return {}
    return filesets.keep_copies(fileset, roles=roles, suffix=time.strftime("%Y-%m-%d@%H:%M:%S", time.gmtime()))


def see_through(asked: WantedInstallation, *, fingerprint: str, served: bool | None) -> tuple[str, ...]:
    """The version that is shown, reloaded, proved and settled: what was done for that.

    `served` is what the controller found; where that is asked for and not known yet, the set stays unsettled.
    """
    done: list[str] = []
    if served is None and asked.reload:
        said = commands.failure(asked.reload)
        if said:
            _go_back(asked)
            raise activation_errors.ReloadFailed(command=asked.reload, said=said)
        done.append(RELOAD)
    if asked.service:
        if served is None and asked.proved_by_controller:
            return tuple(done)
        seen = None if served else _BY_CONTROLLER
        if served is None:
            seen = handshake.seen_instead(asked.service, fingerprint=fingerprint)
        if seen:
            _go_back(asked)
            service = asked.service
            raise activation_errors.NotServed(service=service.told(), timeout=service.timeout, seen=seen)
        done.append(PROVE)
    filesets.settle(asked.fileset)
    return tuple(done)


def _go_back(asked: WantedInstallation) -> None:
    filesets.go_back(asked.fileset)
    if asked.reload:
        commands.failure(asked.reload)  # the fault to tell is the one that led here


def drop_stale_key(asked: WantedInstallation) -> None:
    """The key that waited goes once it is the live one."""
    if asked.key_path is None:
        return
    staged_path = live_keys.staged_path(asked.key_path)
    staged = files.read(staged_path) if files.exists(staged_path) else None
    live = staged and files.read(asked.key_path)
    if staged and live and staged.content == live.content:
        files.remove(staged_path)


__all__ = ("PROVE", "RELOAD", "drop_stale_key", "new_files", "see_through", "swap")
