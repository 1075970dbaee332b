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
from .._complaints.complaints import Breach, Complaint, OrdersRefused, Place, nearest, shortened
from .._complaints.vaulted import Vaulted
from .._complaints.yaml_text import Literal, YamlText
from .folder import OrderFolder, leads_out, repository_of
from .schema import branch_of, without_unasked
from .templates import FILTERS

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .._complaints.complaints import Path
    from .schema import Branch, Fields

TOP_FIELDS = ("version", "defaults", "orders")
_NO_NAMES: t.Final = Phrase("none was given", "指定なし")


@dc.dataclass(frozen=True, slots=True)
class Reader:
    """How values that are not plain become plain: a template's text is rendered, a vault's text decrypted.

    `known` are the names that templates may use.
    """

    render: Callable[[str], t.Any]
    decrypt: Callable[[str], str]
    known: tuple[str, ...] = ()


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
    if path.is_file():
        return _read_file(path, reader, path.parent)
    if not path.is_dir():
        problem = Phrase("no such file or folder", "存在しません")
        return _unreadable(path, "FILE-UNREADABLE", problem=problem)
    found = OrderFolder(path)
    readings = [
        _unreadable(obstacle.path, "FILE-UNREADABLE", problem=obstacle.problem)
        if obstacle.problem
        else _unreadable(obstacle.path, "FILE-LINK", folder=str(path))
        for obstacle in found.obstacles
    ]
    readings += [_read_file(file, reader, path) for file in found.files()]
    return sum(readings, start=Reading()) if readings else _unreadable(path, "FILE-NONE")


def has_order_files(source: str) -> bool:
    """Check whether there is anything to read at a path, or to complain of."""
    path = pathlib.Path(source)
    if path.is_dir():
        found = OrderFolder(path)
        return bool(found.files() or found.obstacles)
    return os.path.lexists(path)


def read_inline(orders: list[t.Any]) -> Reading:
    """Orders given in the playbook; they have no file, so their place is their number."""
    found = []
    for index, fields in enumerate(orders):
        place = Place(file=f"orders[{index}]")
        locate = functools.partial(_same_place, place)
        branch = branch_of(fields)
        found.append(RawOrder(fields=fields, branch=branch, folder=pathlib.Path(), within=None, locate=locate))
    return Reading(orders=tuple(found))


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
            if isinstance(below, dict) and isinstance(value, dict):
                value = merge_defaults(below, value, merged)
            result[field] = value
    return merged[key]


def _read_file(path: pathlib.Path, reader: Reader, top: pathlib.Path) -> Reading:
    try:
        if leads_out(path, top):
            return _unreadable(path, "FILE-LINK", folder=str(top))
        file = YamlText(name=str(path), text=path.read_text(encoding="utf-8"))
    except OSError as error:
        return _unreadable(path, "FILE-UNREADABLE", problem=reason_of(error))
    except UnicodeDecodeError:
        problem = Phrase("it is not in UTF-8; save it as UTF-8", "UTF-8ではありません。UTF-8で保存してください")
        return _unreadable(path, "FILE-UNREADABLE", problem=problem)
    try:
        document, duplicates = file.content(reader.decrypt)
        orders = _orders_of(file, _render_document(file, document, reader), path.parent, repository_of(top))
        return Reading(complaints=duplicates) + orders
    except OrdersRefused as refused:
        return Reading(complaints=refused.complaints)


def _orders_of(file: YamlText, document: t.Any, folder: pathlib.Path, within: pathlib.Path) -> Reading:
    breaches = tuple(_breaches_of_top(document))
    complaints = tuple(Complaint(rule=b.rule, place=file.place(b.path), path=b.path, facts=b.facts) for b in breaches)
    orders = document.get("orders") if isinstance(document, dict) else None
    defaults = document.get("defaults") if isinstance(document, dict) else None
    if not isinstance(orders, list):
        return Reading(complaints=complaints)
    below = defaults if isinstance(defaults, dict) else {}
    own = [(index, order) for index, order in enumerate(orders) if isinstance(order, dict)]
    raw = tuple(_raw(file, index, order, below, folder=folder, within=within) for index, order in own)
    return Reading(orders=raw, complaints=complaints)


def _raw(
    file: YamlText, index: int, own: Fields, defaults: Fields, *, folder: pathlib.Path, within: pathlib.Path
) -> RawOrder:
    branch = branch_of({**defaults, **own})
    fields = merge_defaults(without_unasked(defaults, branch), own)
    locate = functools.partial(_locate, file, index, own)
    return RawOrder(fields=fields, branch=branch, folder=folder, within=within, locate=locate)


def _render_document(file: YamlText, document: t.Any, reader: Reader) -> t.Any:
    # A backslash may write a brace in another way; without any of these there is no template, and nothing to walk.
    if not any(sign in file.text for sign in ("{{", "{%", "\\")):
        return document
    rendering = _Rendering(file, reader)
    rendered = rendering.value(document, ())
    if rendering.complaints:
        raise OrdersRefused(rendering.complaints)
    return rendered


class _Rendering:
    """The document with its templates rendered; a part that several aliases lead to is rendered once."""

    def __init__(self, file: YamlText, reader: Reader) -> None:
        self.complaints: list[Complaint] = []
        self._file = file
        self._reader = reader
        self._done: dict[int, t.Any] = {}

    def value(self, value: t.Any, path: Path) -> t.Any:
        if isinstance(value, (dict, list)):
            if id(value) not in self._done:
                self._done[id(value)] = self._container(value, path)
            return self._done[id(value)]
        is_text = isinstance(value, str) and not isinstance(value, (Vaulted, Literal))
        return self._text(value, path) if is_text and ("{{" in value or "{%" in value) else value

    def _container(self, value: t.Any, path: Path) -> t.Any:
        if isinstance(value, dict):
            return {key: self.value(below, (*path, key)) for key, below in value.items()}
        return [self.value(below, (*path, index)) for index, below in enumerate(value)]

    def _text(self, text: str, path: Path) -> t.Any:
        try:
            return self._reader.render(text)
        except Exception as error:  # whatever the template engine raises is the user's template, told with its place
            problem = getattr(error, "told", None) or " ".join(str(error).split())
            known = ", ".join(self._reader.known) or _NO_NAMES
            facts = {"problem": problem, "known": known, "filters": FILTERS}
            self.complaints.append(Complaint(rule="TEMPLATE", place=self._file.place(path), path=path, facts=facts))
            return text


def _breaches_of_top(document: t.Any) -> Iterator[Breach]:
    if not isinstance(document, dict) or not document.keys() & {"version", "orders"}:
        yield Breach(rule="FILE-CONTENT", facts={"kind": _kind_of(document)})
        return
    for field in document:
        if field not in TOP_FIELDS:
            facts = {"value": shortened(field), "allowed": TOP_FIELDS, "near": nearest(field, TOP_FIELDS)}
            yield Breach(rule="KEY-UNKNOWN", path=(field,), facts=facts)
    if "version" not in document:
        yield Breach(rule="KEY-MISSING", facts={"value": "version", "named": "version", "allowed": 1})
    elif document["version"] != 1 or isinstance(document["version"], bool):
        yield Breach(
            rule="VALUE-CHOICE", path=("version",), facts={"value": shortened(document["version"]), "allowed": 1}
        )
    if not isinstance(document.get("defaults") or {}, dict):
        fields = Phrase("a mapping of fields", "項目のマッピング")
        yield Breach(
            rule="VALUE-TYPE", path=("defaults",), facts={"value": shortened(document["defaults"]), "expected": fields}
        )
    yield from _breaches_of_list(document.get("orders"))


def _kind_of(document: t.Any) -> Phrase:
    """What a document is that is no order file; nothing of it is quoted, since it may be anybody's secret."""
    if document is None:
        return Phrase("The file is empty.", "ファイルが空です。")
    if isinstance(document, dict):
        return Phrase("The file has neither version nor orders.", "ファイルに version も orders もありません。")
    if isinstance(document, list):
        return Phrase("The file holds a list.", "ファイルの内容がリストです。")
    return Phrase("The file holds a single value.", "ファイルの内容が1つの値だけです。")


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


__all__ = (
    "TOP_FIELDS",
    "RawOrder",
    "Reader",
    "Reading",
    "has_order_files",
    "merge_defaults",
    "read_folder",
    "read_inline",
)
