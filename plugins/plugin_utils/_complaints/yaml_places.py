# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The places of what is in a YAML text, for the complaints about it."""

from __future__ import annotations

import typing as t

import yaml

FastLoader: t.Final[t.Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MOST_KEPT: t.Final = 4 << 20  # characters of texts; a tree takes 40 times as many bytes
_trees: t.Final[dict[str, Tree]] = {}


class Tree:
    """The nodes of a text, with the children of a mapping by their names, so that many places are found fast."""

    def __init__(self, root: yaml.Node | None) -> None:
        self.root = root
        self._children: dict[int, dict[t.Any, tuple[yaml.Node, yaml.Node]]] = {}

    def find_child(self, node: yaml.Node | None, part: str | int) -> tuple[yaml.Node | None, yaml.Node | None]:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            return None, node.value[part]
        if not isinstance(node, yaml.MappingNode):
            return None, None
        if id(node) not in self._children:
            # Of a key that is given twice the last one counts.
            named = ((key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode))
            self._children[id(node)] = {key.value: (key, value) for key, value in named}
        return self._children[id(node)].get(str(part), (None, None))


def find_tree(text: str) -> Tree:
    """Return the tree of a text; of many files, complaints about what they have in common go to and fro."""
    # Only complaints need places, so the tree of nodes is made when the first one is told.
    tree = _trees.get(text)
    if tree is None:
        while _trees and sum(map(len, tuple(_trees))) + len(text) > _MOST_KEPT:
            _trees.pop(next(iter(tuple(_trees))), None)
        tree = _trees[text] = _compose(text)
    return tree


def _compose(text: str) -> Tree:
    try:
        return Tree(yaml.compose(text, Loader=FastLoader))
    except yaml.YAMLError:
        return Tree(None)


__all__ = ("FastLoader", "Tree", "find_tree")
