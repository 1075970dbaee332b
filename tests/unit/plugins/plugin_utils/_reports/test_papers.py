# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The approval sheet, the register and the timeline say what the document says, and nothing in them is run."""

from __future__ import annotations

import csv
import html.parser
import io
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.prices import read_price_table
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import Frame, describe_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.pages import write_reports, write_status
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.timeline import WIDTH, draw_timeline
from portfolios import DV, MADE_AT, OV, DeskInMemory, portfolio
from statuses import SHOWN, a_status

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.rows import Row

HOSTILE: t.Final = "<script>alert(1)</script>"


def a_plan(lang: t.Any) -> Row:
    """A plan of two purchases, one of them without a price."""
    orders = portfolio(OV, DV)
    made = make_plan(orders, observe(DeskInMemory(rows=[]), orders, portfolio="p"), portfolio="p")
    prices = read_price_table({"sureserver_cloud": {"6 months": 30_000}})
    return describe_plan(made, Frame(portfolio="p", part=None, prices=prices, lang=lang, made_at=MADE_AT), planned=True)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_approval_sheet_says_what_for_how_much_and_by_which_digest(lang: t.Any, tmp_path: pathlib.Path):
    plan = a_plan(lang)
    write_reports(plan, str(tmp_path), name="plan")
    told = read_page(tmp_path / "plan.approval.html")
    assert told.lang == lang
    for word in ("www.example.jp", "blog.example.jp", "SureServer for クラウド", plan["digest"]):
        assert word in told.text
    assert {"en": "30,000 yen", "ja": "30,000円"}[lang] in told.text
    assert {"en": "new order", "ja": "新規"}[lang] in told.text


def test_what_is_refused_or_done_asks_for_no_approval(tmp_path: pathlib.Path):
    write_reports({**a_plan("en"), "error": "no"}, str(tmp_path), name="plan")
    write_reports({**a_plan("en"), "planned": False}, str(tmp_path), name="apply")
    assert not list(tmp_path.glob("*.approval.html"))


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_register_has_every_contract_once(lang: t.Any, tmp_path: pathlib.Path):
    document = a_status(lang=lang)
    write_status(document, str(tmp_path))
    raw = (tmp_path / "status.register.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    assert head[:2] == {"en": ["order", "common name"], "ja": ["オーダー", "コモンネーム"]}[lang]
    assert sorted(row[0] for row in rows) == sorted(row["name"] for row in document["orders"])
    assert all(len(row) == len(head) for row in rows)
    told = read_page(tmp_path / "status.register.html")
    assert all(row[8] in told.text for row in rows)


def test_the_timeline_draws_what_has_a_date_the_first_to_end_on_top():
    picture = draw_timeline(a_status())
    dated = {name for name, shown in SHOWN.items() if shown.get("not_after") or shown.get("deadline")}
    assert {row["name"] for row in picture["rows"]} == dated
    ends = [row["end"] for row in picture["rows"]]
    assert ends == sorted(ends)
    for row in picture["rows"]:
        assert row["shapes"], row["name"]
        assert all(shape["left"] >= -2 and shape["left"] + shape["width"] <= WIDTH + 4 for shape in row["shapes"])
    kinds = {row["name"]: {shape["kind"] for shape in row["shapes"]} for row in picture["rows"]}
    assert "over" in kinds["old"]
    assert "life" in kinds["blog"]
    assert 0 < picture["today"] < WIDTH


def test_nothing_that_was_written_is_run(tmp_path: pathlib.Path):
    plan = a_plan("en")
    for row in plan["orders"]:
        row["common_name"] = row["reason"] = HOSTILE
    write_reports(plan, str(tmp_path), name="plan")
    status = a_status()
    for row in status["orders"]:
        row["common_name"] = row["next_action"] = HOSTILE
    status["orders"][0]["common_name"] = "=1+2"
    write_status(status, str(tmp_path))
    pages = sorted(tmp_path.glob("*.html"))
    assert len(pages) == 5
    for page in pages:
        told = read_page(page)
        assert not told.tags & {"script", "img", "link", "iframe", "object"}, page.name
        assert not told.addresses, page.name
    assert ",'=1+2," in (tmp_path / "status.register.csv").read_text(encoding="utf-8")


class read_page(html.parser.HTMLParser):  # noqa: N801  (called like a function)
    """What a reader of a page finds in it."""

    def __init__(self, path: pathlib.Path) -> None:
        super().__init__()
        self.lang: str | None = None
        self.tags: set[str] = set()
        self.addresses: list[str | None] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href")]
        self.lang = dict(attrs).get("lang", self.lang) if tag == "html" else self.lang

    def handle_data(self, data: str) -> None:
        self.text += data
