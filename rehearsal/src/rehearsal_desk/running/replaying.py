# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command that serves a recording of a portal."""

from __future__ import annotations

import argparse
import sys

from rehearsal_desk.portal.replay import NoRecording, make_replay, read_recording
from rehearsal_desk.rules.wording import say
from rehearsal_desk.running import serving
from rehearsal_desk.running.start_text import speak


def replay_command(options: argparse.Namespace) -> int:
    """Serve the recording on a loopback address until it is stopped."""
    try:
        pages = read_recording(options.recording)
        with serving.open_listener("127.0.0.1", port=options.port) as listener:
            url = serving.url_of(listener)

            def announce() -> None:
                message = say(
                    "{} recorded pages at {}/, for any log-in. Stop with Ctrl-C.",
                    "記録した{}ページを {}/ で表示します。どのログインでも使えます。停止は Ctrl-C です。",
                    len(pages),
                    url,
                )
                print(speak(message), flush=True)

            serving.run(make_replay(pages), listener=listener, announce=announce, access_log=False)
    except (NoRecording, OSError, OverflowError) as error:
        print(f"rehearsal-desk: {speak(str(error) if len(error.args) != 1 else error.args[0])}", file=sys.stderr)
        return 2
    return 0
