# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A page as a person sees it: labels, choices, buttons and facts in the markup that portals are made of."""

from __future__ import annotations

import re
import typing as t
import urllib.parse
from html import escape, unescape

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.charsets import (
    NotEncodable,
    encode_form,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.evidence import build_copy
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.page import Page, Unreadable

URL: t.Final = "https://portal.example.jp/a/b?c=1"


def page(body: str, *, charset: str | None = "utf-8") -> Page:
    content = f"<html><body>{body}</body></html>".encode(charset or "utf-8")
    return Page(content, url=URL, charset=charset, marks=("必須",))


def only_field(body: str) -> tuple[str, str, list[str]]:
    """Label, kind and choices of the one field of a form."""
    found = page(f"<form>{body}</form>")
    (field,) = found.list_fields(next(found.tree.iter("form")))
    return field.label, field.kind, [choice.text for choice in field.choices]


LINES: t.Final = {
    "label for": "<label for=x>利用形態 <span>必須</span></label><input id=x name=n>",
    "label around": "<label>利用形態 <input name=n></label>",
    "table row": "<table><tr><th>利用形態</th><td><input name=n></td></tr></table>",
    "definition list": "<dl><dt>利用形態</dt><dd><input name=n></dd></dl>",
    "aria-label": '<input name=n aria-label="利用形態">',
    "textarea": "<label for=x>利用形態</label><textarea id=x name=n>text</textarea>",
    "unknown type": "<label for=x>利用形態</label><input id=x name=n type=email>",
}


@pytest.mark.parametrize("markup", LINES.values(), ids=LINES)
def test_a_line_is_found_by_its_label(markup: str) -> None:
    assert only_field(markup) == ("利用形態", "line", [])


CHOICES: t.Final = {
    "select": '<label for=x>形</label><select id=x name=n><option>一</option><option>二</option></select>',
    "select in a label": '<label>形 <select name=n><option>一</option><option>二</option></select></label>',
    "fieldset": '<fieldset><legend>形 <b>必須</b></legend><label><input type=radio name=n>一</label>'
    '<label><input type=radio name=n>二</label></fieldset>',
    "table row": '<table><tr><th>形</th><td><label><input type=radio name=n>一</label>'
    '<label><input type=radio name=n>二</label></td></tr></table>',
}  # fmt: skip


@pytest.mark.parametrize("markup", CHOICES.values(), ids=CHOICES)
def test_a_choice_is_found_by_its_label(markup: str) -> None:
    assert only_field(markup) == ("形", "choice", ["一", "二"])


def test_a_fieldset_around_several_fields_names_none_of_them() -> None:
    body = (
        "<form><fieldset><legend>内容</legend><table><tr><th>形</th><td><label><input type=radio name=n>一</label>"
        "</td></tr></table><label>名<input name=m></label></fieldset></form>"
    )
    found = page(body)
    assert sorted(field.label for field in found.list_fields(next(found.tree.iter("form")))) == ["名", "形"]


def test_what_a_button_sends() -> None:
    found = page(
        '<form method=post action="/go"><input type=hidden name=token value=t1><input name=a value=old>'
        '<select name=s><option value=1>x</option><option value=2 selected>y</option></select>'
        '<input type=checkbox name=c value=1><input name=gone disabled value=1>'
        '<button name=do value=yes>進む</button><input type=submit name=no value=戻る></form>'
    )  # fmt: skip
    forward, back = found.buttons
    sent = found.make_submission(forward, (("a", "new"),))
    assert (sent.method, sent.url) == ("POST", "https://portal.example.jp/go")
    assert sorted(sent.values) == [("a", "new"), ("do", "yes"), ("s", "2"), ("token", "t1")]
    assert back.text == "戻る"


def test_facts_stand_in_lists_and_tables() -> None:
    found = page(
        "<dl><dt>名 <i>必須</i></dt><dd> a  b </dd></dl><table><tr><th>形</th><td>c</td></tr></table>"
        "<table><thead><tr><th>列</th><th>行</th></tr></thead><tr><th>d</th><td>e</td></tr></table>"
        "<table><tr><th>欄</th><td><input name=n></td></tr></table>"
    )
    assert found.facts == (("名", "a b"), ("形", "c"))
    assert list(found.list_rows("列")) == [{"列": ("d", None), "行": ("e", None)}]


def test_a_list_with_a_torn_row_is_not_read() -> None:
    found = page("<table><tr><th>列</th><th>行</th></tr><tr><td>a</td></tr></table>")
    with pytest.raises(Unreadable, match="1 cells under 2 headings"):
        list(found.list_rows("列"))
    empty = page("<table><tr><th>列</th><th>行</th></tr><tr><td colspan=2>なし</td></tr></table>")
    assert list(empty.list_rows("列")) == []


@pytest.mark.parametrize("charset", ["utf-8", "shift_jis", "euc-jp"])
def test_text_in_the_charsets_of_japanese_portals(charset: str) -> None:
    assert page("<h1>申込</h1>", charset=charset).heading == "申込"
    declared = f'<html><head><meta charset="{charset}"></head><h1>申込</h1></html>'.encode(charset)
    assert Page(declared, url=URL, charset=None, marks=()).heading == "申込"


@pytest.mark.parametrize("content", [b"", b"   "])
def test_no_page_at_all(content: bytes) -> None:
    with pytest.raises(Unreadable):
        Page(content, url=URL, charset=None, marks=())


HIDDEN: t.Final = {
    "a script": '<script>token="{0}"</script>',
    "a comment": "<!-- {0} -->",
    "a meta": "<meta name=csrf content={0}><meta charset=utf-8 content={0}>",
    "hidden fields": "<form><input type=hidden name=h value={0}><input type=password name=p value={0}></form>",
    "fields that are filled in": "<form><input name=n value={0}><textarea name=m>{0}</textarea></form>",
    "values of choices and buttons": "<form><select name=s><option value={0}>x</select><button value={0}>y</button>",
    "addresses": '<a href="/x/{0};j={0}?t={0}#{0}" ping=/{0}>link</a><form action="/y?t={0}"></form><base href=/{0}>',
    "pictures and frames": '<img srcset="/{0} 2x" src=/{0}><video poster=/{0}></video><object data=/{0}></object>'
    "<iframe srcdoc='{0}'></iframe><body background=/{0}>",
    "styles": "<style>a {{ content: '{0}' }}</style><p style=\"background: url(/{0})\">x</p>",
    "what nobody sees": "<div style='display: none'>{0}</div><p hidden>{0}</p><template>{0}</template>",
    "what is shown without scripts": "<noscript>{0}</noscript>",
    "other attributes": "<p id={0} title={0} data-x={0} onclick=\"x('{0}')\">x</p>",
    "a title": "<title>{0}</title>",
    "a token in a text": "<p>your code: {0}</p><td>{0}</td>",
}


@pytest.mark.parametrize("markup", HIDDEN.values(), ids=list(HIDDEN))
def test_a_copy_holds_no_token(markup: str) -> None:
    token = "f00ba4c0ffee4f00ba4c0ffee4"
    copy = build_copy(page(f"<h1>申込</h1>{markup.format(token)}<p>コモンネーム www.example.jp</p>"), ())
    assert token not in copy
    assert "申込" in copy and "コモンネーム www.example.jp" in copy


@pytest.mark.parametrize("secret", ['Gr0up-pw<"x&y', "a+b/c=d", "two  blanks", "pass&amp;word"])
@pytest.mark.parametrize("spelled", [escape, lambda secret: escape(urllib.parse.quote(secret, safe=""))])
def test_a_copy_holds_no_secret_however_it_is_spelled(secret: str, spelled: t.Callable[[str], str]) -> None:
    shown = spelled(secret)
    half = shown.replace("-", "<b>-</b>") if "&" not in shown else shown
    copy = build_copy(page(f"<p>as {shown} as {half}</p><label>{shown} <input name=n></label>"), (secret,))
    text = unescape(copy)
    assert secret not in text and urllib.parse.quote(secret, safe="") not in text
    assert "(redacted)" in copy


@pytest.mark.parametrize("key", ["{0}", "<b>{0}</b>", "{0}".replace("\n", "<br>")])
def test_a_page_with_a_private_key_is_not_copied(key: str) -> None:
    pem = "-----BEGIN RSA <i>PRIVATE</i> KEY-----&#10;MIIsecret<br>short\n-----END RSA PRIVATE KEY-----"
    copy = build_copy(page(f"<h1>x</h1><pre>{key.format(pem)}</pre>"), ())
    assert "MIIsecret" not in copy and "short" not in copy


def test_a_copy_is_inert_and_shows_what_was_read() -> None:
    copy = build_copy(
        page(
            "<h1>申込</h1><div role=alert>内容をご確認ください</div><table><tr><th>形</th><td>c</td></tr></table>"
            "<form><label>形 <select name=s><option>一<option>二</select></label><button>進む</button></form>"
            "<a href=javascript:x>先へ</a><p>a<script>x</script><meta http-equiv=refresh content=0>b</p>"
        ),
        (),
    )
    for shown in ("<h1>申込</h1>", "内容をご確認ください", "形 | c", "[choice] 形: 一 / 二", "[button] 進む", "先へ"):
        assert shown in copy
    assert "default-src 'none'" in copy
    assert not re.search(r"<(script|form|a|img|iframe|base|link)\b|javascript:|refresh", copy)


@pytest.mark.parametrize(
    ("label", "content"),
    [
        ("Shift_JIS", "㈱①髙～".encode("cp932")),
        ("windows-31j", "㈱①髙～".encode("cp932")),
        ("x-sjis", "㈱①髙～".encode("cp932")),
        ("EUC-JP", b"\xad\xea\xad\xa1\xfc\xe2\xa1\xc1"),
        ("x-euc-jp", b"\xad\xea\xad\xa1\xfc\xe2\xa1\xc1"),
        ("utf8", "㈱①髙～".encode()),
    ],
)
def test_characters_of_vendors_are_read_and_written(label: str, content: bytes) -> None:
    body = (
        f"<meta charset={label}><h1>".encode()
        + content
        + b"</h1><form method=post><input name=n><button>x</button></form>"
    )
    found = Page(body, url=URL, charset=None, marks=())
    assert found.heading == "㈱①髙～"
    sent = found.make_submission(found.buttons[0], (("n", "㈱①髙～"),))
    assert urllib.parse.unquote_to_bytes(encode_form(sent.values, sent.encoding).partition("&")[0][2:]) == content


def test_a_byte_that_is_no_character_does_not_end_the_page() -> None:
    for label in ("Shift_JIS", "EUC-JP", "ISO-2022-JP", "utf-8"):
        content = f"<meta charset={label}><h1>x</h1><p>".encode() + b"\xff\x80\xfd</p><button>y</button>"
        assert "y" in str(Page(content, url=URL, charset=None, marks=()).tree.text_content())


def test_a_form_goes_out_in_the_encoding_that_it_accepts() -> None:
    body = '<form method=post accept-charset="klingon, EUC-JP utf-8"><input name=n><button>x</button></form>'
    found = page(body)
    assert found.make_submission(found.buttons[0], ()).encoding == "euc_jp"
    with pytest.raises(NotEncodable, match="𠮷"):
        encode_form((("n", "𠮷"),), "euc_jp")


@pytest.mark.parametrize(
    "unit", ["<dl><dt>a<dd>b", "<tr><th>a<td>b", "<label for=x>a</label><input id=x name=n>", "<a href=x>"]
)
def test_a_page_of_many_elements_is_read_quickly_or_not_at_all(unit: str) -> None:
    with pytest.raises(Unreadable, match="elements"):
        page(unit * 50_001)
