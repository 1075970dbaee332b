# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which layouts of folders are taken, by root and by an ordinary user, and which are not, and what is said then."""

from __future__ import annotations

import dataclasses as dc
import os
import pathlib
import pwd
import tempfile
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import errors
from ansible_collections.iij.server_certificate.plugins.module_utils._target import door
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.accounts import (
    NOBODY,
    TWO_ACCOUNTS,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterator

ROOT, OTHER, MANY = 0, 12, 34  # accounts and groups of these numbers need not exist
USER: t.Final = NOBODY.pw_uid
PRIVATE: t.Final = pwd.getpwnam("daemon")  # has a group of its name for itself, as users have where umask is 002


@pytest.fixture
def root() -> Iterator[pathlib.Path]:
    """A folder that every account may enter, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name).resolve()
        folder.chmod(0o755)
        yield folder


@dc.dataclass(frozen=True)
class Layout:
    """Folders from the outermost on as (name, mode, owner, group), and whose task it is."""

    folders: tuple[tuple[str, int, int, int], ...]
    user: int = ROOT
    fault: str = ""

    def made(self, root: pathlib.Path) -> pathlib.Path:
        folder = root
        for name, mode, owner, group in self.folders:
            folder /= name
            folder.mkdir()
            os.chown(folder, owner, group)
            folder.chmod(mode)
        return folder


def own(*names: str, mode: int = 0o755, uid: int = ROOT) -> tuple[tuple[str, int, int, int], ...]:
    return tuple((name, mode, uid, uid) for name in names)


LAYOUTS: t.Final = {
    "Debian /etc/ssl/private, root:ssl-cert 0710": Layout((*own("etc", "ssl"), ("private", 0o710, ROOT, MANY))),
    "Debian /etc/ssl/certs": Layout(own("etc", "ssl", "certs")),
    "Red Hat /etc/pki/tls/private": Layout((*own("etc", "pki", "tls"), ("private", 0o755, ROOT, ROOT))),
    "a folder of root alone": Layout((*own("etc"), ("tls", 0o700, ROOT, ROOT))),
    "set-group-ID, root's with a group that reads": Layout((*own("srv"), ("certs", 0o2750, ROOT, MANY))),
    "certbot's live and archive, 0700": Layout((*own("etc", "letsencrypt"), ("live", 0o700, ROOT, ROOT))),
    "Tomcat's conf of a package, root:tomcat 0750": Layout((*own("etc"), ("tomcat10", 0o750, ROOT, MANY))),
    "a scratch folder of root below /tmp": Layout((("tmp", 0o1777, ROOT, ROOT), ("tls", 0o700, ROOT, ROOT))),
    "root's private group may write": Layout((*own("srv"), ("tls", 0o770, ROOT, ROOT))),
    "a user's home": Layout((*own("home"), *own("user", "tls", mode=0o700, uid=USER)), user=USER),
    "a user's home, umask 002, private group": Layout(
        (*own("home"), ("user", 0o755, PRIVATE.pw_uid, PRIVATE.pw_gid), ("tls", 0o775, PRIVATE.pw_uid, PRIVATE.pw_gid)),
        user=PRIVATE.pw_uid,
    ),
    "a user's folder in root's": Layout((*own("srv"), ("tls", 0o755, USER, USER)), user=USER),
    "a scratch folder of a user below /tmp": Layout(
        (("tmp", 0o1777, ROOT, ROOT), ("tls", 0o700, USER, USER)), user=USER
    ),
    # ---- and those that are not
    "root in a user's home": Layout((*own("home"), *own("user", "tls", uid=USER)), fault="FolderNotTrusted"),
    "root in a folder of a service": Layout((*own("srv"), ("app", 0o755, OTHER, OTHER)), fault="FolderNotTrusted"),
    "root's folder below a service's": Layout(
        (*own("srv"), ("app", 0o755, OTHER, OTHER), ("tls", 0o700, ROOT, ROOT)), fault="FolderNotTrusted"
    ),
    "one user in another's": Layout((*own("home"), ("user", 0o755, OTHER, OTHER)), user=USER, fault="FolderNotTrusted"),
    "a group of others may write": Layout((*own("srv"), ("tls", 0o775, ROOT, MANY)), fault="FolderNotTrusted"),
    "a group that is not the user's alone may write": Layout(
        (*own("home"), ("user", 0o775, USER, NOBODY.pw_gid)), user=USER, fault="FolderNotTrusted"
    ),
    "all may write": Layout((*own("srv"), ("tls", 0o777, ROOT, ROOT)), fault="FolderNotTrusted"),
    "all may write further up": Layout(
        (("srv", 0o777, ROOT, ROOT), ("tls", 0o700, ROOT, ROOT)), fault="FolderNotTrusted"
    ),
    "/tmp itself": Layout((("tmp", 0o1777, ROOT, ROOT),), fault="FolderNotTrusted"),
    "a sticky folder of a group": Layout((("srv", 0o1775, ROOT, MANY),), fault="FolderNotTrusted"),
    "a sticky folder of a service on the way": Layout(
        (("tmp", 0o1777, OTHER, OTHER), ("tls", 0o700, ROOT, ROOT)), fault="FolderNotTrusted"
    ),
}


def said_as(uid: int, act: t.Callable[[], object]) -> str:
    """What the act is told, with the rights of this account: the fault's name and sentences, or nothing."""
    inlet, outlet = os.pipe()
    child = os.fork()
    if child == 0:
        said = "Exception"
        try:
            if uid:
                os.setgroups([])
                os.setgid(NOBODY.pw_gid)
                os.setuid(uid)
            act()
            said = ""
        except errors.Fault as fault:
            said = "\n".join([type(fault).__name__, fault.message("en"), fault.message("ja")])
        finally:
            os.write(outlet, said.encode())
            os._exit(0)
    os.close(outlet)
    os.waitpid(child, 0)
    with os.fdopen(inlet) as pipe:
        return pipe.read()


@TWO_ACCOUNTS
@pytest.mark.parametrize("known", [True, False], ids=["file", "no file"])
@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts(root: pathlib.Path, name: str, known: bool) -> None:
    layout = LAYOUTS[name]
    folder = layout.made(root)
    path = folder / "www.key"
    if known:
        path.write_text("x")
    for judge in (door.place_of, door.file_of, door.folder_of):
        said = said_as(layout.user, lambda judge=judge: judge(str(path))).splitlines()
        assert said[:1] == ([layout.fault] if layout.fault else [])


@TWO_ACCOUNTS
def test_a_refusal_says_which_folder_whose_and_what_to_do(root: pathlib.Path) -> None:
    folder = Layout((("app", 0o755, USER, USER),)).made(root)
    _kind, english, japanese = said_as(ROOT, lambda: door.file_of(str(folder / "tls.key"))).splitlines()
    for sentence in (english, japanese):
        assert all(word in sentence for word in (str(folder), "tls.key", "nobody", "0755", "become_user: nobody"))
    folder = Layout((("open", 0o777, ROOT, ROOT),)).made(root)
    _kind, english, japanese = said_as(ROOT, lambda: door.file_of(str(folder / "tls.key"))).splitlines()
    for sentence in (english, japanese):
        assert all(word in sentence for word in (str(folder), "root", "0777", "chmod go-w"))
        assert "become_user" not in sentence


@TWO_ACCOUNTS
@pytest.mark.parametrize(("uid", "fault"), [(ROOT, ""), (USER, ""), (OTHER, "LinkNotTrusted")])
@pytest.mark.parametrize("where", ["last", "between"])
def test_a_link_counts_if_root_or_the_user_made_it(root: pathlib.Path, uid: int, fault: str, where: str) -> None:
    folder = Layout(own("srv", "real")).made(root)
    link = folder.parent / "way"
    link.symlink_to("real/www.key" if where == "last" else "real")
    os.lchown(link, uid, uid)
    path = str(link if where == "last" else link / "www.key")
    assert said_as(USER, lambda: door.file_of(path)).splitlines()[:1] == ([fault] if fault else [])
    if uid != USER:
        assert said_as(ROOT, lambda: door.file_of(path)).splitlines()[:1] == ([fault] if fault else [])


@TWO_ACCOUNTS
def test_no_link_counts_in_a_folder_that_is_open_to_others(root: pathlib.Path) -> None:
    """It may be one more name of a link that root made elsewhere."""
    folder = Layout((("tmp", 0o1777, ROOT, ROOT),)).made(root)
    (folder / "way").symlink_to("/etc")
    assert said_as(ROOT, lambda: door.file_of(str(folder / "way" / "hosts"))).startswith("FolderNotTrusted")


@TWO_ACCOUNTS
def test_the_folder_that_a_link_leads_to_is_judged_too(root: pathlib.Path) -> None:
    folder = Layout((("app", 0o755, USER, USER),)).made(root)
    (root / "way").symlink_to("app")
    (root / "www.key").symlink_to(folder / "www.key")
    for path in (root / "way" / "www.key", root / "www.key", root / "x" / ".." / "way" / "www.key"):
        (root / "x").mkdir(exist_ok=True)
        assert said_as(ROOT, lambda path=path: door.place_of(str(path))).startswith("FolderNotTrusted")


def test_a_way_is_walked_as_the_system_walks_it(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "up").symlink_to("a/b/..")
    (tmp_path / "far").symlink_to(tmp_path / "up")
    (tmp_path / "a" / "file").write_text("x")
    for way in ("a/./b/../file", "up/file", "far//file", "far/b/../../up/file"):
        assert door.file_of(f"{tmp_path}/{way}") == tmp_path / "a" / "file"
        assert os.path.realpath(f"{tmp_path}/{way}") == str(tmp_path / "a" / "file")


def test_a_relative_path_starts_where_the_process_is(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert door.file_of("www.pem") == tmp_path / "www.pem"


@TWO_ACCOUNTS
def test_a_folder_that_the_user_may_not_enter_is_told_with_the_path(root: pathlib.Path) -> None:
    folder = Layout(own("closed", mode=0o700)).made(root)
    said = said_as(USER, lambda: door.file_of(str(folder / "www.key"))).splitlines()
    assert said[:2] == ["FileRefused", f"{folder}/www.key cannot be read or written: Permission denied."]


def test_a_link_that_cannot_be_read_is_told_with_the_path(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "way").symlink_to(".")

    def fail(*_arguments: object, **_options: object) -> t.NoReturn:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(pathlib.Path, "readlink", fail)  # up to Python 3.10 pathlib keeps its own name of os.readlink
    with pytest.raises(errors.FileRefused, match=r"way/www\.key cannot be read or written: Input/output error"):
        door.file_of(str(tmp_path / "way" / "www.key"))
