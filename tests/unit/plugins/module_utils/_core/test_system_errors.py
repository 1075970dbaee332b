# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors of the system name their file, and their reason in both languages."""

from __future__ import annotations

import errno
import os
import pathlib

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import Phrase
from ansible_collections.iij.server_certificate.plugins.module_utils._core.system_errors import describe_os_error


def test_a_full_disk_is_a_sentence_without_none() -> None:
    with (
        pytest.raises(OSError, match="No space left") as full,
        pathlib.Path("/dev/full").open("w", buffering=1) as device,
    ):
        device.write("x\n")
    assert full.value.filename is None
    assert describe_os_error(full.value) == Phrase("No space left on device", "ディスクの空き容量がありません")


def test_the_file_is_named(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "no-such-file"
    with pytest.raises(FileNotFoundError) as missing:
        path.read_text(encoding="utf-8")
    described = describe_os_error(missing.value)
    assert described.en == f"{path}: No such file or directory"
    assert described.ja == f"{path}: ファイルまたはディレクトリがありません"


@pytest.mark.parametrize(
    "error",
    [OSError(), OSError("words of a library"), OSError(errno.ENOSPC, None), OSError(None, None)],
    ids=["nothing", "words", "number", "none"],
)
def test_no_error_is_told_as_none(error: OSError) -> None:
    described = describe_os_error(error)
    assert described.en and described.ja
    assert "None" not in described.en


def test_every_number_in_the_table_is_one_of_the_system() -> None:
    for number in (errno.EACCES, errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.ELOOP):
        described = describe_os_error(OSError(number, os.strerror(number), "/x"))
        assert described.en == f"/x: {os.strerror(number)}"
        assert described.ja != described.en
