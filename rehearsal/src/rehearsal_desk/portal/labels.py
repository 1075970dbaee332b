# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every word on the portal's screens, as data.

The real markup is unknown. Words in the first part are documented and are here to the letter: menus, sections, fields,
choices, buttons and ticks of the manual's page on new orders [M:2261096], of its page on address preparation
(ステータス一覧) [M:84710795], of the service top page (対象サービス) [M:92637636], and of the page on renewals
[M:2261098]. Everything below "ours" is invented, because no source shows it: titles of the screens in between, and all
sentences but the two of consent.
"""

from __future__ import annotations

import typing as t

from rehearsal_desk.desk import life

# --- documented -------------------------------------------------------------------------------------------------------

MASTER_ID: t.Final = "マスターID"
TOP: t.Final = "トップページ"
CONTRACTS_AND_ADMINS: t.Final = "契約と担当者の管理"
SERVICE_ORDERS: t.Final = "サービスお申し込み・変更"
CUSTOMER_CODE_CHOICE: t.Final = "カスタマーコード選択"
ONLINE_ORDERS: t.Final = "オンラインお申し込み・変更"
SETTINGS: t.Final = "設定と管理"
SERVICE_SETTINGS: t.Final = "サービスの設定と管理"
SERVICE_NAME: t.Final = "IIJサーバ証明書管理サービス"
SERVICE_TOP: t.Final = "サービストップ"
STATUS_LIST: t.Final = "ステータス一覧"
REGISTRATION: t.Final = "申請情報の登録"
NEW_ORDERS: t.Final = "新規お申し込み"
NEXT: t.Final = "次へ"
CONFIRM: t.Final = "確認"
NEW_ORDER: t.Final = "新規お申し込み受付入力"

CUSTOMER_CODE: t.Final = "カスタマーコード"
SERVICE_CODE: t.Final = "サービスコード"
USAGE: t.Final = "利用形態"
USAGES: t.Final = {"linked_service": "連携対応サービスで利用", "other": "その他"}
COMMON_NAME: t.Final = "コモンネーム"
LINKED_SERVICE: t.Final = "連携対応サービス"
SEARCH_LINKED: t.Final = "連携対応サービスを検索"
PRODUCT: t.Final = "品目"
PRODUCT_AND_TERM: t.Final = "品目と有効期間"
PLACE: t.Final = "申込"
ORDER_CONSENT: t.Final = "前述の注意事項及び約款・規約に同意して、上記のとおりサービスの申し込みを行います。"
TARGET_SERVICE: t.Final = "対象サービス"
EXPIRY: t.Final = "有効期限"

CSR_SECTION: t.Final = "CSR情報"
CSR_METHOD: t.Final = "CSR の作成方法"
CSR_METHODS: t.Final = {"service": "IIJがCSRを作成", "customer": "お客様がCSRを作成"}
REGISTER_CSR: t.Final = "CSRを登録する"
SUBJECT: t.Final = {
    "state_or_province_name": "都道府県",
    "locality_name": "市区町村",
    "organization_name": "組織",
    "organizational_unit_name": "部門",
}
APPLICANT: t.Final = "申請責任者情報"
APPROVAL_EMAIL: t.Final = "承認メールアドレス"
REQUEST_EMAIL: t.Final = "申請メールアドレス"  # the same for クイック認証SSL
TRANSPARENCY: t.Final = "Certificate Transparency"
REGISTRATION_CONSENT: t.Final = "約款・規約に同意し、上記のとおりサービスを申し込みます。"
CSR_TOOL: t.Final = "CSR/秘密鍵作成ツール"
CHARACTERS: t.Final = "a-z A-Z 0-9 半角スペース ! # % & ' ( ) * + , - . / : ; = ? @ [ ] ^ _ ` { | }"
# Where each CA says which characters it takes; of クラウド証明書 items the page says nothing, so their level decides.
CHARACTER_PAGES: t.Final = {
    ("digicert", "EV"): "https://knowledge.digicert.com/ja/jp/solution/SO23307.html",
    ("digicert", "OV"): "https://knowledge.digicert.com/ja/jp/solution/SO22872.html",
    ("cybertrust", "EV"): "https://www.cybertrust.ne.jp/sureserver/support/csr.html",
    ("cybertrust", "OV"): "https://www.cybertrust.ne.jp/sureserver/support/csr.html",
    ("globalsign", "OV"): "https://jp.globalsign.com/support/faq/65.html",
    ("globalsign", "DV"): "https://jp.globalsign.com/support/faq/65.html",
}

CHANGES: t.Final = "お申し込み内容の変更・更新"
RENEWAL: t.Final = "お申し込み内容の更新"
RENEWS: t.Final = "有効期限後、契約を更新する"
RENEWED_TERM: t.Final = "更新後の有効期間"
RENEW: t.Final = "更新"

# --- ours -------------------------------------------------------------------------------------------------------------

REHEARSAL: t.Final = "リハーサル"
REHEARSAL_SAYS: t.Final = "これはリハーサルです。何も購入されず、発行される証明書に効力はありません。"

PASSWORD: t.Final = "パスワード"
LOG_IN: t.Final = "ログイン"
LOG_OUT: t.Final = "ログアウト"
BACK: t.Final = "入力画面に戻る"
CHOOSE: t.Final = "選択する"
APPLY_USAGE: t.Final = "利用形態を反映する"
APPLY_METHOD: t.Final = "作成方法を反映する"
ENTER_CSR: t.Final = "登録"
ORDER_NOTES: t.Final = "内容の確認"
NEW_ORDER_CONFIRM: t.Final = "新規お申し込み内容の確認"
NEW_ORDER_DONE: t.Final = "お申し込みを受け付けました"
REGISTRATION_CONFIRM: t.Final = "申請情報の確認"
REGISTRATION_DONE: t.Final = "申請情報を登録しました"
CSR_TEXT: t.Final = "CSR"
WHOIS_EMAIL: t.Final = "WHOISに登録されているメールアドレス"
STATUS: t.Final = "ステータス"
NEXT_ACTION: t.Final = "次に必要な手続き"
DEADLINE: t.Final = "期限"
ORDERED_AT: t.Final = "お申し込み日時"
REASON: t.Final = "理由"
OPEN_CONFIRMATIONS: t.Final = "回答待ちの確認"
DOWNLOADS: t.Final = "ダウンロード"
CERTIFICATE: t.Final = "証明書"
CHAIN: t.Final = "中間CA証明書"
PRIVATE_KEY: t.Final = "秘密鍵"
NOT_SHOWN: t.Final = "―"
CHOOSE_ONE: t.Final = "選択してください"

# The applicant's field list is not published.
APPLICANT_FIELDS: t.Final = {
    "name": "氏名",
    "department": "部署",
    "email": "メールアドレス",
    "phone": "電話番号",
}
TRANSPARENCIES: t.Final = {"true": "対応する", "false": "対応しない"}
TERMS: t.Final = {"6 months": "6か月", "1 year": "1年"}

STATES: t.Final = {
    life.AWAITING_REGISTRATION: "申請情報の登録待ち",
    life.APPLIED: "認証局へ申請中",
    life.AWAITING_CONFIRMATION: "認証局の確認待ち",
    life.ISSUED: "発行済み",
    life.INSTALLING: "設置作業中",
    life.INSTALLED: "設置済み",
    life.WITHDRAWN: "取り下げ",
    life.REJECTED: "却下",
    life.CANCELLED: "解約済み",
    life.EXPIRED: "有効期限切れ",
    life.REVOKED: "失効",
}
RENEWAL_CHOICE: t.Final = "有効期限後のご契約"
RENEWAL_NOTES: t.Final = "更新内容の注意事項"
RENEWAL_TERM: t.Final = "お申し込み内容の更新入力"
RENEWAL_CONFIRM: t.Final = "お申し込み内容の更新の確認"
RENEWAL_CONSENT: t.Final = "約款・規約に同意し、上記のとおり更新を申し込みます。"
RENEWAL_DONE: t.Final = "更新のお申し込みを受け付けました"
# What the list says of a contract while it is renewed.
RENEWAL_STATES: t.Final = {
    life.AWAITING_REGISTRATION: "更新 申請情報の登録待ち",
    life.APPLIED: "更新 認証局へ申請中",
    life.AWAITING_CONFIRMATION: "更新 認証局の確認待ち",
    life.REJECTED: "更新 却下",
}
NEXT_ACTIONS: t.Final = {
    "register": "CSRと申請情報の登録 (サービスの運用管理担当者)",
    "wait_for_ca": "認証局からの連絡をお待ちください",
    "answer_ca": "認証局からの確認への回答 (申請責任者)",
    "collect": "証明書のダウンロード (サービスの運用管理担当者)",
    "wait_for_installation": "弊社による設置をお待ちください",
    "none": "ありません",
}
RENEWAL_ACTIONS: t.Final = {
    life.AWAITING_REGISTRATION: "register",
    life.APPLIED: "wait_for_ca",
    life.AWAITING_CONFIRMATION: "answer_ca",
    life.REJECTED: "register",
}
CONFIRMATIONS: t.Final = {"domain": "ドメイン名使用承認", "intention": "申請意思回答", "documents": "必要書類提出"}

# Fields of the forms by the attribute that a breach names, for the summary of errors.
FIELDS: t.Final = {
    "customer_code": CUSTOMER_CODE,
    "usage": USAGE,
    "common_name": COMMON_NAME,
    "linked_contract_id": LINKED_SERVICE,
    "product": PRODUCT_AND_TERM,
    "term": PRODUCT_AND_TERM,
    "renewed_term": RENEWED_TERM,
    "chosen_contract": SERVICE_CODE,
    "choice": RENEWAL_CHOICE,
    "terms_agreed": "同意",
    "csr_origin": CSR_METHOD,
    "csr": CSR_TEXT,
    "subject": CSR_SECTION,
    **{f"subject.{name}": label for name, label in SUBJECT.items()},
    "applicant": APPLICANT,
    **{f"applicant.{name}": label for name, label in APPLICANT_FIELDS.items()},
    "approval_email": APPROVAL_EMAIL,
    "certificate_transparency": TRANSPARENCY,
}
# What to do, for the fields whose rules can be said in a sentence; the rule itself follows in its own words.
GUIDANCE: t.Final = {
    ("terms_agreed", "required"): "約款・規約への同意が必要です。",
    ("usage", "not_allowed"): "この品目は、この利用形態ではお申し込みいただけません。",
    ("common_name", "invalid"): "品目に応じた形式で、インターネット上で有効なFQDNを入力してください。",
    ("linked_contract_id", "required"): "連携対応サービスを検索して、ご契約を選択してください。",
    ("linked_contract_id", "not_allowed"): "この品目は、選択した連携対応サービスではお申し込みいただけません。",
    ("product", "invalid"): "この品目は取り扱っていません。",
    ("term", "invalid"): "この品目では、この有効期間を取り扱っていません。",
    ("csr_origin", "not_allowed"): "連携対応サービスで利用する場合、CSRはIIJが作成します。",
    ("csr", "invalid"): "このCSRは受け付けられません。",
    ("subject.organizational_unit_name", "not_allowed"): "部門は証明書に記載できません。空欄にしてください。",
    ("applicant.email", "invalid"): "メールアドレスの形式をご確認ください。",
    ("applicant.phone", "invalid"): "電話番号の形式をご確認ください。",
    ("approval_email", "invalid"): "承認メールアドレスは、認証局が認めるものから選択してください。",
    **{
        (f"subject.{name}", "invalid"): f"{label}は、認証局が認める半角英数字と記号で正しく入力してください。"
        for name, label in SUBJECT.items()
    },
}
SENTENCES: t.Final = {
    "required": "{field}は必須です。",
    "invalid": "{field}の内容をご確認ください。",
    "not_allowed": "この{field}はお申し込みいただけません。",
    "unknown": "{field}はこの画面の項目ではありません。",
}
