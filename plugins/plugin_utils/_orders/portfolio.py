# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Raw orders in, frozen orders out: everything that can be judged without the desk is judged here, all at once."""

from __future__ import annotations

import contextlib
import dataclasses as dc
import gc
import itertools
import typing as t

from ...module_utils._core.defaults import KEY_CURVE
from ...module_utils._core.keyspec import ECDSA
from .._catalogue.products import find_product
from .._complaints.complaints import Breach, Complaint, OrdersRefused, dotted_path, list_names, shorten, sort_complaints
from .._complaints.repositories import leads_out
from .._complaints.rules.book import RULES
from .._complaints.rules.rule import Severity
from .._values.links import FurtherLink, LinkedContract
from .._values.order import (
    Applicant,
    CsrOrigin,
    Install,
    Key,
    Order,
    Outline,
    Prove,
    Reissue,
    Reload,
    RenewalPolicy,
    Subject,
    Usage,
    Wanted,
)
from .commands import find_command_breaches
from .files import read_folder
from .form_rules import find_rule_breaches
from .host_paths import KEY_PATH, find_shared_files, list_files
from .portfolio_rules import find_complaints_between, find_keys_not_kept, find_shared_keys
from .public_words import publish_words
from .schema import find_shape_breaches
from .vaulted_fields import find_vaulted_breaches

if t.TYPE_CHECKING:
    import datetime as dt
    import pathlib
    from collections.abc import Collection, Iterator

    from .._values.order import CommandsOf, SuppliedCsr
    from .files import RawOrder, Reader, Reading

Fields = dict[str, t.Any]


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Orders as frozen values, and what was found about all that was written, warnings too.

    `outlines`: what can be read of each order with a mistake.
    """

    orders: tuple[Order, ...]
    complaints: tuple[Complaint, ...]
    outlines: tuple[Outline, ...] = ()

    def accept(self, *, strict: bool = False) -> tuple[Order, ...]:
        """Accept the orders; raises OrdersRefused when there is an error, in strict runs on a warning too."""
        if any(strict or complaint.severity is Severity.ERROR for complaint in self.complaints):
            raise OrdersRefused(self.complaints)
        return self.orders

    def list_flawless(self) -> tuple[Order, ...]:
        """List the orders in which nothing is wrong; those with mistakes are left out."""
        wrong = {complaint.order for complaint in self.list_errors()}
        return tuple(order for order in self.orders if order.name not in wrong)

    def list_outlined(self) -> tuple[Order | Outline, ...]:
        """List every order that was read: as itself where nothing is wrong in it, as its outline otherwise."""
        return (*self.list_flawless(), *self.outlines)

    @property
    def is_unsure(self) -> bool:
        """Whether nobody can tell which contracts some of the orders are for, as of a file that cannot be read."""
        return any(one.order is None for one in self.list_errors()) or any(not one.common_name for one in self.outlines)

    def list_errors(self) -> tuple[Complaint, ...]:
        """List the complaints that are no warnings."""
        return tuple(complaint for complaint in self.complaints if complaint.severity is Severity.ERROR)


def judge_order_files(source: str, reader: Reader, *, day: dt.date, commands_of: CommandsOf | None = None) -> Judged:
    """Read and judge the orders of one file or of all files in a folder.

    `commands_of` looks up what hosts know by name; without it the names in the orders are not looked up.
    """
    with pause_collector():
        return judge_orders(read_folder(source, reader), day=day, commands_of=commands_of)


@contextlib.contextmanager
def pause_collector() -> Iterator[None]:
    """Collect no cycles while many orders are made, which all stay: it would walk them over and over."""
    was_at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_at_work:
            gc.enable()


def judge_orders(reading: Reading, *, day: dt.date, commands_of: CommandsOf | None = None) -> Judged:
    """Judge every order by every rule, for certificates issued on this day."""
    orders: list[tuple[RawOrder, Order]] = []
    complaints = [
        *reading.complaints,
        *find_complaints_between(reading.orders),
        *find_shared_files(reading.orders),
    ]
    everywhere: dict[str, tuple[RawOrder, Breach, list[str | None]]] = {}
    for raw in reading.orders:
        order, breaches = _judged_one(raw, day, commands_of)
        for breach in breaches:
            if RULES[breach.rule].once:
                everywhere.setdefault(breach.rule, (raw, breach, []))[2].append(raw.name)
            else:
                complaints.append(_complaint(raw, breach))
        orders.extend([(raw, order)] if order else [])
    complaints += itertools.starmap(_make_common_complaint, everywhere.values())
    complaints += (*find_shared_keys(orders), *find_keys_not_kept(orders))
    publish_words(order for _raw, order in orders)
    judged = Judged(orders=tuple(order for _raw, order in orders), complaints=sort_complaints(complaints))
    wrong: dict[str | None, set[object]] = {}
    for complaint in judged.list_errors():
        shared = wrong.setdefault(complaint.order, set())
        shared.update([complaint.facts["value"]] if complaint.rule == "PATH-SHARED" else ())
    outlines = (_outline(raw, wrong[raw.name]) for raw in reading.orders if raw.name in wrong)
    return dc.replace(judged, outlines=tuple(outlines))


def _outline(raw: RawOrder, shared: Collection[object]) -> Outline:
    """Read what can be read of an order with mistakes; the files that are complained of as `shared` are another's."""
    texts = {field: value for field in Outline._fields if isinstance(value := raw.fields.get(field), str)}
    product, generation = find_product(texts.get("product", "")), raw.fields.get("generation")
    is_placed = isinstance(raw.fields.get("host", ""), str)
    named = list_files(raw.fields, raw.branch) if is_placed else ()
    files = [file for file in named if shorten(file.place) not in shared]
    return Outline(
        name=raw.name or "",
        common_name=texts.get("common_name"),
        product=product.id if product else None,
        contract_id=texts.get("contract_id"),
        duplicate_of=texts.get("duplicate_of"),
        was_named=texts.get("was_named"),
        generation=generation if isinstance(generation, int) else 1,
        state=Wanted.CANCELLED if raw.fields.get("state") == Wanted.CANCELLED else Wanted.PRESENT,
        host=texts.get("host"),
        key_path=next((file.place for file in files if file.what == KEY_PATH), None),
        paths=tuple(file.place for file in files if file.what != KEY_PATH),
    )


def _judged_one(raw: RawOrder, day: dt.date, commands_of: CommandsOf | None) -> tuple[Order | None, tuple[Breach, ...]]:
    fields, shape = find_shape_breaches(raw.fields, raw.branch)
    unusable = {breach.path[0] for breach in shape if breach.path}
    usable = {field: value for field, value in raw.fields.items() if field not in unusable} if shape else raw.fields
    csr, result = _supplied(usable, raw)
    rules = find_rule_breaches(usable, raw.branch, day=day)
    breaches = (
        *shape,
        *rules,
        *find_command_breaches(usable, commands_of),
        *find_vaulted_breaches(raw.fields),
        *result,
    )
    wrong = any(RULES[breach.rule].severity is Severity.ERROR for breach in breaches)
    return (None if wrong else _order(fields, raw, csr)), breaches


def _make_common_complaint(first: RawOrder, breach: Breach, names: list[str | None]) -> Complaint:
    # Finding a place means reading the file once more, so it is done for the first order only.
    return dc.replace(_complaint(first, breach), order=list_names(names))


def _supplied(fields: Fields, raw: RawOrder) -> tuple[SuppliedCsr | None, tuple[Breach, ...]]:
    if fields.get("csr_origin") != CsrOrigin.SUPPLIED or "csr_path" not in fields:
        return None, ()
    from .supplied_csr import read_supplied_csr  # imported late: it brings cryptography with it

    path = raw.folder / fields["csr_path"]
    if outside := _outside(path, raw.within):
        return None, (outside,)
    named = fields.get("product")
    return read_supplied_csr(
        path,
        common_name=fields.get("common_name"),
        product=find_product(named) if isinstance(named, str) else None,
    )


def _outside(path: pathlib.Path, within: pathlib.Path | None) -> Breach | None:
    """Refuse a CSR outside of the repository; whether there is one is not told."""
    try:
        outside = within is not None and leads_out(path, within)
    except (OSError, RuntimeError, ValueError):  # links in a circle, or a name that no file can have
        outside = False
    facts = {"value": shorten(str(path)), "folder": str(within)}
    return Breach(rule="CSR-OUTSIDE", path=("csr_path",), facts=facts) if outside else None


def _order(fields: Fields, raw: RawOrder, csr: SuppliedCsr | None) -> Order:
    linked = fields["usage"] is Usage.LINKED_SERVICE
    plain: Fields = {field: fields.get(field) for field in _PLAIN}
    return Order(
        locate=raw.locate,
        csr=csr,
        linked_contract=_linked(fields.get("linked_contract")),
        csr_origin=CsrOrigin.SERVICE if linked else fields.get("csr_origin"),
        terms_agreed=fields.get("terms_agreed", False),
        applicant=_part(Applicant, fields.get("applicant")),
        missing=_missing(raw) if raw.branch.pinned else (),
        subject=Subject(**fields.get("subject", {})),
        key=_key(fields.get("key")),
        install=_install(fields.get("install")),
        renewal=_part(RenewalPolicy, fields.get("renewal")),
        reissue=_part(Reissue, fields.get("reissue")),
        **plain,
    )


def _missing(raw: RawOrder) -> tuple[str, ...]:
    _fields, breaches = find_shape_breaches(raw.fields, dc.replace(raw.branch, pinned=False))
    return tuple(sorted(dotted_path(breach.path) for breach in breaches))


def _linked(fields: Fields | None) -> LinkedContract | None:
    if fields is None:
        return None
    return LinkedContract(**{**fields, "also": tuple(FurtherLink(**link) for link in fields.get("also", ()))})


def _key(fields: Fields | None) -> Key | None:
    if fields is None:
        return None
    if fields.get("type") == ECDSA:
        return Key(**{"size": None, "curve": KEY_CURVE, **fields})
    return Key(**fields)


def _install(fields: Fields | None) -> Install | None:
    if fields is None:
        return None
    parts = {"prove": _part(Prove, fields.get("prove")), "reload": _part(Reload, fields.get("reload"))}
    return Install(**{**fields, **parts, "was_at": tuple(fields.get("was_at", ()))})


def _part(kind: t.Any, fields: Fields | None) -> t.Any:
    return kind(**fields) if fields is not None else None


def _complaint(raw: RawOrder, breach: Breach) -> Complaint:
    return Complaint(
        rule=breach.rule, place=raw.locate(breach.path), order=raw.name, path=breach.path, facts=breach.facts
    )


# Fields whose checked value is taken as it is; those that an order may lack are None.
_PLAIN = (
    "name",
    "customer_code",
    "common_name",
    "product",
    "term",
    "usage",
    "state",
    "generation",
    "approval_email",
    "certificate_transparency",
    "host",
    "contract_id",
    "duplicate_of",
    "replaces",
    "was_named",
)

__all__ = ("Judged", "judge_order_files", "judge_orders", "pause_collector")
