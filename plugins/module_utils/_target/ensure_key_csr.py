# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""One private key and one CSR for each order: what is there and right is kept, and no key is ever overwritten.

A key for the next certificate waits beside the one in service, until it goes live together with that certificate.
"""

from __future__ import annotations

import dataclasses as dc
import functools
import os
import typing as t

from .._core import certificate_errors, errors, file_errors, keyspec, names
from .._pki import certs, csrs, key_making, keys
from . import accesses, files, live_keys, orders, places, rights
from .wanted_keys import SeenKey, WantedKey, observe, parse

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .._core.keyspec import KeySpec
    from .._pki.csrs import CsrFacts
    from .live_keys import LiveKey

    Stock = dict[KeySpec, list[bytes]]

CREATE_KEY = "create_key"
STAGE_KEY = "stage_key"
REPAIR_KEY_MODE = "repair_key_mode"
CREATE_CSR = "create_csr"

_CSR_ACCESS = accesses.Access(mode=0o644)  # nothing in a CSR is secret


@dc.dataclass(frozen=True)
class KeyOutcome:
    """What was done for an order, or would be."""

    wanted: WantedKey
    actions: tuple[str, ...]
    planned: bool
    before: SeenKey
    after: SeenKey | None  # None where it is only planned

    def as_result(self) -> dict[str, t.Any]:
        """Return the order's entry in the module's result."""
        now = self.after or self.before
        csr = None if self.planned and CREATE_CSR in self.actions else now.csr
        waits = bool(now.waiting) or STAGE_KEY in self.actions
        return {
            "name": self.wanted.name,
            "csr": csr and csr.pem,
            "public_key_fingerprint": self._fingerprint(now),
            "key_path": self.wanted.key_path,
            "next_key_path": self.wanted.next_path if waits else None,
            "csr_path": self.wanted.csr_path,
            "changed": bool(self.actions),
            "planned": self.planned,
            "actions": list(self.actions),
        }

    def _fingerprint(self, now: SeenKey) -> str | None:
        return None if self.planned and STAGE_KEY in self.actions else now.public_key_fingerprint

    def after_as_diff(self) -> dict[str, t.Any]:
        """Return what is there now, or what will be as far as it can be known.

        A key that is not made has no fingerprint.
        """
        if self.after:
            return self.after.as_diff(self.wanted)
        fingerprint = self._fingerprint(self.before)
        waits = self.before.waiting or STAGE_KEY in self.actions
        key = {
            "path": self.wanted.next_path if waits else self.wanted.key_path,
            "type": str(self.wanted.key),
            "public_key_fingerprint": fingerprint,
            "mode": self.wanted.key_access.mode_text,
        }
        csr = {
            "path": self.wanted.csr_path,
            "subject": names.subject_text(self.wanted.subject),
            "dns_names": list(self.wanted.dns_names),
            "public_key_fingerprint": fingerprint,
        }
        return {"key": key, "csr": csr}


def ensure_all(
    wanted: Iterable[Mapping[str, t.Any]], *, check: bool, passphrases: Mapping[str, str] | None = None
) -> orders.Harvest[KeyOutcome]:
    """Make key and CSR for every order that has its key here; in check mode the same decisions and no writing.

    Of orders that are not paid for, it also fails for those whose certificate this host could not install.
    """
    entries, beside = orders.part_orders(wanted)
    made_here = [order for order in entries if order.get("csr_origin", "target") == "target"]
    read = functools.partial(parse, passphrases=passphrases or {})
    stock: Stock = {} if check else _made_ahead([order for order in made_here if _may_need_key(order)], read=read)
    sharers = orders.find_sharers(entries, beside)

    def act(asked: WantedKey) -> KeyOutcome:
        return ensure(asked, check=check, stock=stock, sharer=sharers.get(asked.name))

    harvest = orders.carry_out(made_here, parse=read, act=act, beside=beside)
    obstacles = places.find_obstacles(entries, passphrases=passphrases, beside=beside)
    return harvest.add_failures(obstacles, total=len(entries))


def _may_need_key(order: Mapping[str, t.Any]) -> bool:
    # A look at the order and at most at a name, so that a run with nothing to do costs nothing more.
    key = order.get("key")
    key = key if isinstance(key, dict) else {}
    if order.get("retire") or order.get("retire_served") or key.get("regenerate") not in (None, keyspec.NEVER):
        return True
    return isinstance(key.get("path"), str) and not os.path.lexists(key["path"])


def _made_ahead(wanted: list[Mapping[str, t.Any]], *, read: t.Callable[[Mapping[str, t.Any]], WantedKey]) -> Stock:
    """Return the keys that these orders need, made together on all cores."""
    specs = []
    for order in wanted:
        try:
            requested = read(order)
            actions = decide(requested, seen=observe(requested))
        except errors.Fault:
            continue  # told when it is this order's turn
        if {CREATE_KEY, STAGE_KEY} & set(actions):
            specs.append(requested.key)
    stock: Stock = {}
    for spec, content in zip(specs, key_making.generate_all(specs)):
        stock.setdefault(spec, []).append(content)
    return stock


def result(harvest: orders.Harvest[KeyOutcome], *, lang: str | None) -> dict[str, t.Any]:
    """Return the module's result; the diff holds only what changes."""
    changing = [outcome for outcome in harvest.outcomes if outcome.actions]
    return {
        "changed": bool(changing) or harvest.left_changes,
        "csrs": [outcome.as_result() for outcome in harvest.outcomes],
        "failures": harvest.failures_as_result(lang),
        "diff": {
            "before": {outcome.wanted.name: outcome.before.as_diff(outcome.wanted) for outcome in changing},
            "after": {outcome.wanted.name: outcome.after_as_diff() for outcome in changing},
        },
    }


def ensure(wanted: WantedKey, *, check: bool, stock: Stock | None = None, sharer: str | None = None) -> KeyOutcome:
    """Make key and CSR for one order; a key in stock need not be made, and none replaces that of a `sharer`, too."""
    if not check:
        live_keys.clear_left_behind(wanted.key_path)
        files.clear_left_behind(wanted.csr_path)
    before = observe(wanted)
    actions = decide(wanted, seen=before)
    if sharer and before.live and before.waiting:
        raise file_errors.SharedKeyWaits(path=wanted.key_path, other=sharer, waiting=before.waiting.path)
    if sharer and before.live and STAGE_KEY in actions:
        raise file_errors.KeyShared(path=wanted.key_path, other=sharer)
    _require_rights(wanted, actions, seen=before)
    if check or not actions:
        return KeyOutcome(wanted, actions, planned=check and bool(actions), before=before, after=None)
    done: list[str] = []
    with orders.remembering(done):
        done.extend(action for action in actions if _done(action, wanted, stock=stock or {}))
        # What is reported is what lies there now, not what we believe to have written.
        after = observe(wanted)
    return KeyOutcome(wanted, tuple(done), planned=False, before=before, after=after)


def decide(wanted: WantedKey, *, seen: SeenKey) -> tuple[str, ...]:
    """Return what has to be done, in this order; a key of another kind is a fault, unless `regenerate` allows for it.

    A key that waits for a certificate which was issued already is left for that certificate, as long as it is in use:
    one that another certificate has replaced since, before it was installed, will never go live.
    """
    if seen.waiting is not None and seen.waiting.facts.public_key_fingerprint in wanted.retire:
        if wanted.in_use in (None, seen.waiting.facts.public_key_fingerprint):
            raise errors.KeyWaits(path=seen.waiting.path, key_path=wanted.key_path)
        return (STAGE_KEY, CREATE_CSR)
    if seen.waiting is None and wanted.installs and _is_outdated(wanted, seen=seen):
        return (STAGE_KEY, CREATE_CSR)
    if seen.key is None:
        return (CREATE_KEY, CREATE_CSR)
    _require_kind(seen.key, wanted=wanted)
    actions = []
    if not wanted.key_access.allows(seen.key.access):
        actions.append(REPAIR_KEY_MODE)
    if not (seen.csr and _answers(seen.csr, wanted=wanted, key=seen.key)):
        actions.append(CREATE_CSR)
    return tuple(actions)


def _is_outdated(wanted: WantedKey, *, seen: SeenKey) -> bool:
    """Check whether the live key is not the one for the certificate that is to be applied for."""
    if seen.unusable:
        return True
    if seen.live is None:
        return False
    if wanted.regenerate == keyspec.ALWAYS:
        return True
    if seen.live.facts.spec != wanted.key and wanted.regenerate != keyspec.NEVER:
        return True
    if wanted.retire_live or seen.live.facts.public_key_fingerprint in wanted.retire:
        return True
    return wanted.retire_served and _is_in_service(wanted, key=seen.live)


def _is_in_service(wanted: WantedKey, *, key: LiveKey) -> bool:
    for path in wanted.served_from:
        try:
            snapshot = files.read(path)
            leaf = certs.read_beside_key(snapshot.content)[0] if snapshot else None
        except (certificate_errors.CertificateBroken, errors.FolderMissing):
            continue
        if leaf and leaf.public_key_fingerprint == key.facts.public_key_fingerprint:
            return True
    # What is in a PKCS#12 file is not to be seen without its passphrase: where there is one, it counts.
    return wanted.bundle_path is not None and files.exists(wanted.bundle_path)


def _require_kind(key: LiveKey, *, wanted: WantedKey) -> None:
    if key.facts.spec != wanted.key:
        raise errors.KeyDiffers(path=key.path, found=str(key.facts.spec), wanted=str(wanted.key))


def _answers(csr: CsrFacts, *, wanted: WantedKey, key: LiveKey) -> bool:
    fingerprint = key.facts.public_key_fingerprint
    return csr.asks_for(wanted.subject, dns_names=wanted.dns_names, public_key_fingerprint=fingerprint)


def _done(action: str, wanted: WantedKey, *, stock: Stock) -> bool:
    """Check whether this process did it; where another was faster, its key is the key, and ours is forgotten unseen."""
    if action in (CREATE_KEY, STAGE_KEY):
        path = wanted.key_path if action == CREATE_KEY else wanted.next_path
        if action == STAGE_KEY and _is_over(wanted):
            files.remove(path, is_over=lambda: _is_over(wanted))
        return files.publish_exclusive(path, content=_new_key(wanted, stock=stock), access=_key_access(wanted))
    key = observe(wanted).key
    if key is None:
        raise errors.KeyMissing(path=wanted.key_path)
    if action == REPAIR_KEY_MODE:
        files.repair(key.path, access=wanted.key_access, is_key=True)
    else:
        _create_csr(wanted, key=key)
    return True


def _require_rights(wanted: WantedKey, actions: Iterable[str], *, seen: SeenKey) -> None:
    """Refuse, in check mode too, what the system would refuse half-way."""
    new_files = {CREATE_KEY: wanted.key_path, STAGE_KEY: wanted.next_path, CREATE_CSR: wanted.csr_path}
    for action in actions:
        if action in new_files:
            is_key = action != CREATE_CSR
            access = _key_access(wanted) if is_key else _CSR_ACCESS
            rights.require_writable(new_files[action], access=access, holds_key=is_key)
        elif seen.key:
            rights.require_repairable(seen.key.path, access=wanted.key_access)


def _is_over(wanted: WantedKey) -> bool:
    """Check whether a file lies where a key waits that went live already, or never will.

    Another run's new key is neither.
    """
    if not files.exists(wanted.next_path):
        return False
    waiting = observe(wanted).waiting
    return waiting is None or waiting.facts.public_key_fingerprint in wanted.retire


def _key_access(wanted: WantedKey) -> accesses.Access:
    # A key that waits belongs to whom the live one belongs, where the order names nobody.
    return files.inheriting(wanted.key_access, wanted.key_path, holds_key=True)


def _new_key(wanted: WantedKey, *, stock: Stock) -> bytes:
    created = stock.get(wanted.key)
    content = created.pop() if created else keys.to_pem(keys.generate(wanted.key))
    if wanted.passphrase is None:
        return content
    return keys.to_pem(keys.load(content, path=wanted.key_path), passphrase=wanted.passphrase)


def _create_csr(wanted: WantedKey, *, key: LiveKey) -> None:
    # From the key as it lies there, whoever wrote it.
    _require_kind(key, wanted=wanted)
    signing = t.cast("keys.SigningKey", keys.load(key.content, path=key.path, passphrase=wanted.passphrase))
    request = csrs.make_csr(signing, subject=wanted.subject, dns_names=wanted.dns_names)
    files.replace(wanted.csr_path, content=request, access=_CSR_ACCESS)


__all__ = ("KeyOutcome", "SeenKey", "WantedKey", "decide", "ensure", "ensure_all", "observe", "parse", "result")
