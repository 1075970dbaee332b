# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the generators share: the collection's code without an installed collection, and writing or comparing."""

from __future__ import annotations

import importlib
import pathlib
import sys
import typing as t

ROOT = pathlib.Path(__file__).resolve().parents[2]

sys.path.insert(0, str(ROOT / "collections"))


def plugin(name: str) -> t.Any:
    """A module of plugins/plugin_utils."""
    return importlib.import_module(f"ansible_collections.iij.server_certificate.plugins.plugin_utils.{name}")


def written(page: str, content: str) -> int:
    """Writes the page, or with --check tells whether it is up to date; gives the exit code."""
    path = ROOT / page
    old = path.read_text(encoding="utf-8") if path.is_file() else ""
    if "--check" not in sys.argv[1:]:
        path.write_text(content, encoding="utf-8")
    elif old != content:
        sys.stderr.write(f"{page} is not what the code says; run {pathlib.Path(sys.argv[0]).name} without --check\n")
        return 1
    return 0
