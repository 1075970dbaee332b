# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The schema for editors agrees with the schema that judges: on every kind of order, and on orders just beside them."""

from __future__ import annotations

import copy
import itertools
import json
import pathlib
import re
import subprocess
import sys
import typing as t

import jsonschema
import pytest
import yaml
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.branches import find_branch
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.field_words import FIELD_WORDS
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.schema import find_shape_breaches
from every_order import ORIGINS, PRODUCTS, USAGES, Order, every_order, order_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from order_facts import loosest
from order_schema import file_schema, order_schema

ROOT = pathlib.Path(__file__).resolve().parents[5]
EXAMPLES = sorted((ROOT / "examples").glob("*/orders/*.yml"))


def as_in_ecma_262(_validator: t.Any, pattern: str, instance: t.Any, _schema: t.Any) -> t.Iterator[t.Any]:
    # JSON Schema takes its patterns from ECMA-262, where $ is the end and not also the place before a last newline.
    if isinstance(instance, str) and not re.search(re.sub(r"(?<!\\)\$(?=$|\))", r"\\Z", pattern), instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")


Validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": as_in_ecma_262})
ORDER, FILE = Validator(order_schema()), Validator(file_schema())


def named(order: Order) -> str:
    return "-".join(order.get(field, "") for field in ("product", "usage", "csr_origin", "contract_id"))


def told(order: Order) -> bool:
    return not find_shape_breaches(order, find_branch(order))[1]


# Combinations that rules beyond the shape refuse are shapes too.
BOUGHT = tuple(
    order_of(product, usage, origin)
    for product, usage, origin in itertools.product(PRODUCTS, USAGES, ORIGINS)
    if usage == "other" or origin == "service"
)
# An order that names its application need not repeat what was asked to get there.
ASKED_ONCE = (
    "terms_agreed",
    "applicant",
    "host",
    "key",
    "subject",
    "approval_email",
    "certificate_transparency",
    "csr_path",
)
ALL = BOUGHT + tuple(
    {name: value for name, value in order.items() if name not in ASKED_ONCE} | {"contract_id": "rsc00000001"}
    for order in BOUGHT
    if order["csr_origin"] == "service"
)

# What JSON Schema does not tell, each with its reason. The check of the orders does tell all of it.
DIFFERENCES: dict[str, tuple[dict[str, t.Any], str]] = {
    "whole numbers": ({"generation": 2.0}, "to JSON Schema 2.0 is a whole number, to YAML it is none"),
    "zones": ({"common_name": "www.internal"}, "the zones that nobody owns would be listed in a second place"),
    "reverse zones": ({"common_name": "1.in-addr.arpa"}, "the same"),
}


@pytest.mark.parametrize("schema", [order_schema(), file_schema()], ids=["order", "file"])
def test_the_schemas_are_schemas(schema: dict[str, t.Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    assert "unofficial" in schema["title"]


@pytest.mark.parametrize("order", ALL, ids=named)
def test_every_kind_of_order_is_accepted_by_both(order: Order) -> None:
    assert told(order) and ORDER.is_valid(order)
    assert FILE.is_valid({"version": 1, "orders": [order]})


@pytest.mark.parametrize("order", ALL, ids=named)
def test_one_field_less_or_more_is_judged_alike(order: Order) -> None:
    for field in order:
        less = {name: value for name, value in order.items() if name != field}
        assert told(less) == ORDER.is_valid(less), field
    for field, value in itertools.chain.from_iterable(other.items() for other in ALL[::5]):
        more = {**order, field: value}
        assert told(more) == ORDER.is_valid(more), (field, value)


TEXTS = st.sampled_from(
    (
        *(
            "",
            " ",
            "x",
            "-",
            ".-",
            "a b",
            "a\n",
            "www.example.jp\n",
            "SG00000001\n",
            "SG1234567",
            "/x",
            "/",
            "x/",
            "{{ x }}",
        ),
        *(
            "*.example.jp",
            "*.*.example.jp",
            "www.example.123",
            "xn--a.jp",
            "ab--c.jp",
            "a_b.jp",
            "-a.jp",
            "1.2.3.4",
            "::1",
        ),
        *("WWW.EXAMPLE.JP", "localhost", "a." * 31 + "jp", "a" * 64 + ".jp", "\u212a.jp", "例.jp", "example.jp."),
        *(
            "a@b",
            "a@b.c",
            "a b@c.d",
            "a@b..c",
            "a@@b.c",
            "０6００",
            "0600",
            "644",
            "888",
            "06000",
            "RSA",
            "P-256",
            "P-521",
        ),
        *(
            "service",
            "target",
            "other",
            "linked_service",
            "cancelled",
            "6 months",
            "1 year",
            "quick_ssl",
            "クイック認証SSL",
        ),
        *(
            "x" * 64,
            "x" * 65,
            "x" * 128,
            "x" * 129,
            "Tokyo~",
            "Tokyo\\",
            "[x]^-",
            "id_gateway",
            "セキュア・サーバID EV",
        ),
    )
)
VALUES = (
    TEXTS
    | st.text(st.characters(exclude_categories=("C", "Z")) | st.sampled_from(" \t\x1b\u3000\u200b"), max_size=8)
    | st.sampled_from((None, True, False, 0, 1, -1, 2, 0.5, 2048, 2047, 3072.0, [], {}, ["x"]))
)
FIELDS = sorted({name for path in loosest() for name in path} | {"colour", "Name", ""})


@st.composite
def near_orders(draw: st.DrawFn) -> Order:
    """A right order, changed at one to three places."""
    order = copy.deepcopy(draw(st.sampled_from(ALL)))
    for _change in range(draw(st.integers(1, 3))):
        places = [order, *(value for value in order.values() if isinstance(value, dict))]
        place = draw(st.sampled_from(places))
        kind = draw(st.integers(0, 3))
        if kind == 0 and place:
            del place[draw(st.sampled_from(sorted(place)))]
        elif kind == 1 and place:
            place[draw(st.sampled_from(sorted(place)))] = copy.deepcopy(draw(VALUES))
        elif kind == 2:
            place[draw(st.sampled_from(FIELDS))] = copy.deepcopy(draw(VALUES))
        else:
            other = draw(st.sampled_from(ALL))
            field = draw(st.sampled_from(sorted(other)))
            order[field] = copy.deepcopy(other[field])
    return order


@settings(max_examples=2000, derandomize=True, suppress_health_check=list(HealthCheck))
@given(near_orders())
def test_both_accept_or_both_refuse(order: Order) -> None:
    accepted = told(order)
    assert ORDER.is_valid(order) == accepted, json.dumps(order, ensure_ascii=False)
    if accepted:
        assert FILE.is_valid({"version": 1, "orders": [order]})


@pytest.mark.parametrize("name", DIFFERENCES)
def test_what_json_schema_does_not_tell(name: str) -> None:
    changed, reason = DIFFERENCES[name]
    order = order_of("sureserver_cloud", "other", "target") | changed
    assert ORDER.is_valid(order) and not told(order), reason


def test_defaults_may_give_what_an_order_does_not_state() -> None:
    order = order_of("quick_ssl", "other", "target")
    for field in order:
        defaults = {name: value for name, value in order.items() if name != field}
        assert FILE.is_valid({"version": 1, "defaults": defaults, "orders": [{field: order[field]}]})


def test_an_order_file_is_refused_for_what_it_states_itself() -> None:
    stated = {"name": "www", "product": "SureServer for クラウド"}
    assert FILE.is_valid({"version": 1, "orders": [stated]})
    assert not FILE.is_valid({"version": 1, "orders": [stated | {"approval_email": "admin@example.jp"}]})
    assert not FILE.is_valid({"version": 1, "orders": [{"comon_name": "www.example.jp"}]})
    assert not FILE.is_valid({"version": 1, "defaults": {"comon_name": "www.example.jp"}, "orders": []})
    assert not FILE.is_valid({"version": 2, "orders": []}) and not FILE.is_valid({"version": 1})
    assert FILE.is_valid(
        {"version": 1, "defaults": None, "orders": [{"term": "{{ term }}", "key": {"path": "{{ key }}"}}]}
    )


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_are_right_and_name_their_schema(path: pathlib.Path) -> None:
    text = path.read_text(encoding="utf-8")
    FILE.validate(yaml.safe_load(text))
    (line,) = re.findall(r"^# yaml-language-server: \$schema=(\S+)$", text, re.MULTILINE)
    assert json.loads((path.parent / line).read_text(encoding="utf-8")) == file_schema()


def test_every_field_has_its_words() -> None:
    assert set(FIELD_WORDS) == {".".join(path) for path in loosest()}


def test_the_shipped_schema_is_what_the_code_says() -> None:
    subprocess.run([sys.executable, ROOT / "tests" / "generate" / "json_schema.py", "--check"], check=True)


def test_every_order_is_one_that_the_rules_accept_too() -> None:
    assert len(every_order()) >= len(PRODUCTS)


def undescribed(schema: t.Any, path: str) -> t.Iterator[str]:
    """The fields of a schema that an editor could say nothing about."""
    if isinstance(schema, dict):
        for field, below in schema.get("properties", {}).items():
            if below is not False and not below.get("description"):
                yield f"{path}.{field}"
            yield from undescribed(below, f"{path}.{field}")
        for branch in schema.get("anyOf", []):
            yield from undescribed(branch, path)


def test_an_editor_has_words_for_every_field() -> None:
    schema = file_schema()
    assert len(schema["$defs"]["order"]["properties"]) > 15
    assert list(undescribed(schema, "file")) == list(undescribed(schema["$defs"]["order"], "order")) == []


def test_the_editor_settings_name_the_schema() -> None:
    settings_ = json.loads((ROOT / "examples" / "editor" / "settings.json").read_text(encoding="utf-8"))
    ((path, globs),) = settings_["yaml.schemas"].items()
    assert (ROOT / path.partition("iij/server_certificate/")[2]).is_file() and globs[0] == "orders/**/*.yml"
