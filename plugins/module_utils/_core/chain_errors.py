# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What can be wrong with the intermediate certificates that come with a certificate."""

from __future__ import annotations

import dataclasses as dc

from .errors import Fault
from .phrases import Phrase


@dc.dataclass(eq=False)
class ChainBroken(Fault):
    """The chain does not lead from the leaf upwards; position 1 is the leaf's issuer."""

    position: int
    subject: str
    below: str
    words = Phrase(
        "The chain breaks at certificate {position} ({subject}): it did not issue {below}; give the intermediate "
        "certificates in order, the leaf's issuer first.",
        "チェーンの {position} 枚目 ({subject}) は {below} の発行者ではありません。"
        "中間CA証明書を、発行者から順に並べてください。",
    )


class ChainEmpty(Fault):
    """No intermediate was given."""

    words = Phrase(
        "The chain is empty; give the intermediate certificates, the leaf's issuer first.",
        "チェーンが空です。中間CA証明書を、発行者から順に指定してください。",
    )


@dc.dataclass(eq=False)
class ChainTooLong(Fault):
    found: int
    most: int
    words = Phrase(
        "The chain has {found} certificates, and no chain of a public CA has more than {most}; collect it again.",
        "チェーンに証明書が {found} 枚あります。公的な認証局のチェーンは {most} 枚以内です。取得し直してください。",
    )


@dc.dataclass(eq=False)
class ChainRepeats(Fault):
    position: int
    subject: str
    words = Phrase(
        "Certificate {position} of the chain ({subject}) is there already; give each intermediate certificate once, "
        "and not the leaf.",
        "チェーンの {position} 枚目 ({subject}) は重複しています。中間CA証明書を1回ずつ指定し、"
        "サーバ証明書は含めないでください。",
    )


@dc.dataclass(eq=False)
class ChainNotAuthority(Fault):
    position: int
    subject: str
    words = Phrase(
        "Certificate {position} of the chain ({subject}) is not that of a certification authority, so it can issue no "
        "other; collect the chain again.",
        "チェーンの {position} 枚目 ({subject}) は認証局の証明書ではないため、ほかの証明書を発行できません。"
        "チェーンを取得し直してください。",
    )


@dc.dataclass(eq=False)
class ChainNotValid(Fault):
    position: int
    subject: str
    since: str
    until: str
    words = Phrase(
        "Certificate {position} of the chain ({subject}) is valid from {since} to {until}; collect the chain again, or "
        "set this host's clock right.",
        "チェーンの {position} 枚目 ({subject}) の有効期間は {since} から {until} です。"
        "チェーンを取得し直すか、このホストの時計を合わせてください。",
    )


__all__ = ("ChainBroken", "ChainEmpty", "ChainNotAuthority", "ChainNotValid", "ChainRepeats", "ChainTooLong")
