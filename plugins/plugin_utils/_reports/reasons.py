# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Why an order stands where it stands, in English and Japanese."""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import Phrase, translate
from .._planning.steps import Standing
from .._values.observed import Kind
from .standing import waits_for_upload

if t.TYPE_CHECKING:
    from ...module_utils._core.phrases import Language
    from .._planning.entry import Entry

_REASONS: t.Final = {
    Standing.TO_ORDER: Phrase("no application at the desk", "窓口にお申し込みがありません"),
    Standing.TO_REGISTER: Phrase("ordered, CSR and application information missing", "注文済み、CSRと申請情報が未登録"),
    Standing.TO_COLLECT: Phrase("issued, not fetched yet", "発行済み、未取得"),
    Standing.TO_RENEW: Phrase("the renewal can be ordered", "更新の受付期間中です"),
    Standing.TO_REISSUE: Phrase("the certificate in use has to go", "使用中の証明書を再発行で置き換えます"),
    Standing.TO_RELINK: Phrase("another linked service is wanted", "連携対応サービスの変更・追加が必要です"),
    Standing.HELD: Phrase(
        "nothing is ordered before somebody has looked (see the warnings)",
        "確認が必要なため、申し込んでいません (警告を参照)",
    ),
    Standing.ESTRANGED: Phrase(
        "renewed with a key that IIJ has made, so it is not installed; the certificate before stays",
        "IIJが作成した鍵で更新されたため、設置していません。以前の証明書を使い続けます",
    ),
    Standing.TO_CANCEL: Phrase("state: cancelled in the order", "オーダーに state: cancelled の指定"),
    Standing.TO_CANCEL_REPLACED: Phrase(
        "in use, so what it replaces can be cancelled", "利用開始済みのため、置き換えた契約を解約できます"
    ),
    Standing.WAITING: Phrase("registered, and somebody else is at work", "登録済み、ほかの担当の作業中"),
    Standing.ENDED: Phrase("the application has ended", "お申し込みは終了しています"),
    Standing.DONE: Phrase("there already", "完了済み"),
}
_OPEN_ON_HOST: t.Final = Phrase(
    "fetched, but its host does not have it where the order wants it",
    "取得済みですが、オーダーの指定する場所に設置されていません",
)
_LEFT_TO_HANDS: t.Final = Phrase(
    "issued, and the order names no files, so nothing installs it",
    "発行済み、オーダーに install がなく、設置は手作業です",
)
_UNCONFIRMED: t.Final = Phrase("fetched, but not known to be on its host", "取得済み、ホストへの設置は未確認")
_UNCLEAR: t.Final = Phrase(
    "the portal says 「{0}」, which is not known, so nothing is done for this order",
    "ポータルの「{0}」の意味が分からないため、このオーダーの作業は行いません",
)
# Of a procedure that waits for its registration, and of one that somebody else is at work on, by its kind.
_OPEN: t.Final = {
    Kind.RENEWAL: Phrase(
        "renewal ordered, CSR and application information missing", "更新の申込済み、CSRと申請情報が未登録"
    ),
    Kind.REISSUE: Phrase(
        "reissue ordered, CSR and application information missing", "再発行の申込済み、CSRと申請情報が未登録"
    ),
    Kind.CONTINUATION: Phrase(
        "another certificate inside the paid period, CSR and application information missing",
        "契約期間内の新たな証明書、CSRと申請情報が未登録",
    ),
}
_UNDER_WAY: t.Final = {
    Kind.RENEWAL: Phrase("the renewal is under way", "更新の手続き中です"),
    Kind.REISSUE: Phrase("the reissue is under way", "再発行の手続き中です"),
    Kind.CONTINUATION: Phrase(
        "another certificate inside the paid period is under way", "契約期間内の新たな証明書の手続き中です"
    ),
}
_TO_UPLOAD: t.Final = Phrase(
    "ordered, and certificate and key are not on the portal yet", "注文済み、証明書と秘密鍵がポータルに未登録"
)
_ADOPTED: t.Final = Phrase(
    "ordered past these files and fits, so nothing is bought; CSR and application information missing",
    "別途お申し込み済み (内容一致) のため購入しません。CSRと申請情報は未登録です",
)


def explain_standing(entry: Entry, lang: Language) -> str:
    """Say why the order stands where it stands."""
    application = entry.application
    if application and application.unclear:
        return translate(_UNCLEAR, lang).format(*application.unclear)
    if application and application.reason:
        return application.reason
    if entry.shows_link:
        return translate(_REASONS[Standing.TO_RELINK], lang)
    if waits_for_upload(entry):
        return translate(_TO_UPLOAD, lang)
    if entry.ahead is not None and entry.shown is entry.ahead:
        return _reason_of_next(entry, lang)
    if entry.shown is Standing.TO_CANCEL_REPLACED:
        return translate(_REASONS[entry.shown], lang)
    if entry.adopts and entry.standing is Standing.TO_REGISTER:
        return translate(_ADOPTED, lang)
    return translate(_reason_on_host(entry), lang)


def _reason_on_host(entry: Entry) -> Phrase:
    """Say why the certificate in use is where it is."""
    if entry.left_to_hands:
        return _LEFT_TO_HANDS
    if entry.unconfirmed:
        return _UNCONFIRMED
    if entry.standing is Standing.TO_COLLECT and entry.on_host is False:
        return _OPEN_ON_HOST
    return _REASONS[entry.standing]


def _reason_of_next(entry: Entry, lang: Language) -> str:
    """Say why the next certificate is where it is."""
    procedure = entry.application.procedure if entry.application else None
    if procedure is not None and procedure.reason:
        return procedure.reason
    words = {Standing.TO_REGISTER: _OPEN, Standing.WAITING: _UNDER_WAY}.get(entry.ahead or entry.standing)
    if procedure is not None and words is not None:
        return translate(words[procedure.kind], lang)
    return translate(_REASONS[entry.ahead or entry.standing], lang)


__all__ = ("explain_standing",)
