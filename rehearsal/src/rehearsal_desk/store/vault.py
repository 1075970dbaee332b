# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vault: seals the private keys that the service makes, so that no database file holds one in the clear."""

from __future__ import annotations

import base64
import binascii
import os
import pathlib
import secrets
import stat
import typing as t

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rehearsal_desk.rules.wording import say

_KEY_BYTES: t.Final = 32
_NONCE_BYTES: t.Final = 12


class CannotOpen(Exception):
    """What is sealed was sealed with another key, or for another purpose."""


class BadKeyFile(Exception):
    """The key file cannot be used; the message says why and quotes none of it."""


class Vault:
    """Seals and opens with one AES-256-GCM key; what is sealed under a label opens under no other."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def __repr__(self) -> str:
        return "Vault()"

    def seal(self, secret: bytes, *, label: str) -> bytes:
        """Seal the secret, unreadable without the key."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, label.encode("utf-8"))

    def open(self, sealed: bytes, *, label: str) -> bytes:
        """Open the secret; raises `CannotOpen`."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], label.encode("utf-8"))
        except InvalidTag:
            raise CannotOpen from None


def make_vault() -> Vault:
    """Make a vault with a random key that nobody else has: what it seals ends with the desk."""
    return Vault(secrets.token_bytes(_KEY_BYTES))


def open_vault(path: pathlib.Path) -> Vault:
    """Open the vault of this key file, and write the file with mode 0600 when it is missing; raises `BadKeyFile`."""
    try:
        return Vault(_read_key(path) if path.exists() else _write_new_key(path))
    except OSError as error:
        message = say(
            "{} cannot be read or made ({})", "{} の読み込みまたは作成ができません ({})", path, error.strerror
        )
        raise BadKeyFile(message) from None


def _write_new_key(path: pathlib.Path) -> bytes:
    key = secrets.token_bytes(_KEY_BYTES)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(base64.b64encode(key) + b"\n")
    return key


def _read_key(path: pathlib.Path) -> bytes:
    with path.open("rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise BadKeyFile(say("{} is not a file", "{} はファイルではありません", path))
        if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise BadKeyFile(
                say(
                    "{0} can be used by others than its owner; chmod 600 {0}",
                    "{0} は所有者以外も使えます。chmod 600 {0} を実行してください",
                    path,
                )
            )
        text = stream.read(1024)
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        raise BadKeyFile(
            say(
                "{} holds no key of {} bytes in Base64; a missing file is made again",
                "{} に、Base64で書かれた{}バイトの鍵がありません。ファイルがなければ作り直します",
                path,
                _KEY_BYTES,
            )
        )
    return key
