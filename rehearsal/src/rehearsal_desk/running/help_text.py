# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The help of the command line in the language of the locale: English as it is written there, and its Japanese."""

from __future__ import annotations

import argparse
import typing as t

from rehearsal_desk.running.start_text import spoken_language

DESCRIPTION: t.Final = "The rehearsal desk on a loopback port, with all one needs to try it."

JAPANESE: t.Final = {
    DESCRIPTION: "リハーサル窓口です。このマシンだけから接続でき、試すために必要なものがそろっています。",
    "options": "オプション",
    "positional arguments": "引数",
    "show this help message and exit": "このヘルプを表示して終了する",
    "serve the rehearsal desk": "リハーサル窓口を起動する",
    "bring the tables of a database up to date": "データベースの表を最新にする",
    "print the OpenAPI document of the JSON interface": "JSONインターフェースのOpenAPI文書を表示する",
    "serve a recording of a portal's screens": "記録したポータルの画面を表示する窓口を起動する",
    "list the ways to serve the portal's screens": "ポータルの画面の表示方法を一覧で示す",
    "SQLAlchemy URL": "SQLAlchemyのURL",
    "let the desk's clock begin there (default: the real time)": "窓口の時計を始める日時 (既定値: 実際の日時)",
    "length of the registration deadline (default: %(default)s)": "申請情報の登録期限までの日数 (既定値: %(default)s)",
    "take a product off the offer; may be repeated": "この品目を選べないようにする (複数回指定可)",
    "what becomes of a contract that nobody renews or cancels in time (default: %(default)s)": (
        "期限までに更新も解約もされない契約の扱い (既定値: %(default)s)"
    ),
    "let silence renew so many days before the moment that the desk tells, for a drill (default: %(default)s)": (
        "訓練用に、自動更新を窓口の示す日時より何日早めるか (既定値: %(default)s)"
    ),
    "address to serve (default: %(default)s)": "接続を受け付けるアドレス (既定値: %(default)s)",
    "port, 0 for a free one (default: %(default)s)": "ポート番号。0で空いている番号 (既定値: %(default)s)",
    "allow a host that is not loopback": "ループバック以外のアドレスを許可する",
    "SQLAlchemy URL (default: a SQLite file for this run only)": (
        "SQLAlchemyのURL (既定値: この実行だけで使うSQLiteファイル)"
    ),
    "write URL, tokens and pid here, as JSON": "URL、トークン、プロセスIDをJSONで書き込むファイル",
    "serve the portal's screens in another way (rehearsal-desk variants lists them)": (
        "ポータルの画面を別の形で表示する (一覧は rehearsal-desk variants)"
    ),
    "send the mails there too (default: outbox only)": "メールの送信先にするサーバ (既定値: 送信せず記録だけする)",
    "log each request": "要求を1件ずつログに残す",
    "worker processes, more than one on PostgreSQL only (default: 1)": (
        "ワーカープロセスの数。2以上はPostgreSQLのときだけ (既定値: 1)"
    ),
    "seals private keys that the service makes; made when missing (default: a key for this run only)": (
        "サービスが作成する秘密鍵を保護する鍵のファイル。なければ作成する (既定値: この実行だけの鍵)"
    ),
    "days of a renewal before the end of the certificate, by day of issue, as JSON (default: IIJ's)": (
        "証明書の有効期限から数えた更新の日数。発行日ごとにJSONで書いたファイル (既定値: IIJの日数)"
    ),
    "whether a paid period that outlives its certificate brings another one, and with which CSR "
    "(default: %(default)s)": (
        "契約期間が証明書の有効期限より長いときに次の証明書を発行するか、またそのCSR (既定値: %(default)s)"
    ),
    "whether a reissue waits for a new CSR or takes what was registered last (default: %(default)s)": (
        "再発行のときに新しいCSRを待つか、前回の登録内容を使うか (既定値: %(default)s)"
    ),
    "what portal_doctor wrote to its record_path": "portal_doctor が record_path に書き込んだファイル",
    # What argparse says itself.
    "usage: ": "使い方: ",
    "%(prog)s: error: %(message)s\n": "%(prog)s: エラー: %(message)s\n",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s: %(message)s",
    "the following arguments are required: %s": "次の引数が必要です: %s",
    "unrecognized arguments: %s": "使えない引数です: %s",
    "expected one argument": "値を1つ指定してください",
    "invalid choice: %(value)r (choose from %(choices)s)": "%(value)r は使えません (選べる値: %(choices)s)",
    "ambiguous option: %(option)s could match %(matches)s": "%(option)s は %(matches)s のどれか判別できません",
    # The ways to serve the portal's screens.
    "The screens as the manual has them.": "マニュアルどおりの画面です。",
    "A notice has to be closed before the order form comes.": "フォームの前に、お知らせを閉じる必要があります。",
    "A notice has to be closed after each log-in.": "ログインのたびに、お知らせを閉じる必要があります。",
    "The list of services leads to the form.": "サービスの一覧から、直接フォームに進みます。",
    "The order form asks for 品目と有効期間 on a second page.": "「品目と有効期間」を2ページ目で入力します。",
    "申込 is on a screen of its own, after one that shows the order.": "「申込」が、内容の確認とは別の画面にあります。",
    "Labels have other names.": "項目名が異なります。",
    "Facts are in tables instead of definition lists.": "表示内容が、定義リストではなく表になっています。",
    "Fields are named by legends.": "入力欄の名前が legend 要素にあります。",
    "Pull-downs are radio buttons.": "プルダウンの代わりにラジオボタンで選びます。",
    "Fields name the id of their text.": "入力欄の名前を id で参照しています。",
    "品目 and 有効期間 are two pull-downs.": "「品目」と「有効期間」が別々のプルダウンです。",
    "A script brings the rest of the order form once the usage is chosen.": (
        "利用形態を選ぶと、フォームの続きをスクリプトが表示します。"
    ),
    "A code that a person is sent is asked for after the log-in.": "ログイン後に、送信された確認コードを入力します。",
    "Pages and forms are in Shift_JIS.": "ページとフォームの文字コードがShift_JISです。",
    "Pages and forms are in Windows-31J.": "ページとフォームの文字コードがWindows-31Jです。",
    "Pages and forms are in EUC-JP.": "ページとフォームの文字コードがEUC-JPです。",
    "Statuses have names never seen.": "ステータスの名前が、これまでにないものです。",
    "The sentence of consent to an order is another one.": "お申し込みの同意の文が異なります。",
    "The pull-down of クイック認証SSL has addresses from WHOIS, and there is no free field.": (
        "クイック認証SSLのプルダウンにWHOISのアドレスがあり、自由入力欄がありません。"
    ),
    "An item is listed under a name never seen.": "品目の名前が、これまでにないものです。",
}


def say_help(text: str) -> str:
    """Say a text of the help in the language of the locale."""
    return JAPANESE.get(text, text) if spoken_language() == "ja" else text


def translate_help(parser: argparse.ArgumentParser) -> None:
    """Put the help of a parser and of its commands into the language of the locale."""
    vars(argparse)["_"] = say_help  # its way to other languages: gettext, of whose catalogues there is none
    parser.description = parser.description and say_help(parser.description)
    for group in parser._action_groups:
        group.title = group.title and say_help(group.title)
    for action in parser._actions:
        action.help = action.help and say_help(action.help)
        if isinstance(action, argparse._SubParsersAction):
            for choice in action._choices_actions:
                choice.help = choice.help and say_help(choice.help)
            for command in action.choices.values():
                translate_help(command)


__all__ = ("DESCRIPTION", "JAPANESE", "say_help", "translate_help")
