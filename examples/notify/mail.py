#!/usr/bin/env python3
# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mails the status that status.yml has written, the calendar attached, unless there is nothing to do.

Usage: mail.py --to ops@example.jp --sender certificates@example.jp [--host mail.example.jp] [--port 25]
    [--starttls] [--always] build/
"""

from __future__ import annotations

import argparse
import json
import pathlib
import smtplib
import ssl
from email.message import EmailMessage


def letter(folder: pathlib.Path, *, sender: str, to: list[str]) -> EmailMessage:
    """Write the status as text and as a page, its subject saying what it comes to."""
    status = json.loads((folder / "status.json").read_text(encoding="utf-8"))
    text = (folder / "status.md").read_text(encoding="utf-8")
    message = EmailMessage()
    message["From"], message["To"] = sender, ", ".join(to)
    message["Subject"] = f"{text.splitlines()[0].lstrip('# ')} ({status['portfolio']})"
    message.set_content(text)
    message.add_alternative((folder / "status.html").read_text(encoding="utf-8"), subtype="html")
    calendar = folder / "status.ics"
    if calendar.exists():
        message.add_attachment(calendar.read_text(encoding="utf-8"), subtype="calendar", filename="status.ics")
    return message


def main() -> None:
    parser = argparse.ArgumentParser(description="Mails the status of certificate orders.")
    parser.add_argument("folder", type=pathlib.Path, help="where status.yml has written its files")
    parser.add_argument("--to", action="append", required=True)
    parser.add_argument("--sender", required=True)
    parser.add_argument("--host", default="localhost")
    parser.add_argument("--port", type=int, default=25)
    parser.add_argument("--starttls", action="store_true", help="speak TLS, and believe no unknown certificate")
    parser.add_argument("--always", action="store_true", help="mail it even when there is nothing to do")
    options = parser.parse_args()
    verdict = json.loads((options.folder / "status.json").read_text(encoding="utf-8"))["verdict"]
    if verdict == "nothing_to_do" and not options.always:
        return
    with smtplib.SMTP(options.host, options.port, timeout=30) as server:
        if options.starttls:
            server.starttls(context=ssl.create_default_context())
        server.send_message(letter(options.folder, sender=options.sender, to=options.to))


if __name__ == "__main__":
    main()
