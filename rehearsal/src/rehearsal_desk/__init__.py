# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A desk to rehearse certificate orders at: nothing is bought, and every certificate it issues is worthless."""

from __future__ import annotations

__version__ = "1.7.0"
