# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arrows point downwards, nothing goes round in a circle, and nothing grows out of its budget (ARCHITECTURE.md)."""

from __future__ import annotations

import ast
import collections
import functools
import pathlib
import re
import shutil
import typing as t

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
REHEARSAL = ROOT / "rehearsal" / "src" / "rehearsal_desk"

# What a folder may import apart from itself. The folders of plugin_utils are named alone, top floor first. `_reports`
# and `_spending` are side by side, so what is shown never reaches what spends; `_orders` and `_desk` do not know each
# other. `core` and `pki` are folders of module_utils, as is `target`.
FLOORS = {
    "action": "_tasks _guards _spending _reports _planning _orders _desk _values _catalogue _complaints argspec core",
    "filter": "core",
    "inventory": "_orders _values _complaints core pki",
    "_tasks": "_guards _spending _reports _planning _orders _desk _values _complaints argspec core pki",
    "_guards": "_reports _planning _desk _values _complaints core",
    "_spending": "_planning _desk _values _complaints core",
    "_reports": "_planning _values _catalogue _complaints core",
    "_planning": "_desk _values _catalogue _complaints core",
    "_orders": "_values _catalogue _complaints core pki",
    "_desk": "_values _catalogue _complaints core pki",
    "_values": "_catalogue _complaints core",
    "_catalogue": "",
    "_complaints": "core",
    "modules": "argspec core pki target",
    "argspec": "",
    "target": "core pki",
    "pki": "core",
    "core": "",
    "doc_fragments": "",
}
FOLDERS = {"argspec": "module_utils", **{name: f"module_utils/_{name}" for name in ("core", "pki", "target")}}
MAY_IMPORT = {
    FOLDERS.get(floor, floor): tuple(FOLDERS.get(name, name) for name in below.split())
    for floor, below in FLOORS.items()
}
# Of `_planning` these alone look at the desk: one to ask it, one to name its errors.
LOOKS_AT_THE_DESK = {"_planning": ("observe", "outcome")}
# Lines of a function and of a file in plugins/, and elsewhere.
SHIPPED, OTHERS, LEG_LINES = (40, 300), (50, 400), 60
FORBIDDEN_NAMES = ("utils", "helper", "helpers", "common", "manager")
ONLY_HOME = {
    "cryptography": "module_utils/_pki",
    "voluptuous": "_orders",
    "publicsuffixlist": "_orders",
    "requests": "_desk",
    "icalendar": "_reports",
    "lxml": "_desk",
    "playwright": "_desk",
}

FILES = sorted([*PLUGINS.rglob("*.py"), *REHEARSAL.rglob("*.py")])
ELSEWHERE = (ROOT / "tests", ROOT / "rehearsal" / "tests", ROOT / "extensions", ROOT / "examples")
SOURCES = sorted([*FILES, *(path for folder in ELSEWHERE for path in folder.rglob("*.py"))])


def name(path: pathlib.Path) -> str:
    return str(path.relative_to(ROOT))


def tree(path: pathlib.Path) -> ast.Module:
    return parsed(path.read_text(encoding="utf-8"))


@functools.cache
def parsed(text: str) -> ast.Module:
    """By its text, so that the copies in which mistakes are planted are not parsed again."""
    return ast.parse(text)


@functools.cache
def import_nodes(text: str) -> tuple[ast.Import | ast.ImportFrom, ...]:
    return tuple(node for node in ast.walk(parsed(text)) if isinstance(node, (ast.Import, ast.ImportFrom)))


def layer(path: pathlib.Path, plugins: pathlib.Path = PLUGINS) -> str:
    """The folder of the table that a file below plugins/ is in; raises for a file outside of all."""
    folders = path.relative_to(plugins).parent.parts
    ours = folders[1:] if folders[0] == "plugin_utils" else folders
    found = next((known for end in range(len(ours), 0, -1) if (known := "/".join(ours[:end])) in MAY_IMPORT), None)
    assert found, f"{path.relative_to(plugins)} lies outside the folders of this test's table"
    return found


def imported(path: pathlib.Path) -> t.Iterator[tuple[str, pathlib.Path | None]]:
    """Every import of a file, typing-only ones too: the module's name, and its file where it is ours."""
    for node in import_nodes(path.read_text(encoding="utf-8")):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or "", None
        elif isinstance(node, ast.ImportFrom):
            folder = path.parents[node.level - 1]
            base = folder.joinpath(*(node.module or "").split("."))
            for alias in node.names:
                found = next((f for f in (base / f"{alias.name}.py", base.with_suffix(".py")) if f.is_file()), None)
                assert found, f"{path} imports {node.module} {alias.name}, which has no file"
                yield str(found), found


def check_arrows(plugins: pathlib.Path) -> None:
    """Fail for a file outside the folders, and for an import that the table does not allow."""
    for path in sorted(plugins.rglob("*.py")):
        own = layer(path, plugins)
        for _module, file in imported(path):
            target = layer(file, plugins) if file is not None else own
            allowed = target == own or target in MAY_IMPORT[own]
            if target == "_desk" and own in LOOKS_AT_THE_DESK:
                allowed = path.stem in LOOKS_AT_THE_DESK[own]
            assert allowed, f"{path.relative_to(plugins)} must not import {file and file.relative_to(plugins)}"


def check_circles(plugins: pathlib.Path) -> None:
    """Fail for imports that go round in a circle, typing-only ones included."""
    graph = {path: {file for _module, file in imported(path) if file} for path in plugins.rglob("*.py")}
    done: set[pathlib.Path] = set()

    def visit(path: pathlib.Path, way: tuple[pathlib.Path, ...]) -> None:
        assert path not in way, " -> ".join(str(step.relative_to(plugins)) for step in (*way, path))
        if path not in done:
            for target in graph.get(path, ()):
                visit(target, (*way, path))
            done.add(path)

    for path in graph:
        visit(path, ())


def check_writers(plugins: pathlib.Path) -> None:
    """Fail where the controller writes to a file by its name: a link in its place would be followed (write_whole)."""
    for path in sorted((plugins / "plugin_utils").rglob("*.py")):
        if path.name == "whole_file.py":
            continue
        for call in (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)):
            called, words = ast.unparse(call.func), map(ast.unparse, (*call.args, *call.keywords))
            by_name = called.endswith(("write_text", "write_bytes"))
            to_write = any(re.fullmatch("(mode=)?'[wax]b?[+]?'", word) for word in words)
            opened = called.rpartition(".")[2] == "open" and to_write
            assert not (by_name or opened), f"{path.relative_to(plugins)}:{call.lineno} writes by {called}"


def test_the_controller_writes_through_no_link() -> None:
    check_writers(PLUGINS)


def test_imports_point_downwards() -> None:
    check_arrows(PLUGINS)


def test_no_import_goes_round_in_a_circle() -> None:
    check_circles(PLUGINS)


@pytest.mark.parametrize(
    ("check", "file", "line"),
    [
        (check_arrows, "_desk/desk.py", "from .._tasks import leg"),
        (check_arrows, "_reports/rows.py", "from .._spending.perform import Performer"),
        (check_arrows, "_orders/portfolio.py", "from .._desk.desk import Desk"),
        (check_arrows, "_planning/claims.py", "from .._desk.desk import Desk"),
        (check_circles, "_complaints/rules/rule.py", "from .book import RULES"),
        (check_arrows, "loose.py", "import json"),
        (check_writers, "_tasks/doctor.py", "open(path, mode='w')"),
        (check_writers, "_tasks/watch.py", "path.write_text(told)"),
    ],
    ids=["upwards", "shown-to-spending", "orders-to-desk", "plan-to-desk", "circle", "loose-file", "open", "write"],
)
def test_a_planted_mistake_is_found(
    check: t.Callable[[pathlib.Path], None], file: str, line: str, tmp_path: pathlib.Path
) -> None:
    plugins = tmp_path / "plugins"
    shutil.copytree(PLUGINS, plugins, ignore=shutil.ignore_patterns("__pycache__"))
    check(plugins)
    with (plugins / "plugin_utils" / file).open("a", encoding="utf-8") as planted:
        planted.write(f"\n{line}\n")
    with pytest.raises(AssertionError):
        check(plugins)


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


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_sizes(path: pathlib.Path) -> None:
    longest_function, longest_file = SHIPPED if PLUGINS in path.parents else OTHERS
    lines = path.read_text(encoding="utf-8").count("\n")
    # An argument spec and a module's documentation are as long as what they tell.
    assert lines <= longest_file or path.stem == "_argspec" or layer(path) == "modules", f"{name(path)}: {lines} lines"
    for node in ast.walk(tree(path)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= longest_function, f"{name(path)}: {node.name} has {length} lines"


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


def test_no_two_files_of_tests_share_a_name() -> None:
    """A folder of tests is no package: of two files of one name, only the first is collected."""
    named = [path.name for path in SOURCES if path.name.startswith("test_")]
    assert [each for each, times in collections.Counter(named).items() if times > 1] == []


def test_only_the_edge_fails_a_module() -> None:
    for path in (PLUGINS / "module_utils").rglob("*.py"):
        assert "fail_json" not in path.read_text(encoding="utf-8"), f"{name(path)} must raise, not fail"


def test_every_source_says_its_licence() -> None:
    for path in SOURCES:
        head = path.read_text(encoding="utf-8")[:400]
        assert re.search(r"SPDX-License-Identifier\W+GPL-3\.0-or-later$", head, re.MULTILINE), name(path)


PRIVATE = [
    path for path in FILES if path.is_relative_to(PLUGINS) and path.relative_to(PLUGINS).parts[0].endswith("_utils")
]


@pytest.mark.parametrize("path", PRIVATE, ids=name)
def test_a_private_file_says_so_and_names_what_it_offers(path: pathlib.Path) -> None:
    assert "# Note that this file is private to the collection" in path.read_text(encoding="utf-8")
    assert path.name == "__init__.py" or list(offered(path)), f"{name(path)} has no __all__"


def offered(path: pathlib.Path) -> t.Iterator[str]:
    for node in tree(path).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == "__all__":
            yield from ast.literal_eval(node.value)


def taken(path: pathlib.Path) -> t.Iterator[tuple[pathlib.Path, str]]:
    """Every name that a file imports from another file of ours, or reads from a file that it has imported."""
    modules: dict[str, pathlib.Path] = {}
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        base = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
        for alias in node.names:
            if base.with_suffix(".py").is_file():
                yield base.with_suffix(".py"), alias.name
            else:
                modules[alias.asname or alias.name] = base / f"{alias.name}.py"
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            yield modules[node.value.id], node.attr


def test_what_one_file_takes_from_another_is_offered() -> None:
    hidden = {
        f"{name(path)} takes {thing} of {name(home)}"
        for path in FILES
        if PLUGINS in path.parents
        for home, thing in taken(path)
        if not thing.startswith("__") and thing not in offered(home)
    }
    assert not hidden, "\n".join(sorted(hidden))
