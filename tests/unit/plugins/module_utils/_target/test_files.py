# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import os
import pathlib
import stat
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import errors
from ansible_collections.iij.server_certificate.plugins.module_utils._target import accesses, files, labels
from ansible_collections.iij.server_certificate.plugins.module_utils._target.accesses import Access

PRIVATE = Access(mode=0o600)
PUBLIC = Access(mode=0o644)
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")


def left_in(folder: pathlib.Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def mode_of(path: pathlib.Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_not_there_is_none(tmp_path: pathlib.Path) -> None:
    assert files.read(str(tmp_path / "x")) is None


def test_what_is_read_does_not_show(tmp_path: pathlib.Path) -> None:
    (tmp_path / "x").write_bytes(b"secret")
    snapshot = files.read(str(tmp_path / "x"))
    assert snapshot
    assert snapshot.content == b"secret"
    assert "secret" not in repr(snapshot)


def test_a_missing_folder_is_named(tmp_path: pathlib.Path) -> None:
    with pytest.raises(errors.FolderMissing) as caught:
        files.read(str(tmp_path / "no" / "x.key"))
    assert caught.value.folder == str(tmp_path / "no")


@pytest.mark.parametrize("kind", ["folder", "fifo", "dangling"])
def test_only_regular_files_are_read(tmp_path: pathlib.Path, kind: str) -> None:
    path = tmp_path / "x"
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to("gone")
    with pytest.raises(errors.NotARegularFile):
        files.read(str(path))


def test_a_log_file_by_mistake_is_not_read(tmp_path: pathlib.Path) -> None:
    with (tmp_path / "x").open("wb") as file:
        file.truncate(2 << 20)
    with pytest.raises(errors.FileRefused, match="too large"):
        files.read(str(tmp_path / "x"))


def test_a_link_loop_is_a_fault(tmp_path: pathlib.Path) -> None:
    (tmp_path / "x").symlink_to("x")
    with pytest.raises(errors.FileRefused, match="symbolic links"):
        files.read(str(tmp_path / "x"))


def test_the_first_publisher_wins(tmp_path: pathlib.Path) -> None:
    path = str(tmp_path / "x.key")
    assert files.publish_exclusive(path, content=b"first", access=PRIVATE)
    assert not files.publish_exclusive(path, content=b"second", access=PRIVATE)
    assert (tmp_path / "x.key").read_bytes() == b"first"
    assert mode_of(tmp_path / "x.key") == 0o600
    assert left_in(tmp_path) == ["x.key"]


def test_nothing_is_published_through_a_dangling_link(tmp_path: pathlib.Path) -> None:
    (tmp_path / "x").symlink_to("elsewhere")
    assert not files.publish_exclusive(str(tmp_path / "x"), content=b"key", access=PRIVATE)
    assert left_in(tmp_path) == ["x"]


def test_a_key_is_never_readable_by_others_on_its_way(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    apply = os.fchmod

    def fchmod(handle: int, mode: int) -> None:
        seen.append(stat.S_IMODE(os.fstat(handle).st_mode))
        apply(handle, mode)

    monkeypatch.setattr(os, "fchmod", fchmod)
    previous = os.umask(0)
    try:
        files.publish_exclusive(str(tmp_path / "x"), content=b"key", access=Access(mode=0o640))
    finally:
        os.umask(previous)
    assert seen == [0o600]
    assert mode_of(tmp_path / "x") == 0o640


@pytest.mark.parametrize("call", ["fsync", "link", "fchmod"])
def test_a_failing_publication_leaves_nothing(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def fail(*_arguments: object, **_options: object) -> t.NoReturn:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(errors.FileRefused, match="No space left"):
        files.publish_exclusive(str(tmp_path / "x"), content=b"key", access=PRIVATE)
    assert left_in(tmp_path) == []


def test_replacing_gives_the_new_content_and_leaves_nothing_else(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "x.pem"
    for content in (b"old", b"new"):
        files.replace(str(path), content=content, access=PUBLIC)
        assert path.read_bytes() == content
        assert mode_of(path) == 0o644
    assert left_in(tmp_path) == ["x.pem"]


def test_a_reader_of_the_old_file_keeps_the_old_file(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"old")
    with path.open("rb") as reader:
        files.replace(str(path), content=b"new and longer", access=PUBLIC)
        assert reader.read() == b"old"


def test_a_failing_replacement_keeps_the_old_file(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"old")

    def fail(_handle: int) -> t.NoReturn:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(errors.FileRefused, match=r"Input/output error"):
        files.replace(str(path), content=b"new", access=PUBLIC)
    assert path.read_bytes() == b"old"
    assert left_in(tmp_path) == ["x"]


def test_a_link_is_kept_and_what_it_leads_to_replaced(tmp_path: pathlib.Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "x").write_bytes(b"old")
    (tmp_path / "x").symlink_to("real/x")
    files.replace(str(tmp_path / "x"), content=b"new", access=PUBLIC)
    assert (tmp_path / "x").is_symlink()
    assert (tmp_path / "real" / "x").read_bytes() == b"new"


@AS_ROOT
def test_owner_and_group_are_kept_where_no_others_are_asked_for(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"old")
    os.chown(path, 12, 34)
    files.replace(str(path), content=b"new", access=PUBLIC)
    assert (path.stat().st_uid, path.stat().st_gid) == (12, 34)
    files.replace(str(path), content=b"newer", access=Access(mode=0o644, uid=56))
    assert (path.stat().st_uid, path.stat().st_gid) == (56, 34)


def test_extended_attributes_of_access_are_kept(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Not every file system and container has SELinux, so an attribute that all have stands in for its context.
    path = tmp_path / "x"
    path.write_bytes(b"old")
    try:
        os.setxattr(path, "user.test", b"context")
    except (AttributeError, OSError):
        pytest.skip("no extended attributes here")
    monkeypatch.setattr(labels, "_KEPT_ATTRIBUTES", ("user.absent", "user.test"))
    files.replace(str(path), content=b"new", access=PUBLIC)
    assert os.getxattr(path, "user.test") == b"context"


def test_repairing_touches_the_mode_and_not_the_content(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"key")
    path.chmod(0o666)
    before = path.stat()
    files.repair(str(path), access=PRIVATE)
    after = path.stat()
    assert mode_of(path) == 0o600
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def asked(within: str = "install", **fields: object) -> Access:
    return accesses.read_access(fields, within=within)


@pytest.mark.parametrize(("mode", "number"), [("0600", 0o600), ("640", 0o640), ("0644", 0o644), ("0664", 0o664)])
def test_modes_are_octal(mode: str, number: int) -> None:
    assert asked(mode=mode) == Access(mode=number)


@pytest.mark.parametrize("within", ["install", "key"])
@pytest.mark.parametrize("mode", ["u=rw", "0800", "6", 384, "00644000", "4644", "2640", "1600", "0700", "0610", "0755"])
def test_other_modes_are_refused(mode: object, within: str) -> None:
    with pytest.raises(errors.FieldWrong, match=f"{within}.mode must be an octal"):
        asked(within, mode=mode)


@pytest.mark.parametrize("mode", ["0644", "0604", "0602", "0660", "0620", "0666", "4600"])
def test_no_mode_opens_a_key_to_others(mode: str) -> None:
    with pytest.raises(errors.FieldWrong, match=r"key\.mode"):
        asked("key", mode=mode)


@pytest.mark.parametrize("mode", ["0600", "0400", "0440", "0640"])
def test_a_group_may_read_a_key(mode: str) -> None:
    assert asked("key", mode=mode).mode_text == mode


def test_accounts_go_by_name_or_number() -> None:
    assert asked("key", owner="root", group="0") == Access(mode=0o600, uid=0, gid=0)
    for options in ({"owner": "no-such-account"}, {"group": "no-such-account"}):
        with pytest.raises(errors.AccountUnknown, match="no-such-account"):
            asked("key", **options)


@pytest.mark.parametrize("wanted", [Access(0o600), Access(0o600, uid=1), Access(0o600, gid=2), Access(0o600, 1, 2)])
def test_what_is_not_asked_for_may_be_anything(wanted: Access) -> None:
    assert wanted.allows(Access(0o600, 1, 2))
    assert not wanted.allows(Access(0o640, 1, 2))
    if wanted.uid is not None:
        assert not wanted.allows(Access(0o600, 9, 2))


def test_two_processes_never_mix_what_they_write(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "x"
    contents = {bytes([letter]) * 200_000 for letter in b"ab"}
    children = []
    for content in contents:
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                for _round in range(20):
                    files.replace(str(path), content=content, access=PUBLIC)
                os._exit(0)
            os._exit(1)
        children.append(child)
    seen = set()
    for _round in range(200):
        with contextlib.suppress(FileNotFoundError):
            seen.add(path.read_bytes())
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    assert seen <= contents
    assert left_in(tmp_path) == ["x"]
