# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The issued certificate of each order in its files: looked at first, checked before anything is replaced."""

from __future__ import annotations

import dataclasses as dc
import functools
import typing as t

from .._core import errors, names
from .._pki import certs, keys
from . import files, orders

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping

    from .._pki.certs import CertFacts
    from .._pki.keys import KeyFacts

    Certificates = tuple[CertFacts, ...]

# In this order the files are written: when the certificate is new, what it needs is already there.
CHAIN, FULL_CHAIN, CERTIFICATE = ROLES = ("chain", "full_chain", "certificate")


@dc.dataclass(frozen=True)
class Asked:
    """What an order asks of this host."""

    name: str
    common_name: str
    certificate_fingerprint: str
    public_key_fingerprint: str | None
    key_path: str | None
    key_is_of_service: bool
    paths: tuple[tuple[str, str], ...]  # (role, path) in the order of writing
    access: files.Access

    @property
    def own_paths(self) -> tuple[str, ...]:
        return tuple(path for _role, path in self.paths)

    def path(self, role: str) -> str | None:
        """Where the file of this role goes, if the order names it."""
        return dict(self.paths).get(role)


@dc.dataclass(frozen=True)
class Given:
    """The contents to install."""

    leaf: CertFacts
    chain: Certificates

    def content(self, role: str) -> Certificates:
        """What belongs into the file of this role."""
        return {CERTIFICATE: (self.leaf,), CHAIN: self.chain, FULL_CHAIN: (self.leaf, *self.chain)}[role]


@dc.dataclass(frozen=True)
class SeenFile:
    """A file as it is; content that is not made of certificates counts as none."""

    certificates: Certificates = ()
    access: files.Access | None = None


@dc.dataclass(frozen=True)
class Seen:
    """The files of an order as they are, one for each role that it names."""

    files: tuple[tuple[str, SeenFile], ...]

    def of(self, role: str) -> SeenFile:
        return dict(self.files).get(role, SeenFile())

    @property
    def leaf(self) -> CertFacts | None:
        return next(iter(self.of(CERTIFICATE).certificates), None)

    def as_diff(self, asked: Asked) -> dict[str, t.Any]:
        """One side of a diff."""
        modes = {path: access and access.mode_text for role, path in asked.paths for access in [self.of(role).access]}
        return {"certificate": _leaf_as_diff(self.leaf), "modes": modes}


@dc.dataclass(frozen=True)
class Outcome:
    """What was done for an order, or would be, or that its contents are still needed."""

    asked: Asked
    before: Seen
    leaf: CertFacts | None = None  # what is installed now, or will be
    actions: tuple[str, ...] = ()
    planned: bool = False
    missing: bool = False

    @property
    def changes(self) -> bool:
        return self.missing or bool(self.actions)

    def as_result(self) -> dict[str, t.Any]:
        """The order's entry in the module's result."""
        return {
            "name": self.asked.name,
            "certificate_path": self.asked.path(CERTIFICATE),
            "chain_path": self.asked.path(CHAIN),
            "full_chain_path": self.asked.path(FULL_CHAIN),
            "not_after": self.leaf and certs.rfc3339(self.leaf.not_after),
            "serial_number": self.leaf and self.leaf.serial_number,
            "certificate_fingerprint": self.asked.certificate_fingerprint,
            "changed": self.changes,
            "planned": self.planned,
            "actions": list(self.actions),
        }

    def after_as_diff(self) -> dict[str, t.Any]:
        """What is there now, or will be as far as it can be known; of a missing one that is its fingerprint."""
        leaf = _leaf_as_diff(self.leaf) or {"certificate_fingerprint": self.asked.certificate_fingerprint}
        return {"certificate": leaf, "modes": {path: self.asked.access.mode_text for _role, path in self.asked.paths}}


def _leaf_as_diff(leaf: CertFacts | None) -> dict[str, t.Any] | None:
    if leaf is None:
        return None
    return {
        "subject": names.subject_text(leaf.subject),
        "serial_number": leaf.serial_number,
        "not_after": certs.rfc3339(leaf.not_after),
        "certificate_fingerprint": leaf.certificate_fingerprint,
    }


def ensure_all(
    wanted: Iterable[Mapping[str, t.Any]], *, certificates: Mapping[str, t.Any], now: dt.datetime, check: bool
) -> orders.Harvest[Outcome]:
    """The certificate of every order in its place; in check mode the same decisions and no writing."""

    def act(asked: Asked) -> Outcome:
        return ensure(asked, contents=certificates.get(asked.name), now=now, check=check)

    return orders.carry_out(wanted, parse=parse, act=act)


def result(harvest: orders.Harvest[Outcome], *, check: bool, lang: str | None) -> dict[str, t.Any]:
    """The module's result; the diff holds only what changes.

    What is missing counts as a change only in check mode, where nobody comes back with the contents.
    """
    changing = [outcome for outcome in harvest.outcomes if outcome.changes]
    return {
        "changed": any(outcome.actions or check for outcome in changing) or harvest.left_changes,
        "installed": [outcome.as_result() for outcome in harvest.outcomes if not outcome.missing],
        "missing": [outcome.asked.name for outcome in harvest.outcomes if outcome.missing],
        "failures": harvest.failures_as_result(lang),
        "diff": {
            "before": {outcome.asked.name: outcome.before.as_diff(outcome.asked) for outcome in changing},
            "after": {outcome.asked.name: outcome.after_as_diff() for outcome in changing},
        },
    }


def parse(order: Mapping[str, t.Any]) -> Asked:
    """The order as this module needs it; anything else in it is not looked at."""
    install = orders.mapping(order, "install")
    paths = {
        CHAIN: orders.optional_path(install, CHAIN, within="install"),
        FULL_CHAIN: orders.optional_path(install, FULL_CHAIN, within="install"),
        CERTIFICATE: orders.path(install, CERTIFICATE, within="install"),
    }
    key_path = orders.optional_path(orders.mapping(order, "key"), "path", within="key")
    orders.require_distinct({"key.path": key_path, **{f"install.{role}": path for role, path in paths.items()}})
    return Asked(
        name=orders.text(order, "name"),
        common_name=orders.text(order, "common_name"),
        certificate_fingerprint=orders.text(order, "certificate_fingerprint"),
        public_key_fingerprint=order.get("public_key_fingerprint"),
        key_path=key_path,
        key_is_of_service=order.get("csr_origin") == "service",
        paths=tuple((role, path) for role in ROLES if (path := paths[role])),
        access=files.access_for(install.get("mode") or "0644", owner=install.get("owner"), group=install.get("group")),
    )


def ensure(asked: Asked, *, contents: object, now: dt.datetime, check: bool) -> Outcome:
    """The certificate of one order in its place; without contents only what is there can be right."""
    before = observe(asked)
    if contents is None and not _is_in_place(asked, seen=before):
        return Outcome(asked, before, missing=True)
    given = None if contents is None else accept(contents, asked=asked, seen=before, now=now)
    steps = decide(asked, seen=before, given=given)
    leaf = given.leaf if given else before.leaf
    if check or not steps:
        return Outcome(asked, before, leaf=leaf, actions=tuple(steps), planned=check and bool(steps))
    done: list[str] = []
    with orders.remembering(done):
        for action, step in steps.items():
            step()
            done.append(action)
    return Outcome(asked, before, leaf=leaf, actions=tuple(done))


def observe(asked: Asked) -> Seen:
    """What lies at the paths of the order."""
    return Seen(tuple((role, _observe(path)) for role, path in asked.paths))


def _observe(path: str) -> SeenFile:
    snapshot = files.read(path)
    if snapshot is None:
        return SeenFile()
    try:
        return SeenFile(certs.read_certificates(snapshot.content), snapshot.access)
    except errors.PrivateKeyGiven:
        raise errors.PrivateKeyInTheWay(path=path) from None
    except errors.CertificateBroken:
        return SeenFile((), snapshot.access)


def _is_in_place(asked: Asked, *, seen: Seen) -> bool:
    leaf = seen.leaf
    if leaf is None or leaf.certificate_fingerprint != asked.certificate_fingerprint:
        return False
    # The chain that is there is taken for the one that belongs there, provided that it leads upwards from the leaf.
    chain = seen.of(CHAIN).certificates or seen.of(FULL_CHAIN).certificates[1:]
    wants_chain = asked.path(CHAIN) or asked.path(FULL_CHAIN)
    if wants_chain and certs.chain_fault(leaf, chain=chain):
        return False
    given = Given(leaf, chain)
    return all(file.certificates == given.content(role) for role, file in seen.files)


def decide(asked: Asked, *, seen: Seen, given: Given | None) -> dict[str, Callable[[], None]]:
    """What has to be done, by the name of the action and in this order."""
    steps: dict[str, Callable[[], None]] = {}
    for role, path in asked.paths:
        file = seen.of(role)
        if given and file.certificates != given.content(role):
            content = "".join(certificate.pem for certificate in given.content(role)).encode()
            steps[f"write_{role}"] = functools.partial(files.replace, path, content=content, access=asked.access)
        elif file.access and not asked.access.allows(file.access):
            steps[f"repair_{role}_mode"] = functools.partial(files.repair, path, access=asked.access)
    return steps


def accept(contents: object, *, asked: Asked, seen: Seen, now: dt.datetime) -> Given:
    """The contents, if they are just what the order waits for; otherwise the first fault."""
    given = _read(contents, asked=asked)
    leaf = given.leaf
    if leaf.certificate_fingerprint != asked.certificate_fingerprint:
        raise errors.AnotherCertificate(found=leaf.certificate_fingerprint, expected=asked.certificate_fingerprint)
    if not leaf.is_for(asked.common_name):
        found = ", ".join(leaf.dns_names) or names.subject_text(leaf.subject)
        raise errors.NameDiffers(found=found, expected=asked.common_name)
    _require_key(leaf, asked=asked)
    _require_time(leaf, now=now)
    # A chain that nobody asked for need not be given, but one that is given must be right.
    needed = bool(given.chain or asked.path(CHAIN) or asked.path(FULL_CHAIN))
    fault = certs.chain_fault(leaf, chain=given.chain) if needed else None
    if fault:
        raise fault
    _require_newer(leaf, asked=asked, seen=seen)
    return given


def _read(contents: object, *, asked: Asked) -> Given:
    if not isinstance(contents, dict):
        raise errors.FieldWrong(field=f"certificates.{asked.name}", allowed="a mapping of certificate and chain")
    leaves = certs.read_certificates(_bytes(contents.get("certificate")))
    if len(leaves) > 1:
        raise errors.NotOneCertificate
    chain = _bytes(contents.get("chain"))
    return Given(leaves[0], certs.read_certificates(chain, what="chain") if chain.strip() else ())


def _bytes(text: object) -> bytes:
    return text.encode(errors="replace") if isinstance(text, str) else b""


def _require_key(leaf: CertFacts, *, asked: Asked) -> None:
    if asked.key_path:
        key = _host_key(asked, path=asked.key_path)
        if key.public_key_fingerprint != leaf.public_key_fingerprint:
            raise errors.KeyNotOfCertificate(path=asked.key_path)
    elif not asked.public_key_fingerprint:
        raise errors.FieldWrong(field="public_key_fingerprint", allowed="given where there is no key.path")
    elif asked.public_key_fingerprint != leaf.public_key_fingerprint:
        raise errors.PublicKeyDiffers(found=leaf.public_key_fingerprint, expected=asked.public_key_fingerprint)


def _host_key(asked: Asked, *, path: str) -> KeyFacts:
    missing = errors.KeyNotDownloaded(path=path) if asked.key_is_of_service else errors.KeyMissing(path=path)
    try:
        snapshot = files.read(path)
    except errors.FolderMissing:
        raise missing from None
    if snapshot is None:
        raise missing
    return keys.facts(snapshot.content, path=path)


def _require_time(leaf: CertFacts, *, now: dt.datetime) -> None:
    if now < leaf.not_before:
        raise errors.NotYetValid(moment=certs.rfc3339(leaf.not_before))
    if now > leaf.not_after:
        raise errors.NoLongerValid(moment=certs.rfc3339(leaf.not_after))


def _require_newer(leaf: CertFacts, *, asked: Asked, seen: Seen) -> None:
    old = seen.leaf
    # A stand-in that somebody signed himself, or another site's certificate, is no earlier issue of this one.
    if old is None or old.is_self_issued or not old.is_for(asked.common_name):
        return
    if leaf.not_before < old.not_before:
        raise errors.OlderThanInstalled(
            path=asked.path(CERTIFICATE) or "",
            moment=certs.rfc3339(leaf.not_before),
            installed=certs.rfc3339(old.not_before),
        )


__all__ = (
    "Asked",
    "Given",
    "Outcome",
    "Seen",
    "accept",
    "decide",
    "ensure",
    "ensure_all",
    "observe",
    "parse",
    "result",
)
