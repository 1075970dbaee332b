# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text at the start of the desk: addresses, tokens and the next step, in the language of the locale."""

from __future__ import annotations

import os
import typing as t

from rehearsal_desk.rules.wording import Language, spoken

_ENGLISH: t.Final = """\
REHEARSAL: nothing is bought here, and the certificates are worthless.

  export IIJ_CERT_DESK_URL={url}
  export IIJ_CERT_TOKEN={order_token}

The token above is the group admin's: it orders and registers. The others:

  service admin (registers only)   {register_token}

The rehearsal's own controls (clock, CA, faults) take this one:

  export CONTROL_TOKEN={control_token}

Next step, in another terminal with the exports, in the folder of the checkout:

  export ANSIBLE_COLLECTIONS_PATH=$PWD/collections
  .venv/bin/ansible-playbook iij.server_certificate.plan -i examples/quickstart/inventory.yml \\
    -e certificate_orders=examples/quickstart/orders -e rehearsal_folder=$PWD/build/rehearsal

The portal's screens, for a browser:

  {url}/portal/
  group admin     マスターID {group_admin}  password {group_password}
  service admin   マスターID {service_admin}  password {service_password}
  {url}/rehearsal/ui/   clock, CA, outbox, faults and purchases (asks for CONTROL_TOKEN)

{memory}{reach} Stop with Ctrl-C.
"""
_JAPANESE: t.Final = """\
リハーサル用の窓口です。ここでは何も購入されず、証明書にも効力はありません。

  export IIJ_CERT_DESK_URL={url}
  export IIJ_CERT_TOKEN={order_token}

上のトークンはサービスグループの運用管理担当者のもので、お申し込みと申請情報の登録ができます。そのほかのトークン:

  サービスの運用管理担当者 (登録のみ) {register_token}

リハーサルの操作 (時計、認証局、障害) には、次のトークンを使います:

  export CONTROL_TOKEN={control_token}

次の操作: 別の端末で上の export を実行し、クローンしたフォルダで次のとおり入力してください。

  export ANSIBLE_COLLECTIONS_PATH=$PWD/collections
  .venv/bin/ansible-playbook iij.server_certificate.plan -i examples/quickstart/inventory.yml \\
    -e certificate_orders=examples/quickstart/orders -e rehearsal_folder=$PWD/build/rehearsal

ポータルの画面 (ブラウザ用):

  {url}/portal/
  サービスグループの運用管理担当者  マスターID {group_admin}  パスワード {group_password}
  サービスの運用管理担当者          マスターID {service_admin}  パスワード {service_password}
  {url}/rehearsal/ui/   時計、認証局、送信メール、障害、購入の一覧 (CONTROL_TOKEN が必要)

{memory}{reach} 停止は Ctrl-C です。
"""
_TEXTS: t.Final = {"en": _ENGLISH, "ja": _JAPANESE}
_MEMORY: t.Final = {
    "en": ("What happens here is forgotten at the end.", "The --database keeps what happens here."),
    "ja": ("ここで行ったことは、停止すると消えます。", "ここで行ったことは、--database に残ります。"),
}
_REMOTE: t.Final = {
    "en": "\nOther machines can reach this desk, and tokens and passwords go to it unencrypted.",
    "ja": "\nこの窓口にはほかのマシンからも接続でき、トークンとパスワードは暗号化されずに送られます。",
}


def start_text(*, kept: bool, remote: bool = False, **facts: str) -> str:
    """Return the text for these tokens, names and address.

    `kept`: whether a database outlives the desk; `remote`: whether others reach it.
    """
    lang = spoken_language()
    return _TEXTS[lang].format(memory=_MEMORY[lang][kept], reach=_REMOTE[lang] if remote else "", **facts)


def speak(message: str) -> str:
    """Say a sentence in the language of the user's locale."""
    return spoken(message, spoken_language())


def spoken_language() -> Language:
    """Return the language of the user's locale."""
    # As the collection has it: LANGUAGE works where no Japanese locale is installed.
    values = (os.environ.get(name) for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    return "ja" if next(filter(None, values), "").startswith("ja") else "en"


__all__ = ("speak", "spoken_language", "start_text")
