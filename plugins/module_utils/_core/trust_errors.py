# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Why a path is not touched: somebody else could exchange what lies there."""

from __future__ import annotations

import dataclasses as dc

from .errors import Fault
from .phrases import Phrase

WORK_AS_OWNER = Phrase(
    "run this task as its owner (become_user: {0}), or give the folder to {1}",
    "このタスクを所有者として実行する (become_user: {0}) か、フォルダの所有者を {1} に変えてください",
)
CLOSE_IT = Phrase(
    "take the right to write from everybody but its owner (chmod go-w), or name another folder",
    "所有者以外の書き込み権限を外す (chmod go-w) か、別のフォルダを指定してください",
)
CLOSE_LIST = Phrase(
    "its access control list lets other accounts write (getfacl {0}): remove it (setfacl -b {0}), or name another "
    "folder",
    "アクセス制御リスト (getfacl {0}) でほかのアカウントに書き込みが許可されています。"
    "これを削除する (setfacl -b {0}) か、別のフォルダを指定してください",
)


@dc.dataclass(eq=False)
class FolderNotTrusted(Fault):
    path: str
    folder: str
    owner: str
    mode: str
    advice: Phrase
    words = Phrase(
        "{path} is not touched, for others could exchange what lies in the folder {folder} (owner {owner}, mode "
        "{mode}): {advice}.",
        "フォルダ {folder} (所有者 {owner}、モード {mode}) の中身はほかのユーザーが差し替えられるため、"
        "{path} は読み書きしません。{advice}。",
    )


@dc.dataclass(eq=False)
class LinkNotTrusted(Fault):
    path: str
    link: str
    owner: str
    words = Phrase(
        "{path} is not touched, for the link {link} on the way to it belongs to {owner}, who may have made it: remove "
        "it, or give it to root if it is right (chown -h root).",
        "途中のリンク {link} の所有者が {owner} で、そのユーザーが作成したおそれがあるため、{path} は読み書きしません。"
        "リンクを削除するか、正しいものなら所有者を root に変えてください (chown -h root)。",
    )


@dc.dataclass(eq=False)
class KeyNotTrusted(Fault):
    path: str
    owner: str
    words = Phrase(
        "The private key {path} belongs to {owner}, who may have made it and may know it. It is kept as it is; set "
        "key.owner to {owner} in the order if that is right, or move the file away to have a new key made.",
        "秘密鍵 {path} の所有者は {owner} で、そのユーザーが作成し、内容を知っているおそれがあります。"
        "ファイルはそのまま残しました。問題がなければオーダーの key.owner を {owner} にし、"
        "新しい鍵を作る場合はファイルを移動してください。",
    )


@dc.dataclass(eq=False)
class KeyOpenToOthers(Fault):
    path: str
    mode: str
    words = Phrase(
        "Others may write to the private key {path} (mode {mode}, or its access control list: getfacl), so one of them "
        "may have put it there and may know it. It is kept as it is; move the file away to have a new key made, or, if "
        "it is surely yours, take that right from them (setfacl -b, chmod go-w).",
        "秘密鍵 {path} には、モード ({mode}) またはアクセス制御リスト (getfacl) でほかのユーザーの書き込みが"
        "許可されています。そのユーザーが置いた、内容を知られた鍵のおそれがあります。ファイルはそのまま残しました。"
        "新しい鍵を作る場合はファイルを移動し、確かに自分の鍵である場合は書き込み権限を外してください "
        "(setfacl -b、chmod go-w)。",
    )


__all__ = (
    "CLOSE_IT",
    "CLOSE_LIST",
    "WORK_AS_OWNER",
    "FolderNotTrusted",
    "KeyNotTrusted",
    "KeyOpenToOthers",
    "LinkNotTrusted",
)
