# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names in the code: a function says what it does, a value says what it is."""

from __future__ import annotations

import ast
import pathlib
import typing as t

import pytest

if t.TYPE_CHECKING:
    from collections.abc import Iterator

PLUGINS: t.Final = pathlib.Path(__file__).resolve().parents[2] / "plugins"
REHEARSAL: t.Final = PLUGINS.parent / "rehearsal/src"

VERBS: t.Final = set(
    """
    accept add advise align allow annotate announce answer append arrive ask attach audit await awaits begin build
    buy call cancel change check clean close collect compare complete conclude control count cover decide decode
    describe digest download draft draw drop encode end estimate examine exchange expect explain export fetch fill
    find fit fits follow get go guard hand has have hide hold holds init install intend is join judge keep know
    leads learn leave list load locate lock look make mark match merge name needs note observe open order pair
    parse pause perform pin place plan prepare press price prove publish put quote read recognize record refuse
    register reissue relink remember remove render renew renews repeat replace report require resolve run save say
    seal send settle shorten show shows sign skip sort spend start store submit sum take tell translate try turn
    wait waits walk wants warn word write
    """.split()  # noqa: SIM905
)

# What cannot be the beginning of a noun: a function so named describes the state of its result, not its work.
NO_NOUNS: t.Final = set(
    """
    asked told made found said known given wanted to by with without before after in of and merged judged
    """.split()  # noqa: SIM905
)

EXCEPTIONS: t.Final = {
    "as_dict": "the usual name of a conversion, as in asdict() and as_posix()",
    "getattr": "the interface of Jinja's Environment",
    "getitem": "the interface of Jinja's Environment",
    "getreply": "the interface of smtplib.SMTP",
    "lower": "the interface of str",
    "readable": "the interface of io.RawIOBase",
    "readinto": "the interface of io.RawIOBase",
    "readline": "the interface of a file, as smtplib reads it",
}

VAGUE: t.Final = frozenset(["told", "made", "found", "said", "known", "asked", "given"])
MOST_VAGUE: t.Final = 50


def public_functions(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, (ast.ClassDef, ast.If, ast.Try)):
            yield from public_functions(node.body)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            is_value = any("property" in ast.unparse(decorator) for decorator in node.decorator_list)
            if not node.name.startswith("_") and not is_value:
                yield node.name


def is_function_name(name: str) -> bool:
    first, *others = name.split("_")
    return name in EXCEPTIONS or first in VERBS or (bool(others) and first not in NO_NOUNS)


@pytest.mark.parametrize("name", ["plan", "judged", "to_screen", "told_work", "calendar"])
def test_a_bare_noun_and_a_participle_name_no_function(name: str) -> None:
    assert is_function_name(name) is (name in VERBS)


def test_every_public_function_of_the_controller_says_what_it_does() -> None:
    names = [
        (path.relative_to(PLUGINS).as_posix(), name)
        for path in sorted((PLUGINS / "plugin_utils").rglob("*.py"))
        for name in public_functions(ast.parse(path.read_text(encoding="utf-8")).body)
    ]
    assert len(names) > 600
    assert not [f"{path}: {name}" for path, name in names if not is_function_name(name)]
    assert {name for _path, name in names} >= set(EXCEPTIONS), "an exception that nobody needs"


def identifiers(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, (ast.arg, ast.keyword)) and node.arg:
            yield node.arg
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name


def test_values_are_named_by_nouns() -> None:
    counts = {}
    for folder in ("plugin_utils", "action", "modules", "module_utils"):
        for path in sorted((PLUGINS / folder).rglob("*.py")):
            vague = [name for name in identifiers(ast.parse(path.read_text(encoding="utf-8"))) if name in VAGUE]
            if vague:
                counts[path.relative_to(PLUGINS).as_posix()] = len(vague)
    assert sum(counts.values()) < MOST_VAGUE, counts


# Words with which a docstring would tell what a function is instead of what it does.
NO_VERBS = {
    "A", "All", "An", "Any", "As", "Each", "Every", "Everything", "For", "From", "How", "It", "No", "None",
    "Nothing", "Of", "One", "Several", "That", "The", "There", "These", "They", "This", "Those", "What",
    "Whatever", "When", "Where", "Whether", "Which", "Who", "Whom", "Why", "Without",
}  # fmt: skip


def test_a_docstring_of_a_function_begins_with_a_verb() -> None:
    begun = {}
    for path in sorted((*PLUGINS.rglob("*.py"), *REHEARSAL.rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            text, kinds = ast.get_docstring(node), [ast.unparse(kind) for kind in node.decorator_list]
            if text and not any("property" in kind for kind in kinds):
                begun[f"{path}: {node.name}: {text.splitlines()[0]}"] = text.split()[0]
    assert len(begun) > 1_400
    assert [place for place, word in begun.items() if word.strip(",;:") in NO_VERBS or word.endswith("'s")] == []
