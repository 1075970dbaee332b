# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The list of contracts out of a person's browser: copied text, CSV, or saved pages, read by the words of the map."""

from __future__ import annotations

import codecs
import csv
import functools
import typing as t

from ....module_utils._core.paths import expand_home
from ....module_utils._core.phrases import Phrase, join_phrases, one_line
from ..._complaints.complaints import OptionsWrong
from ..boundary import allow_only_file_errors
from ..desk import AnswerUnusable
from ..portal import wire
from ..portal.page import Page, Unreadable
from ..portal.status_rows import read_fact, read_rows, read_total

if t.TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable, Iterator

    from ..._values.observed import Application
    from ..portal.map_parts import Screen, ScreenMap

_PAGES: t.Final = (".html", ".htm", ".xhtml")
_LARGEST: t.Final = 8 << 20  # bytes; a list of 1,000 rows has 1 MB as a page
_MOST_FILES: t.Final = 10_000
_MOST_PROBLEMS: t.Final = 20  # files that are named in one complaint
_MARKS: t.Final = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_AT: t.Final = Phrase("{0}: {1}", "{0}: {1}")
_AT_LINE: t.Final = Phrase("{0}, line {1}: {2}", "{0} の {1}行目: {2}")
_NO_HEAD: t.Final = Phrase(
    "it has no line with the headings {0}. Copy the table together with its headings",
    "見出し {0} の行がありません。見出しも含めて表をコピーしてください",
)
_UNEVEN: t.Final = Phrase("there are {0} cells under {1} headings: {2}", "見出しが{1}列ですが、{0}列あります: {2}")
_FEWER: t.Final = Phrase(
    "the portal counts {0} contracts, and {1} rows are here: take every page of the list",
    "ポータルの件数は{0}件ですが、{1}行しかありません。一覧のすべてのページを取り込んでください",
)
_NEITHER: t.Final = Phrase(
    "it is neither text in UTF-8, UTF-16 or Shift_JIS, nor a saved page (.html)",
    "UTF-8、UTF-16、Shift_JISの文字列でも、保存したページ (.html) でもありません",
)
_TOO_LARGE: t.Final = Phrase("it is larger than {0} bytes", "{0}バイトを超えています")
_ANOTHER: t.Final = Phrase(
    "its title is 「{0}」, and only {1} tell of contracts",
    "タイトルは「{0}」です。契約が分かるのは {1} だけです",
)
_EMPTY: t.Final = Phrase(
    "there is no saved page (.html) in this folder", "このフォルダに、保存したページ (.html) がありません"
)


class Listing(t.NamedTuple):
    """What a person has brought: contracts by contract ID, and whether it was the list itself."""

    applications: dict[str, Application]
    is_list: bool


def read_listing(path: str, screen_map: ScreenMap) -> Listing:
    """Read a list that was copied or saved; raises OptionsWrong with the file and the line that cannot be read."""
    with allow_only_file_errors(path):
        return _read_place(expand_home(path), screen_map)


def _read_place(place: pathlib.Path, screen_map: ScreenMap) -> Listing:
    if not place.is_dir():
        return _read_pages([place], screen_map) if place.suffix.lower() in _PAGES else _read_copied(place, screen_map)
    files = sorted(file for file in place.iterdir() if file.suffix.lower() in _PAGES and file.is_file())[:_MOST_FILES]
    if not files:
        raise OptionsWrong(_AT.filled(place, _EMPTY))
    return _read_pages(files, screen_map)


def _content(file: pathlib.Path) -> bytes:
    content = file.read_bytes() if file.stat().st_size <= _LARGEST else None
    if content is None:
        raise OptionsWrong(_AT.filled(file, _TOO_LARGE.filled(_LARGEST)))
    return content


def _read_pages(files: list[pathlib.Path], screen_map: ScreenMap) -> Listing:
    result: dict[str, Application] = {}
    totals: list[int] = []
    in_list: set[str] = set()
    problems: list[Phrase] = []
    for file in files:
        try:
            with allow_only_file_errors(file):
                key, applications, page_totals = _read_page(file, screen_map)
        except OptionsWrong as error:
            problems.append(error.message)
            continue
        result.update(applications)
        in_list.update(applications if key == "status_list" else ())
        totals += page_totals
    if problems:
        raise OptionsWrong(join_phrases(problems[:_MOST_PROBLEMS]))
    if totals:
        _require_all(max(totals), len(in_list), files[-1])
    return Listing(result, bool(in_list or totals))


def _read_page(file: pathlib.Path, screen_map: ScreenMap) -> tuple[str, dict[str, Application], list[int]]:
    try:
        page = Page(_content(file), url="", charset=None, marks=screen_map.marks, rendered=True)
        key = next((key for key in _READERS if page.heading in screen_map.screens[key].title.texts), None)
        if key is None:
            titles = ", ".join(f"「{screen_map.screens[name].title.text}」" for name in _READERS)
            raise OptionsWrong(_AT.filled(file, _ANOTHER.filled(page.heading, titles)))
        rows = {row.contract_id: row for row in _READERS[key](page, screen_map.screens[key], screen_map)}
        total = read_total(page.captions) if key == "status_list" else None
        return key, rows, [] if total is None else [total]
    except (Unreadable, AnswerUnusable) as error:
        raise OptionsWrong(_AT.filled(file, error.phrase)) from None


def _rows_of_list(page: Page, screen: Screen, screen_map: ScreenMap) -> Iterator[Application]:
    for row in read_rows(page, screen):
        yield wire.read_listed_application({key: value[0] for key, value in row.items()}, screen_map)


def _contract(page: Page, screen: Screen, screen_map: ScreenMap) -> Iterator[Application]:
    yield wire.read_shown_application(functools.partial(read_fact, page, screen), screen_map)


def _finished_order(page: Page, screen: Screen, screen_map: ScreenMap) -> Iterator[Application]:
    yield wire.read_finished_order(functools.partial(read_fact, page, screen), screen_map)


_READERS: t.Final[dict[str, Callable[[Page, Screen, ScreenMap], Iterator[Application]]]] = {
    "status_list": _rows_of_list,
    "service_top": _contract,
    "order_done": _finished_order,
}


def _read_copied(file: pathlib.Path, screen_map: ScreenMap) -> Listing:
    lines = _text(file).splitlines()
    result: dict[str, Application] = {}
    screen = screen_map.screens["status_list"]
    for number, row in _table(file, lines, screen):
        try:
            application = wire.read_listed_application(row, screen_map)
        except AnswerUnusable as error:
            raise OptionsWrong(_AT_LINE.filled(file, number, error.phrase)) from None
        result[application.contract_id] = application
    total = read_total(line for line in lines if any(text in line for text in screen.title.texts))
    if total is not None:
        _require_all(total, len(result), file)
    return Listing(result, is_list=True)


def _table(file: pathlib.Path, lines: list[str], screen: Screen) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows under the headings, with the numbers of their lines.

    Several pages of a list may follow each other.
    """
    head: dict[str, int] = {}
    width, between, delimiter = 0, True, "\t"
    for number, line in enumerate(lines, start=1):
        for mark in ("\t", ","):
            columns = _head(_cells(line, mark), screen)
            if columns:
                head, width, between, delimiter = columns, len(_cells(line, mark)), False, mark
                break
        else:
            cells = _cells(line, delimiter)
            if not head or not line.strip():
                continue
            if len(cells) == width and not between:
                yield number, {key: cells[index] for key, index in head.items()}
            elif len(cells) > 1:
                raise OptionsWrong(_AT_LINE.filled(file, number, _UNEVEN.filled(len(cells), width, one_line(line, 60))))
            else:
                between = True
    if not head:
        texts = ", ".join(entry.text for entry in screen.parts["columns"].values())
        raise OptionsWrong(_AT.filled(file, _NO_HEAD.filled(texts)))


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        cells = line.split(delimiter) if delimiter == "\t" else next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:  # a cell of more than 131,072 characters, or half a quoted one
        cells = line.split(delimiter)
    return [" ".join(cell.split()) for cell in cells]


def _head(cells: list[str], screen: Screen) -> dict[str, int] | None:
    """List which column is where, where this line has every heading."""
    places = {
        key: next((cells.index(text) for text in entry.texts if text in cells), None)
        for key, entry in screen.parts["columns"].items()
    }
    return None if None in places.values() else {key: place for key, place in places.items() if place is not None}


def _text(file: pathlib.Path) -> str:
    content = _content(file)
    encodings = [encoding for mark, encoding in _MARKS.items() if content.startswith(mark)] or ["utf-8", "cp932"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise OptionsWrong(_AT.filled(file, _NEITHER))


def _require_all(total: int, count: int, file: pathlib.Path) -> None:
    if count < total:
        raise OptionsWrong(_AT.filled(file, _FEWER.filled(total, count)))


__all__ = ("Listing", "read_listing")
