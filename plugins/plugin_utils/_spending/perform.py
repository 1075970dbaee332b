# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Performs a plan: the only loop that changes the desk.

A spending call goes out once. When its outcome is unknown it is settled by what the desk keeps unique: the client
reference is looked up, and only a desk that does not know it is asked again, with the same reference.
A desk that keeps no references is asked once (_unreferenced).
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses as dc
import threading
import typing as t

from ...module_utils._core.phrases import Phrase, together, verbatim
from .._desk.desk import AccessRefused, DeskBusy, DeskError, DeskUnreachable, OutcomeUnknown
from .._desk.spending_call import unknown_unless_proved
from .._planning.claims import differences
from .._planning.outcome import Outcome
from .._planning.plan import Step
from .unreferenced import Unreferenced

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from .._desk.desk import Desk
    from .._planning.plan import Entry
    from .._values.observed import Application
    from .._values.order import Order
    from .ledger import Ledger

_CONTRACT_STEPS = (Step.PLACE, Step.CANCEL)
_ATTEMPTS = 4
_PAUSE = 0.5  # seconds, doubling; a desk that names a time is given that time, up to _LONGEST_PAUSE
_LONGEST_PAUSE = 60.0
_UNSETTLED = Phrase("{0}; running the same again settles it", "{0} (同じ操作を再実行すると確定します)")
_TRIED = Phrase(
    "{0}; it was asked {1} times, and running the same again settles it",
    "{0} ({1}回試しました。同じ操作を再実行すると確定します)",
)


class EchoDiffers(DeskError):
    """The desk booked something else than was asked."""


class _Halt:
    """Called when every further order would fail alike, or the run is broken off; a later run goes on from there."""

    def __init__(self) -> None:
        self.called = False
        self._unknown_before = False
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def in_the_end(self) -> Iterator[None]:
        """Called when the block ends, however it ends."""
        try:
            yield
        finally:
            self.called = True

    def learn(self, outcome: Outcome) -> None:
        """One refused credential, one silent desk, or two unknown outcomes in a row are enough."""
        with self._lock:
            if isinstance(outcome.error, (AccessRefused, DeskUnreachable)) or (
                self._unknown_before and outcome.unknown
            ):
                self.called = True
            self._unknown_before = outcome.unknown


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Performer:
    """What the loop works with; `sleep` takes seconds, `progress` a finished outcome."""

    desk: Desk
    ledger: Ledger
    portfolio: str
    sleep: Callable[[float], None]
    progress: Callable[[Outcome], None]
    concurrency: int = 1  # calls under way at once; a desk without references gets one after the other
    listing_lag: float = 0
    not_booked: frozenset[str] = frozenset()
    settle_after: float | None = None

    def contracts(
        self, steps: Iterable[tuple[Entry, Step]], *, listed: frozenset[str] = frozenset()
    ) -> tuple[Outcome, ...]:
        """Place and cancel what the plan says; one order's failure leaves the others to be done.

        `listed` are the contract IDs that the plan was made with; only a desk without references needs them.
        """
        todo = [(entry, step) for entry, step in steps if step in _CONTRACT_STEPS]
        if self.desk.keeps_references or not any(step is Step.PLACE for _entry, step in todo):
            return self._each(todo, self._contract)
        # What an earlier run bought, and no ledger tells of, shows once the list has caught up.
        self.sleep(self.listing_lag)
        unreferenced = Unreferenced(
            desk=self.desk,
            ledger=self.ledger,
            sleep=self.sleep,
            listed=set(listed),
            listing_lag=self.listing_lag,
            not_booked=self.not_booked,
            settle_after=self.settle_after,
        )

        def contract(entry: Entry, step: Step) -> Application:
            if step is not Step.PLACE:
                return self._contract(entry, step)
            application = unreferenced.placed(entry.order, self._facts(entry, step))
            return _as_asked(entry.order, application, reference=None)

        return self._each(todo, contract)

    def registrations(self, entries: Iterable[Entry], csrs: Mapping[str, str]) -> tuple[Outcome, ...]:
        """Register CSR and application information; `csrs` holds the PEM of customers' CSRs by order name."""

        def register(entry: Entry, _step: Step) -> Application:
            application = _present(entry.application)
            return self._patiently(lambda: self.desk.register(application, entry.order, csrs.get(entry.order.name)))

        return self._each([(entry, Step.REGISTER) for entry in entries], register)

    def _each(
        self, todo: Sequence[tuple[Entry, Step]], act: Callable[[Entry, Step], Application]
    ) -> tuple[Outcome, ...]:
        """The outcomes in the order of the plan; steps that were not begun have none."""
        halt = _Halt()

        def one(task: tuple[Entry, Step]) -> Outcome | None:
            if halt.called:
                return None
            try:
                outcome = Outcome(entry=task[0], step=task[1], application=act(*task))
            except DeskError as error:
                outcome = Outcome(entry=task[0], step=task[1], error=error)
            halt.learn(outcome)
            return outcome

        done = []
        workers = self.concurrency if self.desk.keeps_references else 1
        with concurrent.futures.ThreadPoolExecutor(max_workers=workers) as pool, halt.in_the_end():
            for outcome in pool.map(one, todo):
                if outcome:
                    self.progress(outcome)
                    done.append(outcome)
        return tuple(done)

    def _contract(self, entry: Entry, step: Step) -> Application:
        facts = self._facts(entry, step)
        self.ledger.intend(step.value, **facts)
        try:
            application = self._placed(entry.order) if step is Step.PLACE else self._cancelled(entry)
        except DeskError as error:
            self.ledger.conclude(step.value, **facts, error=str(error), unknown=isinstance(error, OutcomeUnknown))
            raise
        self.ledger.conclude(step.value, **facts, booked=application.contract_id, state=application.state.value)
        return application

    def _placed(self, order: Order) -> Application:
        reference = order.reference(self.portfolio)
        application = self._settled(
            lambda: self.desk.place(order, reference), lambda: self.desk.application_of(reference)
        )
        return _as_asked(order, application, reference=reference)

    def _cancelled(self, entry: Entry) -> Application:
        application = _present(entry.application)
        # Cancelling a contract that is named in full twice over changes nothing more, so there is nothing to look up.
        return self._settled(lambda: self.desk.cancel(application), lambda: None)

    def _settled(self, spend: Callable[[], Application], look_up: Callable[[], Application | None]) -> Application:
        error: DeskError | None = None
        for attempt in range(_ATTEMPTS):
            if error is not None:
                self.sleep(_PAUSE * 2 ** (attempt - 1))
                found = self._looked_up(look_up)
                if found:
                    return found
            try:
                with unknown_unless_proved():
                    return self._patiently(spend)
            except OutcomeUnknown as unknown:
                error = unknown
        raise OutcomeUnknown(_TRIED.filled(error.told if error else "", _ATTEMPTS))

    def _looked_up(self, look_up: Callable[[], Application | None]) -> Application | None:
        try:
            return look_up()
        except DeskError as error:  # it proves nothing of the call before
            raise OutcomeUnknown(_UNSETTLED.filled(error.told)) from None

    def _patiently(self, call: Callable[[], Application]) -> Application:
        for _attempt in range(_ATTEMPTS - 1):
            try:
                return call()
            except DeskBusy as busy:
                self.sleep(min(busy.retry_after, _LONGEST_PAUSE))
        return call()

    def _facts(self, entry: Entry, step: Step) -> dict[str, t.Any]:
        order = entry.order
        facts = {"order": order.name, "common_name": order.common_name, "product": order.product.id, "term": order.term}
        if step is Step.PLACE:
            return {**facts, "client_reference": order.reference(self.portfolio)}
        return {**facts, "contract_id": _present(entry.application).contract_id}


def _as_asked(order: Order, application: Application, *, reference: str | None) -> Application:
    differing = differences(order, application)
    if application.client_reference != reference:
        differing = (*differing, verbatim(f"client_reference: {application.client_reference!r}, {reference!r}"))
    if differing:
        told = together(differing)
        raise EchoDiffers(
            Phrase(
                f"the desk booked {application.contract_id}, but not what was asked: {told.en}; "
                "nothing more was done with it",
                f"窓口は {application.contract_id} を受け付けましたが、内容がオーダーと異なります: {told.ja}。"
                "これ以上の操作は行っていません。",
            )
        )
    return application


def _present(application: Application | None) -> Application:
    if application is None:
        raise RuntimeError("contract broken: this step needs an application")
    return application


__all__ = ("EchoDiffers", "Performer")
