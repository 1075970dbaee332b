# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation site is made without a warning, and every link within it leads to a page and a place on it."""

from __future__ import annotations

import pathlib
import re
import shutil
import subprocess
import sys
import typing as t
import urllib.parse

import pytest
from ansible_collections.iij.server_certificate.tests.playbooks.ssh_hosts import skip_or_fail
from lxml import html
from playwright.sync_api import sync_playwright

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


@pytest.mark.long
def test_pages_say_their_language_and_ask_nobody(site: pathlib.Path) -> None:
    for page in site.rglob("*.html"):
        content = html.parse(str(page)).getroot()
        name = str(page.relative_to(site))
        assert content.get("lang") == ("ja" if "/ja/" in name or name.endswith(".ja.html") else "en"), name
        fetched = content.xpath("//script/@src | //link[@rel!='canonical']/@href | //img/@src")
        assert not [link for link in fetched if urllib.parse.urlsplit(link).netloc], name
    assert not [file for file in site.rglob("*") if "ansible" in file.name.lower() and file.suffix in (".png", ".svg")]


@pytest.mark.long
def test_a_japanese_page_is_japanese_all_around(site: pathlib.Path) -> None:
    pages = [*site.rglob("ja/**/*.html"), *site.rglob("*.ja.html")]
    assert len(pages) > 20
    for page in pages:
        content = html.parse(str(page)).getroot()
        captions = content.xpath("//p[@class='caption'][@role='heading']//text()[normalize-space()]")
        assert captions[0] == "日本語" and all(re.search("[ぁ-んァ-ヶ一-龠]", caption) for caption in captions), page
        assert content.xpath("//input/@placeholder") == ["検索"]
        words = content.xpath("//div[@role='navigation']//a[@rel]//text()[normalize-space()] | //@aria-label")
        assert not [word for word in words if re.search("[A-Za-z]{3,} [a-z]|Next|Previous", word)], page
        for text in content.xpath("//div[@role='main']//p//text()[not(ancestor::pre)]"):
            assert not re.search("[、。]\\n[ぁ-んァ-ヶ一-龠]", text), page


@pytest.mark.long
def test_the_index_has_the_guides_in_the_order_of_the_readme(site: pathlib.Path) -> None:
    index = [
        urllib.parse.unquote(str(link))
        for link in html.parse(str(site / "index.html")).xpath("//main//a/@href | //div[@role='main']//a/@href")
    ]
    for readme, pattern in (
        ("README.md", r"\]\((docs/(?:guides/[\w-]+|portal))\.md\)"),
        ("README.ja.md", r"\]\((docs/ja/(?:guides/[\w-]+|portal))\.md\)"),
    ):
        table = [line for line in (ROOT / readme).read_text(encoding="utf-8").splitlines() if line.startswith("| [")]
        guides = [f"{name}.html" for line in table for name in re.findall(pattern, line)]
        assert guides and sorted(guides, key=index.index) == guides


@pytest.mark.long
def test_a_telephone_shows_pages_and_finds_japanese_words(site: pathlib.Path) -> None:
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if chromium is None:
        skip_or_fail("no Chromium here, so nobody has looked at the site")
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 375, "height": 800})
        for name in ("index", "README.ja", "docs/ja/guides/awx", "docs/playbooks", "modules/cert_portfolio_module"):
            page.goto((site / f"{name}.html").as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= 375, name
        for word, leads_to in (("更新", "docs/ja/guides/renewals"), ("renewal", "docs/guides/renewals")):
            page.goto(f"{(site / 'search.html').as_uri()}?q={urllib.parse.quote(word)}")
            page.wait_for_selector("ul.search li a")
            found = page.eval_on_selector_all("ul.search li a", "links => links.map(link => link.href)")
            assert [link for link in found if f"/{leads_to}.html" in link], word
        browser.close()
