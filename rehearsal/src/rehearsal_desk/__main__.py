# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`python -m rehearsal_desk` is `rehearsal-desk`."""

from __future__ import annotations

import sys

from rehearsal_desk.running.cli import main

sys.exit(main())
