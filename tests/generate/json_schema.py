# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes docs/order-file.schema.json, the schema of order files for editors; with --check it only compares.

Usage: json_schema.py [--check]
"""

from __future__ import annotations

import json

from generated import written
from order_schema import file_schema

PAGE = "docs/order-file.schema.json"


def content() -> str:
    return json.dumps(file_schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    raise SystemExit(written(PAGE, content()))
