# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The shape of an order: which fields are asked for which product, usage and CSR origin, and what each may hold."""

from __future__ import annotations

import dataclasses as dc
import functools
import typing as t

from ...module_utils._core.keyspec import CURVES, ECDSA, REGENERATE, RSA, RSA_SIZES
from .._catalogue.industry import DN_LENGTHS
from .._catalogue.products import TERMS
from .._catalogue.services import LINKED_SERVICES
from .._complaints.complaints import Breach, list_first, shorten
from .._values.order import CsrOrigin, NextKey, ReissueReason, RenewedBy, Usage, Wanted
from . import host_vocabulary as host
from . import vocabulary as word
from .branches import Branch, product_of
from .dn_vocabulary import make_dn_check
from .link_vocabulary import check_further_links
from .shape_breaches import Fields, Shape, list_unknown, make_shape_breach, make_unknown_breach
from .shared_mapping import SharedMapping
from .unasked import list_unasked
from .voluptuous_dep import Optional, Refused, Required, vol

if t.TYPE_CHECKING:
    from .._catalogue.products import Product

_ANY: t.Final = Branch(product=None, usage=None, csr_origin=None)  # may have what an order of any kind has
_MOST_INHERITED: t.Final = 5  # unknown fields that an order inherits
INSTALL_FILES: t.Final = ("certificate", "chain", "full_chain", "combined", "pkcs12")


def drop_unasked(defaults: Fields, branch: Branch) -> Fields:
    """Drop defaults that this order is not asked for: they serve orders of every kind."""
    unasked = list_unasked(branch)
    return {field: value for field, value in defaults.items() if field not in unasked}


def find_foreign_defaults(defaults: Fields) -> tuple[Breach, ...]:
    """Find the fields of defaults that no order has, where they are too many to name each with every order."""
    shape = _schema(_ANY).schema
    unknown = list(list_unknown(shape, defaults))
    if len(unknown) <= _MOST_INHERITED:
        return ()
    breaches = list_first(unknown, lambda path: make_unknown_breach(path, shape, defaults))
    return tuple(dc.replace(breach, path=("defaults", *breach.path)) for breach in breaches)


def find_shape_breaches(order: Fields, branch: Branch) -> tuple[Fields, tuple[Breach, ...]]:
    """Convert the values of an order, and find every way in which its shape is wrong."""
    schema = _schema(branch)
    try:
        return schema(order), ()
    except vol.MultipleInvalid as invalid:
        return {}, tuple(list_first(invalid.errors, lambda error: make_shape_breach(error, schema.schema, order)))


def list_field_names(product: Product, *, usage: Usage, csr_origin: CsrOrigin) -> tuple[list[str], list[str]]:
    """List the fields that such an order must have, and those that it may have, both sorted."""
    branch = Branch(product.id, usage, csr_origin)
    markers = [marker for marker in _schema(branch).schema if str(marker) not in list_unasked(branch)]
    required = sorted(str(marker) for marker in markers if isinstance(marker, Required))
    return required, sorted({str(marker) for marker in markers} - set(required))


@functools.cache
def _schema(branch: Branch) -> t.Any:
    return vol.Schema(list_fields(branch))


def list_fields(branch: Branch) -> Shape:
    """List the fields of a branch with their validators, in the order in which people meet them."""
    # Markers are equal by field name: a refusal takes the place of the field's own validator.
    return {**_order_form(branch), **_registration_form(branch), **_host_side(branch), **_refusals(branch)}


def _order_form(branch: Branch) -> Shape:
    linked = branch.usage is Usage.LINKED_SERVICE
    return {
        Required("name"): word.check_order_name,
        Required("customer_code"): word.check_customer_code,
        Required("common_name"): word.check_common_name,
        Required("product"): word.check_product,
        Required("term"): word.make_choice_check(TERMS),
        Required("usage"): word.make_choice_check(Usage),
        (Required if linked else Optional)("linked_contract"): {
            Required("service"): word.make_choice_check(LINKED_SERVICES),
            Optional("contract_id"): word.check_contract_id,
            Optional("was"): word.check_contract_id,
            Optional("also"): check_further_links,
        },
        _unless_pinned(branch)("terms_agreed"): word.check_agreed,
        Optional("state", default=Wanted.PRESENT): word.make_choice_check(Wanted),
        Optional("contract_id"): word.check_contract_id,
        Optional("duplicate_of"): word.check_line,
        Optional("replaces"): word.check_contract_id,
        Optional("was_named"): word.check_order_name,
        Optional("generation", default=1): word.check_counting_number,
        Optional("renewal"): {
            Optional("when"): word.make_choice_check(RenewedBy),
            Optional("term"): word.make_choice_check(TERMS),
            Optional("key"): word.make_choice_check(NextKey),
        },
        Optional("reissue"): {
            Required("serial"): word.check_serial_number,
            Required("reason"): word.make_choice_check(ReissueReason),
        },
    }


def _unless_pinned(branch: Branch) -> t.Any:
    return Optional if branch.pinned else Required


def _registration_form(branch: Branch) -> Shape:
    linked, product = branch.usage is Usage.LINKED_SERVICE, product_of(branch)
    # Of a brought certificate nothing is registered, and all of these are refused.
    wanted = Optional if product is not None and product.brought else _unless_pinned(branch)
    asks_email = product is not None and product.authority.approval_email.value
    asks_transparency = product is not None and product.authority.transparency_choice.value
    return {
        (Optional if linked else wanted)("csr_origin"): _linked_origin if linked else word.make_choice_check(CsrOrigin),
        (wanted if branch.csr_origin is CsrOrigin.SUPPLIED else Optional)("csr_path"): word.check_path,
        (wanted if _asks_subject(branch) else Optional)("subject"): _subject_fields(),
        wanted("applicant"): _applicant_fields(),
        (wanted if asks_email else Optional)("approval_email"): word.check_approval_email,
        (wanted if asks_transparency else Optional)("certificate_transparency"): word.check_boolean,
    }


@functools.cache
def _subject_fields() -> SharedMapping:
    fields: Shape = {Required(field): make_dn_check(longest) for field, longest in DN_LENGTHS.value.items()}
    return SharedMapping({**fields, Optional("organizational_unit_name"): word.refuse("DN-OU")})


@functools.cache
def _applicant_fields() -> SharedMapping:
    fields = {
        "name": word.check_person,
        "department": word.check_person,
        "email": word.check_email,
        "phone": word.check_phone,
    }
    return SharedMapping({Required(field): validator for field, validator in fields.items()})


def _host_side(branch: Branch) -> Shape:
    target = branch.csr_origin is CsrOrigin.TARGET
    return {
        (_unless_pinned(branch) if target else Optional)("host"): host.check_host_name,
        (_unless_pinned(branch) if target else Optional)("key"): _key_fields(
            target=branch.csr_origin in (CsrOrigin.TARGET, None)
        ),
        Optional("install"): {
            **{Optional(role): host.check_host_path for role in INSTALL_FILES},
            **_access_fields(host.check_certificate_mode),
            Optional("backup"): word.check_boolean,
            Optional("plain_files"): word.check_boolean,
            Optional("was_at"): host.check_former_paths,
            Optional("pkcs12_encryption"): word.make_choice_check(("modern", "compatible")),
            Optional("issuer"): word.check_line,
            Optional("validate"): host.check_validation,
            Optional("reload"): host.check_reloading,
            Optional("prove"): {
                Optional("address"): host.check_address,
                Optional("port"): host.check_port,
                Optional("server_name"): host.check_address,
                Optional("seen_from"): word.make_choice_check(("host", "controller")),
                Optional("timeout"): host.check_timeout,
            },
        },
    }


def _access_fields(mode: word.Validator) -> Shape:
    fields = {"owner": word.check_line, "group": word.check_line, "mode": mode}
    return {Optional(field): validator for field, validator in fields.items()}


def _key_fields(*, target: bool) -> Shape:
    # What is made elsewhere is only looked at, but files that hold the key too take after it.
    place: Shape = {Required("path"): host.check_host_path, **_access_fields(host.check_key_mode)}
    if not target:
        return place
    return {
        **place,
        Optional("type"): word.make_choice_check((RSA, ECDSA)),
        Optional("size"): word.make_choice_check(RSA_SIZES),
        Optional("curve"): word.make_choice_check(CURVES),
        Optional("csr_path"): host.check_host_path,
        Optional("regenerate"): word.make_choice_check(REGENERATE),
    }


def _refusals(branch: Branch) -> Shape:
    return {Optional(field): refusal for field, refusal in list_unasked(branch).items()}


def _asks_subject(branch: Branch) -> bool:
    product = product_of(branch)
    if product is not None and product.brought:
        return False
    if branch.csr_origin is CsrOrigin.SERVICE:
        return True
    return branch.csr_origin is CsrOrigin.TARGET and product is not None and product.level.value != "DV"


@word.describe_as({"const": CsrOrigin.SERVICE.value}, CsrOrigin.SERVICE)
def _linked_origin(value: object) -> CsrOrigin:
    if value != CsrOrigin.SERVICE:
        raise Refused("LINKED-CSR", value=shorten(value))
    return CsrOrigin.SERVICE


__all__ = (
    "INSTALL_FILES",
    "Fields",
    "drop_unasked",
    "find_foreign_defaults",
    "find_shape_breaches",
    "list_field_names",
)
