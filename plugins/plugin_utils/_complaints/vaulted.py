# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Vaulted values: used like any other, and hidden in whatever a task shows, writes or returns."""

from __future__ import annotations

import collections
import contextlib
import posixpath
import re
import typing as t
import urllib.parse

from ...module_utils._core.paths import csr_path_beside, plain_path
from ...module_utils._core.phrases import Phrase

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = t.TypeVar("T")

HIDDEN: t.Final = "(vaulted)"
_UNTOLD: t.Final = Phrase("(not shown)", "(非表示)")
_SHORTEST: t.Final = (
    4  # characters; a shorter value is found everywhere, so it is hidden only where it is all of a text
)
_WORD: t.Final = 8  # characters; a shorter value is hidden only as a word
_FOR_HOSTS: t.Final = 6  # characters; Ansible hides every occurrence, and a shorter value may be in a CSR by chance
_SERIAL: t.Final = re.compile(r"(?:[0-9A-Fa-f]{2}:)+[0-9A-Fa-f]{2}")
# Folders and file names that everybody has: a path that is vaulted does not hide them.
_COMMON: t.Final = """
/etc/pki/tls/private /etc/pki/tls/certs /etc/ssl/private /etc/ssl/certs /etc/nginx/ssl /etc/httpd/conf /etc/apache2/ssl
/etc/haproxy /usr/local/etc/ssl /var/lib certificate intermediate fullchain full_chain combined wildcard
"""
_LETTER: t.Final = re.compile(r"[A-Za-z0-9]")
_IN_A_NAME: t.Final = re.compile(r'([,+"\\<>;=])')  # escaped in a distinguished name (RFC 4514)


class Vaulted(str):
    """A value that the user keeps in a vault.

    `sealed` is the text that is in the file instead, by which a change can be told without the value.
    """

    __slots__ = ("sealed",)
    sealed: str

    def __new__(cls, value: str, sealed: str = "") -> Vaulted:
        result = super().__new__(cls, value)
        result.sealed = sealed
        if _gate is not None:
            _gate.add(value)
        return result

    def __repr__(self) -> str:
        return HIDDEN

    def lower(self) -> Vaulted:
        """Return the value in small letters, as secret as before."""
        return Vaulted(super().lower(), self.sealed)


class VaultedWithFile(Vaulted):
    """A value of a file that is vaulted as a whole: whoever wrote it there has the password."""

    __slots__ = ()


class SealedScalar:
    """What is no text in a file that is vaulted as a whole, and is not shown either; a number counts like any other."""

    def __repr__(self) -> str:
        return HIDDEN


class _SealedInteger(SealedScalar, int):
    pass


class _SealedFraction(SealedScalar, float):
    pass


def seal_scalar(value: object) -> object:
    """Seal a number, a date or bytes; nothing and truth values are nobody's secret."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return _SealedInteger(value)
    return _SealedFraction(value) if isinstance(value, float) else SealedScalar()


def is_vaulted_alone(value: object) -> bool:
    """Check whether a value is vaulted in a file that is not: whoever reads or writes that file may not know it."""
    return isinstance(value, Vaulted) and not isinstance(value, VaultedWithFile)


def tell_of(value: object, fact: T) -> T | Phrase:
    """Return what was found out about a value, if it may be told: whatever is made of a secret tells some of it."""
    return _UNTOLD if isinstance(value, Vaulted) else fact


class _Gate:
    """The vaulted values of one task, and how they are found inside of other texts."""

    def __init__(self) -> None:
        self._opened: set[str] = set()
        self._public: set[str] = set()
        self._secrets: list[str] = []
        self._forms: set[str] | None = None
        self._lengths: dict[str, list[int]] = {}

    @property
    def is_empty(self) -> bool:
        return not self._opened

    def add(self, value: str) -> None:
        if value not in self._opened:
            self._opened.add(value)
            self._forms = None

    def publish(self, texts: Iterable[str]) -> None:
        if self._opened:  # else the texts, which are made one by one, are not even looked at
            self._public |= {str.__str__(text) for text in texts}
            self._forms = None

    def list_in(self, texts: Iterable[str]) -> list[str]:
        self._known_forms()
        whole = "\n".join(texts)
        result = [value for value in self._secrets if len(value) >= _FOR_HOSTS and value in whole]
        beside = {_csr_beside(value) for value in result if value.startswith("/")}
        return sorted({form for value in (*result, *filter(_is_telling, beside)) for form in _spellings(value)})

    def cover(self, text: str) -> str:
        forms = self._known_forms()
        if not forms or text in self._public:
            return str(text)
        if text in forms:
            return HIDDEN
        parts, shown = [], 0
        # Looked up and not searched for: there may be thousands of values, and of a long text each place is asked.
        begins, starts = self._lengths, range(len(text) - _SHORTEST + 1)
        for at in [at for at in starts if text[at : at + _SHORTEST] in begins]:
            length = self._length_at(text, at, forms) if at >= shown else 0
            if length:
                parts += [text[shown:at], HIDDEN]
                shown = at + length
        return "".join([*parts, text[shown:]]) if parts else str(text)

    def _length_at(self, text: str, at: int, forms: set[str]) -> int:
        lengths = self._lengths[text[at : at + _SHORTEST]]
        return next((n for n in lengths if text[at : at + n] in forms and _is_apart(text, at, at + n)), 0)

    def _known_forms(self) -> set[str]:
        """List every way in which a hidden value may be written; what a public text spells out is not hidden."""
        if self._forms is None:
            public = "\n".join(self._public)
            self._secrets = [value for value in self._opened if value and value not in public]
            parts = {part for value in self._secrets for part in _parts(value) if part not in public}
            self._forms = {form for text in (*self._secrets, *parts) for form in _spellings(text)}
            lengths = collections.defaultdict(set)
            for form in self._forms:
                lengths[form[:_SHORTEST]].add(len(form))
            self._lengths = {start: sorted(result, reverse=True) for start, result in lengths.items()}
        return self._forms


_gate: _Gate | None = None


@contextlib.contextmanager
def hide_vaulted() -> Iterator[None]:
    """Remember every vaulted value that is opened in this block, so that hide() finds it inside of texts.

    One for the process and not for the thread: what is bought at the same time is written by many threads.
    """
    global _gate
    before, _gate = _gate, _Gate()
    try:
        yield
    finally:
        _gate = before


def publish(texts: Iterable[str]) -> None:
    """Name texts that are shown in any case, such as names of orders and hosts."""
    if _gate is not None:
        _gate.publish(texts)


def hide(value: T) -> T:
    """Return the value with every vaulted value in it replaced, at any depth, in keys and inside of texts too.

    Names of fields stay, whatever is vaulted.
    """
    if _gate is not None and _gate.is_empty:
        return value  # nothing is vaulted in this task, so large documents are not even walked
    if isinstance(value, str):
        return t.cast("T", _hidden_text(value))
    if isinstance(value, dict):
        return t.cast("T", {_hidden_key(key): hide(below) for key, below in value.items()})
    if isinstance(value, (list, tuple, set, frozenset)):
        below = map(hide, value)
        return t.cast("T", type(value)(*below) if hasattr(value, "_fields") else type(value)(below))
    return value


def _hidden_key(key: t.Any) -> t.Any:
    return str.__str__(key) if isinstance(key, str) and key.isidentifier() else hide(key)


def list_vaulted(value: object) -> list[str]:
    """List the vaulted values that this is made of, in every way in which they may be written."""
    return [] if _gate is None else _gate.list_in(_texts(value))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list, tuple)):
        for below in value.values() if isinstance(value, dict) else value:
            yield from _texts(below)


def _hidden_text(text: str) -> str:
    if _gate is not None:
        return _gate.cover(text)
    return HIDDEN if isinstance(text, Vaulted) else text


def _is_apart(text: str, start: int, end: int) -> bool:
    """Check whether a short value is a word of the text and not a part of one."""
    if end - start >= _WORD:
        return True
    return not (start and _LETTER.match(text, start - 1)) and not _LETTER.match(text, end)


def _spellings(value: str) -> set[str]:
    """List the ways in which programs write a value."""
    plain = str(value)
    forms = {plain, " ".join(plain.split()), repr(plain)[1:-1], _IN_A_NAME.sub(r"\\\1", plain)}
    with contextlib.suppress(UnicodeEncodeError):  # a text with half a character is in no address
        forms |= {urllib.parse.quote(plain), urllib.parse.quote(plain, safe=""), urllib.parse.quote_plus(plain)}
    if _SERIAL.fullmatch(plain):
        forms.add(plain.replace(":", "").lstrip("0"))
    return {text for form in forms for text in (form, form.lower())} - {""}


def _parts(value: str) -> set[str]:
    """List what else is made of a value and would tell it: files beside it, its folder, the domain of a wildcard."""
    texts = {value[2:]} if value.startswith("*.") else set[str]()
    for path in {value, plain_path(value)} if value.startswith("/") else ():
        folder, name = posixpath.split(path)
        texts |= {path, folder, name, posixpath.splitext(name)[0], _csr_beside(path)}
    return set(filter(_is_telling, texts))


def _is_telling(text: str) -> bool:
    return len(text) >= _WORD and text not in _COMMON


def _csr_beside(path: str) -> str:
    """Return how the path of the CSR beside a key begins, and that of whatever else has its name."""
    return csr_path_beside(path).removesuffix(".csr")


__all__ = (
    "HIDDEN",
    "SealedScalar",
    "Vaulted",
    "VaultedWithFile",
    "hide",
    "hide_vaulted",
    "is_vaulted_alone",
    "list_vaulted",
    "publish",
    "seal_scalar",
    "tell_of",
)
