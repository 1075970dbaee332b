# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The manual's pages on new orders [M:2261096] and renewals [M:2261098] as a table: what they say of each screen.

It is written from the pages alone, in their words. Both sides are held against it: the screens that the rehearsal desk
serves, and the map by which the collection finds its way.
"""

from __future__ import annotations

import dataclasses as dc
import typing as t

PAGE: t.Final = "M:2261096"
RENEWAL_PAGE: t.Final = "M:2261098"


@dc.dataclass(frozen=True, kw_only=True)
class Row:
    """One word of the page: the screen and the part of it where the word is, and what a person has done before.

    `absent`: the word must not be there. `of`: the words are choices of this field.
    """

    number: str
    screen: str  # by the map's name
    part: str  # title, links, sections, fields, choices, buttons, ticks, facts
    words: tuple[str, ...]
    when: str = "other"  # a state of `tests/contract/test_manual_page.py`
    absent: bool = False
    of: str = ""


def _row(number: str, screen: str, part: str, *words: str, **more: t.Any) -> Row:
    return Row(number=number, screen=screen, part=part, words=words, **more)


# The menus of sections 1 and 2: each screen bears its own name and leads to the next.
ORDER_MENU: t.Final = (
    "トップページ",
    "契約と担当者の管理",
    "サービスお申し込み・変更",
    "カスタマーコード選択",
    "オンラインお申し込み・変更",
)
REGISTRATION_MENU: t.Final = (
    "トップページ",
    "設定と管理",
    "サービスの設定と管理",
    "IIJサーバ証明書管理サービス",
    "サービストップ",
    "申請情報の登録",
)
# What is pressed, screen by screen.
ORDER_PRESSES: t.Final = (
    ("online_orders", "次へ"),
    ("order_notes", "次へ"),
    ("order_form", "確認"),
    ("order_confirm", "申込"),
)
RENEWAL_PRESSES: t.Final = (
    ("renewals", "次へ"),
    ("renewal_notes", "次へ"),
    ("renewal_term", "確認"),
    ("renewal_confirm", "更新"),
)
REGISTRATION_PRESSES: t.Final = (("registration", "次へ"), ("registration_confirm", "申込"))

ROWS: t.Final = (
    _row("1.1", "online_orders", "fields", "新規お申し込み"),
    _row("1.1", "online_orders", "choices", "IIJサーバ証明書管理サービス", of="新規お申し込み"),
    _row("1.1", "online_orders", "buttons", "次へ"),
    _row("1.2", "order_notes", "buttons", "次へ"),
    _row("1.3", "order_form", "title", "新規お申し込み受付入力"),
    _row("1.3", "order_form", "fields", "利用形態", "コモンネーム", "品目と有効期間"),
    _row("1.3", "order_form", "choices", "連携対応サービスで利用", "その他", of="利用形態"),
    _row("1.3", "order_form", "buttons", "確認"),
    _row("1.3", "order_form", "buttons", "連携対応サービスを検索", absent=True),
    _row("1.3", "order_form", "fields", "連携対応サービス", absent=True),
    _row("1.3", "order_form", "buttons", "連携対応サービスを検索", when="linked"),
    _row("1.3", "order_form", "fields", "連携対応サービス", when="linked", absent=True),
    _row("1.3", "order_form", "fields", "連携対応サービス", when="searched"),
    _row(
        "1.4",
        "order_confirm",
        "ticks",
        "前述の注意事項及び約款・規約に同意して、上記のとおりサービスの申し込みを行います。",
    ),
    _row("1.4", "order_confirm", "buttons", "申込"),
    _row("2.1", "registration", "title", "申請情報の登録"),
    _row("2.1", "registration", "sections", "CSR情報", "申請責任者情報"),
    _row("2.1", "registration", "sections", "Certificate Transparency", when="digicert"),
    _row("2.1", "registration", "sections", "Certificate Transparency", when="cybertrust", absent=True),
    _row("2.1", "registration", "sections", "Certificate Transparency", when="globalsign", absent=True),
    _row("2.1", "registration", "buttons", "次へ"),
    _row("2.1", "registration", "fields", "CSR の作成方法"),
    _row("2.1", "registration", "choices", "IIJがCSRを作成", "お客様がCSRを作成", of="CSR の作成方法"),
    _row("2.1", "registration", "choices", "お客様がCSRを作成", of="CSR の作成方法", when="linked", absent=True),
    _row("2.1", "registration", "fields", "都道府県", "市区町村", "組織", "部門", when="csr by IIJ"),
    _row("2.1", "registration", "buttons", "CSRを登録する", when="csr by IIJ", absent=True),
    _row("2.1", "registration", "buttons", "CSRを登録する", when="csr by customer"),
    _row("2.1", "registration", "fields", "都道府県", "市区町村", "組織", "部門", when="csr by customer", absent=True),
    _row("2.1", "registration", "facts", "都道府県", "市区町村", "組織", "部門", when="csr registered"),
    _row("2.1", "registration", "fields", "都道府県", "市区町村", "組織", "部門", when="csr registered", absent=True),
    _row("2.1", "registration", "fields", "承認メールアドレス", when="digicert"),
    _row("2.1", "registration", "fields", "承認メールアドレス", when="globalsign"),
    _row("2.1", "registration", "fields", "承認メールアドレス", "申請メールアドレス", when="cybertrust", absent=True),
    _row("2.1", "registration", "fields", "申請メールアドレス", when="quick"),
    _row("2.1", "registration", "fields", "Certificate Transparency", when="digicert"),
    _row("2.2", "registration_confirm", "ticks", "約款・規約に同意し、上記のとおりサービスを申し込みます。"),
    _row("2.2", "registration_confirm", "buttons", "申込"),
    # Renewals, numbered here.
    _row("98.1", "online_orders", "sections", "お申し込み内容の変更・更新"),
    _row("98.1", "online_orders", "links", "お申し込み内容の更新"),
    _row("98.2", "renewals", "title", "お申し込み内容の更新"),
    _row("98.2", "renewals", "fields", "サービスコード"),
    _row("98.2", "renewals", "choices", "有効期限後、契約を更新する", of="有効期限後のご契約"),
    _row("98.2", "renewals", "buttons", "次へ"),
    _row("98.3", "renewal_notes", "buttons", "次へ"),
    _row("98.4", "renewal_term", "fields", "更新後の有効期間"),
    _row("98.4", "renewal_term", "buttons", "確認"),
    _row("98.5", "renewal_confirm", "buttons", "更新"),
)
# Sentences of the page that the screens say.
SENTENCES: t.Final = (
    ("0.1", "order_notes", "書面"),
    ("0.2", "order_notes", "サービスグループの運用管理担当者"),
    ("0.2", "order_notes", "サービスの運用管理担当者"),
    ("0.2", "order_notes", "所定の期限"),
    ("1.3", "order_form", "*.example.jp"),
    ("1", "order_done", "サービスの運用管理担当者"),
    ("2", "csr_entry", "CSR/秘密鍵作成ツール"),
    ("2", "registration", "! # % & ' ( ) * + , - . / : ; = ? @ [ ] ^ _ ` { | }"),
)
# Where the page sends people for the characters that a CA takes.
CHARACTER_PAGES: t.Final = {
    "secure_server_id_ev": "knowledge.digicert.com/ja/jp/solution/SO23307.html",
    "global_server_id_ev": "knowledge.digicert.com/ja/jp/solution/SO23307.html",
    "secure_server_id": "knowledge.digicert.com/ja/jp/solution/SO22872.html",
    "global_server_id": "knowledge.digicert.com/ja/jp/solution/SO22872.html",
    "sureserver_cloud": "www.cybertrust.ne.jp/sureserver/support/csr.html",
    "organization_ssl": "jp.globalsign.com/support/faq/65.html",
}

__all__ = (
    "CHARACTER_PAGES",
    "ORDER_MENU",
    "ORDER_PRESSES",
    "PAGE",
    "REGISTRATION_MENU",
    "REGISTRATION_PRESSES",
    "RENEWAL_PAGE",
    "RENEWAL_PRESSES",
    "ROWS",
    "SENTENCES",
    "Row",
)
