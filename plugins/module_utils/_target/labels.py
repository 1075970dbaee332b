# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Labels and access control lists of a file: kept when it is replaced, or as the host's policy has them."""

from __future__ import annotations

import contextlib
import os
import stat
import typing as t

try:
    from ansible.module_utils.compat import selinux
except ImportError:  # a host without libselinux
    selinux = None

if t.TYPE_CHECKING:
    import pathlib

# Other extended attributes (IMA signatures, for one) would be false for new content.
_KEPT_ATTRIBUTES = ("security.selinux", "system.posix_acl_access")


def keep(handle: int, like: pathlib.Path) -> None:
    """Label a new file like the one at this path, or as the policy has it where there is none."""
    if not hasattr(os, "getxattr"):  # only Linux has them
        return
    if not like.exists():
        _label_by_policy(handle, like)
        return
    for name in _KEPT_ATTRIBUTES:
        with contextlib.suppress(OSError):  # not there, or not known to this file system
            os.setxattr(handle, name, os.getxattr(like, name))


def _label_by_policy(handle: int, path: pathlib.Path) -> None:
    # A hidden name beside the path may match another rule of the policy than the path that it is for.
    if selinux is not None and selinux.is_selinux_enabled():
        failed, context = selinux.matchpathcon(str(path), stat.S_IFREG)
        if not failed:
            with contextlib.suppress(OSError):  # a file system without labels
                os.setxattr(handle, "security.selinux", context.encode())


__all__ = ("keep",)
