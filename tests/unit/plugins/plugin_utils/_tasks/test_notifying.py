# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How people are told what is due: by a mail server, a web server and a command that are there."""

from __future__ import annotations

import contextlib
import datetime as dt
import email
import email.policy
import http.server
import json
import pathlib
import socketserver
import sys
import threading
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OptionsWrong
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import Frame, describe_refusal
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.notices import Notice, make_notice
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.notifying import (
    explain_no_way,
    list_ways,
    make_body,
    send_once,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.used_ways import list_unused
from portfolios import MADE_AT
from statuses import a_status

TODAY: t.Final = dt.date(2026, 11, 22)
NOTICE: t.Final = Notice("証明書: 1件", "[applicant]\n- www <@here> & @channel\n")
NO_WAY: t.Final[dict[str, t.Any]] = {
    "portfolio": "p", "mail_to": None, "mail_from": None, "smtp_url": None, "smtp_user": None, "smtp_password": None,
    "smtp_ca_path": None, "webhook_url": None, "webhook_form": None, "webhook_proxy_url": None,
    "webhook_ca_path": None, "command": None, "again": False,
}  # fmt: skip


@pytest.fixture(autouse=True)
def state_folder(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


class Mails(socketserver.StreamRequestHandler):
    """A mail server that takes everything."""

    taken: t.ClassVar[list[bytes]] = []
    refused = b"nobody"

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line.strip().upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.taken.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            refused = word.startswith(b"RCPT") and self.refused in word
            self.wfile.write(b"550 no\r\n" if refused else b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")


class Posts(http.server.BaseHTTPRequestHandler):
    """A web server that keeps what it is posted."""

    taken: t.ClassVar[list[t.Any]] = []
    status = 200

    def do_POST(self) -> None:
        self.taken.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(self.status)
        self.send_header("location", f"http://{self.headers['host']}/elsewhere")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        pass


@contextlib.contextmanager
def serving(handler: t.Any) -> t.Iterator[int]:
    handler.taken.clear()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def sent(options: dict[str, t.Any], *, today: dt.date = TODAY) -> tuple[list[str], list[str]]:
    whole = {**NO_WAY, **options}
    ways, failed = send_once(NOTICE, whole, list_ways(whole), today=today)
    return ways, [phrase.en for phrase in failed]


def test_a_mail_arrives_as_it_was_written():
    with serving(Mails) as port:
        mail = {"mail_to": ["a@example.jp", "b@example.jp"], "mail_from": "ansible@example.jp"}
        assert sent({**mail, "smtp_url": f"smtp://127.0.0.1:{port}"}) == (["mail"], [])
    message = email.message_from_bytes(Mails.taken[0], policy=email.policy.default)
    assert message["subject"] == NOTICE.subject
    assert message["to"] == "a@example.jp, b@example.jp"
    assert message.get_content().replace("\r\n", "\n") == NOTICE.text


@pytest.mark.parametrize("form", ["slack", "mattermost", "teams", "json"])
def test_a_webhook_takes_the_text_and_calls_nobody(form: str):
    with serving(Posts) as port:
        assert sent({"webhook_url": f"http://127.0.0.1:{port}/secret", "webhook_form": form}) == (["webhook"], [])
    (body,) = Posts.taken
    whole = json.dumps(body, ensure_ascii=False)
    assert "証明書: 1件" in whole
    if form != "json":
        assert "@here" not in whole
        assert "@channel" not in whole
    if form == "slack":
        assert "<" not in body["text"]
    if form == "teams":
        assert body["attachments"][0]["content"]["type"] == "AdaptiveCard"


MARKED: t.Final = "- www: ![x](http://198.51.100.1/seen) *b* ``` [y](http://198.51.100.1)\n"


@pytest.mark.parametrize("form", ["slack", "mattermost", "teams"])
def test_what_a_chat_would_interpret_is_shown_as_it_is(form: str):
    """In a block of code, or in an element of a card that knows no marks: a desk's words load nothing there."""
    body = make_body(Notice("s", MARKED), form)
    if form == "teams":
        runs = [block["inlines"][0] for block in body["attachments"][0]["content"]["body"]]
        assert {run["type"] for run in runs} == {"TextRun"}
    else:
        head, code, tail = body["text"].split("```")
        assert (head.strip(), tail) == ("s", "")
        assert "![x](http" in code


@pytest.mark.parametrize("field", ["mail_from", "mail_to"])
def test_no_address_writes_a_header_of_its_own(field: str):
    right = {"mail_to": ["a@example.jp"], "mail_from": "b@example.jp", "smtp_url": "smtp://mail.example.jp"}
    wrong = "c@example.jp\nBcc: everybody@example.jp"
    with pytest.raises(OptionsWrong) as refused:
        list_ways({**NO_WAY, **right, field: [wrong] if field == "mail_to" else wrong})
    assert field in refused.value.message.en


def test_ca_certificates_that_are_not_there_are_told(tmp_path: pathlib.Path):
    mail = {"mail_to": ["a@example.jp"], "mail_from": "b@example.jp", "smtp_url": "smtps://127.0.0.1:1"}
    ways, failed = sent({**mail, "smtp_ca_path": str(tmp_path / "none.pem")})
    assert ways == []
    assert failed[0].startswith("the notice was not sent by mail: ")


def test_check_mode_tells_what_a_run_would_send():
    whole = {**NO_WAY, "command": ["true"]}
    assert list_unused(NOTICE, whole, list_ways(whole), today=TODAY) == ["command"]
    sent(whole)
    assert list_unused(NOTICE, whole, list_ways(whole), today=TODAY) == []


def test_a_redirection_is_not_followed_and_the_address_is_not_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Posts, "status", 307)
    with serving(Posts) as port:
        ways, failed = sent({"webhook_url": f"http://127.0.0.1:{port}/secret"})
    assert ways == []
    assert len(Posts.taken) == 1
    assert failed == ["the notice was not sent by webhook: it answered with status 307"]


def test_nobody_told_is_told_with_the_number_of_what_is_due():
    notice = make_notice(a_status())
    assert notice
    message = explain_no_way(notice)
    assert "Things due: 4; nobody was told." in message.en
    assert "対応が必要な4件は、誰にも通知していません。" in message.ja
    for text in message:
        assert all(name in text for name in ("certificate_notice_mail_to", "certificate_notice_command", "WEBHOOK_URL"))


def test_a_form_without_an_address_says_so():
    with pytest.raises(OptionsWrong) as refused:
        list_ways({**NO_WAY, "webhook_form": "teams"})
    assert "certificate_notice_webhook_form" in refused.value.message.en
    assert "環境変数 IIJ_CERT_WEBHOOK_URL がありません" in refused.value.message.ja


def test_a_command_is_given_text_and_subject_and_no_credential(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("IIJ_CERT_ORDER_TOKEN", "hidden")
    told = tmp_path / "told"
    script = (
        "import os,sys; open(sys.argv[1], 'w').write(sys.stdin.read() + os.environ['NOTICE_SUBJECT'] + "
        "str([name for name in os.environ if name.startswith('IIJ_CERT_')]))"
    )
    assert sent({"command": [sys.executable, "-c", script, str(told)]}) == (["command"], [])
    assert told.read_text(encoding="utf-8") == f"{NOTICE.text}{NOTICE.subject}[]"


def test_each_way_is_used_once_a_day_and_one_that_failed_again(state_folder: pathlib.Path):
    with serving(Posts) as port:
        options = {"webhook_url": f"http://127.0.0.1:{port}/", "command": ["false"]}
        ways, failed = sent(options)
        assert (ways, len(failed)) == (["webhook"], 1)
        assert sent({**options, "command": ["true"]}) == (["command"], [])
        assert sent({**options, "command": ["true"]}) == ([], [])
        assert sent({**options, "command": ["true"], "again": True})[0] == ["webhook", "command"]
        assert sent({**options, "command": ["true"]}, today=TODAY + dt.timedelta(days=1))[0] == ["webhook", "command"]
    (stamp,) = state_folder.rglob("*.json")
    stamp.write_text("[", encoding="utf-8")
    assert sent({"command": ["true"]}) == (["command"], [])


def test_who_else_is_to_hear_it_hears_it_the_same_day():
    """Two timers, one for each team: what was sent to one place says nothing of another."""
    assert [sent({"command": ["true", team]})[0] for team in ("web", "db", "web")] == [["command"], ["command"], []]


def test_an_address_that_the_server_refuses_is_told_though_others_have_the_mail(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Mails, "refused", b"<B@EXAMPLE.JP>")
    mail = {"mail_to": ["a@example.jp", "b@example.jp"], "mail_from": "ansible@example.jp"}
    with serving(Mails) as port:
        ways, failed = sent({**mail, "smtp_url": f"smtp://127.0.0.1:{port}"})
    assert len(Mails.taken) == 1
    assert (ways, failed) == ([], ["the notice was not sent by mail: the mail server refused b@example.jp"])


def test_a_rehearsal_does_not_use_up_the_day_of_the_real_desk():
    rehearsal, real = (
        {**NO_WAY, "command": ["true"], "desk_url": url}
        for url in ("http://127.0.0.1:8440/", "https://desk.example.jp/")
    )
    assert [sent(options)[0] for options in (rehearsal, real, rehearsal)] == [["command"], ["command"], []]


def test_a_look_that_failed_does_not_use_up_the_day():
    """What is due is told when the desk is back, although the failure was told this morning."""
    options = {**NO_WAY, "command": ["true"]}
    failed = make_notice({**a_status(), "orders": [], "silent": [], "error": "the desk cannot be reached"})
    due = make_notice(a_status())
    assert failed
    assert due
    told = [send_once(one, options, list_ways(options), today=TODAY)[0] for one in (failed, failed, due, due, failed)]
    assert told == [["command"], [], ["command"], [], []]


def test_a_failure_in_the_morning_uses_up_no_mark_of_what_is_due_beside_a_mistake():
    """Neither does the mistake use up that of a failure, nor that of a whole look."""
    options, error = {**NO_WAY, "command": ["true"]}, {"error": "the token is refused"}
    refusal = describe_refusal(
        Frame(portfolio="p", part=None, prices=None, lang="en", made_at=MADE_AT), error="no", planned=False
    )
    morning, noon, evening = (make_notice(one) for one in (refusal, {**a_status(), **error}, a_status()))
    assert morning and noon and evening
    notices = (morning, noon, noon, evening, morning, noon, evening)
    told = [send_once(one, options, list_ways(options), today=TODAY)[0] for one in notices]
    assert told == [["command"], ["command"], [], ["command"], [], [], []]


@pytest.mark.parametrize("broken", ["folder", "file", "nowhere", "portfolio"])
def test_where_nothing_can_be_kept_every_way_is_used_and_it_is_said(
    state_folder: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, broken: str
):
    told, ours = tmp_path / "told", state_folder / "iij.server_certificate"
    portfolio = "../p" if broken == "portfolio" else "p"
    if broken == "folder":
        state_folder.write_text("in its place")
    elif broken == "nowhere":
        monkeypatch.setenv("XDG_STATE_HOME", "state")
    elif broken == "file":
        (ours / "p.notices.json").mkdir(parents=True)
    with serving(Posts) as port:
        command = ["/bin/sh", "-c", f"cat >> {told}"]
        options = {"portfolio": portfolio, "webhook_url": f"http://127.0.0.1:{port}/", "command": command}
        for _run in range(2):
            ways, (failed,) = sent(options)
            assert ways == ["webhook", "command"]
            assert failed.startswith("what was sent could not be written down, so the next run sends it again: ")
    assert len(Posts.taken) == told.read_text(encoding="utf-8").count(NOTICE.text) == 2


def test_a_server_that_is_not_there_is_told_with_the_reason():
    ways, failed = sent(
        {
            "mail_to": ["a@example.jp"],
            "mail_from": "b@example.jp",
            "smtp_url": "smtp://127.0.0.1:1",
            "command": ["/nonexistent/program"],
        }
    )
    assert ways == []
    assert [line.partition(": ")[0] for line in failed] == [
        "the notice was not sent by mail",
        "the notice was not sent by command",
    ]
    assert failed[1].endswith(": No such file or directory")


class Endless(socketserver.StreamRequestHandler):
    """A mail server that always says one line more."""

    taken: t.ClassVar[list[bytes]] = []

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self.wfile.write(b"220-still here\r\n" * 100)


def test_a_mail_server_whose_answer_has_no_end_is_left() -> None:
    with serving(Endless) as port:
        mail = {"mail_to": ["a@example.jp"], "mail_from": "b@example.jp", "smtp_url": f"smtp://127.0.0.1:{port}"}
        ways, (failed,) = sent(mail)
    assert ways == []
    assert "Connection unexpectedly closed" in failed


@pytest.mark.parametrize(
    "wrong",
    [
        {"mail_to": ["a@example.jp"]},
        {"mail_to": ["a@example.jp"], "mail_from": "b@example.jp", "smtp_url": "mail.example.jp"},
        {"mail_to": ["a@example.jp"], "mail_from": "b@example.jp", "smtp_url": "smtp://u:secret@mail.example.jp"},
        {"mail_to": ["a@example.jp"], "mail_from": "b@example.jp", "smtp_url": "smtp+starttls://u@mail.example.jp"},
        {"mail_to": ["a@example.jp"], "mail_from": "b@example.jp", "smtp_url": "smtps://mail.example.jp:99999999"},
        {
            "mail_to": ["a@example.jp"], "mail_from": "b@example.jp", "smtp_url": "smtp://mail.example.jp",
            "smtp_password": "secret",
        },
        {"webhook_url": "http://chat.example.jp/hook"},
        {"webhook_form": "teams"},
        {"webhook_form": "json", "webhook_url": "", "command": ["true"]},
        {"webhook_url": "ftp://chat.example.jp/hook"},
        {"webhook_url": "https://chat.example.jp／secret／hook"},
        {"webhook_url": "https://[chat/secret"},
        {"webhook_url": "https://chat.example.jp:99999/secret"},
        {"mail_to": ["a@example.jp"], "mail_from": "b@example.jp", "smtp_url": "smtp://[secret"},
        {"mail_to": ["a@example.jp"], "mail_from": "b@example.jp", "smtp_url": "smtp://mail.example.jp／secret"},
    ],
)  # fmt: skip
def test_a_way_that_cannot_be_is_refused_before_the_desk_is_asked(wrong: dict[str, t.Any]):
    with pytest.raises(OptionsWrong) as refused:
        list_ways({**NO_WAY, **wrong})
    assert "secret" not in refused.value.message.en


SOURCES: t.Final = (
    {"slice": "1/2", "order_files": "orders/"},
    {"slice": "2/2", "order_files": "orders/"},
    {"order_files": "others/"},
    {"orders": [{"name": "www"}]},
)


def test_each_slice_and_folder_of_orders_has_its_own_message_of_the_day() -> None:
    """As of a loop over slices, whose first message would be the only one, day after day."""
    way = {**NO_WAY, "command": ["true"]}
    for names in (("a", "c"), ("b", "d"), ("e",)):
        notice = NOTICE._replace(orders=names)
        for source in ("orders/", "/elsewhere/orders"):  # a runner of a CI has its files in another folder each time
            options = {**way, "order_files": source}
            sent, _failed = send_once(notice, options, list_ways(options), today=TODAY)
            assert sent == (["command"] if source == "orders/" else [])
    failure = NOTICE._replace(lacks="failure")
    for source in SOURCES:
        options = {**way, **source}
        assert send_once(failure, options, list_ways(options), today=TODAY)[0] == ["command"]
        assert send_once(failure, options, list_ways(options), today=TODAY)[0] == []


@pytest.mark.parametrize("folder", ["orders", "orders/web.yml"])
def test_a_failure_of_one_day_is_told_once_wherever_the_files_are(folder: str) -> None:
    failure = NOTICE._replace(lacks="failure")
    sent = []
    for place in ("", "./", "/builds/1/ours/", "/builds/2/ours/"):
        options = {**NO_WAY, "command": ["true"], "order_files": f"{place}{folder}"}
        sent += send_once(failure, options, list_ways(options), today=TODAY)[0]
    assert sent == ["command"]


def test_a_message_knows_all_orders_that_were_looked_at() -> None:
    document = a_status()
    notice = make_notice(document)
    assert notice is not None and notice.orders == tuple(row["name"] for row in document["orders"])
