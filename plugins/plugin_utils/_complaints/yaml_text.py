# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""YAML as the user wrote it: its content, keys given twice, vaulted values, and the place of everything in it."""

from __future__ import annotations

import dataclasses as dc
import hashlib
import re
import sys
import typing as t

import yaml

from ...module_utils._core.phrases import Phrase, one_line
from .complaints import Complaint, OrdersRefused, Place, shorten
from .vaulted import Vaulted, VaultedWithFile, seal_scalar
from .yaml_places import FastLoader, find_tree
from .yaml_problems import explain_problem

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from .complaints import Path

    Decrypt = Callable[[str], str]

_DEEPEST = 5_000  # levels for the C parser
_MOST_LEVELS = 50  # of a document: order files have 5, and below a deep recursion everything else fails as well
_TOO_DEEP = Phrase("nested too deep", "入れ子が深すぎます")
_VAULT_HEADER = "$ANSIBLE_VAULT;"
_TEXT, _MAPPING, _SEQUENCE, _MERGE = (f"tag:yaml.org,2002:{kind}" for kind in ("str", "map", "seq", "merge"))
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
_LONGEST_NUMBER = 64  # characters; one in base 60 takes the library the square of its length
_LONG_NUMBER = Phrase("a number of more than 64 characters", "64文字を超える数値です")
# Entries that aliases repeat, in all and for each character of the file: 10,000 orders that merge 60 each have 2.
_LEAST_REPEATED, _MOST_REPEATED = 10_000, 4
_TOO_MANY = Phrase(
    "aliases repeat too much; write it once, under defaults",
    "エイリアスの繰り返しが多すぎます。共通の値は defaults に1回だけ書いてください",
)
_MOST_DUPLICATES = 100  # keys of a file that are complained of
_NO_KEY = Phrase("a list or mapping cannot be a key", "リストやマッピングはキーにできません")
_NO_VALUE = Phrase("a date or number that none can be", "ありえない日付か数値です")
# YAML 1.1 ends a line, and a comment, where no editor and no review shows an end.
_BREAKS = "\x85\u2028\u2029\r"
_HIDDEN_BREAK = Phrase(
    "a line break that no editor shows ({0}): what follows it may pass for a comment; remove it",
    "エディタに表示されない改行 ({0}) があります。後ろの内容がコメントに見えるおそれがあるため、削除してください",
)
# They have a review show what is in a comment as if it were before it.
_TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_TURN = Phrase(
    "a sign that turns the direction of writing ({0}): it shows text in another sequence than the file has; remove it",
    "文字の並ぶ向きを変える制御文字 ({0}) があります。実際と異なる順序で表示されるおそれがあるため、削除してください",
)
_HIDDEN = re.compile(f"\r(?!\n)|[{_BREAKS[:-1]}{_TURNS}]")
_MISSING, _BEING_MADE = object(), object()


class Literal(str):
    """A text that its file marks as !unsafe: it is never rendered, whatever is in it."""

    __slots__ = ()


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class YamlText:
    """A file's text under the name that the user knows it by."""

    name: str
    text: str

    def read_document(self, decrypt: Decrypt, *, unsafe: type[str] = str) -> tuple[t.Any, tuple[Complaint, ...]]:
        """Read the document, and a complaint for each key given twice; raises OrdersRefused where it cannot be read.

        `unsafe` is the type of texts that are marked so: Ansible takes none but plain ones into its variables.
        """
        text = self._plain(decrypt)
        if _is_too_deep(text):
            self._refuse("YAML-SYNTAX", None, problem=_TOO_DEEP)
        self._require_visible_signs(text)
        try:
            loader = FastLoader(text)
            most = max(_LEAST_REPEATED, _MOST_REPEATED * len(text))
            reading = _Reading(loader, decrypt=decrypt, sealed=self._seal, unsafe=unsafe, most_repeated=most)
            root = loader.get_single_node()
            document = None if root is None else reading.read_value(root)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            problem = explain_problem(str(getattr(error, "problem", None) or error), text, mark.line if mark else None)
            self._refuse("YAML-SYNTAX", mark, problem=problem)
        except _Stopped as stopped:
            self._refuse(stopped.rule, stopped.mark, problem=stopped.problem)
        except (ValueError, OverflowError, LookupError, AttributeError, TypeError) as error:
            # A date or number that no value can hold, or a tag that does not fit its text.
            self._refuse("YAML-SYNTAX", None, problem=_NO_VALUE if self._vaulted else _problem(error))
        return document, tuple(
            Complaint(rule="YAML-DUPLICATE-KEY", place=self._at(mark), facts={"value": value})
            for mark, value in reading.duplicates[:_MOST_DUPLICATES]
        )

    def place(self, path: Path) -> Place:
        """Return where a value is, or the closest thing around it that is there."""
        tree = None if self._vaulted else find_tree(self.text)
        node = tree.root if tree else None
        mark = getattr(node, "start_mark", None)
        for part in path:
            key, node = tree.find_child(node, part) if tree else (None, None)
            if node is None:
                break
            mark = (key or node).start_mark
        return self._at(mark)

    @property
    def _vaulted(self) -> bool:
        return self.text.startswith(_VAULT_HEADER)

    @property
    def _seal(self) -> str | None:
        """What stands for every value of a file that is vaulted as a whole."""
        return hashlib.sha256(self.text.encode()).hexdigest() if self._vaulted else None

    def _plain(self, decrypt: Decrypt) -> str:
        if not self._vaulted:
            return self.text
        try:
            return decrypt(self.text)
        except Exception as error:  # whatever the vault raises is told with its place
            self._refuse("VAULT", None, problem=_problem(error))

    def _require_visible_signs(self, text: str) -> None:
        if not any(sign in text for sign in _BREAKS + _TURNS):  # a search takes thirty times as long
            return
        hidden = _HIDDEN.search(text)
        if hidden:
            before = text[: hidden.start()].split("\n")
            mark = yaml.Mark(self.name, hidden.start(), len(before) - 1, len(before[-1]), None, 0)
            phrase = _TURN if hidden[0] in _TURNS else _HIDDEN_BREAK
            self._refuse("YAML-SYNTAX", mark, problem=phrase.filled(f"U+{ord(hidden[0]):04X}"))

    def _at(self, mark: t.Any) -> Place:
        return Place(file=self.name, line=mark.line + 1, column=mark.column + 1) if mark else Place(file=self.name)

    def _refuse(self, rule: str, mark: t.Any, **facts: object) -> t.NoReturn:
        raise OrdersRefused([Complaint(rule=rule, place=self._at(mark), facts=facts)]) from None


class _Stopped(Exception):
    """What a rule of ours says against a node."""

    def __init__(self, rule: str, problem: str | Phrase, node: yaml.Node) -> None:
        super().__init__(rule)
        self.rule = rule
        self.problem = problem
        self.mark = node.start_mark


class _Reading:
    """Values out of nodes, as the safe loader makes them, in a single pass.

    The library's own constructor spends most of its time on what order files do not have, and lets the last of two
    equal keys win in silence; here every key given twice is remembered. Rare kinds of scalars are left to the library.
    """

    def __init__(
        self, loader: t.Any, *, decrypt: Decrypt, sealed: str | None, unsafe: type[str], most_repeated: int
    ) -> None:
        self.duplicates: list[tuple[t.Any, str | Phrase]] = []  # places and keys
        self._loader = loader
        self._decrypt = decrypt
        self._sealed = sealed
        self._unsafe = unsafe
        self._made: dict[int, t.Any] = {}
        self._extents: dict[int, tuple[int, int]] = {}  # levels and entries of what is read
        self._level = self._height = self._count = 0  # of the node that is read, and of what is within it so far
        self._repeats_left = most_repeated

    def read_value(self, node: yaml.Node) -> t.Any:
        if node.tag == _TEXT:
            return node.value if self._sealed is None else self._sealed_text(node)
        entry = self._made.get(id(node), _MISSING)
        if entry is _BEING_MADE:
            raise _unusable(Phrase("a value contains itself", "値がそれ自身を含んでいます"), node)
        if entry is _MISSING:
            self._made[id(node)] = _BEING_MADE
            entry = self._made[id(node)] = self._measured(node)
        else:
            self._repeats_left -= self._extents[id(node)][1]
            if self._repeats_left < 0:  # whoever copies or judges each of them would be at it for long
                raise _unusable(_TOO_MANY, node)
        height, count = self._extents[id(node)]
        self._height = max(self._height, height)
        self._count += count
        if self._level + self._height > _MOST_LEVELS:
            raise _unusable(_TOO_DEEP, node)  # an alias brings in levels that are not written there
        return entry

    def _measured(self, node: yaml.Node) -> t.Any:
        """Make a value, and note how many levels and entries it has."""
        outer, self._height, self._count = (self._height, self._count), 0, 0
        self._level += 1
        if self._level > _MOST_LEVELS:
            raise _unusable(_TOO_DEEP, node)
        result = self._new(node)
        self._level -= 1
        count = self._count + (0 if isinstance(node, yaml.ScalarNode) else len(node.value))
        self._extents[id(node)] = (self._height + 1, count)
        self._height, self._count = outer
        return result

    def _new(self, node: yaml.Node) -> t.Any:
        if isinstance(node, yaml.MappingNode) and node.tag == _MAPPING:
            return self._mapping(node)
        if isinstance(node, yaml.SequenceNode) and node.tag == _SEQUENCE:
            return [self.read_value(item) for item in node.value]
        if not isinstance(node, yaml.ScalarNode):
            raise _unusable(
                Phrase("a list or mapping has no type of its own", "リストとマッピングに型は付けられません"), node
            )
        if node.tag in _NUMBERS and len(node.value) > _LONGEST_NUMBER:
            raise _unusable(_LONG_NUMBER, node)
        if node.tag in ("!vault", "!unsafe"):
            if node.tag == "!vault":
                return self._vaulted(node)
            return self._unsafe(node.value) if self._sealed is None else self._sealed_text(node)
        value = self._loader.construct_object(node, deep=True)
        return value if self._sealed is None else seal_scalar(value)

    def _mapping(self, node: yaml.MappingNode) -> dict[t.Any, t.Any]:
        merged: dict[t.Any, t.Any] = {}
        own: dict[t.Any, t.Any] = {}
        plain = self._sealed is None
        for key, value in node.value:
            if key.tag == _MERGE:
                merged.update(self._to_merge(value))
                continue
            # Nearly every key is a plain text, and most values are: these take no further step.
            name = sys.intern(key.value) if plain and key.tag == _TEXT else self._key(key)
            if name in own:
                self.duplicates.append((key.start_mark, shorten(key.value if plain else name)))
            own[name] = value.value if plain and value.tag == _TEXT else self.read_value(value)
        return {**merged, **own} if merged else own

    def _key(self, node: yaml.Node) -> t.Any:
        name = self.read_value(node)
        if isinstance(name, (list, dict)):
            raise _unusable(_NO_KEY, node)
        return name

    def _to_merge(self, node: yaml.Node) -> dict[t.Any, t.Any]:
        """Return what "<<" brings in: a mapping, or a list of them where the first one wins."""
        value = self.read_value(node)
        parts = value[::-1] if isinstance(value, list) else [value]
        if not all(isinstance(part, dict) for part in parts):
            raise _unusable(Phrase("only mappings can be merged", "マージできるのはマッピングだけです"), node)
        return {key: item for part in parts for key, item in part.items()}

    def _sealed_text(self, node: yaml.Node) -> VaultedWithFile:
        return VaultedWithFile(node.value, sealed=self._sealed or "")

    def _vaulted(self, node: yaml.ScalarNode) -> Vaulted:
        try:
            return Vaulted(self._decrypt(node.value), sealed=node.value)
        except Exception as error:  # whatever the vault raises is told with its place
            raise _Stopped("VAULT", _problem(error), node) from None


def _unusable(problem: Phrase, node: yaml.Node) -> Exception:
    return _Stopped("YAML-SYNTAX", problem, node)


def _problem(error: Exception) -> str | Phrase:
    """Return what an error says: in both languages where it is ours, else in a library's words on one line."""
    message = next(iter(error.args), None)
    return message if isinstance(message, Phrase) else one_line(error)


def _is_too_deep(text: str) -> bool:
    """Check whether the C parser, which recurses without a guard, would run out of its stack (from 20,000 levels)."""
    longest = max(map(len, text.splitlines()), default=0)
    if longest < _DEEPEST and text.count("[") + text.count("{") < _DEEPEST:
        return False  # every level takes a bracket or a column, so nothing needs counting
    depth = 0
    try:
        for event in yaml.parse(text, Loader=FastLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                return True
    except yaml.YAMLError:
        pass  # told by the loader, with its place
    return False


__all__ = ("Literal", "YamlText")
