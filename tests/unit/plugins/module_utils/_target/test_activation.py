# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Validate, reload, prove; and back to what was there when one of them says no."""

from __future__ import annotations

import pathlib
import socket
import ssl
import threading
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import activation_errors, errors
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import handshake
from ansible_collections.iij.server_certificate.plugins.module_utils._target import commands, files
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import NOW, key_pem, pem
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.sites import Site


class Server:
    """Serves TLS on a port of its own with whatever certificate and key it was last told to read."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.context = self._read()
        self.follows = True
        self.names: list[str | None] = []
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _read(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "full.pem", self.folder / "www.key")
        context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        return context

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self.listener.accept()
            except OSError:
                return
            if self.follows:
                self.context = self._read()
            try:
                self.context.wrap_socket(connection, server_side=True).close()
            except OSError:
                connection.close()

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()


@pytest.fixture
def server(site: Site) -> t.Iterator[Server]:
    """A server with the first certificate of the site, of which the next one is issued."""
    site.ensure(site.contents)
    running = Server(site.folder)
    site.issue(since=NOW)
    yield running
    running.close()


def proving(server: Server, **more: t.Any) -> dict[str, t.Any]:
    return {"install": {"prove": {"port": server.port, "timeout": 5}, "reload": "true", **more}}


def test_a_certificate_that_is_served_is_installed(site: Site, server: Server) -> None:
    asked = proving(server)
    foretold = site.ensure(site.contents, check=True, **asked).actions
    assert site.ensure(site.contents, **asked).actions == foretold
    assert foretold == ("write_full_chain", "write_certificate", "reload", "prove")
    assert set(server.names) == {"www.example.jp"}
    assert site.ensure(**asked).actions == ()


def test_a_certificate_that_is_not_served_is_taken_back(site: Site, server: Server, tmp_path: pathlib.Path) -> None:
    server.follows = False
    before = site.state()
    asked = proving(server, prove={"port": server.port, "timeout": 1})
    with pytest.raises(activation_errors.NotServed, match=r"127.0.0.1 port .* did not serve the new certificate"):
        site.ensure(site.contents, **asked)
    assert site.state() == before
    server.follows = True
    assert site.ensure(site.contents, **asked).actions[-1] == "prove"


def test_where_nothing_listens_nothing_is_installed(site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(activation_errors.NotServed):
        site.ensure(site.contents, install={"prove": {"port": port, "timeout": 1}})
    assert sorted(path.name for path in site.folder.iterdir()) == ["www.key"]


def test_a_server_may_take_its_time(site: Site) -> None:
    answers = iter([[handshake.Answer()], [handshake.Answer("old")], [handshake.Answer("new")]])
    service = handshake.Service("127.0.0.1", 443, "www.example.jp", timeout=30)
    slept: list[float] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handshake, "answers", lambda _service: next(answers))
        assert not handshake.seen_instead(service, fingerprint="new", clock=lambda: 0.0, sleep=slept.append)
    assert len(slept) == 2


def test_but_not_for_ever() -> None:
    now = [0.0]
    service = handshake.Service("127.0.0.1", 443, "www.example.jp", timeout=30)

    def later(seconds: float) -> None:
        now[0] += seconds

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handshake, "answers", lambda _service: [handshake.Answer("old")])
        assert handshake.seen_instead(service, fingerprint="new", clock=lambda: now[0], sleep=later)
    assert now[0] >= 30


def test_commands_do_not_see_the_credentials_of_the_controller(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a local connection the module's environment is the controller's."""
    for name in ("IIJ_CERT_TOKEN", "IIJ_CERT_ORDER_TOKEN", "IIJ_CERT_PORTAL_PASSWORD"):
        monkeypatch.setenv(name, "canary")
    monkeypatch.setenv("OTHER", "kept")
    commands = {name: f"sh -c 'env > {site.folder}/{name}.env'" for name in ("validate", "reload")}
    site.ensure(site.contents, install=commands)
    for name in commands:
        seen = (site.folder / f"{name}.env").read_text()
        assert "OTHER=kept" in seen
        assert "IIJ_CERT_" not in seen
        assert "canary" not in seen


def test_a_wildcard_is_asked_for_by_a_name_that_it_serves(site: Site) -> None:
    site.issue("*.example.jp")
    asked = site.parse(common_name="*.example.jp", install={"prove": {}})
    assert asked.service == handshake.Service("127.0.0.1", 443, "www.example.jp", timeout=30)


# --- seen by the controller


def test_what_the_controller_proves_stays_open_until_it_has(site: Site, server: Server) -> None:
    asked = proving(server, prove={"port": server.port, "seen_from": "controller"})
    first = site.ensure(site.contents, **asked)
    assert first.unproved
    assert first.actions == ("write_full_chain", "write_certificate", "reload")
    again = site.ensure(**asked)
    assert again.unproved, "the controller never came back"
    assert again.actions == ("complete_swap", "reload")
    last = site.ensure(served=True, **asked)
    assert (last.unproved, last.actions) == (False, ("prove",))
    assert not site.ensure(**asked).unproved


def test_what_the_controller_does_not_see_is_taken_back(site: Site, server: Server) -> None:
    before = site.state()
    asked = proving(server, prove={"port": server.port, "seen_from": "controller"})
    site.ensure(site.contents, **asked)
    with pytest.raises(activation_errors.NotServed):
        site.ensure(served=False, **asked)
    assert site.state() == before


# --- commands


def test_validate_sees_the_new_files_before_anybody_else(site: Site, tmp_path: pathlib.Path) -> None:
    site.ensure(site.contents)
    site.issue(since=NOW)
    before = site.state()
    copy = f"cp %s {tmp_path / 'tried'}"
    site.ensure(site.contents, install={"validate": copy})
    assert (tmp_path / "tried").read_text() == pem(site.certificate)
    (tmp_path / "tried").unlink()
    site.issue(since=NOW)
    before = site.state()
    with pytest.raises(activation_errors.CommandRefused, match=r"status 2, .*no-such-option"):
        site.ensure(site.contents, install={"validate": "ls --no-such-option %s"})
    assert site.state() == before
    assert len([path for path in site.folder.iterdir() if path.name.startswith(".")]) == 4, "the set and three files"


def test_a_command_that_is_not_there(site: Site) -> None:
    for field in ("validate", "reload"):
        for program in ("/no/such/command", "no-such-command"):
            with pytest.raises(activation_errors.CommandMissing) as caught:
                site.ensure(site.contents, install={field: f"{program} -t"})
            assert f"The command {program} was not found on the host" in caught.value.message()
            assert f"correct install.{field}." in caught.value.message()
            assert f"コマンド {program} がホストにない" in caught.value.message("ja")


@pytest.mark.parametrize("asked", [{"reload": "false"}, {"reload": "no-such-command"}, {"prove": {"port": 1}}])
def test_what_became_of_the_new_files_is_told_as_it_was(site: Site, asked: dict[str, t.Any]) -> None:
    """A first installation leaves nothing to put back."""
    asked = {**asked, "prove": {"port": 1, "timeout": 1}} if "prove" in asked else asked
    with pytest.raises(errors.Fault) as caught:
        site.ensure(site.contents, install=asked)
    assert "so the new files were taken away again" in caught.value.message()
    assert "新しいファイルを取り除きました" in caught.value.message("ja")
    site.ensure(site.contents)
    site.issue(since=NOW)
    with pytest.raises(errors.Fault) as caught:
        site.ensure(site.contents, install=asked)
    assert "so the old files were put back" in caught.value.message()
    assert "元のファイルに戻しました" in caught.value.message("ja")


def test_no_shell_reads_the_command(site: Site, tmp_path: pathlib.Path) -> None:
    site.ensure(site.contents, install={"reload": f"echo x > {tmp_path / 'written'} ; false"})
    assert not (tmp_path / "written").exists()


def test_a_command_that_prints_the_key_is_not_quoted(site: Site) -> None:
    combined = {"certificate": None, "chain": None, "full_chain": None, "combined": str(site.folder / "combined.pem")}
    with pytest.raises(activation_errors.CommandRefused) as caught:
        site.ensure(site.contents, install={**combined, "validate": "cat %s /no/such/file"})
    line = key_pem(site.key).decode().splitlines()[1]
    assert line not in str(caught.value)
    assert "PRIVATE" not in str(caught.value)


def test_a_reload_that_fails_brings_files_and_service_back(
    site: Site, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    site.ensure(site.contents)
    site.issue(since=NOW)
    before = site.state()
    script = elsewhere / "reload"
    script.write_text(f"#!/bin/sh\ncat {site.folder}/www.pem >> {elsewhere}/loaded\nexit 3\n")
    script.chmod(0o755)
    with pytest.raises(activation_errors.ReloadFailed, match="status 3"):
        site.ensure(site.contents, install={"reload": str(script)})
    assert site.state() == before
    loaded = (elsewhere / "loaded").read_text()
    assert loaded == pem(site.certificate) + before["www.pem"][0].decode()


# --- whatever else goes wrong


class Stopped(BaseException):
    """What is no error, such as an interrupt."""


@pytest.mark.parametrize("error", [OverflowError, UnicodeError, KeyError, RuntimeError, Stopped])
@pytest.mark.parametrize("asked", [{"prove": {"port": 1}}, {"reload": "true"}], ids=["prove", "reload"])
def test_any_error_brings_the_old_files_back(
    site: Site, monkeypatch: pytest.MonkeyPatch, error: type[BaseException], asked: dict[str, t.Any]
) -> None:
    def fail(*_arguments: object, **_options: object) -> t.NoReturn:
        monkeypatch.undo()  # the way back works
        raise error

    site.ensure(site.contents)
    site.issue(since=NOW)
    before = site.state()
    monkeypatch.setattr(commands, "failure", fail) if "reload" in asked else None
    monkeypatch.setattr(handshake, "seen_instead", fail)
    with pytest.raises((error, errors.Unexpected)):  # type: ignore[arg-type]
        site.ensure(site.contents, install=asked)
    assert site.state() == before
    monkeypatch.undo()
    assert site.parse().fileset.is_settled


def test_so_does_a_mode_that_cannot_be_put_right(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_options: object) -> t.NoReturn:
        raise OSError(30, "Read-only file system")

    site.ensure(site.contents)
    site.issue(since=NOW)
    (site.folder / "www.key").chmod(0o640)
    before = site.state()
    monkeypatch.setattr(files, "repair", fail)
    with pytest.raises(errors.FileRefused):
        site.ensure(site.contents)
    assert site.state() == before


@pytest.mark.parametrize("command", ["sh -c 'open", "true \0"])
@pytest.mark.parametrize("field", ["validate", "reload"])
def test_what_is_no_command_has_failed(site: Site, field: str, command: str) -> None:
    site.ensure(site.contents)
    site.issue(since=NOW)
    before = site.state()
    with pytest.raises((activation_errors.CommandRefused, activation_errors.ReloadFailed)):
        site.ensure(site.contents, install={field: command})
    assert site.state() == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("address", "a" * 64 + ".jp"), ("address", ".example"), ("address", "10.0.0.256"), ("address", 10),
        ("server_name", "www..example.jp"), ("server_name", "*.example.jp"), ("server_name", "x" * 254),
        ("port", 65536), ("port", -1), ("port", "443"), ("timeout", 10**400), ("timeout", 3601), ("timeout", -1),
    ],
)  # fmt: skip
def test_a_service_that_cannot_be_is_refused_before_anything_is_written(site: Site, field: str, value: object) -> None:
    fault = site.refuses(site.contents, errors.FieldWrong, install={"prove": {field: value}})
    assert f"install.prove.{field} must be" in str(fault)
