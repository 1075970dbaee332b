# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What can stop a certificate on its last steps: bundles, commands and the proof that it is served."""

from __future__ import annotations

import dataclasses as dc

from .errors import Fault
from .phrases import Phrase


@dc.dataclass(eq=False)
class IssuerDiffers(Fault):
    found: str
    expected: str
    words = Phrase(
        "The certificate was issued by {found}, but install.issuer of the order is {expected}; see who issued it.",
        "証明書の発行者は {found} ですが、オーダーの install.issuer は {expected} です。発行者を確認してください。",
    )


@dc.dataclass(eq=False)
class KeyWouldBeLost(Fault):
    path: str
    words = Phrase(
        "{path} holds a private key that is nowhere else, and is not overwritten; move it away, or set install.backup "
        "to true to keep a copy.",
        "{path} にはほかにない秘密鍵があるため上書きしません。移動するか、install.backup を true にして"
        "コピーを残してください。",
    )


@dc.dataclass(eq=False)
class FormerFileForeign(Fault):
    path: str
    common_name: str
    words = Phrase(
        "{path} in install.was_at holds neither a certificate or CSR for {common_name} nor the private key of one, so "
        "nothing in install.was_at was removed; take the path out of the list, and see what uses the file.",
        "install.was_at の {path} は、{common_name} の証明書やCSR、またはその秘密鍵ではないため、install.was_at の"
        "ファイルは1つも削除していません。リストからパスを外し、ファイルの用途を確認してください。",
    )


@dc.dataclass(eq=False)
class FormerKeyInUse(Fault):
    path: str
    words = Phrase(
        "{path} in install.was_at is the private key of the certificate in use, and key.path does not hold it, so "
        "nothing in install.was_at was removed; take the path out of the list until a renewal or reissue has made "
        "another key.",
        "install.was_at の {path} は使用中の証明書の秘密鍵で、key.path にはその鍵がないため、install.was_at の"
        "ファイルは1つも削除していません。更新または再発行で新しい鍵ができるまで、リストからパスを外してください。",
    )


@dc.dataclass(eq=False)
class PassphraseMissing(Fault):
    path: str
    words = Phrase(
        "{path} needs a passphrase; give it to the task under the name of the order (pkcs12_passphrases).",
        "{path} にはパスフレーズが必要です。タスクの pkcs12_passphrases に、オーダー名で指定してください。",
    )


@dc.dataclass(eq=False)
class CommandRefused(Fault):
    """The validate command said no, so nothing was changed."""

    command: str
    said: Phrase
    words = Phrase(
        "{command} refused the new files, so nothing was replaced: {said}",
        "{command} が新しいファイルを受け付けなかったため、何も置き換えていません: {said}",
    )


# What became of the new files.
NOT_REPLACED = Phrase("nothing was replaced", "何も置き換えていません")
PUT_BACK = Phrase("the old files were put back", "元のファイルに戻しました")
TAKEN_AWAY = Phrase("the new files were taken away again", "新しいファイルを取り除きました")


@dc.dataclass(eq=False)
class CommandMissing(Fault):
    program: str
    field: str
    undone: Phrase
    words = Phrase(
        "The command {program} was not found on the host, so {undone}; install it, or correct install.{field}.",
        "コマンド {program} がホストにないため、{undone}。インストールするか、install.{field} を直してください。",
    )


@dc.dataclass(eq=False)
class ReloadFailed(Fault):
    command: str
    said: Phrase
    undone: Phrase
    words = Phrase(
        "{command} failed with the new files, so {undone}: {said}",
        "新しいファイルで {command} が失敗したため、{undone}: {said}",
    )


@dc.dataclass(eq=False)
class NotServed(Fault):
    service: Phrase
    timeout: int
    seen: Phrase
    undone: Phrase
    words = Phrase(
        "{service} did not serve the new certificate within {timeout} seconds, so {undone}: {seen}. "
        "See whether the service reads these files and was reloaded (install.reload), and whether install.prove is "
        "right; a port that does not begin with TLS (STARTTLS) cannot be proved.",
        "{timeout}秒以内に {service} で新しい証明書が使われなかったため、{undone}: {seen}。"
        "サービスがこれらのファイルを参照し、再読み込みされたか (install.reload)、install.prove が正しいかを"
        "確認してください。TLSで始まらないポート (STARTTLS) は確認できません。",
    )


__all__ = (
    "NOT_REPLACED",
    "PUT_BACK",
    "TAKEN_AWAY",
    "CommandMissing",
    "CommandRefused",
    "FormerFileForeign",
    "FormerKeyInUse",
    "IssuerDiffers",
    "KeyWouldBeLost",
    "NotServed",
    "PassphraseMissing",
    "ReloadFailed",
)
