# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rehearsal desk as a package of its own: built as a wheel, installed from its lock, it serves."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import typing as t

import requests
from ansible_collections.iij.server_certificate.tests.release.copies import ROOT

PATIENCE: t.Final = 60
UV: t.Final = pathlib.Path(sys.executable).with_name("uv")


def test_a_built_wheel_serves_without_the_collection(tmp_path: pathlib.Path) -> None:
    build = [UV, "build", "--quiet", "--wheel", "--no-build-isolation", "--python", sys.executable]
    subprocess.run([*build, "--out-dir", tmp_path, ROOT / "rehearsal"], check=True)
    (wheel,) = tmp_path.glob("rehearsal_desk-*.whl")
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, tmp_path / "venv"], check=True)
    install = [UV, "pip", "install", "--quiet", "--python", tmp_path / "venv"]
    subprocess.run([*install, "--require-hashes", "-r", ROOT / "requirements/rehearsal.lock"], check=True)
    subprocess.run([*install, "--no-deps", wheel], check=True)
    ready = tmp_path / "desk.json"
    command = [tmp_path / "venv/bin/rehearsal-desk", "serve", "--port", "0", "--ready-file", ready]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + PATIENCE
            while not ready.exists():
                assert process.poll() is None and time.monotonic() < deadline
                time.sleep(0.05)
            desk = json.loads(ready.read_text(encoding="utf-8"))
            answer = requests.get(
                f"{desk['url']}/api/v1/applications",
                headers={"Authorization": f"Bearer {desk['order_token']}"},
                timeout=PATIENCE,
            )
            assert answer.json()["results"] == []
            assert "portal" in requests.get(desk["portal_url"], timeout=PATIENCE).url, "templates are in the wheel"
        finally:
            process.send_signal(signal.SIGTERM)
