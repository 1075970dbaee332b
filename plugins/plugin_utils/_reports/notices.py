# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""One message about what is due, by the person who has to do it; nothing where nothing is due."""

from __future__ import annotations

import datetime as dt
import typing as t

from ...module_utils._core.phrases import Phrase, one_line, translate
from .._planning.lifecycle import day_in_japan
from .._planning.steps import Standing
from .._values.observed import LOST
from .dates import Kind, list_dates
from .deadlines import lateness_words
from .moments import read_now
from .people import ACTORS
from .words import state_word, yen_text

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ...module_utils._core.phrases import Language
    from .rows import Row

_SILENT_SOON: t.Final = 9  # days before IIJ renews by itself; ours
_NOBODY: t.Final = "nobody"
_LONGEST: t.Final = 500  # characters of a line
_MOST: t.Final = 200  # lines of an actor
_FEWER: t.Final = (50, 20, 10, 5, 2, 1)
# Bytes that each chat shows whole, ours. They say of themselves: Slack cuts after 40,000 characters, Mattermost refuses
# more than 16,383, Teams more than 28 kB of JSON (14 kB, people report), where a character of Japanese takes six.
_CHAT: t.Final = 5_000

_SUBJECT: t.Final = Phrase("Certificates: {0} things due ({1})", "証明書: 対応が必要な項目 {0} 件 ({1})")
_PAST: t.Final = Phrase("past since {0}", "{0} に期限超過")
_UNTIL: t.Final = Phrase("until {0}", "期限 {0}")
_EXPIRES: t.Final = Phrase("its certificate expires on {0}", "証明書の有効期限は {0}")
_EXPIRED: t.Final = Phrase("its certificate expired on {0}", "証明書は {0} に期限切れ")
_SILENT: t.Final = Phrase(
    "IIJ renews {0} ({1}) by itself on {2}{3}, unless it is ordered or cancelled before",
    "{0} ({1}) は、注文または解約しないかぎり {2} にIIJが自動更新します{3}",
)
_PRICE: t.Final = Phrase(" for {0}", " ({0})")
_ENDED: t.Final = Phrase("{0} ({1}): {2}. {3}", "{0} ({1}): {2}。{3}")
_LINE: t.Final = Phrase("{0} ({1}): {2}; {3}", "{0} ({1}): {2}、{3}")
_FAILED: t.Final = Phrase("The status could not be read: {0}", "ステータスを取得できませんでした: {0}")
_MORE: t.Final = Phrase("and {0} more", "ほか {0} 件")


Lack = t.Literal["", "part", "failure"]


class Notice(t.NamedTuple):
    """A message: its subject and its text, in the language of the document, of so many things that are due.

    `lacks`: what the status lacks, a `part` (orders with mistakes) or all, after a `failure`; otherwise empty.
    `short`: what of the text a chat is told, where it would not take the whole; otherwise empty.
    `orders`: the names of all orders that were looked at.
    """

    subject: str
    text: str
    lacks: Lack = ""
    due: int = 1
    short: str = ""
    orders: tuple[str, ...] = ()


def make_notice(document: Row) -> Notice | None:
    """Make the message of a status; None where nothing is due."""
    lang: Language = document["lang"]
    lines: dict[str, list[str]] = {}
    for actor, line in _list_lines(document, lang):
        lines.setdefault(actor, []).append(one_line(line, _LONGEST))
    count = sum(map(len, lines.values()))
    if not count:
        return None
    text = _write(lines, _MOST, lang)
    subject = translate(_SUBJECT, lang).format(count, document["portfolio"])
    lacks: Lack = "" if document["error"] is None else "failure" if document["counts"] is None else "part"
    names = tuple(row["name"] for row in document["orders"])
    return Notice(subject, text, lacks=lacks, due=count, short=_shorten(text, lines, lang), orders=names)


def _write(lines: dict[str, list[str]], most: int, lang: Language) -> str:
    """Write a paragraph for each who has to do something, of so many lines at most."""
    parts = [
        "\n".join([f"[{translate(ACTORS[actor], lang)}]", *(f"- {line}" for line in _few(lines[actor], most, lang))])
        for actor in ACTORS
        if actor in lines
    ]
    return "\n\n".join(parts) + "\n"


def _shorten(text: str, lines: dict[str, list[str]], lang: Language) -> str:
    """Write fewer lines of everybody where a chat would not take the text; empty where it does."""
    short = ""
    for most in _FEWER:
        if len((short or text).encode()) <= _CHAT:
            break
        short = _write(lines, most, lang)
    return short


def _list_lines(document: Row, lang: Language) -> Iterator[tuple[str, str]]:
    """List who has to do something, and what: what costs money by itself, then the next date first."""
    if document["error"] is not None:
        yield "service_admin", translate(_FAILED, lang).format(document["error"])
    now = read_now(document)
    yield from _list_silent(document, now, lang)
    message: set[tuple[str, str]] = set()
    for date in list_dates(document):
        row, left = date.row, date.moment - now
        actor = _actor(date.by)
        if date.kind is Kind.SILENT or (row["name"], actor) in message or now < date.alert_at:
            continue
        message.add((row["name"], actor))
        over, expires = left <= dt.timedelta(), date.kind is Kind.EXPIRY
        words = (_EXPIRED if over else _EXPIRES) if expires else (_PAST if over else _UNTIL)
        when = translate(words, lang).format(date.day)
        yield actor, translate(_LINE, lang).format(row["name"], row["common_name"], date.action, when)
    for row in document["orders"]:
        if row["late"]:
            yield _actor(row["late"]["by"]), lateness_words(row, lang)
        if row["standing"] == Standing.ENDED and row["state"] in LOST:
            facts = row["name"], row["common_name"], state_word(row["state"], lang), row["next_action"]
            yield _actor(row["next_action_by"]), translate(_ENDED, lang).format(*facts)


def _list_silent(document: Row, now: dt.datetime, lang: Language) -> Iterator[tuple[str, str]]:
    """List what IIJ renews by itself soon: first of all, so that no number of other lines hides what costs money."""
    for row in document["silent"]:
        if dt.date.fromisoformat(row["day"]) - day_in_japan(now) <= dt.timedelta(days=_SILENT_SOON):
            price = "" if row["yen"] is None else translate(_PRICE, lang).format(yen_text(row["yen"], lang))
            name = row["order"] or row["contract_id"]
            yield "group_admin", translate(_SILENT, lang).format(name, row["common_name"], row["day"], price)


def _actor(actor: str) -> str:
    """Name who acts next; where nobody has to, the service admin looks after the certificate."""
    return actor if actor in ACTORS and actor != _NOBODY else "service_admin"


def _few(lines: list[str], most: int, lang: Language) -> list[str]:
    if len(lines) <= most:
        return lines
    return [*lines[:most], translate(_MORE, lang).format(len(lines) - most)]


__all__ = ("Notice", "make_notice")
