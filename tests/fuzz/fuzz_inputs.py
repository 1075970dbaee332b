# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the fuzzer feeds: four kinds of input, each made from nothing but a random generator."""

from __future__ import annotations

import base64
import copy
import dataclasses as dc
import datetime as dt
import functools
import pathlib
import typing as t

import yaml
from every_order import CSR_PATH, every_order

if t.TYPE_CHECKING:
    import random

SEEDS = pathlib.Path(__file__).parent / "seeds"
_Dumper: t.Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

# Texts that YAML, Python or a certificate library has been known to trip over.
_NASTY = (
    *(
        "",
        " ",
        "~",
        "null",
        "yes",
        "on",
        "=",
        "<<",
        "-",
        "?",
        ":",
        "#",
        "|",
        ">",
        "%",
        "@",
        "`",
        "!",
        "&",
        "*",
        "{{",
        "{%",
    ),
    *(
        "0",
        "-1",
        "007",
        "0o7",
        "0x",
        "0b",
        "0b2",
        "1e999",
        ".inf",
        "-.inf",
        ".nan",
        "1:60",
        "9" * 5000,
        "0x" + "f" * 5000,
    ),
    *("2026-11-22", "2026-13-45", "0000-00-00", "2026-11-22T25:61:61Z", "9999-12-31T23:59:59-23:59"),
    *("\x00", "\x1b[31m", "\u2028", "\ufeff", "\ud800", "\U0001f512", "Ｔｏｋｙｏ", "株式会社", "e\u0301", "\u202etxt"),
    *("{{ x }}", "{{ x", "{% raw %}", "{0}", "{value}", "%s", "../../etc/passwd", "/dev/zero", "/dev/stdin", "/", "."),
    *("xn--", "xn--a", "*.", "*", "*.*.jp", "..", "a..b", "." * 300, "a" * 10_000, "a." * 200 + "jp", "1.2.3.4", "::1"),
    *("-----BEGIN PRIVATE KEY-----", "@", "a@b", "a@b.c@d.e", "a@" + "." * 500, "SG00000001\n", "SG０００００００１"),
)
_VALUES: tuple[t.Any, ...] = (
    *_NASTY,
    *(None, True, False, 0, 1, -1, 2**64, 10**4000, -(10**5000), 1.5, float("inf"), float("nan"), b"\xff\x00", 2048),
    *(dt.date(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59), [], {}, [[]], [{}], {"": ""}, {None: None}, {1: {2: 3}}),
    *("RSA", "ECDSA", "service", "target", "supplied", "other", "linked_service", "1 year", "cancelled", "quick_ssl"),
    *(
        "セキュア・サーバID EV",
        "*.example.jp",
        "www.example.jp",
        "admin@example.jp",
        {"service": "id_gateway"},
        {"path": "/k"},
    ),
)
_TAGS = (
    "str",
    "int",
    "float",
    "bool",
    "null",
    "timestamp",
    "binary",
    "set",
    "omap",
    "pairs",
    "merge",
    "value",
    "map",
    "seq",
)
_OTHER_TAGS = ("!vault", "!unsafe", "!x", "!!python/object/apply:os.system", "!<tag:x,1:y>", "!")
_DEEPEST = 5


class Input(t.NamedTuple):
    """One order file, and the file beside it that a supplied CSR is read from."""

    kind: str
    orders: bytes
    csr: bytes | None = None


def random_bytes(random: random.Random) -> Input:
    """Noise, or a right order file that was damaged on its way."""
    if random.random() < 0.3:
        return Input("bytes", random.randbytes(random.randrange(200)))
    return Input("bytes", _damaged(random, random.choice(_right_files())))


def yaml_tree(random: random.Random) -> Input:
    """A tree that may or may not be YAML; half of the time below orders or defaults."""
    roll = random.random()
    if roll < 0.03:
        text = _deep(random)
    elif roll < 0.06:
        text = _multiplying(random)
    else:
        text = _Tree(random).node(0)
        frame = random.choice(
            ("{0}", "version: 1\norders: [{0}, {0}]", "version: 1\ndefaults: {0}\norders: [{{name: a}}]")
        )
        text = frame.format(text)
    return Input("tree", text.encode("utf-8", "surrogatepass"))


def near_order(random: random.Random) -> Input:
    """Right orders, changed at one to three places."""
    orders = [random.choice(every_order()) for _order in range(random.choice((1, 1, 1, 2)))]
    document: dict[t.Any, t.Any] = {"version": 1, "orders": orders}
    if random.random() < 0.3:
        document["defaults"] = {key: orders[0].pop(key) for key in tuple(orders[0]) if random.random() < 0.5}
    for _change in range(random.randint(1, 3)):
        _change_somewhere(random, document)
    try:
        text = yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False)
    except (ValueError, yaml.YAMLError):  # a number too long for Python to write, a character that no YAML holds
        return near_order(random)
    return Input("near", text.encode("utf-8", "surrogatepass"), csr=_seeds()[0])


def mutated_csr(random: random.Random) -> Input:
    """A right order with a CSR that was damaged as text or in its DER."""
    seed = random.choice(_seeds())
    if random.random() < 0.2:
        content = _damaged(random, seed)
    else:
        der = _damaged(random, base64.b64decode(b"".join(seed.splitlines()[1:-1])))
        text = base64.encodebytes(der)
        label = random.choice((b"CERTIFICATE REQUEST", b"NEW CERTIFICATE REQUEST", b"CERTIFICATE", b"X"))
        content = random.choice((der, b"-----BEGIN %b-----\n%b-----END %b-----\n" % (label, text, label)))
    return Input("csr", random.choice(_supplied_files()), csr=content)


KINDS: t.Final[tuple[t.Callable[[random.Random], Input], ...]] = (random_bytes, yaml_tree, near_order, mutated_csr)


@functools.cache
def _seeds() -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted(SEEDS.glob("*.csr")))


@functools.cache
def _right_files() -> tuple[bytes, ...]:
    return tuple(yaml.safe_dump({"version": 1, "orders": [order]}, sort_keys=False).encode() for order in every_order())


@functools.cache
def _supplied_files() -> tuple[bytes, ...]:
    return tuple(file for file in _right_files() if CSR_PATH.encode() in file)


def _damaged(random: random.Random, content: bytes) -> bytes:
    """The content with a few bytes changed, cut out, repeated or put in."""
    result = bytearray(content)
    for _damage in range(random.choice((1, 1, 2, 5, 20))):
        start = random.randrange(len(result) + 1)
        end = min(len(result), start + random.choice((1, 1, 2, 8, 64)))
        match random.randrange(6):
            case 0:
                result[start:end] = random.randbytes(end - start)
            case 1:
                del result[start:end]
            case 2:
                result[start:start] = result[start:end] * random.choice((1, 1, 2, 50))
            case 3:
                result[start:end] = random.choice(_NASTY).encode("utf-8", "surrogatepass")
            case 4 if start < len(result):
                result[start] ^= 1 << random.randrange(8)
            case _:
                result[start:start] = random.choice(
                    (b"\xff\xfe", b"\xef\xbb\xbf", b"\t", b"\r", b"\n", b"{", b"[", b"&a ", b"*a")
                )
    return bytes(result)


@dc.dataclass
class _Tree:
    """Writes YAML in flow style, with anchors and the tags that fit least."""

    random: random.Random
    anchors: int = 0

    def node(self, depth: int) -> str:
        random = self.random
        body = self._collection(depth) if depth < _DEEPEST and random.random() < 0.6 else self._scalar()
        roll = random.random()
        if roll < 0.1:
            return f"!!{random.choice(_TAGS)} {body}"
        if roll < 0.15:
            return f"{random.choice(_OTHER_TAGS)} {body}"
        if roll < 0.25:
            self.anchors += 1
            return f"&a{self.anchors} {body}"
        if roll < 0.35 and self.anchors:
            return f"*a{random.randint(1, self.anchors)} "
        return body

    def _collection(self, depth: int) -> str:
        random = self.random
        size = random.randrange(5)
        if random.random() < 0.3:
            return "[" + ", ".join(self.node(depth + 1) for _item in range(size)) + "]"
        return "{" + ", ".join(f"{self._key(depth)} : {self.node(depth + 1)}" for _item in range(size)) + "}"

    def _key(self, depth: int) -> str:
        random = self.random
        roll = random.random()
        if roll < 0.7:
            return random.choice(_KNOWN_KEYS)
        if roll < 0.8:
            return "<<"
        return self._scalar() if roll < 0.9 else f"? {self.node(depth + 1)}"

    def _scalar(self) -> str:
        text = str(self.random.choice(_NASTY))
        style = self.random.randrange(4)
        if style == 0:
            return "'" + text.replace("'", "''") + "'"
        if style == 1:
            return '"' + "".join(_escaped(character) for character in text) + '"'
        return text


def _escaped(character: str) -> str:
    code = ord(character)
    return character if 0x20 <= code < 0x7F and character not in '"\\' else f"\\U{code:08x}"


def _deep(random: random.Random) -> str:
    depth = random.choice((100, 900, 1100, 5000, 50_000))
    opening, closing = random.choice((("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", ""), ("!x [", "]")))
    frame = random.choice(("{0}", "version: 1\norders: [{{name: {0}}}]"))
    return frame.format(opening * depth + closing * depth)


def _multiplying(random: random.Random) -> str:
    """Aliases of aliases: small in memory, endless when written out."""
    width, levels = random.choice(((2, 30), (9, 9), (3, 60)))
    lines = ["x0: &x0 {name: lol, term: lol}"]
    for level in range(1, levels):
        aliases = ", ".join(f"*x{level - 1}" for _copy in range(width))
        merge = ", ".join(f"k{n}: *x{level - 1}" for n in range(width))
        lines.append(f"x{level}: &x{level} " + random.choice((f"[{aliases}]", f"{{{merge}}}")))
    field = random.choice(("name", "subject", "term", "linked_contract", "host", "x"))
    return "\n".join((*lines, "version: 1", f"orders: [{{{field}: *x{levels - 1}}}, *x{levels - 1}]"))


def _change_somewhere(random: random.Random, document: t.Any) -> None:
    place = random.choice(tuple(_mappings(document)))
    keys = tuple(place)
    key = random.choice(keys) if keys else "x"
    match random.randrange(5):
        case 0:
            place.pop(key, None)
        case 1:
            place[key] = _value(random)
        case 2:
            place[_misspelt(random, str(key))] = place.pop(key, None)
        case 3:
            place[random.choice(_KNOWN_KEYS)] = _value(random)
        case _:
            if isinstance(value := place.get(key), str):
                place[key] = _damaged(random, value.encode("utf-8", "surrogatepass")).decode("utf-8", "replace")


def _value(random: random.Random) -> t.Any:
    # A copy: a value that one input changed must not come back changed in the next.
    return copy.deepcopy(random.choice(_VALUES))


def _misspelt(random: random.Random, text: str) -> str:
    at = random.randrange(len(text) + 1)
    return text[:at] + random.choice(("", "x", "_", " ", "é")) + text[at + random.randrange(2) :]


def _mappings(value: t.Any) -> t.Iterator[dict[t.Any, t.Any]]:
    if isinstance(value, dict):
        yield value
    for below in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _mappings(below)


_KNOWN_KEYS: t.Final = tuple(
    sorted(
        {str(key) for order in every_order() for mapping in _mappings(order) for key in mapping}
        | {
            "version",
            "defaults",
            "orders",
            "state",
            "contract_id",
            "duplicate_of",
            "generation",
            "organizational_unit_name",
        }
        | {"type", "size", "curve", "csr_path", "mode", "owner", "group", "full_chain", "approval_email"}
    )
)
