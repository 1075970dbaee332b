# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What an order means where it leaves a field of `key` or `install` out; controller, hosts and pages read it here."""

from __future__ import annotations

KEY_TYPE = "RSA"
KEY_SIZE = 2048  # bits
KEY_CURVE = "P-256"  # of a key of type ECDSA
KEY_MODE = "0600"
REGENERATE = "never"
FILE_MODE = "0644"
PKCS12_ENCRYPTION = "modern"
PROVE_ADDRESS = "127.0.0.1"  # as the host sees it
PROVE_PORT = 443
PROVE_SEEN_FROM = "host"
PROVE_TIMEOUT = 30  # seconds
PROVE_LONGEST = 3600  # seconds that an order may ask for

__all__ = (
    "FILE_MODE",
    "KEY_CURVE",
    "KEY_MODE",
    "KEY_SIZE",
    "KEY_TYPE",
    "PKCS12_ENCRYPTION",
    "PROVE_ADDRESS",
    "PROVE_LONGEST",
    "PROVE_PORT",
    "PROVE_SEEN_FROM",
    "PROVE_TIMEOUT",
    "REGENERATE",
)
