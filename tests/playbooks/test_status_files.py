# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of a status, each read by the program it is made for: Prometheus, a browser, a chat room, a mailbox."""

from __future__ import annotations

import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import typing as t

import browsers
import icalendar
import jsonschema
import pytest
from ansible_collections.iij.server_certificate.tests.playbooks.ssh_hosts import SshHost
from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import ROOT, Site, open_site
from mailboxes import open_mailbox

EXAMPLES: t.Final = ROOT / "examples"
SCREENSHOTS: t.Final = ROOT / "build" / "screenshots"
DATED: t.Final = {"shop", "late"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Site]:
    """A site whose status was written: one certificate issued, one order rejected, one whose host is out of reach."""
    nowhere = SshHost(name="web1", port=9, folder=tmp_path_factory.mktemp("nowhere"), sshd="never started")
    with open_site(tmp_path_factory.mktemp("status"), {"web1": nowhere}) as opened:
        opened.write_orders(opened.here("shop"), opened.here("lost"), opened.target("late", "web1"))
        opened.run("apply", "-e", "certificate_buy_before_host=true", fails=True)
        rows = {row["client_reference"]: contract for contract, row in opened.desk.list_applications().items()}
        opened.desk.ca_reject(rows["default/lost/1"], reason="<b>No such company</b>")
        opened.desk.ca_work(rows["default/shop/1"])
        run = opened.run("status", "-e", f"certificate_reports_path={opened.folder / 'build'}")
        assert {row["state"] for row in run.of("cert_application_info")["orders"]} == {
            "issued", "rejected", "awaiting_registration",
        }  # fmt: skip
        yield opened


@pytest.fixture
def files(site: Site) -> pathlib.Path:
    return site.folder / "build"


def test_every_file_is_written_and_holds_no_credential(files: pathlib.Path, site: Site) -> None:
    names = {
        f"status.{suffix}"
        for suffix in ("json", "md", "html", "ics", "prom", "timeline.html", "register.html", "register.csv")
    }
    assert {file.name for file in files.iterdir()} == names
    told = json.loads((files / "status.json").read_text(encoding="utf-8"))
    jsonschema.validate(told, json.loads((ROOT / "docs" / "plan.schema.json").read_text(encoding="utf-8")))
    assert [row["name"] for row in told["orders"]] == ["late", "shop", "lost"]
    calendar = icalendar.Calendar.from_ical((files / "status.ics").read_bytes())
    assert {str(event["SUMMARY"]).split(" (")[0].split(": ")[1] for event in calendar.walk("VEVENT")} == DATED
    for file in files.iterdir():
        assert not any(token in file.read_text(encoding="utf-8") for token in site.desk.tokens)


def test_a_status_that_fails_says_so_and_keeps_dates(files: pathlib.Path, site: Site, tmp_path: pathlib.Path) -> None:
    shutil.copytree(files, tmp_path / "build")
    site.run("status", "-e", f"certificate_reports_path={tmp_path / 'build'}", fails=True, IIJ_CERT_ORDER_TOKEN="no")
    told = json.loads((tmp_path / "build" / "status.json").read_text(encoding="utf-8"))
    assert (told["verdict"], told["planned"], told["orders"]) == ("error", False, []) and "token" in told["error"]
    for name in ("status.ics", "status.prom"):
        assert (tmp_path / "build" / name).read_bytes() == (files / name).read_bytes()


@pytest.fixture(scope="session")
def promtool(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Prometheus's own checker: out of Debian's package, which is not installed, for it would start a server."""
    found = shutil.which("promtool")
    kept = ROOT / "build" / "tools" / "usr" / "bin" / "promtool"
    if found or kept.exists():
        return found or str(kept)
    folder = tmp_path_factory.mktemp("prometheus")
    download = "apt-get -q download prometheus || { apt-get -q update && apt-get -q download prometheus; }"
    script = f"{download}; dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x ./usr/bin/promtool"
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=folder, capture_output=True, text=True)
    if done.returncode != 0 and os.environ.get("CI") != "true":
        pytest.skip("NO PROMTOOL: alert rules and metrics were not tried with Prometheus's own checker")
    assert done.returncode == 0, done.stderr
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(folder / "usr" / "bin" / "promtool", kept.with_name(f"{os.getpid()}"))
    return str(kept.with_name(f"{os.getpid()}").replace(kept))


@pytest.mark.parametrize("check", [("check", "rules", "alerts.yml"), ("test", "rules", "alerts_test.yml")])
def test_prometheus_takes_the_alert_rules(promtool: str, check: tuple[str, ...]) -> None:
    done = subprocess.run(
        [promtool, *check], cwd=EXAMPLES / "monitoring", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == 0 and "SUCCESS" in done.stdout, done.stdout


def test_prometheus_takes_the_metrics(promtool: str, files: pathlib.Path) -> None:
    metrics = (files / "status.prom").read_text(encoding="utf-8")
    done = subprocess.run([promtool, "check", "metrics"], input=metrics, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    for name in ("iij_certificate_expiry_timestamp_seconds", "iij_certificate_deadline_timestamp_seconds"):
        assert f"{name}{{" in metrics
    alerts = (EXAMPLES / "monitoring" / "alerts.yml").read_text(encoding="utf-8")
    used = {word for word in alerts.replace("{", " ").replace(")", " ").replace("(", " ").split() if "iij_" in word}
    assert used and all(f"# TYPE {name} gauge" in metrics for name in used)


def test_the_dashboard_asks_for_metrics_that_there_are(
    promtool: str, files: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """Its questions are PromQL, as Prometheus's own checker reads it, and about the metrics of this file."""
    board = json.loads((EXAMPLES / "monitoring" / "dashboard.json").read_text(encoding="utf-8"))
    metrics = (files / "status.prom").read_text(encoding="utf-8")
    questions = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    used = {name for question in questions for name in re.findall(r"iij_\w+", question)}
    assert used == set(re.findall(r"^# TYPE (iij_\w+) gauge$", metrics, re.MULTILINE))
    rules = [{"record": f"panel:{n}", "expr": question} for n, question in enumerate(questions)]
    (tmp_path / "panels.yml").write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}), encoding="utf-8")
    done = subprocess.run([promtool, "check", "rules", str(tmp_path / "panels.yml")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@browsers.NEEDED
@pytest.mark.xdist_group("browser")
def test_the_page_needs_nothing_else_and_prints(files: pathlib.Path) -> None:
    with browsers.chromium() as browser:
        page = browser.new_page(viewport={"width": 1300, "height": 700}, locale="ja-JP")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((files / "status.html").as_uri())
        assert asked == [(files / "status.html").as_uri()]
        assert page.locator("script, link, img, iframe").count() == 0
        assert page.locator("table").count() == 2, "orders and deadlines"
        orders = page.locator("table").first
        assert orders.locator("tbody tr").count() == 3 and "<b>No such company</b>" in orders.inner_text()
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / "status.png", full_page=True)
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 1030, "height": 700})  # A4 landscape between its margins
        page.screenshot(path=SCREENSHOTS / "status-print.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= 1030
        paper = page.pdf(prefer_css_page_size=True)
    # Landscape, as the page asks: nothing but the page's own style could have turned the sheet.
    assert paper.startswith(b"%PDF") and b"/MediaBox [0 0 841" in paper.replace(b"841.9", b"841")


class Room(http.server.BaseHTTPRequestHandler):
    """A chat room that keeps what it is told."""

    heard: t.ClassVar[list[str]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append(json.loads(body)["text"])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Nothing: the test's output is the test's."""


def test_a_chat_room_is_told_what_is_due_once_a_day(files: pathlib.Path, site: Site) -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), Room) as room:
        threading.Thread(target=room.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{room.server_port}/secret-room"
        first = site.run("notify", "-vvv", IIJ_CERT_WEBHOOK_URL=address)
        again = site.run("notify", IIJ_CERT_WEBHOOK_URL=address)
        room.shutdown()
    (heard,) = Room.heard
    subject, opening, person, line, closing = heard.splitlines()
    assert opening == closing == "```"  # names and words of a desk are shown, not interpreted
    assert subject == "Certificates: 1 things due (default)"
    assert person == "[group admin]"
    assert line.startswith("- lost (lost.example.jp): rejected. ")
    assert first.of("status_notice")["sent"] == ["webhook"]
    assert again.of("status_notice")["sent"] == []
    assert "secret-room" not in first.output + again.output


@pytest.mark.parametrize("more", [(), ("--check",)], ids=["run", "check"])
def test_what_is_due_and_can_be_sent_nowhere_fails(files: pathlib.Path, site: Site, more: tuple[str, ...]) -> None:
    run = site.run("notify", *more, fails=True)
    assert "No way of sending is configured" in run.of("status_notice")["msg"]
    run = site.run("notify", *more, "-e", "certificate_notice_webhook_form=teams", fails=True)
    assert "IIJ_CERT_WEBHOOK_URL is not set" in run.of("status_notice")["msg"]


def test_a_mail_brings_the_report_and_the_calendar(files: pathlib.Path) -> None:
    with open_mailbox() as mailbox:
        subprocess.run(
            [
                sys.executable, str(EXAMPLES / "notify" / "mail.py"), str(files), "--to", "ops@example.jp",
                "--sender", "c@example.jp", "--host", "127.0.0.1", "--port", str(mailbox.port),
            ],
            check=True,
        )  # fmt: skip
    (mail,) = mailbox.mails
    assert mail["Subject"].startswith("Certificate orders: ") and mail["To"] == "ops@example.jp"
    page, text = mail.get_body(("html",)), mail.get_body(("plain",))
    assert page and text and "late.example.jp" in page.get_content() and "late.example.jp" in text.get_content()
    (attached,) = mail.iter_attachments()
    assert attached.get_content_type() == "text/calendar"
    events = icalendar.Calendar.from_ical(attached.get_content()).walk("VEVENT")
    assert {str(event["SUMMARY"]).split(" (")[0].split(": ")[1] for event in events} == DATED
