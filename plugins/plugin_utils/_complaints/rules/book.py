# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Every rule by its id."""

from __future__ import annotations

import typing as t

from . import (
    at_desk,
    bounds,
    by_hand,
    commands,
    endings,
    guards,
    links,
    order_file,
    order_form,
    registration_form,
    reissues,
    renewals,
    supplied_csr,
)

if t.TYPE_CHECKING:
    from .rule import Rule

_CHAPTERS: t.Final = (
    order_file, order_form, commands, bounds, registration_form, supplied_csr,
    at_desk, renewals, reissues, endings, links, by_hand, guards,
)  # fmt: skip
RULES: t.Final[dict[str, Rule]] = {rule.id: rule for chapter in _CHAPTERS for rule in chapter.RULES}

__all__ = ("RULES",)
