# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The one place that imports cryptography, so that its absence or age is one clear message.

Everything else asks for `deps.x509` and the like when it needs them, never at import time.
"""

from __future__ import annotations

import re
import traceback

from ansible.module_utils.basic import missing_required_lib

FLOOR = (3, 3)  # Debian 11

try:
    from cryptography import __version__ as _version
    from cryptography import x509
    from cryptography.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.backends import default_backend
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12

    # What cryptography raises, in one release or another, about content that is not what it should be.
    CONTENT_ERRORS: tuple[type[Exception], ...] = (
        ValueError,
        TypeError,
        LookupError,  # 38: a string type that it does not know
        UnsupportedAlgorithm,
        InternalError,  # 3.3 and 38: whatever else OpenSSL dislikes
        x509.InvalidVersion,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
    )
    VERSION: tuple[int, ...] = tuple(int(part) for part in re.findall(r"\d+", _version)[:2])
    CRYPTOGRAPHY_TRACEBACK = None
except Exception:  # a broken build of the library raises more than ImportError
    CRYPTOGRAPHY_TRACEBACK = traceback.format_exc()
    VERSION = ()

HAS_CRYPTOGRAPHY = VERSION >= FLOOR


def explain_missing_cryptography() -> str | None:
    """Say that cryptography is absent or too old, in the message for the user; None where it is neither."""
    if HAS_CRYPTOGRAPHY:
        return None
    floor = ".".join(map(str, FLOOR))
    library = f"cryptography >= {floor}; the package python3-cryptography of most distributions"
    return str(missing_required_lib(library))


__all__ = (
    "CONTENT_ERRORS",
    "CRYPTOGRAPHY_TRACEBACK",
    "HAS_CRYPTOGRAPHY",
    "VERSION",
    "InvalidSignature",
    "UnsupportedAlgorithm",
    "default_backend",
    "ec",
    "explain_missing_cryptography",
    "hashes",
    "padding",
    "pkcs7",
    "pkcs12",
    "rsa",
    "serialization",
    "x509",
)
