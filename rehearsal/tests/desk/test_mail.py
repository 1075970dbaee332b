# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outbox, and the mails that really go out."""

from __future__ import annotations

import logging
import time
import typing as t

import pytest
from mailboxes import free_port, open_mailbox
from rehearsal_desk.desk.postman import SmtpServer
from rehearsal_desk.running import cli
from rehearsed import Rehearsal, linked_order, order, registration, served, settings_for

ADMINS: t.Final = ["rhs0000001@rehearsal.invalid", "rhs0000002@rehearsal.invalid"]


def outbox(desk: Rehearsal) -> list[dict[str, t.Any]]:
    """All mails, oldest first."""
    return list(reversed(desk.control("GET", "/outbox")["results"]))


def summary(desk: Rehearsal) -> list[tuple[str, list[str]]]:
    return [(mail["kind"], mail["to"]) for mail in outbox(desk)]


def until(condition: t.Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_workflow_writes_its_mails(desk: Rehearsal) -> None:
    desk.place(product="organization_ssl")
    desk.register("rsc00000001", **registration(approval_email="admin@example.jp"))
    desk.control("POST", "/ca/work")
    assert summary(desk) == [
        ("registration_deadline", ADMINS),
        ("order_id", ["certs@example.jp"]),
        ("domain_approval", ["admin@example.jp"]),
        ("issued", ADMINS),
    ]
    for mail in outbox(desk):
        assert mail["subject"].startswith("【リハーサル】")
        assert mail["body"].startswith("これはリハーサルのメールです。")
        assert mail["sent_at"] is mail["failure"] is None
    assert "登録期限: " in outbox(desk)[0]["body"]


@pytest.mark.parametrize("product", ["sureserver_cloud", "quick_ssl", "organization_ssl_wildcard"])
def test_only_organization_products_have_order_ids(desk: Rehearsal, product: str) -> None:
    name = "*.example.jp" if product.endswith("wildcard") else "www.example.jp"
    desk.place(product=product, common_name=name)
    address = None if product == "sureserver_cloud" else "admin@example.jp"
    desk.register("rsc00000001", **registration(approval_email=address))
    kinds = [kind for kind, _ in summary(desk)]
    assert ("order_id" in kinds) is product.startswith("organization")


def test_a_product_without_approval_address_asks_the_applicant(desk: Rehearsal) -> None:
    desk.place()
    desk.register("rsc00000001")
    desk.control("POST", "/ca/contact")
    desk.control("POST", "/ca/work")
    assert summary(desk)[1:] == [("domain_approval", ["certs@example.jp"]), ("issued", ADMINS)]


def test_a_rejection_is_told_with_its_reason(desk: Rehearsal) -> None:
    desk.place()
    desk.register("rsc00000001")
    desk.control("POST", "/ca/reject", {"contract_id": "rsc00000001", "reason": "No such company."})
    assert outbox(desk)[-1]["kind"] == "rejected"
    assert "No such company." in outbox(desk)[-1]["body"]


def test_an_installation_is_told_once_when_its_time_has_come(desk: Rehearsal) -> None:
    desk.set_clock("2026-11-23T05:00:00Z")
    desk.place(**linked_order())
    desk.register("rsc00000001", **registration(approval_email="admin@example.jp", certificate_transparency=True))
    desk.control("POST", "/ca/work")
    assert [kind for kind, _ in summary(desk)][-1] == "issued"
    desk.advance(2)
    for _ in range(2):
        assert [kind for kind, _ in summary(desk)].count("installed") == 1


def test_refused_and_repeated_requests_write_nothing(desk: Rehearsal) -> None:
    desk.place()
    desk.api("POST", "/applications", {"common_name": "x"})
    desk.api("POST", "/applications", order())
    assert len(outbox(desk)) == 1


def test_mails_go_out_by_smtp(database: str) -> None:
    with open_mailbox() as mailbox:
        server = SmtpServer(host="127.0.0.1", port=mailbox.port)
        with served(settings_for(database, smtp=server)) as desk:
            desk.place(product="quick_ssl")
            desk.register("rsc00000001", **registration(approval_email="admin@example.jp"))
            desk.control("POST", "/ca/contact")
            until(lambda: len(mailbox.mails) == 2)
            until(lambda: all(mail["sent_at"] for mail in outbox(desk)))
    approval = mailbox.mails[-1]
    assert approval["To"] == "admin@example.jp"
    assert approval["X-Rehearsal"] == "yes"
    assert approval["Subject"] == "【リハーサル】ドメイン名使用承認のお願い (rsc00000001)"
    assert f"{desk.url}/ca/approval/" in approval.get_content()


def test_a_mail_that_cannot_be_sent_hinders_nothing(database: str, caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    server = SmtpServer(host="127.0.0.1", port=port)
    with caplog.at_level(logging.WARNING, "rehearsal_desk"), served(settings_for(database, smtp=server)) as desk:
        desk.place()
        until(lambda: outbox(desk)[0]["failure"] is not None)
        failure = f"127.0.0.1:{port}: ConnectionRefusedError"
        assert (outbox(desk)[0]["failure"], outbox(desk)[0]["sent_at"]) == (failure, None)
    assert f"mail 1 of rsc00000001 could not be sent: {failure}" in caplog.text


@pytest.mark.parametrize("text", ["", "host", "host:", "host:0", "host:70000", ":25", "host:x"])
def test_an_smtp_server_is_host_and_port(text: str) -> None:
    with pytest.raises(ValueError):
        SmtpServer.of(text)
    assert SmtpServer.of("[::1]:25") == SmtpServer(host="::1", port=25)


def test_mails_stay_on_this_machine_unless_told_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["serve", "--port", "0", "--smtp", "192.0.2.1:25"]) == 2
    assert "192.0.2.1 is not a loopback address" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        cli.main(["serve", "--smtp", "nowhere"])
