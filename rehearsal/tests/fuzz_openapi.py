# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Thousands of requests drawn from the OpenAPI document: no answer of 5xx, and none that it does not describe.

As a script: `python fuzz_openapi.py [CASES]` fuzzes a desk of its own and prints figures; the exit code is 1 when an
answer was wrong.
"""

from __future__ import annotations

import collections
import dataclasses as dc
import pathlib
import random
import sys
import tempfile
import time
import typing as t

import hypothesis
import requests
import schemathesis
from rehearsed import Body, Rehearsal, linked_order, order, registration, served, settings_for
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup

_CHECKS: t.Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
# Bodies and parameters that break the document are refused. In a query, though, one value is a list of one already, so
# whatever is drawn as no list for this call's repeatable filter is one.
_REFUSES: t.Final = "negative_data_rejection"
_TAKES_ANY_FILTER: t.Final = "GET /api/v1/applications"

_CASES: t.Final = 6_000
_SEED: t.Final = 20261122


def _order(chance: random.Random, _case: t.Any) -> Body:
    name = f"www{chance.randrange(50)}.example.jp"
    return order(client_reference=f"default/drawn{chance.randrange(100)}/1", common_name=name)


def _quote(chance: random.Random, case: t.Any) -> Body:
    return {name: value for name, value in _order(chance, case).items() if name != "client_reference"}


# Bodies for these calls that keep every rule.
_KEEPS_EVERY_RULE: t.Final[dict[str, t.Callable[[random.Random, t.Any], Body]]] = {
    "POST /api/v1/applications": _order,
    "POST /api/v1/quotes": _quote,
    "PUT /api/v1/applications/{contract_id}/registration": lambda _chance, _case: registration(),
    "POST /api/v1/applications/{contract_id}/cancellation": lambda _chance, case: dict(case.path_parameters),
}


@dc.dataclass
class Figures:
    """What a run has seen."""

    statuses: collections.Counter[int] = dc.field(default_factory=collections.Counter)
    operations: collections.Counter[str] = dc.field(default_factory=collections.Counter)
    failures: list[str] = dc.field(default_factory=list)

    @property
    def cases(self) -> int:
        return self.operations.total()


def inhabited(desk: Rehearsal) -> list[str]:
    """The contract IDs of a few applications in different states."""
    placed = [desk.place(client_reference=f"default/fuzz{number}/1")["contract_id"] for number in range(6)]
    placed.append(desk.place(**linked_order(client_reference="default/linked/1"))["contract_id"])
    for contract_id in placed[:4]:
        desk.register(contract_id)
    desk.control("POST", "/ca/contact", {"contract_ids": placed[2:4]})
    desk.control("POST", "/ca/work", {"contract_ids": placed[:2]})
    cancel = {"contract_id": placed[5]}
    desk.api("POST", f"/applications/{placed[5]}/cancellation", cancel)
    return placed


def fuzz(desk: Rehearsal, *, cases: int, seed: int = _SEED) -> Figures:
    """Ask every call of the document about equally often."""
    placed = inhabited(desk)
    load_all_checks()
    schema = schemathesis.openapi.from_dict(requests.get(f"{desk.url}/openapi.json", timeout=10).json())
    operations: list[t.Any] = [t.cast("t.Any", found).ok() for found in schema.get_all_operations()]
    figures = Figures()
    chance = random.Random(seed)
    # Faults break the document on purpose, so this call comes last, and what it switches on meets nobody.
    operations.sort(key=lambda operation: operation.label == "PUT /rehearsal/faults")
    for operation in operations:
        _fuzz_one(operation, desk=desk, placed=placed, count=-(-cases // len(operations)), chance=chance, into=figures)
    return figures


def _fuzz_one(
    operation: t.Any, *, desk: Rehearsal, placed: list[str], count: int, chance: random.Random, into: Figures
) -> None:
    session = requests.Session()
    token = desk.control_token if operation.path.startswith("/rehearsal") else desk.order_token
    names = (*_CHECKS, *(() if operation.label == _TAKES_ANY_FILTER else (_REFUSES,)))
    checks = [CHECKS.get_one(name) for name in names]

    def ask(case: t.Any) -> None:
        # Most random contract IDs name nothing, so half of them are replaced by ones that do.
        if "contract_id" in case.path_parameters and chance.random() < 0.5:
            case.path_parameters["contract_id"] = chance.choice(placed)
        # Drawn bodies hardly ever keep every rule of the desk, so some are replaced by ones that do.
        if (made := _KEEPS_EVERY_RULE.get(operation.label)) is not None and chance.random() < 0.4:
            case.body = made(chance, case)
        shown = token if chance.random() < 0.97 else "nonsense"
        case.headers = {**dict(case.headers or {}), "Authorization": f"Bearer {shown}"}
        answer = case.call(base_url=desk.url, session=session)
        into.operations[operation.label] += 1
        into.statuses[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=checks)
        except FailureGroup as group:
            into.failures += [f"{operation.label}: {answer.status_code}: {failure}" for failure in group.exceptions]

    settings = hypothesis.settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    # Mostly requests as described, and some that are not.
    strategy = (
        operation.as_strategy() | operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)
        if _can_be_wrong(operation)
        else operation.as_strategy()
    )
    drawn: t.Any = hypothesis.given(strategy)
    settings(drawn(ask))()


def _can_be_wrong(operation: t.Any) -> bool:
    return bool(operation.body or operation.query or operation.path_parameters)


def main(arguments: list[str]) -> int:
    cases = int(arguments[0]) if arguments else _CASES
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch, served(settings_for(pathlib.Path(scratch) / "desk.sqlite3")) as desk:
        figures = fuzz(desk, cases=cases)
    statuses = ", ".join(f"{status}: {count}" for status, count in sorted(figures.statuses.items()))
    for failure in figures.failures[:20]:
        print(failure, file=sys.stderr)
    print(
        f"{figures.cases} cases of {len(figures.operations)} calls in {time.monotonic() - started:.0f} s;"
        f" answers {statuses}; {len(figures.failures)} wrong"
    )
    return 1 if figures.failures or figures.cases < cases else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
