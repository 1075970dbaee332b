# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Japanese page that no longer follows its English page is found."""

from __future__ import annotations

import pathlib
import subprocess

import pytest
from ansible_collections.iij.server_certificate.tests.generate.translations import complaints, pages, renew, twin_of


@pytest.fixture
def project(tmp_path: pathlib.Path) -> pathlib.Path:
    """A page and its translation, both committed."""
    for name, text in (("docs/guides/a.md", "One.\nTwo.\n"), ("docs/ja/guides/a.md", "follows\nいち。\nに。\n")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text.replace("follows", "<!-- follows: docs/guides/a.md sha256:0 -->"))
    renew(tmp_path, "docs/guides/a.md")
    named = ("-c", "user.name=a", "-c", "user.email=a@example.jp")
    for command in (("init", "--quiet"), ("add", "."), (*named, "commit", "--quiet", "--message", "pages")):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def test_a_translation_follows_until_its_page_moves(project: pathlib.Path) -> None:
    assert list(complaints(project)) == []
    (project / "docs/guides/a.md").write_text("One.\nThree.\n")
    head, *difference = complaints(project)
    assert "docs/guides/a.md has moved since docs/ja/guides/a.md" in head
    assert {"-Two.", "+Three."} < set(difference)
    renew(project, "docs/guides/a.md")
    assert list(complaints(project)) == []
    assert (project / "docs/ja/guides/a.md").read_text().endswith("いち。\nに。\n")


def test_a_page_without_a_twin_and_a_twin_without_its_page_are_told(project: pathlib.Path) -> None:
    (project / "docs/guides/a.md").rename(project / "docs/guides/b.md")
    alone, gone = complaints(project)
    assert "docs/guides/b.md has no Japanese twin; write docs/ja/guides/b.md" in alone
    assert "docs/ja/guides/a.md follows docs/guides/a.md, which is gone" in gone


def test_which_pages_have_twins(project: pathlib.Path) -> None:
    for name in ("README.md", "docs/plan.md", "docs/rules.md", "docs/ja/glossary.md", "examples/ci/README.md"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("A page.\n")
    assert [twin_of(page) for page in pages(project)] == [
        "README.ja.md",
        "docs/ja/guides/a.md",
        "docs/ja/plan.md",
        "examples/ci/README.ja.md",
    ]
