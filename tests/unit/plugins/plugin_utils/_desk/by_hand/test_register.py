# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The register of desk: by_hand: read with the place of every mistake, changed without losing what people wrote."""

from __future__ import annotations

import datetime as dt
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import locks
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import (
    OptionsWrong,
    OrdersRefused,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.adapter import ByHandDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.register import (
    Register,
    lock_register,
    read_register,
    read_text,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.register_text import change_text
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.rows import FIELDS
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.choice import open_desk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import NotOnline, StateConflict
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from hypothesis import given
from hypothesis import strategies as st

ONE: t.Final = {
    "contract_id": "rsc00000005",
    "common_name": "www.example.jp",
    "product": "quick_ssl",
    "state": "applied",
}
WRITTEN: t.Final = """\
---
# kept by the web team
version: 1
contracts:
  # the shop; ask Sato before cancelling
  - contract_id: rsc00000003  # from the mail of 11-20
    client_reference: default/shop/1
    common_name: "*.shop.example.jp"
    product: quick_ssl_wildcard
    term: 6 months
    state: awaiting_registration  # until 12-20
    ordered_at: 2026-11-20

  - contract_id: rsc00000007
    common_name: api.example.jp
    product: sureserver_cloud
    state: issued
    not_after: 2027-05-25T23:59:59Z
    serial_number: "123456"
# the end
"""


def register(text: str = WRITTEN) -> Register:
    return read_text(pathlib.Path("register.yml"), text)


def complaints(text: str) -> list[tuple[str, int, str]]:
    with pytest.raises(OrdersRefused) as refused:
        register(text)
    return [(c.rule, c.place.line, c.field) for c in refused.value.complaints]


def test_a_changed_value_leaves_all_else_as_it_was() -> None:
    read = register()
    row = {**read.rows["rsc00000003"], "state": "applied", "registered_at": "2026-11-26"}
    text = read.change_rows({"rsc00000003": row})
    assert text == WRITTEN.replace("state: awaiting_registration  #", "state: applied  #").replace(
        "    ordered_at: 2026-11-20\n", "    ordered_at: 2026-11-20\n    registered_at: 2026-11-26\n"
    )


def test_a_new_contract_comes_to_its_place() -> None:
    read = register()
    text = read.change_rows({"rsc00000005": ONE, "rsc00000001": {**ONE, "contract_id": "rsc00000001"}})
    assert list(register(text).rows) == ["rsc00000001", "rsc00000003", "rsc00000005", "rsc00000007"]
    assert text.index("rsc00000001") < text.index("# the shop") < text.index("rsc00000003")
    assert text.endswith("# the end\n")


@pytest.mark.parametrize(
    "empty",
    [
        "version: 1\ncontracts: []\n",
        "contracts: []\nversion: 1",
        "# ours\nversion: 1\ncontracts: []  # none yet\n# end\n",
    ],
)
def test_the_first_contract_leaves_what_is_around_it(empty: str) -> None:
    text = register(empty).change_rows({"rsc00000005": ONE})
    assert register(text).rows == {"rsc00000005": ONE}
    assert [part for part in ("# ours", "# none yet", "# end") if part in empty and part not in text] == []


def test_a_value_is_taken_away() -> None:
    read = register()
    row = {name: value for name, value in read.rows["rsc00000007"].items() if name != "serial_number"}
    assert read.change_rows({"rsc00000007": row}) == WRITTEN.replace('    serial_number: "123456"\n', "")


def test_nothing_changes_where_nothing_is_new() -> None:
    read = register()
    assert read.change_rows(read.rows) == WRITTEN


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\ncontracts: [{contract_id: a, common_name: b.jp, product: p, state: applied}]\n",
        "version: 1\ncontracts:\n  - {contract_id: a, common_name: b.jp, product: p, state: applied}\n",
    ],
)
def test_a_form_that_cannot_be_changed_is_named_and_left_alone(text: str) -> None:
    with pytest.raises(OptionsWrong, match="Nothing was recorded"):
        register(text).change_rows({"rsc00000005": ONE})


TEXTS: t.Final = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=30)
VALUES: t.Final = {
    "reason": TEXTS.map(str.strip).filter(bool) | st.sampled_from(["2026-11-26", "2026-13-45", "2026-11: {}", "null"]),
    "state": st.sampled_from([state.value for state in State if state is not State.UNCLEAR]),
    "client_reference": st.from_regex(r"[a-z]{1,8}/[a-z0-9.-]{1,8}/[1-9]", fullmatch=True),
    "serial_number": st.from_regex(r"[0-9a-f]{1,20}", fullmatch=True),
    "not_after": st.dates(dt.date(2001, 1, 1), dt.date(2099, 1, 1)).map(str),
    "confirmations": st.lists(st.sampled_from(["domain", "intention"]), min_size=1, max_size=2),
}
CHANGES: t.Final = st.dictionaries(
    st.from_regex(r"rsc0000000[0-9]", fullmatch=True),
    st.fixed_dictionaries({}, optional=VALUES),
    min_size=1,
    max_size=4,
)


@given(CHANGES, st.sampled_from([WRITTEN, "version: 1\ncontracts: []\n"]))
def test_whatever_is_changed_is_read_again_and_comments_stay(changes: dict[str, dict[str, t.Any]], text: str) -> None:
    """The text that is written means the rows that were asked for: any fields, any texts, any contracts."""
    rows = register(text).rows
    wanted = {key: {**rows.get(key, {**ONE, "contract_id": key}), **change} for key, change in changes.items()}
    references = [row.get("client_reference") for row in {**rows, **wanted}.values()]
    if len(set(references) - {None}) < len([r for r in references if r]):
        return
    after = register(text).change_rows(wanted)
    assert register(after).rows == {**rows, **wanted}
    assert [line for line in text.splitlines() if line.strip().startswith("#")] == [
        line for line in after.splitlines() if line.strip().startswith("#") and line in text.splitlines()
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("state: issued", "state: isued", ("REGISTER-VALUE", 18, "contracts[1].state")),
        ("rsc00000007", "rsc00000003", ("REGISTER-TWICE", 14, "contracts[1].contract_id")),
        ("term: 6", "turm: 6", ("KEY-UNKNOWN", 10, "contracts[0].turm")),
        ("    state: issued\n", "", ("KEY-MISSING", 14, "contracts[1]")),
        ("2026-11-20\n", "yesterday\n", ("REGISTER-VALUE", 12, "contracts[0].ordered_at")),
        ('"123456"', "123456", ("REGISTER-VALUE", 19, "contracts[1].serial_number")),
        ("    common_name: api", "    state: applied\n    common_name: api", ("YAML-DUPLICATE-KEY", 18, "")),
        ("version: 1", "version: 2", ("REGISTER-CONTENT", 3, "")),
    ],
)
def test_each_mistake_is_told_with_its_line(old: str, new: str, told: tuple[str, int, str]) -> None:
    assert old in WRITTEN
    (found,) = complaints(WRITTEN.replace(old, new, 1))
    assert (found[0], found[2]) == (told[0], told[2])
    assert abs(found[1] - told[1]) <= 1


def desk_with(folder: pathlib.Path, text: str = WRITTEN, *, today: str = "2026-11-26") -> ByHandDesk:
    (folder / "register.yml").write_text(text, encoding="utf-8")
    return ByHandDesk(str(folder), now=lambda: dt.datetime.fromisoformat(f"{today}T00:00:00+00:00"))


def test_the_register_is_the_desk(tmp_path: pathlib.Path) -> None:
    shop, api = desk_with(tmp_path).list_applications()
    assert (shop.client_reference, shop.state, shop.next_action_by) == (
        "default/shop/1",
        State.AWAITING_REGISTRATION,
        "service_admin",
    )
    assert shop.ordered_at == dt.datetime.fromisoformat("2026-11-20T00:00:00+09:00")
    assert (api.state, api.usage, api.live) == (State.ISSUED, None, True)


def test_time_goes_on_for_what_is_recorded(tmp_path: pathlib.Path) -> None:
    assert [app.state for app in desk_with(tmp_path, today="2027-05-27").list_applications()][1] is State.EXPIRED


def test_nothing_is_ever_done_by_a_task(tmp_path: pathlib.Path) -> None:
    desk = desk_with(tmp_path)
    application: t.Any = desk.list_applications()[0]
    order: t.Any = None
    with pytest.raises(NotOnline):
        desk.place(order, "x")
    with pytest.raises(NotOnline):
        desk.cancel(application)
    with pytest.raises(StateConflict, match="certificate_inbox"):
        desk.fetch_certificate(application)


def test_a_folder_without_a_register_is_no_empty_desk(tmp_path: pathlib.Path) -> None:
    with pytest.raises(OptionsWrong, match="everything would look unordered"):
        read_register(str(tmp_path))
    with pytest.raises(OptionsWrong, match="there is no register"), lock_register(str(tmp_path / "nowhere")):
        pass


def test_the_folder_has_to_be_named() -> None:
    with pytest.raises(OptionsWrong, match=r"desk_folder missing.*IIJ_CERT_DESK_FOLDER"):
        open_desk({"desk": "by_hand", "desk_folder": None})


def test_fields_are_written_in_one_order() -> None:
    text = change_text("version: 1\ncontracts: []\n", {"rsc00000005": dict.fromkeys(reversed(FIELDS), "x") | ONE})
    assert [line.strip(" -").partition(":")[0] for line in text.partition("contracts:\n")[2].splitlines()] == list(
        FIELDS
    )


def test_a_folder_that_another_process_has_locked_is_not_waited_for_without_an_end(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any account that may read the folder can lock it."""
    monkeypatch.setattr(locks, "PATIENCE", 0)
    folder = str(tmp_path)
    with (
        lock_register(folder),
        pytest.raises(OptionsWrong, match=r"locked for 0 seconds.* fuser -v"),
        lock_register(folder),
    ):
        pass
    with lock_register(folder):
        pass
