# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A folder of certificates as people get them: files, archives and saved mails, opened down to what is in them."""

from __future__ import annotations

import dataclasses as dc
import email
import email.policy
import io
import lzma
import re
import typing as t
import zipfile
import zlib

from ....module_utils._core.errors import Fault
from ....module_utils._core.paths import expand_home
from ....module_utils._core.phrases import Phrase, one_line
from ....module_utils._core.system_errors import reason_of
from ....module_utils._pki.containers import read_any
from ..boundary import explain_damage

if t.TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

    from ....module_utils._pki.certs import CertFacts

_LARGEST: t.Final = 16 << 20  # bytes of a file or of a part of one
_MOST: t.Final = 2_000  # files of a folder, parts of an archive
_NESTING: t.Final = re.compile(rb"multipart/|message/", re.IGNORECASE)
_MOST_LEVELS: t.Final = 50
_DEEPEST: t.Final = 3  # an archive in a mail in an archive
_MOST_UNPACKED: t.Final = 4 * _LARGEST  # bytes of one file with all that is in it, however deep
_LEAST_PART: t.Final = 4 << 10  # bytes that a part counts at least: opening it costs something, too
_LONGEST_NAME: t.Final = 200  # characters of a file's name that are told
_DAMAGED_STREAMS: t.Final = (zlib.error, lzma.LZMAError)
_NOTHING: t.Final = Phrase(
    "there is no certificate in it that is read here (PEM, DER, PKCS#7, ZIP, .eml)",
    "読み取れる証明書 (PEM、DER、PKCS#7、ZIP、.eml) がありません",
)
_TOO_LARGE: t.Final = Phrase("it is too large, or has too many parts", "大きすぎるか、含まれるファイルが多すぎます")
_LOCKED: t.Final = Phrase(
    "the archive is locked by a password: unpack it into this folder",
    "パスワード付きのZIPです。このフォルダに展開してください",
)
_LINK: t.Final = Phrase("it is a link, which is not followed", "リンクは読みません")
PRIVATE_KEY: t.Final = Phrase(
    "it holds a private key, so nothing of it was read. Take it away from here. A key that IIJ made belongs on its "
    "host alone{0}: download it there, and never through this controller",
    "秘密鍵が含まれるため、何も読み込んでいません。ここから取り除いてください。IIJが作成した鍵は設置先のホストだけに置くものです"
    "{0}。このコントローラを経由せず、ホストで直接ダウンロードしてください",
)


@dc.dataclass
class Inbox:
    """What is in the folder: certificates with the name of what they came in, and what was not read, with reasons.

    `unpacked` is how much of the file that is being read has been opened, in bytes.
    """

    leaves: dict[str, tuple[str, CertFacts]] = dc.field(default_factory=dict)
    authorities: dict[str, CertFacts] = dc.field(default_factory=dict)
    problems: dict[str, Phrase] = dc.field(default_factory=dict)
    with_keys: list[str] = dc.field(default_factory=list)
    unpacked: int = 0

    def add(self, name: str, certificate: CertFacts) -> None:
        """Add a certificate; one that may issue others is an intermediate, unless it has the names of a server."""
        if certificate.is_authority and not certificate.dns_names:
            self.authorities[certificate.certificate_fingerprint] = certificate
        else:
            self.leaves.setdefault(certificate.certificate_fingerprint, (name, certificate))


class _TooMuch(Exception):
    """More comes out of a file than any delivery holds."""


def read_inbox(path: str) -> Inbox:
    """Read every file of the folder; nothing in it is changed."""
    folder, inbox = expand_home(path), Inbox()
    files = [file for file in sorted(folder.rglob("*")) if not _is_hidden(file, folder) and not file.is_dir()]
    if not folder.is_dir():
        next(folder.iterdir())  # raises what is wrong with it
    for file in files[:_MOST]:
        name = one_line(file.relative_to(folder), _LONGEST_NAME)
        inbox.unpacked = 0
        try:
            _take(file, name, inbox)
        except _TooMuch:
            inbox.problems[name] = _TOO_LARGE
        except OSError as error:
            inbox.problems[name] = reason_of(error)
        except Exception as error:  # whatever a damaged file makes a library raise: the others are read all the same
            inbox.problems[name] = explain_damage(name, error)
    return inbox


def _take(file: pathlib.Path, name: str, inbox: Inbox) -> None:
    if file.is_symlink():
        inbox.problems[name] = _LINK
    elif not file.is_file():
        inbox.problems[name] = _NOTHING
    elif file.stat().st_size > _LARGEST:
        inbox.problems[name] = _TOO_LARGE
    elif not _open(name, file.read_bytes(), inbox, depth=0) and name not in inbox.problems:
        inbox.problems[name] = _NOTHING


def _is_hidden(file: pathlib.Path, folder: pathlib.Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def _open(name: str, content: bytes, inbox: Inbox, *, depth: int) -> bool:
    """Take what is in this content; whether there was anything to tell of it. Raises _TooMuch."""
    inbox.unpacked += max(len(content), _LEAST_PART)
    if inbox.unpacked > _MOST_UNPACKED:
        raise _TooMuch
    parts = _parts(name, content, inbox) if depth < _DEEPEST else None
    if parts is not None:
        return sum(_open(inner, part, inbox, depth=depth + 1) for inner, part in parts) > 0  # each part is opened
    try:
        result = read_any(content)
    except Fault:
        inbox.with_keys.append(name)
        inbox.problems[name] = PRIVATE_KEY
        return True
    for certificate in result:
        inbox.add(name, certificate)
    return bool(result)


def _parts(name: str, content: bytes, inbox: Inbox) -> Iterator[tuple[str, bytes]] | None:
    """Return what an archive or a mail is made of; None for anything else."""
    if content.startswith(b"PK\x03\x04"):
        return _unpacked(name, content, inbox)
    if name.lower().endswith(".eml"):
        return _attached(name, content, inbox)
    return None


def _unpacked(name: str, content: bytes, inbox: Inbox) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) > _MOST or sum(member.file_size for member in members) > _LARGEST:
                inbox.problems[name] = _TOO_LARGE
                return
            for member in members:
                if member.flag_bits & 1:
                    inbox.problems[name] = _LOCKED
                    return
                with archive.open(member) as file:
                    yield f"{name}: {one_line(member.filename, 100)}", file.read(_LARGEST)
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError, *_DAMAGED_STREAMS):
        inbox.problems[name] = _NOTHING


def _attached(name: str, content: bytes, inbox: Inbox) -> Iterator[tuple[str, bytes]]:
    if len(_NESTING.findall(content)) > _MOST_LEVELS:  # a mail in a mail in a mail, without an end
        inbox.problems[name] = _TOO_LARGE
        return
    parts = email.message_from_bytes(content, policy=email.policy.compat32).walk()
    for number, part in enumerate(parts):
        if number > _MOST or part.is_multipart():
            continue
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes) and payload:
            yield f"{name}: {one_line(part.get_filename() or part.get_content_type(), 100)}", payload


__all__ = ("PRIVATE_KEY", "Inbox", "read_inbox")
