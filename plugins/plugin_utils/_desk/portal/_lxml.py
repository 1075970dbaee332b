# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The one place that imports lxml, so that its absence is one clear message."""

from __future__ import annotations

import traceback
import typing as t

from ansible.module_utils.basic import missing_required_lib

try:
    from lxml import etree, html

    LXML_TRACEBACK = None
except ImportError:
    LXML_TRACEBACK = traceback.format_exc()
    etree = None  # type: ignore[assignment]
    html = None  # type: ignore[assignment]

Element = t.Any  # lxml's elements have no types of their own


def explain_missing_lxml() -> str | None:
    """Say that lxml is missing, in the message for the user; None where it is there."""
    return None if html else missing_required_lib("lxml")


__all__ = ("LXML_TRACEBACK", "Element", "etree", "explain_missing_lxml", "html")
