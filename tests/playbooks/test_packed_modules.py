# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A package that the tests keep does what Ansible's own does, also for a Python that its bytecode is not for."""

from __future__ import annotations

import base64
import importlib.util
import io
import os
import pathlib
import subprocess
import sys
import zipfile

import pytest
import yaml
from ansible_collections.iij.server_certificate.tests.playbooks import packed_modules
from ansible_collections.iij.server_certificate.tests.playbooks.packed_modules import (
    folder_in,
    keep_documents,
    with_bytecode,
)

# It says where its code comes from: compiled beforehand it knows only its name in the package.
SOURCE = b"import sys; print(sys._getframe().f_code.co_filename)"


def package(folder: pathlib.Path, *, foreign: bool) -> pathlib.Path:
    """A package with bytecode, for the Python of the tests or for none that there is."""
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("answer.py", SOURCE)
    grown, path = with_bytecode(base64.b64encode(plain.getvalue())), folder / "answer.zip"
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(grown))) as archive, zipfile.ZipFile(path, "w") as copy:
        for name in archive.namelist():
            content = archive.read(name)
            copy.writestr(name, content.replace(importlib.util.MAGIC_NUMBER, b"\0\0\r\n") if foreign else content)
    return path


@pytest.mark.parametrize("foreign", [False, True])
def test_a_kept_package_does_what_its_source_does(tmp_path: pathlib.Path, *, foreign: bool) -> None:
    path = package(tmp_path, foreign=foreign)
    with zipfile.ZipFile(path) as packed:
        assert packed.read("answer.py") == SOURCE
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(path)!r}); import answer"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    assert said == (str(path / "answer.py") if foreign else "answer.py")


@pytest.mark.parametrize("loader", [yaml.CBaseLoader, yaml.CSafeLoader, yaml.CLoader])
def test_a_kept_document_is_told_as_pyyaml_tells_it(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, loader: type
) -> None:
    texts = ["".join(f"{word}{number}: {number}\n" for number in range(3000)) for word in "ab"] + ["short: 1\n"]
    plain = [yaml.load(text, Loader=loader) for text in texts]
    monkeypatch.setattr(yaml, "load", yaml.load)
    keep_documents(str(tmp_path))
    for _ in range(2):
        for text, document in zip(texts, plain, strict=True):
            for stream in (text, text.encode(), io.StringIO(text)):
                told = yaml.load(stream, Loader=loader)
                assert told == document
                told.clear()  # nobody sees what another one does with it
    assert len(list(tmp_path.iterdir())) == (0 if loader is yaml.CLoader else 2)


def test_kept_methods_are_those_that_dataclasses_write(tmp_path: pathlib.Path) -> None:
    folder, this = str(tmp_path), packed_modules.__file__
    program = (
        "import dataclasses, runpy, sys\n"
        f"runpy.run_path({this!r})['keep_methods']({folder!r})\n"
        "@dataclasses.dataclass(frozen=True, order=True)\n"
        "class Pair:\n"
        "    number: int\n"
        f"    word: str = {{word!r}}\n"
        "print(sorted([Pair(2), Pair(1, 'b')]), hash(Pair(1)) == hash(Pair(1)), Pair.__init__.__module__)\n"
    )
    told = []
    for word in ("a", "a", "z"):
        run = subprocess.run(
            [sys.executable, "-c", program.replace("{word!r}", repr(word))], capture_output=True, text=True
        )
        told.append(run.stdout or run.stderr)
        kept = {file.name for file in tmp_path.iterdir()}
        assert kept == {"methods"}
    assert told == [f"[Pair(number=1, word='b'), Pair(number=2, word={word!r})] True __main__\n" for word in "aaz"]


def test_every_worker_of_a_run_has_the_same_folder() -> None:
    folder = folder_in(os.environ)
    assert folder
    assert pathlib.Path(folder).is_dir()
