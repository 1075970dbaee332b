# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An order names commands; its host has them by name, and is given what they stand for."""

from __future__ import annotations

import shlex
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core.paths import may_be_interpreted
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OptionsWrong
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.commands import (
    VALIDATIONS,
    install_on_host,
    read_commands,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import read_inline
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders
from portfolios import OV, TODAY, apart


def rules(install: dict[str, t.Any], commands: dict[str, str] | None) -> list[str]:
    order = OV | {"install": OV["install"] | install}
    commands_of = None if commands is None else lambda _host: commands
    return [c.rule for c in judge_orders(read_inline([order]), day=TODAY, commands_of=commands_of).complaints]


@pytest.mark.parametrize("field", ["reload", "validate"])
@pytest.mark.parametrize("text", ["systemctl reload nginx", "/bin/true", "a;b", "$(id)", "-x", "", "a\nb", "x%s"])
def test_a_command_in_an_order_is_refused(field: str, text: str) -> None:
    assert rules({field: text}, {}) == ["COMMAND-TEXT"]


@pytest.mark.parametrize(
    "value", [{"service": "-H evil"}, {"service": "nginx; id"}, {"service": ""}, {"service": "a", "b": 1}, {}, [], 1]
)
def test_a_service_is_a_name_alone(value: object) -> None:
    assert rules({"reload": value}, {}) == ["VALUE-TYPE"]


def test_each_order_is_judged_by_the_commands_of_its_host() -> None:
    install = OV["install"] | {"reload": "app"}
    hosts = ("web1", "web2")
    orders = apart(
        OV | {"host": host, "install": install, "name": host, "common_name": f"{host}.example.jp"} for host in hosts
    )
    known = {"web1": {"app": "x"}, "web2": {"other": "y"}}
    judged = judge_orders(read_inline(orders), day=TODAY, commands_of=lambda host: known[host or ""])
    (complaint,) = judged.list_errors()
    assert (complaint.rule, complaint.order, complaint.facts["allowed"]) == ("COMMAND-UNKNOWN", "web2", ("other",))


def test_a_host_is_not_looked_up_for_an_order_that_names_no_command() -> None:
    install = {name: value for name, value in OV["install"].items() if name not in ("validate", "reload")}
    judged = judge_orders(read_inline([OV | {"install": install}]), day=TODAY, commands_of={}.__getitem__)
    assert not judged.list_errors()


def test_a_name_must_be_known_to_the_host() -> None:
    assert rules({"reload": "app", "validate": "app_test"}, {}) == ["COMMAND-UNKNOWN", "COMMAND-UNKNOWN"]
    assert rules({"reload": "app", "validate": "app_test"}, {"app": "x", "app_test": "y"}) == []
    assert rules({"reload": "nginx"}, {}) == ["COMMAND-UNKNOWN"]
    assert rules({"reload": "app"}, None) == []  # an inventory does not know the commands of a task


WITHIN = {"try": "sh -c 'openssl x509 -in %s && true'"}
APART = {"try": "sh -c 'openssl x509 -in \"$1\"' try %s"}


@pytest.mark.parametrize(
    ("path", "commands", "broken"),
    [
        ("/x/w w.pem", WITHIN, ["PATH-INTERPRETED"]),
        ("/x/$(id).pem", WITHIN, ["PATH-INTERPRETED"]),
        ("/x/w;w.pem", APART, []),
        ("/x/www.pem", WITHIN, []),
        ("/x/w w.pem", None, []),
    ],
)
def test_what_the_host_would_refuse_is_refused_before_it_is_paid_for(
    path: str, commands: dict[str, str] | None, broken: list[str]
) -> None:
    assert rules({"certificate": path, "validate": "try"}, read_commands(commands) if commands else None) == broken
    words = shlex.split((commands or APART)["try"])
    assert may_be_interpreted(words, path) is bool(broken), "the host says the same"


def test_the_path_of_the_file_that_is_tried_counts() -> None:
    paths = {"certificate": "/x/www.pem", "chain": "/x/c c.pem", "validate": "try"}
    assert rules(paths, read_commands(WITHIN)) == []


@pytest.mark.parametrize("name", VALIDATIONS)
def test_what_is_known_without_the_task(name: str) -> None:
    order = OV | {"install": OV["install"] | {"validate": name, "reload": {"service": "php8.2-fpm@1"}}}
    (judged,) = judge_orders(read_inline([order]), day=TODAY, commands_of=lambda _host: {}).accept()
    assert judged.install is not None
    on_host = install_on_host(judged.install, {})
    assert (on_host["validate"], on_host["reload"]) == (VALIDATIONS[name], "systemctl reload php8.2-fpm@1")


def test_the_host_is_given_the_commands_of_the_task() -> None:
    commands = read_commands({"app": ["systemctl", "kill", "-s", "HUP", "my app"], "openssl": "openssl verify %s"})
    order = OV | {"install": OV["install"] | {"validate": "openssl", "reload": "app"}}
    (judged,) = judge_orders(read_inline([order]), day=TODAY, commands_of=lambda _host: commands).accept()
    assert judged.install is not None
    on_host = install_on_host(judged.install, commands)
    assert (on_host["validate"], on_host["reload"]) == ("openssl verify %s", "systemctl kill -s HUP 'my app'")


@pytest.mark.parametrize("given", [{"a b": "x"}, {"a": ""}, {"a": "'open"}, {"a": []}, {"a": [1]}, {"a": None}])
def test_commands_that_cannot_be_used(given: dict[str, t.Any]) -> None:
    with pytest.raises(OptionsWrong):
        read_commands(given)


@pytest.mark.parametrize(
    ("mode", "rule"),
    [
        *((mode, None) for mode in ("0600", "600", "0400", "0640", "0440", "00600")),
        *((mode, "KEY-MODE") for mode in ("0644", "0666", "0660", "0620", "0700", "0601", "4600", "1600", "0604")),
        *((mode, "VALUE-TYPE") for mode in ("u=rw", "0800", "", "60", 384)),
    ],
)
def test_modes_of_keys(mode: object, rule: str | None) -> None:
    order = OV | {"key": OV["key"] | {"mode": mode}}
    found = [c.rule for c in judge_orders(read_inline([order]), day=TODAY).complaints]
    assert found == ([rule] if rule else [])


@pytest.mark.parametrize(
    ("mode", "rule"),
    [
        *((mode, None) for mode in ("0644", "0640", "0600", "0664", "0444", "00644")),
        *((mode, "FILE-MODE") for mode in ("0666", "0755", "4777", "2644", "1644", "0646", "0654")),
    ],
)
def test_modes_of_certificates(mode: str, rule: str | None) -> None:
    assert rules({"mode": mode}, None) == ([rule] if rule else [])
