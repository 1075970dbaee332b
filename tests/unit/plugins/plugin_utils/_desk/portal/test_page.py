# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A page as a person sees it: labels, choices, buttons and facts in the markup that portals are made of."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.evidence import redacted
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.page import Page, Unreadable

URL: t.Final = "https://portal.example.jp/a/b?c=1"


def page(body: str, *, charset: str | None = "utf-8") -> Page:
    content = f"<html><body>{body}</body></html>".encode(charset or "utf-8")
    return Page(content, url=URL, charset=charset, marks=("必須",))


def only_field(body: str) -> tuple[str, str, list[str]]:
    """Label, kind and choices of the one field of a form."""
    found = page(f"<form>{body}</form>")
    (field,) = found.fields(next(found.tree.iter("form")))
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
    assert sorted(field.label for field in found.fields(next(found.tree.iter("form")))) == ["名", "形"]


def test_what_a_button_sends() -> None:
    found = page(
        '<form method=post action="/go"><input type=hidden name=token value=t1><input name=a value=old>'
        '<select name=s><option value=1>x</option><option value=2 selected>y</option></select>'
        '<input type=checkbox name=c value=1><input name=gone disabled value=1>'
        '<button name=do value=yes>進む</button><input type=submit name=no value=戻る></form>'
    )  # fmt: skip
    forward, back = found.buttons
    sent = found.submission(forward, (("a", "new"),))
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
    assert list(found.rows("列")) == [{"列": ("d", None), "行": ("e", None)}]


def test_a_list_with_a_torn_row_is_not_read() -> None:
    found = page("<table><tr><th>列</th><th>行</th></tr><tr><td>a</td></tr></table>")
    with pytest.raises(Unreadable, match="1 cells under 2 headings"):
        list(found.rows("列"))
    empty = page("<table><tr><th>列</th><th>行</th></tr><tr><td colspan=2>なし</td></tr></table>")
    assert list(empty.rows("列")) == []


@pytest.mark.parametrize("charset", ["utf-8", "shift_jis", "euc-jp"])
def test_text_in_the_charsets_of_japanese_portals(charset: str) -> None:
    assert page("<h1>申込</h1>", charset=charset).heading == "申込"
    declared = f'<html><head><meta charset="{charset}"></head><h1>申込</h1></html>'.encode(charset)
    assert Page(declared, url=URL, charset=None, marks=()).heading == "申込"


@pytest.mark.parametrize("content", [b"", b"   "])
def test_no_page_at_all(content: bytes) -> None:
    with pytest.raises(Unreadable):
        Page(content, url=URL, charset=None, marks=())


def test_a_copy_holds_no_secrets() -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIsecret\n-----END RSA PRIVATE KEY-----"
    text = redacted(
        page(
            '<script>token="s1"</script><!-- s2 --><meta name=csrf content=s3><input type=hidden name=h value=s4>'
            '<input type=password name=p value=s5><a href="/x;jsessionid=s6?t=s7s7s7s7s7s7s7s7&id=rsc00000001">link</a>'
            f'<form action="/y?t=s8s8s8s8s8s8s8s8" data-key=s9></form><pre>{key}</pre><p>pass&amp;word コモンネーム</p>'
        ),
        ("pass&word",),
    )  # fmt: skip
    assert not [secret for secret in ("s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "MIIs") if secret in text]
    assert "pass&amp;word" not in text
    assert "コモンネーム" in text
    assert "id=rsc00000001" in text
