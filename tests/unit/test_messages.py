# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever our code tells people is told in Japanese too: no error is given bare words, and no phrase lacks a half."""

from __future__ import annotations

import ast
import functools
import pathlib
import re
import string
import typing as t

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODE = sorted([*(ROOT / "plugins").rglob("*.py"), *(ROOT / "extensions" / "eda").rglob("*.py")])
TASKS = sorted([*(ROOT / "playbooks").glob("*.yml"), *(ROOT / "roles").glob("*/tasks/*.yml")])

# Errors of Ansible's that are raised here, and the ways in which our classes make theirs.
TELLING = {"AnsibleActionFail", "AnsibleParserError", "AnsibleError", "fail_json", "unexpected", "mistaken"}
# Errors of Python's: a bug of ours, which nobody words for users, or caught by their class where they are raised.
NEVER_TOLD = {
    "RuntimeError": "contract broken: ",  # between two functions of ours
    # Their callers tell what is broken.
    "ValueError": ("not Base64", "signature without a digest", "a value without parts", "cut off", "a length of"),
}
# Where the English words of a call are; the Japanese ones are the next argument.
PLACES_OF_WORDS = {"Phrase": 0, "make_rule": 2}
MESSAGES = ("msg", "message", "fail_msg", "success_msg")

PROSE = re.compile(r"[A-Za-z]{2,}[,;:]? +[A-Za-z]")
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
# A rule, or entries of the screen map.
NAMES = re.compile(r"[A-Z0-9-]+|[a-z]+\.[a-z.{}]+(, [a-z]+\.[a-z.]+)*")


def name(path: pathlib.Path) -> str:
    return str(path.relative_to(ROOT))


@functools.cache
def tree(path: pathlib.Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@functools.cache
def our_errors() -> frozenset[str]:
    """Every class of ours that is an error, by way of any other one."""
    bases = {
        node.name: {called(base) for base in node.bases}
        for path in CODE
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
    }
    known, more = {"Exception", "ValueError"}, True
    while more:
        found = {kind for kind, above in bases.items() if above & known} - known
        known, more = known | found, bool(found)
    return frozenset(known - {"Exception", "ValueError"})


def called(node: ast.expr) -> str:
    """The last name of what is called: `errors.FieldWrong` and `FieldWrong` are the same."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def words_of(node: ast.expr) -> str | None:
    """The words that stand here bare, in one language only."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(words_of(part) or "{}" for part in node.values)
    if isinstance(node, ast.BinOp):
        return next((words for side in (node.left, node.right) if (words := words_of(side)) is not None), None)
    if isinstance(node, ast.BoolOp):
        return next((words for value in node.values if (words := words_of(value)) is not None), None)
    return None


def is_bare(call: ast.Call, node: ast.expr, *, by_name: bool) -> bool:
    """Whether this argument tells people something in one language; names of rules and fields do not."""
    words = words_of(node)
    if words is None or JAPANESE.search(words):
        return False
    if words.startswith(NEVER_TOLD.get(called(call.func), "\0")):
        return False
    return bool(PROSE.search(words)) if by_name else not NAMES.fullmatch(words)


def bare_messages(module: ast.Module) -> t.Iterator[str]:
    raised = {node.exc for node in ast.walk(module) if isinstance(node, ast.Raise)}
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and (node in raised or called(node.func) in TELLING | our_errors()):
            given = [(value, False) for value in node.args] + [(word.value, True) for word in node.keywords]
        elif isinstance(node, ast.Call):
            given = [(word.value, True) for word in node.keywords if word.arg in MESSAGES]
        else:
            continue
        for value, by_name in given:
            if is_bare(node, value, by_name=by_name):
                yield f"line {value.lineno}: {ast.unparse(value)}"


@pytest.mark.parametrize("path", CODE, ids=name)
def test_no_error_is_given_bare_words(path: pathlib.Path) -> None:
    assert not list(bare_messages(tree(path))), f"{name(path)}: give it a Phrase, or what said() makes of one"


@pytest.mark.parametrize(
    "line",
    [
        "raise DeskUnreachable('gone')",
        "raise AnswerUnusable(f'the list {path} is cut off')",
        "raise kind('the page went on by itself')",
        "return window.unexpected('it is another one')",
        "raise AnsibleActionFail(f'{name} is no name')",
        "raise errors.FieldWrong(field='key.path', allowed='an absolute path')",
        "raise RuntimeError('no such thing')",
        "raise RequestRefused(window.alerts() or 'it shows the form again')",
        "result.update(failed=True, msg='nothing was done')",
    ],
)
def test_bare_words_are_found(line: str) -> None:
    assert list(bare_messages(ast.parse(line)))


@pytest.mark.parametrize("path", CODE, ids=name)
def test_every_phrase_has_both_halves(path: pathlib.Path) -> None:
    for node in ast.walk(tree(path)):
        if not (isinstance(node, ast.Call) and called(node.func) == "Phrase" and len(node.args) == 2):
            continue
        english, japanese = (words_of(argument) for argument in node.args)
        if english is None or japanese is None:
            continue
        where = f"{name(path)}:{node.lineno}"
        assert not PROSE.search(english) or JAPANESE.search(japanese), f"{where} has no Japanese"
        if all(isinstance(argument, ast.Constant) for argument in node.args):
            assert facts_in(english) == facts_in(japanese), f"{where} tells other facts in Japanese"


def facts_in(words: str) -> set[str]:
    return {field for _text, field, _form, _conversion in string.Formatter().parse(words) if field is not None}


@pytest.mark.parametrize("path", TASKS, ids=name)
def test_playbooks_and_roles_tell_it_in_both_languages(path: pathlib.Path) -> None:
    """They know no language of their own, so what they word themselves stands there twice."""
    for told in messages(yaml.safe_load(path.read_text(encoding="utf-8"))):
        own_words = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", told, flags=re.DOTALL)
        assert JAPANESE.search(told) or not PROSE.search(own_words), told


def messages(node: t.Any) -> t.Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in MESSAGES:
                yield "\n".join(value) if isinstance(value, list) else str(value)
            else:
                yield from messages(value)
    elif isinstance(node, list):
        for value in node:
            yield from messages(value)


def list_pairs(module: ast.Module) -> t.Iterator[tuple[int, str, str]]:
    """Every text of a phrase or a rule in both languages, with its line."""
    for node in ast.walk(module):
        first = PLACES_OF_WORDS.get(called(node.func)) if isinstance(node, ast.Call) else None
        if first is not None and len(node.args) >= first + 2:
            pair = node.args[first : first + 2]
            texts = (words.elts if isinstance(words, ast.Tuple) else [words] for words in pair)
            for one, other in zip(*texts, strict=True):
                yield one.lineno, words_of(one) or "", words_of(other) or ""


@pytest.mark.parametrize("path", CODE, ids=name)
def test_before_a_day_is_not_by_that_day(path: pathlib.Path) -> None:
    """までに takes the day in: at the end of it, IIJ has renewed the contract or made its own key."""
    for line, english, japanese in list_pairs(tree(path)):
        for fact in re.findall(r"before (\{\w+\})", english):
            assert not re.search(re.escape(fact) + r"\s?まで", japanese), f"{name(path)}:{line}"
