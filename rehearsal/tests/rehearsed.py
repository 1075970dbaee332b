# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A served rehearsal desk for tests, and the forms that it takes."""

from __future__ import annotations

import contextlib
import dataclasses as dc
import datetime as dt
import pathlib
import threading
import time
import typing as t

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID
from rehearsal_desk.rules.admins import Admin, digest, seeded_admins
from rehearsal_desk.running import serving
from rehearsal_desk.running.app import create_app
from rehearsal_desk.running.settings import Settings
from rehearsal_desk.store.store import open_engine
from sqlalchemy import inspect, make_url, text

Body = dict[str, t.Any]
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

_SUBJECT = {
    "C": NameOID.COUNTRY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "L": NameOID.LOCALITY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
}
TOKYO: t.Final = {"C": "JP", "ST": "Tokyo", "L": "Chiyoda-ku", "O": "Example Co., Ltd."}

APPLICANT: t.Final = {
    "name": "Web Operations",
    "department": "Infrastructure",
    "email": "certs@example.jp",
    "phone": "+81-3-0000-0000",
}
SUBJECT: t.Final = {
    "state_or_province_name": "Tokyo",
    "locality_name": "Chiyoda-ku",
    "organization_name": "Example Co., Ltd.",
    "organizational_unit_name": None,
}

# A second customer, to see that its contracts stay its own.
NEIGHBOUR_TOKEN: t.Final = "neighbour-token"
NEIGHBOUR: t.Final = Admin(
    master_id="RHS0000009",
    scopes=frozenset({"order", "register"}),
    customer_codes=frozenset({"SG00000002"}),
    token_digest=digest(NEIGHBOUR_TOKEN),
)


@dc.dataclass(frozen=True)
class Rehearsal:
    """One running desk; every call answers status and body."""

    url: str
    database: str
    order_token: str = "order-token-f00d"
    register_token: str = "register-token-f00d"
    control_token: str = "control-token-f00d"
    group_password: str = "group-password-f00d"
    service_password: str = "service-password-f00d"

    def call(self, method: str, path: str, body: object = None, *, token: str | None = None) -> requests.Response:
        headers = {"Authorization": f"Bearer {token or self.order_token}"}
        with requests.Session() as session:
            session.trust_env = False  # no proxy leads here, and finding none takes a third of a call
            return session.request(method, f"{self.url}{path}", json=body, headers=headers, timeout=20)

    def api(self, method: str, path: str, body: object = None, *, token: str | None = None) -> tuple[int, Body]:
        answer = self.call(method, f"/api/v1{path}", body, token=token)
        return answer.status_code, answer.json()

    def control(self, method: str, path: str, body: object = None) -> Body:
        answer = self.call(method, f"/rehearsal{path}", body, token=self.control_token)
        assert answer.status_code == 200, answer.text
        return t.cast(Body, answer.json())

    def root(self) -> str:
        return self.call("GET", "/rehearsal/root", token=self.control_token).text

    def place(self, **changes: object) -> Body:
        status, answer = self.api("POST", "/applications", order(**changes))
        assert status == 201, answer
        return t.cast(Body, answer["result"])

    def register(self, contract_id: str, **changes: object) -> Body:
        status, answer = self.api("PUT", f"/applications/{contract_id}/registration", registration(**changes))
        assert status == 200, answer
        return t.cast(Body, answer["result"])

    def show(self, contract_id: str) -> Body:
        return t.cast(Body, self.api("GET", f"/applications/{contract_id}")[1]["result"])

    def advance(self, days: int) -> None:
        self.control("PUT", "/clock", {"advance_days": days})

    def set_clock(self, now: str) -> None:
        self.control("PUT", "/clock", {"now": now})

    def purchases(self) -> int:
        return int(self.control("GET", "/purchases")["count"])

    def fault(self, name: str, method: str, path: str, count: int = 1, **more: object) -> None:
        fault = {"name": name, "method": method, "path": path, "count": count, **more}
        self.control("PUT", "/faults", {"faults": [fault]})


def order(**changes: object) -> Body:
    """An order that keeps every rule."""
    return {
        "client_reference": "default/www/1",
        "customer_code": "SG00000001",
        "common_name": "www.example.jp",
        "product": "sureserver_cloud",
        "term": "6 months",
        "usage": "other",
        "linked_contract_id": None,
        "terms_agreed": True,
        **changes,
    }


def linked_order(**changes: object) -> Body:
    """An order for the content acceleration contract."""
    return order(
        **{
            "product": "secure_server_id_cloud",
            "usage": "linked_service",
            "linked_contract_id": "rga00000001",
            **changes,
        }
    )


def registration(**changes: object) -> Body:
    """A registration for a Cybertrust product that lets the service make the CSR."""
    return {
        "csr_origin": "service",
        "csr": None,
        "subject": SUBJECT,
        "applicant": APPLICANT,
        "approval_email": None,
        "certificate_transparency": None,
        "terms_agreed": True,
        **changes,
    }


def csr_of(key: Key, common_name: str = "www.example.jp", **subject: str) -> str:
    """A CSR with these subject attributes, in PEM."""
    attributes = {**subject, "CN": common_name}
    name = x509.Name([x509.NameAttribute(_SUBJECT[short], value) for short, value in attributes.items() if value])
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, algorithm)
    return request.public_bytes(serialization.Encoding.PEM).decode()


def key_pem(key: Key) -> str:
    """The private key in PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def complaints(answer: Body) -> set[tuple[str, str]]:
    """Attribute and code of every detail of a refusal."""
    return {(detail["attribute"], detail["code"]) for detail in answer["error_details"]}


def settings_for(database: pathlib.Path | str, **changes: t.Any) -> Settings:
    """The settings of a test desk: known tokens, and a neighbour."""
    tokens = seeded_admins(
        order_token=Rehearsal.order_token,
        register_token=Rehearsal.register_token,
        group_password=Rehearsal.group_password,
        service_password=Rehearsal.service_password,
    )
    return Settings(
        **{
            "database": database if isinstance(database, str) else f"sqlite:///{database}",
            "admins": (*tokens, NEIGHBOUR),
            "control_digest": digest(Rehearsal.control_token),
            **changes,
        }
    )


@contextlib.contextmanager
def served(settings: Settings) -> t.Iterator[Rehearsal]:
    """A desk on a free loopback port for as long as the block lasts."""
    listener = serving.open_listener("127.0.0.1", port=0)
    url = serving.url_of(listener)
    server = serving.Server(create_app(dc.replace(settings, url=url)))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.005)
    try:
        yield Rehearsal(url=url, database=settings.database)
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def kept(database: str) -> bytes:
    """Everything that a store remembers, as it lies there."""
    url = make_url(database)
    if url.database is not None and url.get_backend_name() == "sqlite":
        path = pathlib.Path(url.database)
        return b"".join(part.read_bytes() for part in path.parent.glob(f"{path.name}*"))
    engine = open_engine(database)
    try:
        with engine.connect() as connection:
            names = inspect(connection).get_table_names()
            rows = [row for name in names for row in connection.execute(text(f'SELECT * FROM "{name}"'))]
    finally:
        engine.dispose()
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row)


def parsed(moment: str) -> dt.datetime:
    """A moment of the interface."""
    return dt.datetime.fromisoformat(moment)
