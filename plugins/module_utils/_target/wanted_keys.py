# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What an order asks of its host by way of key and CSR, and what lies there now."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .._core import defaults, errors, file_errors, keyspec, names
from .._core.paths import csr_path_beside
from .._core.phrases import Phrase
from .._pki import csrs
from . import accesses, files, live_keys, orders

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from .._core.keyspec import KeySpec
    from .._pki.csrs import CsrFacts
    from .live_keys import LiveKey

_LEAF_ROLES = ("certificate", "full_chain", "combined")
_HOST_NAME = Phrase("a host name that a CA may certify ({0})", "認証局が証明できるホスト名 ({0})")
_CSR = Phrase("a CSR in PEM", "CSR (PEM形式) ")
_LENGTH = Phrase("a text of 1 to {0} characters", "1〜{0}文字の文字列")


@dc.dataclass(frozen=True)
class WantedKey:
    """What an order asks of this host."""

    name: str
    subject: names.Subject
    dns_names: tuple[str, ...]
    key: KeySpec
    key_path: str
    key_access: accesses.Access
    csr_path: str
    regenerate: str = defaults.REGENERATE
    retire: frozenset[str] = frozenset()  # public keys that are not certified again, by their fingerprints
    in_use: str | None = None  # of these, the one of the certificate in use at the desk, where it is known
    retire_served: bool = False  # nor is the key of the certificate that is installed
    retire_live: bool = False  # nor is the live key, whatever it was for
    served_from: tuple[str, ...] = ()  # where its certificate is installed
    bundle_path: str | None = None
    passphrase: str | None = dc.field(default=None, repr=False)

    @property
    def own_paths(self) -> tuple[str, ...]:
        return (self.csr_path,)

    @property
    def next_path(self) -> str:
        return live_keys.staged_path(self.key_path)

    @property
    def installs(self) -> bool:
        """Whether a key that waits will ever go live."""
        return bool(self.served_from or self.bundle_path)


@dc.dataclass(frozen=True)
class SeenKey:
    """What is there; a CSR that cannot be read as one counts as none."""

    live: LiveKey | None
    waiting: LiveKey | None
    csr: CsrFacts | None
    unusable: bool = False  # there is a live key, which cannot be read, and the order allows for that

    @property
    def key(self) -> LiveKey | None:
        """The key that is to be registered."""
        return self.waiting or (None if self.unusable else self.live)

    @property
    def public_key_fingerprint(self) -> str | None:
        return self.key.facts.public_key_fingerprint if self.key else None

    def as_diff(self, wanted: WantedKey) -> dict[str, t.Any]:
        """Return one side of a diff, without a letter of the key itself."""
        key = self.key and {
            "path": self.key.path,
            "type": str(self.key.facts.spec),
            "public_key_fingerprint": self.public_key_fingerprint,
            "mode": self.key.access.mode_text,
        }
        csr = self.csr and {
            "path": wanted.csr_path,
            "subject": names.subject_text(self.csr.subject),
            "dns_names": list(self.csr.dns_names),
            "public_key_fingerprint": self.csr.public_key_fingerprint,
        }
        return {"key": key, "csr": csr}


def parse(order: Mapping[str, t.Any], *, passphrases: Mapping[str, str] | None = None) -> WantedKey:
    """Read the order as this module needs it; anything else in it is not looked at."""
    key = orders.mapping(order, "key")
    common_name = _common_name(order)
    key_path = orders.path(key, "path", within="key")
    csr_path = orders.optional_path(key, "csr_path", within="key") or csr_path_beside(key_path)
    orders.require_distinct({"key.path": key_path, "key.csr_path": csr_path})
    install = orders.mapping(order, "install")
    name = orders.text(order, "name")
    return WantedKey(
        name=name,
        subject=names.subject(common_name, fields=_given_subject(order)),
        dns_names=(common_name,),
        key=keyspec.read_key_spec(key),
        key_path=key_path,
        key_access=accesses.read_access(key, within="key"),
        csr_path=csr_path,
        regenerate=keyspec.regenerate(key),
        retire=frozenset(order.get("retire") or ()),
        in_use=order.get("in_use"),
        retire_served=bool(order.get("retire_served")),
        retire_live=bool(order.get("retire_live")),
        served_from=tuple(path for role in _LEAF_ROLES if (path := install.get(role))),
        bundle_path=install.get("pkcs12"),
        passphrase=(passphrases or {}).get(name),
    )


def _common_name(order: Mapping[str, t.Any]) -> str:
    name = orders.text(order, "common_name")
    fault = names.common_name_fault(name)
    if fault:
        raise errors.FieldWrong(field="common_name", allowed=_HOST_NAME.filled(fault))
    return name


def _given_subject(order: Mapping[str, t.Any]) -> dict[str, str]:
    # The controller has checked this; here it keeps the plan honest, for building the CSR must not fail later.
    fields = {field: value for field, value in orders.mapping(order, "subject").items() if value is not None}
    for field, value in fields.items():
        longest = names.DN_BY_NAME[field].max_length if field in names.DN_BY_NAME else 0
        if not isinstance(value, str) or not 0 < len(value) <= longest:
            raise errors.FieldWrong(field=f"subject.{field}", allowed=_LENGTH.filled(longest))
    return fields


def observe(wanted: WantedKey) -> SeenKey:
    """Look at what lies at the paths of the order."""
    csr = files.read(wanted.csr_path)
    live, unusable = _live(wanted)
    waiting = live_keys.staged(wanted.key_path, passphrase=wanted.passphrase, owner=wanted.key_access.uid)
    if waiting and live and waiting.facts == live.facts:  # it went live, and the run ended before it was cleared away
        waiting = None
    return SeenKey(
        live=live,
        waiting=waiting,
        csr=_csr_facts(csr.content, path=wanted.csr_path) if csr else None,
        unusable=unusable,
    )


def _live(wanted: WantedKey) -> tuple[LiveKey | None, bool]:
    files.read(wanted.key_path)  # for a folder that is missing, which an installation may be without
    try:
        return live_keys.read(wanted.key_path, passphrase=wanted.passphrase, owner=wanted.key_access.uid), False
    except (errors.KeyBroken, errors.KeyEncrypted, errors.PassphraseWrong):
        if wanted.regenerate in (keyspec.FULL, keyspec.ALWAYS) and wanted.installs:
            return None, True
        raise


def _csr_facts(content: bytes, *, path: str) -> CsrFacts | None:
    try:
        return csrs.read_csr(content)
    except errors.PrivateKeyGiven:
        raise errors.PrivateKeyInTheWay(path=path) from None
    except errors.CsrBroken:
        if content.strip() and not csrs.may_be_csr(content):
            raise file_errors.FileForeign(path=path, wanted=_CSR) from None
        return None


__all__ = ("SeenKey", "WantedKey", "observe", "parse")
