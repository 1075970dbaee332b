# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How each playbook ends in each situation: every cell of the table in docs/playbooks.md, in both languages, is run."""

from __future__ import annotations

import dataclasses as dc
import re
import typing as t

import pytest
import yaml
from ansible_collections.iij.server_certificate.tests.playbooks.recording_proxy import ORDERING, RecordingProxy
from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import ROOT, open_site

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.iij.server_certificate.tests.playbooks.ssh_hosts import SshHost
    from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Run, Site

SITUATIONS: t.Final = ("done", "changes", "waiting", "held", "open", "refused", "unknown")
PAGES: t.Final = (ROOT / "docs" / "playbooks.md", ROOT / "docs" / "ja" / "playbooks.md")
# Status of the process, by situation; a second one is that with certificate_exit_on_changes.
CODES: t.Final = {
    "check": "0 0 0 0 0 2 -",
    "plan": "0 0/2 0 0 0/2 2 -",
    "apply": "0 0 0 0 2 2 2",
    "collect": "0 0 0 0 2 2 -",
    "renew": "0 0 0 2 2 2 -",
    "status": "0 0/2 0 0 0/2 2 -",
    "forecast": "0 0 0 0 0 2 -",
    "import": "0 2 0 0 2 2 -",
    "doctor": "0 0 0 0 0 2 -",
    "ledger": "0 0 0 0 0 2 0",
    "notify": "0 0 0 0 0 2 -",
    "record": "0 0 0 - 0 2 -",
}
STRICTLY: t.Final = ("-e", "certificate_exit_on_changes=true")


def cells() -> list[tuple[str, str, str]]:
    # Those that change the situation come last.
    playbooks = [*sorted({*CODES} - {"apply", "collect", "ledger"}), "apply", "collect", "ledger"]
    return [
        (playbook, situation, code)
        for playbook, codes in ((playbook, CODES[playbook]) for playbook in playbooks)
        for situation, code in zip(SITUATIONS, codes.split(), strict=True)
        if code != "-"
    ]


def bought(site: Site, *orders: dict[str, t.Any]) -> None:
    site.write_orders(*orders)
    site.run("apply")


def everything_done(site: Site) -> Site:
    bought(site, site.target("www", "web1"))
    site.desk.ca_work()
    site.run("collect")
    return site


def an_order_to_place(site: Site) -> Site:
    bought(site, site.target("www", "web1"))
    site.write_orders(site.target("www", "web1"), site.target("bank", "web1"))
    return site


def an_order_at_the_ca(site: Site) -> Site:
    bought(site, site.target("www", "web1"))
    return site


def a_renewal_that_lacks_something(site: Site) -> Site:
    """Bought long ago, due now, and pinned by an order that says neither whom the CA asks nor where the key is."""
    site.desk.begin_long_ago(days_left=25)
    everything_done(site)
    site.desk.enter_window()
    (contract_id,) = site.desk.list_applications()
    order = site.target("www", "web1", contract_id=contract_id, renewal={"when": "window"})
    kept = ("name", "common_name", "product", "contract_id", "renewal", "install", "host", "key", "csr_origin")
    document = {field: order[field] for field in kept} | {"term": "6 months", "usage": "other"}
    document["customer_code"] = "SG00000001"
    site.write("orders/web.yml", yaml.safe_dump({"version": 1, "orders": [document]}, allow_unicode=True))
    return site


def a_host_that_is_down(site: Site) -> Site:
    """One certificate waits for its host, and one registration; the host does not answer."""
    bought(site, site.target("www", "web2"))
    site.desk.ca_work()
    site.write_orders(site.target("www", "web2"), site.target("bank", "web2"))
    down = dc.replace(site.hosts["web2"], port=1)
    return dc.replace(site, hosts={**site.hosts, "web2": down})


def a_mistake(site: Site) -> Site:
    bought(site, site.target("www", "web1"))
    site.write_orders({**site.target("www", "web1"), "product": "quick_sll"})
    for file in site.folder.rglob("*.ledger.jsonl"):
        file.write_text("123\n", encoding="utf-8")
    return site


SETTINGS: t.Final[dict[str, Callable[[Site], Site]]] = {
    "done": everything_done,
    "changes": an_order_to_place,
    "waiting": an_order_at_the_ca,
    "held": a_renewal_that_lacks_something,
    "open": a_host_that_is_down,
    "refused": a_mistake,
}


@pytest.fixture(params=SETTINGS)
def situation(request: pytest.FixtureRequest, tmp_path: t.Any, ssh_hosts: dict[str, SshHost]) -> t.Iterator[t.Any]:
    with open_site(tmp_path, ssh_hosts) as site:
        yield request.param, SETTINGS[request.param](site)


def ended(site: Site, playbook: str, code: str, *arguments: str, **environment: str) -> Run:
    more = {
        "import": ("-e", f"certificate_import_file={site.folder / 'imported.yml'}"),
        "record": ("-e", '{"certificate_records": []}'),
        "notify": ("-e", '{"certificate_notice_command": ["cat"]}'),
        "doctor": (),
    }.get(playbook, ())
    if playbook == "doctor":
        user, password = site.desk.group_admin
        environment |= {
            "IIJ_CERT_DESK_URL": site.desk.portal_url, "IIJ_CERT_PORTAL_USER": user,
            "IIJ_CERT_PORTAL_PASSWORD": password, "IIJ_CERT_REQUEST_INTERVAL": "0",
        }  # fmt: skip
    if playbook == "record":
        site.write("desk-by-hand/register.yml", "version: 1\ncontracts: []\n")
        environment |= {"IIJ_CERT_DESK": "by_hand", "IIJ_CERT_DESK_FOLDER": str(site.folder / "desk-by-hand")}
    run = site.run(playbook, *more, *arguments, fails=code != "0", **environment)
    assert str(run.status) == code, run.output
    return run


def test_a_purchase_without_an_answer(site: Site) -> None:
    site.write_orders(site.target("www", "web1"))
    with RecordingProxy(site.desk.url, on_answer=lambda request: not request.startswith(ORDERING)) as line:
        for playbook, _situation, code in (cell for cell in cells() if cell[1] == "unknown"):
            ended(site, playbook, code, IIJ_CERT_DESK_URL=line.url)


def test_each_cell(situation: tuple[str, Site]) -> None:
    name, site = situation
    for playbook, _situation, code in (cell for cell in cells() if cell[1] == name):
        first, _slash, strict = code.partition("/")
        ended(site, playbook, first)
        if strict:
            run = ended(site, playbook, strict, *STRICTLY)
            assert "certificate_exit_on_changes" in str(run.tasks[-1].result["msg"])
        elif playbook in ("plan", "status"):
            ended(site, playbook, first, *STRICTLY)


def test_what_is_open_is_named(site: Site) -> None:
    bought(site, site.target("www", "web2"), site.target("mail", "web1"))
    site.desk.ca_work()
    run = site.run("collect", "--limit", "web1,localhost", fails=True)
    assert "www: still open" in run.tasks[-1].result["msg"]
    assert "mail" not in run.tasks[-1].result["msg"]
    site.run("collect", "--limit", "web2,localhost")
    site.run("collect", "--limit", "web1,localhost")
    site.write_orders(*(site.target(name, "web2") for name in ("www", "bank")), site.target("mail", "web1"))
    run = site.run("apply", "--limit", "web1,localhost", fails=True)
    assert "bank: still open" in run.tasks[-1].result["msg"]
    assert "www" not in run.tasks[-1].result["msg"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_page_has_this_table(page: t.Any) -> None:
    rows = re.findall(r"^\| `(\w+)` \|(( [-0-9/]+ \|){7})$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert {playbook: " ".join(codes.replace("|", " ").split()) for playbook, codes, _last in rows} == CODES


def test_every_playbook_is_in_the_table() -> None:
    assert set(CODES) == {path.stem for path in (ROOT / "playbooks").glob("*.yml")}
