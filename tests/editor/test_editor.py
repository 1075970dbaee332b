# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an editor with the YAML language server offers, shows and marks in an order file that names its schema."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._catalogue.products import PRODUCTS
from ansible_collections.iij.server_certificate.tests.editor.language_server import LanguageServer, serving
from ansible_collections.iij.server_certificate.tests.playbooks.ssh_hosts import skip_or_fail

HERE: t.Final = pathlib.Path(__file__).resolve().parent
ROOT: t.Final = HERE.parents[1]
HEAD: t.Final = f"# yaml-language-server: $schema={(ROOT / 'docs' / 'order-file.schema.json').as_uri()}\n"
BEGUN: t.Final = """\
version: 1
orders:
  - name: www
    common_name: www.example.jp
    product: \n\
    usage: other
    csr_origin: \n\
    """
WRONG: t.Final = """\
version: 1
orders:
  - name: www
    comon_name: www.example.jp
    product: quick_ssl
    term: 6 month
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[LanguageServer]:
    """The server that VS Code's YAML extension, Neovim and Emacs use, installed by its lock file into build/tools."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        skip_or_fail("no npm here, so no editor's language server has seen the schema of order files")
    place = ROOT / "build" / "tools" / "editor"
    lock = (HERE / "package-lock.json").read_bytes()
    if not (place / "installed").exists() or (place / "installed").read_bytes() != lock:
        place.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, place)
        subprocess.run([npm, "ci", "--no-fund", "--no-audit", "--ignore-scripts"], cwd=place, check=True)
        (place / "installed").write_bytes(lock)
    command = [node, str(place / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"), "--stdio"]
    with serving(command, tmp_path_factory.mktemp("editor")) as running:
        yield running


def after(text: str, typed: str) -> tuple[int, int]:
    """Line and column behind these words."""
    before = text[: text.index(typed) + len(typed)]
    return before.count("\n"), len(before) - before.rfind("\n") - 1


def test_fields_and_values_are_completed_and_explained(server: LanguageServer, tmp_path: pathlib.Path) -> None:
    file, text = tmp_path / "begun.yml", HEAD + BEGUN
    server.open(file, text)
    products = {name for product in PRODUCTS.values() for name in (product.id, product.name)}
    assert server.completions(file, after(text, "product: ")).keys() == products
    assert set(server.completions(file, after(text, "csr_origin: "))) == {"target", "supplied", "service"}
    fields = server.completions(file, after(text, "csr_origin: \n    "))
    assert {"term", "subject", "applicant", "key", "install"} <= fields.keys()
    assert not fields.keys() & {"name", "product"}, "what stands there already is not offered again"
    assert fields["subject"].startswith("識別名: ") and fields["term"].startswith("有効期間: ")
    assert "コモンネーム: " in server.hover(file, after(text, "common_na"))


def test_mistakes_are_marked_where_they_stand(server: LanguageServer, tmp_path: pathlib.Path) -> None:
    file, text = tmp_path / "wrong.yml", HEAD + WRONG
    server.open(file, text)
    marked = {(told["range"]["start"]["line"], told["message"]) for told in server.complaints(file)}
    assert {line for line, _message in marked} == {after(text, "comon_name")[0], after(text, "6 month")[0]}
    assert any("comon_name" in message for _line, message in marked)
    assert any('"6 months"' in message for _line, message in marked)
