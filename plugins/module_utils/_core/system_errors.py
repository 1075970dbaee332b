# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Errors of the operating system as sentences in both languages."""

from __future__ import annotations

import errno
import os

from .phrases import Phrase, verbatim

_IN_JAPANESE = {
    errno.EACCES: "アクセスが許可されていません",
    errno.EDQUOT: "ディスククォータを超えています",
    errno.EEXIST: "同じ名前のファイルがあります",
    errno.EFBIG: "ファイルが大きすぎます",
    errno.EIO: "入出力エラーです",
    errno.EISDIR: "ディレクトリです",
    errno.ELOOP: "シンボリックリンクの段数が多すぎます",
    errno.ENAMETOOLONG: "名前が長すぎます",
    errno.ENOENT: "ファイルまたはディレクトリがありません",
    errno.ENOSPC: "ディスクの空き容量がありません",
    errno.ENOTDIR: "ディレクトリではありません",
    errno.EPERM: "操作が許可されていません",
    errno.EROFS: "読み取り専用のファイルシステムです",
}
_WHERE = Phrase("{path}: {reason}", "{path}: {reason}")
_NO_HOME = Phrase(
    "{path}: no home directory is known for it. Set HOME or write the path in full; without HOME, this collection "
    "needs XDG_STATE_HOME and XDG_CACHE_HOME",
    "{path}: ホームディレクトリが分かりません。環境変数 HOME を設定するか、絶対パスを指定してください。"
    "HOME がない場合、このコレクションには XDG_STATE_HOME と XDG_CACHE_HOME が必要です",
)
_RELATIVE = Phrase(
    "XDG_STATE_HOME: {path} is a relative path, which leads to another place from each working directory: a ledger "
    "there would not be found again. Write it in full",
    "XDG_STATE_HOME: {path} は相対パスです。作業ディレクトリによって場所が変わり、台帳が見つからなくなるため、"
    "絶対パスを指定してください",
)


class HomeMissing(FileNotFoundError):
    """A path begins with a tilde, and the system knows no home directory for it."""

    def __init__(self, path: str) -> None:
        super().__init__(errno.ENOENT, os.strerror(errno.ENOENT), path)


class StateHomeRelative(OSError):
    """The folder of ledgers is named by a relative path."""

    def __init__(self, path: str) -> None:
        super().__init__(errno.EINVAL, os.strerror(errno.EINVAL), path)


def reason_of(error: Exception) -> Phrase:
    """Name the reason; what the system has no word for is told as the library told it."""
    if not isinstance(error, OSError):
        return verbatim(str(error) or type(error).__name__)
    words = error.strerror or (os.strerror(error.errno) if error.errno else None)
    if words is None:
        return verbatim(", ".join(str(part) for part in error.args if part) or type(error).__name__)
    return Phrase(words, _IN_JAPANESE.get(error.errno or 0, words))


def reason_for(number: int) -> Phrase:
    """Name the reason that a number of the system stands for (errno)."""
    return reason_of(OSError(number, os.strerror(number)))


def describe_os_error(error: OSError) -> Phrase:
    """Name the file and the reason; without a file name the reason is all that is known."""
    if isinstance(error, HomeMissing):
        return _NO_HOME.filled(path=error.filename)
    if isinstance(error, StateHomeRelative):
        return _RELATIVE.filled(path=error.filename)
    reason = reason_of(error)
    return reason if error.filename is None else _WHERE.filled(path=error.filename, reason=reason)


__all__ = ("HomeMissing", "StateHomeRelative", "describe_os_error", "reason_for", "reason_of")
