# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host is asked is shown as a whole on every page that is approved, and no two askings look the same."""

from __future__ import annotations

import dataclasses as dc
import html
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.vaulted import Vaulted
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.host_part import (
    describe_changes,
    list_changes,
    make_host_part,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import Frame, describe_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.pages import write_reports
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.text import render_text
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Install, Key, Reload
from hypothesis import given
from hypothesis import strategies as st
from portfolios import MADE_AT, OV, DeskInMemory, portfolio, rules_broken

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

LONG = "/srv/" + "/".join("ab" * 10 for _ in range(25))
ROLES = ("certificate", "chain", "full_chain", "combined")
INSTALL = {
    **{role: f"{LONG}/{role}.pem" for role in ROLES},
    "issuer": "B" * 200,
    "owner": "app",
    "group": "app",
    "mode": "0640",
    "was_at": [f"{LONG}/former{number}.pem" for number in range(20)],
    "reload": {"service": "forge"},
}
LONGEST = OV | {"key": {"path": f"{LONG}/www.key", "owner": "mallory"}, "install": INSTALL}


def no_commands(_host: str | None) -> dict[str, str]:
    return {}


def reports(order: Order, folder: pathlib.Path) -> dict[str, str]:
    plan = make_plan([order], observe(DeskInMemory(rows=[]), [order], portfolio="p"), portfolio="p")
    frame = Frame(portfolio="p", part=None, prices=None, lang="en", made_at=MADE_AT, commands_of=no_commands, before={})
    document = describe_plan(plan, frame, planned=True)
    write_reports(document, str(folder), name="plan")
    pages = {form: html.unescape((folder / f"plan.{form}").read_text()) for form in ("md", "html", "approval.html")}
    return {**pages, "text": render_text(document, "en")}


def test_no_page_cuts_what_a_host_is_asked(tmp_path: pathlib.Path) -> None:
    (order,) = portfolio(LONGEST)
    part = make_host_part(order, no_commands)
    assert set(part) == {
        "host", "key.path", "key.owner", "install.issuer", "install.owner", "install.group", "install.mode",
        "install.was_at", "install.reload", *(f"install.{role}" for role in ROLES),
    }  # fmt: skip
    for page, shown in reports(order, tmp_path).items():
        for field, value in part.items():
            lines = [line for line in shown.splitlines() if f"{field}: " in line and f"-> {value}" in line]
            assert len(lines) == 1, (page, field)


@pytest.mark.parametrize(
    ("place", "most"),
    [*((("install", name), 4_096) for name in ROLES), (("key", "path"), 4_096), (("key", "csr_path"), 4_096),
     *((("install", name), 200) for name in ("issuer", "owner", "group")), (("key", "owner"), 200),
     (("key", "group"), 200)],
)  # fmt: skip
def test_an_order_asks_nothing_that_is_too_long_to_be_shown(place: tuple[str, str], most: int) -> None:
    part, name = place
    for length, broken in ((most, []), (most + 1, ["TEXT-LENGTH"])):
        text = ("/" + "a" * length)[:length]
        assert rules_broken([OV | {part: {**t.cast("dict[str, t.Any]", OV[part]), name: text}}]) == broken


def test_former_files_are_few_enough_to_be_shown() -> None:
    paths = [f"/srv/{number}.pem" for number in range(21)]
    for few, broken in ((paths[:20], []), (paths, ["VALUE-TYPE"]), (["/" + "a" * 4_096], ["TEXT-LENGTH"])):
        assert rules_broken([OV | {"install": OV["install"] | {"was_at": few}}]) == broken


def test_what_was_before_cannot_flood_a_page() -> None:
    (line,) = describe_changes(list_changes({"x" * 9_000: "y" * 999_999}, {}))
    assert len(line) < 101_000


TEXTS = st.text(st.sampled_from('a/,-" \\>(:\u3164\u115f'), min_size=1, max_size=9)
ODD = st.sampled_from(
    ("-", "true", "(vaulted, sha256:0123456789abcdef)", '"(vaulted, sha256:0123456789abcdef)"', "a -> b",
     "x, key.mode: 0600 -> 0640", "service nginx", "/srv/a, /srv/b")
)  # fmt: skip
WORDS = st.one_of(TEXTS, ODD)
VALUES = st.one_of(st.none(), WORDS, WORDS.map(lambda text: Vaulted("secret", sealed=text)))
PATHS = WORDS.map(lambda text: f"/{text}")
FORMER = st.lists(st.one_of(PATHS, PATHS.map(lambda path: Vaulted("/secret", sealed=path))), max_size=3).map(tuple)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    (order,) = portfolio(OV)
    install = dc.replace(
        t.cast("Install", order.install), owner=draw(VALUES), issuer=draw(VALUES), was_at=draw(FORMER),
        reload=Reload(service=draw(st.sampled_from(("nginx", "a")))),
    )  # fmt: skip
    key = dc.replace(t.cast("Key", order.key), path=draw(PATHS), owner=draw(VALUES))
    return dc.replace(order, key=key, install=install)


def spelt(value: t.Any) -> t.Any:
    """Return what a value is, a vaulted one by its seal."""
    if isinstance(value, Vaulted):
        return ("vaulted", value.sealed)
    if isinstance(value, tuple):
        return tuple(map(spelt, value))
    if dc.is_dataclass(value) and not isinstance(value, type):
        return {field.name: spelt(getattr(value, field.name)) for field in dc.fields(value)}
    return value


@given(one=orders(), other=orders())
def test_different_askings_have_different_texts(one: Order, other: Order) -> None:
    same = spelt((one.key, one.install)) == spelt((other.key, other.install))
    assert (make_host_part(one, no_commands) == make_host_part(other, no_commands)) is same
    first, second = (
        "\n".join(describe_changes(list_changes({}, make_host_part(o, no_commands)))) for o in (one, other)
    )
    assert (first == second) is same
    assert all(line.isprintable() for line in (*first.splitlines(), *second.splitlines()))


@given(before=orders(), after=orders())
def test_a_change_is_read_in_one_way_only(before: Order, after: Order) -> None:
    for line in describe_changes(list_changes(make_host_part(before, no_commands), make_host_part(after, no_commands))):
        assert line.count(" -> ") == 1


def test_ordinary_askings_keep_the_text_that_plans_were_saved_with() -> None:
    was_at = ("/srv/a b.pem", "/srv/b.key")
    (order,) = portfolio(OV)
    install = dc.replace(t.cast("Install", order.install), was_at=was_at, issuer="Some CA, Ltd.", owner="app")
    part = make_host_part(dc.replace(order, install=install), no_commands)
    assert part["install.was_at"] == "/srv/a b.pem, /srv/b.key"
    assert (part["install.issuer"], part["install.owner"]) == ("Some CA, Ltd.", "app")
