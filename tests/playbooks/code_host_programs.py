# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The programs that a job of a code host calls (gh, pip, ansible-galaxy), answering from the host's folder."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLAYBOOK = "ansible-playbook"


def gh(state: pathlib.Path, arguments: list[str]) -> None:
    if arguments[0] == "api":
        answers = json.loads((state / "answers.json").read_text(encoding="utf-8"))
        kind, _, name = arguments[1].partition("/git/trees/")
        _print_jq(
            answers["trees"][name] if name else answers["graphql" if kind == "graphql" else "artifacts"], arguments
        )
    elif arguments[:2] == ["run", "download"]:
        shutil.copytree(
            state / "artifacts" / arguments[2] / _after("--name", arguments),
            _after("--dir", arguments),
            dirs_exist_ok=True,
        )
    elif arguments[:2] == ["pr", "comment"] and _after("--body-file", arguments) == "-":
        number = len(list(state.glob("comment-*"))) + 1
        (state / f"comment-{number}").write_text(sys.stdin.read(), encoding="utf-8")
    else:
        sys.exit(f"gh {arguments}")


def pip(state: pathlib.Path, arguments: list[str]) -> None:
    """Take nothing but wheels with the hashes of a lock; the folder that is asked for gets the commands alone."""
    lock = pathlib.Path(_after("-r", arguments)).read_text(encoding="utf-8")
    if "--require-hashes" not in arguments or _after("--only-binary", arguments) != ":all:" or "--hash=" not in lock:
        sys.exit(f"pip {arguments}")
    if "--target" in arguments:
        commands = pathlib.Path(_after("--target", arguments)) / "bin"
        commands.mkdir(parents=True)
        (commands / PLAYBOOK).symlink_to(state / PLAYBOOK)


def ansible_galaxy(_state: pathlib.Path, arguments: list[str]) -> None:
    if "--no-deps" in arguments and pathlib.Path(_after("-r", arguments)).is_file():
        place = pathlib.Path(_after("-p", arguments), "ansible_collections", "iij", "server_certificate")
        place.parent.mkdir(parents=True)
        place.symlink_to(ROOT)


def _after(option: str, arguments: list[str]) -> str:
    return arguments[arguments.index(option) + 1]


def _print_jq(answer: object, arguments: list[str]) -> None:
    subprocess.run(["jq", "-r", _after("--jq", arguments)], input=json.dumps(answer), text=True, check=True)


def main() -> None:
    state, name, arguments = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    call = {
        "program": name,
        "arguments": arguments,
        "tokens": sorted(key for key in os.environ if key.startswith("IIJ_CERT_") and "TOKEN" in key),
    }
    with (state / "calls.jsonl").open("a", encoding="utf-8") as calls:
        calls.write(json.dumps(call) + "\n")
    {"gh": gh, "pip": pip, "ansible-galaxy": ansible_galaxy}[name](state, arguments)


if __name__ == "__main__":
    main()
