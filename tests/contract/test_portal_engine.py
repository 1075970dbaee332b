# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What only a browser does: scripts that make a page, ask back, send twice or lead away, and processes that end."""

from __future__ import annotations

import base64
import contextlib
import os
import pathlib
import re
import signal
import ssl
import subprocess
import sys
import time
import typing as t

import pytest
import requests
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OptionsWrong
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.choice import open_desk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import (
    DeskError,
    DeskUnreachable,
    OutcomeUnknown,
    ScreenUnexpected,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.browser import Browser, Tab
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.chromium import find_chromium
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.page import Page, Submission
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.transport import (
    PortalConnection,
    PortalTransport,
    Withheld,
)
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.fake_desk import Answer, Asked, FakeDesk, fake_desk
from ansible_collections.iij.server_certificate.tests.contract.portal_desks import IN_BOTH, NEEDS_BROWSER, portal_of

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.transport import Fetched
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

pytestmark = [NEEDS_BROWSER, pytest.mark.usefixtures("hurried")]

PLACE = {"method": "POST", "path": "/portal/orders/confirm"}
FORM = "<form method=post action=/sent><input name=name aria-label=名前><button>送る</button></form>"


def tab_at(desk: FakeDesk, **changes: t.Any) -> Tab:
    """A window's page in the browser, for the portal that stands there."""
    connection = PortalConnection(**{"url": f"{desk.url}/", "user": "u", "password": "p", "timeout": 10, **changes})
    return Browser(connection, PortalTransport(connection, sleep=lambda _: None, keeps_cookies=False)).open_tab()


def html(body: str, **more: t.Any) -> Answer:
    return Answer(body=body.encode(), content_type="text/html; charset=utf-8", **more)


def pages(**bodies: str) -> t.Callable[[Asked], Answer]:
    """A portal of these pages; every form leads to one that says so."""

    def script(asked: Asked) -> Answer:
        if asked.method == "POST":
            return html("<h1>sent</h1>")
        return html(bodies.get(asked.path.strip("/") or "start", ""))

    return script


def posted(desk: FakeDesk) -> list[bytes]:
    return [asked.body for asked in desk.asked if asked.method == "POST"]


def filled_in(fetched: Fetched) -> Submission:
    """The first button of this page pressed, the first field filled in."""
    page = Page(fetched.content, url=fetched.url, charset=fetched.charset, marks=(), rendered=fetched.rendered)
    return page.make_submission(page.buttons[0], ((page.list_fields(page.buttons[0].form)[0].name, "花子"),))


def by_scripts(desk: DeskControl) -> t.Callable[[Asked], Answer]:
    """The desk, with the forms of orders made by scripts, some time later, and refused unless a script sends them."""

    def script(asked: Asked) -> Answer:
        ordering = asked.path.startswith("/portal/orders/")
        if ordering and asked.method == "POST" and b"by_script=1" not in asked.body:
            return html("<h1>JavaScript を有効にしてください</h1>")
        passed = {name: value for name, value in asked.headers.items() if name.lower() != "accept-encoding"}
        body = asked.body.replace(b"by_script=1&", b"")
        told = requests.request(
            asked.method, desk.url + asked.path, data=body, headers=without_length(passed), allow_redirects=False
        )
        text = (
            re.sub(r"<form method=\"post\".*?</form>", in_script, told.text, flags=re.DOTALL) if ordering else told.text
        )
        lines = told.raw.headers.iteritems()
        headers = tuple((name, value) for name, value in lines if name.lower() in ("location", "set-cookie"))
        return html(text, status=told.status_code, headers=headers)

    return script


def without_length(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() != "content-length"}


def in_script(form: re.Match[str]) -> str:
    """This form, written by a script that also has the last word when it is sent."""
    text, place = form[0].replace("method=", 'onsubmit="prove(this)" method=', 1), f"later{form.start()}"
    return f"""<div id="{place}"></div><noscript><h1>JavaScript を有効にしてください</h1></noscript><script>
      function prove(form) {{
        const hidden = {{type: "hidden", name: "by_script", value: 1}};
        form.prepend(Object.assign(document.createElement("input"), hidden));
      }}
      setTimeout(() => {{
        const bytes = Uint8Array.from(atob("{base64.b64encode(text.encode()).decode()}"), c => c.charCodeAt(0));
        document.getElementById("{place}").innerHTML = new TextDecoder().decode(bytes);
      }}, 50);
    </script>"""


@IN_BOTH
def test_a_portal_that_needs_javascript(shared_desk: DeskControl, tmp_path: pathlib.Path, engine: str) -> None:
    order = sample.order(**sample.fresh())
    before = len(shared_desk.purchases())
    with fake_desk(by_scripts(shared_desk)) as portal:
        desk = portal_of(shared_desk, tmp_path, engine=engine, url=f"{portal.url}/portal/")
        if engine == "http":
            with pytest.raises(ScreenUnexpected, match=r"has scripts, which portal_engine: browser would run"):
                desk.place(order, "default/www/1")
            assert len(shared_desk.purchases()) == before
            return
        placed = desk.place(order, order.client_reference("scripted"))
    assert shared_desk.list_applications()[placed.contract_id]["common_name"] == order.common_name
    assert len(shared_desk.purchases()) == before + 1


@pytest.mark.parametrize(("fault", "booked"), [("drop_after_commit", 1), ("drop_before_commit", 0)])
def test_no_browser_repeats_a_form_by_itself(
    shared_desk: DeskControl, tmp_path: pathlib.Path, fault: str, booked: int
) -> None:
    """Chromium repeats a form when a connection that it has used before closes without an answer: bought twice here."""
    desk, order = portal_of(shared_desk, tmp_path, engine="browser"), sample.order(**sample.fresh())
    before = len(shared_desk.purchases())
    desk.quote(order)
    # The desk does not protect against a second click; what is repeated meets no fault any more, and books.
    shared_desk.faults({"name": "double_click_order", **PLACE}, {"name": fault, **PLACE, "count": 1})
    with pytest.raises(OutcomeUnknown):
        desk.place(order, order.client_reference("once"))
    shared_desk.no_faults()
    assert len(shared_desk.purchases()) == before + booked


def test_a_page_that_sends_its_form_twice_sends_it_once() -> None:
    twice = FORM.replace("<form", '<form onsubmit="setTimeout(() => this.submit(), 100)"')

    def script(asked: Asked) -> Answer:
        if asked.method == "POST":
            time.sleep(1)  # the page has time to send it again meanwhile
        return html(twice)

    with fake_desk(script) as desk:
        tab = tab_at(desk)
        form = filled_in(tab.get(f"{desk.url}/"))
        with pytest.raises(DeskUnreachable, match="the same form twice"):
            tab.submit(form)
        assert posted(desk) == [b"name=%E8%8A%B1%E5%AD%90"]


def test_a_form_goes_out_as_a_person_sends_it() -> None:
    """With hidden fields, the button, cookies of the portal and of scripts, and what scripts make of it."""
    start = FORM.replace("<button", "<input type=hidden name=token value=t1><button name=go value=1") + (
        "<script>document.cookie = 'script=1'; document.forms[0].addEventListener('submit', e => {"
        " e.target.elements.name.value += '様'; });</script>"
    )

    def script(asked: Asked) -> Answer:
        if asked.method == "POST":
            return Answer(status=303, headers=(("Location", "/done"), ("Set-Cookie", "b=2; Path=/; HttpOnly")))
        return html(start if asked.path == "/" else "<h1>done</h1>", headers=(("Set-Cookie", "a=1; Path=/"),))

    with fake_desk(script) as desk:
        tab = tab_at(desk)
        done = tab.submit(filled_in(tab.get(f"{desk.url}/")))
        assert done.url == f"{desk.url}/done"
        assert b"<h1>done</h1>" in done.content
        (form, last) = desk.asked[-2:]
        assert form.body.decode() == "name=%E8%8A%B1%E5%AD%90%E6%A7%98&token=t1&go=1"
        assert set(last.headers["Cookie"].split("; ")) == {"a=1", "b=2", "script=1"}
        assert {"1", "2"} <= set(tab.list_secrets())
        assert tab.download_file(f"{desk.url}/file")
        assert desk.asked[-1].headers["Cookie"] == last.headers["Cookie"]


def test_only_what_is_shown_is_read() -> None:
    body = (
        "<p style='display:none'>hidden</p><p hidden>hidden</p><noscript>hidden</noscript>"
        "<div style='display:contents'><p>shown</p></div><template>hidden</template>"
    )
    with fake_desk(pages(start=body)) as desk:
        shown = tab_at(desk).get(f"{desk.url}/").content.decode()
        assert "shown" in shown
        assert "hidden" not in shown


@pytest.mark.parametrize(
    ("form", "told"),
    [
        (FORM.replace("<form", "<form onsubmit=\"return confirm('申し込みますか')\""), "asks 「申し込みますか」"),
        (FORM.replace("<form", "<form target=_blank"), "another window"),
        (FORM.replace("<input", "<input onchange=\"this.form.querySelector('button').remove()\""), "button 「送る」"),
        (FORM.replace("<input", "<input onchange=\"location.assign('/other')\""), "went on by itself"),
        (FORM.replace("<input", "<input readonly"), "「name」 cannot be used"),
    ],
)
def test_nothing_is_sent_where_the_page_does_something_else(form: str, told: str) -> None:
    with fake_desk(pages(start=form)) as desk:
        tab = tab_at(desk, timeout=3)
        made = filled_in(tab.get(f"{desk.url}/"))
        with pytest.raises(Withheld, match=told):
            tab.submit(made)
        with contextlib.suppress(DeskUnreachable):  # where the page is still on its own way; walks begin again then
            tab.get(f"{desk.url}/")
        assert posted(desk) == []


@pytest.mark.parametrize("change", ["document.title = 'x'", "document.querySelector('input').ariaLabel = '別'"])
def test_the_page_that_was_looked_at_is_the_page_that_is_pressed(change: str) -> None:
    with fake_desk(pages(start="<title>a</title>" + FORM)) as desk:
        tab = tab_at(desk)
        made = filled_in(tab.get(f"{desk.url}/"))
        assert tab._live is not None
        tab._browser.chromium.run(tab._live._page.evaluate(change))
        with pytest.raises(Withheld, match="has changed since"):
            tab.submit(made)
        assert posted(desk) == []


def test_nothing_goes_to_another_place() -> None:
    with fake_desk(pages()) as other:
        leading = f"fetch('{other.url}/script').catch(() => 0); new WebSocket('{other.url}'.replace('http', 'ws'))"
        frames = f"<img src='{other.url}/picture'><iframe src='{other.url}/frame'></iframe>"
        body = f"<script>{leading}</script>{frames}<p>still</p>"
        moved = Answer(status=302, headers=(("Location", f"{other.url}/redirect"),))
        with fake_desk(lambda asked: moved if asked.path == "/moved" else html(body)) as desk:
            tab = tab_at(desk)
            assert b"still" in tab.get(f"{desk.url}/").content
            for address in (f"{desk.url}/moved", f"{other.url}/link"):
                with pytest.raises(DeskUnreachable, match="nothing is sent to another place than desk_url's"):
                    tab.get(address)
        assert other.asked == []


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(status=302, headers=(("Location", "/again"),)), "without an end"),
        (Answer(status=503), "answered with 503"),
        (Answer(status=429, headers=(("Retry-After", "0"),)), "come back later"),
        (html("x", headers=(("Content-Disposition", "attachment"),)), "a file where a page should be"),
        (html("<script>alert('お知らせ')</script>"), "asks 「お知らせ」"),
    ],
    ids=["loop", "503", "429", "file", "alert"],
)
def test_errors_are_those_of_the_other_engine(answer: Answer, told: str) -> None:
    with fake_desk(lambda asked: answer) as desk, pytest.raises(DeskError, match=told):
        tab_at(desk).get(f"{desk.url}/")


def test_the_portals_certificate_is_checked_against_the_ca_file(tmp_path: pathlib.Path) -> None:
    key, made = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=test",
        "-days",
        "2",
    ]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(made)]
    subprocess.run([*command, *names], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(made, key)
    with fake_desk(pages(start="<h1>安全</h1>"), tls=tls) as desk:
        assert "安全" in tab_at(desk, ca_path=str(made)).get(f"{desk.url}/").content.decode()
        with pytest.raises(DeskUnreachable, match=r"(?i)certificate.verify.failed"):
            tab_at(desk).get(f"{desk.url}/")


def test_a_browser_that_is_not_there_is_named(tmp_path: pathlib.Path) -> None:
    options = {
        "desk": "portal", "desk_url": "http://127.0.0.1:1/", "portal_user": "u", "portal_password": "p",
        "portal_engine": "browser", "portal_browser_path": str(tmp_path / "chromium"),
    }  # fmt: skip
    with pytest.raises(OptionsWrong, match=r"portal_browser_path names no program: .*apt-get install chromium"):
        open_desk(options)


def test_the_browser_without_a_user_interface_is_taken_first(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = []
    for name in ("google-chrome", "chromium", "chromium-headless-shell"):
        program = tmp_path / name
        program.touch(0o755)
        found.append(find_chromium(None) == str(program))
    assert all(found)


ALONE = """
import sys
sys.path[:0] = {path!r}
from ansible_collections.iij.server_certificate.tests.contract.fake_desk import fake_desk
from ansible_collections.iij.server_certificate.tests.contract.test_portal_engine import pages, tab_at
with fake_desk(pages(start="x")) as desk:
    tab = tab_at(desk)
    tab.get(desk.url + "/")
    print("ready", flush=True)
    {end}
"""


@pytest.mark.parametrize("end", ["sys.stdin.read()", "__import__('os')._exit(0)"], ids=["kill", "exit"])
def test_the_browser_ends_with_its_process(end: str) -> None:
    """However that process ends: killed, or left the way Ansible's workers are."""
    path = [entry for entry in sys.path if entry.endswith("collections")]
    command = [sys.executable, "-c", ALONE.format(path=path, end=end)]
    mark = {**os.environ, "BROWSER_OF": f"{os.getpid()}-{time.monotonic_ns()}"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=mark) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        if end.startswith("sys."):
            assert len(marked(mark["BROWSER_OF"])) > 2
            process.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 60
    while marked(mark["BROWSER_OF"]):
        assert time.monotonic() < deadline, "the browser is still there"
        time.sleep(0.05)


def marked(word: str) -> list[str]:
    """The processes that have inherited this word."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"BROWSER_OF={word}".encode() in (folder / "environ").read_bytes():
                found.append(folder.name)
    return found
