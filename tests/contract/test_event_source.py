# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source as the rule engine runs it, against a desk: each thing once, whatever fails in between."""

from __future__ import annotations

import asyncio
import contextlib
import pathlib
import re
import runpy
import typing as t

import pytest
import yaml
from ansible_collections.iij.server_certificate.plugins.module_utils._argspec import DESK_OPTIONS, order_events
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.adapter import ApiDesk
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

Event = dict[str, t.Any]
Step = t.Callable[[], object]

# Where the collection is installed, for the source finds the rest of it from its own path.
HOME: t.Final = pathlib.Path(__file__).resolve().parents[2] / "collections/ansible_collections/iij/server_certificate"
SOURCE: t.Final = HOME / "extensions/eda/plugins/event_source/orders.py"


@pytest.fixture
def arguments(tmp_path: pathlib.Path) -> Event:
    """Those of the example on the source's page, with the desk and the places of this test."""
    (example,) = yaml.safe_load(runpy.run_path(str(SOURCE))["EXAMPLES"])
    return {
        **example["iij.server_certificate.orders"],
        "order_files": str(tmp_path / "orders.yml"),
        "desk_url": "http://127.0.0.1:9",
        "desk_token": "nobody's",
        "expiring_days": [400],
        "deadline_days": [40],
        "memory_path": str(tmp_path / "told" / "told.json"),
        "lang": "en",
        "eda_feedback_queue": None,
    }


def written(arguments: Event, *orders: sample.Fields) -> None:
    content = yaml.safe_dump({"version": 1, "orders": list(orders)}, sort_keys=False)
    pathlib.Path(arguments["order_files"]).write_text(content, encoding="utf-8")


def heard(arguments: Event, *steps: Step) -> list[list[tuple[str, str]]]:
    """Order and kind of what the source tells at its first look, and at its next look after each of the steps."""
    return asyncio.run(_heard(arguments, steps))


async def _heard(arguments: Event, steps: tuple[Step, ...]) -> list[list[tuple[str, str]]]:
    told: list[list[tuple[str, str]]] = []
    queue: asyncio.Queue[Event] = asyncio.Queue()
    looked, go = asyncio.Semaphore(0), asyncio.Semaphore(0)

    async def pause(_seconds: float) -> None:
        looked.release()
        await go.acquire()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio, "sleep", pause)
        source = asyncio.create_task(runpy.run_path(str(SOURCE))["main"](queue, arguments))
        for step in (None, *steps):
            if step:
                step()
                go.release()
            pausing = asyncio.create_task(looked.acquire())
            await asyncio.wait({source, pausing}, return_when=asyncio.FIRST_COMPLETED)
            if source.done():
                source.result()
            events = [queue.get_nowait() for _ in range(queue.qsize())]
            told.append(sorted((event["order"], event["kind"]) for event in events))
        source.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await source
    return told


def nothing() -> None:
    """No step at all: the same desk, the same orders."""


def test_each_thing_is_told_once_whatever_fails_in_between(
    desk: DeskControl, api: ApiDesk, arguments: Event, caplog: pytest.LogCaptureFixture
) -> None:
    arguments |= {"desk_url": desk.url, "desk_token": desk.order_token}
    names = ("good", "bad", "late")
    orders = [sample.fields(name=name, common_name=f"{name}.example.jp") for name in names]
    for name in names:
        order = sample.order(name=name, common_name=f"{name}.example.jp")
        application = api.place(order, f"default/{name}/1")
        if name != "late":
            api.register(application, order, None)
    contracts = {row["client_reference"].split("/")[1]: contract for contract, row in desk.list_applications().items()}
    written(arguments, *orders)
    told = heard(
        arguments,
        nothing,
        lambda: desk.ca_reject(contracts["bad"], reason="No such company"),
        lambda: written(arguments, *orders, {"name": "wrong"}),
        lambda: written(arguments, *orders),
        lambda: desk.faults({"name": "token_revoked", "method": "GET", "path": "/applications"}),
        desk.no_faults,
        lambda: desk.ca_work(contracts["good"]),
        # An expiry is reported in the last third of a life, by the desk's clock; silence has renewed by then.
        lambda: desk.control("PUT", "/clock", {"advance_days": 178}),
        nothing,
    )
    assert told[0] == [("bad", "waiting"), ("good", "waiting")]
    assert told[1:3] == [[], [("bad", "rejected")]]
    assert told[3:7] == [[("", "unreadable")], [], [("", "unreadable")], []]
    assert told[7] == []
    over = [("good", "expiring"), ("good", "late"), ("good", "waiting"), ("late", "withdrawn")]
    assert told[8:] == [over, []]
    failures = [record.getMessage() for record in caplog.records if "iij.server_certificate" in record.getMessage()]
    assert len(failures) == 2 and "order wrong" in failures[0] and desk.order_token not in caplog.text
    # After a restart the memory speaks.
    assert heard(arguments) == [[]]
    assert heard({**arguments, "memory_path": None}) == [[("bad", "rejected"), *over]]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"intervall": 5}, "intervall"),
        ({"order_files": None}, "order_files"),
        ({"desk_url": None}, "desk_url"),
        ({"desk_url": None, "lang": "ja"}, "desk_url がありません"),
        ({"interval": "often"}, "interval"),
        ({"vault_password_file": "/no/such/file"}, "/no/such/file"),
    ],
)
def test_a_source_that_cannot_work_says_so_at_once(arguments: Event, changes: Event, words: str) -> None:
    given = {name: value for name, value in {**arguments, **changes}.items() if value is not None}
    with pytest.raises(Exception, match=words):
        heard(given)


def test_documentation_and_rulebook_fit_the_source() -> None:
    documented = yaml.safe_load(runpy.run_path(str(SOURCE))["DOCUMENTATION"])["options"]
    own = order_events().argument_spec.keys() - set(DESK_OPTIONS)
    assert own | {"desk_url"} == documented.keys()
    defaults = {name: option.get("default") for name, option in order_events().argument_spec.items() if name in own}
    assert {name: documented[name].get("default") for name in own} == defaults
    (rules,) = yaml.safe_load((HOME / "extensions/eda/rulebooks/orders.yml").read_text(encoding="utf-8"))
    (source,) = rules["sources"]
    assert source["iij.server_certificate.orders"].keys() <= own
    kinds = {kind for rule in rules["rules"] for kind in re.findall(r'"(\w+)"', rule["condition"])}
    assert kinds == {"expiring", "deadline", "late", "waiting", "rejected", "withdrawn", "cancelled", "revoked"} | {
        "unreadable"
    }
