# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The portal's list out of a browser: read right or refused with its line, told, and taken over on request."""

from __future__ import annotations

import dataclasses as dc
import pathlib
import tempfile
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OptionsWrong
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.adapter import ByHandDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.listings import read_listing
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.screen_map import read_screen_map
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.adoption import (
    list_unshown,
    make_adopting_orders,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.record import record, record_lines
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._tasks.test_work_sheets import Desk
from hypothesis import given
from hypothesis import strategies as st

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

Json = dict[str, t.Any]

HEAD: t.Final = ("サービスコード", "コモンネーム", "品目", "有効期限", "ステータス")
WWW: t.Final = ("rsc00000001", "www.example.jp", "SureServer for クラウド", "2027-05-25", "発行済み")
SHOP: t.Final = (
    "rsc00000002",
    "*.shop.example.jp",
    "クイック認証SSL/ワイルドカードオプション付き",
    "―",
    "申請情報の登録待ち",
)
OWN: t.Final = ("rsc00000003", "own.example.jp", "持ち込み証明書品目", "2027-01-01", "発行済み")
ROWS: t.Final = (WWW, SHOP, OWN)
READ: t.Final = {
    "rsc00000001": ("www.example.jp", "sureserver_cloud", "issued"),
    "rsc00000002": ("*.shop.example.jp", "quick_ssl_wildcard", "awaiting_registration"),
    "rsc00000003": ("own.example.jp", "brought_certificate", "issued"),
}
ORDER: t.Final = sample.order()


def copied(*rows: tuple[str, ...], total: int | None = None) -> str:
    """What a browser puts on the clipboard when the whole page is copied."""
    count = len(rows) if total is None else total
    table = "\n".join("\t".join(row) for row in (HEAD, *rows))
    return f"IIJサービスオンライン\n山田 太郎 さん\nステータス一覧\nステータス一覧 ({count}件)\n{table}\nログアウト\n"


def page(
    *rows: tuple[str, ...], encoding: str = "utf-8", title: str = "ステータス一覧", total: int | None = None
) -> bytes:
    count = len(rows) if total is None else total
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    head = "".join(f"<th>{cell}</th>" for cell in HEAD)
    text = (
        f"<meta charset={encoding}><title>{title}</title><p>山田 太郎 さん</p><h1>{title}</h1><table>"
        f"<caption>{title} ({count}件)</caption><tr>{head}</tr>{cells}</table>"
    )
    return text.encode({"shift_jis": "cp932"}.get(encoding, encoding))


def read(path: pathlib.Path) -> dict[str, tuple[str, str, str]]:
    found = read_listing(str(path), read_screen_map()).applications
    return {key: (app.common_name, app.product, app.state.value) for key, app in found.items()}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_copied_text_is_read_in_every_encoding(tmp_path: pathlib.Path, encoding: str) -> None:
    file = tmp_path / "list.txt"
    file.write_bytes(copied(*ROWS).replace("―", "—" if encoding == "cp932" else "―").encode(encoding, "replace"))
    assert read(file) == READ


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_csv_is_read_with_its_quotes(tmp_path: pathlib.Path, encoding: str) -> None:
    file = tmp_path / "list.csv"
    lines = [",".join(HEAD), *(",".join(f'"{cell}"' for cell in row) for row in ROWS)]
    file.write_bytes("\r\n".join(lines).encode(encoding, "replace"))
    assert read(file) == READ


@pytest.mark.parametrize("encoding", ["utf-8", "shift_jis", "euc-jp"])
def test_saved_pages_are_read_in_three_encodings(tmp_path: pathlib.Path, encoding: str) -> None:
    (tmp_path / "1.html").write_bytes(page(WWW, SHOP, encoding=encoding, total=3).replace("―".encode(), b"-"))
    (tmp_path / "2.htm").write_bytes(page(OWN, encoding=encoding, total=3))
    assert read(tmp_path) == READ


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("www.example.jp\tissued\n", "no line with the headings サービスコード"),
        (copied(*ROWS[:2]).replace("\t発行済み", "\t発行済み\tx"), r"line 6: there are 6 cells under 5 headings"),
        (copied(*ROWS).replace("rsc00000002", "rsc 2"), r"line 7: contract_id in the desk's answer cannot be used"),
        (copied(WWW, total=3), "the portal counts 3 contracts, and 1 rows are here"),
        (copied(WWW).replace("ログアウト", "ログアウト\n" + "\t".join(SHOP)), "line 8: there are 5 cells"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(tmp_path: pathlib.Path, text: str, told: str) -> None:
    file = tmp_path / "list.txt"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(OptionsWrong, match=told):
        read(file)


def test_pages_that_tell_of_no_contract_are_named(tmp_path: pathlib.Path) -> None:
    (tmp_path / "x.html").write_bytes(page(title="お知らせ"))
    with pytest.raises(OptionsWrong, match="its title is 「お知らせ」, and only 「ステータス一覧」"):
        read(tmp_path)


def test_pages_of_the_list_that_are_missing_are_missed(tmp_path: pathlib.Path) -> None:
    (tmp_path / "1.html").write_bytes(page(WWW, total=3))
    with pytest.raises(OptionsWrong, match="the portal counts 3"):
        read(tmp_path)


def test_the_page_of_a_contract_and_the_one_after_an_order(tmp_path: pathlib.Path) -> None:
    top = {
        "サービスコード": "rsc00000001", "コモンネーム": "www.example.jp", "品目": "SureServer for クラウド",
        "対象サービス": "その他", "ステータス": "認証局の確認待ち", "有効期限": "―",
        "回答待ちの確認": "ドメイン名使用承認、申請意思回答", "お申し込み日時": "2026-11-20 10:00",
    }  # fmt: skip
    done = {
        "サービスコード": "rsc00000002", "コモンネーム": "*.shop.example.jp", "期限": "2026-12-20",
        "品目と有効期間": "クイック認証SSL/ワイルドカードオプション付き 6か月",
    }  # fmt: skip
    for title, facts in {"サービストップ": top, "お申し込みを受け付けました": done}.items():
        told = "".join(f"<dt>{label}</dt><dd>{value}</dd>" for label, value in facts.items())
        text = f"<meta charset=utf-8><h1>{title}</h1><dl>{told}</dl>"
        (tmp_path / f"{title}.html").write_text(text, encoding="utf-8")
    found = read_listing(str(tmp_path), read_screen_map()).applications
    assert found["rsc00000001"].confirmations == ("domain", "intention")
    assert (found["rsc00000002"].term, str(found["rsc00000002"].deadline)) == ("6 months", "2026-12-20")


def compared(desk: Desk, *rows: tuple[str, ...], take_over: bool = False, orders: tuple[Order, ...] = (ORDER,)) -> Json:
    file = desk.folder.parent / "list.txt"
    file.write_text(copied(*rows), encoding="utf-8")
    options = {**desk.options, "records": None, "records_file": None, "listing": str(file), "take_over": take_over,
               "inbox": None}  # fmt: skip
    return record(options, orders, pretend=False, lang="en")


def register(desk: Desk) -> str:
    return (desk.folder / "register.yml").read_text(encoding="utf-8")


def test_differences_are_told_and_only_taken_over_on_request(desk: Desk) -> None:
    desk.bought(ORDER, "applied")
    before = register(desk)
    told = compared(desk, WWW)
    assert told["differences"] == [
        "rsc00000001 (www.example.jp): state is issued on the list, applied in the register",
        "rsc00000001 (www.example.jp): not_after is 2027-05-25 on the list, - in the register",
    ]
    assert record_lines(told, "en")[-1].endswith("(-e certificate_take_over=true)")
    assert (told["changed"], register(desk)) == (False, before)
    assert compared(desk, WWW, take_over=True)["changed"]
    again = compared(desk, WWW, take_over=True)
    assert (again["changed"], again["differences"]) == (False, [])
    assert desk.plan(ORDER)["document"]["orders"][0]["state"] == "issued"


def test_nobody_is_named_in_the_register(desk: Desk) -> None:
    compared(desk, *ROWS, take_over=True)
    assert "山田" not in register(desk)


def test_a_contract_that_an_order_asks_for_becomes_its_own(desk: Desk) -> None:
    told = compared(desk, ("rsc00000001", "www.example.jp", WWW[2], "―", "申請情報の登録待ち"), take_over=True)
    assert told["differences"] == [
        "rsc00000001 (www.example.jp, sureserver_cloud) is new; it is what order www asks for"
    ]
    assert "client_reference: default/www/1" in register(desk)
    assert desk.plan(ORDER)["document"]["orders"][0]["standing"] == "to_register"


def test_an_order_that_was_placed_twice_is_found(desk: Desk) -> None:
    desk.bought(ORDER, "issued")
    second = ("rsc00000009", *WWW[1:])
    told = compared(desk, WWW, second, take_over=True)["differences"]
    assert [line for line in told if "order www has rsc00000001 already" in line]
    assert desk.plan(ORDER)["document"]["unmanaged"][0]["contract_id"] == "rsc00000009"


def test_the_wrong_item_is_found(desk: Desk) -> None:
    wrong = ("rsc00000001", "www.example.jp", "クイック認証SSL", "―", "申請情報の登録待ち")
    told = compared(desk, wrong, take_over=True)["differences"]
    assert told[0].startswith("rsc00000001 (www.example.jp) is quick_ssl, and order www asks for sureserver_cloud. If")
    assert len(told) == 1
    assert desk.plan(ORDER)["work"].keys() == {"www"}


NEW = ("rsc00000001", "www.example.jp", WWW[2], "―", "申請情報の登録待ち")


def test_a_new_contract_that_several_orders_ask_for_is_not_called_wrong(desk: Desk) -> None:
    twin = dc.replace(ORDER, name="twin", duplicate_of="www")
    told = compared(desk, NEW, ("rsc00000002", *NEW[1:]), orders=(ORDER, twin))["differences"]
    assert [line.partition(" is new, and it may be for any of the orders ")[2][:9] for line in told] == [
        "www, twin"
    ] * 2


def test_what_an_order_replaces_is_not_what_it_asks_for(desk: Desk) -> None:
    again = dc.replace(ORDER, generation=2, replaces="rsc00000001")
    (told,) = compared(desk, NEW, take_over=True, orders=(again,))["differences"]
    assert "no order is for it" in told and "client_reference" not in register(desk)


def test_an_unknown_status_changes_nothing(desk: Desk) -> None:
    desk.bought(ORDER, "applied")
    told = compared(desk, (*WWW[:4], "審査中"), take_over=True)
    assert "nobody knows what 「審査中」 means; say so under options.states" in told["differences"][0]
    assert not told["changed"]


def test_what_the_list_lacks_is_told_and_kept(desk: Desk) -> None:
    desk.bought(ORDER, "applied")
    told = compared(desk, OWN, take_over=True)
    assert any(line.startswith("rsc00000001 (www.example.jp) is in the register and not on the list") for line in
               told["differences"])  # fmt: skip
    assert "rsc00000001" in {app.contract_id for app in ByHandDesk(str(desk.folder)).list_applications()}


def test_another_contract_under_the_same_id_is_never_taken_over(desk: Desk) -> None:
    desk.bought(ORDER, "applied")
    before = register(desk)
    told = compared(desk, ("rsc00000001", "other.example.jp", *WWW[2:]), take_over=True)
    assert "That is another contract" in told["differences"][0]
    assert register(desk) == before


def test_what_no_order_is_for_is_imported_with_what_the_register_tells(desk: Desk) -> None:
    told = compared(desk, ("rsc00000009", "else.example.jp", *WWW[2:]), take_over=True, orders=())
    assert "no order is for it. Write its term and usage into the register" in told["differences"][0]
    book = ByHandDesk(str(desk.folder))
    (order,) = make_adopting_orders(book.list_applications(), taken=())
    assert list_unshown([order]) == ["customer_code", "term", "usage"]
    whole = register(desk).replace("    state:", "    term: 6 months\n    usage: other\n    state:")
    (desk.folder / "register.yml").write_text(whole, encoding="utf-8")
    (order,) = make_adopting_orders(book.list_applications(), taken=())
    assert (order["contract_id"], order["term"], order["usage"]) == ("rsc00000009", "6 months", "other")


PIECES: t.Final = st.sampled_from(
    ["\t", "\n", ",", '"', "\r", "―", "(3件)", "ステータス一覧", *HEAD, *WWW, *SHOP, "\x00", "\u2028"]
)
NOISE: t.Final = st.lists(PIECES | st.text(max_size=5), max_size=60).map("".join)


@given(NOISE, st.sampled_from(["utf-8", "utf-16", "cp932"]), st.sampled_from(["txt", "html"]))
def test_whatever_is_pasted_is_read_or_refused(text: str, encoding: str, suffix: str) -> None:
    with tempfile.NamedTemporaryFile(suffix=f".{suffix}") as file:
        file.write(text.encode(encoding, "replace"))
        file.flush()
        try:
            found = read_listing(file.name, read_screen_map()).applications
        except OptionsWrong:
            return
    for key, application in found.items():
        assert key in text and application.contract_id == key
