# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules as Ansible packs them for hosts, packed once for all playbooks of a run of the tests.

For each playbook Ansible parses every library of a module to learn which others it needs, and a host compiles all of
them each time that the module runs. Here packages are kept, and beside each file lies what Python makes of it: the same
source, compiled once. Another Python than that of the tests takes the source.

And long YAML files of Ansible's own, which each start would read again: what they say is kept beside the packages, and
so are the methods that dataclasses write and compile. There is a command ansible-playbook that is Ansible's own, but
takes what is kept: for processes that are started, not forked.
"""

from __future__ import annotations

import atexit
import base64
import dataclasses as dc
import gc
import hashlib
import importlib.machinery
import importlib.util
import io
import marshal
import os
import pathlib
import pickle
import sys
import tempfile
import typing as t
import zipfile

import yaml

if t.TYPE_CHECKING:
    import types
    from collections.abc import MutableMapping

    import pytest

_FOLDER: t.Final = "PYTEST_PACKED_MODULES"  # no environment of a user keeps what begins like this
_LONG: t.Final = 20_000  # characters; no file of a user in these tests is as long
_NEVER_CHECKED: t.Final = (1).to_bytes(4, "little")  # [PEP 552]; nobody changes the source within a package


# No shell: it would set PWD, which order files may ask for.
_COMMAND: t.Final = """\
#!{python}
import runpy, sys

sys.argv[1:1] = [{folder!r}, {command!r}]
runpy.run_path({this!r}, run_name="__main__")
"""


def offer_folder(config: pytest.Config, environment: MutableMapping[str, str]) -> None:
    """Make the folder that all workers of this run share; it goes with the run."""
    folder = tempfile.TemporaryDirectory(prefix="packed-")
    config.add_cleanup(folder.cleanup)
    environment[_FOLDER] = folder.name
    commands = commands_in(environment)
    commands.mkdir()
    own = pathlib.Path(sys.executable).with_name("ansible-playbook")
    words = {"python": sys.executable, "this": __file__, "folder": folder.name, "command": str(own)}
    command = commands / own.name
    command.write_text(_COMMAND.format(**words), encoding="utf-8")
    command.chmod(0o755)


def folder_in(environment: MutableMapping[str, str]) -> str | None:
    """The folder of this run, if this is one of the tests."""
    return environment.get(_FOLDER)


def commands_in(environment: MutableMapping[str, str]) -> pathlib.Path:
    """Where the ansible-playbook is that takes what is kept; Ansible's own, if this is no run of the tests."""
    folder = folder_in(environment)
    return pathlib.Path(folder, "commands") if folder else pathlib.Path(sys.executable).parent


def play(folder: str | None) -> t.NoReturn:
    """Be ansible-playbook in this process, of which no part is imported yet that reads configuration."""
    gc.disable()  # it ends soon, and so do the processes that it forks, which would copy what is walked
    if folder:
        keep_documents(folder)
        keep_methods(folder)
    from ansible.cli.playbook import main
    from ansible.utils.collection_loader import _collection_finder

    vars(_collection_finder)["compile"] = _read_compiled
    if folder:
        keep_packages(folder)
    sys.exit(main())


def _read_compiled(source: bytes, filename: str, **how: t.Any) -> types.CodeType:
    """Compile as Ansible does, which keeps nothing; of a file of the collection take what Python itself has kept."""
    if not source or not os.path.isfile(filename):  # noqa: PTH113
        return t.cast("types.CodeType", compile(source, filename, **how))
    return t.cast("types.CodeType", importlib.machinery.SourceFileLoader("", filename).get_code(""))


def keep_packages(folder: str) -> None:
    """Have Ansible, in this process and its children, take packages from the folder and leave them there."""
    from ansible import constants
    from ansible.executor import module_common

    (pathlib.Path(constants.DEFAULT_LOCAL_TMP) / "ansiballz_cache").symlink_to(folder)
    package: t.Any = module_common._CachedModule
    dump = package.dump
    package.dump = lambda packed, path: dump(dc.replace(packed, zip_data=with_bytecode(packed.zip_data)), path)


def keep_documents(folder: str) -> None:
    """Have PyYAML, in this process and its children, read a long document once if it makes plain values of it."""
    load = yaml.load

    def load_kept(stream: t.Any, Loader: t.Any) -> t.Any:  # noqa: N803
        if Loader not in (yaml.CBaseLoader, yaml.CSafeLoader):
            return load(stream, Loader)
        content = stream.read() if hasattr(stream, "read") else stream
        if len(content) < _LONG:
            return load(content, Loader)
        text = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        kept = pathlib.Path(folder, f"{Loader.__name__}-{hashlib.sha256(text).hexdigest()}")
        if not kept.exists():
            part = kept.with_suffix(f".{os.getpid()}")
            part.write_bytes(pickle.dumps(load(content, Loader)))
            part.replace(kept)
        return pickle.loads(kept.read_bytes())

    yaml.load = load_kept


def keep_methods(folder: str) -> None:
    """Have dataclasses, in this process and its children, compile each text of a method once."""
    kept = pathlib.Path(folder, "methods")
    methods = marshal.loads(kept.read_bytes()) if kept.exists() else {}
    before = len(methods)

    def execute(text: str, *scopes: dict[str, t.Any]) -> None:
        if text not in methods:
            methods[text] = compile(text, "<string>", "exec", dont_inherit=True)
        exec(methods[text], *scopes)

    def leave() -> None:
        if len(methods) > before:
            part = kept.with_suffix(f".{os.getpid()}")
            part.write_bytes(marshal.dumps(methods))
            part.replace(kept)

    vars(dc)["exec"] = execute
    atexit.register(leave)


def with_bytecode(zip_data: bytes) -> bytes:
    """A package, in Base64, in which every source has what is compiled from it beside it."""
    grown = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(base64.b64decode(zip_data))) as archive,
        zipfile.ZipFile(grown, "w", compression=zipfile.ZIP_DEFLATED) as copy,
    ):
        for member in archive.infolist():
            content = archive.read(member)
            copy.writestr(member, content)
            if member.filename.endswith(".py"):
                code = compile(content, member.filename, "exec", dont_inherit=True)
                head = importlib.util.MAGIC_NUMBER + _NEVER_CHECKED + importlib.util.source_hash(content)
                copy.writestr(f"{member.filename}c", head + marshal.dumps(code))
    return base64.b64encode(grown.getvalue())


if __name__ == "__main__":
    _this, _folder, *sys.argv[:] = sys.argv
    sys.path[0] = str(pathlib.Path(sys.argv[0]).parent)  # as where Python is given that command itself
    try:
        play(_folder)
    except SystemExit as end:
        # Taking all of it apart would need a fifth of a short run.
        atexit._run_exitfuncs()
        sys.stdout.flush()
        os._exit(end.code if isinstance(end.code, int) else bool(end.code))
