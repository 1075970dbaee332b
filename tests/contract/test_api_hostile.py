# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A desk that means harm: its answers are data, they end, and nothing but DeskError comes of them."""

from __future__ import annotations

import dataclasses as dc
import email.utils
import gzip
import json
import time
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OptionsWrong
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk import patience
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api import adapter
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.adapter import ApiDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.transport import ApiConnection
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.choice import open_desk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import (
    AnswerUnusable,
    DeskBusy,
    DeskError,
    DeskUnreachable,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.forms import FORMS
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import (
    Application,
    Certificate,
    IssuedCertificate,
    Link,
    LinkChange,
    OfferedProduct,
    Period,
    Procedure,
    Renewal,
    SeenContract,
)
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.fake_desk import (
    Answer,
    Asked,
    FakeDesk,
    dripping_desk,
    fake_desk,
    told,
)
from ansible_collections.iij.server_certificate.tests.contract.test_api_answers import (
    APPLICATION,
    CALLS,
    SPENDING,
)
from ansible_collections.iij.server_certificate.tests.fuzz.right_answers import ROW

if t.TYPE_CHECKING:
    import pathlib

JINJA: t.Final = "{{ lookup('pipe','id') }}"
ESCAPES: t.Final = "\x1b]0;OWNED\x07\r\n::error::injected\u202e\ud800"
OPTIONS: t.Final = {"desk": "api", "desk_url": "https://127.0.0.1:1", "desk_token": "x", "request_timeout": 1}


def api_of(desk: FakeDesk, *, timeout: float = 5) -> ApiDesk:
    return ApiDesk(ApiConnection(url=desk.url, token="the-token", timeout=timeout, sleep=lambda _seconds: None))


def list_of(**changes: object) -> Answer:
    return told({"request_id": "r", "results": [{**APPLICATION, **changes}], "total": 1})


MISFITS: t.Final[dict[str, tuple[object, ...]]] = {
    "contract_id": (JINJA, "../x", "", "a" * 65, "rsc\ud800", ESCAPES, "rsc 1"),
    "linked_contract_id": (JINJA, "x/y"),
    "customer_code": (JINJA, "SG 1"),
    "common_name": (JINJA, "-oProxyCommand=x", "www.example.jp\n", "a" * 300, "*", "www..{{}}", "a b.example.jp"),
    "client_reference": (ESCAPES, "x" * 256, "a\u2028b"),
    "product": (ESCAPES, "x" * 256),
    "term": (ESCAPES,),
    "usage": (ESCAPES,),
    "linked_service": (ESCAPES,),
    "csr_origin": (ESCAPES,),
    "state": (ESCAPES, JINJA),
    "confirmations": ([ESCAPES], ["domain"] * 101),
    "public_key_fingerprint": (JINJA, "A" * 64, "a" * 63),
    "certificate_fingerprint": (JINJA,),
    "serial_number": (JINJA, "0x1"),
    "deadline": ("9999-12-31", "1999-12-31", "2026-12-22T00:00:00Z"),
    "not_after": ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2027-01-01T00:00:00"),
    "ordered_at": ("2026-11-22T05:00:00", "2101-01-01T00:00:00Z"),
}


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in MISFITS.items() for value in values])
def test_a_value_that_does_not_fit_is_refused_by_its_field(field: str, value: object) -> None:
    with (
        fake_desk(lambda _asked: list_of(**{field: value})) as desk,
        pytest.raises(AnswerUnusable, match=f"^{field} in the desk's answer") as error,
    ):
        api_of(desk).list_applications()
    for sentence in error.value.phrase:
        assert sentence.isprintable()


def test_the_table_has_every_field_that_is_kept() -> None:
    parts = (Certificate, Link, LinkChange, Period, Procedure, Renewal)
    kinds = (Application, IssuedCertificate, OfferedProduct, SeenContract, *parts)
    kept = {field.name for kind in kinds for field in dc.fields(kind)}
    assert (kept - {"unclear", "given_up", *PARTS, *LISTS}) | {"as_of"} == set(FORMS), (
        "what is unclear is made of the portal's words, which the wire cuts and cleans, what is given up of those of a "
        "register; parts have fields of their own"
    )


PARTS: t.Final[dict[str, dict[str, tuple[object, ...]]]] = {
    "current": {
        "serial_number": (JINJA,),
        "certificate_fingerprint": (ESCAPES, "A" * 64),
        "not_after": (None, "2027-01-01T00:00:00", 7),
        "revoke_on": ("9999-12-31",),
    },
    "procedure": {
        "id": (JINJA, "../x", None),
        "kind": ("gift", ESCAPES, None),
        "state": ("unclear", ESCAPES),
        "replaces": (JINJA,),
        "client_reference": (ESCAPES,),
        "opened_by": (ESCAPES,),
        "confirmations": ([ESCAPES], "domain"),
    },
    "period": {"number": (0, -1, True, "1", 10**9), "ends": ("2101-01-01T00:00:00Z",), "term": (ESCAPES,)},
    "renewal": {"order_by": (None, "soon"), "terms": (["x"] * 101, [ESCAPES]), "decision": ("perhaps", None)},
    "link_change": {
        "work": (ESCAPES, None),
        "was": (JINJA,),
        "linked_contract_id": (JINJA, None),
        "requested_at": (7,),
    },
}
LISTS: t.Final = ("previous", "further_links")


@pytest.mark.parametrize(
    ("part", "field", "value"),
    [(part, field, value) for part, fields in PARTS.items() for field, values in fields.items() for value in values],
)
def test_a_part_of_a_contract_that_does_not_fit_is_refused_by_its_field(part: str, field: str, value: object) -> None:
    wrong = {part: {**ROW[part], field: value}}
    with (
        fake_desk(lambda _asked: list_of(**wrong)) as desk,
        pytest.raises(AnswerUnusable, match=f"^{field} (in the desk's answer|is missing)") as error,
    ):
        api_of(desk).list_applications()
    assert all(sentence.isprintable() for sentence in error.value.phrase)


@pytest.mark.parametrize("wrong", [{part: value} for part in (*PARTS, *LISTS) for value in (7, "x", [7], [[]])])
def test_what_is_no_part_of_a_contract_is_refused(wrong: dict[str, object]) -> None:
    with fake_desk(lambda _asked: list_of(**wrong)) as desk, pytest.raises(AnswerUnusable):
        api_of(desk).list_applications()


def test_a_contract_with_all_its_parts_is_read() -> None:
    with fake_desk(lambda _asked: list_of(**{part: ROW[part] for part in (*PARTS, *LISTS)})) as desk:
        (found,) = api_of(desk).list_applications()
    assert found.current and found.procedure and found.period and found.renewal and found.link_change
    assert len(found.previous) == len(found.further_links) == 1


def test_previous_certificates_beyond_all_bounds_are_not_read() -> None:
    many = [ROW["previous"][0]] * 1_001
    with fake_desk(lambda _asked: list_of(previous=many)) as desk, pytest.raises(AnswerUnusable, match="1000"):
        api_of(desk).list_applications()


@pytest.mark.parametrize("moment", ["soon", 7, "2026-12-22", "9999-12-31T23:59:59Z"])
def test_a_moment_of_the_desk_that_is_none_is_refused(moment: object) -> None:
    answer = told({"request_id": "r", "as_of": moment, "results": [APPLICATION], "total": 1})
    with fake_desk(lambda _asked: answer) as desk, pytest.raises(AnswerUnusable, match=r"^as_of"):
        api_of(desk).list_applications()


def test_words_for_people_are_cut_and_cleaned() -> None:
    with fake_desk(lambda _asked: list_of(reason=ESCAPES + "理由" * 100_000, next_action=ESCAPES)) as desk:
        (found,) = api_of(desk).list_applications()
    assert found.reason and len(found.reason) == 500 and found.reason.isprintable()
    assert found.next_action.isprintable() and "OWNED" in found.next_action


@pytest.mark.parametrize("status", [400, 403, 409, 429, 500])
def test_words_of_a_refusal_are_one_printable_line(status: int) -> None:
    detail = {"attribute": ESCAPES, "code": ESCAPES, "message": ESCAPES * 100}
    refusal = {"request_id": ESCAPES * 10, "error_message": ESCAPES * 1000, "error_details": [detail] * 30}
    with fake_desk(lambda _asked: told(refusal, status=status)) as desk:
        for name, call in CALLS.items():
            with pytest.raises(DeskError) as error:
                call(api_of(desk))
            for sentence in error.value.phrase:
                assert sentence.isprintable() and len(sentence) < 30_000, name


NESTED: t.Final = b'{"result": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
NOT_FORESEEN: t.Final = {
    "a number without bounds": Answer(body=b'{"result": 1e999, "results": 1e999, "total": 1e999}'),
    "a row of infinity": Answer(body=b'{"results": [1e999], "total": 1, "result": 1e999}'),
    "a place that is no UTF-8": Answer(status=302, headers=(("Location", "/\xff\xfe"),), body=b"{}"),
    "a place that is no address": Answer(status=302, headers=(("Location", "http://[::1"),), body=b"{}"),
    "a label too long": Answer(status=302, headers=(("Location", f"http://{'a' * 70}.example.jp/"),), body=b"{}"),
    "a number that is none": Answer(status=429, headers=(("Retry-After", "²"),), body=b"{}"),
    "a nest": Answer(body=NESTED),
    "a digit string": Answer(body=b'{"results": [], "total": ' + b"9" * 5000 + b"}"),
    "half characters": told({"results": [{**APPLICATION, "contract_id": "\ud800"}], "total": 1, "result": ["\ud800"]}),
    "a charset of nobody": Answer(body=b"{}", content_type="application/json; charset=\x1b[31m"),
    "another coding": Answer(body=b"{}", headers=(("Content-Encoding", "br"),)),
}  # fmt: skip


@pytest.mark.parametrize("answer", NOT_FORESEEN.values(), ids=list(NOT_FORESEEN))
def test_only_desk_errors_come_out(answer: Answer) -> None:
    with fake_desk(lambda _asked: answer) as desk:
        for name, call in CALLS.items():
            with pytest.raises(DeskError) as error:
                call(api_of(desk, timeout=1))
            assert all(sentence.isprintable() for sentence in error.value.phrase), name
            assert "codec" not in str(error.value) and "HTTPConnection" not in str(error.value)


def test_an_answer_that_grows_when_it_is_decompressed_is_given_up() -> None:
    bomb = b"".join(gzip.compress(b" " * (8 << 20), 9) for _member in range(8))
    with (
        fake_desk(lambda _asked: Answer(body=bomb, headers=(("Content-Encoding", "gzip"),))) as desk,
        pytest.raises(DeskUnreachable, match="longer than 16 MiB"),
    ):
        api_of(desk).list_applications()


def test_a_compressed_answer_is_read() -> None:
    body = gzip.compress(json.dumps({"results": [APPLICATION], "total": 1}).encode())
    halves = gzip.compress(body[:0]) + body  # several members are one answer
    with fake_desk(lambda _asked: Answer(body=halves, headers=(("Content-Encoding", "gzip"),))) as desk:
        assert len(api_of(desk).list_applications()) == 1


def test_few_bytes_that_become_much_memory_are_not_read() -> None:
    body = b'{"results": [' + b"{}," * 1_000_000 + b'{}], "total": 1}'
    with fake_desk(lambda _asked: Answer(body=body)) as desk, pytest.raises(AnswerUnusable, match="instead of a JSON"):
        api_of(desk).list_applications()


def test_a_list_of_more_rows_than_anybody_has_is_not_read() -> None:
    with fake_desk(lambda _asked: told({"results": [APPLICATION], "total": 10**15})) as desk:
        with pytest.raises(AnswerUnusable, match="more than 1000000 rows"):
            api_of(desk).list_applications()
        assert len(desk.asked) == 1


def test_a_list_of_more_certificates_than_anybody_had_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "_MOST_PARTS", 10)
    previous = [{"not_after": "2026-01-01T00:00:00+09:00"}] * 4
    rows = [{**APPLICATION, "contract_id": f"rsc{number}", "previous": previous} for number in range(3)]

    length = 2
    with fake_desk(lambda _asked: told({"results": rows[:length], "total": length})) as desk:
        assert len(api_of(desk).list_applications()) == 2
        length = 3
        with pytest.raises(AnswerUnusable, match="more than 10 earlier certificates"):
            api_of(desk).list_applications()


def test_a_list_that_is_handed_out_row_by_row_ends_with_the_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_TIMEOUTS", 1)
    with (
        fake_desk(lambda _asked: told({"results": [APPLICATION], "total": 999_999})) as desk,
        pytest.raises(DeskUnreachable, match="took longer than 1 s in all"),
    ):
        api_of(desk, timeout=1).list_applications()


OPENING: t.Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
DRIPS: t.Final = {
    "a body": (OPENING + b"Content-Length: 100000\r\n\r\n", b" "),
    "a body in chunks": (OPENING + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "a header": (OPENING + b"X: ", b"x"),
    "a status line": (b"HTTP/1.1 ", b"2"),
    "nothing yet": (b"HTTP/1.1 100 Continue\r\n\r\n",),
    "empty members": (
        OPENING + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"14\r\n" + gzip.compress(b"", mtime=0) + b"\r\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("pieces", DRIPS.values(), ids=DRIPS)
def test_an_answer_that_comes_byte_by_byte_is_given_up(
    pieces: tuple[bytes, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "_TIMEOUTS", 2)
    with dripping_desk(*pieces, pause=0.05) as url:
        desk = ApiDesk(ApiConnection(url=url, token="the-token", timeout=0.5))
        for name in ("applications", *SPENDING):
            with pytest.raises(DeskError, match=r"longer than 1 s in all|not HTTP"):
                CALLS[name](desk)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("value", ["3600", "in an hour", "9" * 400], ids=["seconds", "a date", "forever"])
def test_a_desk_that_asks_for_an_hour_is_not_waited_for(status: int, value: str) -> None:
    slept: list[float] = []
    wait = email.utils.formatdate(time.time() + 3600, usegmt=True) if value == "in an hour" else value
    busy = Answer(status=status, headers=(("Retry-After", wait),), body=b"{}")
    with fake_desk(lambda _asked: busy) as desk:
        waiting = ApiDesk(ApiConnection(url=desk.url, token="x", timeout=5, sleep=slept.append))
        with pytest.raises(
            (DeskBusy, DeskUnreachable), match=r"called again after \d{4}-\d\d-\d\d .* run it again then"
        ) as error:
            waiting.list_applications()
        assert "再実行" in error.value.phrase.ja
        assert len(desk.asked) == 1
    assert slept == []


def test_a_wait_that_is_worth_it_is_told() -> None:
    slept: list[float] = []
    heard: list[str] = []
    answers = [Answer(status=503, headers=(("Retry-After", "30"),), body=b"{}"), list_of()]
    with fake_desk(lambda _asked: answers[min(len(desk.asked), 2) - 1]) as desk:
        connection = ApiConnection(
            url=desk.url, token="x", timeout=5, sleep=slept.append, tell=lambda phrase: heard.append(phrase.en)
        )
        assert len(ApiDesk(connection).list_applications()) == 1
    assert slept == [30]
    assert heard == ["waiting for 30 s: the desk answered 503"]


@pytest.mark.parametrize("value", ["soon", "²", "-1", "", "1e3", "Thu, 99 Foo 2026"])
def test_a_retry_after_that_cannot_be_read_is_as_good_as_none(value: str) -> None:
    answers = [Answer(status=503, headers=(("Retry-After", value),), body=b"{}"), list_of()]
    with fake_desk(lambda _asked: answers[min(len(desk.asked), 2) - 1]) as desk:
        assert len(api_of(desk).list_applications()) == 1


def test_reasons_are_words() -> None:
    lines = {"refused": "http://127.0.0.1:1", "cannot be resolved": "https://desk.invalid"}
    for words, url in lines.items():
        with pytest.raises(DeskUnreachable, match=words) as error:
            ApiDesk(ApiConnection(url=url, token="x", timeout=1)).list_applications()
        for sentence in error.value.phrase:
            assert "Errno" not in sentence and "HTTP" not in sentence and "object" not in sentence
        assert "接続" in error.value.phrase.ja

    def closed(_asked: Asked) -> Answer:
        return Answer(body=b"{", claimed_length=10)

    with fake_desk(closed) as desk, pytest.raises(DeskUnreachable, match="the answer was cut off"):
        api_of(desk).list_applications()


@pytest.mark.parametrize(
    "url", ["https://desk.example.jp/?x=", "https://desk.example.jp/#", "https://desk.example.jp?"]
)
def test_an_address_with_a_query_or_fragment_is_refused(url: str) -> None:
    with pytest.raises(OptionsWrong, match="desk_url must be of the form"):
        open_desk({**OPTIONS, "desk_url": url, "desk_ca_path": None})


def test_a_ca_file_that_is_not_there_is_named(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    missing = "~/no-such-ca.pem"
    with pytest.raises(OptionsWrong) as wrong:
        open_desk({**OPTIONS, "desk_ca_path": missing})
    assert wrong.value.message.en == "desk_ca_path ~/no-such-ca.pem: no such file"
    assert wrong.value.message.ja == "desk_ca_path ~/no-such-ca.pem: ファイルがありません"
    (tmp_path / "no-such-ca.pem").write_text("no PEM", encoding="utf-8")
    with pytest.raises(OptionsWrong, match="holds no CA certificates"):
        open_desk({**OPTIONS, "desk_ca_path": missing})
    with pytest.raises(OptionsWrong, match="no-such-ca"):
        open_desk({**OPTIONS, "desk_ca_path": "~nobody-of-this-name/no-such-ca.pem"})


def test_a_ca_file_of_the_home_folder_is_found(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import ssl

    bundle = ssl.get_default_verify_paths().cafile
    if bundle is None:
        pytest.skip("NO CA FILE: this machine has no CA certificates")
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "ca.pem").symlink_to(bundle)
    assert open_desk({**OPTIONS, "desk_ca_path": "~/ca.pem"})


def test_a_purchase_that_is_answered_with_odd_words_keeps_no_line_from_the_ledger() -> None:
    with (
        fake_desk(lambda _asked: told({"result": {**APPLICATION, "contract_id": "rsc\ud800"}})) as desk,
        pytest.raises(DeskError) as error,
    ):
        api_of(desk).place(sample.order(), "default/www/1")
    str(error.value).encode()
