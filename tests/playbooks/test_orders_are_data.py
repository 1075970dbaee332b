# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Order files are data wherever they are read: nine entry points, one reader, the same refusals."""

from __future__ import annotations

import re
import subprocess
import typing as t

import pytest
import yaml
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.watch import Watch
from ansible_collections.iij.server_certificate.tests.contract.desk_process import TOOLS
from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import ROOT

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Site

CANARY: t.Final = "CANARY-f2b7c1d0"

# MARK is a file that only a program could make.
ATTACKS: t.Final = {
    "lookup": "{{ lookup('pipe', 'touch MARK') }}",
    "query": "{{ query('pipe', 'touch MARK') }}",
    "q": "{{ q('ansible.builtin.pipe', 'touch MARK') | first }}",
    "env": "{{ lookup('env', 'CANARY') }}.example.jp",
    "file": "{{ lookup('file', 'canary.txt') }}",
    "variable": "{{ canary }}.example.jp",
    "vars": "{{ vars['canary'] }}.example.jp",
    "hostvars": "{{ hostvars['localhost']['canary'] }}.example.jp",
    "hostvars-of-a-host": "{{ hostvars.web1.canary }}.example.jp",
    "undefined-default": "{{ nobody | default(lookup('env', 'CANARY')) }}",
    "class": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "attr": "{{ '' | attr('__class__') }}",
    "format": "{{ '{0.__class__}'.format('') }}",
    "globals": "{{ cycler.__init__.__globals__.os.popen('touch MARK').read() }}",
    "undefined": "{{ lipsum.__globals__['os'].popen('touch MARK').read() }}",
    "self": "{{ self.__init__.__globals__ }}",
    "statement": "{% set x = lookup('pipe', 'touch MARK') %}www.example.jp",
    "include": "{% include 'canary.txt' %}",
    "range": "{{ range(10 ** 9) | list | length }}",
    "multiplication": "{{ 'a' * 10 ** 10 }}",
}
ORDER: t.Final = {
    "customer_code": "SG00000001",
    "product": "sureserver_cloud",
    "term": "6 months",
    "usage": "other",
    "terms_agreed": True,
    "csr_origin": "service",
    "subject": {"state_or_province_name": "Tokyo", "locality_name": "Chiyoda-ku", "organization_name": "Example Inc."},
    "applicant": {"name": "Web", "department": "Web", "email": "certs@example.jp", "phone": "+81-3-0000-0000"},
}


def by_playbook(name: str, *arguments: str) -> t.Callable[[Site], str]:
    def run(site: Site) -> str:
        # What the play knows: an extra variable, a variable of a host, an environment variable.
        known = ("-e", f"canary={CANARY}", *arguments)
        return site.run(name, *known, fails=True, CANARY=CANARY).output

    return run


def by_import(site: Site) -> str:
    return by_playbook("import", "-e", f"certificate_import_file={site.orders}/imported.yml")(site)


def by_hook(site: Site) -> str:
    """The command of the pre-commit hook, as the framework calls it."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    program, *words = [*hook["entry"].split(), *hook["args"]]
    return called(site, [str(TOOLS / program), *words, "-e", f"canary={CANARY}"])


def by_inventory(site: Site) -> str:
    configuration = {"plugin": "iij.server_certificate.orders", "order_files": "orders"}
    path = site.write("certificate_orders.yml", yaml.safe_dump(configuration))
    return called(site, [str(TOOLS / "ansible-inventory"), "-i", str(path), "--list", "-e", f"canary={CANARY}"])


def called(site: Site, command: list[str]) -> str:
    variables = {**site.environment(), "CANARY": CANARY, "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true"}
    done = subprocess.run(
        command, cwd=site.folder, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode != 0, done.stdout
    return done.stdout


def by_event_source(site: Site) -> str:
    arguments = {"order_files": str(site.orders), "desk_url": site.desk.url, "desk_token": site.desk.order_token}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CANARY", CANARY)
        patch.chdir(site.folder)
        watch = Watch({**arguments, "lang": "en"})
        events = watch.look()
    return f"{watch.problem}\n{events}"


ENTRY_POINTS: t.Final[dict[str, t.Callable[[Site], str]]] = {
    **{name: by_playbook(name) for name in ("check", "plan", "apply", "collect", "status")},
    "import": by_import,
    "pre-commit": by_hook,
    "inventory": by_inventory,
    "event source": by_event_source,
}


@pytest.mark.parametrize("entry", ENTRY_POINTS)
def test_an_order_file_is_no_program(site: Site, entry: str) -> None:
    mark = site.folder / "mark"
    site.write("canary.txt", f"{CANARY}.example.jp\n")
    for name, attack in ATTACKS.items():
        order = {**ORDER, "name": name, "common_name": attack.replace("MARK", str(mark))}
        site.write(f"orders/{name}.yml", yaml.safe_dump({"version": 1, "orders": [order]}))
    output = ENTRY_POINTS[entry](site)
    refused = set(re.findall(r"orders/([a-z-]+)\.yml:\d+:\d+: (?:(?!\.yml:\d).)*?\[TEMPLATE\]", output, re.DOTALL))
    assert refused == set(ATTACKS), output
    assert not mark.exists()
    assert CANARY not in output
    assert (site.desk.purchases(), site.desk.list_applications()) == ([], {})


def test_values_are_those_that_the_task_was_given(site: Site) -> None:
    certificate = {"certificate": "{{ folder }}/www.pem"}
    order = {**ORDER, "name": "www", "common_name": "{{ site.name }}.example.jp", "install": certificate}
    site.write("orders/web.yml", yaml.safe_dump({"version": 1, "orders": [order]}))
    # The inventory is the user's own: there a value may be computed.
    given = {"site": {"name": "{{ 'WWW' | lower }}"}, "folder": "{{ lookup('env', 'PWD') }}"}
    inventory = site.write("more.yml", yaml.safe_dump({"all": {"vars": {"certificate_template_variables": given}}}))
    run = site.run("status", "-i", str(inventory), PWD=str(site.folder))
    assert [row["common_name"] for row in run.of("cert_application_info")["orders"]] == ["www.example.jp"]
    refused = site.run("check", fails=True).output
    assert "'site' is not in template_variables" in refused and "certificate_template_variables" in refused
