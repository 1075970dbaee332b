# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the version of galaxy.yml into every other place that names it; tests/release/test_versions.py compares.

Usage: versions.py
"""

from __future__ import annotations

import pathlib
import re
import typing as t

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLACES: t.Final = {
    "rehearsal/pyproject.toml": r'^version = "(.+)"$',
    "rehearsal/src/rehearsal_desk/__init__.py": r'^__version__ = "(.+)"$',
    "docs/desk-openapi.json": r'^    "version": "(.+)"',
    "examples/execution-environment/execution-environment.yml": r"iij-server_certificate-(.+)\.tar\.gz",
    "README.md": r"^iij\.server_certificate:(\S+) was installed",
    "README.ja.md": r"^iij\.server_certificate:(\S+) was installed",
    "docs/guides/first-order.md": r"^iij\.server_certificate (\S+)$",
    "docs/ja/guides/first-order.md": r"^iij\.server_certificate (\S+)$",
    "CONTRIBUTING.md": r"iij-server_certificate-(\d.+?)\.tar\.gz",
}


def main() -> None:
    """Replace what each place names."""
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]

    def named(found: re.Match[str]) -> str:
        begin, end = (place - found.start() for place in found.span(1))
        return found[0][:begin] + version + found[0][end:]

    for place, pattern in PLACES.items():
        path = ROOT / place
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(pattern, named, text, flags=re.MULTILINE), encoding="utf-8")


if __name__ == "__main__":
    main()
