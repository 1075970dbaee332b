# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Orders as the controller hands them over: read each at the door, do all of them, and gather what failed."""

from __future__ import annotations

import contextlib
import dataclasses as dc
import typing as t

from .._core import errors, paths
from .._core.phrases import Phrase, translate
from . import door
from .claims import Beside, Claims, Wanted

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Row = Mapping[str, t.Any]  # an order, as the controller hands it over

_NOTHING: Mapping[str, t.Any] = {}
_PATH = Phrase("an absolute path", "絶対パス")
_FILE = Phrase("an absolute path to a file", "ファイルの絶対パス")
_FILES = Phrase("a list of absolute paths to files", "ファイルの絶対パスのリスト")
_FAILED = Phrase("{0} of {1} orders could not be carried out.", "オーダー{1}件のうち{0}件を処理できませんでした。")


WantedT = t.TypeVar("WantedT", bound=Wanted)
OutcomeT = t.TypeVar("OutcomeT")


@dc.dataclass(frozen=True)
class Failure:
    """An order that could not go on."""

    name: str
    fault: errors.Fault


@dc.dataclass(frozen=True)
class Harvest(t.Generic[OutcomeT]):
    """What came of all orders, in the order in which they were given; failures by name."""

    outcomes: tuple[OutcomeT, ...]
    failures: tuple[Failure, ...]
    total: int  # orders, of which some may have an outcome and a failure

    def add_failures(self, obstacles: Iterable[Failure], *, total: int) -> Harvest[OutcomeT]:
        """Add the reasons why orders cannot go on later; of one that failed already, its own reason is enough."""
        failed = {failure.name for failure in self.failures}
        further = [obstacle for obstacle in obstacles if obstacle.name not in failed]
        failures = sorted((*self.failures, *further), key=lambda failure: failure.name)
        return dc.replace(self, failures=tuple(failures), total=total)

    @property
    def left_changes(self) -> bool:
        """Whether a failed order had already changed something."""
        return any(failure.fault.done for failure in self.failures)

    def failures_as_result(self, lang: str | None) -> list[dict[str, str]]:
        """Return the failures as the module's result lists them."""
        return [{"name": failure.name, "message": failure.fault.message(lang)} for failure in self.failures]

    def failure_text(self, lang: str | None) -> str:
        """Return one message for all failures."""
        head = translate(_FAILED.filled(len(self.failures), self.total), lang)
        return "\n".join([head, *(f"- {failure.name}: {failure.fault.message(lang)}" for failure in self.failures)])


def part_orders(rows: Iterable[Row]) -> tuple[tuple[Row, ...], tuple[Beside, ...]]:
    """Part what the controller hands over into the orders to act upon and those that have files beside them."""
    orders, beside = [], []
    for row in rows:
        if row.get("is_beside"):
            beside.append(Beside(str(row.get("name")), list_paths(row, "paths", within="orders"), row.get("key_path")))
        else:
            orders.append(row)
    return tuple(orders), tuple(beside)


def find_sharers(rows: Iterable[Row], beside: Iterable[Beside]) -> dict[str, str]:
    """Find by name the orders whose key is that of another one, too, and the name of one of those.

    One that is cancelled does not count for others.
    """
    rows = tuple(rows)
    ending = find_ending(rows)
    named = [
        (str(row.get("name")), mapping(row, "key").get("path")) for row in rows if isinstance(row.get("key"), dict)
    ]
    named += [(other.name, other.key_path) for other in beside]
    by_path: dict[str, list[str]] = {}
    for name, path in named:
        if isinstance(path, str):
            by_path.setdefault(paths.plain_path(path), []).append(name)
    groups = []
    for names in by_path.values():
        kept = [name for name in names if name not in ending]
        groups += [(kept, kept), ([name for name in names if name in ending], kept + names)]
    return {
        name: next((other for other in among if other != name), name)
        for group, among in groups
        if len(among) > 1
        for name in group
    }


def find_ending(rows: Iterable[Row]) -> frozenset[str]:
    """Find by name the orders that are cancelled."""
    return frozenset(str(row.get("name")) for row in rows if row.get("is_cancelled"))


def attempt(name: str, act: Callable[..., OutcomeT], *subject: t.Any) -> OutcomeT | Failure:
    """Act upon the subject; returns what came of it, or the failure of the order of this name."""
    try:
        return act(*subject)
    except Exception as error:
        return Failure(name, errors.as_fault(error))


def carry_out(
    orders: Iterable[Row],
    *,
    parse: Callable[[Row], WantedT],
    act: Callable[[WantedT], OutcomeT],
    beside: Iterable[Wanted] = (),
    leave_ending: bool = False,
) -> Harvest[OutcomeT]:
    """Parse every order and act upon it; one that fails holds up none of the others.

    Orders that would write one file all fail: none of them is known to be right. One that is cancelled gives way to
    others: it alone fails, or with `leave_ending` nothing is done for it.
    """
    rows = [(str(row.get("name") or f"orders[{position}]"), row) for position, row in enumerate(orders, start=1)]
    parsed = [(name, attempt(name, parse, row)) for name, row in rows]
    sound = [wanted for _name, wanted in parsed if not isinstance(wanted, Failure)]
    claims = Claims([*sound, *beside], ending=find_ending(row for _name, row in rows))
    if leave_ending:
        parsed = [(name, one) for name, one in parsed if isinstance(one, Failure) or not claims.gives_way(one)]

    def act_alone(wanted: WantedT) -> OutcomeT:
        claims.require_own(wanted)
        return act(wanted)

    results = [wanted if isinstance(wanted, Failure) else attempt(name, act_alone, wanted) for name, wanted in parsed]
    return make_harvest(results)


def make_harvest(results: Iterable[OutcomeT | Failure]) -> Harvest[OutcomeT]:
    """Gather what came of orders."""
    results = tuple(results)
    failures = [result for result in results if isinstance(result, Failure)]
    return Harvest(
        outcomes=tuple(result for result in results if not isinstance(result, Failure)),
        failures=tuple(sorted(failures, key=lambda failure: failure.name)),
        total=len(results),
    )


@contextlib.contextmanager
def remembering(done: list[str]) -> Iterator[None]:
    """Let whatever is raised in here come out as a fault that tells what was done before it."""
    try:
        yield
    except Exception as error:
        fault = errors.as_fault(error)
        fault.done = tuple(done)
        raise fault from None


def require_distinct(places: Mapping[str, str | None]) -> None:
    """Refuse paths by field name that lead to one file, also through links."""
    seen: dict[str, str] = {}
    for field, place in places.items():
        if place is None:
            continue
        first = seen.setdefault(str(door.file_of(place)), field)
        if first != field:
            raise errors.PathShared(path=place, other=first)


def require_left(places: Mapping[str, str], *, was_at: Iterable[str]) -> None:
    """Refuse a former path that the order names now; one may still lead there, by a link of a set."""
    named = {door.place_of(path): field for field, path in places.items()}
    for path in was_at:
        field = named.get(door.place_of(path))
        if field:
            raise errors.PathShared(path=path, other=field)


def mapping(order: Mapping[str, t.Any], field: str) -> Mapping[str, t.Any]:
    """Return the mapping under this field, empty where it is null or left out."""
    value = order.get(field)
    if value is None:
        return _NOTHING
    if not isinstance(value, dict):
        raise errors.FieldWrong(field=field, allowed=Phrase("a mapping", "マッピング"))
    return value


def text(order: Mapping[str, t.Any], field: str) -> str:
    """Return the text under this field, which must be there."""
    value = order.get(field)
    if not isinstance(value, str) or not value:
        raise errors.FieldWrong(field=field, allowed=Phrase("a text", "文字列"))
    return str(value)


def path(fields: Mapping[str, t.Any], field: str, *, within: str) -> str:
    """Return the absolute path under this field, which must be there."""
    value = optional_path(fields, field, within=within)
    if value is None:
        raise errors.FieldWrong(field=f"{within}.{field}", allowed=_PATH)
    return value


def optional_path(fields: Mapping[str, t.Any], field: str, *, within: str) -> str | None:
    """Return the absolute path under this field, if one is given."""
    value = fields.get(field)
    if value is None:
        return None
    if not isinstance(value, str) or not paths.names_file(value):
        raise errors.FieldWrong(field=f"{within}.{field}", allowed=_FILE)
    return str(value)


def list_paths(fields: Mapping[str, t.Any], field: str, *, within: str) -> tuple[str, ...]:
    """List the absolute paths under this field, none where it is null or left out."""
    values = fields.get(field) or ()
    if not isinstance(values, (list, tuple)) or not all(
        isinstance(value, str) and paths.names_file(value) for value in values
    ):
        raise errors.FieldWrong(field=f"{within}.{field}", allowed=_FILES)
    return tuple(values)


__all__ = (
    "Failure",
    "Harvest",
    "attempt",
    "carry_out",
    "find_ending",
    "find_sharers",
    "list_paths",
    "make_harvest",
    "mapping",
    "optional_path",
    "part_orders",
    "path",
    "remembering",
    "require_distinct",
    "require_left",
    "text",
)
