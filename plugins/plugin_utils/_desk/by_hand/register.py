# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The register: what people have recorded of contracts, one reviewed YAML file in the folder of the desk."""

from __future__ import annotations

import contextlib
import dataclasses as dc
import os
import typing as t

from ....module_utils._core import locks
from ....module_utils._core.paths import expand_home
from ....module_utils._core.phrases import Phrase
from ..._complaints.complaints import Breach, Complaint, OptionsWrong, OrdersRefused, shorten
from ..._complaints.whole_file import write_whole
from ..._complaints.yaml_text import YamlText
from ..boundary import allow_only_file_errors
from .folder import register_path
from .register_text import Uneditable, change_text
from .rows import judge_row, plain_row

if t.TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator, Mapping

    from .rows import RegisterRow

_UNIQUE: t.Final = ("contract_id", "client_reference")
_NONE: t.Final = Phrase(
    "there is no register {0}. If nothing was ordered by hand yet, write that file with the two lines 「version: 1」 "
    "and 「contracts: []」; else correct desk_folder, since without its register everything would look unordered",
    "記録簿 {0} がありません。まだ何も申し込んでいない場合は、「version: 1」と「contracts: []」の2行を書いたファイルを"
    "作成してください。そうでない場合は desk_folder を直してください。記録簿がないと、すべて未注文に見えます。",
)
_HELD: t.Final = Phrase(
    "another process has had the folder {0} locked for {1} seconds, so nothing was recorded; run again once it has "
    "ended, or find it with lslocks or fuser -v {0}",
    "ほかのプロセスがフォルダ {0} を{1}秒以上ロックしているため、何も記録していません。終わってから再実行するか、"
    "lslocks や fuser -v {0} で調べてください。",
)
_NOT_UTF8: t.Final = Phrase(
    "the register {0} is not written in UTF-8", "記録簿 {0} をUTF-8で保存し直してください (Shift_JISなどは使えません)"
)
_UNEDITABLE: t.Final = Phrase(
    "the register {0} is written in a way that cannot be changed value by value: write contracts as a list with one "
    "「- contract_id:」 a contract, a field a line. Nothing was recorded",
    "記録簿 {0} は値ごとに書き換えられない形です。contracts を「- contract_id:」で始まる1契約ずつのリストにし、"
    "1行に1項目を書いてください。何も記録していません。",
)
_NO_VAULT: t.Final = Phrase(
    "a register holds no secrets and cannot be vaulted", "記録簿は秘密を含まないため、Vaultで暗号化できません"
)
_CONTRACTS: t.Final = Phrase("a list of contracts", "契約のリスト")


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A register that was read: its file, and the row of every contract by contract ID."""

    path: pathlib.Path
    file: YamlText
    rows: Mapping[str, RegisterRow]

    def change_rows(self, rows: Mapping[str, RegisterRow]) -> str:
        """Make the text with these rows in it; raises OptionsWrong where the file's form does not allow that."""
        new = {key: plain_row(row) for key, row in rows.items()}
        todo = {key: row for key, row in new.items() if self.rows.get(key) != row}
        try:
            text = change_text(self.file.text, todo)
            again = read_text(self.path, text).rows
        except (Uneditable, OrdersRefused):
            raise OptionsWrong(_UNEDITABLE.filled(self.path)) from None
        if again != {**self.rows, **new}:
            raise OptionsWrong(_UNEDITABLE.filled(self.path))
        return text

    def write(self, text: str) -> None:
        """Write the register as a whole."""
        write_whole(self.path, text)


def read_register(folder: str) -> Register:
    """Read the register in this folder; raises OrdersRefused with every mistake in it, or OptionsWrong."""
    path = register_path(folder)
    try:
        return read_text(path, path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise OptionsWrong(_NONE.filled(path)) from None
    except UnicodeDecodeError:
        raise OptionsWrong(_NOT_UTF8.filled(path)) from None


@contextlib.contextmanager
def lock_register(folder: str) -> Iterator[None]:
    """Keep other runs from changing the register of this folder; the lock ends with the process."""
    try:
        descriptor = os.open(expand_home(folder), os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        raise OptionsWrong(_NONE.filled(register_path(folder))) from None
    try:
        if not locks.lock_within(descriptor, locks.PATIENCE):
            raise OptionsWrong(_HELD.filled(folder, locks.PATIENCE))
        yield
    finally:
        os.close(descriptor)


def read_text(path: pathlib.Path, text: str) -> Register:
    """Read the text of a register; raises OrdersRefused."""
    with allow_only_file_errors(path):
        return _read_text(path, text)


def _read_text(path: pathlib.Path, text: str) -> Register:
    file = YamlText(name=str(path), text=text)
    document, doubled = file.read_document(_no_vault)
    breaches = list(_judge(document))
    if breaches or doubled:
        complaints = [Complaint(rule=b.rule, place=file.place(b.path), path=b.path, facts=b.facts) for b in breaches]
        raise OrdersRefused([*doubled, *complaints])
    rows = {row["contract_id"]: row for row in map(plain_row, document["contracts"])}
    return Register(path=path, file=file, rows=rows)


def _no_vault(_text: str) -> str:
    raise ValueError(_NO_VAULT)


def _judge(document: t.Any) -> Iterator[Breach]:
    if not isinstance(document, dict) or set(document) != {"version", "contracts"} or document["version"] != 1:
        yield Breach(rule="REGISTER-CONTENT")
        return
    contracts = document["contracts"]
    if not isinstance(contracts, list):
        facts = {"value": shorten(contracts), "expected": _CONTRACTS}
        yield Breach(rule="VALUE-TYPE", path=("contracts",), facts=facts)
        return
    seen: set[tuple[str, object]] = set()
    for index, row in enumerate(contracts):
        at = ("contracts", index)
        yield from (dc.replace(breach, path=(*at, *breach.path)) for breach in judge_row(row))
        for name in _UNIQUE if isinstance(row, dict) else ():
            value = row.get(name)
            if isinstance(value, str) and (name, value) in seen:
                yield Breach(rule="REGISTER-TWICE", path=(*at, name), facts={"value": shorten(value)})
            elif isinstance(value, str):
                seen.add((name, value))


__all__ = ("Register", "lock_register", "read_register", "read_text")
