# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bodies read through their models: what cannot be read is refused all at once, and the rest is kept."""

from __future__ import annotations

import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rehearsal_desk.api.reading import MODELS, parse_object, read_form
from rehearsal_desk.controls import fault_controls
from rehearsal_desk.rules.forms import Form, RegistrationForm
from rehearsed import Rehearsal, complaints, order

FORMS: t.Final = sorted({*MODELS.values()}, key=lambda model: model.__name__)
VALUES: t.Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


def bodies(model: type[Form]) -> st.SearchStrategy[dict[str, t.Any]]:
    """Objects with fields of this form, and others, of any type."""
    return st.dictionaries(st.sampled_from([*model.model_fields]) | st.text(max_size=3), VALUES, max_size=6)


def test_every_form_of_the_interface_is_read_here() -> None:
    assert fault_controls.wire.NewFaults in FORMS
    assert len(FORMS) == 15


@given(st.sampled_from(FORMS).flatmap(lambda model: st.tuples(st.just(model), bodies(model))))
def test_any_object_is_read(drawn: tuple[type[Form], dict[str, t.Any]]) -> None:
    model, body = drawn
    body = parse_object(json.dumps(body).encode())
    kept = {name: value for name, value in body.items() if value is not None and name in model.model_fields}
    reading = read_form(model, body)
    misread = {breach.attribute.partition(".")[0] for breach in reading.misread}
    assert len({breach.attribute for breach in reading.misread}) == len(reading.misread)
    assert reading.form.model_fields_set <= set(kept)
    assert set(kept) - reading.form.model_fields_set <= misread
    assert {breach.code for breach in reading.misread} <= {"invalid", "unknown"}


def test_what_can_be_read_is_kept_beside_what_cannot() -> None:
    body = {
        "csr_origin": 5,
        "subject": {"organization_name": ["x"], "locality_name": "Chiyoda-ku", "country": "JP"},
        "applicant": "nobody",
        "certificate_transparency": "yes",
        "approval_email": None,
        "colour": None,
    }
    reading = read_form(RegistrationForm, body)
    assert {(breach.attribute, breach.code) for breach in reading.misread} == {
        ("csr_origin", "invalid"),
        ("subject.organization_name", "invalid"),
        ("subject.country", "unknown"),
        ("applicant", "invalid"),
        ("certificate_transparency", "invalid"),
        ("colour", "unknown"),
    }
    assert reading.form.subject is not None
    assert reading.form.subject.locality_name == "Chiyoda-ku"


@pytest.mark.parametrize("number", [1.0, True, "1", [1]])
def test_nothing_is_taken_for_a_number_that_is_none(shared_desk: Rehearsal, number: object) -> None:
    answer = shared_desk.call("PUT", "/rehearsal/clock", {"advance_days": number}, token=shared_desk.control_token)
    assert complaints(answer.json()) == {("advance_days", "invalid")}


def test_shape_and_rules_are_refused_together(shared_desk: Rehearsal) -> None:
    body = order(terms_agreed="yes", common_name=5, term="2 years", usage="own\n", colour="red")
    status, answer = shared_desk.api("POST", "/applications", body)
    assert (status, complaints(answer)) == (
        400,
        {
            ("terms_agreed", "invalid"),
            ("common_name", "invalid"),
            ("term", "invalid"),
            ("usage", "invalid"),
            ("colour", "unknown"),
        },
    )
