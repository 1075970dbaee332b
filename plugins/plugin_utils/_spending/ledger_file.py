# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The ledger as a file: where it is by default, what is accepted as one, and how a line and its hash are written.

A file of one's own may still have been changed by somebody else. What is no ledger is refused by its path and left as
it is, since a run that misread an open attempt would buy a second time.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import re
import stat
import typing as t
import urllib.parse

from ...module_utils._core.phrases import Phrase, verbatim
from ...module_utils._core.system_errors import reason_of
from .._desk.desk import DeskError
from .._desk.private_files import is_closed
from .._values.json_text import parse_own_json

if t.TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

    from .._values.observed import Application

Line = dict[str, t.Any]

START: t.Final = "0" * 64
_LONGEST_TEXT: t.Final = 500  # characters of a text that are kept
_LONGEST_LINE: t.Final = 1 << 24  # bytes; lines of older ledgers may hold whatever a desk said
_BLOCK: t.Final = 1 << 16
_BEGIN: t.Final = re.compile(rb'\{(?=")')
_FLAT: t.Final = re.compile(rb'\{(?:[^"{}]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+\}', re.DOTALL)  # as lines are
_UNUSABLE: t.Final = Phrase(
    "the ledger {0} cannot be used: {1}. Nothing is bought without it",
    "台帳 {0} を使えません: {1}。台帳が使えない間は、何も購入しません",
)
_OPEN_LINK: t.Final = Phrase(
    "it is a link in a folder where others may write; name the file itself",
    "ほかのユーザが書き込めるフォルダのリンクです。ファイルそのものを指定してください",
)
_NO_FILE: t.Final = Phrase("it is not a regular file", "通常のファイルではありません")
_TOO_LONG: t.Final = Phrase("it has a line of more than 16 MiB", "16 MiBを超える行があります")
_NO_LINE: t.Final = Phrase(
    "{0} is not of a ledger. Put the file right: after a merge keep the lines of both sides, each by itself, and no "
    "mark. Move it away only if it never was a ledger: what is open in one would be bought again",
    "{0} が台帳の行ではありません。ファイルを直してください。マージした場合は、両方の行を1行ずつ残し、競合マーカーだけ"
    "を削除します。ファイルを移動してよいのは、もともと台帳ではない場合だけです。台帳を移動すると、結果の分からない注文が"
    "もう一度購入されるおそれがあります",
)
_LAST: t.Final = Phrase("its last line", "最後の行")
_NUMBERED: t.Final = Phrase("line {0}", "{0}行目")


class LedgerUnusable(DeskError):
    """The ledger can be neither trusted nor written, so nothing is bought; `booked`: what was, before it showed."""

    booked: Application | None = None


def explain_unusable(path: pathlib.Path, problem: Phrase | BaseException) -> LedgerUnusable:
    """Say why this ledger cannot be used."""
    if isinstance(problem, BaseException):
        message = f"{type(problem).__name__} {problem}".strip()
        problem = reason_of(problem) if isinstance(problem, OSError) else verbatim(message)
    return LedgerUnusable(_UNUSABLE.filled(path, problem))


def find_default_ledger(folder: pathlib.Path, portfolio: str, desk: str | None) -> pathlib.Path:
    """Name the ledger of this portfolio at this desk; one that was begun for all desks is continued.

    Without a desk it is the only one that there is.
    """
    of_all = folder / f"{portfolio}.ledger.jsonl"
    there = find_ledgers(folder, portfolio)
    if of_all in there:
        return of_all
    if desk is None:
        return there[0] if len(there) == 1 else of_all
    return folder / f"{portfolio}@{name_desk(desk)}.ledger.jsonl"


def name_desk(origin: str) -> str:
    """Name a desk as part of a file name, after its host and port."""
    return origin.partition("://")[2].replace(":", "-").strip("[]")


def find_ledgers(folder: pathlib.Path, portfolio: str) -> list[pathlib.Path]:
    """Find the ledgers of this portfolio, whatever their desks; no portfolio has an @ in its name."""
    result = folder.glob("*.ledger.jsonl") if folder.is_dir() else ()
    return sorted(path for path in result if path.name.removesuffix(".ledger.jsonl").partition("@")[0] == portfolio)


def name_origin(url: str | None) -> str | None:
    """Name the desk at this address: scheme, host and port, whatever the path."""
    try:
        parts = urllib.parse.urlsplit(url or "")
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.hostname}:{port}" if parts.hostname else None


def open_ledger(path: pathlib.Path, flags: int) -> t.BinaryIO:
    """Open the file; raises OSError, or LedgerUnusable for anything but a regular file.

    A link counts only in a folder that nobody else may change: in any other one, its owner tells nothing, since it can
    be exchanged until it is opened.
    """
    if path.is_symlink() and not is_closed(path.parent):
        raise explain_unusable(path, _OPEN_LINK)
    follow = 0 if is_closed(path.parent) else os.O_NOFOLLOW
    # Without O_NONBLOCK a FIFO would hold the run until somebody writes into it.
    descriptor = os.open(path, flags | os.O_NONBLOCK | follow, 0o600)
    file = os.fdopen(descriptor, "rb" if flags & os.O_ACCMODE == os.O_RDONLY else "r+b")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        file.close()
        raise explain_unusable(path, _NO_FILE)
    return file


def read_texts(path: pathlib.Path) -> Iterator[bytes]:
    """Read the lines as they are; none where there is no ledger."""
    try:
        with open_ledger(path, os.O_RDONLY) as file:
            while text := file.readline(_LONGEST_LINE):
                if len(text) == _LONGEST_LINE:
                    raise explain_unusable(path, _TOO_LONG)
                yield text
    except FileNotFoundError:
        return
    except OSError as error:
        raise explain_unusable(path, error) from None


def read_lines(path: pathlib.Path) -> Iterator[Line]:
    """Read the lines that a crash has not torn, oldest first; raises LedgerUnusable at one that no ledger has."""
    for number, text in enumerate(read_texts(path), start=1):
        line = parse(text)
        if line is not TORN:
            yield _require_line(path, line, _NUMBERED.filled(number))


def read_last_hash(path: pathlib.Path, file: t.BinaryIO) -> str:
    """Read the hash of the last whole line, in pieces from the end."""
    end = start = file.seek(0, os.SEEK_END)
    tail = b""
    while start and len(tail) < _LONGEST_LINE:
        start = max(0, start - max(_BLOCK, len(tail)))
        file.seek(start)
        tail = file.read(end - start)
        # Before its first line break a piece may begin within a line.
        whole = tail if start == 0 else tail.partition(b"\n")[2]
        for text in reversed(whole.splitlines()):
            line = parse(text)
            if line is not TORN:
                return str(_require_line(path, line, _LAST)["hash"])
    if start:
        raise explain_unusable(path, _TOO_LONG)
    return START


class _Torn:
    """A line that a crash has cut off."""


TORN: t.Final = _Torn()


def parse(text: bytes) -> t.Any:
    """Read one line as JSON, or as TORN: no beginning of an object is JSON by itself.

    None for what is neither: a crash cuts off a line of ours or leaves zeros for it, and writes nothing else. Nor does
    it leave a whole line within another one, as a merge does that loses the end of a line.
    """
    text = text.rstrip(b"\0\r\n")
    try:
        return parse_own_json(text)
    except ValueError:
        return TORN if text[:1] in (b"", b"{") and not _has_whole_line(text) else None


def _has_whole_line(text: bytes) -> bool:
    """Check whether a text that is no line has one in it, wherever it begins."""
    for place in _BEGIN.finditer(text):
        flat = _FLAT.match(text, place.start())
        with contextlib.suppress(ValueError):
            if flat and set(_NEEDED) <= set(parse_own_json(flat[0]) or ()):
                return True
    return False


def hash_line(line: Line) -> str:
    """Hash a line without the hash that it may carry."""
    line = {name: value for name, value in line.items() if name != "hash"}
    text = json.dumps(line, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def keep(value: t.Any) -> t.Any:
    """Cut a fact to what a line may hold: 500 characters, each of them printable."""
    if isinstance(value, str):
        return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in value[:_LONGEST_TEXT])
    return [keep(each) for each in value] if isinstance(value, list) else value


def _is_moment(value: t.Any) -> bool:
    try:
        return dt.datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False


def _is_text(value: t.Any) -> bool:
    return isinstance(value, str)


def _is_text_or_null(value: t.Any) -> bool:
    return value is None or isinstance(value, str)


_NEEDED: t.Final = ("at", "kind", "step", "hash")
_FORMS: t.Final[dict[str, t.Callable[[t.Any], bool]]] = {
    "at": _is_moment,
    **dict.fromkeys(("kind", "step", "previous", "hash", "order", "common_name", "product"), _is_text),
    **dict.fromkeys(("desk", "client_reference", "contract_id", "booked", "attempt"), _is_text_or_null),
    **dict.fromkeys(("usage", "linked_contract_id", "state", "error"), _is_text_or_null),
    "unknown": lambda value: isinstance(value, bool),
    "listed": lambda value: isinstance(value, list) and all(map(_is_text, value)),
}


def _require_line(path: pathlib.Path, line: t.Any, which: Phrase) -> Line:
    fits = isinstance(line, dict) and all(name in line for name in _NEEDED)
    if not fits or not all(_FORMS[name](value) for name, value in line.items() if name in _FORMS):
        raise explain_unusable(path, _NO_LINE.filled(which))
    return t.cast("Line", line)


__all__ = (
    "START",
    "TORN",
    "LedgerUnusable",
    "Line",
    "explain_unusable",
    "find_default_ledger",
    "find_ledgers",
    "hash_line",
    "keep",
    "name_desk",
    "name_origin",
    "open_ledger",
    "parse",
    "read_last_hash",
    "read_lines",
    "read_texts",
)
