# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command that serves a recording of a portal."""

from __future__ import annotations

import argparse
import pathlib
import sys

from rehearsal_desk.portal.replay import NoRecording, make_replay, read_recording
from rehearsal_desk.running import serving


def add_replay(replay: argparse.ArgumentParser) -> None:
    """Give the command its options; it serves loopback only."""
    replay.set_defaults(command=replay_command)
    replay.add_argument("recording", type=pathlib.Path, help="what portal_doctor wrote to its record_path")
    replay.add_argument("--port", type=int, default=0, help="port, 0 for a free one (default: %(default)s)")


def replay_command(options: argparse.Namespace) -> int:
    """Serve the recording until it is stopped."""
    try:
        pages = read_recording(options.recording)
        with serving.open_listener("127.0.0.1", port=options.port) as listener:
            url = serving.url_of(listener)

            def announce() -> None:
                print(f"{len(pages)} recorded pages at {url}/, for any log-in. Stop with Ctrl-C.", flush=True)

            serving.run(make_replay(pages), listener=listener, announce=announce, access_log=False)
    except (NoRecording, OSError, OverflowError) as error:
        print(f"rehearsal-desk: {error}", file=sys.stderr)
        return 2
    return 0
