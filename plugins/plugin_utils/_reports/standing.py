# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What has to happen next for an order, and by whom, in English and Japanese."""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import Phrase, translate
from .._planning.steps import Standing
from .._values.observed import State
from .._values.order import CsrOrigin, Usage
from .people import CONFIRMATIONS

if t.TYPE_CHECKING:
    from ...module_utils._core.phrases import Language
    from .._planning.entry import Entry
    from .._values.observed import Application
    from .._values.order import Order

# How long the CA takes to make contact: [M:2261100]; an older page says 1 to 2 weeks [M:2261096].
_ACTIONS: t.Final = {
    "order": Phrase("order it (apply.yml)", "注文する (apply.yml)"),
    "register": Phrase("register CSR and application information (apply.yml)", "CSRと申請情報を登録する (apply.yml)"),
    "renew": Phrase("renew it (renew.yml)", "更新する (renew.yml)"),
    "relink": Phrase(
        "ask for the other linked service (apply.yml)", "連携対応サービスの変更・追加を申し込む (apply.yml)"
    ),
    "mail_relinking": Phrase(
        "send the e-mail about the linked service (mail in the plan, or offline_form)",
        "連携対応サービスの変更・追加のメールを送信する (計画の mail または offline_form)",
    ),
    "order_reissue": Phrase("order the reissue (apply.yml)", "再発行を申し込む (apply.yml)"),
    "mend": Phrase(
        "correct what the CA rejects in the order, then register again (apply.yml)",
        "認証局が却下した内容をオーダーで直し、もう一度登録する (apply.yml)",
    ),
    "new_csr": Phrase("give a CSR with a new key (csr_path)", "新しい鍵のCSRを用意する (csr_path)"),
    "look": Phrase("look at the warning of this order", "このオーダーの警告を確認する"),
    "reissue": Phrase(
        'write reissue: {{serial: "{0}", reason: wrong_content}}, or csr_origin: service and fetch its key',
        'reissue: {{serial: "{0}", reason: wrong_content}} と書くか、csr_origin: service とし、鍵をポータルで取得',
    ),
    "cancel": Phrase("cancel it (apply.yml)", "解約する (apply.yml)"),
    "cancel_replaced": Phrase("cancel {0} (apply.yml)", "{0} を解約する (apply.yml)"),
    "collect": Phrase("fetch and install the certificate (collect.yml)", "証明書を取得して設置する (collect.yml)"),
    "wait_for_ca": Phrase("wait: the CA makes contact, normally within 1 week", "認証局からの連絡待ち (通常1週間以内)"),
    "answer_ca": Phrase("answer the CA: {0}", "認証局に回答する: {0}"),
    "answer_whatever": Phrase("answer what the CA asks", "認証局からの確認に回答する"),
    "wait_for_installation": Phrase("wait: IIJ installs it on the linked service", "IIJによる設置待ち"),
    "confirm": Phrase("see whether its host has it (collect.yml)", "ホストに設置済みか確認する (collect.yml)"),
    "download_key": Phrase("download the private key from the portal", "ポータルから秘密鍵をダウンロードする"),
    "download_first": Phrase(
        "download the private key from the portal to its host, name it in key.path, then collect.yml",
        "ポータルから秘密鍵をホストへダウンロードし、key.path に指定してから collect.yml を実行する",
    ),
    "order_anew": Phrase("to order again, set generation: {0}", "注文し直すには generation: {0} を指定"),
    "order_unpinned": Phrase(
        "to order again, remove contract_id and set generation: {0}",
        "注文し直すには contract_id を消して generation: {0} を指定",
    ),
    "upload": Phrase(
        "upload certificate, key without passphrase, and intermediates on the portal",
        "ポータルで証明書、秘密鍵 (パスフレーズなし)、中間CA証明書を登録する",
    ),
    "complete": Phrase("complete the order: {0}", "オーダーに次の項目を追記する: {0}"),
    "say_meaning": Phrase(
        "say what 「{0}」 means under {1} of your screen map", "「{0}」の意味を画面マップの {1} に書く"
    ),
    "install_by_hand": Phrase(
        "download the certificate from the portal and install it, or write install in the order",
        "証明書をポータルからダウンロードして設置するか、オーダーに install を書く",
    ),
    "none": Phrase("nothing", "なし"),
}

# Who is at work at a procedure, by its state.
_AT_WORK: t.Final = {
    State.APPLIED: ("wait_for_ca", "ca"),
    State.AWAITING_CONFIRMATION: ("answer_ca", "applicant"),
}
_AFTER_REJECTION: t.Final = (Standing.WAITING, Standing.TO_REGISTER)
_BY_STANDING: t.Final = {
    Standing.TO_ORDER: ("order", "group_admin"),
    Standing.TO_RENEW: ("renew", "group_admin"),
    Standing.TO_REISSUE: ("order_reissue", "group_admin"),
    Standing.TO_RELINK: ("relink", "group_admin"),
    Standing.HELD: ("look", "group_admin"),
    Standing.ESTRANGED: ("reissue", "service_admin"),
    Standing.TO_REGISTER: ("register", "service_admin"),
    Standing.TO_COLLECT: ("collect", "service_admin"),
    Standing.TO_CANCEL: ("cancel", "group_admin"),
}


def next_action(entry: Entry, lang: Language) -> tuple[str, str]:
    """Return what has to happen next, in words, and who does it (an id of ACTORS)."""
    application = entry.application
    if application and application.unclear:
        return translate(_ACTIONS["say_meaning"], lang).format(*application.unclear), "group_admin"
    if entry.shows_link:
        action, actor = _next_for_link(entry)
        return translate(_ACTIONS[action], lang), actor
    if entry.ahead is not None and entry.shown is entry.ahead:
        return _next_for_renewal(entry, lang)
    if entry.shown is Standing.TO_CANCEL_REPLACED and entry.replaced:
        action = translate(_ACTIONS["cancel_replaced"], lang)
        return action.format(entry.replaced.application.contract_id), "group_admin"
    if entry.standing is Standing.ENDED:
        return _order_anew(entry.order, lang), "group_admin"
    if waits_for_upload(entry):
        return translate(_ACTIONS["upload"], lang), "service_admin"
    if entry.standing is Standing.WAITING and application and application.state is State.AWAITING_REGISTRATION:
        return translate(_ACTIONS["complete"], lang).format(", ".join(entry.order.missing)), "service_admin"
    if entry.standing is Standing.WAITING and application:
        return _waiting_for(application, lang), application.next_action_by
    return _next_for_certificate(entry, lang)


def _order_anew(order: Order, lang: Language) -> str:
    """Say how the order buys another contract; as long as it is pinned to one it never does."""
    if order.contract_id is not None:
        return translate(_ACTIONS["order_unpinned"], lang).format(max(order.generation, 2))
    return translate(_ACTIONS["order_anew"], lang).format(order.generation + 1)


def _next_for_link(entry: Entry) -> tuple[str, str]:
    """Return what has to happen next for the linked service, and who does it."""
    if entry.application and entry.application.link_change:
        return "wait_for_installation", "iij"
    return ("mail_relinking" if entry.by_mail else "relink"), "group_admin"


def _next_for_certificate(entry: Entry, lang: Language) -> tuple[str, str]:
    """Return what has to happen next where nobody else is waited for."""
    if entry.unconfirmed:
        return translate(_ACTIONS["confirm"], lang), "service_admin"
    if entry.left_to_hands:
        return translate(_ACTIONS["install_by_hand"], lang), "service_admin"
    if _key_at_service(entry):
        return translate(_ACTIONS["download_key"], lang), "service_admin"
    if entry.standing is Standing.TO_COLLECT and _made_at_service(entry.order) and entry.order.key is None:
        return translate(_ACTIONS["download_first"], lang), "service_admin"
    if entry.shown is Standing.ESTRANGED and entry.application:
        return translate(_ACTIONS["reissue"], lang).format(entry.application.serial_number), "service_admin"
    action, actor = _BY_STANDING.get(entry.standing, ("none", "nobody"))
    return translate(_ACTIONS[action], lang), actor


def _next_for_renewal(entry: Entry, lang: Language) -> tuple[str, str]:
    """Return what has to happen next for the certificate after the one in use."""
    procedure = entry.application.procedure if entry.application else None
    if procedure is not None and procedure.state is State.REJECTED and entry.ahead in _AFTER_REJECTION:
        return translate(_ACTIONS["mend"], lang), "service_admin"
    if entry.ahead is Standing.WAITING and procedure is not None:
        if waits_for_upload(entry):
            return translate(_ACTIONS["upload"], lang), "service_admin"
        if procedure.state is State.AWAITING_REGISTRATION:
            lacking = ", ".join(entry.order.missing)
            action = "complete" if lacking else "look" if entry.key_unknown else "new_csr"
            return translate(_ACTIONS[action], lang).format(lacking), "service_admin"
        action, actor = _AT_WORK.get(procedure.state, ("none", "nobody"))
        return _word_waiting(action, procedure.confirmations, lang), actor
    if entry.lacking:
        return translate(_ACTIONS["complete"], lang).format(", ".join(entry.lacking)), "service_admin"
    action, actor = _BY_STANDING[entry.ahead or entry.standing]
    return translate(_ACTIONS[action], lang), actor


def _waiting_for(application: Application, lang: Language) -> str:
    action = application.next_action if application.next_action in _ACTIONS else "none"
    return _word_waiting(action, application.confirmations, lang)


def _word_waiting(action: str, confirmations: tuple[str, ...], lang: Language) -> str:
    """Say who is waited for; what is open at the CA is not shown everywhere."""
    if action == "answer_ca" and not confirmations:
        action = "answer_whatever"
    names = (translate(CONFIRMATIONS.get(name, Phrase(name, name)), lang) for name in confirmations)
    return translate(_ACTIONS[action], lang).format(", ".join(names))


def waits_for_upload(entry: Entry) -> bool:
    """Check whether a person has to bring certificate and key to the portal: keys are never uploaded from here."""
    application = entry.application
    if application is None or not entry.order.product.brought:
        return False
    state = application.procedure.state if entry.ahead and application.procedure else application.state
    return entry.shown is Standing.WAITING and state is State.AWAITING_REGISTRATION


def _key_at_service(entry: Entry) -> bool:
    """Check whether IIJ holds the key of a certificate that the customer installs [M:2261110]."""
    application = entry.application
    issued = application is not None and application.state is State.ISSUED
    return entry.standing is Standing.DONE and _made_at_service(entry.order) and issued


def _made_at_service(order: Order) -> bool:
    return order.csr_origin is CsrOrigin.SERVICE and order.usage is Usage.OTHER


__all__ = ("next_action", "waits_for_upload")
