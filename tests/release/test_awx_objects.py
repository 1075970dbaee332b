# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook that sets AWX up: its objects fit together, and the modules of awx.awx take what it gives them."""

from __future__ import annotations

import ast
import pathlib
import re
import subprocess
import sys
import typing as t

import icalendar
import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.iij.server_certificate.plugins.module_utils import _argspec
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.playbook_variables import VARIABLES
from ansible_collections.iij.server_certificate.tests.release.copies import ROOT
from jinja2.nativetypes import NativeEnvironment

Json = dict[str, t.Any]

EXAMPLE: t.Final = ROOT / "examples" / "awx"
LOCK: t.Final = ROOT / "requirements" / "awx.lock"
SETTINGS: t.Final = {
    "project_url": "https://git.example.jp/certificates.git",
    "image": "registry.example.jp/certificates:1",
    "host_credential": "Hosts",
    "desk_url": "https://desk.example.jp",
    "order_token": "one",
    "register_token": "two",
    "item": 1,
}


class _Loader(yaml.SafeLoader):
    """Ansible's !unsafe is text."""


_Loader.add_constructor("!unsafe", lambda loader, node: Unsafe(loader.construct_scalar(node)))


class Unsafe(str):
    """A text that Ansible hands on as it is."""


def read_play() -> Json:
    (play,) = yaml.load((EXAMPLE / "awx.yml").read_text(encoding="utf-8"), Loader=_Loader)  # a SafeLoader
    return t.cast("Json", play)


def render(value: t.Any, variables: Json) -> t.Any:
    if isinstance(value, dict):
        return {name: render(each, variables) for name, each in value.items()}
    if isinstance(value, list):
        return [render(each, variables) for each in value]
    if isinstance(value, str) and not isinstance(value, Unsafe) and "{{" in value:
        return render(NativeEnvironment().from_string(value).render(variables), variables)
    return value


def list_objects() -> list[tuple[str, Json]]:
    """Every object with the values of one site, by the module that makes it."""
    play = read_play()
    variables = {**play["vars"], **SETTINGS}
    tasks = [(name, task[name]) for task in play["tasks"] for name in task if name.startswith("awx.awx.")]
    return [(name.rpartition(".")[2], render(options, variables)) for name, options in tasks]


def objects(kind: str) -> dict[str, Json]:
    return {options["name"]: options for module, options in list_objects() if module == kind}


def test_templates_name_what_there_is() -> None:
    templates, credentials = objects("job_template"), objects("credential")
    assert {template["playbook"] for template in templates.values()} == {
        path.name for path in (EXAMPLE / "project").iterdir()
    }
    for template in templates.values():
        assert template["project"] in objects("project") and template["inventory"] in objects("inventory")
        assert template["execution_environment"] in objects("execution_environment")
        assert {*template["credentials"]} <= {*credentials, SETTINGS["host_credential"]}
        assert {*template["extra_vars"]} <= VARIABLES
    for schedule in objects("schedule").values():
        survey = templates[schedule["unified_job_template"]]["survey_spec"]["spec"]
        assert {*schedule["extra_data"]} <= {question["variable"] for question in survey}
        assert {*schedule["extra_data"]} <= VARIABLES
        assert icalendar.vRecur.from_ical(schedule["rrule"].partition("RRULE:")[2])["FREQ"] == ["DAILY"]


def test_only_templates_that_buy_have_the_token_that_can() -> None:
    buyer = "Certificates, group admin"
    assert {name for name, job in objects("job_template").items() if buyer in job["credentials"]} == {
        "Certificates, apply",
        "Certificates, renew",
    }
    env = {name: kind["injectors"]["env"] for name, kind in objects("credential_type").items()}
    given = {name: set(env[credential["credential_type"]]) for name, credential in objects("credential").items()}
    known = set(re.findall(r"IIJ_CERT_\w+", pathlib.Path(_argspec.__file__).read_text(encoding="utf-8")))
    assert given[buyer] == {"IIJ_CERT_DESK_URL", "IIJ_CERT_ORDER_TOKEN"} and given[buyer] <= known
    assert given["Certificates, service admin"] == {"IIJ_CERT_DESK_URL", "IIJ_CERT_REGISTER_TOKEN"}
    fields = {field["id"] for kind in objects("credential_type").values() for field in kind["inputs"]["fields"]}
    assert {value for variables in env.values() for value in variables.values()} == {f"{{{{ {f} }}}}" for f in fields}


def test_who_starts_a_job_gives_it_no_variable_but_those_asked_for() -> None:
    """Any other may be one of Ansible's own, such as arguments of ssh: commands beside the token that buys."""
    for template in objects("job_template").values():
        assert not [name for name, value in template.items() if name.startswith("ask_") and value]
        questions = template["survey_spec"]["spec"] if template.get("survey_enabled") else []
        assert {question["variable"] for question in questions} <= {"certificate_slice"}
        assert not [question for question in questions if not re.fullmatch(r"\d+/\d+", question["default"])]


def test_nothing_is_bought_but_after_the_approval() -> None:
    (workflow,) = objects("workflow_job_template").values()
    nodes = {node["identifier"]: node for node in workflow["workflow_nodes"]}
    after = {name: node.get("related", {}) for name, node in nodes.items()}
    assert after == {
        "plan": {"success_nodes": [{"identifier": "approval"}]},
        "approval": {"success_nodes": [{"identifier": "apply"}]},
        "apply": {},
    }
    assert nodes["approval"]["unified_job_template"]["type"] == "workflow_approval"
    assert nodes["apply"]["unified_job_template"]["name"] == "Certificates, apply"
    assert {question["variable"] for question in workflow["survey_spec"]["spec"]} <= VARIABLES


@pytest.fixture(scope="module")
def collections() -> pathlib.Path:
    """The real collection awx.awx, out of the community's package."""
    place, uv = ROOT / "build" / "awx", pathlib.Path(sys.executable).with_name("uv")
    install = [uv, "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--target", place, "-r", LOCK]
    subprocess.run(install, check=True)
    return place


@pytest.mark.long
def test_the_modules_of_awx_take_what_they_are_given(collections: pathlib.Path, tmp_path: pathlib.Path) -> None:
    modules = collections / "ansible_collections" / "awx" / "awx" / "plugins" / "modules"
    for module, options in list_objects():
        validated = ArgumentSpecValidator(read_argument_spec(modules / f"{module}.py")).validate(options)
        assert not validated.error_messages, (module, validated.error_messages)
    command = [pathlib.Path(sys.executable).with_name("ansible-playbook"), "--syntax-check", EXAMPLE / "awx.yml"]
    subprocess.run(command, env={"ANSIBLE_COLLECTIONS_PATH": str(collections), "HOME": str(tmp_path)}, check=True)


def read_argument_spec(module: pathlib.Path) -> Json:
    """What the module's documentation says of its options, which its own tests hold to its code."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    texts = {node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign)}  # type: ignore[attr-defined]
    options = yaml.safe_load(ast.literal_eval(texts["DOCUMENTATION"]))["options"]
    return {name: _read_option(option) for name, option in options.items()}


def _read_option(option: Json) -> Json:
    spec = {key: option[key] for key in ("type", "required", "choices", "elements", "aliases") if key in option}
    if "suboptions" in option:
        spec["options"] = {name: _read_option(each) for name, each in option["suboptions"].items()}
    return spec
