# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A variable that is set and cannot be rendered is refused: `default(omit)` would take it for one that is not given."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.iij.server_certificate.plugins.module_utils import _argspec
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OptionsWrong
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.playbook_options import list_variables
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.playbook_tasks import (
    _OF_PLAYS,
    require_readable,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.playbook_variables import VARIABLES

Require = t.Callable[..., None]

PLAYBOOKS: t.Final = pathlib.Path(__file__).resolve().parents[5] / "playbooks"
SEALED: t.Final = "!vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  " + "33" * 40
UNREADABLE: t.Final = {
    "undefined": ('"{{ nobody }}"', "'nobody' is undefined"),
    "no such key": ('"{{ limits.new }}"', "has no attribute 'new'"),
    "inside": ('{a: [1, "{{ nobody }}"]}', "'nobody' is undefined"),
    "failing": ('"{{ 1 // 0 }}"', "by zero"),
    "vaulted": (SEALED, "undecryptable"),
}
READABLE: t.Final = (
    "0",
    '"{{ limits.renewals }}"',
    '"{{ omit }}"',
    '"{{ nobody | default(omit) }}"',
    "{a: '{{ omit }}'}",
    '""',
)


@pytest.fixture
def require(tmp_path: pathlib.Path) -> Require:
    def run(variable: str, value: str, *, controls: bool = True, names: t.Iterable[str] = VARIABLES) -> None:
        file, loader = tmp_path / "all.yml", DataLoader()
        file.write_text(f"limits: {{renewals: 1}}\n{variable}: {value}\n", encoding="utf-8")
        variables = loader.load_from_file(str(file), trusted_as_template=True)
        require_readable(names, variables, Templar(loader=loader, variables=variables).template, controls=controls)

    return run


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_cannot_be_rendered_is_refused(kind: str, require: Require) -> None:
    value, reason = UNREADABLE[kind]
    with pytest.raises(OptionsWrong) as refused:
        require("certificate_max_new_orders", value)
    message = refused.value.message
    assert message.en.startswith("certificate_max_new_orders is set, but its value cannot be read: ")
    assert reason in message.en
    assert message.ja.startswith("certificate_max_new_orders は指定されていますが、値を読み取れません: ")


@pytest.mark.parametrize("variable", sorted(VARIABLES))
def test_every_variable_is_held_to_it(variable: str, require: Require) -> None:
    with pytest.raises(OptionsWrong, match=f"{variable} is set"):
        require(variable, '"{{ nobody }}"')


@pytest.mark.parametrize("value", READABLE)
def test_what_is_left_out_on_purpose_or_has_a_value_is_not(value: str, require: Require) -> None:
    require("certificate_max_new_orders", value)


def test_a_managed_host_is_asked_for_what_its_task_takes_alone(require: Require) -> None:
    of_task = list_variables(_argspec.csr_register())
    require("certificate_budget", '"{{ nobody }}"', controls=False, names=of_task)
    require("certificate_commands", '"{{ nobody }}"', controls=False, names=of_task)
    require("certificate_host_timeout", '"{{ nobody }}"', controls=False, names=of_task)
    for name in ("slice", "due_only", "plan_file", "portfolio", "orders", "template_variables"):
        with pytest.raises(OptionsWrong):
            require(f"certificate_{name}", '"{{ nobody }}"', controls=False, names=of_task)


@pytest.mark.parametrize("playbook", sorted(path.stem for path in PLAYBOOKS.glob("*.yml")))
def test_the_first_task_of_a_playbook_asks_for_every_variable_of_it(playbook: str) -> None:
    text = (PLAYBOOKS / f"{playbook}.yml").read_text(encoding="utf-8")
    (plays,) = yaml.safe_load_all(text)
    tasks = [task for play in plays for task in play.get("tasks", ())]
    modules = [name.rpartition(".")[2] for task in tasks for name in task if name.startswith("iij.")]
    if modules:  # renew is two other playbooks
        used = VARIABLES & {*re.findall(r"\bcertificate_\w+", re.sub(r"(?m)#.*$", "", text))}
        assert used - list_variables(getattr(_argspec, modules[0])()) <= _OF_PLAYS
