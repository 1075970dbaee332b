# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What keeps a run from spending: limits that the user sets, and the plan that was reviewed."""

from __future__ import annotations

from .rule import OURS, Severity, make_rule

RULES = (
    make_rule(
        "MAX-NEW-ORDERS",
        OURS,
        (
            "New orders that would be placed: {count}; max_new_orders is {allowed}.",
            "new orders in this run: at most {allowed}",
            "Review the plan, then raise max_new_orders (-e certificate_max_new_orders=N). Nothing was ordered.",
        ),
        (
            "新規のお申し込みが{count}件になりますが、max_new_orders は{allowed}です。",
            "この実行での新規のお申し込みは{allowed}件まで",
            (
                "計画を確認してから max_new_orders (-e certificate_max_new_orders=N) を上げてください。"
                "注文は行われていません。"
            ),
        ),
    ),
    make_rule(
        "MAX-RENEWALS",
        OURS,
        (
            "Renewals that would be ordered: {count}; max_renewals is {allowed}.",
            "renewals in this run: at most {allowed}",
            "Review the plan, then raise max_renewals (-e certificate_max_renewals=N). Nothing was ordered.{silent}",
        ),
        (
            "更新のお申し込みが{count}件になりますが、max_renewals は{allowed}です。",
            "この実行での更新のお申し込みは{allowed}件まで",
            (
                "計画を確認してから max_renewals (-e certificate_max_renewals=N) を上げてください。"
                "注文は行われていません。{silent}"
            ),
        ),
    ),
    make_rule(
        "BUDGET",
        OURS,
        (
            "New orders and renewals cost {total} yen, and the budget is {allowed} yen.",
            "new orders and renewals of at most {allowed} yen in this run",
            "Review the plan, then raise budget (-e certificate_budget=N). Nothing was ordered.{silent}",
        ),
        (
            "新規と更新のお申し込みは合計{total}円ですが、budget は{allowed}円です。",
            "この実行での新規と更新のお申し込みは{allowed}円まで",
            "計画を確認してから budget (-e certificate_budget=N) を上げてください。注文は行われていません。{silent}",
        ),
    ),
    make_rule(
        "BUDGET-UNPRICED",
        OURS,
        (
            "There is a budget, but no price for {value}, which {orders} would buy.",
            "a price in yen for every product and term that is ordered",
            "Add it to prices (certificate_prices). Nothing was ordered.",
        ),
        (
            "budget の指定がありますが、{orders} が購入する {value} の価格がありません。",
            "注文する品目・有効期間ごとの価格 (円)",
            "prices (certificate_prices) に追加してください。注文は行われていません。",
        ),
    ),
    make_rule(
        "PRICE-TWICE",
        OURS,
        (
            "{value} and {other} are two names of one product, so it has two prices.",
            "each product once, by its id or by its name at the portal",
            "Remove one of the two, and write all its prices under the other.",
        ),
        (
            "{value} と {other} は同じ品目の2通りの書き方で、価格が重複しています。",
            "品目ごとに1回 (IDかポータルの品目名のどちらか)",
            "どちらかを削除し、価格を残した方にまとめてください。",
        ),
    ),
    make_rule(
        "HOST-NOT-IN-INVENTORY",
        OURS,
        (
            "The inventory has no host {value}, so nobody would make the key or install the certificate.",
            "the name of one host of the inventory; no pattern and no group",
            "{meant}Correct host, or name the inventory with -i. Nothing was ordered.",
        ),
        (
            "インベントリに {value} というホストがないため、鍵の作成や証明書の設置ができません。",
            "インベントリにあるホスト1台の名前 (パターンやグループは使えません)",
            "{meant}host を直すか、-i でインベントリを指定してください。注文は行われていません。",
        ),
    ),
    make_rule(
        "HOST-RESERVED",
        OURS,
        (
            "As an inventory, order files name hosts, and {value} is a group or this controller.",
            "the name of one managed host",
            "Correct host. A controller that is to have certificates belongs into an inventory of your own.",
        ),
        (
            "インベントリとして使うオーダーファイルで、host が {value} (グループかこのコントローラ) になっています。",
            "管理対象のホスト1台の名前",
            "host を直してください。コントローラに証明書を設置する場合は、ご自分のインベントリに書いてください。",
        ),
    ),
    make_rule(
        "BUY-BEFORE-HOST",
        OURS,
        (
            "buy_before_host: {count} new orders are placed even where their hosts cannot make key and CSR.",
            "orders whose hosts have made key and CSR before anything is bought",
            (
                "Leave buy_before_host (certificate_buy_before_host) out, "
                "unless a contract is needed before its host can be reached."
            ),
        ),
        (
            "buy_before_host の指定により、ホストで鍵とCSRを用意できない場合も注文します (新規{count}件)。",
            "ホストで鍵とCSRを用意できたオーダーだけを注文",
            (
                "ホストに接続できるようになる前に契約が必要な場合を除き、"
                "buy_before_host (certificate_buy_before_host) は指定しないでください。"
            ),
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "SLICE",
        OURS,
        (
            "{value} is not a slice.",
            "a number, a slash and how many slices there are: 2/5",
            "Correct slice (-e certificate_slice=2/5).",
        ),
        (
            "{value}はスライスの指定ではありません。",
            "番号/分割数 の形 (例: 2/5)",
            "slice (-e certificate_slice=2/5) を直してください。",
        ),
    ),
    make_rule(
        "LEDGER-UNUSABLE",
        OURS,
        (
            "No run buys anything as it is: {problem}.",
            "a file of nothing but lines of a ledger, or none",
            "Put the file right, then plan again: the plan tells what a ledger holds back only where it can be read.",
        ),
        (
            "このままでは、実行しても何も購入できません: {problem}。",
            "台帳の行だけのファイル (またはファイルなし)",
            "ファイルを直し、もう一度計画してください。台帳により注文されないオーダーは、台帳を読めるときだけ計画に示されます。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "LEDGER-ELSEWHERE",
        OURS,
        (
            "An attempt of {at} to buy this has no known outcome at {desk}; a run at {here} buys it all the same.",
            "one address for one desk",
            (
                "If both are one desk, use the address of before, or settle that attempt first: this would be bought "
                "again. If they are two, such as a rehearsal, go on."
            ),
        ),
        (
            "{at} に {desk} で購入しようとした結果が分かっていません。今回の窓口は {here} なので、注文します。",
            "1つの窓口に1つのアドレス",
            (
                "同じ窓口であれば、以前のアドレスを使うか、先に試行の結果を確定してください。もう一度購入されるおそれが"
                "あります。リハーサルなど別の窓口であれば、対処は不要です。"
            ),
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "PLAN-FILE",
        OURS,
        (
            "The saved plan cannot be used: {problem}.",
            "a plan.json written by this version for this portfolio and slice, unchanged since",
            "Plan again (plan.yml), have the new plan reviewed, and apply that. Nothing was ordered.",
        ),
        (
            "保存された計画を使用できません: {problem}",
            "このバージョンが同じポートフォリオ・スライスについて作成し、変更されていない plan.json",
            "plan.yml で計画し直し、確認してから適用してください。注文は行われていません。",
        ),
    ),
    make_rule(
        "PLAN-DIGEST",
        OURS,
        (
            "This is not the plan that was reviewed: its digest is {value}, and plan_digest is {wanted}.",
            "the digest in the reviewed plan",
            (
                "Plan again and have that reviewed; with plan_file (certificate_plan_file) this message names what "
                "moved. Nothing was ordered."
            ),
        ),
        (
            "確認済みの計画と一致しません。ダイジェストは {value}、plan_digest は {wanted} です。",
            "確認済みの計画に記載されたダイジェスト",
            (
                "計画し直して確認してください。plan_file (certificate_plan_file) を指定すると変更点が表示されます。"
                "注文は行われていません。"
            ),
        ),
    ),
    make_rule(
        "PLAN-ORDER-MOVED",
        OURS,
        (
            "The order files have moved since the plan was made: {moved}.",
            "the orders that were planned",
            "Plan again and have the new plan reviewed, or go back to the planned order files. Nothing was ordered.",
        ),
        (
            "計画の作成後にオーダーファイルが変わりました: {moved}",
            "計画時と同じオーダー",
            "計画し直して確認するか、計画時のオーダーファイルに戻してください。注文は行われていません。",
        ),
    ),
    make_rule(
        "PLAN-HOST-MOVED",
        OURS,
        (
            "What the host is asked has moved since the plan was made: {moved}.",
            "what was planned for this host",
            "Plan again and have that reviewed, or go back to the planned orders and commands. Nothing was changed.",
        ),
        (
            "計画の作成後にホスト側の内容が変わりました: {moved}",
            "このホストについて計画した内容",
            "計画し直して確認するか、計画時のオーダーファイルとコマンドに戻してください。変更は行われていません。",
        ),
    ),
    make_rule(
        "PLAN-EXPIRED",
        OURS,
        (
            "The saved plan was for the renewal of {replaces} until {until}, and it is {day} at the desk.",
            "a plan that is applied before the last day of its renewals",
            "Plan again (plan.yml). Nothing was ordered.",
        ),
        (
            "保存された計画は {replaces} の更新のもので、期限は {until} です。窓口の日付は {day} です。",
            "更新の期限までに適用する計画",
            "plan.yml で計画し直してください。注文は行われていません。",
        ),
    ),
    make_rule(
        "PLAN-DESK-MOVED",
        OURS,
        (
            "The desk has moved since the plan was made. Planned was: {planned}. Now it would be: {now}.",
            "what was planned, or what is left of it",
            "Plan again and have the new plan reviewed. Nothing was ordered.",
        ),
        (
            "計画の作成後に窓口の状況が変わりました。計画: {planned}。現在: {now}。",
            "計画どおり、またはその残り",
            "計画し直して確認してください。注文は行われていません。",
        ),
    ),
)

__all__ = ("RULES",)
