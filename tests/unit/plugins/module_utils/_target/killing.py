# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A process that is killed at its n-th file operation, before it is carried out."""

from __future__ import annotations

import contextlib
import os
import signal
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Callable

OPERATIONS: t.Final = (
    os.open, os.write, os.fsync, os.link, os.rename, os.unlink, os.symlink, os.mkdir, os.rmdir, os.fchmod, os.fchown,
    os.chmod,
)  # fmt: skip


def killed_at(fatal: int, act: Callable[[], object]) -> bool:
    """Whether the act, in a process of its own, was killed before its operation number `fatal` (from 0 on)."""
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            _count_down(fatal)
            act()
        os._exit(0)
    _child, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _count_down(fatal: int) -> None:
    left = [fatal]
    for really in OPERATIONS:
        _wrap(really, left)


def _wrap(really: Callable[..., object], left: list[int]) -> None:
    def counted(*arguments: t.Any, **options: t.Any) -> t.Any:
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1
        return really(*arguments, **options)

    setattr(os, really.__name__, counted)


__all__ = ("killed_at",)
