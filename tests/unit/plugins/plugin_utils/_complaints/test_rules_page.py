# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of rules is what the code says, and leaves nothing out."""

from __future__ import annotations

import pathlib
import subprocess
import sys

from ansible_collections.iij.server_certificate.plugins.plugin_utils._catalogue.products import PRODUCTS
from ansible_collections.iij.server_certificate.plugins.plugin_utils._catalogue.services import LINKED_SERVICES
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.rules.book import RULES

ROOT = pathlib.Path(__file__).resolve().parents[5]


def test_it_is_what_the_code_says() -> None:
    subprocess.run([sys.executable, ROOT / "tests" / "generate" / "rules_page.py", "--check"], check=True)


def test_it_leaves_nothing_out() -> None:
    lines = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8").splitlines()
    assert [line[4:] for line in lines if line.startswith("### ")] == sorted(RULES)
    for known in (*PRODUCTS.values(), *LINKED_SERVICES.values()):
        assert any(line.startswith(f"| `{known.id}` | {known.name} |") for line in lines)
