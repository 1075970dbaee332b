# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands come from an inventory, where anything may stand: what is wrong there is told of the orders it concerns."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleError
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OptionsWrong, report
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.commands import CommandsWrong
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import read_inline
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import Judged, judge_orders
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.host_commands import make_command_lookup
from portfolios import OV, TODAY, apart


class Unreadable(dict[str, t.Any]):
    """Variables of a host with a template that lacks a variable."""

    def get(self, _name: str, _default: object = None) -> t.Any:
        raise AnsibleError("'nope' is undefined")


WRONG = [["note"], "note", 5, {"a b": "true"}, {"note": "open '"}, {"note": [1]}, {"note": None}]
UNUSABLE = [*({"certificate_commands": value} for value in WRONG), Unreadable()]


def judged(*, web1: dict[str, t.Any], install: dict[str, t.Any]) -> Judged:
    """Orders of web1 and web2 with this in `install`, where web2 knows the command `note`."""
    known = {"certificate_commands": {"note": "true"}}
    commands_of = make_command_lookup({}, {"localhost": {}, "web1": web1, "web2": known}, here="localhost")
    orders = apart(
        OV | {"name": host, "host": host, "common_name": f"{host}.example.jp", "install": OV["install"] | install}
        for host in ("web1", "web2")
    )
    return judge_orders(read_inline(orders), day=TODAY, commands_of=commands_of)


@pytest.mark.parametrize("variables", UNUSABLE)
def test_what_cannot_be_used_of_one_host_costs_no_other_its_orders(variables: dict[str, t.Any]) -> None:
    result = judged(web1=variables, install={"reload": "note"})
    (complaint,) = result.list_errors()
    assert (complaint.rule, complaint.order, complaint.facts["value"]) == ("HOST-COMMANDS", "web1", "'web1'")
    assert [order.name for order in result.list_flawless()] == ["web2"]


@pytest.mark.parametrize("variables", UNUSABLE)
def test_an_order_that_names_no_command_does_not_need_them(variables: dict[str, t.Any]) -> None:
    assert not judged(web1=variables, install={"reload": {"service": "nginx"}}).list_errors()


@pytest.mark.parametrize("value", WRONG)
def test_a_task_with_commands_of_its_own_does_not_follow_the_variable(value: object) -> None:
    variables = {"certificate_commands": value}
    commands_of = make_command_lookup({"note": "true"}, {"localhost": variables, "web1": variables}, here="localhost")
    assert commands_of("web1") == {"note": "true"}


@pytest.mark.parametrize("value", WRONG)
def test_what_the_task_itself_is_given_stops_it(value: t.Any) -> None:
    with pytest.raises(OptionsWrong, match=r"commands: "):
        make_command_lookup(value, {}, here="localhost")


def test_why_they_cannot_be_used_is_said_of_the_host() -> None:
    commands_of = make_command_lookup({}, {"localhost": {}, "web1": Unreadable()}, here="localhost")
    with pytest.raises(CommandsWrong) as caught:
        commands_of("web1")
    assert caught.value.fault.en == "'nope' is undefined"


@pytest.mark.parametrize("value", ["hunter2 --token s3cret", ["s3cret"], {"note": "open ' s3cret"}])
def test_no_value_of_an_inventory_is_quoted(value: object) -> None:
    """It may be vaulted there, and a task sees it in the clear."""
    (complaint,) = judged(web1={"certificate_commands": value}, install={"reload": "note"}).list_errors()
    assert "s3cret" not in report((complaint,), "en")
