# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arrows point downwards, nothing goes round in a circle, and nothing grows out of its budget (ARCHITECTURE.md)."""

from __future__ import annotations

import ast
import functools
import pathlib
import re
import typing as t

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
REHEARSAL = ROOT / "rehearsal" / "src" / "rehearsal_desk"

# A layer may import only from itself and from the layers named after it.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "module_utils/_core": (),
    "module_utils/_pki": ("module_utils/_core",),
    "module_utils/_target": ("module_utils/_core", "module_utils/_pki"),
    "module_utils": (),
    "modules": ("module_utils", "module_utils/_core", "module_utils/_pki", "module_utils/_target"),
    "plugin_utils/_rules": ("module_utils/_core",),
    "plugin_utils/_catalogue": (),
    "plugin_utils/_desk": ("plugin_utils", "plugin_utils/_catalogue", "module_utils/_core"),
    "plugin_utils": (
        "plugin_utils/_rules",
        "plugin_utils/_catalogue",
        "plugin_utils/_desk",
        "module_utils",
        "module_utils/_core",
        "module_utils/_pki",
    ),
    "action": ("plugin_utils", "plugin_utils/_catalogue", "module_utils", "module_utils/_core"),
    "inventory": ("plugin_utils", "module_utils/_core", "module_utils/_pki"),
    "doc_fragments": (),
}
FUNCTION_LINES, FILE_LINES, LEG_LINES = 50, 400, 60
FORBIDDEN_NAMES = ("utils", "helper", "helpers", "common", "manager")
ONLY_HOME = {
    "cryptography": "module_utils/_pki",
    "voluptuous": "plugin_utils",
    "requests": "plugin_utils/_desk",
    "lxml": "plugin_utils/_desk",
    "playwright": "plugin_utils/_desk",
}

FILES = sorted([*PLUGINS.rglob("*.py"), *REHEARSAL.rglob("*.py")])
ELSEWHERE = (ROOT / "tests", ROOT / "rehearsal" / "tests", ROOT / "extensions", ROOT / "examples")
SOURCES = sorted([*FILES, *(path for folder in ELSEWHERE for path in folder.rglob("*.py"))])


def name(path: pathlib.Path) -> str:
    return str(path.relative_to(ROOT))


@functools.cache
def tree(path: pathlib.Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def layer(path: pathlib.Path) -> str:
    """The layer of a file below plugins/."""
    folders = path.relative_to(PLUGINS).parent.parts
    return next(known for end in range(len(folders), 0, -1) if (known := "/".join(folders[:end])) in MAY_IMPORT)


def imported(path: pathlib.Path) -> t.Iterator[tuple[str, pathlib.Path | None]]:
    """Every import of a file, typing-only ones too: the module's name, and its file where it is ours."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or "", None
        elif isinstance(node, ast.ImportFrom):
            folder = path.parents[node.level - 1]
            base = folder.joinpath(*(node.module or "").split("."))
            for alias in node.names:
                found = next((f for f in (base / f"{alias.name}.py", base.with_suffix(".py")) if f.is_file()), None)
                assert found, f"{name(path)} imports {node.module} {alias.name}, which has no file"
                yield str(found), found


@pytest.mark.parametrize("path", [file for file in FILES if PLUGINS in file.parents], ids=name)
def test_imports_point_downwards(path: pathlib.Path) -> None:
    own = layer(path)
    for _module, file in imported(path):
        if file is not None and layer(file) != own:
            assert layer(file) in MAY_IMPORT[own], f"{name(path)} must not import {name(file)}"


@pytest.mark.parametrize("path", [file for file in FILES if PLUGINS in file.parents], ids=name)
def test_libraries_stay_in_their_room(path: pathlib.Path) -> None:
    for module, _file in imported(path):
        top = module.partition(".")[0]
        if top in ONLY_HOME:
            assert layer(path).startswith(ONLY_HOME[top]), f"{name(path)} must not import {top}"
        assert top not in ("rehearsal_desk", "ansible_collections"), f"{name(path)} imports {module}"


def test_the_rehearsal_desk_knows_nothing_of_the_collection() -> None:
    for path in REHEARSAL.rglob("*.py"):
        assert not [m for m, _f in imported(path) if m.startswith(("ansible", "voluptuous", "requests"))], name(path)


def test_no_import_goes_round_in_a_circle() -> None:
    graph = {path: {file for _module, file in imported(path) if file} for path in FILES if PLUGINS in path.parents}
    done: set[pathlib.Path] = set()

    def visit(path: pathlib.Path, way: tuple[pathlib.Path, ...]) -> None:
        assert path not in way, " -> ".join(name(step) for step in (*way, path))
        if path not in done:
            for target in graph.get(path, ()):
                visit(target, (*way, path))
            done.add(path)

    for path in graph:
        visit(path, ())


def drawn() -> dict[str, int]:
    """What stands in the picture of ARCHITECTURE.md, by its path below plugins/, with the line that it stands in."""
    picture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split("```")[1]
    found: dict[str, int] = {}
    side = ""
    for number, line in enumerate(picture.splitlines()):
        side = next(iter(re.findall(r"plugins/(plugin_utils|module_utils)/", line)), side)
        for word in re.findall(r"(?<!\S)_[a-z_]+(?:/[a-z_]+)*", line):
            assert found.setdefault(f"{side}/{word}", number) == number, f"{word} stands in two lines of the picture"
    return found


def test_the_picture_of_the_rooms_is_true() -> None:
    """All of plugin_utils is drawn, all that is drawn is there, and no row uses one above it."""
    rows = drawn()
    for room in rows:
        assert (PLUGINS / room).is_dir() or (PLUGINS / f"{room}.py").is_file(), f"{room} is drawn, but not there"
    rooms: dict[pathlib.Path, str] = {}
    for path in (PLUGINS / "plugin_utils").rglob("*.py"):
        ways = [
            str(way.relative_to(PLUGINS)) for way in (path.with_suffix(""), *path.parents) if PLUGINS in way.parents
        ]
        rooms[path] = next((way for way in ways if way in rows), "")
        assert rooms[path], (
            f"{name(path)} is missing in the picture of ARCHITECTURE.md: draw it above all that it imports"
        )
    for path, room in rooms.items():
        for _module, file in imported(path):
            if file in rooms:
                assert rows[room] <= rows[rooms[file]], f"the picture has {room} below {rooms[file]}, which it imports"


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_sizes(path: pathlib.Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= FILE_LINES, f"{name(path)} has {lines} lines"
    for node in ast.walk(tree(path)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= FUNCTION_LINES, f"{name(path)}: {node.name} has {length} lines"


@pytest.mark.parametrize("leg", sorted((PLUGINS / "action").glob("*.py")), ids=lambda path: path.stem)
def test_a_module_and_its_action_stay_thin(leg: pathlib.Path) -> None:
    module = PLUGINS / "modules" / leg.name
    assert module.is_file(), f"{leg.stem} has no module to document it"
    for path in (leg, module):
        assert code_lines(path) <= LEG_LINES, f"{name(path)} has {code_lines(path)} lines of code"


def code_lines(path: pathlib.Path) -> int:
    """Lines that are neither blank, nor comments, nor the documentation strings of a module."""
    texts = [node for node in tree(path).body if isinstance(node, (ast.Assign, ast.Expr))]
    strings = [node for node in texts if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)]
    quoted = {line for node in strings for line in range(node.lineno, (node.end_lineno or 0) + 1)}
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    return sum(
        bool(text.strip()) and not text.lstrip().startswith("#") and number not in quoted for number, text in lines
    )


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_names_say_something(path: pathlib.Path) -> None:
    assert path.stem.strip("_") not in FORBIDDEN_NAMES


def test_only_the_edge_fails_a_module() -> None:
    for path in (PLUGINS / "module_utils").rglob("*.py"):
        assert "fail_json" not in path.read_text(encoding="utf-8"), f"{name(path)} must raise, not fail"


def test_every_source_says_its_licence() -> None:
    for path in SOURCES:
        head = path.read_text(encoding="utf-8")[:400]
        assert re.search(r"SPDX-License-Identifier\W+GPL-3\.0-or-later$", head, re.MULTILINE), name(path)
