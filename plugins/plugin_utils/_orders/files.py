# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Order files: found, read, defaults merged; the place of every value can be told."""

from __future__ import annotations

import dataclasses as dc
import functools
import pathlib
import typing as t

from ...module_utils._core.phrases import Phrase
from .._complaints.complaints import Breach, Complaint, OrdersRefused, Place, Vaulted, nearest, shortened
from .._complaints.yaml_text import YamlText
from .schema import branch_of, without_unasked

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .._complaints.complaints import Path
    from .schema import Branch

_SUFFIXES = (".yml", ".yaml")
_TOP_FIELDS = ("version", "defaults", "orders")


@dc.dataclass(frozen=True, slots=True)
class Reader:
    """How values that are not plain become plain: a template's text is rendered, a vault's text decrypted."""

    render: Callable[[str], t.Any]
    decrypt: Callable[[str], str]


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class RawOrder:
    """An order as written, with the defaults of its file merged in."""

    fields: dict[str, t.Any]
    branch: Branch
    folder: pathlib.Path
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
    """The orders of one file or of all files in a folder; a file that cannot be used hides no other."""
    path = pathlib.Path(source)
    if path.is_file():
        return _read_file(path, reader)
    if not path.is_dir():
        problem = Phrase("no such file or folder", "存在しません")
        return _unreadable(path, "FILE-UNREADABLE", problem=problem)
    files = sorted(file for file in path.rglob("*") if file.suffix in _SUFFIXES and file.is_file())
    if not files:
        return _unreadable(path, "FILE-NONE")
    return sum((_read_file(file, reader) for file in files), start=Reading())


def read_inline(orders: list[t.Any]) -> Reading:
    """Orders given in the playbook; they have no file, so their place is their number."""
    found = []
    for index, fields in enumerate(orders):
        place = Place(file=f"orders[{index}]")
        locate = functools.partial(_same_place, place)
        found.append(RawOrder(fields=fields, branch=branch_of(fields), folder=pathlib.Path(), locate=locate))
    return Reading(orders=tuple(found))


def _same_place(place: Place, _path: Path) -> Place:
    return place


def merge_defaults(defaults: dict[str, t.Any], order: dict[str, t.Any]) -> dict[str, t.Any]:
    """Defaults under an order: mappings merge, everything else is replaced."""
    result = dict(defaults)
    for field, value in order.items():
        below = result.get(field)
        result[field] = merge_defaults(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return result


def _read_file(path: pathlib.Path, reader: Reader) -> Reading:
    try:
        file = YamlText(name=str(path), text=path.read_text(encoding="utf-8"))
    except OSError as error:
        return _unreadable(path, "FILE-UNREADABLE", problem=error.strerror)
    except UnicodeDecodeError:
        return _unreadable(path, "FILE-UNREADABLE", problem=Phrase("it is not UTF-8", "UTF-8ではありません"))
    try:
        document, duplicates = file.content(reader.decrypt)
        return Reading(complaints=duplicates) + _orders_of(file, _rendered(file, document, reader), path.parent)
    except OrdersRefused as refused:
        return Reading(complaints=refused.complaints)


def _orders_of(file: YamlText, document: t.Any, folder: pathlib.Path) -> Reading:
    breaches = tuple(_breaches_of_top(document))
    complaints = tuple(Complaint(rule=b.rule, place=file.place(b.path), path=b.path, facts=b.facts) for b in breaches)
    orders = document.get("orders") if isinstance(document, dict) else None
    defaults = document.get("defaults") if isinstance(document, dict) else None
    if not isinstance(orders, list):
        return Reading(complaints=complaints)
    below = defaults if isinstance(defaults, dict) else {}
    raw = tuple(_raw(file, index, own, below, folder) for index, own in enumerate(orders) if isinstance(own, dict))
    return Reading(orders=raw, complaints=complaints)


def _raw(
    file: YamlText, index: int, own: dict[str, t.Any], defaults: dict[str, t.Any], folder: pathlib.Path
) -> RawOrder:
    branch = branch_of({**defaults, **own})
    fields = merge_defaults(without_unasked(defaults, branch), own)
    locate = functools.partial(_locate, file, index, own)
    return RawOrder(fields=fields, branch=branch, folder=folder, locate=locate)


def _rendered(file: YamlText, document: t.Any, reader: Reader) -> t.Any:
    if "{{" not in file.text and "{%" not in file.text:
        return document
    return _render_each(file, document, (), reader)


def _render_each(file: YamlText, value: t.Any, path: Path, reader: Reader) -> t.Any:
    if isinstance(value, dict):
        return {key: _render_each(file, below, (*path, key), reader) for key, below in value.items()}
    if isinstance(value, list):
        return [_render_each(file, below, (*path, index), reader) for index, below in enumerate(value)]
    if not isinstance(value, str) or isinstance(value, Vaulted) or ("{{" not in value and "{%" not in value):
        return value
    try:
        return reader.render(value)
    except Exception as error:  # whatever the template engine raises is the user's template, told with its place
        problem = " ".join(str(error).split())
        raise OrdersRefused(
            [Complaint(rule="TEMPLATE", place=file.place(path), path=path, facts={"problem": problem})]
        ) from None


def _breaches_of_top(document: t.Any) -> Iterator[Breach]:
    mapping = Phrase("a mapping with version and orders", "version と orders を持つマッピング")
    if not isinstance(document, dict):
        yield Breach(rule="VALUE-TYPE", facts={"value": shortened(document), "expected": mapping})
        return
    for field in document:
        if field not in _TOP_FIELDS:
            facts = {"value": shortened(field), "allowed": _TOP_FIELDS, "near": nearest(field, _TOP_FIELDS)}
            yield Breach(rule="KEY-UNKNOWN", path=(field,), facts=facts)
    if document.get("version") != 1 or isinstance(document.get("version"), bool):
        yield Breach(
            rule="VALUE-CHOICE", path=("version",), facts={"value": shortened(document.get("version")), "allowed": 1}
        )
    if not isinstance(document.get("defaults") or {}, dict):
        fields = Phrase("a mapping of fields", "項目のマッピング")
        yield Breach(
            rule="VALUE-TYPE", path=("defaults",), facts={"value": shortened(document["defaults"]), "expected": fields}
        )
    yield from _breaches_of_list(document.get("orders"))


def _breaches_of_list(orders: t.Any) -> Iterator[Breach]:
    if not isinstance(orders, list):
        expected = Phrase("a list of orders", "オーダーのリスト")
        yield Breach(rule="VALUE-TYPE", path=("orders",), facts={"value": shortened(orders), "expected": expected})
        return
    for index, order in enumerate(orders):
        if not isinstance(order, dict):
            expected = Phrase("a mapping of fields", "項目のマッピング")
            facts = {"value": shortened(order), "expected": expected}
            yield Breach(rule="VALUE-TYPE", path=("orders", index), facts=facts)


def _locate(file: YamlText, index: int, own: dict[str, t.Any], path: Path) -> Place:
    if path and path[0] not in own:
        inherited = file.place(("defaults", *path))
        if inherited.line != file.place(("defaults",)).line:
            return inherited
    return file.place(("orders", index, *path))


def _unreadable(path: pathlib.Path, rule: str, **facts: object) -> Reading:
    said = {"value": shortened(str(path)), **facts}
    return Reading(complaints=(Complaint(rule=rule, place=Place(file=str(path)), facts=said),))


__all__ = ("RawOrder", "Reader", "Reading", "merge_defaults", "read_folder", "read_inline")
