# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The variables of the collection's playbooks: a misspelled one would be ignored, and its limit with it."""

from __future__ import annotations

import difflib
import pathlib
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean

from ...module_utils._core.phrases import Phrase, join_phrases
from .._complaints.complaints import OptionsWrong, find_nearest, shorten

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PREFIX: t.Final = "certificate_"
# docs/playbooks.md says what each is; a test holds page, playbooks and this list together.
VARIABLES: t.Final = frozenset(
    PREFIX + name
    for name in (
        "assumptions", "budget", "buy_before_host", "check_date", "commands", "compare_with", "complaints_form",
        "complaints_path", "concurrency", "due_only", "exit_on_changes", "export_form", "export_path", "host_timeout",
        "import_file", "inbox", "ledger_head", "ledger_path", "listing", "map_file", "max_new_orders", "max_renewals",
        "not_booked", "notice_again", "notice_command", "notice_mail_from", "notice_mail_to", "notice_smtp_ca_path",
        "notice_smtp_url", "notice_smtp_user", "notice_webhook_form", "orders", "plan_digest", "plan_file",
        "portfolio", "prices", "quote", "record_file", "records", "records_file", "repair", "reports_path",
        "saved_pages", "slice", "spread", "strict", "take_over", "template_variables", "until",
    )
)  # fmt: skip
# What the playbooks hand from task to task.
_HANDED_ON: t.Final = frozenset(
    PREFIX + name
    for name in (
        "contracts",
        "fetched",
        "installation",
        "left",
        "ledger",
        "not_collected",
        "portal",
        "proof",
        "registration",
    )
)
# A variable of the role certificate, which a host of the inventory may have; certificate_orders is required anyway.
_OF_ROLE: t.Final = "certificate_order"
_NEEDED: t.Final = {
    **dict.fromkeys(
        ("apply", "check", "collect", "forecast", "notify", "plan", "record", "renew", "status"),
        ("certificate_orders",),
    ),
    "import": ("certificate_orders", "certificate_import_file"),
}
_ALIKE: t.Final = 0.8  # how alike a name of the inventory is to one of ours before it is taken for a slip

# An empty path would be the working directory, an empty digest or slice no bound at all.
_NEVER_EMPTY: t.Final = frozenset(
    ("compare_with", "host_timeout", "inbox", "listing", "orders", "plan_digest", "portfolio", "saved_pages", "slice")
)
_PATH_ENDS: t.Final = ("_file", "_files", "_folder", "_map", "_path")
# What messages name by the option alone, and what bounds a purchase: without the prefix it would bound nothing. Three
# runners with `slice=1/3` and so on would each do everything, and another ledger knows of no purchase.
BOUNDS: t.Final = frozenset(
    ("budget", "buy_before_host", "due_only", "ledger_path", "max_new_orders", "max_renewals", "not_booked",
     "plan_digest", "plan_file", "slice", "take_over")
)  # fmt: skip

# Set by renew.yml: without due_only it would place new orders and cancel contracts, as what it imports does.
_DAILY: t.Final = "certificate_daily"
_DUE_ONLY: t.Final = "certificate_due_only"
_NOT_DUE_ONLY: t.Final = Phrase(
    "certificate_due_only is {0}, and renew.yml does only what is due: leave it out, or use apply.yml and collect.yml",
    "certificate_due_only が {0} ですが、renew.yml は期限の来た作業だけを行います。"
    "指定を外すか、apply.yml と collect.yml を使ってください",
)
_UNKNOWN: t.Final = Phrase(
    "{0} is not a variable of these playbooks{1}", "{0} という変数は、これらのプレイブックにありません{1}"
)
_NEAR: t.Final = Phrase("; did you mean {0}?", " ({0} のことですか)")
_LANGUAGE: t.Final = Phrase(
    "; the language comes from the environment: LANGUAGE=ja", "。言語は環境変数 LANGUAGE で指定します (例: LANGUAGE=ja)"
)
_EMPTY: t.Final = Phrase(
    "{0} is empty: give it a value, or leave it out{1}. Is a variable of the pipeline unset?",
    "{0} が空です。値を指定するか、指定自体を外してください{1}。パイプラインの変数が未設定ではありませんか。",
)
_EMPTY_PATH: t.Final = Phrase(
    " (for the working directory itself, say ./)", " (作業ディレクトリ自体を指定する場合は ./)"
)
_EMPTY_ORDERS: t.Final = Phrase(
    "{0} is empty: name the file or folder of the orders, as in {1} (for the working directory itself, say ./). "
    "Is a variable of the pipeline unset?",
    "{0} が空です。{1} のように、オーダーファイルかフォルダを指定してください "
    "(作業ディレクトリ自体を指定する場合は ./)。パイプラインの変数が未設定ではありませんか。",
)
_MISSING: t.Final = {
    "certificate_orders": Phrase(
        "certificate_orders is missing: name the file or folder of the orders, as in -e certificate_orders=orders/",
        "certificate_orders がありません。-e certificate_orders=orders/ のように、"
        "オーダーファイルかフォルダを指定してください",
    ),
    "certificate_import_file": Phrase(
        "certificate_import_file is missing: name the order file to write, "
        "as in -e certificate_import_file=orders/imported.yml",
        "certificate_import_file がありません。-e certificate_import_file=orders/imported.yml のように、"
        "書き込むオーダーファイルを指定してください",
    ),
}


def find_playbook(task_path: str) -> str | None:
    """Name the playbook of this collection that a task is in; None for a task of anybody else's."""
    file = pathlib.Path(task_path.rpartition(":")[0])
    ours = pathlib.Path(__file__).resolve().parents[3] / "playbooks"
    return file.stem if file.resolve().parent == ours else None


def require_variables(playbook: str, extra: Mapping[str, t.Any], known_to_task: Mapping[str, t.Any]) -> None:
    """Refuse a misspelled, missing or empty variable; raises OptionsWrong.

    `extra` are those of the command line, all of them meant for the playbook; others may belong to anybody.
    """
    problems = [
        *(_unknown(name) for name in sorted(extra) if _is_slip(name, certain=True)),
        *(_unknown(name) for name in sorted({*known_to_task} - {*extra}) if _is_slip(name, certain=False)),
        *(_MISSING[name] for name in _NEEDED.get(playbook, ()) if name not in known_to_task),
        *_list_empty({name: known_to_task[name] for name in sorted(VARIABLES & {*known_to_task})}),
    ]
    if _DAILY in known_to_task and not boolean(known_to_task.get(_DUE_ONLY), strict=False):
        problems.append(_NOT_DUE_ONLY.filled(shorten(known_to_task.get(_DUE_ONLY))))
    if problems:
        raise OptionsWrong(join_phrases(problems))


def refuse_empty(options: Mapping[str, t.Any], *, of_playbook: bool = False) -> None:
    """Refuse options of a task that are empty where a path or a bound is wanted; raises OptionsWrong.

    `of_playbook`: they are variables of the user's there; in a task of the user's own null means that it is not given.
    """
    chosen = {name: value for name, value in options.items() if value is not None or (of_playbook and _is_ours(name))}
    problems = list(_list_empty(chosen))
    if problems:
        raise OptionsWrong(join_phrases(problems))


def _list_empty(values: Mapping[str, t.Any]) -> Iterator[Phrase]:
    for name, value in values.items():
        short = name.removeprefix(PREFIX)
        is_path = short.endswith(_PATH_ENDS)
        is_blank = isinstance(value, str) and not value.strip() and (is_path or short in _NEVER_EMPTY)
        if value is not None and not is_blank:  # YAML reads a line without a value as null, whatever it was to bound
            continue
        if short in ("orders", "order_files"):
            yield _EMPTY_ORDERS.filled(name, f"-e {name}=orders/" if name != short else f"{name}: orders/")
        else:
            yield _EMPTY.filled(name, _EMPTY_PATH if is_path else "")


def _is_ours(option: str) -> bool:
    return option == "order_files" or PREFIX + option in VARIABLES


def _is_slip(name: str, *, certain: bool) -> bool:
    if name in VARIABLES or name in _HANDED_ON:
        return False
    if certain and (name.startswith(PREFIX) or name in BOUNDS):
        return True
    if name == _OF_ROLE:
        return False
    # Without the prefix, which makes all of them alike. It is looked at first: of most variables that is enough.
    head, _joint, tail = name.partition("_")
    is_prefixed = difflib.SequenceMatcher(None, f"{head}_", PREFIX).ratio() >= _ALIKE
    return is_prefixed and bool(difflib.get_close_matches(tail, _tails(), n=1, cutoff=_ALIKE))


def _unknown(name: str) -> Phrase:
    if name in (f"{PREFIX}lang", f"{PREFIX}language"):
        return _UNKNOWN.filled(name, _LANGUAGE)
    near = name if name in BOUNDS else find_nearest(name.partition("_")[2], _tails())
    return _UNKNOWN.filled(name, _NEAR.filled(PREFIX + near) if near else "")


def _tails() -> list[str]:
    return sorted(name.removeprefix(PREFIX) for name in VARIABLES)


__all__ = ("BOUNDS", "PREFIX", "VARIABLES", "find_playbook", "refuse_empty", "require_variables")
