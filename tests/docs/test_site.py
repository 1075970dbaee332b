# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation site is made without a warning, and every link within it leads to a page and a place on it."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import typing as t
import urllib.parse

import pytest
from lxml import html

ROOT: t.Final = pathlib.Path(__file__).resolve().parents[2]
NEEDED: t.Final = (
    "index.html",
    "docs/guides/first-order.html",
    "docs/rules.html",
    "docs/portal.html",
    "docs/plan.html",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "tests/generate/site.py", str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "docs"


@pytest.mark.long
def test_links_within_the_site_lead_somewhere(site: pathlib.Path) -> None:
    pages = {page: html.parse(str(page)).getroot() for page in site.rglob("*.html")}
    modules = {f"modules/{path.stem}_module.html" for path in (ROOT / "plugins/modules").glob("*.py")}
    assert modules | set(NEEDED) <= {str(page.relative_to(site)) for page in pages}
    broken = [
        f"{page.relative_to(site)}: {link}"
        for page, content in pages.items()
        for link in content.xpath("//main//a/@href | //div[@role='main']//a/@href")
        if not leads_somewhere(page, str(link), pages)
    ]
    assert broken == []


def leads_somewhere(page: pathlib.Path, link: str, pages: dict[pathlib.Path, t.Any]) -> bool:
    to = urllib.parse.urlsplit(link)
    if to.scheme or to.netloc:
        return True
    target = (page.parent / urllib.parse.unquote(to.path)).resolve() if to.path else page
    if target not in pages:
        return target.is_file()
    anchor = urllib.parse.unquote(to.fragment)
    return not anchor or bool(pages[target].xpath("//*[@id=$anchor]", anchor=anchor))
