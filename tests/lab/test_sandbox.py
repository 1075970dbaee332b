# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab itself: it leaves nothing behind, however it ends, and its scripts are sound."""

from __future__ import annotations

import pathlib
import shutil
import signal
import subprocess
import time
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.lab.sandboxes import HOSTLAB, ROOT
from ansible_collections.iij.server_certificate.tests.playbooks.ssh_hosts import skip_or_fail

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.lab.sandboxes import Lab

PATIENCE = 30  # seconds that processes may take to end
MACHINE = "web1/11/bookworm"


def of_the_machine() -> tuple[str, str]:
    """Mounts and network links outside of any sandbox."""
    links = subprocess.run(["ip", "-brief", "link"], capture_output=True, text=True, check=True).stdout
    return pathlib.Path("/proc/self/mountinfo").read_text(), links


def descendants(pid: int) -> set[int]:
    children = [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return {pid}.union(*map(descendants, children))


def cgroups(pid: int) -> set[pathlib.Path]:
    return set(pathlib.Path("/sys/fs/cgroup").glob(f"**/hostlab-{pid}"))


def test_a_killed_sandbox_leaves_nothing(lab: Lab) -> None:
    before = of_the_machine()
    script = f"{HOSTLAB} up {MACHINE} && echo ready && sleep infinity"
    with lab.start("bash", "-c", script) as sandbox:
        assert sandbox.stdout and sandbox.stdout.readline() == "ready\n"
        pids = descendants(sandbox.pid)
        names = {pathlib.Path(f"/proc/{pid}/comm").read_text().strip() for pid in pids}
        assert {"systemd-nspawn", "systemd", "sshd", "nginx"} <= names
        assert cgroups(sandbox.pid)
        assert of_the_machine() == before
        sandbox.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE
    while any(pathlib.Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < deadline, "processes outlived their sandbox"
        time.sleep(0.05)
    lab.run("true")  # the next one sweeps the empty folders, the only thing that can be left
    assert (of_the_machine(), cgroups(sandbox.pid)) == (before, set())


def test_a_host_tells_what_changed_and_leaves_nothing_when_it_is_stopped(lab: Lab) -> None:
    act = "rm /etc/deluser.conf; echo > /root/new; chmod 0600 /etc/passwd; cp -p /etc/fstab /f; mv /f /etc/fstab"
    left = (
        "pgrep -l systemd; find /run/netns $HOSTLAB_STATE/hosts -mindepth 1 -maxdepth 1; "
        "grep /hosts/ /proc/self/mountinfo; ls -d /sys/fs/cgroup/*/$HOSTLAB_CGROUP 2> /dev/null; true"
    )
    steps = (
        f"{HOSTLAB} up {MACHINE}",
        f"{HOSTLAB} changed web1",
        f"{HOSTLAB} exec web1 sh -c '{act}'; {HOSTLAB} changed web1",
        left,
        f"{HOSTLAB} down web1; {left}",
    )
    said = lab.run("bash", "-c", "; echo --; ".join(steps)).split("--\n")
    written = ["/etc/deluser.conf", "/etc/fstab", "/etc/passwd", "/root/new"]
    assert [said[1], said[2].split()] == ["", [f"web1:{file}" for file in written]]
    assert said[3].count("web1") > 2, "what is looked for is there while the host runs"
    assert said[4] == ""


@pytest.mark.parametrize("script", ["tests/lab/bareroot.sh", "tests/lab/hostlab.sh", "tests/lab/sandbox.sh", ".ci/run"])
def test_scripts_are_sound(script: str) -> None:
    if shutil.which("shellcheck") is None:
        skip_or_fail("no shellcheck here, so shell scripts are not checked")
    done = subprocess.run(["shellcheck", ROOT / script], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
