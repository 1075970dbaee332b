# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Small named validators: each returns the value it accepts or raises Refused with the broken rule.

Each also carries its JSON Schema, as far as JSON Schema can tell it: the schema for editors has no source of its own.
"""

from __future__ import annotations

import enum
import functools
import re
import typing as t

from ...module_utils._core import names
from ...module_utils._core.phrases import IGNORABLE, SELECTORS, Phrase, list_unseen
from .._catalogue.industry import APPROVAL_LOCAL_PARTS
from .._catalogue.products import PRODUCTS, Product, find_product
from .._complaints.complaints import shorten
from .._complaints.vaulted import tell_of
from .synonyms import find_meant, is_quoted
from .voluptuous_dep import Refused

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Json = dict[str, t.Any] | bool

Validator = t.Callable[[t.Any], t.Any]

_ORDER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_CUSTOMER_CODE = re.compile(r"SG[0-9]{8}")  # 8 digits in IIJ's P2 API comments; one place there shows 7
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_PHONE = re.compile(r"\+?[0-9][0-9() -]*[0-9]")
_SERIAL = re.compile(r"[0-9A-Fa-f]{1,40}|(?:[0-9A-Fa-f]{2}:){1,19}[0-9A-Fa-f]{2}")
_CONTRACT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# For editors, whose patterns know no classes and not everywhere signs beyond U+FFFF: controls, blanks of other widths.
_BLANKS = ((0x0000, 0x001F), (0x007F, 0x00A0), (0x2000, 0x200A), (0x2028, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000))
_LONGEST_LINE = 200  # characters; what a reviewer reads of a host, every character of it
_LONGEST_PATH = 4_096  # characters; Linux takes no longer path
_LONGEST_PERSON = 128  # characters in a field of the applicant; the portal's own limits are not known
# The form of a name only: which zones belong to nobody is told in one place, _core/names.py.
_LABEL = f"(?!(?![Xx][Nn])..--)[A-Za-z0-9](?:[A-Za-z0-9-]{{0,{names.LONGEST_LABEL - 2}}}[A-Za-z0-9])?"
_COMMON_NAME = re.compile(rf"(?:\*\.)?(?:{_LABEL}\.)+(?![0-9]+$){_LABEL}")

_Checked = t.TypeVar("_Checked", bound="Callable[..., object]")


TEXT = Phrase("a text", "文字列")
_BOOLEAN = Phrase("true or false", "true または false")
_HIGHEST = 9_999
_COUNTING = Phrase(f"a whole number from 1 to {_HIGHEST}", f"1〜{_HIGHEST}の整数")
_ADDRESS = Phrase("an e-mail address in half-width characters", "半角のメールアドレス")
_PHONE_NUMBER = Phrase(
    "a telephone number in half-width digits, such as +81-3-0000-0000 or 03-0000-0000",
    "+81-3-0000-0000 や 03-0000-0000 のような、半角数字の電話番号",
)
_SERIAL_NUMBER = Phrase(
    "a serial number in hexadecimal, in quotes, such as '5f3a0c...'",
    "引用符で囲んだ16進数のシリアル番号 ('5f3a0c...' など)",
)
_CONTRACT = Phrase("a contract ID such as rsc00000001", "rsc00000001 のようなサービスコード")
_LINE = Phrase("a text on one line, without characters that are not seen", "見えない文字や改行を含まない文字列")
_HOST_NAME = Phrase("a fully qualified host name such as www.example.jp", "www.example.jp のようなFQDN")
_CODE = Phrase("SG followed by 8 digits", "SGと数字8桁")
_LOCAL_PARTS = ", ".join(f"{local}@" for local in APPROVAL_LOCAL_PARTS.value)


CHOICES: t.Final[set[str]] = set()  # every word of every closed list; none of them is a secret


def describe_as(schema: Json, allowed: object = "") -> Callable[[_Checked], _Checked]:
    """Mark a validator with what it accepts: as JSON Schema, where False accepts nothing, and in words for people."""

    def mark(validator: _Checked) -> _Checked:
        validator.json = schema  # type: ignore[attr-defined]
        validator.allowed = allowed  # type: ignore[attr-defined]
        return validator

    return mark


def read_json_schema(validator: Validator) -> Json:
    """Read the JSON Schema that a validator carries."""
    return t.cast("Json", validator.json)  # type: ignore[attr-defined]


def pattern_schema(pattern: re.Pattern[str], **more: object) -> Json:
    return {"type": "string", "pattern": f"^{pattern.pattern}$", **more}


def make_type_refusal(value: object, expected: Phrase) -> Refused:
    return Refused("VALUE-TYPE", value=shorten(value), expected=expected)


@describe_as({"type": "string", "pattern": r"\S"}, TEXT)
def check_text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise make_type_refusal(value, TEXT)
    return value


def _visible_line(*unseen: tuple[int, int]) -> str:
    ranges = "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in sorted((*_BLANKS, *unseen)) if last <= 0xFFFF)
    return rf"^(?=.*\S)[^{ranges}]*$"


def _make_line_check(longest: int, rule: str = "TEXT-LENGTH", *, forms: bool = False) -> Callable[[object], str]:
    """Make the check of a text on one line, of at most `longest` characters; `forms`: with those of ideographs."""
    pattern = _visible_line(*IGNORABLE, *(() if forms else SELECTORS))

    @describe_as({"type": "string", "pattern": pattern, "maxLength": longest}, _LINE)
    def line(value: object) -> str:
        text = check_text(value)
        if len(text) > longest:  # asked first: many orders may inherit a text without an end
            raise Refused(rule, value=shorten(text), length=tell_of(text, len(text)), allowed=longest)
        if not (text.isascii() and text.isprintable()) and (unseen := list_unseen(text, forms=forms)):
            words = tell_of(text, " ".join(map(show_character, unseen)))
            raise Refused("TEXT-CHARACTERS", value=shorten(text), characters=words)
        return text

    return line


check_line = _make_line_check(_LONGEST_LINE)
check_path = _make_line_check(_LONGEST_PATH)
# People write the names of people and places with more forms of ideographs than have characters of their own.
check_person = _make_line_check(_LONGEST_PERSON, "DN-LENGTH", forms=True)


@describe_as(pattern_schema(_PHONE, maxLength=_LONGEST_PERSON), _PHONE_NUMBER)
def check_phone(value: object) -> str:
    if not isinstance(value, str) or not _PHONE.fullmatch(value):
        raise make_type_refusal(value, _PHONE_NUMBER)
    return check_person(value)


@describe_as(pattern_schema(_CONTRACT_ID), _CONTRACT)
def check_contract_id(value: object) -> str:
    if not isinstance(value, str) or not _CONTRACT_ID.fullmatch(value):
        raise make_type_refusal(value, _CONTRACT)
    return value


@describe_as(pattern_schema(_SERIAL), _SERIAL_NUMBER)
def check_serial_number(value: object) -> str:
    """Check a serial number as tools write it, with colons or without; returned in one form."""
    if not isinstance(value, str) or not _SERIAL.fullmatch(value):
        raise make_type_refusal(value, _SERIAL_NUMBER)
    return value.replace(":", "").lower().lstrip("0")


@describe_as({"type": "boolean"}, _BOOLEAN)
def check_boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise make_type_refusal(value, _BOOLEAN)
    return value


def make_number_check(highest: int, expected: Phrase) -> Callable[[object], int]:
    """Make the check of a whole number from 1 on."""

    @describe_as({"type": "integer", "minimum": 1, "maximum": highest}, expected)
    def number(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= highest:
            raise make_type_refusal(value, expected)
        return int(value)  # a plain one, also out of a vaulted file

    return number


check_counting_number = make_number_check(_HIGHEST, _COUNTING)


def make_choice_check(choices: Iterable[t.Any]) -> Validator:
    """Make the check of a value out of a closed list."""
    allowed = tuple(choices)
    CHOICES.update(map(str, allowed))

    @describe_as({"enum": [item.value if isinstance(item, enum.Enum) else item for item in allowed]}, allowed)
    def choice(value: object) -> object:
        # 1 == True and "x" == an enum member are no accident in YAML: types are compared too.
        for item in allowed:
            if value == item and isinstance(value, bool) == isinstance(item, bool):
                return item
        raise Refused(
            "VALUE-CHOICE",
            value=shorten(value),
            allowed=allowed,
            near=find_meant(value, [str(item) for item in allowed]),
            unquoted=any(is_quoted(value, item) for item in allowed),
        )

    return choice


@describe_as(pattern_schema(_ORDER_NAME))
def check_order_name(value: object) -> str:
    if not isinstance(value, str) or not _ORDER_NAME.fullmatch(value):
        raise Refused("NAME-FORM", value=shorten(value))
    return value


@describe_as(pattern_schema(_CUSTOMER_CODE), _CODE)
def check_customer_code(value: object) -> str:
    if not isinstance(value, str) or not _CUSTOMER_CODE.fullmatch(value):
        raise Refused("CUSTOMER-CODE", value=shorten(value))
    return value


@describe_as(pattern_schema(_COMMON_NAME, maxLength=names.LONGEST_COMMON_NAME), _HOST_NAME)
def check_common_name(value: object) -> str:
    name = check_text(value)
    fault = names.common_name_fault(name, show=functools.partial(tell_of, name))
    if fault:
        raise Refused("COMMON-NAME", value=shorten(value), problem=fault)
    return name.lower()


@describe_as({"enum": [*PRODUCTS, *(item.name for item in PRODUCTS.values())]}, tuple(PRODUCTS))
def check_product(value: object) -> Product:
    product = find_product(value) if isinstance(value, str) else None
    if product is None:
        entry = [*PRODUCTS, *(item.name for item in PRODUCTS.values())]
        raise Refused("PRODUCT-UNKNOWN", value=shorten(value), allowed=tuple(PRODUCTS), near=find_meant(value, entry))
    return product


@describe_as(pattern_schema(_EMAIL, maxLength=_LONGEST_PERSON), _ADDRESS)
def check_email(value: object) -> str:
    if not isinstance(value, str) or not _EMAIL.fullmatch(value):
        raise make_type_refusal(value, _ADDRESS)
    return check_person(value)


@describe_as(
    pattern_schema(_EMAIL),
    Phrase(f"{_LOCAL_PARTS} the common name or a domain above it", f"コモンネームかその上位ドメインの {_LOCAL_PARTS}"),
)
def check_approval_email(value: object) -> str:
    return check_email(value)


def show_character(character: str) -> str:
    """Show a character as it is, or the number of one that nobody sees."""
    return f"U+{ord(character):04X}" if character.isspace() or list_unseen(character) else character


@describe_as({"const": True}, True)
def check_agreed(value: object) -> bool:
    if is_quoted(value, True):
        raise Refused("VALUE-CHOICE", value=shorten(value), allowed=(True,), unquoted=True)
    if value is not True:
        raise Refused("TERMS-AGREED")
    return True


def refuse(rule: str, **facts: object) -> Validator:
    """Refuse a field that must not be here, whatever its value."""

    @describe_as(False)
    def refused(_value: object) -> t.NoReturn:
        raise Refused(rule, **facts)

    return refused


__all__ = (
    "CHOICES",
    "TEXT",
    "Validator",
    "check_agreed",
    "check_approval_email",
    "check_boolean",
    "check_common_name",
    "check_contract_id",
    "check_counting_number",
    "check_customer_code",
    "check_email",
    "check_line",
    "check_order_name",
    "check_path",
    "check_person",
    "check_phone",
    "check_product",
    "check_serial_number",
    "check_text",
    "describe_as",
    "make_choice_check",
    "make_number_check",
    "make_type_refusal",
    "pattern_schema",
    "read_json_schema",
    "refuse",
    "show_character",
)
