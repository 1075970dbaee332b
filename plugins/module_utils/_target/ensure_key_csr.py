# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""One private key and one CSR for each order: what is there and right is kept, a key that is there is always kept."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .._core import errors, keyspec, names
from .._pki import csrs, keys
from . import files, orders

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .._core.keyspec import KeySpec
    from .._pki.csrs import CsrFacts
    from .._pki.keys import KeyFacts

CREATE_KEY = "create_key"
REPAIR_KEY_MODE = "repair_key_mode"
CREATE_CSR = "create_csr"

_CSR_ACCESS = files.Access(mode=0o644)  # nothing in a CSR is secret


@dc.dataclass(frozen=True)
class Asked:
    """What an order asks of this host."""

    name: str
    subject: names.Subject
    dns_names: tuple[str, ...]
    key: KeySpec
    key_path: str
    key_access: files.Access
    csr_path: str

    @property
    def own_paths(self) -> tuple[str, ...]:
        return (self.csr_path,)


@dc.dataclass(frozen=True)
class SeenKey:
    """A key as it lies there."""

    facts: KeyFacts
    access: files.Access


@dc.dataclass(frozen=True)
class Seen:
    """What is there; a CSR that cannot be read as one counts as none."""

    key: SeenKey | None
    csr: CsrFacts | None

    @property
    def public_key_fingerprint(self) -> str | None:
        return self.key.facts.public_key_fingerprint if self.key else None

    def as_diff(self, asked: Asked) -> dict[str, t.Any]:
        """One side of a diff, without a letter of the key itself."""
        key = self.key and {
            "path": asked.key_path,
            "type": str(self.key.facts.spec),
            "public_key_fingerprint": self.public_key_fingerprint,
            "mode": self.key.access.mode_text,
        }
        csr = self.csr and {
            "path": asked.csr_path,
            "subject": names.subject_text(self.csr.subject),
            "dns_names": list(self.csr.dns_names),
            "public_key_fingerprint": self.csr.public_key_fingerprint,
        }
        return {"key": key, "csr": csr}


@dc.dataclass(frozen=True)
class Outcome:
    """What was done for an order, or would be."""

    asked: Asked
    actions: tuple[str, ...]
    planned: bool
    before: Seen
    after: Seen | None  # None where it is only planned

    def as_result(self) -> dict[str, t.Any]:
        """The order's entry in the module's result."""
        now = self.after or self.before
        csr = None if self.planned and CREATE_CSR in self.actions else now.csr
        return {
            "name": self.asked.name,
            "csr": csr and csr.pem,
            "public_key_fingerprint": now.public_key_fingerprint,
            "key_path": self.asked.key_path,
            "csr_path": self.asked.csr_path,
            "changed": bool(self.actions),
            "planned": self.planned,
            "actions": list(self.actions),
        }

    def after_as_diff(self) -> dict[str, t.Any]:
        """What is there now, or what will be as far as it can be known; a key that is not made has no fingerprint."""
        if self.after:
            return self.after.as_diff(self.asked)
        fingerprint = self.before.public_key_fingerprint
        key = {
            "path": self.asked.key_path,
            "type": str(self.asked.key),
            "public_key_fingerprint": fingerprint,
            "mode": self.asked.key_access.mode_text,
        }
        csr = {
            "path": self.asked.csr_path,
            "subject": names.subject_text(self.asked.subject),
            "dns_names": list(self.asked.dns_names),
            "public_key_fingerprint": fingerprint,
        }
        return {"key": key, "csr": csr}


def ensure_all(wanted: Iterable[Mapping[str, t.Any]], *, check: bool) -> orders.Harvest[Outcome]:
    """Key and CSR for every order; in check mode the same decisions and no writing."""
    return orders.carry_out(wanted, parse=parse, act=lambda asked: ensure(asked, check=check))


def result(harvest: orders.Harvest[Outcome], *, lang: str | None) -> dict[str, t.Any]:
    """The module's result; the diff holds only what changes."""
    changing = [outcome for outcome in harvest.outcomes if outcome.actions]
    return {
        "changed": bool(changing) or harvest.left_changes,
        "csrs": [outcome.as_result() for outcome in harvest.outcomes],
        "failures": harvest.failures_as_result(lang),
        "diff": {
            "before": {outcome.asked.name: outcome.before.as_diff(outcome.asked) for outcome in changing},
            "after": {outcome.asked.name: outcome.after_as_diff() for outcome in changing},
        },
    }


def parse(order: Mapping[str, t.Any]) -> Asked:
    """The order as this module needs it; anything else in it is not looked at."""
    key = orders.mapping(order, "key")
    common_name = _common_name(order)
    key_path = orders.path(key, "path", within="key")
    csr_path = orders.optional_path(key, "csr_path", within="key") or _csr_path_beside(key_path)
    orders.require_distinct({"key.path": key_path, "key.csr_path": csr_path})
    return Asked(
        name=orders.text(order, "name"),
        subject=names.subject(common_name, given=_given_subject(order)),
        dns_names=(common_name,),
        key=keyspec.asked(key),
        key_path=key_path,
        key_access=files.access_for(key.get("mode") or "0600", owner=key.get("owner"), group=key.get("group")),
        csr_path=csr_path,
    )


def _common_name(order: Mapping[str, t.Any]) -> str:
    name = orders.text(order, "common_name")
    fault = names.common_name_fault(name)
    if fault:
        raise errors.FieldWrong(field="common_name", allowed=f"a host name that a CA may certify ({fault})")
    return name


def _given_subject(order: Mapping[str, t.Any]) -> dict[str, str]:
    # The controller has checked this; here it keeps the plan honest, for building the CSR must not fail later.
    given = {field: value for field, value in orders.mapping(order, "subject").items() if value is not None}
    for field, value in given.items():
        longest = names.DN_BY_NAME[field].max_length if field in names.DN_BY_NAME else 0
        if not isinstance(value, str) or not 0 < len(value) <= longest:
            raise errors.FieldWrong(field=f"subject.{field}", allowed=f"a text of 1 to {longest} characters")
    return given


def _csr_path_beside(key_path: str) -> str:
    return f"{key_path[:-4] if key_path.endswith('.key') else key_path}.csr"


def ensure(asked: Asked, *, check: bool) -> Outcome:
    """Key and CSR for one order."""
    before = observe(asked)
    actions = decide(asked, seen=before)
    if check or not actions:
        return Outcome(asked, actions, planned=check and bool(actions), before=before, after=None)
    done: list[str] = []
    with orders.remembering(done):
        done.extend(action for action in actions if _STEPS[action](asked))
        # What is reported is what lies there now, not what we believe to have written.
        after = observe(asked)
    return Outcome(asked, tuple(done), planned=False, before=before, after=after)


def observe(asked: Asked) -> Seen:
    """What lies at the paths of the order."""
    key = files.read(asked.key_path)
    csr = files.read(asked.csr_path)
    return Seen(
        key=SeenKey(keys.facts(key.content, path=asked.key_path), key.access) if key else None,
        csr=_csr_facts(csr.content, path=asked.csr_path) if csr else None,
    )


def _csr_facts(content: bytes, *, path: str) -> CsrFacts | None:
    try:
        return csrs.read_csr(content)
    except errors.PrivateKeyGiven:
        raise errors.PrivateKeyInTheWay(path=path) from None
    except errors.CsrBroken:
        return None


def decide(asked: Asked, *, seen: Seen) -> tuple[str, ...]:
    """What has to be done, in this order; a key of another kind than asked is a fault, never a reason for a new one."""
    if seen.key is None:
        return (CREATE_KEY, CREATE_CSR)
    _require_kind(seen.key.facts, asked=asked)
    actions = []
    if not asked.key_access.allows(seen.key.access):
        actions.append(REPAIR_KEY_MODE)
    if not (seen.csr and _answers(seen.csr, asked=asked, key=seen.key.facts)):
        actions.append(CREATE_CSR)
    return tuple(actions)


def _require_kind(key: KeyFacts, *, asked: Asked) -> None:
    if key.spec != asked.key:
        raise errors.KeyDiffers(path=asked.key_path, found=str(key.spec), asked=str(asked.key))


def _answers(csr: CsrFacts, *, asked: Asked, key: KeyFacts) -> bool:
    return csr.asks_for(asked.subject, dns_names=asked.dns_names, public_key_fingerprint=key.public_key_fingerprint)


def _create_key(asked: Asked) -> bool:
    # Where another process was faster its key is the key, and ours, which nobody has seen, is forgotten.
    content = keys.to_pem(keys.generate(asked.key))
    return files.publish_exclusive(asked.key_path, content=content, access=asked.key_access)


def _repair_key_mode(asked: Asked) -> bool:
    files.repair(asked.key_path, access=asked.key_access)
    return True


def _create_csr(asked: Asked) -> bool:
    # From the key as it lies there, whoever wrote it.
    snapshot = files.read(asked.key_path)
    if snapshot is None:
        raise errors.KeyMissing(path=asked.key_path)
    _require_kind(keys.facts(snapshot.content, path=asked.key_path), asked=asked)
    key = t.cast("keys.SigningKey", keys.load(snapshot.content, path=asked.key_path))
    request = csrs.make_csr(key, subject=asked.subject, dns_names=asked.dns_names)
    files.replace(asked.csr_path, content=request, access=_CSR_ACCESS)
    return True


_STEPS = {CREATE_KEY: _create_key, REPAIR_KEY_MODE: _repair_key_mode, CREATE_CSR: _create_csr}

__all__ = ("Asked", "Outcome", "Seen", "decide", "ensure", "ensure_all", "observe", "parse", "result")
