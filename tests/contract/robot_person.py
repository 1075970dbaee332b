# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A person before Chromium who does what a work sheet says and knows nothing else: no map, no order file."""

from __future__ import annotations

import contextlib
import dataclasses as dc
import json
import pathlib
import re
import typing as t

from ansible_collections.iij.server_certificate.tests.contract.portal_desks import CHROMIUM
from playwright.sync_api import sync_playwright

if t.TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

Json = dict[str, t.Any]

QUIET: t.Final = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
MARKS: t.Final = r"(\s*(必須|任意))?"
WAY_TO_LIST: t.Final = ("設定と管理", "サービスの設定と管理", "IIJサーバ証明書管理サービス", "ステータス一覧")
PATIENCE: t.Final = 20_000  # milliseconds


class Differs(Exception):
    """A screen is not what the sheet says, so the person leaves it."""


@dc.dataclass
class Person:
    """One person with a log-in of their own; `clicks` are counted, `slip` changes what an act of a sheet says."""

    page: Page
    portal: str
    clicks: int = 0
    downloads: list[tuple[str, bytes]] = dc.field(default_factory=list)
    slip: t.Callable[[Json], Json] = lambda act: act
    before_step: t.Callable[[Json], None] = lambda _step: None
    _credentials: tuple[str, str] = ("", "")

    def log_in(self, user: str = "", password: str = "") -> None:
        """Log in, with what was used before where nothing else is said."""
        self._credentials = user, password = (user, password) if user else self._credentials
        self.page.goto(self.portal)
        self.page.get_by_label("マスターID").fill(user)
        self.page.get_by_label("パスワード").fill(password)
        self._go(self.page.get_by_role("button", name="ログイン"))

    def open_list(self) -> None:
        """Walk to the list of certificates, as its manual page says."""
        self.page.goto(self.portal)
        for label in WAY_TO_LIST:
            self._go(self.page.get_by_role("link", name=label, exact=True).last)

    def save_list(self, folder: pathlib.Path) -> None:
        """Save every page of the list in this folder."""
        folder.mkdir(exist_ok=True)
        self.open_list()
        for number, page in enumerate(self.pages("次のページ")):
            (folder / f"{number}.html").write_bytes(page.content().encode())

    def work(self, sheet: Json, *, only: t.Callable[[Json], bool] = lambda _item: True) -> dict[str, dict[str, str]]:
        """Do all that the sheet says; returns what has to be written down, by order."""
        if sheet["look"]:
            self._look(sheet["look"])
        written = {}
        for group in sheet["groups"]:
            items = [item for item in group["items"] if only(item) and item["steps"]]
            if not items:
                continue
            self.page.goto(self.portal)
            for step in group["way"]:
                self.do(step)
            start = self.page.url
            for item in items:
                self.page.goto(start)
                for step in item["steps"]:
                    self.do(step)
                facts = dict(self.facts())
                written[item["order"]] = {label: facts[label] for label in sheet["keep"] if label in facts}
        return written

    def _look(self, look: Json) -> None:
        self.page.goto(self.portal)
        for step in look["way"]:
            self.do(step)
        shown = "\n".join(page.locator("table").inner_text() for page in self.pages(look["next_page"]))
        for row in look["absent"]:
            lines = [line for line in shown.splitlines() if row["common_name"] in line.split("\t")]
            if [line for line in lines if not any(known in line for known in row["known"])]:
                raise Differs(f"{row['common_name']} is on the list")

    def pages(self, label: str) -> t.Iterator[Page]:
        """The page of a list in view, and those that come after it."""
        yield self.page
        following = self.page.get_by_role("link", name=label, exact=True)
        while following.count():
            self._go(following)
            yield self.page

    def do(self, step: Json) -> None:
        heading = self.page.get_by_role("heading", level=1).inner_text()
        if heading != step["screen"]:
            if step.get("at_times"):
                return
            raise Differs(f"{heading} instead of {step['screen']}")
        self.before_step(step)
        shown = dict(self.facts())
        for fact in step["shows"]:
            self._compare(fact, shown)
        for act in step["do"]:
            self._act(self.slip(act))

    def facts(self) -> list[tuple[str, str]]:
        labels, values = self.page.locator("dt").all_inner_texts(), self.page.locator("dd").all_inner_texts()
        return [(label.strip(), " ".join(value.split())) for label, value in zip(labels, values, strict=True)]

    def _compare(self, fact: Json, shown: dict[str, str]) -> None:
        labels = [fact["label"], *fact.get("or_label", ())]
        found = next((shown[label] for label in labels if label in shown), None)
        if found is None and fact.get("at_times") and not fact["value"]:
            return
        wanted = [fact["value"], *fact.get("or", ())]
        found = "" if found in (None, "―") else found
        fits = found.startswith(wanted[0]) if fact.get("first_word") else found in wanted
        if not fits:
            raise Differs(f"{fact['label']}: {found!r} instead of {wanted}")

    def _act(self, act: Json) -> None:
        kind = act["verb"]
        if act.get("if_there") and not self._button(act["label"]).count():
            return
        self.clicks += 1
        if kind == "follow":
            self._go(self.page.get_by_role("link", name=act["label"], exact=True).last)
        elif kind == "open":
            self._go(self.page.get_by_role("row").filter(has_text=act["value"]).get_by_role("link").first)
        elif kind == "press":
            self._go(self._button(act["label"]))
        elif kind == "tick":
            self.page.get_by_role("checkbox", name=act["label"], exact=True).check()
        elif kind == "save":
            self._save(act["label"])
        else:
            self._fill(act)

    def _go(self, place: Locator) -> None:
        """Click and wait for the page that follows: a click alone returns before a busy desk has answered."""
        with self.page.expect_navigation():
            place.click()

    def _button(self, label: str) -> Locator:
        return self.page.get_by_role("button", name=label, exact=True)

    def _save(self, label: str) -> None:
        with self.page.expect_download() as coming:
            self.page.get_by_role("link", name=label, exact=True).click()
        self.downloads.append((coming.value.suggested_filename, pathlib.Path(coming.value.path()).read_bytes()))

    def _fill(self, act: Json) -> None:
        labels = "|".join(map(re.escape, [act["label"], *act.get("or_label", ())]))
        name = re.compile(rf"^({labels}){MARKS}$")
        group = self.page.get_by_role("group", name=name)
        if group.count():
            group.get_by_label(act["value"], exact=True).check()
        elif self.page.get_by_role("combobox", name=name).count():
            box = self.page.get_by_role("combobox", name=name)
            texts = [text.strip() for text in box.locator("option").all_inner_texts()]
            meant = [
                text
                for text in texts
                if text == act["value"] or (act.get("first_word") and text.startswith(act["value"]))
            ]
            if not meant:
                raise Differs(f"{act['label']} offers no {act['value']}")
            box.select_option(label=meant[0])
        else:
            self.page.get_by_role("textbox", name=name).fill(act["value"])


@contextlib.contextmanager
def person_at(portal: str) -> t.Iterator[Person]:
    """A person before a browser, for as long as the block lasts."""
    assert CHROMIUM, "CI has to have Debian's chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        context = browser.new_context(locale="ja-JP", accept_downloads=True, java_script_enabled=False)
        context.set_default_timeout(PATIENCE)
        yield Person(context.new_page(), portal)
        browser.close()


def read_sheet(page: str | pathlib.Path) -> Json:
    """The sheet that lies beside this page, as programs read it."""
    return t.cast("Json", json.loads(pathlib.Path(page).with_suffix(".json").read_text(encoding="utf-8")))


def fill_in(sheet: Json, done: dict[str, dict[str, str]], *, day: str) -> pathlib.Path:
    """Fill in the file beside the sheet, line by line, as a person does."""
    file = pathlib.Path(sheet["record_file"])
    lines, order = [], ""
    for line in file.read_text(encoding="utf-8").splitlines():
        key, _colon, value = line.strip().lstrip("- ").partition(": ")
        order = json.loads(value) if key == "order" else order
        if order in done and line.strip() == "date:":
            line = f"{line} {day}"
        if order in done and line.strip() == "contract_id:":
            line = f"{line} {done[order]['サービスコード']}"
        lines.append(line)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file
