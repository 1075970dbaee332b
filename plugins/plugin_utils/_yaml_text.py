# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""YAML as the user wrote it: its content, keys given twice, vaulted values, and the place of everything in it."""

from __future__ import annotations

import dataclasses as dc
import functools
import typing as t

import yaml

from ._complaints import Complaint, OrdersRefused, Place, Vaulted, shortened

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ._complaints import Path

    Decrypt = Callable[[str], str]

_FastLoader: t.Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_VAULT_HEADER = "$ANSIBLE_VAULT;"
_MERGE = "tag:yaml.org,2002:merge"


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class YamlText:
    """A file's text under the name that the user knows it by."""

    name: str
    text: str

    def content(self, decrypt: Decrypt) -> tuple[t.Any, tuple[Complaint, ...]]:
        """The document, and a complaint for each key given twice; raises OrdersRefused where it cannot be read."""
        loader = _Loader(self._plain(decrypt), decrypt=decrypt, secret=self._vaulted)
        try:
            document = loader.get_single_data()
        except yaml.YAMLError as error:
            problem = " ".join(str(getattr(error, "problem", None) or error).split())
            self._refuse("YAML-SYNTAX", getattr(error, "problem_mark", None), problem=problem)
        except _VaultClosed as closed:
            self._refuse("VAULT", closed.mark, problem=str(closed))
        except (RecursionError, ValueError, OverflowError) as error:
            # Nested too deep, or a date or number that no value can hold.
            self._refuse("YAML-SYNTAX", None, problem=" ".join(str(error).split()))
        return document, tuple(
            Complaint(rule="YAML-DUPLICATE-KEY", place=self._at(key.start_mark), facts={"value": shortened(key.value)})
            for key in loader.duplicates
        )

    def place(self, path: Path) -> Place:
        """Where a value stands, or the closest thing around it that does stand there."""
        node = None if self._vaulted else _tree(self.text)
        mark = getattr(node, "start_mark", None)
        for part in path:
            key, node = _child(node, part)
            if node is None:
                break
            mark = (key or node).start_mark
        return self._at(mark)

    @property
    def _vaulted(self) -> bool:
        return self.text.startswith(_VAULT_HEADER)

    def _plain(self, decrypt: Decrypt) -> str:
        if not self._vaulted:
            return self.text
        try:
            return decrypt(self.text)
        except Exception as error:  # whatever the vault raises is told with its place
            self._refuse("VAULT", None, problem=" ".join(str(error).split()))

    def _at(self, mark: t.Any) -> Place:
        return Place(file=self.name, line=mark.line + 1, column=mark.column + 1) if mark else Place(file=self.name)

    def _refuse(self, rule: str, mark: t.Any, **facts: object) -> t.NoReturn:
        raise OrdersRefused([Complaint(rule=rule, place=self._at(mark), facts=facts)]) from None


class _VaultClosed(Exception):
    def __init__(self, problem: str, mark: yaml.Mark) -> None:
        super().__init__(problem)
        self.mark = mark


class _Loader(_FastLoader):  # type: ignore[misc]
    """The fast safe loader; it also remembers every key given twice, where the last one would win in silence."""

    def __init__(self, stream: str, *, decrypt: Decrypt, secret: bool) -> None:
        super().__init__(stream)
        self.duplicates: list[yaml.ScalarNode] = []
        self._checked: set[int] = set()
        self._decrypt = decrypt
        self._secret = secret

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        # Called for every mapping, and once more where it is merged with "<<": only what was written is checked.
        if id(node) not in self._checked:
            self._checked.add(id(node))
            self.duplicates.extend(_duplicates(node))
        super().flatten_mapping(node)

    def construct_vaulted(self, node: yaml.ScalarNode) -> Vaulted:
        """A value behind Ansible's !vault tag."""
        try:
            return Vaulted(self._decrypt(self.construct_scalar(node)))
        except Exception as error:  # whatever the vault raises is told with its place
            raise _VaultClosed(" ".join(str(error).split()), node.start_mark) from None

    def construct_text(self, node: yaml.ScalarNode) -> str:
        text = str(self.construct_scalar(node))
        return Vaulted(text) if self._secret else text


_Loader.add_constructor("!vault", _Loader.construct_vaulted)
_Loader.add_constructor("!unsafe", _Loader.construct_text)
_Loader.add_constructor("tag:yaml.org,2002:str", _Loader.construct_text)


def _duplicates(node: yaml.MappingNode) -> Iterator[yaml.ScalarNode]:
    seen: set[str] = set()
    for key, _value in node.value:
        if isinstance(key, yaml.ScalarNode) and key.tag != _MERGE:
            if key.value in seen:
                yield key
            seen.add(key.value)


@functools.lru_cache(maxsize=8)
def _tree(text: str) -> yaml.Node | None:
    # Only complaints need places, so the tree of nodes is made when the first one is told.
    try:
        return yaml.compose(text, Loader=_FastLoader)
    except (yaml.YAMLError, RecursionError):
        return None


def _child(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node | None, yaml.Node | None]:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return None, node.value[part]
    if isinstance(node, yaml.MappingNode):
        found = [(key, value) for key, value in node.value if key.value == str(part)]
        return found[-1] if found else (None, None)
    return None, None


__all__ = ("YamlText",)
