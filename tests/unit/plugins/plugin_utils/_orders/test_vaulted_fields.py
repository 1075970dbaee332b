# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A vaulted text of the repository, copied into an order file, is not shown, decides nothing and is not sent out."""

from __future__ import annotations

import copy
import json
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.annotations import FORMS, annotate
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import report
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.vaulted import (
    Vaulted,
    VaultedWithFile,
    hide_vaulted,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.field_words import FIELD_WORDS
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import (
    Reader,
    read_folder,
    read_inline,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.templates import Sandbox
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.vaulted_fields import MAY_BE_VAULTED
from portfolios import LINKED, OV, TODAY

if t.TYPE_CHECKING:
    import pathlib

SECRET: t.Final = "tok3nOfTheDesk"
HAVE_PARTS: t.Final = {name.rpartition(".")[0] for name in FIELD_WORDS}
PLACES: t.Final[dict[str, tuple[t.Any, ...]]] = {
    **{name: tuple(name.split(".")) for name in FIELD_WORDS if name not in HAVE_PARTS},
    "install.reload.service": ("install", "reload", "service"),
    "install.was_at[0]": ("install", "was_at", 0),
    "linked_contract.also[0].service": ("linked_contract", "also", 0, "service"),
    "linked_contract.also[0].contract_id": ("linked_contract", "also", 0, "contract_id"),
}


def with_value(path: tuple[t.Any, ...], value: t.Any) -> dict[str, t.Any]:
    order = copy.deepcopy(LINKED if path[0] == "linked_contract" else OV)
    place: t.Any = order
    for part, following in zip(path, (*path[1:], None), strict=True):
        if following is None:
            place[part] = value
        elif isinstance(place, dict):
            fresh: t.Any = [{}] if following == 0 else {}
            place = place.setdefault(part, fresh)
        else:
            place = place[part]
    return order


def refused(order: dict[str, t.Any]) -> set[str]:
    complaints = judge_orders(read_inline([order]), day=TODAY).complaints
    return {complaint.field for complaint in complaints if complaint.rule == "VAULT-FIELD"}


@pytest.mark.parametrize(("name", "path"), PLACES.items(), ids=PLACES)
def test_each_field_may_be_vaulted_or_is_refused(name: str, path: tuple[t.Any, ...]) -> None:
    field = name.partition("[")[0].removesuffix(".service" if "reload" in name else "\0")
    for value in (SECRET, "1", "true", "window", "rsc00000001", "example.jp"):
        expected = set() if field in MAY_BE_VAULTED else {field}
        assert refused(with_value(path, Vaulted(value, sealed="s"))) == expected
        assert refused(with_value(path, VaultedWithFile(value, sealed="s"))) == set()
        assert refused(with_value(path, value)) == set()


@pytest.mark.parametrize("name", ["install.was_at", "linked_contract.also", "generation"])
def test_of_a_list_without_an_end_the_beginning_is_read(name: str) -> None:
    """It is refused in any case, and many orders may inherit it."""
    read = []

    class Endless(list[t.Any]):
        def __iter__(self) -> t.Iterator[t.Any]:
            for entry in super().__iter__():
                read.append(entry)
                yield entry

    order = with_value(tuple(name.split(".")), Endless([*["/x"] * 5_000, Vaulted(SECRET)]))
    complaints = judge_orders(read_inline([order]), day=TODAY).list_errors()
    assert name in {complaint.field for complaint in complaints} and len(read) < 1_000
    assert SECRET not in report(complaints, "en")


def test_these_and_no_others_may_be_vaulted() -> None:
    """A table to be read: a field that is added here is one that a stranger's merge request can fill."""
    assert set(MAY_BE_VAULTED) == {
        "customer_code", "common_name", "approval_email", "csr_path",
        *(f"subject.{name}" for name in ("state_or_province_name", "locality_name", "organization_name",
                                        "organizational_unit_name")),
        *(f"applicant.{name}" for name in ("name", "department", "email", "phone")),
        *(f"key.{name}" for name in ("path", "csr_path", "owner", "group")),
        *(f"install.{name}" for name in ("certificate", "chain", "full_chain", "combined", "pkcs12", "was_at", "owner",
                                        "group", "issuer")),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["name", "contract_id", "duplicate_of", "install.prove.server_name", "install.reload"])
def test_the_refusal_itself_shows_nothing(name: str) -> None:
    with hide_vaulted():
        order = with_value(PLACES[name], Vaulted(SECRET, sealed="s"))
        complaints = judge_orders(read_inline([order]), day=TODAY).complaints
        texts = [report(complaints, "en"), *(annotate(complaints, form=form, lang="ja") for form in FORMS)]
        texts.append(json.dumps([complaint.as_dict("en") for complaint in complaints]))
        assert not [text for text in texts if SECRET in text]


def test_a_block_copied_from_elsewhere_and_a_vaulted_variable_are_refused(tmp_path: pathlib.Path) -> None:
    sandbox = Sandbox({"token": Vaulted(SECRET, sealed="s")})
    reader = Reader(render=sandbox.render, decrypt=lambda _text: SECRET)
    for value in ('!vault "$ANSIBLE_VAULT;1.1;AES256 00"', '"{{ token }}.example.jp"'):
        text = json.dumps({"version": 1, "orders": [with_value(PLACES["install.prove.server_name"], "HERE")]}, indent=1)
        (tmp_path / "a.yml").write_text(text.replace('"HERE"', f"{value}\n"), encoding="utf-8")
        complaints = judge_orders(read_folder(str(tmp_path), reader), day=TODAY).complaints
        assert [(complaint.rule, complaint.field) for complaint in complaints] == [
            ("VAULT-FIELD", "install.prove.server_name")
        ], value
