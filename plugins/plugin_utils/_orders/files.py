# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Order files: read, rendered, defaults merged; the place of every value can be told."""

from __future__ import annotations

import dataclasses as dc
import functools
import os
import pathlib
import typing as t

from ...module_utils._core.phrases import Phrase
from ...module_utils._core.system_errors import reason_of
from .._complaints.complaints import Complaint, OrdersRefused, Place, shorten
from .._complaints.repositories import LEADS_OUT, find_left_repository, leads_out
from .._complaints.yaml_text import Literal, YamlText
from .branches import find_branch
from .folder import OrderFolder, find_repository
from .rendering import Reader, render_document
from .schema import drop_unasked, find_foreign_defaults
from .top_of_file import MOST_ORDERS, find_file_breaches

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .._complaints.complaints import Breach, Path
    from .branches import Branch
    from .schema import Fields

_SHARED = ("defaults.yml", "defaults.yaml")
_MOST_PARTS: t.Final = 100
_LARGEST: t.Final = 8 << 20  # characters; 10,000 orders that say everything themselves have half of that
_TOO_LARGE: t.Final = Phrase("it has more than 8 MiB; split it", "8 MiBを超えています。分割してください")


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class RawOrder:
    """An order as written, with the defaults of its file merged in.

    Relative paths start at `folder` and must not leave `within`; a task's own orders may name any file.
    """

    fields: dict[str, t.Any]
    branch: Branch
    folder: pathlib.Path
    within: pathlib.Path | None
    locate: Callable[[Path], Place]

    @property
    def name(self) -> str | None:
        name = self.fields.get("name")
        return name if isinstance(name, str) else None


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What could be read, and the complaints about what could not."""

    orders: tuple[RawOrder, ...] = ()
    complaints: tuple[Complaint, ...] = ()

    def __add__(self, other: Reading) -> Reading:
        return Reading(orders=self.orders + other.orders, complaints=self.complaints + other.complaints)


def read_folder(source: str, reader: Reader) -> Reading:
    """Read the orders of one file or of all files in a folder; a file that cannot be used hides no other."""
    path = pathlib.Path(source)
    if not source.strip() or not (path.is_file() or path.is_dir()):  # of nothing, pathlib makes the working directory
        problem = Phrase("no such file or folder", "存在しません")
        return _unreadable(path, "FILE-UNREADABLE", problem=problem)
    top = path if path.is_dir() else path.parent
    if repository := find_left_repository(top):
        return _unreadable(top, "FILE-UNREADABLE", problem=LEADS_OUT.filled(repository))
    shared = _read_shared_defaults(top, reader)
    if isinstance(shared, Reading):
        return shared
    if path.is_file():
        return _read_file(path, reader, top, shared)
    result = OrderFolder(path)
    readings = [
        _unreadable(obstacle.path, "FILE-UNREADABLE", problem=obstacle.problem)
        if obstacle.problem
        else _unreadable(obstacle.path, "FILE-LINK", folder=str(path))
        for obstacle in result.obstacles
    ]
    files = [file for file in result.list_files() if not shared or str(file) != shared.file.name]
    readings += [_read_file(file, reader, path, shared) for file in files]
    return sum(readings, start=Reading()) if readings or shared else _unreadable(path, "FILE-NONE")


def has_order_files(source: str) -> bool:
    """Check whether there is anything to read at a path, or to complain of."""
    path = pathlib.Path(source)
    if path.is_dir():
        result = OrderFolder(path)
        return bool(result.list_files() or result.obstacles)
    return os.path.lexists(path)


def read_inline(orders: list[t.Any]) -> Reading:
    """Read orders given in the playbook; they have no file, so their place is their number."""
    result = []
    for index, fields in enumerate(orders):
        place = Place(file=f"orders[{index}]")
        locate = functools.partial(_same_place, place)
        branch = find_branch(fields)
        result.append(RawOrder(fields=fields, branch=branch, folder=pathlib.Path(), within=None, locate=locate))
    return Reading(orders=tuple(result))


def _same_place(place: Place, _path: Path) -> Place:
    return place


def merge_defaults(
    defaults: dict[str, t.Any], order: dict[str, t.Any], _merged: dict[tuple[int, int], dict[str, t.Any]] | None = None
) -> dict[str, t.Any]:
    """Merge defaults under an order: mappings merge, everything else is replaced."""
    # Aliases of aliases would make this walk endless, so each pair of mappings is merged once.
    merged = {} if _merged is None else _merged
    key = (id(defaults), id(order))
    if key not in merged:
        result = merged[key] = dict(defaults)
        for field, value in order.items():
            below = result.get(field)
            # One with more parts than any mapping of fields is wrong, and not copied for each order.
            if isinstance(below, dict) and isinstance(value, dict) and len(below) <= _MOST_PARTS:
                value = merge_defaults(below, value, merged)
            result[field] = value
    return merged[key]


class _Opened(t.NamedTuple):
    """A file of orders or of shared defaults, its templates rendered."""

    file: YamlText
    document: t.Any
    duplicates: tuple[Complaint, ...]

    @property
    def defaults(self) -> Fields:
        result = self.document.get("defaults") if isinstance(self.document, dict) else None
        return result if isinstance(result, dict) else {}


def _read_shared_defaults(top: pathlib.Path, reader: Reader) -> _Opened | Reading | None:
    """Read the defaults of all files in a folder, where there are any; a mistake in them is all that is told."""
    path = next((path for name in _SHARED if (path := top / name).is_file()), None)
    opened = _open(path, reader, top) if path else None
    if not isinstance(opened, _Opened) or not isinstance(opened.document, dict) or "orders" in opened.document:
        return opened if isinstance(opened, Reading) else None
    breaches = (*find_file_breaches({**opened.document, "orders": []}), *find_foreign_defaults(opened.defaults))
    complaints = (*opened.duplicates, *_located(opened.file, breaches))
    return Reading(complaints=complaints) if complaints else opened


def _read_file(path: pathlib.Path, reader: Reader, top: pathlib.Path, shared: _Opened | None) -> Reading:
    opened = _open(path, reader, top)
    if isinstance(opened, Reading):
        return opened
    return Reading(complaints=opened.duplicates) + _orders_of(opened, path.parent, find_repository(top), shared)


def _open(path: pathlib.Path, reader: Reader, top: pathlib.Path) -> _Opened | Reading:
    try:
        if leads_out(path, top):
            return _unreadable(path, "FILE-LINK", folder=str(top))
        with path.open(encoding="utf-8") as opened:
            text = opened.read(_LARGEST + 1)
    except OSError as error:
        return _unreadable(path, "FILE-UNREADABLE", problem=reason_of(error))
    except UnicodeDecodeError:
        problem = Phrase(
            "it is not in UTF-8; save it as UTF-8", "UTF-8で保存し直してください (Shift_JISなどは使えません)"
        )
        return _unreadable(path, "FILE-UNREADABLE", problem=problem)
    if len(text) > _LARGEST:
        return _unreadable(path, "FILE-UNREADABLE", problem=_TOO_LARGE)
    file = YamlText(name=str(path), text=text)
    try:
        document, duplicates = file.read_document(reader.decrypt, unsafe=Literal)
        return _Opened(file, render_document(file, document, reader), duplicates)
    except OrdersRefused as refused:
        return Reading(complaints=refused.complaints)


def _orders_of(opened: _Opened, folder: pathlib.Path, within: pathlib.Path, shared: _Opened | None) -> Reading:
    document = opened.document
    foreign = find_foreign_defaults(opened.defaults)
    complaints = _located(opened.file, (*find_file_breaches(document), *foreign))
    orders = document.get("orders") if isinstance(document, dict) else None
    if foreign or not isinstance(orders, list) or len(orders) > MOST_ORDERS:
        return Reading(complaints=complaints)
    defaults = merge_defaults(shared.defaults, opened.defaults) if shared else opened.defaults
    raw = []
    for index, own in enumerate(orders):
        if isinstance(own, dict):
            branch = find_branch({**defaults, **own})
            fields = merge_defaults(drop_unasked(defaults, branch), own)
            locate = functools.partial(_locate, opened, index, shared)
            raw.append(RawOrder(fields=fields, branch=branch, folder=folder, within=within, locate=locate))
    return Reading(orders=tuple(raw), complaints=complaints)


def _located(file: YamlText, breaches: Iterable[Breach]) -> tuple[Complaint, ...]:
    return tuple(Complaint(rule=b.rule, place=file.place(b.path), path=b.path, facts=b.facts) for b in breaches)


def _locate(opened: _Opened, index: int, shared: _Opened | None, path: Path) -> Place:
    file, own = opened.file, opened.document["orders"][index]
    written_here = any(_has(fields, path) for fields in (own, opened.defaults))
    if shared and path and not written_here and _has(shared.defaults, path):
        return shared.file.place(("defaults", *path))
    if path and path[0] not in own:
        inherited = file.place(("defaults", *path))
        if inherited.line != file.place(("defaults",)).line:
            return inherited
    return file.place(("orders", index, *path))


def _has(fields: t.Any, path: Path) -> bool:
    """Check whether there is a value at this path, or at its beginning one that has no parts."""
    for part in path:
        if not isinstance(fields, dict):
            return True
        if part not in fields:
            return False
        fields = fields[part]
    return True


def _unreadable(path: pathlib.Path, rule: str, **facts: object) -> Reading:
    text = {"value": shorten(str(path)), **facts}
    return Reading(complaints=(Complaint(rule=rule, place=Place(file=str(path)), facts=text),))


__all__ = (
    "RawOrder",
    "Reader",
    "Reading",
    "has_order_files",
    "merge_defaults",
    "read_folder",
    "read_inline",
)
