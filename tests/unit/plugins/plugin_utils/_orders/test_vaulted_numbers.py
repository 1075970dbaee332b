# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is vaulted is shown nowhere: not as a number either, and not by what is found out about it."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible.parsing.vault import EncryptedString, VaultLib, VaultSecret, VaultSecretsContext
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import report
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.vaulted import Vaulted, hide_vaulted
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.opened import make_reader
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_order_files
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.templates import Sandbox, TemplateRefused
from portfolios import OV, TODAY

if t.TYPE_CHECKING:
    import pathlib

SECRETS: t.Final = [("default", VaultSecret(b"open sesame"))]
PASSWORD: t.Final = "S3cretPassw0rd"
VARIABLES: t.Final[dict[str, t.Any]] = {"pin": Vaulted(" 1234 ", sealed="1"), "port": 443, "size": "2048"}


def said(folder: pathlib.Path, text: str, variables: dict[str, object]) -> str:
    (folder / "a.yml").write_text(text, encoding="utf-8")
    with hide_vaulted():
        reader = make_reader(variables, secrets=SECRETS)
        return report(judge_order_files(str(folder), reader, day=TODAY).complaints, "en")


def vaulted(value: str) -> dict[str, object]:
    if VaultSecretsContext.current(optional=True) is None:
        VaultSecretsContext.initialize(VaultSecretsContext(SECRETS))
    return {"db": {"password": EncryptedString(ciphertext=VaultLib(SECRETS).encrypt(value).decode()), "port": 3306}}


def test_no_filter_turns_a_vaulted_variable_into_something_shown(tmp_path: pathlib.Path) -> None:
    text = 'version: 1\norders: [{name: www, generation: "{{ db.password | int(0, 36) }}"}]\n'
    assert str(int(PASSWORD, 36)) not in said(tmp_path, text, vaulted(PASSWORD))


@pytest.mark.parametrize("template", ["db[db.password | upper]", "db[db.password | trim('S')]", "db[db.password]"])
def test_nor_does_a_complaint_about_a_template(tmp_path: pathlib.Path, template: str) -> None:
    shown = said(tmp_path, f'version: 1\norders: [{{name: "{{{{ {template} }}}}"}}]\n', vaulted(PASSWORD))
    assert "TEMPLATE" in shown
    assert "3cretpassw0rd" not in shown.lower(), shown


@pytest.mark.parametrize(
    "template", ["pin | int", "pin | int(0, 36)", "pin | trim('1')", "'0123' | trim(pin)", "size | int(0, pin)"]
)
def test_a_filter_that_would_take_a_secret_apart_is_refused(template: str) -> None:
    with pytest.raises(TemplateRefused, match="vaulted value"):
        Sandbox(VARIABLES).render(f"{{{{ {template} }}}}")


def test_what_is_not_vaulted_is_filtered_as_before() -> None:
    render = Sandbox({**VARIABLES, "db": VARIABLES}).render
    assert [render(f"{{{{ {text} }}}}") for text in ("db.port", "db.size | int", "port | default(pin)")] == [
        443,
        2048,
        443,
    ]
    assert render("{{ pin | trim }}") == "1234" and isinstance(render("{{ pin | trim }}"), Vaulted)
    assert render("{{ db.pin | trim | upper }}").sealed == "1"


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        ("common_name", "{{ db.password }}é.jp", "xn--p@ss"),
        ("common_name", "{{ db.password }}\uff0ejp", "p@ss"),
        ("common_name", "{{ db.password }}\u3000jp", "U+3000"),
        ("subject", "{organization_name: '{{ db.password }}'}", "ü"),
        ("subject", "{organization_name: '{{ db.password }}" + "x" * 99 + "'}", "107"),
        ("applicant", "{name: '{{ db.password }}\u200b'}", "200B"),
        ("applicant", "{name: '{{ db.password }}" + "x" * 190 + "'}", "198"),
        ("product", "'{{ db.password }}sureserver_cloud'", "Did you mean"),
    ],
)
def test_no_rule_says_what_it_found_out_about_a_secret(
    field: str, value: str, found: str, tmp_path: pathlib.Path
) -> None:
    quoted = value if value.startswith(("{o", "{n", "'")) else f"'{value}'"
    text = f"version: 1\norders: [{{name: www, {field}: {quoted}}}]\n"
    secret = "P@SSwürd" if found == "ü" else "P@SSword"
    plain = said(tmp_path, text.replace("{{ db.password }}", secret), {})
    assert found.lower() in plain.lower(), plain
    shown = said(tmp_path, text, vaulted(secret))
    assert found.lower() not in shown.lower(), shown


def of_vaulted_file(folder: pathlib.Path, text: str) -> str:
    return said(folder, VaultLib(SECRETS).encrypt(text).decode(), {})


@pytest.mark.parametrize(
    "value",
    [
        "312345678",
        "2026-03-04",
        "!!binary c2VjcmV0LXZhbHVl",
        "3.125e+10",
        "[312345678, {2026-03-04: 3.125e+10}]",
        "!!set {312345678}",
    ],
)
def test_no_plain_scalar_of_a_vaulted_file_is_shown(tmp_path: pathlib.Path, value: str) -> None:
    shown = of_vaulted_file(tmp_path, f"version: 1\norders: [{{name: www, applicant: {{phone: {value}}}}}]\n")
    assert "applicant.phone" in shown or "YAML-SYNTAX" in shown
    assert not any(part in shown for part in ("312345678", "2026", "secret-value", "31250000000"))


@pytest.mark.parametrize(
    "text", ["!!int secret", "{312345678: 1, 312345678: 2}", "!!float secret", "!!timestamp secret"]
)
def test_nor_what_is_wrong_with_one(tmp_path: pathlib.Path, text: str) -> None:
    shown = of_vaulted_file(tmp_path, f"version: 1\norders: [{{name: www, generation: {text}}}]\n")
    assert "YAML-" in shown
    assert "312345678" not in shown and "secret" not in shown.replace("test_nor", ""), shown


def test_numbers_of_a_vaulted_file_are_used_as_they_are(tmp_path: pathlib.Path) -> None:
    order = {**OV, "generation": 2, "install": {**OV["install"], "prove": {"port": 8443, "timeout": 9}}}
    sealed = VaultLib(SECRETS).encrypt(json.dumps({"version": 1, "orders": [order]})).decode()
    (tmp_path / "a.yml").write_text(sealed, encoding="utf-8")
    (judged,) = judge_order_files(str(tmp_path), make_reader({}, secrets=SECRETS), day=TODAY).accept()
    assert judged.install is not None and judged.install.prove is not None
    numbers = (judged.generation, judged.install.prove.port, judged.install.prove.timeout)
    assert json.dumps(numbers) == "[2, 8443, 9]" and {type(number) for number in numbers} == {int}
