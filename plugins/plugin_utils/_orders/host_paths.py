# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The files of orders on their hosts: two that would be one file would undo each other's work on every run.

A host refuses that too, and sees links where only names are known here; but there the certificate is paid for.
"""

from __future__ import annotations

import typing as t

from ...module_utils._core.paths import csr_path_beside, hidden_beside, names_file, plain_path
from ...module_utils._core.phrases import Phrase
from .._complaints.complaints import Complaint, dotted_path, shorten
from .._values.order import CsrOrigin, Wanted
from .host_vocabulary import MOST_FORMER_PATHS
from .schema import INSTALL_FILES

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .._complaints.complaints import Path
    from .branches import Branch
    from .files import RawOrder
    from .schema import Fields

_ORDER = Phrase("{0} of order {1}", "オーダー {1} の {0}")
_HIDDEN = Phrase("{0} (hidden beside it)", "{0} (隠しファイル)")
_KEY: Path = ("key", "path")
KEY_PATH = dotted_path(_KEY)
_CSR_BESIDE = Phrase("the CSR beside key.path", "key.path と同じ場所のCSR")


class File(t.NamedTuple):
    """A file on the order's host, the field that says where it lies, and what it is."""

    place: str
    field: Path
    what: str | Phrase


def find_shared_files(orders: Iterable[RawOrder]) -> Iterator[Complaint]:
    """Find files of orders that have one place on one host; only a key may serve more than one order.

    What is kept hidden beside a file has its place too, as a key that waits for its certificate.
    """
    first: dict[tuple[str, str], tuple[RawOrder, File]] = {}
    hidden: list[tuple[RawOrder, File, tuple[str, str]]] = []
    for order in orders:
        host = order.fields.get("host", "localhost")
        if not isinstance(host, str) or order.fields.get("state") == Wanted.CANCELLED:
            continue
        for file in list_files(order.fields, order.branch):
            other, entry = first.setdefault((host, file.place), (order, file))
            if entry is not file and (other is order or not _may_share(order, other, entry, file)):
                yield _complain(order, file, _name_file(entry, other, order))
            hidden.extend((order, file, (host, beside)) for beside in hidden_beside(file.place))
    for order, file, beside in hidden:
        if beside in first:
            other, entry = first[beside]
            yield _complain(order, file, _HIDDEN.filled(_name_file(entry, other, order)))


def _name_file(file: File, order: RawOrder, asking: RawOrder) -> str | Phrase:
    return file.what if order is asking else _ORDER.filled(file.what, order.name)


def _complain(order: RawOrder, file: File, other: str | Phrase) -> Complaint:
    facts = {"value": shorten(file.place), "other": other}
    place = order.locate(file.field)
    return Complaint(rule="PATH-SHARED", place=place, order=order.name, path=file.field, facts=facts)


def _may_share(order: RawOrder, other: RawOrder, *files: File) -> bool:
    """Check whether two orders may have these files in one place; orders of one name have a complaint of their own."""
    return order.name == other.name or all(file.what == KEY_PATH for file in files)


def list_files(order: Fields, branch: Branch) -> Iterator[File]:
    """List the files that an order names on its host, as far as they can be read."""
    key, install = order.get("key"), order.get("install")
    if isinstance(key, dict):
        yield from _list_key_files(key, made_there=branch.csr_origin is CsrOrigin.TARGET)
    if isinstance(install, dict):
        for role in INSTALL_FILES:
            if role in install:
                yield from _find_file(install[role], ("install", role), f"install.{role}")
        former = install.get("was_at")
        for path in former[:MOST_FORMER_PATHS] if isinstance(former, list) else ():
            yield from _find_file(path, ("install", "was_at"), "install.was_at")


def _list_key_files(key: Fields, *, made_there: bool) -> Iterator[File]:
    path, csr_path = key.get("path"), key.get("csr_path")
    yield from _find_file(path, _KEY, KEY_PATH)
    if made_there and csr_path is not None:
        yield from _find_file(csr_path, ("key", "csr_path"), "key.csr_path")
    elif made_there and isinstance(path, str):
        yield from _find_file(csr_path_beside(path), _KEY, _CSR_BESIDE)


def _find_file(path: object, field: Path, what: str | Phrase) -> Iterator[File]:
    if isinstance(path, str) and names_file(path):
        yield File(plain_path(path), field, what)


__all__ = ("KEY_PATH", "find_shared_files", "list_files")
