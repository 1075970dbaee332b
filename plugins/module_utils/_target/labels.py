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

from .._pki import bundles, pem
from . import access_lists

if t.TYPE_CHECKING:
    import pathlib

# Other extended attributes (IMA signatures, for one) would be false for new content.
_KEPT_ATTRIBUTES = ("security.selinux",)


def keep(handle: int, like: pathlib.Path, *, content: bytes) -> None:
    """Label a new file like the one at this path, or as the policy has it where there is none.

    It has its mode already, which an access control list that it takes over does not widen.
    """
    if not hasattr(os, "getxattr"):  # only Linux has them
        return
    if not like.exists():
        _label_by_policy(handle, like)
        return
    for name in _KEPT_ATTRIBUTES:
        with contextlib.suppress(OSError):  # not there, or not known to this file system
            os.setxattr(handle, name, os.getxattr(like, name))
    # Whom somebody let read a certificate, nobody let read the key that takes its place.
    if not holds_key(content) or holds_key(like.read_bytes()):
        with contextlib.suppress(OSError):
            entries = os.getxattr(like, access_lists.ATTRIBUTE)
            mode = stat.S_IMODE(os.fstat(handle).st_mode)
            os.setxattr(handle, access_lists.ATTRIBUTE, access_lists.under(entries, mode=mode))


def holds_key(content: bytes) -> bool:
    """Check whether a private key is in here, in PEM or in PKCS#12."""
    return pem.holds_private_key(content) or bundles.is_bundle(content)


def _label_by_policy(handle: int, path: pathlib.Path) -> None:
    # A hidden name beside the path may match another rule of the policy than the path that it is for.
    if selinux is not None and selinux.is_selinux_enabled():
        failed, context = selinux.matchpathcon(str(path), stat.S_IFREG)
        if not failed:
            with contextlib.suppress(OSError):  # a file system without labels
                os.setxattr(handle, "security.selinux", context.encode())


__all__ = ("holds_key", "keep")
