# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`rehearsal-desk serve` as a user starts it."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import pathlib
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import typing as t

import pytest
import rehearsal_desk
import requests
from rehearsal_desk.running import cli
from rehearsal_desk.running.help_text import JAPANESE
from rehearsal_desk.running.start_text import start_text

SOURCE: t.Final = pathlib.Path(rehearsal_desk.__file__).parent.parent


@contextlib.contextmanager
def started(*arguments: str) -> t.Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    command = [sys.executable, "-m", "rehearsal_desk", "serve", *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, bufsize=1
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def waited_for(path: pathlib.Path) -> dict[str, t.Any]:
    deadline = time.monotonic() + 15
    while not path.exists():
        assert time.monotonic() < deadline, "the ready file did not come"
        time.sleep(0.02)
    return t.cast(dict[str, t.Any], json.loads(path.read_text(encoding="utf-8")))


def test_it_serves_announces_and_stops_cleanly(tmp_path: pathlib.Path) -> None:
    ready_file = tmp_path / "ready.json"
    with started("--port", "0", "--ready-file", str(ready_file), "--not-offered", "quick_ssl") as process:
        ready = waited_for(ready_file)
        assert stat.S_IMODE(ready_file.stat().st_mode) == 0o600
        tokens = {"url", "order_token", "register_token", "control_token", "pid"}
        assert set(ready) == tokens | {"portal_url", "group_admin", "service_admin"}
        assert set(ready["group_admin"]) == set(ready["service_admin"]) == {"master_id", "password"}
        assert ready["pid"] == process.pid
        answer = requests.get(
            f"{ready['url']}/api/v1/products", headers={"Authorization": f"Bearer {ready['order_token']}"}, timeout=5
        )
        assert answer.json()["total"] == 14
        control = {"Authorization": f"Bearer {ready['control_token']}"}
        for name in ("drop_after_commit", "drop_before_commit"):
            faults = {"faults": [{"name": name, "method": "GET", "path": "/products"}]}
            requests.put(f"{ready['url']}/rehearsal/faults", json=faults, headers=control, timeout=5)
            with pytest.raises(requests.ConnectionError):
                requests.get(f"{ready['url']}/api/v1/products", timeout=5)
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=10)
    assert process.returncode == 0
    assert errors == ""
    assert "REHEARSAL" in output
    assert "worthless" in output
    assert f"export IIJ_CERT_DESK_URL={ready['url']}\n" in output
    assert re.search(rf"export IIJ_CERT_TOKEN={re.escape(ready['order_token'])}\n", output)
    assert not ready_file.exists()


def test_the_start_text_speaks_the_language_of_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("url", "order_token", "register_token", "control_token", "group_admin", "group_password")
    facts = dict.fromkeys((*names, "service_admin", "service_password"), "fact")
    texts = {}
    monkeypatch.setenv("LANGUAGE", "ja")
    assert "暗号化されずに" in start_text(kept=True, remote=True, **facts)
    for language, kept in itertools.product(("ja", "ja_JP.UTF-8", "en", ""), (True, False)):
        monkeypatch.setenv("LANGUAGE", language)
        monkeypatch.setenv("LC_ALL", "C")
        texts[language, kept] = start_text(kept=kept, **facts)
    assert texts["ja", True] == texts["ja_JP.UTF-8", True] != texts["ja", False]
    assert texts["en", True] == texts["", True] and "worthless" in texts["en", True]
    japanese = texts["ja", True]
    assert japanese.count("fact") == texts["en", True].count("fact")
    assert "効力はありません" in japanese
    # Whole sentences; commands, addresses and names of variables are the same in both.
    assert not [line for line in japanese.splitlines() if re.search(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}", line)]
    # Commands of the guides read these out of either text.
    for words in ("export IIJ_CERT_", "export CONTROL_TOKEN=", "マスターID", "Ctrl-C"):
        assert words in japanese and words in texts["en", True]


def test_a_database_is_kept_when_asked_for(tmp_path: pathlib.Path) -> None:
    ready_file, database = tmp_path / "ready.json", tmp_path / "desk.sqlite3"
    with started("--port", "0", "--ready-file", str(ready_file), "--database", f"sqlite:///{database}") as process:
        waited_for(ready_file)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)
    assert process.returncode == 0
    assert database.exists()


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("--host", "0.0.0.0"), "not a loopback address"),
        (("--host", "desk.example.jp"), "not a loopback address"),
        (("--port", "0", "--database", "sqlite://"), "database file"),
        (("--port", "0", "--database", "nonsense://x:secret@y/z"), "database cannot be used"),
        (("--port", "0", "--database", "sqlite:////nonexistent/desk.sqlite3"), "database cannot be used"),
        (("--port", "70000"), "port"),
        (("--port", "0", "--ready-file", "/nonexistent/ready.json"), "/nonexistent/ready.json cannot be written"),
        (("--port", "0", "--ready-file", "/"), "/ cannot be written"),
    ],
)
def test_what_it_does_not_start_with(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], part: str) -> None:
    with pytest.raises(SystemExit) as ended:
        sys.exit(cli.main(["serve", *arguments]))
    told = capsys.readouterr()
    assert ended.value.code == 2
    assert part in told.err
    assert "Traceback" not in told.err
    assert "secret" not in told.err
    assert told.out == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["serve", "--host", "192.0.2.1"], "192.0.2.1 はループバックアドレスではありません"),
        (["serve", "--port", "0", "--workers", "2"], "SQLiteではワーカーは1つです"),
        (["serve", "--port", "0", "--database", "mysql://x"], "データベースを使えません: 使えるのは"),
        (["serve", "--port", "0", "--calendar", "/nonexistent"], "/nonexistent: 読めません"),
        (["serve", "--port", "0", "--key-file", "/nonexistent/key"], "鍵のファイルを使えません: /nonexistent/key"),
        (["serve", "--port", "70000"], "--port: 0〜65535の整数を指定してください"),
        (["serve", "--now", "2027-01-31T09:00:00"], "--now: 2027-01-31T09:00:00+09:00 のような、2021 から 2048 まで"),
        (["serve", "--now", "2049-01-01T00:00:00Z"], "--now: 2027-01-31T09:00:00+09:00 のような、2021 から 2048 まで"),
        (["serve", "--smtp", "mail"], "--smtp: メールサーバは HOST:PORT の形で指定してください"),
        (["serve", "--silence", "die"], "'die' は使えません (選べる値: "),
        (["serve", "--colour", "red"], "使えない引数です: --colour red"),
        ([], "次の引数が必要です: COMMAND"),
        (["migrate", "--database"], "値を1つ指定してください"),
        (["replay", "/nonexistent"], "/nonexistent"),
    ],
)
def test_what_stops_a_command_is_told_in_japanese(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    monkeypatch.setenv("LANGUAGE", "ja")
    with pytest.raises(SystemExit) as ended:
        sys.exit(cli.main(arguments))
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_a_calendar_is_read_before_the_desk_starts(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All its mistakes come at once, each with its place."""
    file = tmp_path / "calendar.json"
    row = {"since": "2027-03-15", "notice": 20, "addresses": 17, "opens": 16, "order_by": 12, "update_by": 8}
    file.write_text(json.dumps([{**row, "opens": 40}, {**row, "grace": 1}], indent=None).replace("}, ", "},\n"))
    assert cli.main(["serve", "--port", "0", "--calendar", str(file)]) == 2
    assert [line.split(": ")[1] for line in capsys.readouterr().err.splitlines()] == [
        f"{file}:1",
        f"{file}:2",
        f"{file}:2",
    ]
    file.write_bytes(b"\xff")
    assert cli.main(["serve", "--port", "0", "--calendar", str(file)]) == 2
    file.write_text(" " * 70_000)
    assert cli.main(["serve", "--port", "0", "--calendar", str(file)]) == 2


def test_a_desk_with_other_habits(tmp_path: pathlib.Path) -> None:
    ready_file, file = tmp_path / "ready.json", tmp_path / "calendar.json"
    file.write_text(
        '[{"since": "2020-01-01", "notice": 20, "addresses": 17, "opens": 16, "order_by": 12, "update_by": 8}]'
    )
    knobs = ("--calendar", str(file), "--second-certificate", "with-csr", "--reissue-asks-csr", "off")
    with started("--port", "0", "--ready-file", str(ready_file), *knobs):
        assert waited_for(ready_file)["url"]


def test_a_port_in_use_is_told_plainly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, started("--port", str(taken.getsockname()[1])) as process:
        _output, errors = process.communicate(timeout=15)
    assert process.returncode == 2
    assert "in use" in errors
    assert "Traceback" not in errors


def test_the_database_is_for_its_owner_alone(tmp_path: pathlib.Path) -> None:
    """It holds names, phones and mail addresses of applicants."""
    ready_file, database = tmp_path / "ready.json", tmp_path / "desk.sqlite3"
    arguments = ("--port", "0", "--ready-file", str(ready_file), "--database", f"sqlite:///{database}")
    with started(*arguments):
        waited_for(ready_file)
        found = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.glob("desk.sqlite3*")}
    assert set(found.values()) == {0o600}, found


def test_a_desk_on_an_address_of_ipv6_answers(tmp_path: pathlib.Path) -> None:
    ready_file = tmp_path / "ready.json"
    with started("--host", "::1", "--port", "0", "--ready-file", str(ready_file)):
        url = waited_for(ready_file)["url"]
        assert url.startswith("http://[::1]:")
        assert requests.get(f"{url}/openapi.json", timeout=5).status_code == 200
        refused = requests.get(f"{url}/openapi.json", headers={"Host": "evil", "Accept-Language": "ja"}, timeout=5)
        assert (refused.status_code, refused.headers["Content-Language"]) == (400, "ja")
        assert "この窓口に接続できる名前は次のとおりです: ::1, localhost, 127.0.0.1" in refused.text


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "x@127.0.0.1", ""])
def test_a_page_of_somebody_else_reads_nothing_by_its_own_name(tmp_path: pathlib.Path, host: str) -> None:
    """A name that its owner lets lead to a loopback address (DNS rebinding) is not this desk's."""
    ready_file = tmp_path / "ready.json"
    with started("--port", "0", "--ready-file", str(ready_file)):
        url = waited_for(ready_file)["url"]
        for path in ("/openapi.json", "/portal/login", "/rehearsal/ui/login"):
            assert requests.get(f"{url}{path}", headers={"Host": host}, timeout=5).status_code == 400
            own = url.replace("127.0.0.1", "localhost")
            assert requests.get(f"{own}{path}", timeout=5).status_code == 200


def test_help_and_variants_are_in_the_language_of_the_locale(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    for arguments in (["--help"], ["serve", "--help"], ["migrate", "--help"], ["replay", "--help"], ["variants"]):
        shown = {}
        for lang in ("en_US.UTF-8", "ja_JP.UTF-8"):
            monkeypatch.setenv("LANG", lang)
            with contextlib.suppress(SystemExit):
                cli.main(arguments)
            shown[lang[:2]] = capsys.readouterr().out
        assert shown["en"] != shown["ja"]
        assert not re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}", shown["ja"]), shown["ja"]
        assert all(" ".join(english.split()) not in " ".join(shown["ja"].split()) for english in JAPANESE)
