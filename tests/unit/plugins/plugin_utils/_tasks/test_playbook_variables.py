# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables that would bound nothing: empty ones, and names as messages tell them, without the prefix."""

from __future__ import annotations

import inspect
import pathlib
import typing as t

import pytest
import yaml
from ansible_collections.iij.server_certificate.plugins.module_utils import _argspec
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OptionsWrong
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.rules.book import RULES
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.playbook_tasks import require_bounds
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.playbook_variables import (
    BOUNDS,
    VARIABLES,
    refuse_empty,
    require_variables,
)

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import Phrase

ORDERS: t.Final = {"certificate_orders": "orders/"}
# Where an empty text is refused elsewhere (dates, names of a choice), or is harmless (what a mail shows).
MAY_BE_EMPTY: t.Final = frozenset((
    "assumptions", "budget", "buy_before_host", "check_date", "commands", "complaints_form", "concurrency",
    "due_only", "exit_on_changes", "export_form", "ledger_head", "max_new_orders", "max_renewals", "not_booked",
    "notice_again", "notice_command", "notice_mail_from", "notice_mail_to", "notice_smtp_url", "notice_smtp_user",
    "notice_webhook_form", "prices", "quote", "records", "repair", "spread", "strict", "take_over",
    "template_variables", "until",
))  # fmt: skip
MAY_BE_EMPTY_IN_TASKS: t.Final = frozenset((
    "check_date", "contract_id", "desk_proxy_url", "desk_token", "desk_url", "head", "key_path", "look", "mail_from",
    "master_id", "memory_path", "name", "portal_password", "portal_user", "product", "service", "smtp_password",
    "smtp_url", "smtp_user", "until", "webhook_proxy_url", "webhook_url",
))  # fmt: skip


def refusal(playbook: str, extra: dict[str, t.Any], known: dict[str, t.Any] | None = None) -> Phrase:
    with pytest.raises(OptionsWrong) as refused:
        require_variables(playbook, extra, {**ORDERS, **(known or {}), **extra})
    return refused.value.message


@pytest.mark.parametrize("blank", ["", " ", "\t\n"])
@pytest.mark.parametrize("name", sorted(VARIABLES - {f"certificate_{name}" for name in MAY_BE_EMPTY}))
def test_an_empty_path_or_bound_is_refused(name: str, blank: str) -> None:
    for message in (refusal("apply", {name: blank}), refusal("apply", {}, {name: blank})):
        assert message.en.startswith(f"{name} is empty: ")
        assert message.en.endswith("Is a variable of the pipeline unset?")
        assert message.ja.startswith(f"{name} が空です。")


@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_a_variable_without_a_value_is_refused(name: str) -> None:
    """As a line of a variables file that a pipeline filled in with nothing: null, which would bound nothing."""
    for message in (refusal("apply", {name: None}), refusal("apply", {}, {name: None})):
        assert message.en.startswith(f"{name} is empty: ")
    with pytest.raises(OptionsWrong, match="is empty: "):
        refuse_empty({name.removeprefix("certificate_"): None}, of_playbook=True)


def test_what_playbooks_hand_on_may_be_null() -> None:
    refuse_empty({"look": None, "served": None, "order_files": "orders/"}, of_playbook=True)


def test_empty_orders_are_told_what_to_write() -> None:
    message = refusal("plan", {"certificate_orders": ""})
    assert message.en == (
        "certificate_orders is empty: name the file or folder of the orders, as in -e certificate_orders=orders/ "
        "(for the working directory itself, say ./). Is a variable of the pipeline unset?"
    )
    assert message.ja == (
        "certificate_orders が空です。-e certificate_orders=orders/ のように、"
        "オーダーファイルかフォルダを指定してください (作業ディレクトリ自体を指定する場合は ./)。"
        "パイプラインの変数が未設定ではありませんか。"
    )


def text_options() -> set[str]:
    """Every option of a module that takes any text."""
    specs = [
        make()
        for name, make in inspect.getmembers(_argspec, inspect.isfunction)
        if not inspect.signature(make).parameters
    ]
    whole = [spec.argument_spec for spec in specs if isinstance(spec, _argspec.ArgumentSpec)]
    return {name for spec in whole for name, words in spec.items() if words["type"] == "str" and "choices" not in words}


@pytest.mark.parametrize("name", sorted(text_options() - MAY_BE_EMPTY_IN_TASKS))
def test_an_empty_path_of_a_task_is_refused(name: str) -> None:
    with pytest.raises(OptionsWrong) as refused:
        refuse_empty({name: " "})
    assert refused.value.message.en.startswith(f"{name} is empty: ")
    refuse_empty({name: "./"})
    refuse_empty({name: None})


@pytest.mark.parametrize(
    "name",
    [
        "max_new_orders",
        "max_renewals",
        "budget",
        "plan_file",
        "plan_digest",
        "take_over",
        "ledger_path",
        "slice",
    ],
)
def test_a_limit_without_its_prefix_is_refused_on_the_command_line_alone(name: str) -> None:
    message = refusal("apply", {name: "0"})
    assert message.en == f"{name} is not a variable of these playbooks; did you mean certificate_{name}?"
    assert f"certificate_{name} のことですか" in message.ja
    require_variables("apply", {}, {**ORDERS, name: "0"})


@pytest.mark.parametrize("name", ["records", "prices", "portfolio", "commands", "check_date"])
def test_names_that_may_be_anybodys_are_not(name: str) -> None:
    require_variables("apply", {name: "x"}, {**ORDERS, name: "x"})


@pytest.mark.parametrize("name", ["certificate_lang", "certificate_language"])
def test_the_language_comes_from_the_environment(name: str) -> None:
    message = refusal("plan", {name: "ja"})
    assert message.en.endswith("; the language comes from the environment: LANGUAGE=ja")
    assert message.ja.endswith("言語は環境変数 LANGUAGE で指定します (例: LANGUAGE=ja)")


@pytest.mark.parametrize(
    "rule", ["MAX-NEW-ORDERS", "MAX-RENEWALS", "BUDGET", "BUDGET-UNPRICED", "BUY-BEFORE-HOST", "SLICE"]
)
def test_what_bounds_a_run_is_named_as_it_is_typed(rule: str) -> None:
    for text in RULES[rule].todo:
        assert any(name in text for name in VARIABLES), text


@pytest.mark.parametrize("value", [False, "false", "no", "0", "{{ false }}"])
@pytest.mark.parametrize("playbook", ["collect", "apply"])
def test_the_daily_run_does_only_what_is_due(playbook: str, value: object) -> None:
    """As of a file of variables that is shared with apply: extra variables go before those of renew.yml."""
    daily = {"certificate_daily": True}
    for message in (
        refusal(playbook, {"certificate_due_only": value}, daily),
        refusal(playbook, {}, {**daily, "certificate_due_only": value}),
    ):
        assert message.en.startswith("certificate_due_only is ") and "renew.yml does only what is due" in message.en
    require_variables(playbook, {}, {**ORDERS, **daily, "certificate_due_only": True})
    require_variables(playbook, {"certificate_due_only": "yes"}, {**ORDERS, **daily, "certificate_due_only": "yes"})
    require_variables(playbook, {}, {**ORDERS, "certificate_due_only": value})


def test_variables_of_the_role_are_no_slips_in_an_inventory() -> None:
    """A host may have them for a play of somebody's own; on the command line they are for nobody."""
    spec = pathlib.Path(inspect.getfile(_argspec)).parents[2] / "roles" / "certificate" / "meta" / "argument_specs.yml"
    options = yaml.safe_load(spec.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
    require_variables("apply", {}, {**ORDERS, **dict.fromkeys(options, "x")})
    assert refusal("apply", {"certificate_order": "x"}).en.endswith("did you mean certificate_orders?")


@pytest.mark.parametrize("name", sorted(BOUNDS))
def test_a_bound_of_a_managed_host_alone_is_refused(name: str) -> None:
    """What places the orders is a task of the controller."""
    name = f"certificate_{name}"
    with pytest.raises(OptionsWrong) as refused:
        require_bounds("web1", {name: 0}, {}, pytest.fail)
    assert refused.value.message.en.startswith(f"{name} is set for web1, and not for localhost")
    assert "group_vars/all.yml" in refused.value.message.ja
    require_bounds("web1", {name: 0, "certificate_commands": {"web": "true"}}, {name: 0}, pytest.fail)
    require_bounds("web1", {}, {name: 0}, pytest.fail)


def test_a_bound_of_the_controller_counts_where_hosts_have_another_one() -> None:
    """As of a line in host_vars/localhost.yml beside one for all; no host is in the warning, which is shown once."""
    warnings: list[Phrase] = []
    require_bounds("web1", {"certificate_slice": "1/2"}, {"certificate_slice": "2/2"}, warnings.append)
    (warning,) = warnings
    assert warning.en.startswith("certificate_slice: the value of localhost counts")
    assert "localhost の値" in warning.ja and "web1" not in f"{warning}"
