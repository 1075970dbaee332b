# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Everything that can stop an order on a host: one class for each reason, each with its sentence in both languages.

A sentence says what is wrong, where, and what to do; no class holds file content, so no secret can be in a message.
"""

from __future__ import annotations

import dataclasses as dc
import pathlib
import traceback
import typing as t

from .phrases import Phrase, translate
from .system_errors import reason_of


class Fault(Exception):
    """The reason why one order cannot go on."""

    words: t.ClassVar[Phrase]  # the facts in braces are the error's own fields
    # What had been done to this order before it was stopped, so that a failed run still tells what it changed.
    done: tuple[str, ...] = ()

    @property
    def phrase(self) -> Phrase:
        """The sentence for the user, in both languages."""
        return self.words.filled(**vars(self))

    def message(self, lang: str | None = None) -> str:
        """Return the sentence for the user; any language but Japanese means English."""
        return translate(self.phrase, lang)

    def __str__(self) -> str:
        return self.message()


@dc.dataclass(eq=False)
class Unexpected(Fault):
    """A mistake of ours: told by kind and place only, for the text of a foreign error might quote a secret."""

    kind: str
    place: str | Phrase
    words = Phrase(
        "This should not happen ({kind} at {place}); please report it to the maintainers of iij.server_certificate.",
        "想定外のエラーです ({kind}, {place})。iij.server_certificate のメンテナに報告してください。",
    )


_NOWHERE = Phrase("an unknown place", "場所不明")


def as_fault(error: Exception) -> Fault:
    """Turn any error into a fault, so that one order never ends the run of the others."""
    if isinstance(error, Fault):
        return error
    if isinstance(error, OSError) and error.filename:
        return FileRefused(path=str(error.filename), reason=reason_of(error))
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{pathlib.PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else _NOWHERE
    return Unexpected(kind=type(error).__name__, place=place)


# --- the order as it was handed over


@dc.dataclass(eq=False)
class FieldWrong(Fault):
    field: str
    allowed: Phrase
    words = Phrase(
        "{field} must be {allowed}; correct it in the order.",
        "{field} が正しくありません。正しい内容: {allowed}。オーダーを直してください。",
    )


@dc.dataclass(eq=False)
class PathShared(Fault):
    path: str
    other: str | Phrase
    words = Phrase(
        "{path} is also used for {other}; give each file a path of its own.",
        "{path} は {other} にも使われています。ファイルごとに別のパスを指定してください。",
    )


# --- files


@dc.dataclass(eq=False)
class FolderMissing(Fault):
    path: str
    folder: str
    words = Phrase(
        "The folder {folder} for {path} does not exist; create it, or correct the path.",
        "{path} を置くフォルダ {folder} がありません。作成するか、パスを直してください。",
    )


@dc.dataclass(eq=False)
class FileRefused(Fault):
    path: str
    reason: Phrase
    words = Phrase(
        "{path} cannot be read or written: {reason}.",
        "{path} を読み書きできません: {reason}",
    )


@dc.dataclass(eq=False)
class NotARegularFile(Fault):
    path: str
    words = Phrase(
        "{path} is not a regular file (nor a link to one); move it away, or correct the path.",
        "{path} は通常のファイル (またはそのリンク) ではありません。移動するか、パスを直してください。",
    )


@dc.dataclass(eq=False)
class AccountUnknown(Fault):
    kind: Phrase
    account: str
    words = Phrase(
        "The {kind} {account} does not exist on this host; create it, or correct the order.",
        "このホストに{kind} {account} がありません。作成するか、オーダーを直してください。",
    )


@dc.dataclass(eq=False)
class PrivateKeyInTheWay(Fault):
    path: str
    words = Phrase(
        "{path} holds a private key and is not overwritten; move it away, or correct the path.",
        "{path} には秘密鍵があるため上書きしません。移動するか、パスを直してください。",
    )


# --- private keys


@dc.dataclass(eq=False)
class KeyBroken(Fault):
    path: str
    words = Phrase(
        "{path} is not a private key in PEM (PKCS#8, PKCS#1 or SEC1), or it is damaged. It is kept as it is; "
        "restore it from a backup, or move it away to have a new key made.",
        "{path} はPEM形式の秘密鍵 (PKCS#8、PKCS#1またはSEC1) ではないか、壊れています。ファイルはそのまま残しました。"
        "バックアップから戻すか、新しい鍵を作る場合は移動してください。",
    )


@dc.dataclass(eq=False)
class KeyEncrypted(Fault):
    path: str
    words = Phrase(
        "The private key {path} is encrypted. It is kept as it is; give its passphrase to the task (key_passphrases), "
        "or name another path.",
        "秘密鍵 {path} は暗号化されています。ファイルはそのまま残しました。"
        "タスクの key_passphrases でパスフレーズを渡すか、別のパスを指定してください。",
    )


@dc.dataclass(eq=False)
class PassphraseWrong(Fault):
    path: str
    words = Phrase(
        "The passphrase for {path} does not open it, or the file is damaged. It is kept as it is; correct the "
        "passphrase given to the task, or restore the file from a backup.",
        "{path} はこのパスフレーズでは開けないか、壊れています。ファイルはそのまま残しました。"
        "タスクに渡すパスフレーズを直すか、ファイルをバックアップから戻してください。",
    )


@dc.dataclass(eq=False)
class KeyDiffers(Fault):
    path: str
    found: str
    wanted: str
    words = Phrase(
        "The private key {path} is {found}, but the order asks for {wanted}. It is kept as it is; correct key in the "
        "order, or move the file away to have a new key made.",
        "秘密鍵 {path} は {found} ですが、オーダーでは {wanted} です。ファイルはそのまま残しました。"
        "オーダーの key を直すか、新しい鍵を作る場合はファイルを移動してください。",
    )


@dc.dataclass(eq=False)
class KeyMissing(Fault):
    path: str
    words = Phrase(
        "There is no private key at {path}; put the key of this certificate there, or correct key.path in the order.",
        "{path} に秘密鍵がありません。この証明書の鍵を置くか、オーダーの key.path を直してください。",
    )


@dc.dataclass(eq=False)
class KeyWaits(Fault):
    path: str
    key_path: str
    words = Phrase(
        "The key at {path} waits for a certificate that is issued already; install that first (collect.yml). "
        "Where the order has no install any more, install it by hand, and move the key to {key_path}.",
        "{path} の鍵に対応する証明書はすでに発行されています。先に設置してください (collect.yml)。"
        "オーダーから install を削除した場合は、証明書を手動で設置し、鍵を {key_path} に移してください。",
    )


@dc.dataclass(eq=False)
class KeyNotDownloaded(Fault):
    path: str
    words = Phrase(
        "There is no private key at {path}. The service made it: download it from the portal, and put it there.",
        "{path} に秘密鍵がありません。この鍵はIIJが作成したものです。"
        "ポータルから証明書と一緒にダウンロードし、そこに置いてください。",
    )


# --- certificate signing requests


class PrivateKeyGiven(Fault):
    """A private key was given where something public belongs."""

    words = Phrase(
        "This is a private key, and it was not read. A private key never belongs here; "
        "consider whether it must be replaced.",
        "これは秘密鍵なので、読み込みませんでした。ここに秘密鍵を置いてはいけません。鍵の交換が必要か検討してください。",
    )


class CsrBroken(Fault):
    """What was given is no certificate signing request, or a damaged one."""

    words = Phrase(
        "This is not a certificate signing request in PEM or DER, or it is damaged; make a new one from its key.",
        "PEMまたはDERのCSRではないか、壊れています。鍵からCSRを作り直してください。",
    )


@dc.dataclass(eq=False)
class CsrKeyForm(CsrBroken):
    """The request is sound, but no certificate may carry its key in this form [BR 7.1.3.1]."""

    form: Phrase
    words = Phrase(
        "No certificate may carry the CSR's key in this form ({form}); make a new key and CSR.",
        "CSRの鍵はこの形 ({form}) では証明書に使えません。鍵とCSRを作り直してください。",
    )


class CertificateGiven(CsrBroken):
    """A certificate was given where a request belongs."""

    words = Phrase(
        "This is a certificate, not a certificate signing request; give the CSR that was made from the key.",
        "これは証明書であり、CSRではありません。鍵から作成したCSRを指定してください。",
    )


class SeveralCsrs(CsrBroken):
    """More than one request was given."""

    words = Phrase(
        "There is more than one certificate signing request here; give exactly one.",
        "CSRが複数あります。1つだけ指定してください。",
    )


# --- certificates


__all__ = (
    "AccountUnknown",
    "CertificateGiven",
    "CsrBroken",
    "CsrKeyForm",
    "Fault",
    "FieldWrong",
    "FileRefused",
    "FolderMissing",
    "KeyBroken",
    "KeyDiffers",
    "KeyEncrypted",
    "KeyMissing",
    "KeyNotDownloaded",
    "KeyWaits",
    "NotARegularFile",
    "PassphraseWrong",
    "PathShared",
    "PrivateKeyGiven",
    "PrivateKeyInTheWay",
    "SeveralCsrs",
    "Unexpected",
    "as_fault",
)
