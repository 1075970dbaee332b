# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the mails of the workflow say.

Two of them are documented, the オーダーIDのお知らせ and the CA's domain approval mail [M:2261100]. No wording is
published, so every word here is ours, as are the other occasions.
"""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import json
import typing as t

from rehearsal_desk.desk import life, links
from rehearsal_desk.rules.catalogue import LINKED_SERVICES, PRODUCTS
from rehearsal_desk.store.store import Procedure

DEADLINE: t.Final = "registration_deadline"
ORDER_ID: t.Final = "order_id"
APPROVAL: t.Final = "domain_approval"
ISSUED: t.Final = "issued"
REJECTED: t.Final = "rejected"
INSTALLED: t.Final = "installed"
NOTICE: t.Final = "renewal_notice"
OPENING: t.Final = "renewal_opening"
SILENCE: t.Final = "renewed_in_silence"
CONTINUATION: t.Final = "continuation"

# Only these products have the mail [M:2261100].
_WITH_ORDER_ID: t.Final = ("organization_ssl", "organization_ssl_wildcard")

# The domain can never exist [RFC 6761], so an answer to a rehearsal reaches nobody.
_DOMAIN: t.Final = "rehearsal.invalid"
DESK_ADDRESS: t.Final = f"certificate-desk@{_DOMAIN}"
CA_ADDRESS: t.Final = f"ca@{_DOMAIN}"

_JST: t.Final = dt.timezone(dt.timedelta(hours=9))

_FRAME: t.Final = """\
これはリハーサルのメールです。実際のお申し込み・ご請求・証明書とは関係ありません。

{text}

--
リハーサル窓口 (IIJのサービスではありません)
"""


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail as written, before it is posted."""

    kind: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    body: str


def address_of(master_id: str) -> str:
    """Return the invented address of an admin."""
    return f"{master_id.lower()}@{_DOMAIN}"


_REGISTERED: t.Final = "「申請情報の登録」画面でCSRと申請情報"
_BROUGHT: t.Final = "証明書、秘密鍵 (パスフレーズなし)、中間CA証明書"


def registration_deadline(procedure: Procedure, *, service_admins: tuple[str, ...]) -> Letter:
    """Tell the service admins until when CSR and application information are wanted, or what they bring."""
    brought = PRODUCTS[procedure.application.product].brought
    return _letter(
        procedure,
        kind=DEADLINE,
        recipients=service_admins,
        title="証明書の登録のお願い" if brought else "CSR・申請情報の登録のお願い",
        text=(
            "お申し込みを受け付けました。サービスの運用管理担当者の方は、期限までに\n"
            f"{_BROUGHT if brought else _REGISTERED}をご登録ください。\n\n"
            f"{_facts(procedure)}\n登録期限: {procedure.register_by:%Y-%m-%d}"
        ),
    )


def order_id_notice(procedure: Procedure) -> Letter:
    """Tell the applicant the CA's order number; only for products that `has_order_id`."""
    return _letter(
        procedure,
        kind=ORDER_ID,
        recipients=(_applicant_of(procedure),),
        title="オーダーIDのお知らせ",
        text=(
            "認証局への申請を行いました。認証局からの電話確認の際に、次のオーダーIDをお伝えください。\n\n"
            f"オーダーID: {order_id(procedure)}\n{_facts(procedure)}"
        ),
    )


def domain_approval(procedure: Procedure, *, link: str) -> Letter:
    """Ask for the consent of whoever controls the domain, by a link."""
    approver = _entry(procedure, "approval_email")
    return _letter(
        procedure,
        kind=APPROVAL,
        sender=CA_ADDRESS,
        # A product without approval address (Cybertrust) is asked about at the applicant's; ours.
        recipients=(str(approver) if approver else _applicant_of(procedure),),
        title="ドメイン名使用承認のお願い",
        text=(
            f"{procedure.application.common_name} のサーバ証明書が申請されました。\n"
            "このドメイン名での発行を承認する場合は、次のページを開いて「承認する」を押してください。\n\n"
            f"{link}\n\nお心当たりのない場合は、何もせずにこのメールを破棄してください。"
        ),
    )


def issue_notice(procedure: Procedure, *, service_admins: tuple[str, ...]) -> Letter:
    """Tell that the certificate is there, and who does what with it."""
    expiry = "" if procedure.not_after is None else f"\n有効期限: {_day(procedure.not_after)}"
    next_step = (
        "「サービストップ」画面から証明書をダウンロードしてください。"
        if procedure.application.linked_service is None
        else f"{_service_of(procedure)} への設置を開始します。完了後に改めてお知らせします。"
    )
    return _letter(
        procedure,
        kind=ISSUED,
        recipients=service_admins,
        title="サーバ証明書発行のお知らせ",
        text=f"サーバ証明書が発行されました。{next_step}\n\n{_facts(procedure)}{expiry}",
    )


def rejection_notice(procedure: Procedure, *, service_admins: tuple[str, ...]) -> Letter:
    """Tell that the CA will not issue, and why."""
    return _letter(
        procedure,
        kind=REJECTED,
        recipients=service_admins,
        title="認証局による申請却下のお知らせ",
        text=f"認証局が申請を却下しました。\n\n{_facts(procedure)}\n理由: {procedure.reason}",
    )


def installation_notice(procedure: Procedure, *, service_admins: tuple[str, ...]) -> Letter:
    """Tell that IIJ has installed the certificate."""
    return _letter(
        procedure,
        kind=INSTALLED,
        recipients=service_admins,
        title="サーバ証明書設置完了のお知らせ",
        text=f"{_service_of(procedure)} へのサーバ証明書の設置が完了しました。\n\n{_facts(procedure)}",
    )


_SILENCE: t.Final = "お手続きがない場合は、更新のお申し込みがあったものとして取り扱います。"
_ORDER_IT: t.Final = "お手続きをお願いします。"


def renewal_notice(
    procedure: Procedure, *, renewal: life.Renewal, opens: bool, group_admins: tuple[str, ...]
) -> Letter:
    """Tell that the renewal or the cancellation is to be ordered, before it can be or once it can [M:2261088]."""
    brought = PRODUCTS[procedure.application.product].brought
    when = (
        "お手続きの受付を開始しました。"
        if opens
        else f"{_day(renewal.opens_at)} からお手続きを受け付けます。\n"
        f"承認メールアドレスやDNSの変更は、{_day(renewal.addresses_at)} までに済ませてください。"
    )
    return _letter(
        procedure,
        kind=OPENING if opens else NOTICE,
        recipients=group_admins,
        title="ご契約の更新・解約のお手続きのお願い" if opens else "ご契約の更新・解約のお手続きの事前のご案内",
        text=(
            f"サーバ証明書の有効期限が近づいています。{when}\n"
            f"{_day(renewal.order_by)} までに{_ORDER_IT if brought else _SILENCE}\n\n"
            f"{_facts(procedure)}"
        ),
    )


def silence_notice(procedure: Procedure, *, admins: tuple[str, ...]) -> Letter:
    """Tell that the contract was renewed without an order, and until when CSR and information are wanted."""
    return _letter(
        procedure,
        kind=SILENCE,
        recipients=admins,
        title="ご契約の自動更新のお知らせ",
        text=(
            "期限までにお手続きがなかったため、更新のお申し込みがあったものとして取り扱います。\n"
            "CSR・申請情報の登録がない場合は、前回の情報とIIJが作成するCSRで申請します。\n\n"
            f"{_facts(procedure)}\n登録期限: {procedure.register_by:%Y-%m-%d}"
        ),
    )


def continuation_notice(procedure: Procedure, *, service_admins: tuple[str, ...]) -> Letter:
    """Tell that the paid period brings another certificate, and until when its CSR is wanted."""
    return _letter(
        procedure,
        kind=CONTINUATION,
        recipients=service_admins,
        title="契約期間内の証明書のCSR登録のお願い",
        text=(
            "証明書の有効期限の後もご契約が続くため、次の証明書を追加料金なしで発行します。\n"
            "CSR・申請情報の登録がない場合は、前回の情報とIIJが作成するCSRで申請します。\n\n"
            f"{_facts(procedure)}\n登録期限: {procedure.register_by:%Y-%m-%d}"
        ),
    )


def has_order_id(procedure: Procedure) -> bool:
    """Check whether applicants of this product are told an order number."""
    return procedure.application.product in _WITH_ORDER_ID


def order_id(procedure: Procedure) -> str:
    """Return the CA's order number; its form is invented."""
    return f"RHO{procedure.id:012d}"


def _letter(
    procedure: Procedure,
    *,
    kind: str,
    recipients: tuple[str, ...],
    title: str,
    text: str,
    sender: str = DESK_ADDRESS,
) -> Letter:
    return Letter(
        kind=kind,
        sender=sender,
        recipients=recipients,
        subject=f"【リハーサル】{title} ({procedure.application.contract_id})",
        body=_FRAME.format(text=text),
    )


def _day(moment: dt.datetime) -> str:
    return f"{moment.astimezone(_JST):%Y-%m-%d}"


def _facts(procedure: Procedure) -> str:
    application = procedure.application
    return (
        f"サービスコード: {application.contract_id}\n"
        f"コモンネーム: {application.common_name}\n"
        f"品目: {PRODUCTS[application.product].name}"
    )


def _service_of(procedure: Procedure) -> str:
    at = procedure.issued_at or procedure.opened_at
    service = LINKED_SERVICES.get(links.link_to_be(procedure.application, now=at).service or "")
    return service.name if service else "連携対応サービス"


def _applicant_of(procedure: Procedure) -> str:
    applicant = _entry(procedure, "applicant")
    return str(applicant["email"]) if isinstance(applicant, dict) else DESK_ADDRESS


def _entry(procedure: Procedure, name: str) -> object:
    return json.loads(procedure.registration or "{}").get(name)
