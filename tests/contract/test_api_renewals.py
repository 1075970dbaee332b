# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A contract that lives on, over the JSON interface: its window, its renewal, and which procedure a call speaks to."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.adapter import ApiDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.transport import ApiConnection
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import (
    DeskError,
    ReferenceTaken,
    RequestRefused,
    StateConflict,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import (
    Application,
    Decision,
    Kind,
    State,
)
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from cryptography import x509
from cryptography.hazmat.primitives import hashes

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

DAY: t.Final = dt.timedelta(days=1)
ORDER: t.Final = sample.order()
START: t.Final = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)


def set_clock(desk: DeskControl, moment: dt.datetime) -> None:
    desk.control("PUT", "/clock", {"now": moment.isoformat()})


def seen(api: ApiDesk) -> Application:
    (application,) = api.list_applications()
    return application


def issued(desk: DeskControl, api: ApiDesk, *, days: float = 1) -> Application:
    """The contract with its first certificate, so many days after its window has opened."""
    set_clock(desk, START)
    api.register(api.place(ORDER, "default/www/1"), ORDER, None)
    desk.ca_work()
    application = seen(api)
    assert application.renewal is not None
    set_clock(desk, application.renewal.opens_at + days * DAY)
    return application


def reference(application: Application) -> str:
    assert application.current is not None
    return ORDER.renewal_reference("default", application.current.certificate_fingerprint or "")


def test_a_contract_as_the_desk_tells_it(desk: DeskControl, api: ApiDesk) -> None:
    assert api.as_of is None, "nothing was asked yet"
    before = issued(desk, api)
    assert api.as_of is not None
    assert START <= api.as_of < START + DAY, "of the answer before the clock was set"
    current, window, period = before.current, before.renewal, before.period
    assert current and window and period
    for name in ("serial_number", "certificate_fingerprint", "public_key_fingerprint", "csr_origin", "not_after"):
        assert getattr(current, name) == getattr(before, name)
    days = [(current.not_after - moment).days for moment in dt_moments(window)]
    assert (days, window.terms, window.decision) == ([35, 30, 26, 21], ("6 months",), Decision.UNDECIDED)
    assert (period.number, period.begins, period.term) == (1, current.issued_at, "6 months")
    assert (before.previous, before.procedure) == ((), None)


def dt_moments(window: t.Any) -> list[dt.datetime]:
    return [getattr(window, name) for name in ("notice_at", "opens_at", "order_by", "update_by")]


def test_a_renewal_from_the_order_to_its_certificate(desk: DeskControl, api: ApiDesk) -> None:
    before = issued(desk, api)
    renewed = api.renew(before, ORDER, reference(before))
    procedure = renewed.procedure
    assert procedure is not None
    assert (procedure.kind, procedure.state, procedure.opened_by) == (
        Kind.RENEWAL,
        State.AWAITING_REGISTRATION,
        "order",
    )
    assert procedure.replaces == before.certificate_fingerprint
    assert procedure.client_reference == reference(before)
    assert api.find_application(reference(before)) == renewed
    assert (renewed.state, renewed.current, renewed.client_reference) == (State.ISSUED, before.current, "default/www/1")
    key = sample.new_key()
    applied = api.register(renewed, sample.target_order(), sample.csr_of(key, ORDER.common_name))
    assert applied.procedure is not None
    assert applied.procedure.state is State.APPLIED
    desk.ca_work()
    after = seen(api)
    assert (after.procedure, after.previous) == (None, (before.current,))
    assert after.current is not None
    assert after.current.csr_origin == "customer"
    # Whoever has seen the one before is not handed out the next.
    for application in (before, after):
        leaf = x509.load_pem_x509_certificate(api.fetch_certificate(application).certificate.encode())
        assert application.current is not None
        assert leaf.fingerprint(hashes.SHA256()).hex() == application.current.certificate_fingerprint
    assert desk.purchases() == ["default/www/1", reference(before)]


def test_a_quote_of_a_renewal_renews_nothing(desk: DeskControl, api: ApiDesk) -> None:
    before = issued(desk, api)
    api.quote(ORDER, before)
    assert seen(api).procedure is None
    fault = {"name": "echo_differs", "method": "POST", "path": "/applications/*/renewals/quote"}
    desk.faults({**fault, "settings": {"field": "term", "value": "5 years"}})
    with pytest.raises(RequestRefused, match="term"):
        api.quote(ORDER, before)
    desk.no_faults()
    set_clock(desk, before.renewal.opens_at + 5 * DAY if before.renewal else START)
    with pytest.raises(StateConflict):
        api.quote(ORDER, before)
    assert desk.control("GET", "/purchases")["results"][-1]["kind"] == "silence"


def test_a_renewal_is_bought_once(desk: DeskControl, api: ApiDesk) -> None:
    before = issued(desk, api)
    desks = [ApiDesk(ApiConnection(url=desk.url, token=desk.order_token)) for _ in range(8)]
    with concurrent.futures.ThreadPoolExecutor(len(desks)) as pool:
        answers = list(pool.map(lambda each: each.renew(before, ORDER, reference(before)), desks))
    assert len(set(answers)) == 1
    for other, kind in (("default/www/1", ReferenceTaken), ("default/other", StateConflict)):
        with pytest.raises(DeskError) as refused:
            api.renew(before, ORDER, other)
        assert isinstance(refused.value, kind)
        assert refused.value.nothing_done
    assert desk.purchases() == ["default/www/1", reference(before)]


@pytest.mark.parametrize(("days", "told"), [(-0.5, "outside the time"), (4, "replaced before")])
def test_outside_its_window_nothing_is_renewed(desk: DeskControl, api: ApiDesk, days: float, told: str) -> None:
    before = issued(desk, api, days=days)
    with pytest.raises(StateConflict, match=told) as refused:
        api.renew(before, ORDER, reference(before))
    assert refused.value.nothing_done
    # After it silence has bought the renewal, and an adapter that is told so has bought nothing.
    assert desk.purchases() == [*[None] * (days > 0), "default/www/1"]


def test_what_was_never_issued_is_not_renewed(desk: DeskControl, api: ApiDesk) -> None:
    placed = api.place(ORDER, "default/www/1")
    with pytest.raises(RequestRefused, match="no certificate"):
        api.renew(placed, ORDER, "default/www/1/renewal:0")
    assert desk.purchases() == ["default/www/1"]


def test_a_late_registration_never_reaches_the_next_procedure(desk: DeskControl, api: ApiDesk) -> None:
    placed = api.place(ORDER, "default/www/1")
    late = sample.target_order()
    api.register(placed, ORDER, None)
    desk.ca_work()
    before = seen(api)
    assert before.renewal is not None
    set_clock(desk, before.renewal.opens_at + DAY)
    api.renew(before, ORDER, reference(before))
    with pytest.raises(StateConflict, match="another procedure is open"):
        api.register(placed, late, sample.csr_of(sample.new_key(), ORDER.common_name))
    procedure = seen(api).procedure
    assert procedure is not None
    assert procedure.state is State.AWAITING_REGISTRATION
