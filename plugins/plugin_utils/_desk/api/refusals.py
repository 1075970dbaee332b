# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The words for a refusal: one sentence, made of the codes of docs/desk-interface.md and the words of the desk."""

from __future__ import annotations

import typing as t

from ....module_utils._core.phrases import Phrase, join_phrases, one_line, verbatim

Json = dict[str, t.Any]

_MOST_DETAILS: t.Final = 20  # of a refusal that people are shown

# By code, and where it matters by field; {0} is the field, {1} what the desk says about it.
_TOKEN: t.Final = {
    "invalid": Phrase(
        "the token is missing or not known to this desk (access_token): set IIJ_CERT_TOKEN to one of the desk that "
        "IIJ_CERT_DESK_URL names",
        "トークンが無効か、窓口に登録されていません (access_token)。"
        "IIJ_CERT_DESK_URL の窓口のトークンを IIJ_CERT_TOKEN に設定してください",
    ),
    "scope": Phrase(
        "the role of this token may not do this; ordering and cancelling take the group admin's, registering the "
        "service admin's (access_token)",
        "このトークンの役割では行えません。注文と解約にはサービスグループの運用管理担当者、登録にはサービスの運用管理担当者の"
        "トークンが必要です (access_token)",
    ),
}
_BY_CODE: t.Final = {
    "required": Phrase("the desk requires {0}: {1}", "{0} が必要です (窓口の応答: {1})"),
    "not_allowed": Phrase("the desk does not allow {0}: {1}", "{0} は指定できません (窓口の応答: {1})"),
    "unknown": Phrase("the desk does not know {0}: {1}", "{0} は窓口にない項目です (窓口の応答: {1})"),
    "state": Phrase(
        "this is not possible in the application's state: {1}", "お申し込みの現在の状態では行えません (窓口の応答: {1})"
    ),
    "certificate": Phrase("no certificate has been issued yet", "証明書はまだ発行されていません"),
    "private_key": Phrase("there is no private key to be had: {1}", "秘密鍵を取得できません (窓口の応答: {1})"),
    "replaces": Phrase(
        "this certificate cannot be replaced, it is not the one in use or it was replaced before: {1}",
        "この証明書は、使用中のものでないか、すでに更新されているため、更新できません (窓口の応答: {1})",
    ),
    "window": Phrase(
        "this is not possible outside the time for it: {1}", "お手続きできる期間ではありません (窓口の応答: {1})"
    ),
    "procedure": Phrase(
        "another procedure is open at this contract: {1}", "このご契約では別のお手続きが進行中です (窓口の応答: {1})"
    ),
    "client_reference": Phrase(
        "the reference is used for another order: {1}", "参照名は別のオーダーに使われています (窓口の応答: {1})"
    ),
}
_NOT_ACCEPTED: t.Final = Phrase(
    "the desk does not accept {0}: {1}", "{0} は窓口に受け付けられませんでした (窓口の応答: {1})"
)
_THE_REQUEST: t.Final = Phrase("the request", "リクエスト")


def shown_details(answer: Json) -> list[Json]:
    """Return the details of a refusal that people are shown."""
    fields = answer.get("error_details")
    details = fields if isinstance(fields, list) else []
    return [detail for detail in details if isinstance(detail, dict)][:_MOST_DETAILS]


def explain_refusal(answer: Json, details: list[Json], *, otherwise: Phrase) -> Phrase:
    """Say what the desk refuses and why; the desk's own words are quoted, and cut to what people read."""
    if details:
        return join_phrases(map(_explain, details))
    fields = answer.get("error_message")
    return verbatim(fields) if fields else otherwise


def _explain(detail: Json) -> Phrase:
    code = str(detail.get("code"))
    attribute = one_line(detail.get("attribute") or "")
    if attribute == "access_token" and code in _TOKEN:
        return _TOKEN[code]
    words = one_line(detail.get("message") or detail.get("code")).rstrip(".。")
    return _BY_CODE.get(code, _NOT_ACCEPTED).filled(attribute or _THE_REQUEST, words)


__all__ = ("explain_refusal", "shown_details")
