# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What the doctor found on the portal's screens, for people and as a result."""

from __future__ import annotations

import typing as t

from ...module_utils._core.paths import expand_home
from ...module_utils._core.phrases import Phrase, translate
from ...module_utils._core.system_errors import reason_of
from .._complaints.complaints import OptionsWrong
from .._complaints.whole_file import write_beside
from .._desk.choice import make_portal_connection
from .._desk.portal.doctor import examine, examine_saved
from .._desk.portal.map_parts import PART_WORDS, SOURCES
from .._desk.portal.screen_map import read_screen_map
from .._reports.columns import align_columns

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ...module_utils._core.phrases import Language
    from .._desk.portal.doctor import Examination
    from .._values.order import Order

Row = dict[str, t.Any]

_NO_FOLDER: t.Final = Phrase("saved_pages {0}: {1}", "saved_pages {0}: {1}")
_PAGE: t.Final = Phrase("{0} is 「{1}」", "{0}: 「{1}」の画面です")
_HEADINGS: t.Final = {
    "title": Phrase("screen", "画面"),
    "part": Phrase("part", "種類"),
    "label": Phrase("label", "項目"),
    "verdict": Phrase("verdict", "判定"),
    "source": Phrase("known from", "出典"),
    "map_entry": Phrase("map entry", "画面マップの項目"),
}
_VERDICTS: t.Final = {
    "fits": Phrase("fits", "一致"),
    "not shown now": Phrase("not shown now", "表示なし"),
    "missing": Phrase("MISSING", "見つからない"),
    "unexpected": Phrase("UNEXPECTED", "想定外"),
}
_TIMES = Phrase("there {0} times", "{0}個あり")
_FITS = Phrase("Everything that was visited fits.", "確認した画面はすべて一致しました。")
_UNFIT = Phrase("Not everything fits: see docs/portal.md.", "一致しない項目があります。docs/portal.md をご覧ください。")
_UNSEEN = Phrase("Not visited: {0}.", "未確認の画面: {0}")

_MAP = Phrase("screen map", "画面マップ")
_RECORDING = Phrase("recording", "記録")
_WRITTEN = Phrase("The {0} is in {1}.", "{0}は {1} にあります。")
_KEPT = Phrase("{2} is kept as it was; the {0} is in {1}.", "{2} は元のままです。{0}は {1} にあります。")


def examine_portal(options: Mapping[str, t.Any], orders: tuple[Order, ...], lang: Language) -> Row:
    """Examine the portal; writes the map to edit where the user asked for it, and buys nothing."""
    result = _examine(options, orders)
    own_map = result.draft_map(lang)
    recording = result.recording.render() if result.recording else None
    map_file, told_map = _write(options["map_path"], own_map, _MAP, lang)
    record_file, told_recording = _write(options["record_path"], recording, _RECORDING, lang)
    return {
        "changed": False,
        "fits": result.fits(),
        "labels": result.list_rows(),
        "problems": [translate(problem, lang) for problem in result.problems],
        "unseen": list(result.unseen),
        "pages": list(result.pages),
        "map": own_map,
        "map_file": map_file,
        "record_file": record_file,
        "text": "\n".join([_text(result, lang), *told_map, *told_recording]),
    }


def _write(path: str | None, text: str | None, what: Phrase, lang: Language) -> tuple[str | None, list[str]]:
    """Write a file for people where they asked for it, and say where it is: what is there is theirs."""
    if not path or text is None:
        return None, []
    wanted = expand_home(path)
    file = write_beside(wanted, text)
    message = _WRITTEN if file == wanted else _KEPT
    return str(file), [translate(message.filled(what, file, wanted), lang)]


def _examine(options: Mapping[str, t.Any], orders: tuple[Order, ...]) -> Examination:
    """Look at the portal, or at pages that were saved from it, which takes no log-in and no network."""
    saved = options["saved_pages"]
    if not saved:
        return examine(make_portal_connection(options), orders)
    try:
        return examine_saved(expand_home(saved), read_screen_map(options["screen_map"]))
    except OSError as error:
        raise OptionsWrong(_NO_FOLDER.filled(saved, reason_of(error))) from None


def _text(examination: Examination, lang: Language) -> str:
    shown = [[_cell(row, column, lang) for column in _HEADINGS] for row in examination.list_rows()]
    table = align_columns([[translate(heading, lang) for heading in _HEADINGS.values()], *shown])
    names = examination.names
    pages = [
        translate(_PAGE, lang).format(row["file"], names[row["screen"]]) for row in examination.pages if row["screen"]
    ]
    unseen = list(dict.fromkeys(names[key] for key in examination.unseen))
    unseen = [translate(_UNSEEN, lang).format(", ".join(unseen))] if unseen else []
    problems = [translate(problem, lang) for problem in examination.problems]
    return "\n".join([*pages, *table, *problems, *unseen, translate(_FITS if examination.fits() else _UNFIT, lang)])


def _cell(row: Row, column: str, lang: Language) -> str:
    value = str(row[column] or "-")
    if column == "verdict":
        return translate(_VERDICTS.get(value, _TIMES).filled(row["count"]), lang)
    words = {"part": PART_WORDS, "source": SOURCES}.get(column, {})
    return translate(words.get(value, value), lang)


__all__ = ("examine_portal",)
