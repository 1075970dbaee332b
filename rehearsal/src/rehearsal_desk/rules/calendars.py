# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calendar of a renewal, in days before the end of the certificate: IIJ's, or that of a file for a rehearsal.

A file is a JSON list, and each of its rows is the calendar of the certificates that are issued from `since` on (ours).
"""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import itertools
import json
import typing as t

from rehearsal_desk.rules.wording import Wording, say


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The days before the end of a certificate that was issued on `since` or later."""

    since: dt.date = dt.date.min
    notice: int  # mail in advance
    addresses: int  # approval addresses and DNS records are ready
    opens: int  # the renewal can be ordered
    order_by: int  # renew or cancel
    update_by: int  # CSR and application information


PUBLISHED: t.Final = Calendar(notice=35, addresses=31, opens=30, order_by=26, update_by=21)  # [M:2261088, M:84710795]
# Of a brought certificate [M:9049881, M:2261126]; until when it is uploaded is ours, and no CA asks for addresses.
BROUGHT: t.Final = Calendar(notice=90, addresses=90, opens=90, order_by=1, update_by=0)

_NUMBERS: t.Final = ("notice", "addresses", "opens", "order_by", "update_by")
_FIELDS: t.Final = ("since", *_NUMBERS)
_MOST_DAYS: t.Final = 397  # the longest life of a certificate
_BLANK: t.Final = " \t\r\n"

_ONE_OBJECT: t.Final = say("A row is one object in braces.", "各行は、波かっこで囲んだオブジェクトにしてください。")


class BadCalendar(ValueError):
    """Everything that is wrong with a file, each with its line."""

    def __init__(self, mistakes: t.Iterable[tuple[int, Wording]]) -> None:
        super().__init__()
        self.mistakes: t.Final = tuple(sorted(mistakes, key=lambda mistake: mistake[0]))


class _Pairs(list[tuple[str, t.Any]]):
    """An object of JSON as it was written, with a name that comes twice."""


def in_force(calendars: tuple[Calendar, ...], day: dt.date) -> Calendar:
    """Return the calendar of a certificate that was issued on this day; before all of them it is IIJ's."""
    return next((each for each in reversed(calendars) if each.since <= day), PUBLISHED)


def read_calendars(text: str) -> tuple[Calendar, ...]:
    """Read the rows of a file, the earliest first; raises `BadCalendar`."""
    rows = tuple(_read_rows(text))
    mistakes = [(line, wording) for line, row in rows for wording in _judge_row(row)]
    days = [(line, _day_of(dict(row).get("since"))) for line, row in rows if isinstance(row, _Pairs)]
    for (_line, before), (line, day) in itertools.pairwise(days):
        if before and day and day <= before:
            mistakes.append(
                (line, say("{} does not come after {}.", "{} は、前の行の {} より後の日にしてください。", day, before))
            )
    if not rows:
        mistakes.append((1, say("There is no row.", "行がありません。")))
    if mistakes:
        raise BadCalendar(mistakes)
    return tuple(Calendar(**{**dict(row), "since": dt.date.fromisoformat(dict(row)["since"])}) for _line, row in rows)


def _read_rows(text: str) -> t.Iterator[tuple[int, t.Any]]:
    """Yield each row with the line on which it begins."""
    decoder, at = json.JSONDecoder(object_pairs_hook=_Pairs), _after_blank(text, 0)
    if text[at : at + 1] != "[":
        raise BadCalendar(
            [
                (
                    _line(text, at),
                    say("The file is a JSON list, and begins with [.", "ファイルはJSONの配列で、[ で始めてください。"),
                )
            ]
        )
    at = _after_blank(text, at + 1)
    while text[at : at + 1] != "]":
        try:
            row, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            where = getattr(error, "lineno", _line(text, at))
            raise BadCalendar([(where, say("This is not JSON.", "JSONとして読めません。"))]) from None
        yield _line(text, at), row
        at = _after_blank(text, end)
        if text[at : at + 1] == ",":
            at = _after_blank(text, at + 1)
        elif text[at : at + 1] != "]":
            raise BadCalendar([(_line(text, at), say("A comma or ] is missing.", ", または ] がありません。"))])
    if (rest := _after_blank(text, at + 1)) < len(text):
        raise BadCalendar([(_line(text, rest), say("Nothing comes after the list.", "] の後には何も書けません。"))])


def _judge_row(row: t.Any) -> t.Iterator[Wording]:
    if not isinstance(row, _Pairs):
        yield _ONE_OBJECT
        return
    names = [name for name, _value in row]
    for name in dict.fromkeys(names):
        if name not in _FIELDS:
            yield say("There is no field {}.", "フィールド {} はありません。", ascii(name[:40]))
        elif names.count(name) > 1:
            yield say("{} is there twice.", "{} が重複しています。", name)
    fields = dict(row)
    if _day_of(fields.get("since")) is None:
        yield say('since is a day, such as "2027-03-15".', 'since は "2027-03-15" のような日付にしてください。')
    wrong = [name for name in _NUMBERS if not _is_days(fields.get(name))]
    for name in wrong:
        yield say("{} is a number of days from 1 to {}.", "{} は1〜{}の日数にしてください。", name, _MOST_DAYS)
    if not wrong:
        yield from _judge_order(fields)


def _judge_order(fields: dict[str, int]) -> t.Iterator[Wording]:
    """Judge what comes before what: notice and addresses may fall on the day of what follows them."""
    for earlier, later in itertools.pairwise(_NUMBERS):
        if fields[earlier] < fields[later] or (earlier in ("opens", "order_by") and fields[earlier] == fields[later]):
            yield say(
                "{} ({}) comes before {} ({}), so it has more days.",
                "{} ({}) は {} ({}) より前のため、日数を大きくしてください。",
                earlier, fields[earlier], later, fields[later],
            )  # fmt: skip


def _is_days(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MOST_DAYS


def _day_of(value: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2027-03-15") else None
    except ValueError:
        return None


def _after_blank(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
