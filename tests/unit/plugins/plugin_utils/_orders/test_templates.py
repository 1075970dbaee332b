# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Templates in order files name what the task was given, and can do nothing else."""

from __future__ import annotations

import json
import time
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import translate
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.vaulted import Vaulted
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import read_folder
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.opened import make_reader
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.templates import Sandbox, TemplateRefused
from hypothesis import given
from hypothesis import strategies as st

if t.TYPE_CHECKING:
    import pathlib

VARIABLES: t.Final[dict[str, t.Any]] = {
    "root": "/etc/pki",
    "size": 2048,
    "agreed": True,
    "applicant": {"name": "Web Operations", "phones": ["+81-3-0000-0000", "+81-3-0000-0001"]},
    "large": "x" * 40_000,
    "secret": Vaulted("open sesame", sealed="$ANSIBLE_VAULT;1"),
    "items": "a name that a mapping has as an attribute, too",
}

REFUSED: t.Final = {
    "lookup": "{{ lookup('pipe', 'id') }}",
    "query": "{{ query('pipe', 'id') }}",
    "q": "{{ q('pipe', 'id') }}",
    "vars": "{{ vars['root'] }}",
    "vars-with-default": "{{ vars.root | default(lookup('env', 'HOME')) }}",
    "hostvars": "{{ hostvars['localhost'].root }}",
    "environment": "{{ environ.HOME }}",
    "class": "{{ ''.__class__ }}",
    "class-by-key": "{{ ''['__class__'] }}",
    "class-of-a-variable": "{{ applicant.__class__.__mro__ }}",
    "method": "{{ applicant.items() }}",
    "method-uncalled": "{{ root.upper }}",
    "attr": "{{ root | attr('upper') }}",
    "map-attribute": "{{ [root] | map(attribute='__class__') | list }}",
    "format-method": "{{ '{0.__class__}'.format(root) }}",
    "format-filter": "{{ '%s' | format(root) }}",
    "range": "{{ range(10 ** 9) | list }}",
    "multiplication": "{{ 'a' * 10 ** 10 }}",
    "power": "{{ 9 ** 9 ** 9 ** 9 }}",
    "tilde": "{{ large ~ large }}",
    "output": "{{ large }}{{ large }}",
    "written-out": "{{ root }}" * 2_000,
    "replace": "{{ 'a' | replace('a', 'aaaa') | replace('a', 'aaaa') }}",
    "center": "{{ root | center(1000000000) }}",
    "loop": "{% for x in applicant %}{{ x }}{% endfor %}",
    "set": "{% set x = root %}{{ x }}",
    "macro": "{% macro x() %}{{ caller }}{% endmacro %}{{ x() }}",
    "include": "{% include '/etc/passwd' %}",
    "import": "{% import 'x' as y %}",
    "cycler": "{{ cycler.__init__.__globals__ }}",
    "self": "{{ self }}",
    "self-inside": "{{ self._TemplateReference__context }}",
    "namespace": "{{ namespace(x=1) }}",
    "slice": "{{ root[0:2] }}",
    "test": "{{ root is defined }}",
    "condition": "{{ root if agreed else size }}",
    "nothing": "{{ }}",
    "open": "{{ root",
    "deep": "{{ " + "[" * 1_000,
    "deep-brackets": "{{ " + "(" * 1_000 + "root" + ")" * 1_000 + " }}",
    "many-filters": "{{ root" + " | lower" * 400 + " }}",
    "no-text": "{{ applicant }}/www.key",
    "unhashable": "{{ applicant[applicant] }}",
    "filter-argument": "{{ root | int(none, none, none) }}",
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED.values(), ids=list(REFUSED))
def test_whatever_does_more_than_name_a_variable_is_refused(text: str) -> None:
    begin = time.process_time()
    with pytest.raises(TemplateRefused):
        Sandbox(VARIABLES).render(text)
    assert time.process_time() - begin < 2  # a bomb takes minutes


@pytest.mark.parametrize("text", REFUSED.values(), ids=list(REFUSED))
def test_why_it_is_refused_is_told_in_both_languages(text: str, tmp_path: pathlib.Path) -> None:
    with pytest.raises(TemplateRefused) as refused:
        Sandbox(VARIABLES).render(text)
    file = tmp_path / "orders.yml"
    file.write_text(json.dumps({"orders": [{"name": text}]}), encoding="utf-8")
    (complaint,) = read_folder(str(file), make_reader(VARIABLES)).complaints
    assert refused.value.phrase.en in translate(complaint.wrong, "en")
    assert refused.value.phrase.ja in translate(complaint.wrong, "ja")
    assert refused.value.phrase.en not in translate(complaint.wrong, "ja")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ root }}/www.key", "/etc/pki/www.key"),
        ("{{ size }}", 2048),
        ("{{ agreed }}", True),
        ("RSA {{ size }}", "RSA 2048"),
        ("{{ applicant }}", VARIABLES["applicant"]),
        ("{{ applicant.name | upper }}", "WEB OPERATIONS"),
        ("{{ applicant['phones'][1] }}", "+81-3-0000-0001"),
        ("{{ nobody | default('none') }}", "none"),
        ("{{ applicant.mail | default(root) }}", "/etc/pki"),
        ("{{ ' 12 ' | trim | int }}", 12),
        ("{{ items | lower }}", VARIABLES["items"]),
        ("{% raw %}{{ root }}{% endraw %}", "{{ root }}"),
        ("{{ root }}{# nothing #}\n", "/etc/pki\n"),
    ],
)
def test_what_a_template_is_for(text: str, value: object) -> None:
    assert Sandbox(VARIABLES).render(text) == value


def test_a_name_that_nobody_gave_is_told_with_what_is_known() -> None:
    with pytest.raises(TemplateRefused) as refused:
        Sandbox(VARIABLES).render("{{ rot }}/www.key")
    assert "'rot' is not in template_variables" in refused.value.phrase.en
    assert "template_variables" in refused.value.phrase.ja


@pytest.mark.parametrize("text", ["{{ secret }}", "{{ secret | upper }}", "pass: {{ secret }}"])
def test_what_is_made_of_a_vaulted_variable_is_as_secret_as_it(text: str) -> None:
    value = Sandbox(VARIABLES).render(text)
    assert isinstance(value, Vaulted) and value.sealed


def test_a_reader_takes_variables_as_plain_values() -> None:
    render = make_reader({"folder": {"of": ["www", 1]}}).render
    assert (render("{{ folder.of[0] }}"), render("{{ folder.of[1] }}")) == ("www", 1)


@given(st.text(alphabet="{}%#|[]()'\"._~-+*/ \nabroot1", max_size=200))
def test_any_text_gives_a_value_or_a_refusal(text: str) -> None:
    try:
        value = Sandbox({"root": "/etc/pki", "a": {"b": [1]}}).render(text)
    except TemplateRefused:
        return
    assert isinstance(value, (str, int, float, dict, list, type(None)))
