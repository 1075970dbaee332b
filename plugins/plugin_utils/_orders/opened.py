# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Templates and vaults in order files, opened in the same way wherever order files are read."""

from __future__ import annotations

import typing as t

from ansible.parsing.vault import EncryptedString, VaultHelper, VaultLib, VaultSecretsContext

from .._complaints.vaulted import Vaulted
from .files import Reader
from .templates import Sandbox

if t.TYPE_CHECKING:
    from collections.abc import Mapping


def make_reader(variables: Mapping[str, t.Any] | None, *, secrets: t.Any = None) -> Reader:
    """Make a reader that renders over these variables alone, and decrypts with these secrets or those of this run."""
    sandbox = Sandbox(_Plain().read_value(dict(variables or {})))

    def decrypt(text: str) -> str:
        entry = VaultSecretsContext.current().secrets if secrets is None else secrets
        return str(VaultLib(entry).decrypt(text.encode()).decode())

    return Reader(render=sandbox.render, decrypt=decrypt, known=sandbox.known)


class _Plain:
    """Plain values out of Ansible's, which carry tags and may render when somebody looks at them."""

    def __init__(self) -> None:
        self._done: dict[int, tuple[object, t.Any]] = {}

    def read_value(self, value: t.Any) -> t.Any:
        if isinstance(value, (dict, list)):
            if id(value) not in self._done:
                # The original is kept with its copy: as long as it lives, nothing else has its id.
                self._done[id(value)] = (value, self._container(value))
            return self._done[id(value)][1]
        if isinstance(value, (str, EncryptedString)):
            sealed = VaultHelper.get_ciphertext(value, with_tags=False)
            text = str.__str__(value) if isinstance(value, str) else str(value)
            return Vaulted(text, sealed=sealed) if sealed else text
        return value

    def _container(self, value: t.Any) -> t.Any:
        if isinstance(value, dict):
            return {self.read_value(key): self.read_value(below) for key, below in value.items()}
        return [self.read_value(below) for below in value]


__all__ = ("make_reader",)
