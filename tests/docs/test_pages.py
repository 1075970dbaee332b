# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages hold together: relative links lead somewhere, and the messages that a guide explains are those of the code."""

from __future__ import annotations

import ast
import functools
import pathlib
import re
import typing as t
import unicodedata

import pytest
import yaml
from ansible_collections.iij.server_certificate.tests.docs.markdown_blocks import page_of

ROOT: t.Final = pathlib.Path(__file__).resolve().parents[2]
PAGES: t.Final = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "examples/**/*.md", "rehearsal/*.md", "roles/*/*.md")
    for path in ROOT.glob(pattern)
)
FAILURES: t.Final = sorted(ROOT.glob("docs/**/failures.md"))
SHORTEST: t.Final = 20  # letters that a message must have of its own, so that a bare placeholder is none

_LINK: t.Final = re.compile(r"\[[^\]]*\]\((?P<to>[^)\s]+)\)")
_FENCED: t.Final = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: pathlib.Path) -> None:
    text = _FENCED.sub("", page.read_text(encoding="utf-8"))
    broken = [link["to"] for link in _LINK.finditer(text) if not leads_somewhere(page, link["to"])]
    assert not broken


def leads_somewhere(page: pathlib.Path, to: str) -> bool:
    """Whether a link leads to a file of this project and, where it names one, a heading there; others are not asked."""
    if "://" in to or to.startswith("mailto:"):
        return True
    path, _hash, anchor = to.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists():
        return False
    return not anchor or (target.suffix == ".md" and anchor in anchors_of(target))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_command_shows_a_token_to_the_whole_machine(page: pathlib.Path) -> None:
    """The arguments of a running program can be read by everybody; what it reads cannot."""
    without_input = re.sub(r"<<<\"[^\"]*\"", "", page.read_text(encoding="utf-8"))
    assert not re.findall(r"^.*\bcurl\b.*\$\{?\w*(?:TOKEN|PASSWORD).*$", without_input, re.MULTILINE)


@functools.cache
def anchors_of(page: pathlib.Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _FENCED.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


PHRASE: t.Final = re.compile(
    r"\{\{ '([^']+)'\s*\| iij\.server_certificate\.phrase\('([^']+)'\)(?:\s*\| format\(.*?\))? \}\}"
)


@functools.cache
def messages() -> set[str]:
    """Every sentence in the code that can be said to people, with {} in the places for values."""
    files = [*(ROOT / "plugins").rglob("*.py"), *(ROOT / "playbooks").glob("*.yml")]
    return {text.strip() for path in files for text in sentences(path) if "\n" not in text}


def sentences(path: pathlib.Path) -> t.Iterator[str]:
    """Literals of a module, or texts of a playbook; a value's place is {}."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".yml":
        for text in texts(yaml.safe_load(source)):
            for language in (r"\1", r"\2"):
                said = PHRASE.sub(lambda found, chosen=language: found.expand(chosen).replace("%s", "{}"), text)
                yield re.sub(r"\{\{.*?\}\}", "{}", said)
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield re.sub(r"\{\w*\}", "{}", node.value)
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


def texts(part: t.Any) -> t.Iterator[str]:
    """Every text in a document of YAML."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, (list, dict)):
        for below in part.values() if isinstance(part, dict) else part:
            yield from texts(below)


@pytest.mark.parametrize("page", FAILURES, ids=lambda page: str(page.relative_to(ROOT)))
def test_explained_messages_are_those_of_the_code(page: pathlib.Path) -> None:
    shown = [block for block in page_of(page).blocks if block.kind == "text"]
    assert len(shown) > 15
    for block in shown:
        said = " ".join(block.text.split())
        assert any(says(sentence, said) for sentence in messages()), f"{block}: the code never says this: {said}"


def letters(text: str) -> int:
    """How long a text is; a Japanese character says as much as two letters."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def says(sentence: str, said: str) -> bool:
    """Whether this sentence of the code is most of what is shown, and not a common phrase in it."""
    pieces = sentence.split("{}")
    if sum(map(letters, pieces)) < SHORTEST or max(pieces, key=len) not in said:
        return False
    found = re.search(".*?".join(map(re.escape, pieces)), said)
    return found is not None and len(found[0]) > len(said) / 2
