# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A guide as one shell script: every command in order, in one folder, its output held against what the guide shows."""

from __future__ import annotations

import contextlib
import dataclasses as dc
import os
import pathlib
import re
import shlex
import signal
import subprocess
import typing as t

from ansible_collections.iij.server_certificate.tests.docs.markdown_blocks import Block, Command, Page, page_of

PATIENCE: t.Final = 180  # seconds that a whole guide may take
_MARK: t.Final = "@@guide"
_VARYING: t.Final = (
    (re.compile(r"\x1b\[[0-9;]*m"), ""),
    (re.compile(r"\b20\d\d-\d\d-\d\d(T[\d:]+Z)?"), "DATE"),
    (re.compile(r"\b[0-9a-f]{12,}\b"), "DIGEST"),
    (re.compile(r"\s+"), " "),
)


@dc.dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that a reader does: writes a file, or types a command that ends well or not."""

    block: Block
    command: Command | None = None
    fails: bool = False

    def lines(self, number: int) -> t.Iterator[str]:
        """This step in the words of the shell; it ends the script where it ends otherwise than told."""
        if self.command is None:
            file = shlex.quote(str(self.block.file))
            yield f"mkdir -p $(dirname {file}) && cat >{file} <<'{_MARK}'\n{self.block.text}{_MARK}"
        else:
            yield f"printf '\\n{_MARK} {number}\\n'\n{self.command.text}"
            ended = f"[ $status {'-ne' if self.fails else '-eq'} 0 ]"
            yield f"status=$?; {ended} || {{ printf '\\n{_MARK} status %s\\n' $status; exit 1; }}"


def followed(page: Page) -> tuple[Block, ...]:
    """The blocks that a reader of this page goes through, those of an earlier page first."""
    if page.begins_after is None:
        return page.blocks
    path, sections = page.begins_after
    earlier = page_of(path).blocks
    assert set(sections) <= {block.section for block in earlier}, f"{path.name} has no sections {sections}"
    return (*(block for block in earlier if block.section in sections), *page.blocks)


def steps_of(blocks: t.Iterable[Block]) -> tuple[Step, ...]:
    """What a reader of these blocks does."""
    found: list[Step] = []
    for block in blocks:
        if block.kind.startswith("console"):
            commands = block.commands()
            last = len(commands) - 1
            found += [
                Step(block=block, command=command, fails=block.kind.endswith("fails") and place == last)
                for place, command in enumerate(commands)
            ]
        elif block.file:
            found.append(Step(block=block))
    return tuple(found)


def follow(
    steps: tuple[Step, ...], *, folder: pathlib.Path, environment: dict[str, str], inside: tuple[str, ...] = (),
    patience: int = PATIENCE,
) -> None:  # fmt: skip
    """Do all this in this folder; every command must end as told and say what the guide shows.

    `inside` is a command that runs the one behind it somewhere else, where the folder has the same path.
    """
    script, log = folder.parent / "guide.sh", folder.parent / "guide.log"
    script.write_text("\n".join(line for number, step in enumerate(steps) for line in step.lines(number)) + "\n")
    with log.open("wb") as output:
        shell = subprocess.Popen(
            [*inside, "/bin/bash", str(script)], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        status = shell.wait(patience)
    finally:
        # What was started in the background belongs to the shell's group, also when the shell has ended.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGTERM)
    _compare(steps, log.read_text(encoding="utf-8", errors="replace"), status)


def _compare(steps: tuple[Step, ...], log: str, status: int) -> None:
    said = re.split(rf"^{_MARK} (\d+)\n", log, flags=re.MULTILINE)
    outputs = dict(zip(map(int, said[1::2]), said[2::2], strict=True))
    last = steps[max(outputs, default=0)]
    assert status == 0, f"{last.block}: this did not end as told\n{outputs.get(max(outputs, default=0), log)}"
    for number, step in enumerate(steps):
        missing = step.command and first_missing(step.command.expected, outputs[number])
        assert not missing, (
            f"{step.block}: the guide shows this line, and the command did not say it\n{missing}\n{outputs[number]}"
        )


def first_missing(expected: t.Iterable[str], output: str) -> str | None:
    """The first line that does not stand in the output after those before it; "..." stands for anything."""
    lines = iter([_plain(line) for line in output.splitlines()])
    for line in expected:
        pattern = ".*".join(map(re.escape, _plain(line).split("...")))
        if pattern not in ("", ".*") and not any(re.fullmatch(pattern, said) for said in lines):
            return line
    return None


def _plain(line: str) -> str:
    for pattern, word in _VARYING:
        line = pattern.sub(word, line)
    return line.strip()
