# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What both adapters know about HTTP: where a credential may go, and what came of a call in words without secrets."""

from __future__ import annotations

import typing as t
import urllib.parse

from ...module_utils._core.phrases import Phrase

if t.TYPE_CHECKING:
    from collections.abc import Mapping

_LOOPBACK: t.Final = ("127.0.0.1", "::1", "localhost")


def parts_of(url: str) -> urllib.parse.SplitResult | None:
    """The parts of an address, or None where it has none."""
    try:
        parts = urllib.parse.urlsplit(url)
        _readable = parts.port
    except ValueError:
        return None
    return parts


def address_fault(url: str, *, form: str, secret: Phrase) -> Phrase | None:
    """Why this secret must not be sent to this desk_url, or None."""
    parts = parts_of(url)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        return Phrase(f"desk_url must be of the form {form}", f"desk_url は {form} の形で指定してください。")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        return Phrase(
            f"desk_url must use https: over http anyone on the way could read the {secret.en} (only loopback may use "
            "http)",
            f"desk_url には https を使ってください。http では通信の途中で{secret.ja}を読まれます "
            "(http はループバックだけで使えます)。",
        )
    return None


def retry_after(headers: Mapping[str, str]) -> float:
    """The seconds that an answer asks to wait."""
    text = headers.get("Retry-After", "")
    return float(text) if text.isdigit() else 1.0


def reason(error: Exception) -> str:
    """Why no answer came."""
    # requests wraps urllib3's error, which names host and cause but never headers or forms.
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return " ".join(str(cause or error).split())


__all__ = ("address_fault", "parts_of", "reason", "retry_after")
