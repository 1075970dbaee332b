# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tells which Japanese pages no longer follow their English page; each names it with a digest of what was translated.

Usage: translations.py --check, or, when a translation is done, translations.py PAGE...
"""

from __future__ import annotations

import difflib
import hashlib
import pathlib
import re
import subprocess
import sys
import typing as t

ROOT: t.Final = pathlib.Path(__file__).resolve().parents[2]
PAGES: t.Final = ("README.md", "docs/*.md", "docs/guides/*.md", "examples/*/README.md")
# Generated with both languages, and written for those who build a desk.
ENGLISH_ONLY: t.Final = ("docs/rules.md", "docs/desk-interface.md")
_FOLLOWS: t.Final = re.compile(r"<!-- follows: (?P<page>\S+) sha256:(?P<digest>[0-9a-f]+) -->")
_DIGITS: t.Final = 16


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        told = list(complaints(ROOT))
        sys.stderr.write("".join(f"{line}\n" for line in told))
        return 1 if told else 0
    if not arguments or arguments[0].startswith("-"):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    for name in arguments:
        renew(ROOT, name)
    return 0


def twin_of(page: str) -> str:
    """The Japanese twin of an English page."""
    if page.endswith("README.md"):
        return page.replace("README.md", "README.ja.md")
    return page.replace("docs/", "docs/ja/", 1)


def pages(root: pathlib.Path) -> list[str]:
    """The English pages that people read in Japanese too."""
    found = (str(path.relative_to(root)) for pattern in PAGES for path in root.glob(pattern))
    return sorted(name for name in found if name not in ENGLISH_ONLY)


def complaints(root: pathlib.Path) -> t.Iterator[str]:
    """Each page without a twin, each twin without its page, and each page that has moved since, with what changed."""
    wanted = {twin_of(page): page for page in pages(root)}
    for twin, page in wanted.items():
        path = root / twin
        follows = _FOLLOWS.search(path.read_text(encoding="utf-8")) if path.is_file() else None
        if follows is None or follows["page"] != page:
            yield f"{page} has no Japanese twin; write {twin}, which names it: <!-- follows: {page} sha256:0 -->"
        elif follows["digest"] != digest_of((root / page).read_text(encoding="utf-8")):
            yield f"{page} has moved since {twin} was written; translate what changed, then: translations.py {page}"
            yield from _changed(root, page, follows["digest"])
    for path in sorted((root / "docs/ja").rglob("*.md")):
        twin = str(path.relative_to(root))
        if twin not in wanted and (follows := _FOLLOWS.search(path.read_text(encoding="utf-8"))):
            yield f"{twin} follows {follows['page']}, which is gone or elsewhere"


def renew(root: pathlib.Path, page: str) -> None:
    """Let the twin say that it follows the page as it is now."""
    path, text = root / twin_of(page), (root / page).read_text(encoding="utf-8")
    line = f"<!-- follows: {page} sha256:{digest_of(text)} -->"
    path.write_text(_FOLLOWS.sub(line, path.read_text(encoding="utf-8"), count=1), encoding="utf-8")


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def _changed(root: pathlib.Path, page: str, digest: str) -> t.Iterator[str]:
    """The difference from the text that was translated, where git's history has it."""
    commits = _git(root, "log", "--format=%H", "--", page) or ""
    for commit in commits.split():
        old = _git(root, "show", f"{commit}:{page}")
        if old is not None and digest_of(old) == digest:
            new = (root / page).read_text(encoding="utf-8")
            yield from difflib.unified_diff(old.splitlines(), new.splitlines(), "translated", "now", lineterm="", n=1)
            return


def _git(root: pathlib.Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.decode() if done.returncode == 0 else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
