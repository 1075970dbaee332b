# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The files of orders on their hosts: two that would be one file would undo each other's work on every run.

A host refuses that too, and sees links where only names are known here; but there the certificate is paid for.
"""

from __future__ import annotations

import typing as t

from ...module_utils._core.paths import csr_path_beside, names_file, plain_path
from ...module_utils._core.phrases import Phrase
from .._complaints.complaints import Breach, Complaint, dotted_path, shorten
from .._values.order import CsrOrigin, Wanted
from .schema import INSTALL_FILES

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .._complaints.complaints import Path
    from .files import RawOrder
    from .schema import Branch, Fields

_ORDER = Phrase("{0} of order {1}", "オーダー {1} の {0}")
_KEY: Path = ("key", "path")
_CSR_BESIDE = Phrase("the CSR beside key.path", "key.path と同じ場所のCSR")


class File(t.NamedTuple):
    """A file on the order's host, the field that says where it lies, and what it is."""

    place: str
    field: Path
    what: str | Phrase


def find_files_shared_within(order: Fields, branch: Branch) -> Iterator[Breach]:
    """Find files of one order that have one place."""
    first: dict[str, File] = {}
    for file in _files(order, branch):
        entry = first.setdefault(file.place, file)
        if entry is not file:
            yield Breach(rule="PATH-SHARED", path=file.field, facts={"value": shorten(file.place), "other": entry.what})


def find_files_shared_between(orders: Iterable[RawOrder]) -> Iterator[Complaint]:
    """Find files of several orders that have one place on one host; only a key may serve more than one of them."""
    first: dict[tuple[str, str], tuple[RawOrder, File]] = {}
    for order in orders:
        host = order.fields.get("host", "localhost")
        if not isinstance(host, str) or order.fields.get("state") == Wanted.CANCELLED:
            continue
        for file in _files(order.fields, order.branch):
            other, entry = first.setdefault((host, file.place), (order, file))
            if other.name != order.name and not entry.what == file.what == dotted_path(_KEY):
                facts = {"value": shorten(file.place), "other": _ORDER.filled(entry.what, other.name)}
                place = order.locate(file.field)
                yield Complaint(rule="PATH-SHARED", place=place, order=order.name, path=file.field, facts=facts)


def _files(order: Fields, branch: Branch) -> Iterator[File]:
    key, install = (part if isinstance(part, dict) else {} for part in (order.get("key"), order.get("install")))
    key_path, csr_path = key.get("path"), key.get("csr_path")
    named: list[tuple[object, Path, str | Phrase]] = [(key_path, _KEY, dotted_path(_KEY))]
    if branch.csr_origin is CsrOrigin.TARGET and csr_path is not None:
        named.append((csr_path, ("key", "csr_path"), "key.csr_path"))
    elif branch.csr_origin is CsrOrigin.TARGET and isinstance(key_path, str):
        named.append((csr_path_beside(key_path), _KEY, _CSR_BESIDE))
    named += [(install.get(role), ("install", role), f"install.{role}") for role in INSTALL_FILES]
    for path, field, what in named:
        if isinstance(path, str) and names_file(path):
            yield File(plain_path(path), field, what)


__all__ = ("find_files_shared_between", "find_files_shared_within")
