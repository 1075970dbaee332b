# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates as people get them: whatever holds them, matched by key, judged, and never with a private key."""

from __future__ import annotations

import email.message
import io
import pathlib
import re
import tempfile
import typing as t
import zipfile

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.adapter import ByHandDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.inbox import read_inbox
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import StateConflict
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks import record as task
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.unit.plugins import authority as ca
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._tasks.test_work_sheets import Desk
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from hypothesis import given
from hypothesis import strategies as st

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order
    from cryptography import x509

Json = dict[str, t.Any]
DER: t.Final = serialization.Encoding.DER

ROOT: t.Final = ca.Authority("Root", *ca.self_signed("Root", authority=True), ())  # type: ignore[call-arg]
MIDDLE: t.Final = ROOT.below("Intermediate")
ISSUING: t.Final = MIDDLE.below("Issuing")
KEY: t.Final = ec.generate_private_key(ec.SECP256R1())
LEAF: t.Final = ISSUING.issue("www.example.jp", key=KEY)
CHAIN: t.Final = list(ISSUING.chain)
INSTALL: t.Final = {"certificate": "/etc/pki/www.pem", "chain": "/etc/pki/chain.pem"}


@pytest.fixture
def desk(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(task, "read_clock", lambda: ca.NOW)
    folder = tmp_path / "desk"
    folder.mkdir()
    (tmp_path / "inbox").mkdir()
    return Desk(folder)


def applied(desk: Desk, name: str = "www", key: t.Any = KEY, number: int = 1, **changes: t.Any) -> Order:
    """An order that is registered with a CSR of this key."""
    order = sample.target_order(name=name, common_name=f"{name}.example.jp", install=INSTALL, **changes)
    contract_id = desk.bought(order, "applied", number)
    folder = desk.folder / "csrs"
    folder.mkdir(exist_ok=True)
    (folder / f"{contract_id}.csr").write_text(sample.csr_of(key, order.common_name), encoding="ascii")
    return order


def put(desk: Desk, name: str, content: bytes) -> None:
    (desk.folder.parent / "inbox" / name).write_bytes(content)


def take(desk: Desk, *orders: Order) -> Json:
    options = {**desk.options, "records": None, "records_file": None, "listing": None, "take_over": False,
               "inbox": str(desk.folder.parent / "inbox")}  # fmt: skip
    return task.record(options, orders, pretend=False, lang="en")


def pem(*certificates: x509.Certificate) -> bytes:
    return "".join(map(ca.pem, certificates)).encode()


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return buffer.getvalue()


def mailed(*attached: tuple[str, bytes], text: str = "証明書をお送りします。") -> bytes:
    mail = email.message.EmailMessage()
    mail["Subject"] = "証明書発行のお知らせ"
    mail.set_content(text)
    for name, content in attached:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


FORMS: t.Final[dict[str, bytes]] = {
    "www.pem": pem(LEAF, *CHAIN),
    "upside-down.txt": pem(*reversed(CHAIN), LEAF),
    "with-root-and-words.crt": b"subject=/CN=x\r\n" + pem(LEAF, *CHAIN, ROOT.certificate).replace(b"\n", b"\r\n"),
    "utf16.txt": pem(LEAF, *CHAIN).decode().encode("utf-16"),
    "bundle.p7b": pkcs7.serialize_certificates([LEAF, *CHAIN], DER),
    "bundle.pem": pkcs7.serialize_certificates([LEAF, *CHAIN], serialization.Encoding.PEM),
    "all.zip": zipped(www_cer=LEAF.public_bytes(DER), ca_cer=pem(*CHAIN), readme_txt=b"hello"),
    "mail.eml": mailed(("証明書.cer", LEAF.public_bytes(DER)), ("chain.p7b", pkcs7.serialize_certificates(CHAIN, DER))),
    "text.eml": mailed(text=pem(LEAF, *CHAIN).decode()),
    "zip-in-mail.eml": mailed(("a.zip", zipped(a_pem=pem(LEAF), b_pem=pem(*CHAIN)))),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_certificate_is_found_whatever_it_comes_in(desk: Desk, name: str) -> None:
    order = applied(desk)
    put(desk, name, FORMS[name])
    told = take(desk, order)
    assert told["left_in_inbox"] == {}
    (application,) = ByHandDesk(str(desk.folder), now=lambda: ca.NOW).list_applications()
    issued = ByHandDesk(str(desk.folder)).fetch_certificate(application)
    assert (issued.certificate, issued.chain) == (ca.pem(LEAF), "".join(map(ca.pem, CHAIN)))
    assert application.state.value == "issued"
    assert not take(desk, order)["changed"], "what is there already changes nothing"


def test_leaf_and_intermediates_may_come_apart(desk: Desk) -> None:
    order = applied(desk)
    put(desk, "www.cer", LEAF.public_bytes(DER))
    told = take(desk, order)["left_in_inbox"]["www.cer"]
    assert told.startswith("the certificate of its issuer, ")
    assert "Issuing" in told
    put(desk, "ca.pem", pem(*CHAIN))
    assert take(desk, order)["left_in_inbox"] == {}


def test_intermediates_that_came_earlier_serve_again(desk: Desk) -> None:
    first = applied(desk)
    put(desk, "www.pem", pem(LEAF, *CHAIN))
    take(desk, first)
    key = ec.generate_private_key(ec.SECP256R1())
    second = applied(desk, "api", key, 2)
    put(desk, "api.cer", ISSUING.issue("api.example.jp", key=key).public_bytes(DER))
    assert take(desk, first, second)["left_in_inbox"] == {}


KEYS: t.Final[dict[str, bytes]] = {
    "key.pem": ca.key_pem(KEY) + pem(LEAF),
    "key.der": KEY.private_bytes(DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    "locked.key": ca.key_pem(KEY, password=b"secret"),
    "www.pfx": pkcs12.serialize_key_and_certificates(
        b"www", KEY, LEAF, None, serialization.BestAvailableEncryption(b"secret")
    ),
    "in.zip": zipped(key_pem=ca.key_pem(KEY)),
}


@pytest.mark.parametrize("name", KEYS)
def test_a_private_key_is_named_and_never_kept(desk: Desk, name: str) -> None:
    order = applied(desk)
    own = sample.order(name="own", common_name="own.example.jp", host="web1", key={"path": "/etc/pki/own.key"})
    put(desk, name, KEYS[name])
    (told,) = take(desk, order, own)["left_in_inbox"].values()
    assert "private key, so nothing of it was read" in told
    assert "own: web1:/etc/pki/own.key" in told
    assert not (desk.folder / "certificates").exists()
    assert "PRIVATE" not in "".join(file.read_text() for file in desk.folder.rglob("*") if file.is_file())


def test_the_csr_of_another_order_is_found_out(desk: Desk) -> None:
    """The certificate has the name of www, for the portal was given the name, and the key of the CSR of shop."""
    other = ec.generate_private_key(ec.SECP256R1())
    www, shop = applied(desk), applied(desk, "shop", other, 2)
    put(desk, "www.pem", pem(ISSUING.issue("www.example.jp", key=other), *CHAIN))
    told = take(desk, www, shop)["left_in_inbox"]["www.pem"]
    assert told.startswith("it has the name of rsc00000001, but the key of order default/shop/1: the CSR of")
    assert not (desk.folder / "certificates").exists()


REFUSED: t.Final = {
    "another key": (ISSUING.issue("www.example.jp"), "another key than the CSR on its work sheet"),
    "nobody's": (ISSUING.issue("else.example.jp"), "no contract of the register has its name and key"),
    "an authority": (
        ISSUING.issue("www.example.jp", key=KEY, authority=True, dns_names=("www.example.jp",)),
        "certification authority (CA:TRUE)",
    ),
    "for clients": (ISSUING.issue("www.example.jp", key=KEY, usages=("1.3.6.1.5.5.7.3.2",)), "serverAuth"),
    "over": (ISSUING.issue("www.example.jp", key=KEY, until=ca.NOW - ca.DAY / 2), "expired at"),
    "to come": (ISSUING.issue("www.example.jp", key=KEY, since=ca.NOW + ca.DAY), "not valid before"),
    "another name": (ISSUING.issue("w2.example.jp", key=KEY), "is for w2.example.jp, but the order is for www"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_told_with_the_reason(desk: Desk, name: str) -> None:
    leaf, reason = REFUSED[name]
    order = applied(desk)
    put(desk, "x.pem", pem(leaf, *CHAIN))
    told = take(desk, order)
    assert reason in told["left_in_inbox"]["x.pem"]
    assert (told["changed"], (desk.folder / "certificates").exists()) == (False, False)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("note.txt", b"hello", "no certificate in it"),
        ("empty", b"", "no certificate in it"),
        ("broken.zip", b"PK\x03\x04garbage", "no certificate in it"),
        ("half.pem", pem(LEAF)[:300], "no certificate in it"),
        ("huge.bin", b"0" * ((16 << 20) + 1), "too large"),
    ],
)
def test_what_is_no_certificate_is_named(desk: Desk, name: str, content: bytes, reason: str) -> None:
    order = applied(desk)
    put(desk, name, content)
    assert reason in take(desk, order)["left_in_inbox"][name]


def test_an_archive_that_grows_when_it_is_opened_is_not_opened(desk: Desk) -> None:
    order = applied(desk)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"{number}", b"0" * (8 << 20))
    put(desk, "bomb.zip", buffer.getvalue())
    assert "too large" in take(desk, order)["left_in_inbox"]["bomb.zip"]


def test_a_newer_certificate_takes_the_place_of_the_older_one_only(desk: Desk) -> None:
    order = applied(desk)
    old = ISSUING.issue("www.example.jp", key=KEY, since=ca.NOW - 9 * ca.DAY)
    put(desk, "a.pem", pem(old, *CHAIN))
    assert take(desk, order)["changed"]
    put(desk, "b.pem", pem(LEAF, *CHAIN))
    told = take(desk, order)
    assert told["recorded"][0]["serial_number"] == format(LEAF.serial_number, "x")
    told = take(desk, order)
    assert told["changed"] is False
    assert "newer certificate already" in told["left_in_inbox"]["a.pem"]


def test_the_certificate_of_a_key_that_iij_made_is_known_by_its_name(desk: Desk) -> None:
    order = sample.order(name="own", common_name="own.example.jp")
    desk.bought(order, "applied")
    put(desk, "own.pem", pem(ISSUING.issue("own.example.jp", since=ca.NOW - 9 * ca.DAY), *CHAIN))
    assert take(desk, order)["left_in_inbox"] == {}
    put(desk, "own.pem", pem(ISSUING.issue("own.example.jp"), *CHAIN))
    assert take(desk, order)["changed"], "it is reissued with another key"


def test_of_like_contracts_the_one_gets_it_that_a_person_has_named(desk: Desk) -> None:
    """Where IIJ makes the keys nothing but a person can tell them apart, and what is there is known again."""
    twins = [sample.order(name=name, common_name="own.example.jp") for name in ("own", "twin")]
    for number, order in enumerate(twins, 1):
        desk.bought(order, "applied", number)
    leaf = ISSUING.issue("own.example.jp")
    put(desk, "own.pem", pem(leaf, *CHAIN))
    told = take(desk, *twins)["left_in_inbox"]["own.pem"]
    fingerprint = re.search(r"public_key_fingerprint, (\w+),", told)
    assert fingerprint
    desk.rows[1] |= {"public_key_fingerprint": fingerprint[1]}
    desk.write()
    (row,) = take(desk, *twins)["recorded"]
    assert row["contract_id"] == "rsc00000002"
    again = take(desk, *twins)
    assert (again["left_in_inbox"], again["changed"]) == ({}, False)


def listed(desk: Desk, days: int, **fields: t.Any) -> Order:
    """A contract with a key that IIJ made, as a list showed it: up to so many days from now, without a certificate."""
    order = sample.order(name="own", common_name="own.example.jp")
    desk.bought(order, "issued")
    desk.rows[-1] |= {"not_after": f"{ca.NOW + days * ca.DAY:%Y-%m-%d}", **fields}
    desk.write()
    return order


def test_what_is_older_than_the_certificate_of_the_list_is_not_taken_for_it(desk: Desk) -> None:
    """The list shows the renewal; whoever keeps certificates in that folder has the one of before there, too."""
    order = listed(desk, 200)
    put(desk, "own.pem", pem(ISSUING.issue("own.example.jp", until=ca.NOW + 20 * ca.DAY), *CHAIN))
    told = take(desk, order)
    assert "a newer certificate already" in told["left_in_inbox"]["own.pem"]
    assert told["changed"] is False
    put(desk, "own.pem", pem(ISSUING.issue("own.example.jp", until=ca.NOW + 200 * ca.DAY), *CHAIN))
    assert take(desk, order)["changed"]


def test_what_was_issued_before_its_contract_was_ordered_is_of_another_one(desk: Desk) -> None:
    order = sample.order(name="own", common_name="own.example.jp")
    desk.bought(order, "awaiting_registration")
    desk.rows[-1] |= {"ordered_at": f"{ca.NOW - ca.DAY:%Y-%m-%d}"}
    desk.write()
    put(desk, "own.pem", pem(ISSUING.issue("own.example.jp", since=ca.NOW - 40 * ca.DAY), *CHAIN))
    told = take(desk, order)
    assert "before" in told["left_in_inbox"]["own.pem"]
    assert told["changed"] is False, "it still waits for its registration"


def test_the_certificate_in_use_leaves_the_renewal_open_that_is_under_way(desk: Desk) -> None:
    procedure = {"procedure": "renewal", "procedure_state": "awaiting_registration"}
    order = listed(desk, 25, **procedure)
    put(desk, "own.pem", pem(ISSUING.issue("own.example.jp", until=ca.NOW + 25 * ca.DAY), *CHAIN))
    (row,) = take(desk, order)["recorded"]
    assert row["certificate_fingerprint"]
    assert {name: row.get(name) for name in procedure} == procedure, "silence would make the key"
    put(desk, "own.pem", pem(ISSUING.issue("own.example.jp", until=ca.NOW + 200 * ca.DAY), *CHAIN))
    (row,) = take(desk, order)["recorded"]
    assert "procedure" not in row


def test_the_issuer_that_an_order_asks_for_is_required(desk: Desk) -> None:
    order = applied(desk, "www", KEY, 1)
    wanted = sample.target_order(install={**INSTALL, "issuer": "GlobalSign"})
    put(desk, "www.pem", pem(LEAF, *CHAIN))
    assert "GlobalSign" in take(desk, wanted)["left_in_inbox"]["www.pem"]
    assert take(desk, order)["changed"]


def test_a_link_in_the_inbox_leads_nowhere(desk: Desk, tmp_path: pathlib.Path) -> None:
    order = applied(desk)
    (tmp_path / "elsewhere.pem").write_bytes(pem(LEAF, *CHAIN))
    (tmp_path / "inbox" / "link.pem").symlink_to(tmp_path / "elsewhere.pem")
    assert "is a link" in take(desk, order)["left_in_inbox"]["link.pem"]


def test_without_its_certificate_a_contract_says_what_to_do(desk: Desk) -> None:
    order = applied(desk)
    with pytest.raises(StateConflict, match="certificate_inbox"):
        ByHandDesk(str(desk.folder)).fetch_certificate(ByHandDesk(str(desk.folder)).list_applications()[0])
    assert order.install is not None


@given(
    st.sampled_from([*FORMS.items(), *KEYS.items()]),
    st.lists(st.tuples(st.integers(0), st.binary(max_size=4)), max_size=4),
)
def test_whatever_comes_is_opened_or_named(form: tuple[str, bytes], changes: list[tuple[int, bytes]]) -> None:
    """However a file is damaged, nothing but certificates comes out of it, and none that was not in it."""
    name, content = form
    for place, other in changes:
        at = place % len(content)
        content = content[:at] + other + content[at + len(other) :]
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / name).write_bytes(content)
        inbox = read_inbox(folder)
    known = {certificate.public_bytes(DER) for certificate in (LEAF, *CHAIN, ROOT.certificate)}
    found = [*(leaf for _name, leaf in inbox.leaves.values()), *inbox.authorities.values()]
    assert changes or form[0] in KEYS or {certificate.der for certificate in found} <= known
    assert found or inbox.problems
    assert not (inbox.with_keys and name in FORMS and not changes)
