# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Promise 2: no private key leaves its host, no credential leaves the controller.

The whole way is run at full verbosity with every trace kept, and then everything that was written, sent or said is
searched for key bytes and tokens in all their forms. Planted leaks show that the search finds them.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses as dc
import gzip
import io
import json
import os
import pathlib
import re
import sqlite3
import threading
import time
import typing as t
import zipfile

import pytest
import yaml
from ansible_collections.iij.server_certificate.tests.playbooks import leak_search
from ansible_collections.iij.server_certificate.tests.playbooks.recording_proxy import RecordingProxy
from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Site, open_site
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.playbooks.ssh_hosts import SshHost

WRONG_TOKEN = "a-token-that-was-revoked-yesterday"
HOSTS = ("web1", "web2")

# The user's own playbook: tokens come as variables, facts are cached, results are kept on controller and hosts.
OWN_PLAYBOOK = """\
- hosts: localhost
  gather_facts: false
  module_defaults: &desk
    group/iij.server_certificate.desk: {desk_url: "{{ own_url }}", desk_token: "{{ own_order_token }}"}
  tasks:
    - iij.server_certificate.cert_portfolio: {order_files: "{{ certificate_orders }}", state: applied}
      register: applied
    - ansible.builtin.copy: {content: "{{ applied | to_nice_json }}", dest: "{{ own_folder }}/applied.json"}
- hosts: web1:web2
  gather_facts: true
  gather_subset: ["!all"]
  module_defaults: *desk
  tasks:
    - iij.server_certificate.csr_register:
        order_files: "{{ certificate_orders }}"
        desk_token: "{{ own_register_token }}"
      register: registered
    - ansible.builtin.set_fact: {kept: "{{ registered }}", cacheable: true}
    - iij.server_certificate.certificate_install: {order_files: "{{ certificate_orders }}"}
      register: installed
    - ansible.builtin.copy:
        content: "{{ {'registered': registered, 'installed': installed} | to_nice_json }}"
        dest: "{{ own_folder }}/{{ inventory_hostname }}/results.json"
"""


@dc.dataclass(frozen=True, kw_only=True)
class Traces:
    """All that the way left behind."""

    site: Site
    line: RecordingProxy
    said: bytes
    passing: dict[str, bytes]  # temporary files of the controller, caught while they were there

    def keys(self) -> dict[pathlib.Path, bytes]:
        """Every private key where it belongs."""
        return {file: file.read_bytes() for host in HOSTS for file in self.site.at(host).glob("*.key")}


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory, ssh_hosts: dict[str, SshHost]) -> t.Iterator[Traces]:
    with open_site(tmp_path_factory.mktemp("traces"), ssh_hosts) as site, RecordingProxy(site.desk.url) as line:
        passing: dict[str, bytes] = {}
        with watched(site.folder / "local-tmp", passing):
            said = [*by_environment(site, line), *by_variables(site, line)]
        yield Traces(site=site, line=line, said="\n".join(said).encode(), passing=passing)


def by_environment(site: Site, line: RecordingProxy) -> t.Iterator[str]:
    """The collection's playbooks, with things going wrong on the way; what each run said."""
    kept = {**everything_kept(site), "IIJ_CERT_DESK_URL": line.url}
    elliptic = {"path": str(site.at("web2", "bank.key")), "type": "ECDSA", "curve": "P-256"}
    site.write_orders(
        site.target("www", "web1"),
        site.target("bank", "web2", product="quick_ssl", approval_email="admin@example.jp", key=elliptic),
        site.here("api"),
    )
    yield site.run("plan", "-vvvv", fails=True, **kept, IIJ_CERT_ORDER_TOKEN=WRONG_TOKEN).output
    site.desk.fault("drop_before_commit", method="GET", path="/applications", count=99)
    yield site.run("plan", "-vvvv", fails=True, **kept).output
    site.desk.no_faults()
    yield site.run("apply", "-vvvv", "--check", "--diff", **kept).output
    site.desk.fault("drop_after_commit", method="POST", path="/applications")
    yield site.run("apply", "-vvvv", "--diff", **kept).output
    site.desk.ca_work()
    site.desk.fault("server_error", method="GET", path="/applications/*/certificate", count=99)
    yield site.run("collect", "-vvvv", fails=True, **kept).output
    site.desk.no_faults()
    yield site.run("collect", "-vvvv", "--diff", **kept).output


def by_variables(site: Site, line: RecordingProxy) -> t.Iterator[str]:
    """A playbook of the user's own, with tokens as variables; what each run said."""
    nothing = {"IIJ_CERT_DESK_URL": "", "IIJ_CERT_ORDER_TOKEN": "", "IIJ_CERT_REGISTER_TOKEN": ""}
    site.write_orders(site.target("mail", "web1"), site.target("blog", "web2"), file="more.yml")
    given = {
        "own_url": line.url, "own_folder": str(site.at("")),
        "own_order_token": site.desk.order_token, "own_register_token": site.desk.register_token,
    }  # fmt: skip
    variables = site.write("given/tokens.yml", yaml.safe_dump(given))
    playbook = site.write("own.yml", OWN_PLAYBOOK)
    for _time in range(2):
        yield site.run(
            str(playbook), "-vvvv", "--diff", "-e", f"@{variables}", **{**everything_kept(site), **nothing}
        ).output
        site.desk.ca_work()


def everything_kept(site: Site) -> dict[str, t.Any]:
    return {
        "ANSIBLE_KEEP_REMOTE_FILES": "true",
        "ANSIBLE_PIPELINING": "false",
        "ANSIBLE_LOG_PATH": str(site.folder / "ansible.log"),
        "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(site.folder / "facts"),
    }


@contextlib.contextmanager
def watched(folder: pathlib.Path, caught: dict[str, bytes]) -> t.Iterator[None]:
    """Catch the files of a folder while they pass."""
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            # os.walk goes on when a folder vanishes under it; a watcher that dies would watch nothing and say nothing.
            for place, _folders, names in os.walk(folder):
                for file in (pathlib.Path(place, name) for name in names):
                    with contextlib.suppress(OSError):
                        if file.is_file() and len(content := file.read_bytes()) > len(caught.get(str(file), b"")):
                            caught[str(file)] = content
            time.sleep(0.02)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    yield
    done.set()
    thread.join()


def searched(
    traces: Traces, *secrets: leak_search.Secret, traffic: bytes, but_not: t.Collection[pathlib.Path]
) -> leak_search.Search:
    search = leak_search.Search(*secrets)
    search.folder(traces.site.folder, but_not=but_not)
    search.content("what the runs said", traces.said)
    search.content("traffic", traffic)
    for place, content in traces.passing.items():
        search.content(f"passing {place}", content)
    return search


def test_no_private_key_leaves_its_host(traces: Traces) -> None:
    keys = traces.keys()
    assert {file.name for file in keys} == {"www.key", "bank.key", "mail.key", "blog.key"}
    secrets = [leak_search.private_key(file.name, content) for file, content in keys.items()]
    search = searched(traces, *secrets, traffic=traces.line.traffic, but_not=keys)
    assert sorted(search.hits) == []
    were_searched(search.places)


def test_no_token_leaves_the_controller(traces: Traces) -> None:
    site = traces.site
    secrets = [leak_search.token(name, value) for name, value in tokens(site).items()]
    # These hold tokens because they are told them: the desk's ready file and greeting, and the user's variables.
    told = {site.folder / "desk" / "desk.json", site.folder / "given" / "tokens.yml", site.desk.log}
    search = searched(traces, *secrets, traffic=traces.line.traffic_without_authorization, but_not=told)
    _greeting, end, log = site.desk.log.read_bytes().partition(b"Stop with Ctrl-C.")
    assert end
    search.content("desk.log", log)
    assert sorted(search.hits) == []
    were_searched(search.places)


def tokens(site: Site) -> dict[str, str]:
    return {"order token": site.desk.order_token, "register token": site.desk.register_token, "wrong": WRONG_TOKEN}


def test_a_token_travels_in_one_header_only(traces: Traces) -> None:
    for name, value in tokens(traces.site).items():
        assert traces.line.traffic.count(value.encode()) > 0, f"the {name} was used"
        assert traces.line.traffic.count(value.encode()) == traces.line.traffic.count(b"Bearer " + value.encode())


def were_searched(places: list[str]) -> None:
    """A search that looks at nothing finds nothing: these kinds of trace must have been among what it saw."""
    joined = "\n".join(places)
    for host in HOSTS:
        assert f"remote-tmp/{host}/" in joined
        assert f"hosts/{host}/results.json" in joined
        assert re.search(rf"facts/\S*{host}$", joined, re.MULTILINE)
    for trace in (
        "AnsiballZ_csr_register.py > base64 0 > ansible_collections/", "AnsiballZ_certificate_install.py > base64 0 > ",
        "ansible.log", "results-1.jsonl", "desk.sqlite3", "desk.sqlite3 (rows)", ".ledger.jsonl",
        "hosts/applied.json", "what the runs said", "traffic", "passing ", "desk.log",
    ):  # fmt: skip
        assert trace in joined, f"{trace} is not among what was searched"


def test_everything_was_kept(traces: Traces) -> None:
    for word in (b"SSH: EXEC", b"AnsiballZ_csr_register.py", b"VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", b"fatal: "):
        assert word in traces.said, word
    assert b"POST /api/v1/applications HTTP" in traces.line.traffic
    assert b"BEGIN CERTIFICATE REQUEST" in traces.line.traffic
    (facts,) = (traces.site.folder / "facts").glob("*web1")
    assert b"registrations" in facts.read_bytes()


def keys_to_plant() -> dict[str, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey]:
    return {
        "rsa": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "ec": ec.generate_private_key(ec.SECP256R1()),
    }


def planted(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> dict[str, bytes]:
    """Ways in which a key might get out."""
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL, plain)
    numbers = key.private_numbers()
    number = numbers.d if isinstance(numbers, rsa.RSAPrivateNumbers) else numbers.private_value
    colons = number.to_bytes((number.bit_length() + 7) // 8, "big").hex(":")
    return {
        "PEM": pem,
        "the end of a PEM": b"log: " + pem[-200:],
        "PKCS#8 in DER": key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, plain),
        "traditional DER": b"\0\1" + der,
        "DER in base64": b"x" * 7 + base64.b64encode(der),
        "DER in base64, lines of 76": base64.encodebytes(der),
        "PEM in base64": b"{" + base64.b64encode(b"ab" + pem),
        "PEM in JSON": json.dumps({"key": pem.decode()}).encode(),
        "PEM on one line": pem.replace(b"\n", b" "),
        "hexadecimal": der.hex().encode(),
        "openssl -text": "\n".join(colons[start : start + 45] for start in range(0, len(colons), 45)).encode(),
        "a Python number": repr(number).encode(),
        "a zip in base64 in a payload": b"ZIPDATA = '" + base64.b64encode(zipped(pem)) + b"'",
        "gzip": gzip.compress(pem),
    }


def zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        # A payload has more in it than one small file.
        archive.writestr("ansible/module_utils/basic.py", "".join(map(str, range(2000))))
        archive.writestr("args.json", content)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_planted_key_is_found(tmp_path: pathlib.Path, kind: str) -> None:
    key = keys_to_plant()[kind]
    ways = planted(key)
    secret = leak_search.private_key(kind, ways["PEM"])
    for way, content in ways.items():
        search = leak_search.Search(secret)
        search.content(way, b"before " * 40 + content + b" after" * 40 if way != "gzip" else content)
        assert search.hits, way
    database = tmp_path / "desk.sqlite3"
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE application (csr TEXT)")
        connection.execute("INSERT INTO application VALUES (?)", ("x" * 5000 + ways["PEM"].decode(),))
    search = leak_search.Search(secret)
    search.folder(tmp_path)
    assert {hit.place for hit in search.hits} >= {"desk.sqlite3 (rows)"}


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_what_is_public_is_no_leak(kind: str) -> None:
    key = keys_to_plant()[kind]
    search = leak_search.Search(leak_search.private_key(kind, planted(key)["PEM"]))
    for form in (serialization.Encoding.PEM, serialization.Encoding.DER):
        search.content("public", key.public_key().public_bytes(form, serialization.PublicFormat.SubjectPublicKeyInfo))
    search.content("another key", planted(keys_to_plant()[kind])["PEM"])
    assert search.hits == set()


def test_a_planted_token_is_found(traces: Traces) -> None:
    value = traces.site.desk.order_token
    secret = leak_search.token("order token", value)
    for way, content in {
        "clear": f"desk_token={value}".encode(),
        "base64": base64.b64encode(f'{{"desk_token": "{value}"}}'.encode()),
        "payload": base64.b64encode(zipped(f'{{"desk_token": "{value}"}}'.encode())),
        "another header": f"GET / HTTP/1.1\r\nX-Token: {value}\r\n".encode(),
        "a URL": f"GET /api/v1/products?token={value} HTTP/1.1".encode(),
    }.items():
        search = leak_search.Search(secret)
        search.content(way, content)
        assert search.hits, way


def test_a_leak_among_the_traces_is_found(traces: Traces) -> None:
    (file, pem), *_others = traces.keys().items()
    leak = traces.site.folder / "remote-tmp" / "web2" / "leaked"
    leak.write_bytes(base64.b64encode(zipped(pem)))
    try:
        search = searched(traces, leak_search.private_key(file.name, pem), traffic=b"", but_not=[file])
    finally:
        leak.unlink()
    assert {hit.place.partition(" > ")[0] for hit in search.hits} == {"remote-tmp/web2/leaked"}
