# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Work sheets in files: HTML that prints on A4, Markdown for a ticket, JSON, and a file to fill in and record."""

from __future__ import annotations

import json
import typing as t

from ...module_utils._core.phrases import Phrase, translate
from .._complaints.complaints import OrdersRefused
from .._complaints.whole_file import write_whole
from .._complaints.yaml_text import YamlText
from .pages import make_environment
from .people import ACTORS, CONFIRMATIONS

if t.TYPE_CHECKING:
    import pathlib

    from ...module_utils._core.phrases import Language
    from .rows import Row

SUFFIXES: t.Final = ("html", "md", "json")
# {0} is the label on the screen, {1} where the value comes.
VERBS: t.Final = {
    "follow": Phrase("open 「{0}」", "「{0}」を開く"),
    "open": Phrase("open the row whose 「{0}」 is {1}", "「{0}」が {1} の行を開く"),
    "choose": Phrase("「{0}」: choose {1}", "「{0}」で {1} を選ぶ"),
    "choose first_word": Phrase("「{0}」: choose what begins with {1}", "「{0}」で {1} から始まるものを選ぶ"),
    "choose only_one": Phrase(
        "「{0}」: choose the contract of {1}; where there are several, stop, and have one named in the order",
        "「{0}」で {1} の契約を選ぶ (複数ある場合は中止し、オーダーで契約を指定する)",
    ),
    "enter": Phrase("「{0}」: enter or choose {1}", "「{0}」に {1} を入力する (選択式なら選ぶ)"),
    "paste": Phrase("「{0}」: paste the whole block {1}", "「{0}」に次のブロック全体を貼り付ける {1}"),
    "tick": Phrase(
        "if you agree after reading it, tick 「{0}」", "内容を読み、同意する場合は「{0}」にチェックを入れる"
    ),
    "press": Phrase("press 「{0}」", "「{0}」を押す"),
    "press if_there": Phrase("press 「{0}」 where there is such a button", "「{0}」ボタンがあれば押す"),
    "save": Phrase(
        "download 「{0}」 into the folder for certificates", "「{0}」を証明書用のフォルダにダウンロードする"
    ),
}
WORDS: t.Final = {
    "title": Phrase("Work sheet", "作業票"),
    "role": Phrase("for", "担当"),
    "made": Phrase("made", "作成"),
    "sheet": Phrase("sheet", "票番号"),
    "stale": Phrase(
        "A later plan with another sheet number replaces this sheet. Do not work by an old one.",
        "後の計画で票番号が変わったら、この票は使わず、新しい票を使ってください。",
    ),
    "hidden": Phrase(
        "(vaulted) is a value from the vault: look it up there, it is not printed.",
        "(vaulted) はVaultの値です。印刷されないため、Vaultで確認してください。",
    ),
    "look": Phrase("First look at the list", "はじめに一覧を確認する"),
    "absent": Phrase(
        "The list must not show these names with any other contract. If it does, order nothing: record the list.",
        "次のコモンネームの契約が、記載のサービスコード以外にないことを確かめます。あれば申し込まず、一覧を記録してください。",
    ),
    "refresh": Phrase(
        "Save the page, or copy the table into a file, and have it recorded (certificate_listing).",
        "ページを保存するか、表をファイルに貼り付けて、記録してください (certificate_listing)。",
    ),
    "pages": Phrase("Look at every page of it (「{0}」).", "「{0}」ですべてのページを見ます。"),
    "none": Phrase("none", "なし"),
    "way": Phrase("Once for all of them", "全件に共通の操作 (1回だけ)"),
    "stay": Phrase(
        "Keep this screen: each of the works below begins here.",
        "この画面を残してください。以下の各作業はここから始めます。",
    ),
    "on": Phrase("on 「{0}」", "画面「{0}」"),
    "at_times": Phrase("where this screen comes", "この画面が表示された場合"),
    "must_show": Phrase(
        "It must show this. If anything differs, do not go on: leave the screen, and tell whoever made the sheet.",
        "次のとおり表示されていることを確かめます。1つでも違えば先へ進まずに画面を離れ、票の作成者に伝えてください。",
    ),
    "empty": Phrase("(empty, or a dash)", "(空欄または―)"),
    "if_shown": Phrase("(if it is shown)", "(表示される場合)"),
    "write_down": Phrase("Write down", "書き留める"),
    "day": Phrase("day", "日付"),
    "record": Phrase(
        "Then fill in {0} and run, with the same certificate_orders: ansible-playbook iij.server_certificate.record "
        "-e certificate_records_file={0}",
        "終わったら {0} に記入し、同じ certificate_orders を付けて次を実行します: "
        "ansible-playbook iij.server_certificate.record -e certificate_records_file={0}",
    ),
    "inbox": Phrase(
        "Then run the record playbook with -e certificate_inbox=FOLDER, then collect. Put no private key there.",
        "終わったら record プレイブックを -e certificate_inbox=フォルダ で実行し、続けて collect を実行します。"
        "秘密鍵は入れないでください。",
    ),
    "cancel": Phrase(
        "The portal's screens for this are not documented. Cancel this contract there, and write down the day.",
        "解約の画面は公開されていません。ポータルでこの契約を解約し、日付を書き留めてください。",
    ),
    "reissue": Phrase(
        "The portal's screens for this are not documented. Have these certificates reissued (再発行) there, each by "
        "its serial number: it is free, cannot be withdrawn, and keeps the expiry [M:2261110]. If you are asked for a "
        "CSR, go no further, and record it as reissued: the next apply makes the new key, and the service admin's "
        "sheet has its CSR.",
        "再発行の画面は公開されていません。シリアル番号を確かめて、ポータルで再発行を申し込みます。無償で、取り消せず、"
        "有効期限は変わりません [M:2261110]。CSRを求められたら先へ進まず、reissued と記録してください。"
        "次の apply で新しい鍵を作成し、そのCSRを登録の作業票に記載します。",
    ),
    "relink": Phrase(
        "The manual shows no screens for this: send the e-mail below from the address of the group admin, with the "
        "master ID filled in [M:2261082]. Record it once IIJ has answered that it is done.",
        "画面の手順は公開されていません。マスターIDを記入し、運用管理担当者のメールアドレスから次のメールを送信します "
        "[M:2261082]。IIJから完了の連絡を受けたら記録してください。",
    ),
    "answer": Phrase(
        "The CA makes contact by mail or telephone, normally within a week. Answer it; slow answers delay the issue.",
        "認証局から通常1週間以内にメールや電話で連絡があります。回答が遅れると発行も遅れます。",
    ),
}
_HEADS: t.Final = {
    "order": Phrase("New orders", "新規お申し込み"),
    "renew": Phrase("Renewals", "更新のお申し込み"),
    "reissue": Phrase("Reissues", "再発行"),
    "relink": Phrase("Linked services", "連携対応サービスの変更・追加"),
    "cancel": Phrase("Cancellations", "解約"),
    "register": Phrase("CSR and application information", "CSRの入力・申請情報の登録"),
    "download": Phrase("Certificates to download", "証明書のダウンロード"),
    "answer": Phrase("Answers to the CA", "認証局への回答"),
}
_FILL_IN: t.Final = Phrase(
    "# Fill in what is done, leave the rest empty; days as 2026-11-26. Then name this file to the record playbook.\n",
    "# 終わったものだけ記入し、残りは空のままにします。日付は 2026-11-26 の形です。\n",
)


def write_sheet(document: Row, folder: pathlib.Path) -> pathlib.Path:
    """Write the sheet of one role; returns its page. The file to fill in is never overwritten."""
    role, lang = document["role"], document["lang"]
    to_fill_in = folder / f"record_{role}_{document['digest']}.yml"
    records = [(group, item) for group in document["groups"] for item in group["items"] if item["record"]]
    if records and not to_fill_in.exists():
        write_whole(to_fill_in, _to_fill_in(records, lang), private=True)
    document = {**document, "record_file": str(to_fill_in) if records else None}
    texts = {
        "json": json.dumps(document, ensure_ascii=False, indent=1) + "\n",
        **{suffix: _render(document, suffix, lang) for suffix in ("html", "md")},
    }
    for suffix, text in texts.items():
        write_whole(folder / f"{role}.{suffix}", text, private=True)
    return folder / f"{role}.html"


def remove_sheets(folder: pathlib.Path, role: str, *, but: str | None = None) -> None:
    """Remove the pages of a role without work, and files that nobody has filled in, except for this digest."""
    if but is None:
        for suffix in SUFFIXES:
            (folder / f"{role}.{suffix}").unlink(missing_ok=True)
    for path in folder.glob(f"record_{role}_*.yml"):
        if path.stem != f"record_{role}_{but}" and _is_untouched(path):
            path.unlink()


def _is_untouched(path: pathlib.Path) -> bool:
    try:
        document, _doubled = YamlText(name=path.name, text=path.read_text(encoding="utf-8")).read_document(str)
        return not any(record.get("date") or _is_ordered(record) for record in document["records"])
    except (OSError, OrdersRefused, ValueError, TypeError, KeyError, AttributeError):
        return False


def _is_ordered(record: Row) -> bool:
    """Check whether a person has written the contract ID of an order down, which other works have from the start."""
    return record.get("state") == "ordered" and bool(record.get("contract_id"))


def _to_fill_in(records: list[tuple[Row, Row]], lang: Language) -> str:
    lines = [translate(_FILL_IN, lang), "version: 1\n", "records:\n"]
    for _group, item in records:
        about = f"{item['number']}: {item['common_name']} {item['product']} {item['term']}"
        contract = f" {item['contract_id']}" if item["contract_id"] else ""
        lines += [f"  # {about}\n", f"  - order: {json.dumps(item['order'])}\n", f"    state: {item['record']}\n"]
        lines += [f'    sheet: "{item["sheet"]}"\n', f"    contract_id:{contract}\n", "    date:\n"]
    return "".join(lines)


def _render(document: Row, suffix: str, lang: Language) -> str:
    def words(name: str, *facts: object) -> str:
        return translate(WORDS[name].filled(*facts) if facts else WORDS[name], lang)

    environment = make_environment()
    environment.filters["parts"] = lambda act: _parts(act, lang)
    environment.filters["confirmation"] = lambda name: translate(CONFIRMATIONS.get(name, Phrase(name, name)), lang)
    return environment.get_template(f"sheet.{suffix}.j2").render(
        document=document,
        lang=lang,
        words=words,
        role=translate(ACTORS[document["role"]], lang),
        heads={kind: translate(head, lang) for kind, head in _HEADS.items()},
    )


def _parts(act: Row, lang: Language) -> tuple[str, str]:
    """Return what is said of an act before its value and after it."""
    mark = next((f" {name}" for name in ("only_one", "first_word", "if_there") if act.get(name)), "")
    head, _value, tail = translate(VERBS[act["verb"] + mark], lang).partition("{1}")
    return head.replace("{0}", "」/「".join([act["label"], *act.get("or_label", ())])), tail


__all__ = ("remove_sheets", "write_sheet")
