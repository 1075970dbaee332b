# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the desk refuses comes back as the right class of error, with the desk's own words and without the token."""

from __future__ import annotations

import dataclasses as dc
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import Phrase
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.adapter import ApiDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.transport import ApiConnection
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import (
    AccessRefused,
    DeskError,
    DeskUnreachable,
    OutcomeUnknown,
    ReferenceTaken,
    RequestRefused,
    StateConflict,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Applicant
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

Call = t.Callable[[ApiDesk, "Order", "Application"], object]

READS: dict[str, Call] = {
    "products": lambda api, _order, _app: api.list_products(),
    "linked_contracts": lambda api, _order, _app: api.list_linked_contracts("managed_waf_link"),
    "applications": lambda api, _order, _app: api.list_applications(),
    "application_of": lambda api, order, _app: api.find_application(order.client_reference("access")),
    "certificate": lambda api, _order, app: api.fetch_certificate(app),
}
WRITES: dict[str, Call] = {
    "quote": lambda api, order, _app: api.quote(order),
    "place": lambda api, order, _app: api.place(order, order.client_reference("refused")),
    "cancel": lambda api, _order, app: api.cancel(app),
}
REGISTER: dict[str, Call] = {"register": lambda api, order, app: api.register(app, order, None)}
EVERY_CALL = {**READS, **WRITES, **REGISTER}


@pytest.fixture
def placed(shared_api: ApiDesk) -> tuple[Order, Application]:
    order = sample.order(**sample.fresh())
    return order, shared_api.place(order, order.client_reference("access"))


@pytest.mark.parametrize("call", EVERY_CALL.values(), ids=EVERY_CALL)
def test_a_token_that_nobody_knows(shared_desk: DeskControl, placed: tuple[Order, Application], call: Call) -> None:
    stranger = ApiDesk(ApiConnection(url=shared_desk.url, token="a-strangers-token"))
    with pytest.raises(AccessRefused, match="token is missing or not known") as refused:
        call(stranger, *placed)
    assert "a-strangers-token" not in str(refused.value)
    assert "(request " in str(refused.value)


@pytest.mark.parametrize("call", WRITES.values(), ids=WRITES)
def test_a_service_admin_cannot_order(shared_desk: DeskControl, placed: tuple[Order, Application], call: Call) -> None:
    before = shared_desk.purchases()
    service_admin = ApiDesk(ApiConnection(url=shared_desk.url, token=shared_desk.register_token))
    with pytest.raises(AccessRefused, match="access_token"):
        call(service_admin, *placed)
    assert shared_desk.purchases() == before


def test_a_service_admin_reads_and_registers(shared_desk: DeskControl, placed: tuple[Order, Application]) -> None:
    order, application = placed
    service_admin = ApiDesk(ApiConnection(url=shared_desk.url, token=shared_desk.register_token))
    assert application in service_admin.list_applications()
    assert service_admin.register(application, order, None).contract_id == application.contract_id


def test_every_failing_field_of_an_order_is_named(shared_desk: DeskControl, shared_api: ApiDesk) -> None:
    before = shared_desk.purchases()
    order = sample.order(**sample.fresh(customer_code="SG99999999", term="1 year"))
    for call in (WRITES["quote"], WRITES["place"]):
        with pytest.raises(RequestRefused, match=r"customer_code: .*SG00000001.*term: ") as refused:
            call(shared_api, order, None)  # type: ignore[arg-type]
        assert not isinstance(refused.value, AccessRefused)
    assert shared_desk.purchases() == before


def test_every_failing_field_of_a_registration_is_named(shared_api: ApiDesk, placed: tuple[Order, Application]) -> None:
    order, application = placed
    applicant = Applicant(**{**sample.APPLICANT, "email": "not an address"})
    wrong = dc.replace(order, applicant=applicant, approval_email="admin@example.jp", certificate_transparency=True)
    with pytest.raises(RequestRefused) as refused:
        shared_api.register(application, wrong, None)
    for field in ("applicant.email", "approval_email", "certificate_transparency"):
        assert f"{field}: " in str(refused.value)


def told(call: t.Callable[[], object]) -> Phrase:
    """What people are told about a refusal, in both languages."""
    with pytest.raises(DeskError) as refused:
        call()
    return refused.value.phrase


def test_the_words_of_the_desk_follow_the_users_language(shared_desk: DeskControl) -> None:
    order = sample.order(**sample.fresh(customer_code="SG99999999", term="1 year"))
    connection = ApiConnection(url=shared_desk.url, token=shared_desk.order_token, lang="ja")
    words = told(lambda: ApiDesk(connection).quote(order)).ja
    assert "customer_code は指定できません (窓口の応答: この担当者のカスタマーコードではありません" in words
    assert "This" not in words and "。)" not in words


def test_a_refusal_is_one_sentence_in_the_users_language(
    shared_desk: DeskControl, shared_api: ApiDesk, placed: tuple[Order, Application]
) -> None:
    order, application = placed
    stranger = ApiDesk(ApiConnection(url=shared_desk.url, token="a-strangers-token"))
    service_admin = ApiDesk(ApiConnection(url=shared_desk.url, token=shared_desk.register_token))
    applicant = Applicant(**{**sample.APPLICANT, "phone": "03-0000-000O"})
    cases = {
        "トークンが無効か、窓口に登録されていません (access_token)": told(stranger.list_applications),
        "このトークンの役割では行えません": told(lambda: service_admin.place(order, "refused/www/1")),
        "applicant.phone は窓口に受け付けられませんでした": told(
            lambda: shared_api.register(application, dc.replace(order, applicant=applicant), None)
        ),
        "証明書はまだ発行されていません": told(lambda: shared_api.fetch_certificate(application)),
    }
    for says, phrase in cases.items():
        assert phrase.ja.startswith(says), phrase.ja
        for part in phrase:
            assert "see error_details" not in part
            assert ".;" not in part
    for says in list(cases)[:2]:
        assert "token" not in cases[says].ja.replace("(access_token)", "")
    assert cases["applicant.phone は窓口に受け付けられませんでした"].en.startswith(
        "the desk does not accept applicant.phone: A"
    )


def test_conflicts_and_unknown_applications(shared_api: ApiDesk, placed: tuple[Order, Application]) -> None:
    order, application = placed
    with pytest.raises(ReferenceTaken, match=application.contract_id):
        shared_api.place(sample.order(**sample.fresh()), order.client_reference("access"))
    with pytest.raises(StateConflict):
        shared_api.fetch_certificate(application)
    for contract_id in ("rsc99999999", "../products", "a b"):
        with pytest.raises(RequestRefused):
            shared_api.fetch_certificate(dc.replace(application, contract_id=contract_id))


def test_nobody_at_home() -> None:
    nobody = ApiDesk(ApiConnection(url="http://127.0.0.1:1", token="some-token", timeout=1))
    with pytest.raises(DeskUnreachable, match=r"127\.0\.0\.1:1.*refused"):
        nobody.list_products()
    with pytest.raises(OutcomeUnknown, match="refused") as unknown:
        nobody.place(sample.order(), "default/www/1")
    assert "some-token" not in str(unknown.value)


@pytest.mark.parametrize("url", ["https://desk.example.jp", "https://desk.example.jp:8443/base", "http://127.0.0.1:80",
                                 "http://localhost:8440", "http://[::1]:8440"])  # fmt: skip
def test_urls_that_may_carry_a_token(url: str) -> None:
    assert ApiConnection(url=url, token="x").find_fault() is None


@pytest.mark.parametrize("url", ["http://desk.example.jp", "http://127.0.0.1.example.jp", "http://10.0.0.1",
                                 "http://127.0.0.1@desk.example.jp", "ftp://127.0.0.1", "desk.example.jp", "https://",
                                 "http://[::1", "https://desk.example.jp:port", ""])  # fmt: skip
def test_urls_that_must_not_carry_a_token(url: str) -> None:
    fault = ApiConnection(url=url, token="x").find_fault()
    assert fault
    assert "desk_url must" in fault.en


@pytest.mark.parametrize("token", ["s3cret\n", " s3cret", "s3cr et", "s3cr\u00e9t", "s3cret\u3042", "s3cret\x00"])
def test_a_token_that_no_header_can_carry_is_refused_and_not_shown(shared_desk: DeskControl, token: str) -> None:
    connection = ApiConnection(url=shared_desk.url, token=token)
    fault = connection.find_fault()
    assert fault
    assert "desk_token" in fault.en
    assert "s3cr" not in "".join(fault)


@pytest.mark.parametrize("error", DeskError.__subclasses__())
def test_every_error_has_one_base(error: type[DeskError]) -> None:
    assert error.__mro__[1:3] == (DeskError, Exception)
