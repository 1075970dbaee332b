# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import hashlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import errors
from ansible_collections.iij.server_certificate.plugins.module_utils._core.keyspec import KeySpec
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import keys, pem
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import key_pem
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

PATH = "/etc/pki/tls/private/www.key"


@pytest.mark.parametrize("curve", ["P-256", "P-384"])
def test_an_elliptic_key_is_what_was_asked_for(curve: str) -> None:
    spec = KeySpec("ECDSA", curve=curve)
    content = keys.to_pem(keys.generate(spec))
    assert content.startswith(b"-----BEGIN PRIVATE KEY-----\n")
    assert keys.facts(content, path=PATH).spec == spec


def test_an_rsa_key_is_what_was_asked_for() -> None:
    spec = KeySpec("RSA", size=2048)
    key = keys.generate(spec)
    assert keys.facts(keys.to_pem(key), path=PATH).spec == spec
    assert t.cast("rsa.RSAPublicKey", key.public_key()).public_numbers().e == 65537


@pytest.mark.parametrize("form", ["PKCS8", "TraditionalOpenSSL"])
def test_every_usual_form_is_read(rsa_key: t.Any, ec_key: t.Any, form: str) -> None:
    for key in (rsa_key, ec_key):
        facts = keys.facts(b"words before\n" + key_pem(key, form=form), path=PATH)
        assert facts.public_key_fingerprint == keys.fingerprint(key.public_key())


def test_openssl_ecparam_writes_parameters_before_the_key(ec_key: t.Any) -> None:
    parameters = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    facts = keys.facts(parameters + key_pem(ec_key, form="TraditionalOpenSSL"), path=PATH)
    assert facts.spec == KeySpec("ECDSA", curve="P-256")


@pytest.mark.parametrize("form", ["PKCS8", "TraditionalOpenSSL"])
def test_an_encrypted_key_is_said_to_be_encrypted(rsa_key: t.Any, form: str) -> None:
    with pytest.raises(errors.KeyEncrypted, match=PATH):
        keys.facts(key_pem(rsa_key, form=form, password=b"secret"), path=PATH)


@pytest.mark.parametrize(
    "content", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", b"\0" * 100]
)
def test_what_is_no_key_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(errors.KeyBroken, match=PATH):
        keys.facts(content, path=PATH)


def test_a_key_that_is_cut_off_is_broken(rsa_key: t.Any) -> None:
    with pytest.raises(errors.KeyBroken):
        keys.facts(key_pem(rsa_key)[:-200], path=PATH)


def test_damage_in_any_number_of_an_rsa_key_is_noticed(rsa_key: rsa.RSAPrivateKey) -> None:
    """OpenSSL's own validation is switched off for its price, so the numbers are checked here."""
    label, der = pem.blocks(key_pem(rsa_key, form="TraditionalOpenSSL"))[0].label, _der(rsa_key)
    numbers = rsa_key.private_numbers()
    public = numbers.public_numbers
    for number in (public.n, numbers.d, numbers.p, numbers.q, numbers.dmp1, numbers.dmq1, numbers.iqmp):
        place = der.index(number.to_bytes((number.bit_length() + 7) // 8, "big"))
        damaged = bytearray(der)
        damaged[place + 20] ^= 4
        with pytest.raises(errors.KeyBroken):
            keys.facts(pem.encode(bytes(damaged), label=label).encode(), path=PATH)


def test_damage_in_either_half_of_an_elliptic_key_is_noticed(ec_key: ec.EllipticCurvePrivateKey) -> None:
    (block,) = pem.blocks(key_pem(ec_key, form="TraditionalOpenSSL"))
    numbers = ec_key.private_numbers()
    for number in (numbers.private_value, numbers.public_numbers.x, numbers.public_numbers.y):
        damaged = bytearray(block.der())
        damaged[block.der().index(number.to_bytes(32, "big")) + 20] ^= 4
        with pytest.raises(errors.KeyBroken):
            keys.facts(pem.encode(bytes(damaged), label=block.label).encode(), path=PATH)


def _der(key: rsa.RSAPrivateKey) -> bytes:
    return pem.blocks(key_pem(key, form="TraditionalOpenSSL"))[0].der()


@pytest.mark.parametrize(
    ("key", "text"),
    [(ed25519.Ed25519PrivateKey.generate(), "Ed25519"), (ec.generate_private_key(ec.SECP521R1()), "P-521")],
)
def test_keys_that_nobody_may_ask_for_are_named_all_the_same(key: t.Any, text: str) -> None:
    assert text in str(keys.facts(key_pem(key), path=PATH).spec)


def test_the_fingerprint_is_that_of_the_public_key_info(ec_key: t.Any) -> None:
    public = ec_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    der = base64.b64decode(b"".join(public.splitlines()[1:-1]))
    assert keys.fingerprint(ec_key.public_key()) == hashlib.sha256(der).hexdigest()


def test_a_private_key_in_der_is_recognised(ec_key: t.Any) -> None:
    form = serialization.PrivateFormat.PKCS8
    plain = ec_key.private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption())
    locked = ec_key.private_bytes(serialization.Encoding.DER, form, serialization.BestAvailableEncryption(b"x"))
    assert keys.is_private_key(plain)
    assert keys.is_private_key(locked)
    assert not keys.is_private_key(b"nonsense")


def test_facts_do_not_show_the_key(ec_key: t.Any) -> None:
    content = key_pem(ec_key)
    shown = repr(keys.facts(content, path=PATH))
    assert not any(line.decode() in shown for line in content.splitlines())
