# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real SSH hosts: sshd as the current user on loopback ports, each with keys, known_hosts and a home of its own."""

from __future__ import annotations

import contextlib
import dataclasses as dc
import getpass
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time
import typing as t

import pytest

PATIENCE: t.Final = 15  # seconds that an sshd may take to start or to end

# The shell that sshd starts for each command would read what its user has in ~/.bashrc, which may take longer than the
# command; and the key exchange that ssh prefers takes ten times as long as this one.
_CONFIGURATION: t.Final = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile {folder}/sshd.pid
UsePAM no
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
Subsystem sftp internal-sftp
SetEnv HOME={folder}/home
KexAlgorithms curve25519-sha256
"""


def skip_or_fail(reason: str) -> t.NoReturn:
    """Leave a test out where something is missing, but never in CI, where nothing may be missing."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"{reason} (left out elsewhere, but CI must have it)", pytrace=False)
    pytest.skip(reason)


@dc.dataclass(kw_only=True)
class SshHost:
    """One inventory host; stop() makes it unreachable, start() brings it back on the same port."""

    name: str
    port: int
    folder: pathlib.Path
    sshd: str
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        log = self.folder / "sshd.log"
        command = [self.sshd, "-D", "-e", "-f", str(self.folder / "sshd_config")]
        with log.open("ab") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert self.process.poll() is None, f"sshd ended: {log.read_text(encoding='utf-8')}"
            assert time.monotonic() < deadline, f"sshd does not answer: {log.read_text(encoding='utf-8')}"
            time.sleep(0.01)

    def stop(self) -> None:
        """End sshd and the sessions that it started, by their process ids."""
        if self.process is None:
            return
        started = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        sessions = [int(pid) for pid in started.read_text().split()] if started.exists() else []
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.process = None
        for pid in sessions:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    def variables(self) -> dict[str, t.Any]:
        """What the inventory says of this host."""
        options = (
            f"-F none -o UserKnownHostsFile={self.folder}/known_hosts -o StrictHostKeyChecking=yes "
            "-o IdentitiesOnly=yes -o BatchMode=yes"
        )
        return {
            "ansible_host": "127.0.0.1",
            "ansible_port": self.port,
            "ansible_user": getpass.getuser(),
            "ansible_ssh_private_key_file": str(self.folder / "user_key"),
            "ansible_ssh_common_args": options,
        }

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
            return connection.recv(4) == b"SSH-"
        return False


@contextlib.contextmanager
def running_hosts(*names: str, folder: pathlib.Path) -> t.Iterator[dict[str, SshHost]]:
    """These hosts, up for as long as the block lasts."""
    sshd = shutil.which("sshd", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin")))
    missing = [tool for tool in ("ssh", "ssh-keygen") if shutil.which(tool) is None] + ([] if sshd else ["sshd"])
    if missing or not sshd:
        skip_or_fail(f"no {' and no '.join(missing)} here, so there are no SSH hosts to run playbooks against")
    if os.geteuid() == 0:
        pathlib.Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where sshd as root locks itself in
    hosts = {name: _host(name, folder=folder / name, sshd=sshd) for name in names}
    try:
        for host in hosts.values():
            host.start()
        yield hosts
    finally:
        for host in hosts.values():
            host.stop()


def _host(name: str, *, folder: pathlib.Path, sshd: str) -> SshHost:
    folder.mkdir(mode=0o700)
    (folder / "home").mkdir(mode=0o700)
    for key in ("host_key", "user_key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / key)], check=True)
    shutil.copy(folder / "user_key.pub", folder / "authorized_keys")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    kind, host_key = (folder / "host_key.pub").read_text().split()[:2]
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {kind} {host_key}\n")
    (folder / "sshd_config").write_text(_CONFIGURATION.format(port=port, folder=folder))
    return SshHost(name=name, port=port, folder=folder, sshd=sshd)
