# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The artefact of a release: what ansible-galaxy builds from the tracked files, with nothing of the builder in it.

Usage: artefact.py (called by `make build` with the project's Python)
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import typing as t

from ansible_collections.iij.server_certificate.tests.release.copies import ROOT, copy, tracked
from ansible_collections.iij.server_certificate.tests.release.parts import write_parts

BUILD: t.Final = ROOT / "build"
GALAXY: t.Final = pathlib.Path(sys.executable).with_name("ansible-galaxy")
TIME: t.Final = 315532800  # 1980-01-01, the earliest that zip files know; SOURCE_DATE_EPOCH overrides it


def main() -> int:
    artefact = build(BUILD)
    lines = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}" for file in (artefact, *write_parts(BUILD))
    ]
    (BUILD / "SHA256SUMS").write_text("".join(f"{line}\n" for line in lines), encoding="ascii")
    print(*lines, sep="\n")
    return 0


def build(into: pathlib.Path) -> pathlib.Path:
    """The tarball of these sources: the same bytes wherever, whenever and by whomever it is built."""
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        place = copy(tracked(), into=pathlib.Path(folder))
        command = [str(GALAXY), "collection", "build", "--output-path", folder]
        subprocess.run(
            command, cwd=place, env={**os.environ, "ANSIBLE_HOME": f"{folder}/home"}, check=True, stdout=subprocess.PIPE
        )
        (built,) = pathlib.Path(folder).glob("*.tar.gz")
        artefact = into / built.name
        artefact.write_bytes(in_order(built))
    return artefact


def in_order(built: pathlib.Path) -> bytes:
    """The same collection, its list of files and its archive sorted, with nothing of the builder's machine."""
    with tarfile.open(built) as archive:
        contents = {member.name: _content(archive, member) for member in archive}
        executable = {member.name for member in archive if member.mode & 0o100}
    files = json.loads(contents["FILES.json"] or b"")
    files["files"].sort(key=lambda entry: entry["name"])
    contents["FILES.json"] = listed = _json(files)
    manifest = json.loads(contents["MANIFEST.json"] or b"")
    manifest["file_manifest_file"]["chksum_sha256"] = hashlib.sha256(listed).hexdigest()
    contents["MANIFEST.json"] = _json(manifest)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name in sorted(contents, key=lambda name: (name != "MANIFEST.json", name != "FILES.json", name)):
            _add(archive, name, contents[name], mode=0o755 if name in executable else 0o644)
    return gzip.compress(packed.getvalue(), mtime=0)


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes | None:
    """What a file holds; None for a folder."""
    if not (member.isfile() or member.isdir()):
        sys.exit(f"{member.name} is neither a file nor a folder: links have no place in a release")
    opened = archive.extractfile(member)
    return None if opened is None else opened.read()


def _json(value: t.Any) -> bytes:
    """As ansible-galaxy writes it."""
    return json.dumps(value, indent=True).encode("ascii")


def _add(archive: tarfile.TarFile, name: str, content: bytes | None, *, mode: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.type = tarfile.DIRTYPE if content is None else tarfile.REGTYPE
    entry.size, entry.mode = len(content or b""), mode
    entry.mtime = int(os.environ.get("SOURCE_DATE_EPOCH", TIME))
    archive.addfile(entry, io.BytesIO(content or b""))


if __name__ == "__main__":
    sys.exit(main())
