# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

from __future__ import annotations


class ModuleDocFragment:
    """The language of messages; the same cut as _argspec.language()."""

    DOCUMENTATION = r"""
options:
  lang:
    description:
      - The language of messages, reasons and next actions. By default it follows the locale (E(LANGUAGE), E(LC_ALL), E(LC_MESSAGES), E(LANG)),
        Japanese or else English.
    type: str
    choices: [en, ja]
"""
