# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folders of the rehearsal desk import downwards only, and no import goes round in a circle."""

from __future__ import annotations

import ast
import graphlib
import pathlib
import shutil
import typing as t

import pytest

PACKAGE: t.Final = pathlib.Path(__file__).resolve().parents[2] / "rehearsal" / "src" / "rehearsal_desk"

# A folder may import only from itself and from the folders named after it; `portal` and `api` are side by side.
MAY_IMPORT: t.Final[dict[str, tuple[str, ...]]] = {
    "running": ("controls", "portal", "api", "desk", "store", "rules"),
    "controls": ("portal", "api", "desk", "store", "rules"),
    "portal": ("desk", "store", "rules"),
    "api": ("desk", "rules"),
    "desk": ("store", "rules"),
    "store": ("rules",),
    "rules": (),
}
LOOSE: t.Final = ("__init__", "__main__")


def find_breaches(package: pathlib.Path) -> list[str]:
    """List every loose file, every import that does not point downwards, and a circle of imports."""
    breaches = []
    graph: dict[str, set[str]] = {}
    for path in sorted(package.rglob("*.py")):
        module = ".".join(path.relative_to(package).with_suffix("").parts)
        folder = module.partition(".")[0]
        graph[module] = set(imported_modules(path, package=package))
        if folder == module:
            breaches += [] if module in LOOSE else [f"{module} is in no folder"]
            continue
        for target in sorted(graph[module]):
            if target.partition(".")[0] not in ("__init__", folder, *MAY_IMPORT.get(folder, ())):
                breaches.append(f"{module} must not import {target}")
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as circle:
        breaches.append("circle: " + " -> ".join(circle.args[1]))
    return breaches


def imported_modules(path: pathlib.Path, *, package: pathlib.Path) -> t.Iterator[str]:
    """Yield the modules of the package that a file imports, typing-only and late imports too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            top, *parts = name.split(".")
            if top == package.name:
                while parts and not package.joinpath(*parts).with_suffix(".py").is_file():
                    parts.pop()
                yield ".".join(parts) or "__init__"


def test_the_folders_of_the_rehearsal_desk_import_downwards() -> None:
    assert {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"} == set(MAY_IMPORT)
    assert find_breaches(PACKAGE) == []


@pytest.mark.parametrize(
    ("file", "text", "breach"),
    [
        ("rules/names.py", "from rehearsal_desk.store import store", "rules.names must not import store.store"),
        ("desk/life.py", "import rehearsal_desk.api.answers", "desk.life must not import api.answers"),
        ("portal/labels.py", "from rehearsal_desk.api.api import BASE_PATH", "portal.labels must not import api.api"),
        ("store/blackboard.py", "from rehearsal_desk.store.faults import Fault", "circle: "),
        ("extras.py", "", "extras is in no folder"),
    ],
)
def test_a_planted_breach_is_found(tmp_path: pathlib.Path, file: str, text: str, breach: str) -> None:
    package = tmp_path / PACKAGE.name
    shutil.copytree(PACKAGE, package)
    with (package / file).open("a", encoding="utf-8") as source:
        source.write(f"\n{text}\n")
    assert any(found.startswith(breach) for found in find_breaches(package))
