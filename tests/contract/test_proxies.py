# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Desks and chats behind the proxy of a company: it is named, it reads nothing, and it says why it leads nowhere."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OptionsWrong
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk import patience
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.choice import open_desk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import DeskError, DeskUnreachable
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.transport import (
    NeverSent,
    PortalConnection,
    PortalTransport,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.notices import Notice
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.notifying import list_ways, send_once
from ansible_collections.iij.server_certificate.tests.contract.fake_desk import (
    Answer,
    FakeDesk,
    dripping_desk,
    fake_desk,
    told,
)
from ansible_collections.iij.server_certificate.tests.contract.fake_proxy import FakeProxy, fake_proxy, make_tls
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._tasks.test_notifying import NO_WAY

if t.TYPE_CHECKING:
    import pathlib

NAME: t.Final = "desk.example.jp"  # which no server of this machine's has, and no resolver knows
TOKEN: t.Final = "a-token-that-nobody-on-the-way-reads"
LOG_IN: t.Final = "proxy-user:proxy-secret"
EMPTY: t.Final = told({"request_id": "r", "results": [], "total": 0})


@dc.dataclass(frozen=True)
class Line:
    """A desk of that name with TLS, and the file with what its certificate is checked against."""

    desk: FakeDesk
    port: int
    ca_path: str

    def options(self, proxy_url: str, **more: t.Any) -> dict[str, t.Any]:
        usual = {"desk": "api", "desk_url": f"https://{NAME}", "desk_token": TOKEN, "desk_ca_path": self.ca_path}
        return {**usual, "desk_proxy_url": proxy_url, "request_timeout": 2, **more}


@pytest.fixture
def line(tmp_path: pathlib.Path) -> t.Iterator[Line]:
    tls, ca_path = make_tls(tmp_path, NAME, "localhost")
    with fake_desk(lambda asked: EMPTY if "api" in asked.path else Answer(body=b"ok"), tls=tls) as desk:
        yield Line(desk, int(desk.url.rpartition(":")[2]), ca_path)


@pytest.mark.parametrize("log_in", [None, LOG_IN])
def test_the_desk_is_reached_and_the_proxy_reads_its_name_alone(line: Line, log_in: str | None) -> None:
    with fake_proxy(line.port, log_in=log_in) as proxy:
        user = f"{log_in}@" if log_in else ""
        assert open_desk(line.options(f"http://{user}127.0.0.1:{proxy.port}")).list_applications() == ()
    assert [one.partition(" HTTP")[0] for one in proxy.asked] == [f"CONNECT {NAME}:443"]
    assert TOKEN.encode() not in proxy.read and len(proxy.read) > 100
    (asked,) = line.desk.asked
    assert asked.token == f"Bearer {TOKEN}"
    assert not [name for name in asked.headers if name.lower().startswith("proxy")]


def test_the_portal_is_reached_by_it_too(line: Line, tmp_path: pathlib.Path) -> None:
    with fake_proxy(line.port) as proxy:
        assert portal_at(line, proxy, tmp_path).get(f"https://{NAME}/top").content == b"ok"


def portal_at(line: Line, proxy: FakeProxy, folder: pathlib.Path) -> PortalTransport:
    connection = PortalConnection(
        url=f"https://{NAME}/", user="u", password="pw-of-the-portal", ca_path=line.ca_path, timeout=2,
        proxy=f"http://{LOG_IN}@127.0.0.1:{proxy.port}", state=folder, cache=folder,
    )  # fmt: skip
    return PortalTransport(connection, sleep=lambda _seconds: None)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "407"),
        (b"HTTP/1.1 403 \x1b[31m::error::\r\n\r\n", "it answered with 403"),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", "it answered with 403"),
    ],
)
def test_what_it_refuses_is_asked_once_and_told_without_its_password(
    line: Line, tmp_path: pathlib.Path, answer: bytes, words: str
) -> None:
    """Who goes on with a wrong password is locked out, of everything that the company has."""
    with fake_proxy(line.port, answer=answer) as proxy:
        desk = open_desk(line.options(f"http://{LOG_IN}@127.0.0.1:{proxy.port}"))
        with pytest.raises(DeskUnreachable) as refused:
            desk.list_applications()
        assert len(proxy.asked) == 1
        with pytest.raises(NeverSent):
            portal_at(line, proxy, tmp_path).get(f"https://{NAME}/top")
        assert len(proxy.asked) == 2
    for text in refused.value.phrase:
        assert f"127.0.0.1:{proxy.port}" in text and "proxy-secret" not in text and "\x1b" not in text
    assert words in refused.value.phrase.en
    assert not line.desk.asked


def test_one_that_is_not_there_is_named_and_not_the_desk_blamed(
    line: Line, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience.time, "sleep", lambda _seconds: None)
    nowhere = FakeProxy(port=1)
    with pytest.raises(DeskUnreachable, match=r"the proxy 127\.0\.0\.1:1 leads nowhere: the connection was refused$"):
        open_desk(line.options("http://127.0.0.1:1")).list_applications()
    with pytest.raises(NeverSent, match=r"the proxy 127\.0\.0\.1:1"):
        portal_at(line, nowhere, tmp_path).get(f"https://{NAME}/top")


@pytest.mark.parametrize("answer", [b"", b"garbage" * 100, b"HTTP/1.1 200 OK\r\n\r\nx"])
def test_whatever_it_answers_ends_as_an_error_of_the_desk(
    line: Line, answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience.time, "sleep", lambda _seconds: None)
    with fake_proxy(line.port, answer=answer) as proxy, pytest.raises(DeskError):
        open_desk(line.options(f"http://127.0.0.1:{proxy.port}")).list_applications()


def test_an_answer_without_an_end_has_one(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_ATTEMPTS", 1)
    with (
        dripping_desk(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 100_000, pause=0) as url,
        pytest.raises(DeskUnreachable, match="longer than 16 MiB"),
    ):
        open_desk(line.options(url)).list_applications()


def test_this_machine_is_reached_without_it(line: Line) -> None:
    options = line.options("http://127.0.0.1:1", desk_url=f"https://localhost:{line.port}")
    assert open_desk(options).list_applications() == ()
    with fake_desk(lambda _asked: EMPTY) as rehearsal:
        assert open_desk(line.options("http://127.0.0.1:1", desk_url=rehearsal.url)).list_applications() == ()


@pytest.mark.parametrize(
    "url",
    ["proxy.example.jp:8080", "https://proxy.example.jp:8080", "http://proxy.example.jp", "http://p:99999", "http://p:80/x",
     "http://:80", "socks5://p:1080", "http://[p:80"],
)  # fmt: skip
def test_what_is_no_address_of_one_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(OptionsWrong, match=r"desk_proxy_url must be of the form http://HOST:PORT or http://USER"):
        open_desk({"desk": "api", "desk_url": f"https://{NAME}", "desk_token": "t", "desk_ca_path": None,
                   "desk_proxy_url": url, "request_timeout": 2})  # fmt: skip


def test_a_chat_is_told_by_its_own_proxy_and_authority(
    line: Line, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    hook = {**NO_WAY, "webhook_url": f"https://{NAME}/hook", "webhook_ca_path": line.ca_path}
    with fake_proxy(line.port, log_in=LOG_IN) as proxy:
        options = {**hook, "webhook_proxy_url": f"http://{LOG_IN}@127.0.0.1:{proxy.port}"}
        done = send_once(Notice("s", "t"), options, list_ways(options), today=dt.date(2026, 11, 29))
        assert done == (["webhook"], [])
        wrong = {**hook, "webhook_proxy_url": f"http://127.0.0.1:{proxy.port}"}
        sent, failed = send_once(Notice("s", "t"), wrong, list_ways(wrong), today=dt.date(2026, 11, 30))
    assert sent == [] and "407" in failed[0].en
    assert [asked.path for asked in line.desk.asked] == ["/hook"]
    for mistake in ({"webhook_proxy_url": "p"}, {"webhook_ca_path": str(tmp_path / "none.pem")}):
        with pytest.raises(OptionsWrong, match=next(iter(mistake))):
            list_ways({**hook, **mistake})
