# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes the documentation site: pages of modules and roles, and every Markdown page of this project.

Nothing is asked of the network, and a warning is an error. Usage: site.py FOLDER; the site is
in FOLDER/docs.
"""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys
import typing as t

ROOT: t.Final = pathlib.Path(__file__).resolve().parents[2]
TOOLS: t.Final = pathlib.Path(sys.executable).parent
PAGES: t.Final = ("*.md", "docs/**/*.md", "examples/**/*.md", "rehearsal/README.md", "roles/*/README.md")
_FROM_GALAXY: t.Final = r"collection install iij.server\_certificate`"
_FROM_ARCHIVE: t.Final = r"collection install iij\-server\_certificate\-VERSION.tar.gz`"
_LINK: t.Final = re.compile(r"\[(?P<text>[^\]]*)\]\((?P<to>[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")


# What Sphinx and its theme say around a page.
_AROUND: t.Final = {
    ">Playbooks, modules and roles<": ">モジュールとロール (英語)<",
    ">Reference<": ">リファレンス (英語)<",
    ">The project<": ">プロジェクト (英語)<",
    '"Search docs"': '"検索"',
    '"Link to this heading"': '"この見出しへのリンク"',
    '"Navigation menu"': '"メニュー"',
    '"Mobile navigation menu"': '"メニュー"',
    '"Page navigation"': '"ページの位置"',
    '"Home"': '"トップ"',
    '"Footer"': '"フッター"',
    '"Index"': '"索引"',
    '"Search"': '"検索"',
    "> Previous<": "> 前へ<",
    ">Next <": ">次へ <",
}
_MENU: t.Final = re.compile(r'<p class="caption" role="heading">.*?(?=\n\s*</div>)', re.DOTALL)
_SECTION: t.Final = re.compile(
    r'<p class="caption" role="heading"><span class="caption-text">(?P<caption>[^<]*)</span></p>.*?'
    r'(?=<p class="caption"|\Z)',
    re.DOTALL,
)
_LINE_END: t.Final = re.compile(r"([、。」])\n(?=[ぁ-んァ-ヶ一-龠「A-Za-z])")


def main() -> int:
    folder = pathlib.Path(sys.argv[1]).resolve()
    source, site = folder / "docs-source", folder / "docs"
    for place in (source, site):
        shutil.rmtree(place, ignore_errors=True)
    pages = sorted(page for pattern in PAGES for page in ROOT.glob(pattern))
    for page in pages:
        bring(page, source)
    settings = pathlib.Path(__file__).parent / "site"
    shutil.copy(settings / "conf.py", source)
    shutil.copytree(settings / "_static", source / "_static")
    index = (settings / "index.md").read_text(encoding="utf-8")
    (source / "index.md").write_text(
        index + in_japanese(pages, ["README", *re.findall(r"^[\w./-]+$", index, re.MULTILINE)]), encoding="utf-8"
    )
    modules = source / "modules"
    modules.mkdir(mode=0o700)
    run("antsibull-docs", "collection", "--use-current", "--squash-hierarchy", "--fail-on-error", "--dest-dir", modules,
        "iij.server_certificate")  # fmt: skip
    for page in modules.glob("*.rst"):
        # No Galaxy server has this collection: it is installed from its archive.
        text = page.read_text(encoding="utf-8").replace(_FROM_GALAXY, _FROM_ARCHIVE)
        page.write_text(text.replace("Iij.Server_Certificate", "iij.server_certificate"), encoding="utf-8")
    run("sphinx-build", "-W", "--keep-going", "--quiet", "-j", "auto", "-b", "html", source, site)
    for page in (*site.rglob("ja/**/*.html"), *site.rglob("*.ja.html")):
        page.write_text(speak_japanese(page.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"The site is in {site}; begin with index.html.")
    return 0


def speak_japanese(page: str) -> str:
    """Let what is around a Japanese page be Japanese, too: its pages come first, and what has no twin is marked."""
    for english, japanese in _AROUND.items():
        page = page.replace(english, japanese)
    menu = _MENU.search(page)
    if menu:
        sections = {found["caption"]: found[0] for found in _SECTION.finditer(menu[0])}
        # Every guide has its twin in the first section.
        ordered = [sections.pop("日本語"), *(text for caption, text in sections.items() if caption != "Guides")]
        page = page[: menu.start()] + "".join(ordered) + page[menu.end() :]
    # One sentence is one line of the source, and between Japanese sentences there is no blank.
    parts = re.split(r"(<pre.*?</pre>)", page, flags=re.DOTALL)
    return "".join(part if part.startswith("<pre") else _LINE_END.sub(r"\1", part) for part in parts)


def in_japanese(pages: list[pathlib.Path], english: list[str]) -> str:
    """Name the pages in Japanese for the index, in the order of the English ones."""
    names = {str(page.relative_to(ROOT).with_suffix("")) for page in pages}
    japanese = {name for name in names if "/ja/" in name or name.endswith(".ja")}
    twins = [name.replace("docs/", "docs/ja/", 1) if "/" in name else f"{name}.ja" for name in english]
    ordered = [name for name in twins if name in japanese]
    first, *others = [*ordered, *sorted(japanese.difference(ordered))]
    listed = "\n".join([f"このコレクションについて <{first}>", *others])
    return f"\n```{{toctree}}\n:caption: 日本語\n:maxdepth: 1\n\n{listed}\n```\n"


def bring(page: pathlib.Path, source: pathlib.Path) -> None:
    """A page at its place in the source, with the files that it links to; a link to a folder becomes its text."""
    copy = source / page.relative_to(ROOT)
    copy.parent.mkdir(parents=True, exist_ok=True)

    def followed(link: re.Match[str]) -> str:
        target = (page.parent / link["to"]).resolve()
        if target.is_dir():
            return link["text"]
        if target.is_file() and target.suffix != ".md":
            beside = source / target.relative_to(ROOT)
            beside.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(target, beside)
        return link[0]

    copy.write_text(_LINK.sub(followed, page.read_text(encoding="utf-8")), encoding="utf-8")


def run(tool: str, *arguments: str | pathlib.Path) -> None:
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"), "LC_ALL": "C.UTF-8"}
    environment["PATH"] = os.pathsep.join((str(TOOLS), os.environ["PATH"]))
    done = subprocess.run([str(TOOLS / tool), *arguments], env=environment, cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(f"{tool} failed; nothing was published")


if __name__ == "__main__":
    sys.exit(main())
