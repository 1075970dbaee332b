# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What lies or happens where a file is to be written, so that it is not."""

from __future__ import annotations

import dataclasses as dc

from .errors import Fault
from .phrases import Phrase


@dc.dataclass(eq=False)
class FolderHeld(Fault):
    folder: str
    seconds: int
    words = Phrase(
        "Another process has had the folder {folder} locked for {seconds} seconds, so nothing was changed there. If "
        "that is another run of this collection, run again once it has ended; if not, find the process and end it "
        "(lslocks, fuser -v {folder}).",
        "ほかのプロセスがフォルダ {folder} を{seconds}秒以上ロックしているため、何も変更していません。"
        "このコレクションの別の実行であれば、終わってから再実行してください。そうでなければ、そのプロセスを調べて"
        "終了してください (lslocks、fuser -v {folder})。",
    )


@dc.dataclass(eq=False)
class FileForeign(Fault):
    path: str
    wanted: Phrase
    words = Phrase(
        "{path} is to hold {wanted}, but something else is in it, which is not overwritten; move it away, or correct "
        "the path in the order.",
        "{path} は{wanted}を書き込む場所ですが、別の内容があるため上書きしません。"
        "移動するか、オーダーのパスを直してください。",
    )


@dc.dataclass(eq=False)
class NoCertificateThere(Fault):
    path: str
    words = Phrase(
        "{path} holds no certificate that can be read, neither in PEM nor in PKCS#12: it is another file, or a damaged "
        "one. Correct the path, or collect the certificate again.",
        "{path} から証明書を読み取れません (PEM形式でもPKCS#12形式でもないか、壊れています)。"
        "パスを直すか、証明書を取得し直してください。",
    )


@dc.dataclass(eq=False)
class OnlyRootGives(Fault):
    path: str
    kind: Phrase
    account: str
    words = Phrase(
        "Only root can give {path} to the {kind} {account}, whom the order or the file before it names. Run this task "
        "as root (become: true), or correct owner and group in the order.",
        "{path} を{kind} {account} のものにできるのは root だけです (オーダーの指定、または以前のファイルの所有者)。"
        "タスクを root として実行する (become: true) か、オーダーの owner と group を直してください。",
    )


@dc.dataclass(eq=False)
class KeyShared(Fault):
    path: str
    other: str
    words = Phrase(
        "{path} is the key of the order {other} too, and a new key there would leave its certificate without its own. "
        "Write renewal: {{key: keep}} in both orders, or give one of them another key.path, with a copy of the key.",
        "{path} はオーダー {other} の鍵でもあり、新しい鍵に置き換えるとその証明書と一致しなくなります。"
        "両方のオーダーに renewal: {{key: keep}} と書くか、鍵をコピーして一方の key.path を変えてください。",
    )


@dc.dataclass(eq=False)
class SharedKeyWaits(Fault):
    path: str
    other: str
    waiting: str
    words = Phrase(
        "{path} is the key of the order {other} too, and {waiting} is a new key that would take its place. Where a "
        "renewal or reissue of this order is registered, give one of the orders another key.path, with a copy of the "
        "key; otherwise remove {waiting} and write renewal: {{key: keep}} in both orders.",
        "{path} はオーダー {other} の鍵でもあり、これを置き換える新しい鍵 {waiting} があります。"
        "このオーダーの更新または再発行を登録済みの場合は、鍵をコピーして一方の key.path を変えてください。"
        "登録していない場合は {waiting} を削除し、両方のオーダーに renewal: {{key: keep}} と書いてください。",
    )


__all__ = ("FileForeign", "FolderHeld", "KeyShared", "NoCertificateThere", "OnlyRootGives", "SharedKeyWaits")
