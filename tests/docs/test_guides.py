# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every code block of every page: commands are typed, files are judged, the rest is marked as output.

A guide is followed literally, from its first block to its last, in a folder of its own with the collection installed
from the archive that is built here. A page in Japanese types what its English twin types, and is followed too where it
shows what is said in Japanese.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import typing as t

import pytest
import yaml
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.screen_map import read_screen_map
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import Reader, merge_defaults
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_order_files
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.prices import read_price_table
from ansible_collections.iij.server_certificate.tests.contract.desk_process import TOOLS
from ansible_collections.iij.server_certificate.tests.docs.guide_scripts import follow, followed, steps_of
from ansible_collections.iij.server_certificate.tests.docs.markdown_blocks import KINDS, OUTPUT, Block, Page, page_of
from ansible_collections.iij.server_certificate.tests.playbooks.packed_modules import commands_in
from jsonschema import Draft202012Validator

ROOT: t.Final = pathlib.Path(__file__).resolve().parents[2]
FILES: t.Final = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "examples/**/*.md", "rehearsal/*.md", "roles/*/*.md")
    for path in ROOT.glob(pattern)
)
PAGES: t.Final = {str(path.relative_to(ROOT)): page_of(path) for path in FILES}
FIRST_ORDER: t.Final = PAGES["docs/guides/first-order.md"]
# Followed by test_a_strangers_hour.py, in a clone of its own.
IN_A_CLONE: t.Final = ("README.md", "README.ja.md")
JUDGED_ON: t.Final = dt.date(2026, 11, 22)

Json = dict[str, t.Any]


def twin_of(name: str) -> str | None:
    """The English page of a Japanese one."""
    english = name.replace("/ja/", "/").replace(".ja.md", ".md")
    return english if english != name else None


def has_commands(page: Page) -> bool:
    return any(block.kind.startswith("console") for block in page.blocks)


def typed(page: Page) -> list[object]:
    """What a page lets its reader do, without its words: commands, and files as data."""
    return [
        step.command.text if step.command else (step.block.file, yaml.safe_load(step.block.text))
        for step in steps_of(followed(page))
    ]


def speaks_japanese(page: Page) -> bool:
    """Whether a page shows Japanese output, which no run of its English twin proves."""
    commands = [step.command for step in steps_of(page.blocks) if step.command]
    return any(re.search("[ぁ-ん]", line) for command in commands for line in command.expected)


# Three English words in a row, and the programs that have no Japanese.
ENGLISH: t.Final = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")
SPEAK_ENGLISH: t.Final = ("ansible-galaxy", "ansible-inventory", "molecule", "curl", "control")


@pytest.mark.parametrize("name", [name for name in PAGES if twin_of(name)])
def test_a_japanese_page_shows_what_is_said_in_japanese(name: str) -> None:
    commands = [step.command for step in steps_of(PAGES[name].blocks) if step.command]
    lines = [line for run in commands if not run.text.startswith(SPEAK_ENGLISH) for line in run.expected]
    assert not [line for line in lines if ENGLISH.search(line)]


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The collection's archive, built from the files of this tree."""
    folder = tmp_path_factory.mktemp("archive")
    named = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(named, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    for name in filter(None, files):
        source, copy = ROOT / name, folder / "tree" / name
        if source.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, copy)
    command = [str(TOOLS / "ansible-galaxy"), "collection", "build", "--output-path", str(folder)]
    subprocess.run(command, cwd=folder / "tree", env=shell(folder), capture_output=True, check=True)
    (built,) = folder.glob("iij-server_certificate-*.tar.gz")
    return built


@pytest.fixture(scope="session")
def home(archive: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The home of somebody who has installed the archive."""
    folder = tmp_path_factory.mktemp("home")
    command = [str(TOOLS / "ansible-galaxy"), "collection", "install", "--offline", str(archive)]
    subprocess.run(command, env=shell(folder), capture_output=True, check=True)
    return folder


def shell(home: pathlib.Path) -> dict[str, str]:
    """A reader's environment: nothing of Ansible, of a desk or of this test is set."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return {
        "CHECKOUT": str(ROOT),
        "IIJ_CERT_REQUEST_INTERVAL": "0",
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "PATH": os.pathsep.join((str(commands_in(os.environ)), str(TOOLS), "/usr/bin", "/bin")),
        "PORT": str(port),
        "PYTHONDONTWRITEBYTECODE": "",
    }


@pytest.mark.parametrize("name", PAGES)
def test_every_block_is_executed_or_marked_as_output(name: str, tmp_path: pathlib.Path) -> None:
    for block in PAGES[name].blocks:
        assert block.kind in KINDS, f"{block}: {block.kind!r} is none of {', '.join(KINDS)}"
        if block.kind.startswith("console"):
            assert block.commands()
        elif block.kind not in OUTPUT and not block.file:
            assert block.kind in JUDGES, f"{block}: nothing executes this block"
            JUDGES[block.kind](block, tmp_path)


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if has_commands(page)])
def test_a_guide_works_as_it_is_written(
    name: str, tmp_path: pathlib.Path, archive: pathlib.Path, home: pathlib.Path
) -> None:
    page, twin = PAGES[name], twin_of(name)
    if twin:
        assert typed(page) == typed(PAGES[twin])
        if not speaks_japanese(page):
            return  # its twin is followed
    steps = steps_of(followed(page))
    if name in IN_A_CLONE or not any(step.command for step in steps):
        return
    folder = tmp_path / "work"
    folder.mkdir()
    if page in (FIRST_ORDER, PAGES["docs/ja/guides/first-order.md"]):
        reader = shutil.copytree(home, tmp_path / "home")  # it writes there
    else:
        reader = home
    own = {"ARCHIVE": str(archive), "XDG_STATE_HOME": str(tmp_path / "state"), "LANGUAGE": "ja" if twin else "en"}
    follow(steps, folder=folder, environment={**shell(reader), **own})


def judge_yaml(block: Block, folder: pathlib.Path) -> None:
    """A piece of YAML must be right as what it is: orders, a part of one, a playbook, variables, a screen map."""
    document = yaml.safe_load(block.text)
    file = folder / "block.yml"
    file.write_text(block.text, encoding="utf-8")
    if isinstance(document, dict) and "orders" in document:
        refuse_nothing(document, file)
    elif isinstance(document, list) and "common_name" in document[0]:
        refuse_nothing({**usual(), "orders": document}, file)
    elif isinstance(document, list) and "hosts" in document[0]:
        command = [str(commands_in(os.environ) / "ansible-playbook"), "--syntax-check", str(file)]
        subprocess.run(
            command, env={**shell(folder), "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections")}, check=True
        )
    elif isinstance(document, dict) and all(name.startswith("certificate_") for name in document):
        known = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "playbooks").glob("*.yml"))
        assert all(re.search(rf"\b{name}\b", known) for name in document), f"{block}: no playbook knows this"
        read_price_table(document.get("certificate_prices"))
    elif isinstance(document, dict) and document.keys() & {"words", "screens", "options", "marks"}:
        read_screen_map(str(file))
    else:
        refuse_nothing({**usual(), "orders": [merge_defaults(usual()["orders"][0], document)]}, file)


def judge_json(block: Block, _folder: pathlib.Path) -> None:
    """A piece of JSON is what a desk takes or tells; the rehearsal desk has tests that hold it to the same forms."""
    interface = json.loads((ROOT / "docs/desk-openapi.json").read_text(encoding="utf-8"))
    forms = ({**interface, "$ref": f"#/components/schemas/{name}"} for name in interface["components"]["schemas"])
    document = json.loads(block.text)
    assert any(Draft202012Validator(form).is_valid(document) for form in forms), f"{block}: no form of the interface"


JUDGES: t.Final = {"yaml": judge_yaml, "json": judge_json}


def usual() -> Json:
    """The order file of the first order, with paths of a real host."""
    (block,) = [block for block in FIRST_ORDER.blocks if block.file == "orders/web.yml"]
    return t.cast("Json", yaml.safe_load(block.text.replace("{{ folder }}", "/etc/pki")))


def refuse_nothing(document: Json, file: pathlib.Path) -> None:
    """Raises OrdersRefused with every mistake; warnings are none."""
    file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    judge_order_files(str(file), Reader(render=str, decrypt=str), day=JUDGED_ON).accept()
