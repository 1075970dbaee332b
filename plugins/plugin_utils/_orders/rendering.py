# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The templates of an order file, rendered; and who renders and decrypts."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ...module_utils._core.phrases import Phrase, verbatim
from .._complaints.complaints import Complaint, OrdersRefused
from .._complaints.vaulted import Vaulted
from .._complaints.yaml_text import Literal
from .templates import FILTERS

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from .._complaints.complaints import Path
    from .._complaints.yaml_text import YamlText

_MOST_TEMPLATES: t.Final = 100  # of a file that are complained of
_NO_NAMES: t.Final = Phrase("none was given", "指定なし")


@dc.dataclass(frozen=True, slots=True)
class Reader:
    """How values that are not plain become plain: a template's text is rendered, a vault's text decrypted.

    `known` are the names that templates may use.
    """

    render: Callable[[str], t.Any]
    decrypt: Callable[[str], str]
    known: tuple[str, ...] = ()


def render_document(file: YamlText, document: t.Any, reader: Reader) -> t.Any:
    """Render the templates of a document; raises OrdersRefused with each that cannot be.

    A text that is marked !unsafe is a plain one from here on.
    """
    # A backslash may write a brace in another way, and "!" begin a tag; without any of these there is nothing to walk.
    if not any(sign in file.text for sign in ("{{", "{%", "\\", "!")):
        return document
    rendering = _Rendering(file, reader)
    rendered = rendering.read_value(document, ())
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

    def read_value(self, value: t.Any, path: Path) -> t.Any:
        if isinstance(value, (dict, list)):
            if id(value) not in self._done:
                self._done[id(value)] = self._container(value, path)
            return self._done[id(value)]
        if isinstance(value, Literal):
            return str(value)
        is_text = isinstance(value, str) and not isinstance(value, Vaulted)
        return self._text(value, path) if is_text and ("{{" in value or "{%" in value) else value

    def _container(self, value: t.Any, path: Path) -> t.Any:
        if isinstance(value, dict):
            return {key: self.read_value(below, (*path, key)) for key, below in value.items()}
        return [self.read_value(below, (*path, index)) for index, below in enumerate(value)]

    def _text(self, text: str, path: Path) -> t.Any:
        try:
            return self._reader.render(text)
        except Exception as error:  # whatever the template engine raises is the user's template, told with its place
            problem = getattr(error, "phrase", None) or verbatim(error)
            entry = ", ".join(self._reader.known) or _NO_NAMES
            facts = {"problem": problem, "known": entry, "filters": FILTERS}
            if len(self.complaints) < _MOST_TEMPLATES:
                self.complaints.append(Complaint(rule="TEMPLATE", place=self._file.place(path), path=path, facts=facts))
            return text


__all__ = ("Reader", "render_document")
