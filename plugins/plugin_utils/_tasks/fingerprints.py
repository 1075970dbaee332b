# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Certificates that a desk's list does not tell apart: they are fetched before a host is asked what it has."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ...module_utils._core.errors import Fault
from ...module_utils._core.phrases import translate
from ...module_utils._pki.certs import read_certificates
from ...module_utils._pki.deps import explain_missing_cryptography
from .._desk.desk import DeskError

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ...module_utils._core.phrases import Language
    from .._desk.desk import Desk
    from .._planning.entry import Entry

Json = dict[str, t.Any]


class Fingerprinted(t.NamedTuple):
    """Entries whose certificate can be told by its fingerprint, what had to be fetched for that, and what failed."""

    entries: tuple[Entry, ...]
    certificates: dict[str, Json]
    failures: list[Json]


def fetch_missing_fingerprints(
    entries: Iterable[Entry], desk: Desk, *, lang: Language, progress: Callable[[str], None] = lambda _name: None
) -> Fingerprinted:
    """Complete the entries with fingerprints; a desk that lists them is not asked for anything.

    `progress` is called with the name of each order whose certificate was fetched.
    """
    result: list[Entry] = []
    text = Fingerprinted((), {}, [])
    lacking = explain_missing_cryptography()
    for entry in entries:
        application = entry.application
        if application is None or application.certificate_fingerprint:
            result.append(_with_own_key(entry))
            continue
        if lacking:
            text.failures.append({"name": entry.order.name, "message": lacking})
            continue
        try:
            issued = desk.fetch_certificate(application)
            progress(entry.order.name)
            leaf = read_certificates(issued.certificate.encode())[0]
        except (DeskError, Fault) as error:
            message = error.message(lang) if isinstance(error, Fault) else translate(error.phrase, lang)
            text.failures.append({"name": entry.order.name, "message": message})
            continue
        existing = dc.replace(
            application,
            certificate_fingerprint=leaf.certificate_fingerprint,
            public_key_fingerprint=leaf.public_key_fingerprint,
        )
        result.append(_with_own_key(dc.replace(entry, application=existing)))
        text.certificates[entry.order.name] = {"certificate": issued.certificate, "chain": issued.chain}
    return text._replace(entries=tuple(result))


def _with_own_key(entry: Entry) -> Entry:
    """Return the entry with the key of its supplied CSR, which says which one it must be; else nothing tells that."""
    application, csr = entry.application, entry.order.csr
    if application is None or csr is None:
        return entry
    key = csr.public_key_fingerprint
    return dc.replace(entry, application=dc.replace(application, public_key_fingerprint=key))


__all__ = ("Fingerprinted", "fetch_missing_fingerprints")
