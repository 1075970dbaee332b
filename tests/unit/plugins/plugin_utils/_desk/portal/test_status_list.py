# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ステータス一覧 over several pages: what is on no page that was read would be bought again."""

from __future__ import annotations

import types
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import AnswerUnusable, ScreenUnexpected
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal import contracts
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.status_rows import read_total
from hypothesis import given
from hypothesis import strategies as st

Page = tuple[str, str]  # its address and its rows, a letter each


class Pages:
    """A window that goes from page to page; `total` is what each of them counts."""

    def __init__(self, *pages: Page, total: int | None = None, round_again: bool = False, further: t.Any = ()) -> None:
        captions = () if total is None else (f"全{total}件",)
        self._pages = [
            types.SimpleNamespace(url=url, rows=rows, heading="一覧", captions=captions) for url, rows in pages
        ]
        for page in self._pages:
            page.list_clickable_texts = lambda: ["1", "2", "次のページ", "次回の更新", "新規", *further]
        self._round = round_again
        self._at = 0

    @property
    def page(self) -> types.SimpleNamespace:
        return self._pages[self._at]

    def start(self) -> None:
        self._at = 0

    def has(self, *_part: str) -> bool:
        return self._round or self._at + 1 < len(self._pages)

    def follow(self, _link: str) -> None:
        self._at = (self._at + 1) % len(self._pages)

    def expect(self, _screen: str) -> None:
        pass

    @property
    def screen(self) -> types.SimpleNamespace:
        entry = types.SimpleNamespace(texts=("次のページ",))
        return types.SimpleNamespace(find_entry=lambda *_names: entry, leave_alone={"次回の更新"})

    def describe_unexpected(self, problem: t.Any) -> Exception:
        return ScreenUnexpected(problem)


class MovingPages(Pages):
    """Pages of a list that changes while it is read: before each page but the first, one row goes or comes."""

    def __init__(self, rows: str, size: int, moves: t.Iterable[tuple[str, int]]) -> None:
        super().__init__()
        self._size, self._wanted = size, tuple(moves)
        self.restore(rows)

    def restore(self, rows: str) -> None:
        self._rows, self._moves, self.stayed = list(rows), iter(self._wanted), set(rows)

    @property
    def page(self) -> types.SimpleNamespace:
        return self._page

    def start(self) -> None:
        self._begin = 0
        self._show()

    def has(self, *_part: str) -> bool:
        return self._begin + self._size < len(self._rows)

    def follow(self, _link: str) -> None:
        self._begin += self._size
        row, at = next(self._moves, ("", 0))
        if row:
            self._rows.insert(at % (len(self._rows) + 1), row)
        elif at and self._rows:
            self.stayed.discard(self._rows.pop(at % len(self._rows)))
        self._show()

    def _show(self) -> None:
        rows = "".join(self._rows[self._begin : self._begin + self._size])
        captions = (f"全{len(self._rows)}件",)
        self._page = types.SimpleNamespace(url=f"/list?{self._begin}", rows=rows, heading="一覧", captions=captions)


@pytest.fixture(autouse=True)
def rows_are_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    def add(window: t.Any, listing: contracts.Listing) -> None:
        listing.applications.update(dict.fromkeys(window.page.rows))

    monkeypatch.setattr(contracts, "take_walk", lambda window, *_given: window.start())
    monkeypatch.setattr(contracts, "_add_rows", add)


@pytest.mark.parametrize(
    "window",
    [
        Pages(("/list?1", "ab"), ("/list?2", "cd"), ("/list?3", "e")),
        Pages(("/list", "ab"), ("/list", "cd"), ("/list", "e")),
        Pages(("/list?1", "ab"), ("/list?2", "ab"), ("/list?3", "cde")),
        Pages(("/list?1", "ab"), ("/list?2", "cde"), round_again=True),
        Pages(("/list", "ab"), ("/list", "cde"), round_again=True),
    ],
    ids=["addresses", "one address", "rows that moved on", "round again", "one address, round again"],
)
def test_every_page_is_read(window: t.Any) -> None:
    assert "".join(contracts.read_status_list(window).applications) == "abcde"


def test_fewer_rows_than_are_counted_are_no_list() -> None:
    with pytest.raises(AnswerUnusable):
        contracts.read_status_list(t.cast("t.Any", Pages(("/list?1", "ab"), ("/list?2", "c"), total=4)))


def test_a_row_that_vanishes_hides_no_other() -> None:
    """The count of the last page agrees with what was read: with the row that is gone, and without the one it hid."""
    changing, quiet = MovingPages("abcdefgh", 4, [("", 2)]), MovingPages("abdefgh", 4, [])
    for windows in ([changing, quiet], [changing, changing, quiet], [changing] * 3):
        left: list[t.Any] = list(windows)

        def walk(read: t.Any, left: list[t.Any] = left) -> contracts.Listing:
            window = left.pop(0)
            window.restore("abcdefgh" if window is changing else "abdefgh")
            return t.cast("contracts.Listing", read(window))

        if windows[-1] is quiet:
            assert set(contracts.read_whole_list(walk).applications) == set("abdefgh")
        else:
            with pytest.raises(AnswerUnusable):
                contracts.read_whole_list(walk)
        assert not left


@given(
    size=st.integers(1, 6),
    rows=st.integers(1, 20),
    moves=st.one_of(
        st.lists(st.tuples(st.just(""), st.integers(0, 30)), max_size=20),
        st.lists(st.tuples(st.sampled_from("UVWXYZ"), st.integers(0, 30)), max_size=20, unique_by=lambda move: move[0]),
    ),
)
def test_no_row_that_stays_is_missed_while_others_come_or_go(
    size: int, rows: int, moves: list[tuple[str, int]]
) -> None:
    window = MovingPages("abcdefghijklmnopqrst"[:rows], size, moves)
    try:
        result = contracts.read_status_list(t.cast("t.Any", window))
    except AnswerUnusable:
        return  # it changes faster than it can be read
    assert set(result.applications) >= window.stayed


@pytest.mark.parametrize("text", ["次へ", "次の50件", "Next", "next page", ">", "»", "＞＞"])
def test_a_list_without_a_count_that_may_go_on_is_no_list(text: str) -> None:
    pages = (("/list?1", "ab"), ("/list?2", "cde"))
    with pytest.raises(ScreenUnexpected, match=f"「{text}」"):
        contracts.read_status_list(t.cast("t.Any", Pages(*pages, further=(text,))))
    assert contracts.read_status_list(t.cast("t.Any", Pages(*pages, further=(text,), total=5)))
    with pytest.raises(ScreenUnexpected, match="「2」"):
        contracts.read_status_list(t.cast("t.Any", Pages(pages[0])))


@pytest.mark.parametrize(
    ("texts", "total"),
    [
        (["ステータス一覧 (12件)"], 12),
        (["1〜50件 / 全120件"], 120),
        (["120件中 1〜50件"], 120),
        (["50件を表示", "合計 1,200 件"], 1200),
        (["お知らせ (3件)", "ステータス一覧 (12件)"], 12),
        (["ステータス一覧", "件"], None),
        ([], None),
    ],
)
def test_a_list_is_counted_whole(texts: list[str], total: int | None) -> None:
    assert read_total(texts) == total
