# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The programs that a job of a code host calls (gh, curl, pip, ansible-galaxy), answering from the host's folder."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import sys
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]


def gh(state: pathlib.Path, arguments: list[str]) -> None:
    answers = state / "answers.json"
    if arguments[0] == "api":
        _print_jq(json.loads(answers.read_text(encoding="utf-8"))["pulls"], arguments)
    elif arguments[:2] == ["run", "list"]:
        _print_jq(json.loads(answers.read_text(encoding="utf-8"))["runs"], arguments)
    elif arguments[:2] == ["run", "download"]:
        shutil.copytree(state / "artifacts" / _after("--name", arguments), _after("--dir", arguments))
    elif arguments[:2] == ["pr", "comment"]:
        _comment(state, pathlib.Path(_after("--body-file", arguments)).read_text(encoding="utf-8"))
    else:
        sys.exit(f"gh {arguments}")


def curl(state: pathlib.Path, arguments: list[str]) -> None:
    path = urllib.parse.urlsplit(arguments[-1]).path.removeprefix("/api/v4/projects/1")
    if "--data-urlencode" in arguments:
        _comment(
            state, pathlib.Path(_after("--data-urlencode", arguments).removeprefix("body@")).read_text(encoding="utf-8")
        )
        return
    answers = json.loads((state / "answers.json").read_text(encoding="utf-8"))
    job, _, file = path.partition("/artifacts/")
    if file:
        shutil.copy(state / "artifacts" / answers[f"{job}/artifacts"] / file, _after("--output", arguments))
    else:
        print(json.dumps(answers[path]))


def pip(_state: pathlib.Path, arguments: list[str]) -> None:
    if "-r" in arguments and not pathlib.Path(_after("-r", arguments)).is_file():
        sys.exit(f"pip {arguments}")


def ansible_galaxy(_state: pathlib.Path, arguments: list[str]) -> None:
    if pathlib.Path(_after("-r", arguments)).is_file():
        pathlib.Path(_after("-p", arguments)).symlink_to(ROOT / "collections")


def _after(option: str, arguments: list[str]) -> str:
    return arguments[arguments.index(option) + 1]


def _print_jq(answer: object, arguments: list[str]) -> None:
    subprocess.run(["jq", "-r", _after("--jq", arguments)], input=json.dumps(answer), text=True, check=True)


def _comment(state: pathlib.Path, text: str) -> None:
    number = len(list(state.glob("comment-*"))) + 1
    (state / f"comment-{number}").write_text(text, encoding="utf-8")


def main() -> None:
    state, name, arguments = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    call = {
        "program": name,
        "arguments": arguments,
        "tokens": sorted(key for key in os.environ if key.startswith("IIJ_CERT_") and "TOKEN" in key),
    }
    with (state / "calls.jsonl").open("a", encoding="utf-8") as calls:
        calls.write(json.dumps(call) + "\n")
    {"gh": gh, "curl": curl, "pip": pip, "ansible-galaxy": ansible_galaxy}[name](state, arguments)


if __name__ == "__main__":
    main()
