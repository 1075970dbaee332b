# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The words of a forecast in both languages: the same on the terminal, in Markdown, in HTML, CSV and calendar."""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import Phrase, translate
from .._catalogue.renewals import AGENCY
from .._planning.forecast import ON_HOSTS
from .._planning.lives import Anchor, Happening, Second
from .words import yen_text

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ...module_utils._core.phrases import Language
    from .rows import Row

EVENTS: t.Final = {
    Happening.NEW_ORDER.value: Phrase("new orders", "新規注文"),
    Happening.RENEWAL.value: Phrase("renewals ordered", "更新の注文"),
    Happening.SILENT_RENEWAL.value: Phrase("renewals by silence", "自動更新 (未申込)"),
    Happening.LINK_CHANGE.value: Phrase("changes of linked services", "連携対応サービスの変更・追加"),
    Happening.CONTINUATION.value: Phrase("inside a paid period", "契約期間内の再取得"),
    Happening.REGISTRATION.value: Phrase("registrations", "申請情報の登録"),
    Happening.CERTIFICATE.value: Phrase("certificates", "証明書の発行"),
    Happening.DOMAIN_APPROVAL.value: Phrase("domain approvals", "ドメイン名使用承認"),
    Happening.ORGANIZATION_CHECK.value: Phrase("organization checks", "組織の審査"),
    ON_HOSTS: Phrase("changes on hosts", "ホストでの入れ替え"),
    Happening.GAP.value: Phrase("days on which none is valid begin", "証明書切れの発生"),
}
ONE_EVENT: t.Final = {
    Happening.NEW_ORDER.value: Phrase("order", "新規注文"),
    Happening.RENEWAL.value: Phrase("order the renewal", "更新の注文"),
    Happening.SILENT_RENEWAL.value: Phrase("IIJ renews by itself", "IIJによる自動更新"),
    Happening.LINK_CHANGE.value: Phrase("change a linked service", "連携対応サービスの変更・追加"),
    Happening.CONTINUATION.value: Phrase("certificate inside the paid period", "契約期間内の再取得"),
    Happening.REGISTRATION.value: Phrase("register CSR and application information", "CSRと申請情報の登録"),
    Happening.CERTIFICATE.value: Phrase("certificate is issued", "証明書の発行"),
    Happening.DOMAIN_APPROVAL.value: Phrase("approve the domain", "ドメイン名使用承認"),
    Happening.ORGANIZATION_CHECK.value: Phrase("check of the organization", "組織の審査"),
    Happening.GAP.value: Phrase("no valid certificate", "証明書切れ"),
}
HEADINGS: t.Final = {
    "day": Phrase("day", "日付"),
    "order": Phrase("order", "オーダー"),
    "contract_id": Phrase("contract ID", "サービスコード"),
    "common_name": Phrase("common name", "コモンネーム"),
    "product": Phrase("product", "品目"),
    "event": Phrase("event", "予定"),
    "yen": Phrase("yen", "金額 (円)"),
}
TITLE: t.Final = Phrase("Forecast of certificate orders", "証明書オーダーの予測")
YEN: t.Final = Phrase("yen", "金額")
TOTAL: t.Final = Phrase("total", "合計")

_SPAN: t.Final = Phrase(
    "{managed} orders and {unmanaged} contracts that no order names, {today} to {until}",
    "オーダー {managed} 件、管理外の契約 {unmanaged} 件、{today} から {until} まで",
)
_BAND: t.Final = Phrase(
    "{most} at the most (each certificate is paid for), {least} at the least (certificates inside a paid period are "
    "free)",
    "最大 {most} (証明書ごとに課金)、最小 {least} (契約期間内の再取得は無料)",
)
_UNPRICED: t.Final = Phrase("; purchases without a price: {0}", "。価格のない購入が {0} 件あります")
_NO_PRICES: t.Final = Phrase(
    "No amounts: give your price table with prices (certificate_prices).",
    "金額はありません。prices (certificate_prices) に価格表を指定してください。",
)
_NO_DESK: t.Final = Phrase(
    "No desk was asked, so every order counts as new today.",
    "窓口に問い合わせていないため、すべてのオーダーを本日の新規注文として計算しています。",
)
_LEFT_OUT: t.Final = Phrase(
    "Contracts that are not in it: {0}. The desk shows no term or no expiry of them, or their certificates are brought"
    " (持ち込み証明書品目): {1}.",
    "{0} 件の契約は含まれていません (窓口に有効期間または有効期限が表示されない契約、持ち込み証明書品目): {1}",
)
_ASSUMED: t.Final = Phrase(
    "Assumed, since nobody says it, and settable with assumptions (certificate_assumptions):",
    "公開されていないため、次の前提で計算しています。assumptions (certificate_assumptions) で変更できます。",
)
_FACTS: t.Final = Phrase(
    "Windows: opens {0} days before the expiry, order by day {1}, CSR by day {2} [M:2261088, M:2261126]. Longest lives "
    "by the day of issue, a day less than allowed [BR 6.3.2]",
    "更新の受付: 有効期限の {0} 日前に開始、注文は {1} 日前まで、CSRは {2} 日前まで [M:2261088, M:2261126]。"
    "有効期間の上限は発行日で決まり、上限より1日短く発行 [BR 6.3.2]",
)
_SECOND: t.Final = {
    Second.PAID: Phrase("second: paid (each certificate costs a term)", "second: paid (証明書ごとに課金)"),
    Second.FREE: Phrase(
        "second: free (further certificates inside a paid period cost nothing)",
        "second: free (契約期間内の再取得は無料)",
    ),
    Second.NONE: Phrase(
        "second: none (no further certificate comes inside a paid period)",
        "second: none (契約期間内に次の証明書は発行されない)",
    ),
}
_ANCHOR: t.Final = {
    Anchor.CERTIFICATE: Phrase(
        "anchor: certificate (windows count from the certificate's expiry)",
        "anchor: certificate (証明書の有効期限から起算)",
    ),
    Anchor.PERIOD: Phrase(
        "anchor: period (windows of paid renewals count from the period's end)",
        "anchor: period (契約期間の終了から起算)",
    ),
}
_LEAD: t.Final = Phrase("lead: {0} (days from registration to issue)", "lead: {0} (登録から発行までの日数)")
_LATE: t.Final = {
    False: Phrase(
        "late_registration: false (CSR and information are registered with the order)",
        "late_registration: false (注文と同時に登録)",
    ),
    True: Phrase(
        "late_registration: true (CSR and information are registered on the last day)",
        "late_registration: true (最終日に登録)",
    ),
}
_LEVERS: t.Final = {
    "one_year_term": Phrase("term 1 year in place of 6 months", "有効期間を6か月から1年に変更"),
    "late_registration": Phrase(
        "registration on day 21 before the expiry in place of the opening", "更新開始時ではなく、有効期限の21日前に登録"
    ),
    "wildcard": Phrase(
        "one wildcard in place of several names below one domain", "同じドメインの複数の名前をワイルドカード1枚に統合"
    ),
    "domain_only": Phrase(
        "domain validation (クイック認証SSL) where only the name counts",
        "組織の表示が不要なものをドメイン認証 (クイック認証SSL) に変更",
    ),
}
_LEVER: t.Final = Phrase("{0} ({1} orders): {2}", "{0} ({1} 件): {2}")
_NOTHING: t.Final = Phrase("changes nothing", "変わりません")
_PRICES_MISSING: t.Final = Phrase("yen not known, since prices are missing", "金額は、価格表にない品目があるため不明")
_WARNINGS: t.Final = {
    "silent": Phrase(
        "{count} orders renew by silence, the first one on {first}: write renewal: {{when: window}} ({orders})",
        "{count} 件のオーダーは自動更新されます (最初は {first})。renewal: {{when: window}} を指定してください "
        "({orders})",
    ),
    "unmanaged": Phrase(
        "{count} contracts that no order names renew by silence, the first one on {first}: import or cancel them "
        "({orders})",
        "オーダーのない契約 {count} 件が自動更新されます (最初は {first})。インポートするか解約してください ({orders})",
    ),
    "keys_by_hand": Phrase(
        "{keys} private keys have to be downloaded by hand, {a_quarter} a quarter ({orders})",
        "秘密鍵の手動ダウンロードが {keys} 回、四半期あたり {a_quarter} 回必要です ({orders})",
    ),
    "shorter_lives": Phrase(
        "{day}: certificates live {days} days, domain approvals are reused for {domain_reuse} days ({count} orders)",
        "{day}: 証明書の有効期間は {days} 日、ドメイン名使用承認の再利用は {domain_reuse} 日まで ({count} 件)",
    ),
    "mail_approval_ends": Phrase(
        "{day}: approval of domains by e-mail ends, and IIJ offers no other way so far ({count} orders: {orders})",
        "{day}: メールによるドメイン名使用承認が終了します。IIJはほかの方法をまだ案内していません "
        "({count} 件: {orders})",
    ),
    "gap": Phrase(
        "{day}: {count} orders would have no valid certificate for some days, since the CA needs longer than the "
        "window leaves ({orders})",
        "{day}: 認証局の所要日数が更新の期間を超えるため、{count} 件で証明書が切れる見込みです ({orders})",
    ),
    "full_week": Phrase(
        "week of {day}: {applicant} has {answers} answers to give ({count} orders)",
        "{day} の週: {applicant} の回答が {answers} 件あります ({count} 件のオーダー)",
    ),
}
_SOME: t.Final = 5  # names that are spelled out


def span_words(document: Row, lang: Language) -> str:
    """Return whom and when the forecast is about."""
    return translate(_SPAN, lang).format(**document["lineages"], today=document["today"], until=document["until"])


def amount_words(document: Row, lang: Language) -> str:
    """Return the amount at the most and at the least, or why there is none."""
    most, least = document["total"], document["least"]
    if most["yen"] is None:
        return translate(_NO_PRICES, lang)
    amounts = sorted((most["yen"], least["yen"]), reverse=True)
    message = translate(_BAND, lang).format(most=yen_text(amounts[0], lang), least=yen_text(amounts[1], lang))
    return message + (translate(_UNPRICED, lang).format(most["unpriced"]) if most["unpriced"] else "")


def list_assumptions(document: Row, lang: Language) -> list[str]:
    """List the assumptions, line by line, after the sentence that says what they are."""
    assumed = document["assumptions"]
    lead = ", ".join(f"{level} {days}" for level, days in assumed["lead"].items())
    desk = [] if document["desk_asked"] else [translate(_NO_DESK, lang)]
    left_out = document["left_out"]
    return [
        *desk,
        *([translate(_LEFT_OUT, lang).format(len(left_out), _few(left_out))] if left_out else []),
        translate(_FACTS, lang).format(AGENCY.opens.value, AGENCY.order_by.value, AGENCY.update_by.value),
        translate(_ASSUMED, lang),
        translate(_SECOND[Second(assumed["second"])], lang),
        translate(_ANCHOR[Anchor(assumed["anchor"])], lang),
        translate(_LEAD, lang).format(lead),
        translate(_LATE[assumed["late_registration"]], lang),
    ]


def lever_lines(document: Row, lang: Language) -> Iterator[str]:
    """Yield what each lever changes."""
    for lever in document["levers"]:
        changes = [f"{translate(EVENTS[name], lang)} {-count:+,}" for name, count in lever["saved"].items()]
        if lever["saved_yen"]:
            changes.insert(0, f"{'-' if lever['saved_yen'] > 0 else '+'}{yen_text(abs(lever['saved_yen']), lang)}")
        elif lever["saved_yen"] is None:
            changes.append(translate(_PRICES_MISSING, lang))
        words = translate(_LEVERS[lever["id"]], lang)
        yield translate(_LEVER, lang).format(words, lever["orders"], ", ".join(changes) or translate(_NOTHING, lang))


def warning_lines(document: Row, lang: Language) -> Iterator[str]:
    """Yield the warnings, with some of the names that each is about."""
    for warning in document["warnings"]:
        names = warning["orders"]
        facts = {**warning["facts"], "count": len(names), "orders": _few(names), "day": warning["day"]}
        yield translate(_WARNINGS[warning["id"]], lang).format(**facts)


def _few(names: list[str]) -> str:
    return ", ".join(map(str, names[:_SOME])) + (", …" if len(names) > _SOME else "")


__all__ = (
    "EVENTS",
    "HEADINGS",
    "ONE_EVENT",
    "TITLE",
    "TOTAL",
    "YEN",
    "amount_words",
    "lever_lines",
    "list_assumptions",
    "span_words",
    "warning_lines",
)
