# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Portals that are odd or mean harm: passwords stay where they belong, pages end, encodings are those of the page."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import typing as t
import urllib.parse

import pytest
import requests
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk import patience
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import (
    DeskBusy,
    DeskError,
    DeskUnreachable,
    ScreenUnexpected,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.adapter import PortalDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.transport import (
    PortalConnection,
    Withheld,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.fake_desk import (
    Answer,
    Asked,
    FakeDesk,
    dripping_desk,
    fake_desk,
)
from ansible_collections.iij.server_certificate.tests.contract.portal_desks import IN_BOTH, NEEDS_BROWSER, portal_of
from ansible_collections.iij.server_certificate.tests.contract.test_portal_engine import html, tab_at, without_length

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

PASSWORD: t.Final = 'Gr0up-pw<"x&y'
LOG_IN: t.Final = (
    "<h1>ログイン</h1><form method={method} action=/in><label>マスターID <input name=user></label>"
    "<label>パスワード <input type=password name=password></label><button>ログイン</button></form>"
)
TOP: t.Final = "<h1>トップページ</h1><a href=/contracts>契約と担当者の管理</a><a href=/settings>設定と管理</a>"
LINKS: t.Final = {
    "/settings": "<h1>設定と管理</h1><a href=/services>サービスの設定と管理</a>",
    "/services": "<h1>サービスの設定と管理</h1><a href=/service>IIJサーバ証明書管理サービス</a>",
    "/service": "<h1>IIJサーバ証明書管理サービス</h1><a href=/list/1>ステータス一覧</a>",
}
HEADS: t.Final = "".join(
    f"<th>{head}</th>" for head in ("サービスコード", "コモンネーム", "品目", "有効期限", "ステータス")
)


def portal_at(desk: FakeDesk, folder: pathlib.Path, **changes: t.Any) -> PortalDesk:
    usual = {"url": f"{desk.url}/", "user": "RHS1", "password": PASSWORD, "state": folder / "state", "timeout": 10}
    return PortalDesk(PortalConnection(**{**usual, **changes}), sleep=lambda _seconds: None)


def in_address(desk: FakeDesk) -> list[str]:
    return [asked.path for asked in desk.asked if PASSWORD in urllib.parse.unquote_plus(asked.path)]


@IN_BOTH
@pytest.mark.parametrize("form", [LOG_IN.format(method="get"), LOG_IN.replace("method={method} ", "")])
def test_a_password_never_goes_into_an_address(tmp_path: pathlib.Path, engine: str, form: str) -> None:
    with fake_desk(lambda _asked: html(form)) as desk:
        with pytest.raises(ScreenUnexpected, match="put a password into an address"):
            portal_at(desk, tmp_path, engine=engine).list_applications()
        assert in_address(desk) == []


@NEEDS_BROWSER
def test_no_script_puts_a_password_into_an_address(tmp_path: pathlib.Path) -> None:
    form = LOG_IN.format(method="post").replace("<form", "<form onsubmit=\"this.method = 'get'\"")
    with fake_desk(lambda _asked: html(form)) as desk:
        with pytest.raises(DeskError, match="would put the password into an address"):
            portal_at(desk, tmp_path, engine="browser").list_applications()
        assert in_address(desk) == []


AFTER_LOG_IN: t.Final = {
    "another screen": html("<h1>重要なお知らせ</h1>"),
    "the form again": html(LOG_IN.format(method="post")),
    "another place": Answer(status=302, headers=(("Location", "http://127.0.0.1:1/"),)),
    "a fault": Answer(status=502),
    "busy": Answer(status=429, headers=(("Retry-After", "1"),)),
    "cut off": Answer(body=b"<h1>", claimed_length=10),
}


@pytest.mark.parametrize("answer", AFTER_LOG_IN.values(), ids=list(AFTER_LOG_IN))
def test_a_log_in_is_tried_once(tmp_path: pathlib.Path, answer: Answer) -> None:
    """Portals lock accounts."""

    def script(asked: Asked) -> Answer:
        return answer if asked.method == "POST" else html(LOG_IN.format(method="post"))

    with fake_desk(script) as desk:
        portal = portal_at(desk, tmp_path)
        for call in (portal.list_applications, portal.list_products):
            with pytest.raises(DeskError):
                call()
        assert [asked.method for asked in desk.asked].count("POST") == 1


def listing(row: str) -> t.Callable[[Asked], Answer]:
    """A portal whose list has another page after every page, each with this row."""

    def script(asked: Asked) -> Answer:
        if asked.path.startswith("/list/"):
            number = int(asked.path.rpartition("/")[2])
            cells = row.format(number=number)
            following = f"<a href=/list/{number + 1}>次のページ</a>"
            return html(f"<h1>ステータス一覧</h1><table><tr>{HEADS}</tr><tr>{cells}</tr></table>{following}")
        return html(LINKS.get(asked.path, TOP))

    return script


def row_of(**changes: str) -> str:
    cells = {
        "contract": "<a href=/c>rsc{number:08}</a>",
        "name": "www.example.jp",
        "item": "クイック認証SSL",
        "expiry": "2027/05/01",
        "status": "発行済み",
        **changes,
    }
    return "".join(f"<td>{cell}</td>" for cell in cells.values())


def test_a_list_without_an_end_is_given_up(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_TIMEOUTS", 1)
    with fake_desk(listing(row_of())) as desk, pytest.raises(DeskUnreachable, match="longer than 2 s in all"):
        portal_at(desk, tmp_path, timeout=2).list_applications()


@pytest.mark.parametrize(
    ("field", "row"),
    [
        ("contract_id", row_of(contract="{{{{ lookup('pipe','id') }}}}")),
        ("product", row_of(item="品" * 300)),
        ("not_after", row_of(expiry="9999/12/31")),
    ],
)
def test_what_does_not_fit_is_refused_by_its_field(tmp_path: pathlib.Path, field: str, row: str) -> None:
    told = rf"(deadline|{field}) in the desk's answer cannot be used"
    with fake_desk(listing(row)) as desk, pytest.raises(DeskError, match=told):
        portal_at(desk, tmp_path).list_applications()


@pytest.mark.parametrize("status", [429, 503])
def test_a_maintenance_of_an_hour_ends_the_run(tmp_path: pathlib.Path, status: int) -> None:
    busy = Answer(status=status, headers=(("Retry-After", "3600"),))
    with fake_desk(lambda _asked: busy) as desk:
        with pytest.raises((DeskBusy, DeskUnreachable), match="run it again then"):
            portal_at(desk, tmp_path).list_applications()
        assert len(desk.asked) == 1


def test_a_page_that_comes_byte_by_byte_is_given_up(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_TIMEOUTS", 2)
    with dripping_desk(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" ", pause=0.05) as url:
        connection = PortalConnection(url=url, user="u", password=PASSWORD, state=tmp_path, timeout=0.5)
        with pytest.raises(DeskUnreachable, match="took longer than 1 s in all"):
            PortalDesk(connection).list_applications()


ODD_PAGES: t.Final = {
    "a place that is no address": Answer(status=302, headers=(("Location", "http://[::1"),)),
    "a place that is no UTF-8": Answer(status=302, headers=(("Location", "/\xff\xfe"),)),
    "a link that is no address": html(TOP.replace("/settings", "http://[::1")),
    "a base that is no address": html("<base href='http://['>" + LOG_IN.format(method="post")),
    "an encoding of nobody": Answer(body=b"<h1>x</h1>", content_type="text/html; charset=klingon"),
    "half a million elements": html("<dl><dt>a<dd>b" * 250_000),
    "a deep page": html("<div>" * 45_000),
    "a long text": html("<h1>" + "1" * 1_000_000 + "</h1><table><caption>" + "1" * 1_000_000 + "</caption></table>"),
    "nothing": Answer(),
    "noughts": Answer(body=b"\0" * 100_000, content_type="text/html"),
}


@pytest.mark.parametrize("answer", ODD_PAGES.values(), ids=list(ODD_PAGES))
def test_only_desk_errors_come_out(tmp_path: pathlib.Path, answer: Answer) -> None:
    with fake_desk(lambda _asked: answer) as desk:
        portal = portal_at(desk, tmp_path)
        for call in (portal.list_applications, portal.list_products, lambda: portal.quote(sample.order())):
            with pytest.raises(DeskError) as error:
                call()
            for sentence in error.value.phrase:
                assert sentence.isprintable() and len(sentence) < 5_000


ENCODINGS: t.Final = {"EUC-JP": "euc_jp", "Shift_JIS": "cp932", "Windows-31J": "cp932"}


def screens_in(desk: DeskControl, label: str) -> t.Callable[[Asked], Answer]:
    """The desk's screens in another encoding, which takes forms in that encoding as browsers send them."""
    codec = ENCODINGS[label]

    def script(asked: Asked) -> Answer:
        headers = without_length({k: v for k, v in asked.headers.items() if k.lower() != "accept-encoding"})
        pairs = urllib.parse.parse_qsl(
            asked.body.decode("ascii"), keep_blank_values=True, encoding=codec, errors="strict"
        )
        body = urllib.parse.urlencode(pairs)
        answer = requests.request(
            asked.method, desk.url + asked.path, data=body, headers=headers, allow_redirects=False
        )
        text = re.sub(r'(?i)<meta charset="?utf-8"?>', f'<meta charset="{label}">', answer.text)
        lines = answer.raw.headers.iteritems()
        kept = tuple((name, value) for name, value in lines if name.lower() in ("location", "set-cookie"))
        return Answer(
            status=answer.status_code,
            body=text.encode(codec, "xmlcharrefreplace"),
            content_type=f"text/html; charset={label}",
            headers=kept,
        )

    return script


JAPANESE: t.Final = {**sample.APPLICANT, "name": "山田 花子", "department": "情報システム部"}


@IN_BOTH
@pytest.mark.parametrize("label", ENCODINGS)
def test_a_portal_in_the_encodings_of_japan(
    shared_desk: DeskControl, tmp_path: pathlib.Path, engine: str, label: str
) -> None:
    order = sample.order(**sample.fresh(applicant=JAPANESE))
    with fake_desk(screens_in(shared_desk, label)) as portal:
        desk = portal_of(shared_desk, tmp_path, engine=engine, url=f"{portal.url}/portal/")
        placed = desk.place(order, "default/www/1")
        assert desk.register(placed, order, None).state is State.APPLIED


def test_what_an_encoding_does_not_have_is_not_sent(shared_desk: DeskControl, tmp_path: pathlib.Path) -> None:
    order = sample.order(**sample.fresh(applicant={**JAPANESE, "name": "𠮷田 花子"}))
    with fake_desk(screens_in(shared_desk, "Shift_JIS")) as portal:
        desk = portal_of(shared_desk, tmp_path, url=f"{portal.url}/portal/")
        placed = desk.place(order, "default/www/1")
        with pytest.raises(Withheld, match="which has no 𠮷; nothing was sent"):
            desk.register(placed, order, None)


@NEEDS_BROWSER
def test_no_datagram_leaves_the_browser() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(3)
        port = listener.getsockname()[1]
        servers = (
            f'[{{urls: "stun:127.0.0.1:{port}"}},'
            f' {{urls: "turn:127.0.0.1:{port}?transport=udp", username: "u", credential: "x"}}]'
        )
        body = f"""<h1>x</h1><script>
          const line = new RTCPeerConnection({{iceServers: {servers}}});
          line.createDataChannel("x");
          line.createOffer().then(offer => line.setLocalDescription(offer));
          line.onicegatheringstatechange = () => document.title = line.iceGatheringState;
        </script>"""
        with fake_desk(lambda _asked: html(body)) as desk:
            tab_at(desk).get(f"{desk.url}/")
            with pytest.raises(TimeoutError):
                listener.recv(100)


@NEEDS_BROWSER
def test_a_page_that_grows_without_bounds_is_not_read() -> None:
    body = "<h1>x</h1><script>document.body.append('x'.repeat(20 << 20))</script>"
    with (
        fake_desk(lambda _asked: html(body)) as desk,
        pytest.raises(DeskUnreachable, match="grown beyond what any screen needs"),
    ):
        tab_at(desk).get(f"{desk.url}/")


CREDENTIAL: t.Final = """
import sys
sys.path[:0] = {path!r}
from ansible_collections.iij.server_certificate.tests.contract.fake_desk import fake_desk
from ansible_collections.iij.server_certificate.tests.contract.test_portal_engine import pages, tab_at
with fake_desk(pages(start="x")) as desk:
    tab = tab_at(desk)
    tab.get(desk.url + "/")
    import os, pathlib
    holders = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "environ").read_bytes().split(bytes(1))
        except OSError:
            continue
        if b"MARK={mark}" in words and b"IIJ_CERT_ORDER_TOKEN=canary" in words and folder.name != str(os.getpid()):
            holders.append((folder / "cmdline").read_bytes()[:80])
    print(holders, os.environ["IIJ_CERT_ORDER_TOKEN"], flush=True)
    os._exit(0)
"""


@NEEDS_BROWSER
def test_neither_browser_nor_driver_is_given_a_credential() -> None:
    path, mark = [entry for entry in sys.path if entry.endswith("collections")], f"m{os.getpid()}"
    environment = {**os.environ, "MARK": mark, "IIJ_CERT_ORDER_TOKEN": "canary"}
    command = [sys.executable, "-c", CREDENTIAL.format(path=path, mark=mark)]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120)
    assert run.stdout == "[] canary\n"
