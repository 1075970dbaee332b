# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Why a certificate is not taken: one class for each reason, each with its sentence in both languages."""

from __future__ import annotations

import dataclasses as dc

from .errors import Fault
from .phrases import Phrase


@dc.dataclass(eq=False)
class CertificateBroken(Fault):
    what: Phrase
    words = Phrase(
        "The {what} is not made of certificates in PEM, or it is damaged; collect it again.",
        "{what}はPEM形式の証明書ではないか、壊れています。取得し直してください。",
    )


class NotOneCertificate(Fault):
    """The leaf must come alone."""

    words = Phrase(
        "The certificate is not exactly one certificate; the intermediate certificates belong into the chain.",
        "証明書は1枚だけでなければなりません。中間CA証明書は chain に入れてください。",
    )


@dc.dataclass(eq=False)
class AnotherCertificate(Fault):
    found: str
    expected: str
    words = Phrase(
        "The certificate has the SHA-256 fingerprint {found}, but {expected} was issued for this order; "
        "collect it again.",
        "証明書のSHA-256フィンガープリントは {found} ですが、"
        "このオーダーで発行されたのは {expected} です。取得し直してください。",
    )


@dc.dataclass(eq=False)
class NameDiffers(Fault):
    found: str
    expected: str
    words = Phrase(
        "The certificate is for {found}, but the order is for {expected}; "
        "see which application this certificate belongs to.",
        "証明書は {found} のものですが、オーダーは {expected} です。どのお申し込みの証明書か確認してください。",
    )


@dc.dataclass(eq=False)
class MayIssue(Fault):
    subject: str
    words = Phrase(
        "The certificate ({subject}) is that of a certification authority (CA:TRUE): whoever has its key could issue "
        "others. No server may have one; see that the desk hands out the right file, and tell the CA.",
        "証明書 ({subject}) は認証局のもの (CA:TRUE) で、その鍵があればほかの証明書を発行できてしまいます。"
        "サーバには設置できません。取得元のファイルが正しいか確認し、認証局に連絡してください。",
    )


@dc.dataclass(eq=False)
class NotForServers(Fault):
    usages: str
    words = Phrase(
        "The certificate is for other purposes ({usages}) than TLS servers (extended key usage serverAuth); see that "
        "the desk hands out the right file, and tell the CA.",
        "証明書の用途 ({usages}) にTLSサーバ (拡張キー使用法 serverAuth) が含まれていません。"
        "取得元のファイルが正しいか確認し、認証局に連絡してください。",
    )


@dc.dataclass(eq=False)
class KeyElsewhere(Fault):
    path: str
    words = Phrase(
        "There is no private key at {path}. The key of this certificate is lost or on another host, and no key moves. "
        "Write reissue with the certificate's serial number, or name its host and path again until the next renewal.",
        "{path} に秘密鍵がありません。この証明書の鍵は失われたか別のホストにあり、鍵を移すことはありません。"
        "reissue に証明書のシリアル番号を書くか、次の更新まで元のホストとパスに戻してください。",
    )


@dc.dataclass(eq=False)
class KeyNotOfCertificate(Fault):
    path: str
    words = Phrase(
        "The certificate does not belong to the private key {path}. Nothing was replaced; keep that key under another "
        "name and put the one there that the CSR was made from, or have the certificate reissued for this key.",
        "証明書と秘密鍵 {path} が一致しません。何も置き換えていません。"
        "今ある鍵を別の名前で残してからCSRを作成した鍵を置くか、この鍵で証明書を再発行してください。",
    )


@dc.dataclass(eq=False)
class KeyReplaced(Fault):
    path: str
    words = Phrase(
        "The private key {path} is not that of the certificate in service, which its service needs at the next start. "
        "Nothing was changed. Keep what lies there under another name and put the certificate's key back, or write "
        "reissue with the certificate's serial number.",
        "{path} の秘密鍵は、使用中の証明書のものではありません。サービスは次の起動時に失敗します。"
        "何も変更していません。今ある鍵を別の名前で残してから証明書の鍵を戻すか、"
        "reissue に証明書のシリアル番号を書いてください。",
    )


@dc.dataclass(eq=False)
class KeyNotNamed(Fault):
    path: str
    words = Phrase(
        "The new certificate is for another private key than the certificate in {path}, and the order names no key. "
        "Nothing was replaced; put the new key on this host and name it in key.path.",
        "新しい証明書の秘密鍵は、{path} にある証明書のものと異なりますが、オーダーに鍵の指定がありません。"
        "何も置き換えていません。新しい秘密鍵をこのホストに置き、key.path に指定してください。",
    )


@dc.dataclass(eq=False)
class PublicKeyDiffers(Fault):
    found: str
    expected: str
    words = Phrase(
        "The certificate is for the public key {found}, but {expected} was registered; see which CSR was registered.",
        "証明書の公開鍵は {found} ですが、登録されたのは {expected} です。登録したCSRを確認してください。",
    )


@dc.dataclass(eq=False)
class NotYetValid(Fault):
    moment: str
    words = Phrase(
        "The certificate is not valid before {moment}; install it then, or set this host's clock right.",
        "証明書の有効期間は {moment} からです。その後に設置するか、このホストの時計を合わせてください。",
    )


@dc.dataclass(eq=False)
class NoLongerValid(Fault):
    moment: str
    words = Phrase(
        "The certificate expired at {moment}; collect the one that replaced it, or set this host's clock right.",
        "証明書の有効期間は {moment} に終わりました。更新後の証明書を取得するか、このホストの時計を合わせてください。",
    )


@dc.dataclass(eq=False)
class OlderThanInstalled(Fault):
    path: str
    moment: str
    installed: str
    words = Phrase(
        "The certificate is valid from {moment}, but {path} already holds a newer one, valid from {installed}; "
        "to go back to the older one, move the file away.",
        "証明書の有効期間は {moment} からですが、{path} にはより新しいもの ({installed} から) があります。"
        "古いものに戻す場合は、ファイルを移動してください。",
    )


__all__ = (
    "AnotherCertificate",
    "CertificateBroken",
    "KeyElsewhere",
    "KeyNotNamed",
    "KeyNotOfCertificate",
    "KeyReplaced",
    "MayIssue",
    "NameDiffers",
    "NoLongerValid",
    "NotForServers",
    "NotOneCertificate",
    "NotYetValid",
    "OlderThanInstalled",
    "PublicKeyDiffers",
)
