# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""One table of the forms and lengths of everything that the collection keeps of a desk's answers, JSON or screens."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import re
import typing as t

from ...module_utils._core.phrases import Phrase, one_line, printable
from .._values.observed import Decision, Kind, State
from .desk import AnswerUnusable

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Named = t.TypeVar("Named")

_MISFIT: t.Final = Phrase(
    "{0} in the desk's answer cannot be used: it is {1}, where {2} should be",
    "窓口の応答の {0} を使えません。{1} ですが、正しくは {2} です",
)
_ABSENT: t.Final = Phrase("{0} is missing in the desk's answer", "窓口の応答に {0} がありません")
_A_TEXT: t.Final = Phrase("a text", "文字列")
_A_MOMENT: t.Final = Phrase("a time with its zone in the years {0} to {1}", "{0}〜{1}年の日時 (タイムゾーン付き)")
_A_DAY: t.Final = Phrase("a day in the years {0} to {1}", "{0}〜{1}年の日付")
_A_LINE: t.Final = Phrase("one printable line of 1 to {0} characters", "1〜{0}文字の1行の文字列")
_A_LIST: t.Final = Phrase("a list of at most {0} items", "{0}個までのリスト")
_A_NAME: t.Final = Phrase("one of {0}", "{0} のどれか")
_A_NUMBER: t.Final = Phrase("a whole number from 1 to {0}", "1〜{0}の整数")
_CODE: t.Final = Phrase("1 to 64 letters, digits and hyphens", "英数字とハイフン1〜64文字")
_NAME: t.Final = Phrase("a name of letters, digits, dots and hyphens", "英数字、ドット、ハイフンからなる名前")
_FINGERPRINT: t.Final = Phrase("64 lower-case hexadecimal digits", "小文字の16進数64桁")
_SERIAL: t.Final = Phrase("1 to 64 hexadecimal digits", "16進数1〜64桁")
_PEM: t.Final = Phrase("PEM of at most {0} bytes", "{0}バイト以内のPEM")
YEARS: t.Final = (2000, 2100)
_LONGEST_LINE: t.Final = 255
_LONGEST_WORDS: t.Final = 500  # of what the desk says to people
_SHOWN: t.Final = 60  # characters of a value that does not fit
_MOST_ITEMS: t.Final = 100
_STATES: t.Final = {state.value: state for state in State if state is not State.UNCLEAR}  # that is said of screens only
_KINDS: t.Final = {kind.value: kind for kind in Kind}
_DECISIONS: t.Final = {decision.value: decision for decision in Decision}
_HIGHEST: t.Final = 10_000
_LONGEST_CERTIFICATE: t.Final = 64 << 10
_LONGEST_CHAIN: t.Final = 256 << 10

Reader = t.Callable[[t.Any], t.Any]


class _Misfit(ValueError):
    def __init__(self, allowed: Phrase) -> None:
        super().__init__(allowed.en)
        self.allowed = allowed


def _text(value: t.Any) -> str:
    if not isinstance(value, str):
        raise _Misfit(_A_TEXT)
    return value


def _shaped(pattern: str, allowed: Phrase) -> Callable[[t.Any], str]:
    expression = re.compile(pattern)

    def read(value: t.Any) -> str:
        if not isinstance(value, str) or not expression.fullmatch(value):
            raise _Misfit(allowed)
        return _same(value) if len(value) <= _LONGEST_LINE else value

    return read


@functools.lru_cache(maxsize=256)
def _same(text: str) -> str:
    """Return one text in the place of equal ones.

    A contract repeats its certificate's, and many contracts their product.
    """
    return text


def _line(value: t.Any) -> str:
    text = _text(value)
    if not 0 < len(text) <= _LONGEST_LINE or not ((text.isascii() and text.isprintable()) or printable(text) == text):
        raise _Misfit(_A_LINE.filled(_LONGEST_LINE))
    return _same(text)


@functools.lru_cache(maxsize=64)  # most applications have the same next action
def _cleaned(words: str) -> str:
    return one_line(words, _LONGEST_WORDS)


def _words(value: t.Any) -> str:
    """Cut and clean words for people; they are not refused, since nothing depends on them."""
    return _cleaned(_text(value))


def _named(names: Mapping[str, Named]) -> Callable[[t.Any], Named]:
    def read(value: t.Any) -> Named:
        result = names.get(value) if isinstance(value, str) else None
        if result is None:
            raise _Misfit(_A_NAME.filled(", ".join(names)))
        return result

    return read


def _number(value: t.Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _HIGHEST:
        raise _Misfit(_A_NUMBER.filled(_HIGHEST))
    return value


def _day(value: t.Any) -> dt.date:
    try:
        day = dt.date.fromisoformat(_text(value))
    except ValueError:
        day = dt.date.min
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise _Misfit(_A_DAY.filled(*YEARS))
    return day


def _moment(value: t.Any) -> dt.datetime:
    moment = _parse_moment(_text(value))
    if moment.tzinfo is None or not YEARS[0] <= moment.year <= YEARS[1]:
        raise _Misfit(_A_MOMENT.filled(*YEARS))
    return moment


@functools.lru_cache(maxsize=256)  # a contract repeats the moments of its certificate
def _parse_moment(text: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return dt.datetime.min


def _items(value: t.Any) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > _MOST_ITEMS:
        raise _Misfit(_A_LIST.filled(_MOST_ITEMS))
    return tuple(map(_line, value))


def _pem(longest: int) -> Callable[[t.Any], str]:
    return _shaped(rf"[ -~\r\n\t]{{0,{longest}}}", _PEM.filled(longest))


_code: t.Final = _shaped(r"[A-Za-z0-9-]{1,64}", _CODE)
# Of any age: contracts are listed whose names no CA would certify today, and one of them must not stop the others.
_written_name: t.Final = _shaped(r"(\*\.)?[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}", _NAME)
_fingerprint: t.Final = _shaped(r"[0-9a-f]{64}", _FINGERPRINT)


def _name(value: t.Any) -> str:
    """Read a name as orders have it, in one spelling: what is equal in DNS is the same contract.

    A desk may show people the letters of a name that they had to order by its xn-- form. Letters that the form does not
    keep (ß, which is another name in today's DNS) name nothing here.
    """
    if isinstance(value, str) and not value.isascii() and len(value) <= _LONGEST_LINE:
        with contextlib.suppress(UnicodeError):
            written = value.encode("idna")
            value = written.decode("ascii") if written.decode("idna") == value.lower() else value
    return _written_name(value).lower().rstrip(".")


FORMS: t.Final[dict[str, Reader]] = {
    "contract_id": _code,
    "linked_contract_id": _code,
    "customer_code": _code,
    "client_reference": _line,
    "common_name": _name,
    "product": _line,
    "term": _line,
    "terms": _items,
    "usage": _line,
    "service": _line,
    "linked_service": _line,
    "name": _line,
    "state": _named(_STATES),
    "id": _code,
    "kind": _named(_KINDS),
    "replaces": _fingerprint,
    "opened_by": _line,
    "work": _line,
    "was": _code,
    "since": _moment,
    "linked_since": _moment,
    "requested_at": _moment,
    "number": _number,
    "decision": _named(_DECISIONS),
    "confirmations": _items,
    "reason": _words,
    "next_action": _words,
    "next_action_by": _words,
    "csr_origin": _line,
    "public_key_fingerprint": _fingerprint,
    "certificate_fingerprint": _fingerprint,
    "serial_number": _shaped(r"[0-9A-Fa-f]{1,64}", _SERIAL),
    "certificate": _pem(_LONGEST_CERTIFICATE),
    "chain": _pem(_LONGEST_CHAIN),
    "deadline": _day,
    "not_before": _moment,
    "not_after": _moment,
    "ordered_at": _moment,
    "registered_at": _moment,
    "issued_at": _moment,
    "downloaded_at": _moment,
    "installed_at": _moment,
    "opened_at": _moment,
    "revoke_on": _day,
    "begins": _moment,
    "ends": _moment,
    "notice_at": _moment,
    "opens_at": _moment,
    "order_by": _moment,
    "update_by": _moment,
    "as_of": _moment,
}


def read_field(name: str, value: t.Any) -> t.Any:
    """Read one field by the table; raise AnswerUnusable with its name where it does not fit."""
    return read_fields({name: value}, (name,))[name]


def read_fields(answer: t.Any, needed: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, t.Any]:
    """Read these fields of a mapping; an optional one that is missing or null is None."""
    row = answer if isinstance(answer, dict) else {}
    name, value = "", None
    fields: dict[str, t.Any] = dict.fromkeys(optional)
    try:
        for name in needed:
            if name not in row:
                raise AnswerUnusable(_ABSENT.filled(name))
            value = row[name]
            fields[name] = FORMS[name](value)
        for name in optional:
            value = row.get(name)
            if value is not None:
                fields[name] = FORMS[name](value)
    except _Misfit as misfit:
        raise AnswerUnusable(_MISFIT.filled(name, _quoted(value), misfit.allowed)) from None
    return fields


def find_misfit(name: str, value: t.Any) -> Phrase | None:
    """Return what is allowed for this field where the value does not fit, or None."""
    try:
        FORMS[name](value)
    except _Misfit as misfit:
        return misfit.allowed
    return None


def _quoted(value: t.Any) -> str:
    if isinstance(value, str):
        return f"'{one_line(value, _SHOWN)}'"
    return type(value).__name__ if isinstance(value, (dict, list)) else one_line(value, _SHOWN)


__all__ = ("FORMS", "YEARS", "find_misfit", "read_field", "read_fields")
