# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module pages are true: every example runs against a desk, and every result is what RETURN says of it."""

from __future__ import annotations

import ast
import itertools
import json
import os
import pathlib
import subprocess
import sys
import typing as t

import pytest
import yaml
from ansible_collections.iij.server_certificate.tests.contract.desk_process import running_desk
from ansible_collections.iij.server_certificate.tests.playbooks.packed_modules import commands_in

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

Json = dict[str, t.Any]

ROOT: t.Final = pathlib.Path(__file__).resolve().parents[2]
PATIENCE: t.Final = 300
COLLECTION: t.Final = "iij.server_certificate"
MODULES: t.Final = tuple(sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py")))
# In the order of a certificate's life, so that each example finds what it needs.
PLAYS: t.Final = {
    "localhost": (
        "product_info", "linked_contract_info", "cert_application", "cert_portfolio", "cert_application_info",
        "offline_form",
    ),
    "web1": ("csr_register",),
    "portal": ("portal_doctor",),
    "by_hand": ("application_record",),
    "issued": ("certificate_install", "certificate_file_info"),
    "afterwards": ("ledger_info", "status_notice"),
}  # fmt: skip
PEOPLE: t.Final = {"desk": "by_hand", "desk_folder": "desk/"}
TYPES: t.Final = {"str": str, "int": int, "bool": bool, "dict": dict, "list": list, "float": float}
EVERY_RESULT: t.Final = {"changed", "failed", "msg", "diff", "invocation", "warnings", "ansible_facts", "exception"}


def documented(module: str) -> dict[str, t.Any]:
    """DOCUMENTATION, EXAMPLES and RETURN of a module, as data."""
    tree = ast.parse((ROOT / f"plugins/modules/{module}.py").read_text(encoding="utf-8"))
    found = {}
    for node in tree.body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)
        ):
            found[node.targets[0].id] = yaml.safe_load(str(node.value.value))
    return found


def examples(module: str, desk: DeskControl, pki: pathlib.Path) -> list[Json]:
    """The tasks of EXAMPLES, with the desk and the folder of this test in place of those of the page."""
    text = json.dumps(documented(module)["EXAMPLES"])
    return t.cast(
        "list[Json]", json.loads(text.replace("https://desk.example.jp", desk.url).replace("/etc/pki/tls", str(pki)))
    )


def order_file(www: Json, pki: pathlib.Path) -> Json:
    """The order of the examples, one that nobody has ordered yet, and one for a linked service."""
    delivery = yaml.safe_load((ROOT / "examples/quickstart/orders/delivery.yml").read_text(encoding="utf-8"))
    www = {**www, "install": {"certificate": f"{pki}/certs/www.pem", "chain": f"{pki}/certs/www-chain.pem"}}
    mail = {**www, "name": "mail", "common_name": "mail.example.jp", "csr_origin": "service"}
    mail = {field: value for field, value in mail.items() if field not in ("host", "key", "install", "subject")}
    mail["subject"] = www["subject"]
    return {"version": 1, "orders": [www, mail, {**delivery["defaults"], **delivery["orders"][0]}]}


def prepared(folder: pathlib.Path, desk: DeskControl) -> None:
    """A place of work: folders, orders, an inventory, and an application that was ordered by hand."""
    pki = folder / "pki"
    for name in ("build", "orders", "pages", "collected", "pki/private", "pki/certs"):
        (folder / name).mkdir(parents=True)
    saved = desk.call("GET", "/portal/login").content
    (folder / "pages/log-in.html").write_bytes(saved)
    (example,) = examples("cert_application", desk, pki)
    orders = order_file(example[f"{COLLECTION}.cert_application"]["order"], pki)
    (folder / "orders/web.yml").write_text(yaml.safe_dump(orders, allow_unicode=True), encoding="utf-8")
    cdn = orders["orders"][-1]
    (linked,) = desk.api("GET", f"/linked-contracts?service={cdn['linked_contract']['service']}")["results"]
    by_hand = {
        field: cdn[field] for field in ("customer_code", "common_name", "product", "term", "usage", "terms_agreed")
    }
    desk.api("POST", "/applications", {**by_hand, "linked_contract_id": linked["contract_id"]})
    by_people(folder)
    web1 = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable, "ansible_become": False}
    inventory = {"all": {"hosts": {"web1": web1}}}
    (folder / "inventory.yml").write_text(yaml.safe_dump(inventory), encoding="utf-8")


def by_people(folder: pathlib.Path) -> None:
    """What people have brought to desk: by_hand: a register, a filled-in file, a saved list, something that came."""
    for name in ("desk/sheets", "saved", "inbox"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "desk/register.yml").write_text("version: 1\ncontracts: []\n", encoding="utf-8")
    record = {"order": "www", "state": "ordered", "contract_id": "rsc00000001", "date": "2026-11-26"}
    filled_in = yaml.safe_dump({"version": 1, "records": [record]})
    (folder / "desk/sheets/record_group_admin_3f9a41c2.yml").write_text(filled_in, encoding="utf-8")
    head = "".join(f"<th>{text}</th>" for text in ("サービスコード", "コモンネーム", "品目", "有効期限", "ステータス"))
    row = "".join(f"<td>{text}</td>" for text in ("rsc00000009", "old.example.jp", "クイック認証SSL", "―", "発行済み"))
    table = f"<h1>ステータス一覧</h1><table><tr>{head}</tr><tr>{row}</tr></table>"
    (folder / "saved/1.html").write_text(f"<meta charset=utf-8>{table}", encoding="utf-8")
    (folder / "inbox/note.txt").write_text("no certificate", encoding="utf-8")


def playbook(desk: DeskControl, folder: pathlib.Path) -> list[Json]:
    """All examples in one playbook, with the CA's work in between, and orders that fail as RETURN tells."""
    tasks = {
        part: list(itertools.chain.from_iterable(examples(module, desk, folder / "pki") for module in modules))
        for part, modules in PLAYS.items()
    }
    user, password = desk.group_admin
    log_in = {"desk_url": desk.portal_url, "portal_user": user, "portal_password": password, "request_interval": 0}
    issue = {
        "ansible.builtin.uri": {
            "url": f"{desk.url}/rehearsal/ca/work", "method": "POST", "body_format": "json", "body": {},
            "headers": {"Authorization": f"Bearer {desk.control_token}"},
        }
    }  # fmt: skip
    handler = {"name": "Reload nginx", "ansible.builtin.debug": {"msg": "reloaded"}}
    return [
        play("localhost", [*tasks["localhost"], *failing(folder)]),
        play("web1", [*failing_on_hosts("csr_register", folder), *tasks["web1"]]),
        play("localhost", tasks["portal"], module_defaults={f"group/{COLLECTION}.desk": log_in}),
        play("localhost", [*tasks["by_hand"], *seen_by_people()], module_defaults={f"group/{COLLECTION}.desk": PEOPLE}),
        play("localhost", [issue, {f"{COLLECTION}.cert_portfolio": {"order_files": "orders/"}}, *collected(desk)]),
        play("web1", [*tasks["issued"], *failing_on_hosts("certificate_install", folder)], handlers=[handler]),
        play("web1", in_every_form(folder)),
        play("localhost", tasks["afterwards"]),
    ]


def play(hosts: str, tasks: list[Json], **more: t.Any) -> Json:
    return {"hosts": hosts, "gather_facts": False, "tasks": tasks, **more}


def seen_by_people() -> list[Json]:
    """What has results of its own with desk: by_hand."""
    return [
        {f"{COLLECTION}.{module}": {"order_files": "orders/"}} for module in ("cert_portfolio", "cert_application_info")
    ]


def failing(folder: pathlib.Path) -> list[Json]:
    """An order that is refused, for the results that only failures have."""
    wrong: Json = {"name": "wrong", "product": "no_such_product"}
    portfolio = {f"{COLLECTION}.cert_portfolio": {"orders": [wrong]}, "ignore_errors": True}
    return [portfolio, {f"{COLLECTION}.cert_application": {"order": wrong}, "ignore_errors": True}]


def failing_on_hosts(module: str, folder: pathlib.Path) -> list[Json]:
    """The order www with its key in a folder that is not there."""
    document = yaml.safe_load((folder / "orders/web.yml").read_text(encoding="utf-8"))
    lost = {**document["orders"][0], "key": {"path": f"{folder}/nowhere/www.key"}}
    lost["install"] = {"certificate": f"{folder}/nowhere/www.pem"}
    return [{f"{COLLECTION}.{module}": {"orders": [lost]}, "ignore_errors": True}]


def in_every_form(folder: pathlib.Path) -> list[Json]:
    """The order www with every file that one may ask for, and a look at a file that holds no certificate."""
    document = yaml.safe_load((folder / "orders/web.yml").read_text(encoding="utf-8"))
    order, certs = document["orders"][0], folder / "pki/certs"
    more = {form: f"{certs}/www-{form}" for form in ("full_chain", "combined", "pkcs12")}
    orders = [{**order, "install": {**order["install"], **more}}]
    install = {"orders": orders, "pkcs12_passphrases": {"www": "sesame opens"}}
    no_certificate = {"files": [{"path": str(folder / "orders/web.yml")}]}
    return [{f"{COLLECTION}.certificate_install": install}, {f"{COLLECTION}.certificate_file_info": no_certificate}]


def collected(desk: DeskControl) -> list[Json]:
    """Files for the example that installs what was collected earlier."""
    seen = {"url": f"{desk.url}/api/v1/applications/rsc00000002/certificate", "return_content": True}
    fetch = {
        "ansible.builtin.uri": {**seen, "headers": {"Authorization": f"Bearer {desk.register_token}"}},
        "register": "issued",
    }
    names = {"www.pem": "certificate", "www-chain.pem": "chain"}
    return [
        fetch,
        *(
            {"ansible.builtin.copy": {"dest": f"collected/{name}", "content": f"{{{{ issued.json.result.{part} }}}}"}}
            for name, part in names.items()
        ),
    ]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[list[Json]]:
    """The result of every task of every example."""
    folder = tmp_path_factory.mktemp("examples")
    (folder / "desk").mkdir()
    with running_desk(folder / "desk") as desk:
        prepared(folder, desk)
        (folder / "examples.yml").write_text(yaml.safe_dump(playbook(desk, folder)), encoding="utf-8")
        command = [str(commands_in(os.environ) / "ansible-playbook"), "-i", "inventory.yml", "examples.yml"]
        variables = environment(folder, desk)
        done = subprocess.run(
            command, cwd=folder, env=variables, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = (folder / "results.jsonl").read_text(encoding="utf-8").splitlines()
    yield [json.loads(line) for line in lines]


def environment(folder: pathlib.Path, desk: DeskControl) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "IIJ_CERT_"))}
    return {
        **kept,
        "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests/playbooks/callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "record_results",
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_NOCOLOR": "1",
        "IIJ_CERT_DESK_URL": desk.url,
        "IIJ_CERT_TOKEN": desk.order_token,
        "IIJ_CERT_WEBHOOK_URL": "http://127.0.0.1:1/",
        "RECORD_RESULTS": str(folder / "results.jsonl"),
        "XDG_STATE_HOME": str(folder / "state"),
    }


def results_of(module: str, recorded: list[Json]) -> list[Json]:
    return [row["result"] for row in recorded if row["action"] == module and row["outcome"] in ("ok", "failed")]


def test_every_module_has_its_play() -> None:
    assert sorted(itertools.chain.from_iterable(PLAYS.values())) == list(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_every_page_tells_how_the_module_behaves(module: str) -> None:
    page = documented(module)["DOCUMENTATION"]
    fragments = page["extends_documentation_fragment"]
    # check_mode, diff_mode, idempotent and the rest; a module that only reads has no diff.
    assert f"{COLLECTION}._attributes" in fragments
    reads = module.endswith(("_info", "_form", "_doctor"))
    assert reads == (f"{COLLECTION}._attributes.info" in fragments)


@pytest.mark.parametrize("module", MODULES)
def test_every_example_runs(module: str, recorded: list[Json]) -> None:
    wanted = [task["name"] for task in documented(module)["EXAMPLES"]]
    ended_well = [row["task"] for row in recorded if row["outcome"] == "ok"]
    assert [name for name in wanted if name not in ended_well] == []


@pytest.mark.parametrize("module", MODULES)
def test_every_returned_value_has_a_sample(module: str) -> None:
    """Or, where it would be in Japanese, words of it in the description: ansible-doc shows samples as escapes."""
    returned = dict(entries_of(documented(module)["RETURN"]))
    bare = {
        key: str(entry["description"]) for key, entry in returned.items() if not entry.keys() & {"sample", "contains"}
    }
    assert [key for key, description in bare.items() if description.isascii()] == []


@pytest.mark.parametrize("module", MODULES)
def test_results_are_what_the_page_says(module: str, recorded: list[Json]) -> None:
    returned = documented(module)["RETURN"]
    results = results_of(module, recorded)
    seen: set[str] = set()
    for result in results:
        own = {key: value for key, value in result.items() if key not in EVERY_RESULT and not key.startswith("_")}
        seen |= compare(own, returned, at=module)
    unseen = {key for key, _entry in entries_of(returned) if f"{module}.{key}" not in seen}
    assert unseen <= NOT_EVERYWHERE.get(module, set()), f"no result of the examples shows {sorted(unseen)}"


# What no example leads to, or only to a null; other tests look at these results.
NOT_EVERYWHERE: t.Final[dict[str, set[str]]] = {
    "cert_portfolio": {
        "forms",
        "look",
        "orders.error",
        "orders.late",
        "orders.renew_by",
        "orders.replaces",
        "orders.replaced",
        "orders.relinking",
        "orders.mail",
    },
    "csr_register": {"registrations.next_key_path"},
    "ledger_info": {"broken_line"},
    "status_notice": {"subject", "text"},  # nothing is due
}


def entries_of(returned: Json) -> t.Iterator[tuple[str, Json]]:
    for key, entry in returned.items():
        yield key, entry
        yield from ((f"{key}.{below}", inner) for below, inner in entries_of(entry.get("contains", {})))


def compare(value: Json, returned: Json, *, at: str) -> set[str]:
    """Every key of a result is documented with its type, and looks like its sample; gives the keys that were seen."""
    assert set(value) <= set(returned), f"{at}: {sorted(set(value) - set(returned))} not documented"
    seen = set()
    for key, part in value.items():
        entry, place = returned[key], f"{at}.{key}"
        if part is None:
            continue
        seen.add(place)
        assert type(part) is TYPES[entry["type"]], f"{place} is {part!r}, and the page says {entry['type']}"
        if entry.get("sample"):
            like_sample(part, entry["sample"], at=place)
        if "contains" in entry:
            for row in part if isinstance(part, list) else [part]:
                seen |= compare(row, entry["contains"], at=place)
    return seen


def like_sample(value: t.Any, sample: t.Any, *, at: str) -> None:
    """The sample has no key that the result lacks, and the same kinds of values."""
    if value is None or sample is None:
        return
    assert type(value) is type(sample), f"{at}: {value!r} and the sample {sample!r}"
    if isinstance(sample, dict):
        missing = sample.keys() - value.keys()
        assert not missing, f"{at}: the sample shows {sorted(missing)}, the result does not"
        for key in sample:
            like_sample(value[key], sample[key], at=f"{at}.{key}")
    elif isinstance(sample, list) and sample and isinstance(sample[0], dict):
        for row in value:
            like_sample(row, sample[0], at=at)
