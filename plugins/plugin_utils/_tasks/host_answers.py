# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""One table of what a host may answer, in forms that later code can rely on; nothing else of its answer counts.

A host that somebody has taken answers what it likes: facts that become variables, statistics that AWX hands to the next
job, rows about orders of other hosts, lists that are none, lines that command a terminal.
"""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import Phrase, disarm, printable, translate

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...module_utils._core.phrases import Language

Json = dict[str, t.Any]
Reader = t.Callable[[t.Any], t.Any]

_UNFIT: t.Final = Phrase(
    "the host's answer cannot be used: {0} is not of its form. Look at what the host runs (-vvv shows its answer).",
    "ホストの応答を使えません。{0} の形式が正しくありません。ホストの状態を確認してください (応答は -vvv で表示)。",
)
_UNANSWERED: t.Final = Phrase(
    "the host's answer tells nothing of it. Look at what the host runs (-vvv shows its answer).",
    "ホストの応答に結果がありません。ホストの状態を確認してください (応答は -vvv で表示)。",
)
_NO_REASON: t.Final = Phrase("the host told no reason", "ホストは理由を返しませんでした")
_LONGEST: t.Final = 4_096  # characters of a line; a path of Linux is no longer
_LONGEST_CSR: t.Final = 64 << 10
_LONGEST_REASON: t.Final = 300
_DEEPEST: t.Final = 8  # mappings and lists inside each other; a diff has five
_WIDEST_DAYS: t.Final = 10_000_000


class _Misfit(Exception):
    """A value that is not of its form."""


def _read_truth(value: t.Any) -> bool:
    if not isinstance(value, (bool, type(None))):
        raise _Misfit
    return bool(value)


def _read_known_truth(value: t.Any) -> bool | None:
    return None if value is None else _read_truth(value)


def _read_line(value: t.Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise _Misfit
    return printable(value)


def _read_lines(value: t.Any) -> str:
    if not isinstance(value, str):
        raise _Misfit
    return _plain_lines(value)


def _plain_lines(words: str) -> str:
    """Return lines that command neither a terminal nor a CI's runner."""
    return disarm("\n".join(map(printable, words.splitlines())))


def _read_csr(value: t.Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > _LONGEST_CSR or not value.isascii():
        raise _Misfit
    if _plain_lines(value).split() != value.split():
        raise _Misfit
    return value


def _read_days(value: t.Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _WIDEST_DAYS:
        raise _Misfit
    return value


def _read_list(value: t.Any) -> list[str]:
    if not isinstance(value, (list, type(None))) or not all(isinstance(line, str) for line in value or ()):
        raise _Misfit
    return [str(_read_line(line)) for line in value or ()]


def _read_files(value: t.Any) -> dict[str, str]:
    if not isinstance(value, (dict, type(None))):
        raise _Misfit
    return dict(zip(_read_list(list(value or {})), _read_list(list((value or {}).values())), strict=True))


def _read_diff(value: t.Any, depth: int = 0) -> t.Any:
    if depth > _DEEPEST:
        raise _Misfit
    if isinstance(value, dict):
        return {printable(str(key)): _read_diff(below, depth + 1) for key, below in value.items()}
    if isinstance(value, list):
        return [_read_diff(below, depth + 1) for below in value]
    return _plain_lines(printable(value)) if isinstance(value, str) else value


def _read_rows(forms: Mapping[str, Reader]) -> Reader:
    def read(value: t.Any) -> list[Json]:
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise _Misfit
        return [{field: reader(row.get(field)) for field, reader in forms.items()} for row in value]

    return read


_KEY: t.Final[dict[str, Reader]] = {
    "name": _read_line,
    "csr": _read_csr,
    "actions": _read_list,
    **dict.fromkeys(("public_key_fingerprint", "key_path", "next_key_path", "csr_path"), _read_line),
}
_FILE_SET: t.Final[dict[str, Reader]] = {
    **dict.fromkeys(("name", "certificate_path", "chain_path", "full_chain_path", "combined_path"), _read_line),
    **dict.fromkeys(("pkcs12_path", "issuer", "not_after", "serial_number", "certificate_fingerprint"), _read_line),
    **dict.fromkeys(("changed", "planned"), _read_truth),
    **dict.fromkeys(("actions", "removed_files"), _read_list),
    "backup_files": _read_files,
}
_FILE: t.Final[dict[str, Reader]] = {
    **dict.fromkeys(("name", "path", "key_path", "subject", "common_name", "issuer", "serial_number"), _read_line),
    **dict.fromkeys(("not_before", "not_after", "certificate_fingerprint", "public_key_fingerprint"), _read_line),
    "found": _read_truth,
    "dns_names": lambda value: None if value is None else _read_list(value),
    "days_left": _read_days,
    "key_matches": _read_known_truth,
    "message": _read_line,
}
_FORMS: t.Final[dict[str, Reader]] = {
    **dict.fromkeys(("changed", "failed", "unreachable"), _read_truth),
    "msg": _read_lines,
    "diff": _read_diff,
    "failures": _read_rows(dict.fromkeys(("name", "message"), lambda value: str(_read_line(value)))),
    "csrs": _read_rows(_KEY),
    "installed": _read_rows(_FILE_SET),
    "certificates": _read_rows(_FILE),
    **dict.fromkeys(("missing", "unproved"), _read_list),
}
_ROWS: t.Final = ("failures", "csrs", "installed", "certificates")
_NAMES: t.Final = ("missing", "unproved")
# What Ansible adds where a module ended otherwise than it should; shown to people, and read by nobody.
_OF_A_CRASH: t.Final = ("exception", "module_stdout", "module_stderr", "rc")


def read_answer(answer: Mapping[str, t.Any], rows: Iterable[Mapping[str, t.Any]], *, lang: Language) -> Json:
    """Read what a host has answered about the rows that it was asked; one that does not fit is a host that failed."""
    result: Json = {}
    for field, read in _FORMS.items():
        if field in answer:
            try:
                result[field] = read(answer[field])
            except _Misfit:
                return {"failed": True, "msg": translate(_UNFIT.filled(field), lang)}
    own = {row.get("name") for row in rows}
    # By what the host wrote: a name that is shown in another form is the same name.
    for field in (field for field in _ROWS if field in result):
        pairs = zip(answer[field], result[field], strict=True)
        result[field] = [row for raw, row in pairs if raw.get("name") in own]
    result.update({field: [name for name in result[field] if name in own] for field in _NAMES if field in result})
    if result.get("failed") or result.get("unreachable"):
        result = {**_list_remains(answer), **result}
        result["msg"] = _name_reason(result.get("msg") or translate(_NO_REASON, lang), answer)
    return result


def add_unanswered(result: Json, names: Iterable[str], *, lang: Language) -> Json:
    """Add a failure for each of these orders of which a host that has answered tells nothing.

    Ansible hides secrets in an answer wherever they appear, in names too: what is left out was done for nobody.
    """
    if result.get("unreachable") or (result.get("failed") and "failures" not in result):
        return result
    heard = {row["name"] for field in _ROWS for row in result.get(field, ())}
    heard.update(name for field in _NAMES for name in result.get(field, ()))
    unheard = [name for name in dict.fromkeys(names) if name is not None and printable(name) not in heard]
    silent = [{"name": printable(name), "message": translate(_UNANSWERED, lang)} for name in sorted(unheard)]
    if not silent:
        return result
    failures = [*result.get("failures", ()), *silent]
    message = "\n".join(f"{row['name']}: {row['message']}" for row in failures)
    return {**result, "failed": True, "failures": failures, "msg": message}


def _list_remains(answer: Mapping[str, t.Any]) -> Json:
    """List what a crash has left. Newer releases of Ansible show an exception of theirs in place of the message."""
    exception = answer.get("exception")
    traceback = getattr(getattr(exception, "event", None), "formatted_traceback", exception)
    left = {**answer, "exception": traceback}
    return {
        field: _plain_lines(left[field]) if isinstance(left[field], str) else left[field]
        for field in _OF_A_CRASH
        if isinstance(left.get(field), (str, int))
    }


def _name_reason(message: str, answer: Mapping[str, t.Any]) -> str:
    """Add what a module has left before it could answer: the message says only that it did not.

    Of a traceback that is the last line, of what a shell says the first.
    """
    left = answer.get("module_stderr")
    lines = [line for line in map(printable, left.splitlines()) if line.strip()] if isinstance(left, str) else []
    reason = lines[-1 if lines[0].startswith("Traceback") else 0].strip()[:_LONGEST_REASON] if lines else ""
    return f"{message} ({reason})" if reason and reason not in message else message


__all__ = ("add_unanswered", "read_answer")
