# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Small named validators: each returns the value it accepts or raises Refused with the broken rule."""

from __future__ import annotations

import re
import typing as t

from ..module_utils._core import names
from ._catalogue.industry import DN_CHARACTERS
from ._catalogue.products import PRODUCTS, Product, product_named
from ._complaints import Phrase, nearest, shortened
from ._voluptuous import Refused

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Validator = t.Callable[[t.Any], t.Any]

_ORDER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_CUSTOMER_CODE = re.compile(r"SG[0-9]{8}")  # 8 digits in IIJ's P2 API comments; one place there shows 7
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_MODE = re.compile(r"0?[0-7]{3,4}")


def wrong_type(value: object, en: str, ja: str) -> Refused:
    return Refused("VALUE-TYPE", value=shortened(value), expected=Phrase(en, ja))


def text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise wrong_type(value, "a text", "文字列")
    return value


def boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise wrong_type(value, "true or false", "true または false")
    return value


def counting_number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise wrong_type(value, "a whole number from 1 on", "1以上の整数")
    return value


def one_of(choices: Iterable[t.Any]) -> Validator:
    """A value out of a closed list."""
    allowed = tuple(choices)

    def choice(value: object) -> object:
        # 1 == True and "x" == an enum member are no accident in YAML: types are compared too.
        for item in allowed:
            if value == item and isinstance(value, bool) == isinstance(item, bool):
                return item
        raise Refused(
            "VALUE-CHOICE",
            value=shortened(value),
            allowed=allowed,
            near=nearest(value, [str(item) for item in allowed]),
        )

    choice.allowed = allowed  # type: ignore[attr-defined]
    return choice


def order_name(value: object) -> str:
    if not isinstance(value, str) or not _ORDER_NAME.fullmatch(value):
        raise Refused("NAME-FORM", value=shortened(value))
    return value


def customer_code(value: object) -> str:
    if not isinstance(value, str) or not _CUSTOMER_CODE.fullmatch(value):
        raise Refused("CUSTOMER-CODE", value=shortened(value))
    return value


def common_name(value: object) -> str:
    name = text(value).lower()
    fault = names.common_name_fault(name)
    if fault:
        raise Refused("COMMON-NAME", value=shortened(value), problem=Phrase(fault.en, fault.ja))
    return name


def product(value: object) -> Product:
    found = product_named(value) if isinstance(value, str) else None
    if found is None:
        known = [*PRODUCTS, *(item.name for item in PRODUCTS.values())]
        raise Refused("PRODUCT-UNKNOWN", value=shortened(value), allowed=tuple(PRODUCTS), near=nearest(value, known))
    return found


def email(value: object) -> str:
    if not isinstance(value, str) or not _EMAIL.fullmatch(value):
        raise wrong_type(value, "an e-mail address", "メールアドレス")
    return value


def host_path(value: object) -> str:
    if not text(value).startswith("/"):
        raise Refused("PATH-ABSOLUTE", value=shortened(value))
    return str(value)


def file_mode(value: object) -> str:
    # YAML reads an unquoted 0600 as the octal number 384: too late to tell it from a decimal, so only text is taken.
    if not isinstance(value, str) or not _MODE.fullmatch(value):
        raise wrong_type(value, 'a file mode in quotes such as "0600"', '引用符で囲んだファイルモード ("0600" など)')
    return value


def dn_field(longest: int) -> Callable[[object], str]:
    """A DN value that the portal's form takes, of at most `longest` characters."""

    def field(value: object) -> str:
        said = text(value)
        foreign = sorted(set(said) - DN_CHARACTERS.value)
        if foreign:
            raise Refused("DN-CHARACTERS", value=shortened(said), characters=" ".join(foreign))
        if len(said) > longest:
            raise Refused("DN-LENGTH", value=shortened(said), length=len(said), allowed=longest)
        if not said.strip(".- "):
            raise Refused("DN-BLANK", value=shortened(said))
        return said

    return field


def agreed(value: object) -> bool:
    if value is not True:
        raise Refused("TERMS-AGREED")
    return True


def refuse(rule: str, **facts: object) -> Validator:
    """A field that must not stand here, whatever its value."""

    def refused(_value: object) -> t.NoReturn:
        raise Refused(rule, **facts)

    return refused


__all__ = (
    "Validator",
    "agreed",
    "boolean",
    "common_name",
    "counting_number",
    "customer_code",
    "dn_field",
    "email",
    "file_mode",
    "host_path",
    "one_of",
    "order_name",
    "product",
    "refuse",
    "text",
    "wrong_type",
)
