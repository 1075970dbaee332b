# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Deadlines and lateness in words: what has to happen by a day, and what happens otherwise."""

from __future__ import annotations

import datetime as dt
import typing as t

from ...module_utils._core.phrases import Phrase, translate
from .._planning.schedule import Stage, What, find_lateness, list_deadlines
from .._planning.silence import price_silence
from .moments import read_now
from .people import ACTORS

if t.TYPE_CHECKING:
    from ...module_utils._core.phrases import Language
    from .._planning.entry import Entry
    from .._planning.prices import PriceTable

Json = dict[str, t.Any]

_SHOWN: t.Final = dt.timedelta(days=60)  # what a page lists; the calendar has the rest
_WHAT: t.Final = {
    What.REGISTRATION: Phrase("register CSR and application information", "CSRと申請情報の登録"),
    What.CONFIRMATION: Phrase("answer the CA", "認証局への回答"),
    What.ADDRESSES: Phrase("have mail addresses and DNS ready", "メールアドレスとDNSの準備"),
    What.RENEWAL: Phrase("renew or cancel the contract", "更新または解約の申込"),
    What.UPDATE: Phrase("register CSR and application information for the renewal", "更新用のCSRと申請情報の登録"),
    What.UPLOAD: Phrase(
        "upload certificate, key and intermediates on the portal", "ポータルでの証明書・秘密鍵・中間CA証明書の登録"
    ),
    What.INSTALLATION: Phrase("install the next certificate", "次の証明書の設置"),
    What.REVOCATION: Phrase("take the replaced certificate off every host", "再発行前の証明書の撤去"),
    What.CANCELLATION: Phrase("cancel the contract that was replaced", "置き換えた契約の解約"),
    What.EXPIRY: Phrase("have another certificate in use", "更新後の証明書の利用開始"),
}
# Of a missed registration the manual says so for 持ち込み証明書品目 [M:3473591]; for the others nothing is published.
_OTHERWISE: t.Final = {
    What.REGISTRATION: Phrase("IIJ may withdraw the order", "お申し込みが取り下げになることがあります"),
    What.CONFIRMATION: Phrase("the CA may end the application", "認証局が申請を打ち切ることがあります"),
    What.ADDRESSES: Phrase("the CA's questions may not arrive", "認証局からの確認が届かないことがあります"),
    What.RENEWAL: Phrase("IIJ renews it by itself", "IIJ側で自動更新されます"),
    What.UPDATE: Phrase(
        "IIJ applies with the information of last time, and with a CSR of its own",
        "前回の申請情報と、IIJが作成するCSRで申請されます",
    ),
    What.UPLOAD: Phrase(
        "IIJ withdraws a new order; of a renewal nothing is published",
        "新規のお申し込みは取り下げになります (更新の場合の扱いは公開されていません)",
    ),
    What.INSTALLATION: Phrase("hosts show an expired certificate", "ホストの証明書が有効期限切れになります"),
    What.REVOCATION: Phrase("hosts show a revoked certificate", "ホストの証明書が失効した状態になります"),
    What.CANCELLATION: Phrase("IIJ renews it by itself", "IIJ側で自動更新されます"),
    What.EXPIRY: Phrase("clients refuse to connect", "クライアントが接続できなくなります"),
}
_OTHERWISE_BROUGHT: t.Final = Phrase(
    "it ends with its certificate, as far as is known; what IIJ does then is not published",
    "証明書の有効期限で利用できなくなると考えられます (IIJの扱いは公開されていません)",
)
_FOR_YEN: t.Final = Phrase("IIJ renews it by itself for {0:,} yen", "IIJ側で自動更新されます ({0:,}円)")
_STAGES: t.Final = {
    Stage.ORDER: Phrase("the order of the renewal", "更新の申込"),
    Stage.REGISTER: Phrase("the registration", "CSRと申請情報の登録"),
    Stage.ISSUE: Phrase("the issue by the CA", "認証局による発行"),
    Stage.INSTALL: Phrase("the installation", "設置"),
}
_LATE: t.Final = Phrase("{0}: {1} is late (days: {2})", "{0}: {1}が予定より{2}日遅れています")


def deadline_rows(entry: Entry, lang: Language, prices: PriceTable | None) -> list[Json]:
    """List the deadlines of an order as data, the next one first."""
    return [
        {
            "what": deadline.what.value,
            "day": deadline.day.isoformat(),
            "by": deadline.by,
            "action": translate(_WHAT[deadline.what], lang),
            "otherwise": _otherwise(deadline.what, entry, lang, prices),
            "alert_at": deadline.alert_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        for deadline in list_deadlines(entry)
    ]


def _otherwise(what: What, entry: Entry, lang: Language, prices: PriceTable | None) -> str:
    """Say what happens when a deadline passes; where silence buys, for how much."""
    if what is What.RENEWAL and entry.order.product.brought:
        return translate(_OTHERWISE_BROUGHT, lang)
    bought = {What.RENEWAL: entry.application, What.CANCELLATION: entry.replaced and entry.replaced.application}
    application = bought.get(what)
    yen = price_silence(application, prices) if application else None
    return translate(_OTHERWISE[what], lang) if yen is None else translate(_FOR_YEN, lang).format(yen)


def lateness_row(entry: Entry, as_of: dt.datetime | None) -> Json | None:
    """Return as data which stage of an order's work is late; None where none is."""
    late = find_lateness(entry, as_of)
    return {"stage": late.stage.value, "days": late.days, "by": late.by} if late else None


def next_deadlines(document: Json, lang: Language) -> list[dict[str, str]]:
    """List the deadlines of the weeks to come, of all orders, the next day first, as a page shows them."""
    last = read_now(document).date() + _SHOWN
    result = [(deadline, row) for row in document["orders"] for deadline in row["deadlines"]]
    return [
        {
            "day": deadline["day"],
            "name": row["name"],
            "action": deadline["action"],
            "by": translate(ACTORS[deadline["by"]], lang),
            "otherwise": deadline["otherwise"],
        }
        for deadline, row in sorted(result, key=lambda pair: (pair[0]["day"], pair[1]["name"], pair[0]["what"]))
        if deadline["day"] <= last.isoformat()
    ]


def lateness_words(row: Json, lang: Language) -> str:
    """Say which stage of an order's work is late."""
    return translate(_LATE, lang).format(
        row["name"], translate(_STAGES[row["late"]["stage"]], lang), row["late"]["days"]
    )


def late_note(row: Json, lang: Language) -> tuple[str, str] | None:
    """Make the line of a plan or status about what is late."""
    return ("!", lateness_words(row, lang)) if row["late"] else None


__all__ = ("deadline_rows", "late_note", "lateness_row", "lateness_words", "next_deadlines")
