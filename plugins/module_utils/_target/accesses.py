# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Who may do what with a file: the mode and the accounts that an order asks for."""

from __future__ import annotations

import dataclasses as dc
import grp
import pwd
import re
import typing as t

from .._core import defaults, errors
from .._core.phrases import Phrase

_MODE = re.compile(r"0?[0-7]{3,4}")
_MEANT = Phrase(
    'an octal file mode in quotes such as "0644", without rights to execute and without set-ID or sticky bits',
    '"0644" のように引用符で囲んだ8進数のファイルモード (実行権限、セットIDビット、スティッキービットは不可)',
)
_MEANT_FOR_KEY = Phrase(
    'an octal file mode in quotes such as "0600" or "0640": nothing for others, and for the group no more than to read',
    '"0600" や "0640" のように引用符で囲んだ8進数のモード (その他のユーザーには権限なし、グループは読み取りまで)',
)
_ALL, _SECRET = 0o666, 0o640  # the most that a file may allow, and one with a private key in it
OWNER, GROUP = Phrase("owner", "ユーザー"), Phrase("group", "グループ")


@dc.dataclass(frozen=True)
class Access:
    """Who may do what with a file; None leaves an account as it is."""

    mode: int
    uid: int | None = None
    gid: int | None = None

    @property
    def mode_text(self) -> str:
        return f"{self.mode:04o}"

    def allows(self, other: Access) -> bool:
        """Check whether the other access is just what is asked for here."""
        return self.mode == other.mode and self.uid in (None, other.uid) and self.gid in (None, other.gid)


def read_access(fields: t.Mapping[str, t.Any], *, within: str) -> Access:
    """Read the access that the `key` or the `install` of an order asks for, with accounts looked up on this host."""
    secret = within == "key"
    mode = fields.get("mode") or (defaults.KEY_MODE if secret else defaults.FILE_MODE)
    owner, group = fields.get("owner"), fields.get("group")
    if not isinstance(mode, str) or not _MODE.fullmatch(mode) or int(mode, 8) & ~(_SECRET if secret else _ALL):
        raise errors.FieldWrong(field=f"{within}.mode", allowed=_MEANT_FOR_KEY if secret else _MEANT)
    return Access(
        mode=int(mode, 8),
        uid=_account(OWNER, owner, look_up=lambda name: pwd.getpwnam(name).pw_uid),
        gid=_account(GROUP, group, look_up=lambda name: grp.getgrnam(name).gr_gid),
    )


def _account(kind: Phrase, name: str | None, *, look_up: t.Callable[[str], int]) -> int | None:
    if name is None:
        return None
    try:
        return look_up(str(name))
    except KeyError:
        if str(name).isdigit():
            return int(name)
        raise errors.AccountUnknown(kind=kind, account=str(name)) from None


__all__ = ("GROUP", "OWNER", "Access", "read_access")
