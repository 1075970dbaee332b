# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The issued certificate of each order in its files: looked at first, checked before anything is replaced."""

from __future__ import annotations

import contextlib
import dataclasses as dc
import functools
import typing as t

from .._core import certificate_errors, errors, file_errors
from .._pki import certs, csrs
from . import activation, door, files, filesets, former_files, live_keys, orders, reloads, rights
from .acceptance import accept, key_of
from .certificate_outcome import CertificateOutcome
from .installation import CERTIFICATE, CHAIN, FULL_CHAIN, KEY, WITH_KEY, Passphrases, WantedInstallation, parse
from .seen_files import Delivery, SeenFiles, observe

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from .._pki.certs import CertFacts

ACTIVATE_KEY = "activate_key"
COMPLETE_SWAP = "complete_swap"
LAY_OUT = "write_plain_files"
REMOVE_FORMER = "remove_former_files"


@dc.dataclass(frozen=True)
class Handover:
    """What the controller hands over beside the orders, by their names."""

    certificates: Mapping[str, t.Any] = dc.field(default_factory=dict)
    served: Mapping[str, bool] = dc.field(default_factory=dict)  # what the controller saw served
    passphrases: Passphrases = dc.field(default_factory=Passphrases)


def ensure_all(
    wanted: Iterable[Mapping[str, t.Any]], *, handover: Handover, now: dt.datetime, check: bool
) -> orders.Harvest[CertificateOutcome]:
    """Put the certificate of every order in its place; in check mode the same decisions and no writing.

    Of an order that is cancelled, and gives way to another one, there is nothing to say.
    """

    def act(wanted: WantedInstallation, *, alone: bool) -> CertificateOutcome:
        contents, served = handover.certificates.get(wanted.name), handover.served.get(wanted.name)
        sharer = sharers.get(wanted.name)
        return ensure(wanted, contents=contents, served=served, now=now, check=check, alone=alone, sharer=sharer)

    rows, beside = orders.part_orders(wanted)
    sharers = orders.find_sharers(rows, beside)
    read = functools.partial(parse, passphrases=handover.passphrases)
    attempted = functools.partial(act, alone=False)
    harvest = orders.carry_out(rows, parse=read, act=attempted, beside=beside, leave_ending=True)
    reloaded = reloads.reload_together(outcome.wanted for outcome in harvest.outcomes if outcome.begun)

    def complete(outcome: CertificateOutcome) -> CertificateOutcome:
        together = reloaded.get(str(outcome.wanted.reload)) if outcome.begun else None
        if together is False:
            return act(outcome.wanted, alone=True)
        return _complete(outcome, reloaded=together is True) if outcome.begun else outcome

    completed = [orders.attempt(outcome.wanted.name, complete, outcome) for outcome in harvest.outcomes]
    return orders.make_harvest([*completed, *harvest.failures])


def result(harvest: orders.Harvest[CertificateOutcome], *, check: bool, lang: str | None) -> dict[str, t.Any]:
    """Return the module's result; the diff holds only what changes.

    What is missing counts as a change only in check mode, where nobody comes back with the contents.
    """
    changing = [outcome for outcome in harvest.outcomes if outcome.changes]
    return {
        "changed": any(outcome.actions or check for outcome in changing) or harvest.left_changes,
        "installed": [outcome.as_result() for outcome in harvest.outcomes if not outcome.missing],
        "missing": [outcome.wanted.name for outcome in harvest.outcomes if outcome.missing],
        "unproved": [outcome.wanted.name for outcome in harvest.outcomes if outcome.unproved],
        "failures": harvest.failures_as_result(lang),
        "diff": {
            "before": {outcome.wanted.name: outcome.before.as_diff(outcome.wanted) for outcome in changing},
            "after": {outcome.wanted.name: outcome.after_as_diff() for outcome in changing},
        },
    }


def ensure(
    wanted: WantedInstallation,
    *,
    contents: object,
    now: dt.datetime,
    check: bool,
    served: bool | None = None,
    alone: bool = True,
    sharer: str | None = None,
) -> CertificateOutcome:
    """Put the certificate of one order in its place; without contents only what is there can be right.

    Unless it is `alone`, its service is not reloaded yet. No key takes the place of that of a `sharer`, too.
    """
    fileset = wanted.fileset
    with contextlib.ExitStack() as stack:
        if not check:
            if wanted.key_path and wanted.csr_origin == "target":
                live_keys.clear_left_behind(wanted.key_path)
            stack.enter_context(fileset.locked(longer=wanted.service.timeout if wanted.service else 0))
            filesets.clear(fileset)
        before = observe(wanted)
        if contents is None and not _is_in_place(wanted, seen=before):
            if check:
                _foresee(wanted)
            return CertificateOutcome(wanted, before, missing=True)
        delivery = None if contents is None else accept(contents, wanted=wanted, seen=before, now=now)
        new = activation.new_files(wanted, seen=before, delivery=delivery) if delivery else {}
        repairs = _astray(wanted, seen=before, new=new)
        _require_rights(wanted, new=new, repairs=repairs, sharer=sharer)
        outcome = CertificateOutcome(wanted, before, leaf=delivery.leaf if delivery else before.leaf)
        if check:
            former = _former(outcome).paths
            actions = _foretold(wanted, new=new, repairs=repairs, unsettled=not fileset.is_settled)
            actions = (*actions, *([REMOVE_FORMER] if former else []))
            return dc.replace(outcome, actions=actions, planned=bool(actions), removed=tuple(former))
        outcome = _show(outcome, new=new, repairs=repairs, is_again=served is not None)
        if wanted.reload and served is None and not alone and not fileset.is_settled:
            return dc.replace(outcome, begun=True)
        return _see_through(outcome, served=served)


def _is_in_place(wanted: WantedInstallation, *, seen: SeenFiles) -> bool:
    leaf = seen.leaf
    if leaf is None or leaf.certificate_fingerprint != wanted.certificate_fingerprint:
        return False
    # The chain that is there is taken for the one that belongs there, provided that it leads upwards from the leaf.
    wants_chain = any(wanted.path(role) for role in (CHAIN, FULL_CHAIN, *WITH_KEY))
    if wants_chain and certs.chain_fault(leaf, chain=seen.chain):
        return False
    delivery = Delivery(leaf, seen.chain)
    return all(delivery.is_in(file, role=role) for role, file in seen.files) and _has_its_key(leaf, wanted=wanted)


def _has_its_key(leaf: CertFacts, *, wanted: WantedInstallation) -> bool:
    """Check whether the key is there that this certificate needs at the next start of its service.

    At places that the order names since then lies, or comes, the key of the next certificate.
    """
    if not any(wanted.path(role) for role in (CERTIFICATE, FULL_CHAIN)):
        return True  # each file holds it too, and has been looked at
    try:
        key = key_of(leaf.public_key_fingerprint, wanted=wanted)
    except errors.KeyEncrypted:
        return True  # as it was installed: a task that installs nothing may do without the passphrase
    except certificate_errors.KeyElsewhere:
        if leaf.public_key_fingerprint in _requested_keys(wanted):
            raise
        return True
    except certificate_errors.KeyNotOfCertificate:
        live, requested = key_of(None, wanted=wanted), _requested_keys(wanted)
        if live and live.facts.public_key_fingerprint in requested - {leaf.public_key_fingerprint}:
            return True
        raise certificate_errors.KeyReplaced(path=str(wanted.key_path)) from None
    return key is None or key.path == wanted.key_path


def _requested_keys(wanted: WantedInstallation) -> set[str | None]:
    """Return the keys of the CSRs that the order has now, by their fingerprints."""
    keys: set[str | None] = set(wanted.requested_keys)
    with contextlib.suppress(errors.Fault):
        csr = files.read(wanted.csr_path) if wanted.csr_path else None
        keys.update([csrs.read_csr(csr.content).public_key_fingerprint] if csr else [])
    return keys


def _foresee(wanted: WantedInstallation) -> None:
    """Refuse in check mode what the contents will be refused for, as far as that can be known without them."""
    key_of(wanted.public_key_fingerprint, wanted=wanted)
    rights.require_folder(wanted.leading_path)
    for role, path in wanted.paths:
        rights.require_writable(path, access=wanted.access_of(role), holds_key=role in WITH_KEY)


def _astray(wanted: WantedInstallation, *, seen: SeenFiles, new: Mapping[str, filesets.New]) -> dict[str, str]:
    """Return the files, by role, that are open to others than the order says, or will be.

    A key that waited may be too.
    """
    kept = wanted.kept_accessible
    accesses = {role: new[role].access if role in new else seen.access_of(role) for role, _path in kept}
    astray = {role for role, access in accesses.items() if access and not wanted.access_of(role).allows(access)}
    return {role: path for role, path in kept if role in astray}


def _require_rights(
    wanted: WantedInstallation, *, new: Mapping[str, filesets.New], repairs: Mapping[str, str], sharer: str | None
) -> None:
    """Refuse, in check mode too, to take another order's key away, and what the system would refuse half-way."""
    if KEY in new and sharer and files.exists(str(wanted.key_path)):
        waiting = live_keys.staged_path(str(wanted.key_path))
        raise file_errors.SharedKeyWaits(path=str(wanted.key_path), other=sharer, waiting=waiting)
    if new:
        rights.require_folder(wanted.leading_path)  # the versions are beside it, whichever file is new
    for role, file in new.items():
        path = str(wanted.key_path if role == KEY else wanted.path(role))
        rights.require_writable(path, access=file.access, holds_key=role in (KEY, *WITH_KEY))
    for role, path in repairs.items():
        if role not in new:
            rights.require_repairable(path, access=wanted.access_of(role))


def _foretold(
    wanted: WantedInstallation, *, new: Mapping[str, filesets.New], repairs: Iterable[str], unsettled: bool
) -> tuple[str, ...]:
    proof = [activation.RELOAD] if wanted.reload else []
    proof += [activation.PROVE] if wanted.service else []
    plain = [LAY_OUT] if not new and filesets.has_links(wanted.fileset) else []
    finish = [*([] if new else [COMPLETE_SWAP]), *proof] if new or unsettled else []
    return (*_written(new), *plain, *_repaired(repairs), *finish)


def _written(new: Mapping[str, filesets.New]) -> list[str]:
    return [ACTIVATE_KEY if role == KEY else f"write_{role}" for role in new]


def _repaired(repairs: Iterable[str]) -> list[str]:
    return [f"repair_{role}_mode" for role in repairs]


def _show(
    outcome: CertificateOutcome, *, new: dict[str, filesets.New], repairs: Mapping[str, str], is_again: bool
) -> CertificateOutcome:
    """Show the new files, and repair what is open; `is_again`: the swap is that of the execution before."""
    wanted, fileset = outcome.wanted, outcome.wanted.fileset
    done: list[str] = []
    copies: dict[str, str] = {}
    with orders.remembering(done), door.refusing(wanted.leading_path):
        if new:
            copies = activation.swap(wanted, new=new)
        elif filesets.has_links(fileset):
            filesets.lay_out(fileset)
            done.append(LAY_OUT)
        with activation.going_back(wanted):
            for role, path in repairs.items():
                files.repair(path, access=wanted.access_of(role), is_key=role == KEY)
                done.extend(_repaired([role]))
    swapped = () if fileset.is_settled else _written(new) or ([] if is_again else [COMPLETE_SWAP])
    return dc.replace(outcome, actions=tuple(done), swapped=tuple(swapped), copies=tuple(copies.items()))


def _complete(outcome: CertificateOutcome, *, reloaded: bool) -> CertificateOutcome:
    """See a version through that was shown before: another run may have done so since."""
    wanted = outcome.wanted
    with wanted.fileset.locked(longer=wanted.service.timeout if wanted.service else 0):
        return _see_through(dc.replace(outcome, begun=False), served=None, reloaded=reloaded)


def _see_through(outcome: CertificateOutcome, *, served: bool | None, reloaded: bool = False) -> CertificateOutcome:
    wanted, fileset = outcome.wanted, outcome.wanted.fileset
    done = list(outcome.actions)
    with orders.remembering(done), door.refusing(wanted.leading_path):
        finished: tuple[str, ...] = ()
        if not fileset.is_settled:
            fingerprint = wanted.certificate_fingerprint
            finished = activation.see_through(wanted, fingerprint=fingerprint, served=served, reloaded=reloaded)
        done[:0] = outcome.swapped
        done.extend(finished)
        activation.drop_stale_key(wanted)
        unproved = not fileset.is_settled
        former = former_files.FormerFiles() if unproved else _former(outcome)
        former_files.remove(former, fileset=fileset)
        done.extend([REMOVE_FORMER] if former.files else [])
    return dc.replace(outcome, actions=tuple(done), unproved=unproved, removed=tuple(former.paths))


def _former(outcome: CertificateOutcome) -> former_files.FormerFiles:
    """Return what is left where the order had its files before."""
    if not outcome.wanted.was_at or outcome.leaf is None:
        return former_files.FormerFiles()
    return former_files.observe(outcome.wanted, leaf=outcome.leaf)


__all__ = ("CertificateOutcome", "Handover", "ensure", "ensure_all", "result")
