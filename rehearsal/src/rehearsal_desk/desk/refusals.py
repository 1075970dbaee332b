# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refusals that several calls of the desk have, and the longer ones of its reads."""

from __future__ import annotations

import typing as t

from rehearsal_desk.rules.problems import Conflict
from rehearsal_desk.rules.wording import say

NO_KEY: t.Final = say(
    "The service holds no private key for this application.", "このお申し込みの秘密鍵は、窓口にありません。"
)
KEY_LATER: t.Final = say(
    "The private key can be downloaded once the certificate is issued.",
    "秘密鍵は、証明書の発行後にダウンロードできます。",
)
KEY_SEALED: t.Final = say(
    "This private key was sealed under another key file than the desk has now.",
    "この秘密鍵は、現在の窓口とは別の鍵ファイルで保護されているため、取り出せません。",
)
NOT_ISSUED: t.Final = say("No certificate has been issued yet.", "証明書はまだ発行されていません。")
UNDER_REISSUE: t.Final = say("There is no download during a reissue.", "再発行の手続き中はダウンロードできません。")


def reference_used(contract_id: str | None = None) -> Conflict:
    """Make the refusal of a reference that another order has, whose contract may be named."""
    message = say("This reference has been used for another order.", "参照名は別のお申し込みに使われています。")
    if contract_id:
        message = say(
            "This reference has been used for another order, see {}.",
            "参照名は別のお申し込み ({}) に使われています。",
            contract_id,
        )
    return Conflict("client_reference", message, attribute="client_reference")
