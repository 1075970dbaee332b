# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Templates and vaults in order files, opened as Ansible opens them."""

from __future__ import annotations

import typing as t

from ansible.parsing.vault import VaultLib, VaultSecretsContext
from ansible.template import trust_as_template

from .files import Reader


def reader_with(templar: t.Any, *, secrets: t.Any = None) -> Reader:
    """A reader that renders with this templar's variables and decrypts with these secrets, or those of this run."""

    def rendered(text: str) -> t.Any:
        return templar.template(trust_as_template(text))

    def decrypted(text: str) -> str:
        known = VaultSecretsContext.current().secrets if secrets is None else secrets
        return str(VaultLib(known).decrypt(text.encode()).decode())

    return Reader(render=rendered, decrypt=decrypted)


__all__ = ("reader_with",)
