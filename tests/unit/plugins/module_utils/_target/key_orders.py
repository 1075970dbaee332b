# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Orders for a key in a folder, and what lies in that folder."""

from __future__ import annotations

import pathlib
import typing as t

from ansible_collections.iij.server_certificate.plugins.module_utils._target import ensure_key_csr as use_case
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import key_pem

NAME = "www.example.jp"
SUBJECT = {
    "state_or_province_name": "Tokyo",
    "locality_name": "Chiyoda-ku",
    "organization_name": "Example Co., Ltd.",
}


def order(folder: pathlib.Path, **changes: t.Any) -> dict[str, t.Any]:
    """An order for an elliptic key, because those are fast; `key` is merged."""
    key = {"type": "ECDSA", "size": 2048, "curve": "P-256", "path": str(folder / "www.key"), "csr_path": None}
    key.update({"owner": None, "group": None, "mode": "0600"})
    key.update(changes.pop("key", {}))
    return {
        "name": "www",
        "common_name": NAME,
        "csr_origin": "target",
        "subject": SUBJECT,
        "key": key,
        "product": "sureserver_cloud",
        **changes,
    }


def ensure(wanted: dict[str, t.Any], *, check: bool = False) -> use_case.KeyOutcome:
    return use_case.ensure(use_case.parse(wanted), check=check)


def written(path: pathlib.Path, key: t.Any, **options: t.Any) -> bytes:
    content = key_pem(key, **options)
    path.write_bytes(content)
    path.chmod(0o600)
    return content


def state_of(folder: pathlib.Path) -> dict[str, tuple[bytes, int, int]]:
    return {path.name: (path.read_bytes(), path.stat().st_mode, path.stat().st_mtime_ns) for path in folder.iterdir()}
