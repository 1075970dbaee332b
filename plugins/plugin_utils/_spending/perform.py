# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Performs a plan: the only loop that changes the desk.

How an order is bought is a value with one method (Buyer): by_reference, or by_list where the desk keeps no references.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses as dc
import multiprocessing
import os
import threading
import typing as t

from ...module_utils._core.phrases import Phrase
from .._desk.desk import AccessRefused, DeskError, DeskUnreachable, NotAllowed
from .._desk.patience import announce_wait
from .._planning.outcome import Outcome
from .._planning.steps import CONTRACT_STEPS, Step
from .by_list import ByList
from .by_reference import ByReference
from .ledger import LedgerUnusable
from .settlement import settle, wait_while_busy
from .spend import describe_consent, describe_order, spend
from .unsettled import put_unsettled_last

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from .._desk.desk import Desk
    from .._planning.entry import Entry
    from .._values.observed import Application
    from .by_reference import Buyer
    from .ledger import Ledger

_LIST_LAGS: t.Final = Phrase(
    "until the portal's list shows what was bought before (listing_lag)",
    "以前のお申し込みがポータルの一覧に反映されるのを待っています (listing_lag)",
)
_FAIL_ALIKE: t.Final = (AccessRefused, DeskUnreachable, LedgerUnusable)


class _Halt:
    """Stops the loop once every remaining order would fail the same way, or on interrupt; the next run continues.

    Ansible's workers have sessions of their own: where the run is killed, or its terminal goes, nobody stops them.
    """

    def __init__(self) -> None:
        self._is_called = False
        self._parent = os.getppid()
        self._unknown_before = False
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def call_in_the_end(self) -> Iterator[None]:
        """Call a halt when the block ends, however it ends."""
        try:
            yield
        finally:
            self._is_called = True

    @property
    def called(self) -> bool:
        """Whether the loop is to begin nothing more."""
        return self._is_called or os.getppid() != self._parent or _is_orphan()

    def learn(self, outcome: Outcome) -> None:
        """Learn from an outcome: one refused credential, one silent desk, or two unknown ones in a row are enough.

        What a log-in may not do at one contract it may do at others: they can have other admins.
        """
        of_one = isinstance(outcome.error, NotAllowed) and outcome.step is not Step.PLACE
        with self._lock:
            if (isinstance(outcome.error, _FAIL_ALIKE) and not of_one) or (self._unknown_before and outcome.unknown):
                self._is_called = True
            self._unknown_before = outcome.unknown


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Performer:
    """What the loop works with; `sleep` takes seconds, `progress` a finished outcome, `now` is the clock."""

    desk: Desk
    ledger: Ledger
    portfolio: str
    sleep: Callable[[float], None]
    now: Callable[[], dt.datetime]
    progress: Callable[[Outcome], None]
    concurrency: int = 1  # calls under way at once; a desk without references gets one after the other
    listing_lag: float = 0
    not_booked: frozenset[str] = frozenset()
    settle_after: float | None = None
    tell: Callable[[Phrase], None] | None = None  # hears what a run waits for

    def perform_contracts(
        self, steps: Iterable[tuple[Entry, Step]], *, listed: frozenset[str] = frozenset()
    ) -> tuple[Outcome, ...]:
        """Place, renew and cancel what the plan says; one order's failure leaves the others to be done.

        `listed` are the contract IDs that the plan was made with; only a desk without references needs them.
        """
        if self.desk.by_people:
            return ()
        todo = put_unsettled_last(
            [(entry, step) for entry, step in steps if step in CONTRACT_STEPS], self.ledger, portfolio=self.portfolio
        )
        buyer = self._choose_buyer(listed)
        if not self.desk.keeps_references and any(step is Step.PLACE for _entry, step in todo):
            # What an earlier run bought, and no ledger tells of, shows once the list has caught up.
            announce_wait(self.listing_lag, _LIST_LAGS, self.tell)
            self.sleep(self.listing_lag)
        calls = {
            Step.PLACE: lambda entry: buyer.buy(entry.order),
            Step.RENEW: buyer.renew,
            Step.REISSUE: buyer.reissue,
            Step.RELINK: buyer.relink,
            Step.CANCEL: lambda entry: self._cancel(entry, entry.application, Step.CANCEL),
            Step.CANCEL_REPLACED: self._cancel_replaced,
        }
        return self._each(todo, lambda entry, step: calls[step](entry))

    def perform_registrations(self, entries: Iterable[Entry], csrs: Mapping[str, str]) -> tuple[Outcome, ...]:
        """Register CSR and application information; `csrs` holds the PEM of customers' CSRs by order name."""
        if self.desk.by_people:
            return self._keep_csrs(entries, csrs)

        def register(entry: Entry, _step: Step) -> Application:
            application = _present(entry.application)
            csr = csrs.get(entry.order.name)
            facts = {**describe_order(entry.order), "contract_id": application.contract_id}

            def agree(sentence: str) -> None:
                self.ledger.note("consent", Step.REGISTER.value, **facts, **describe_consent(sentence))

            return wait_while_busy(
                lambda: self.desk.register(application, entry.order, csr, agree), sleep=self.sleep, tell=self.tell
            )

        return self._each([(entry, Step.REGISTER) for entry in entries], register)

    def _keep_csrs(self, entries: Iterable[Entry], csrs: Mapping[str, str]) -> tuple[Outcome, ...]:
        """Keep CSRs for the people who register; returns what failed, for nothing is registered yet."""
        failed = []
        for entry in entries:
            try:
                self.desk.register(_present(entry.application), entry.order, csrs.get(entry.order.name))
            except DeskError as error:
                failed.append(Outcome(entry=entry, step=Step.REGISTER, error=error))
        return tuple(failed)

    def _choose_buyer(self, listed: frozenset[str]) -> Buyer:
        if self.desk.keeps_references:
            return ByReference(
                desk=self.desk, ledger=self.ledger, portfolio=self.portfolio, sleep=self.sleep, tell=self.tell
            )
        return ByList(
            desk=self.desk,
            ledger=self.ledger,
            portfolio=self.portfolio,
            sleep=self.sleep,
            now=self.now,
            listed=set(listed),
            listing_lag=self.listing_lag,
            not_booked=self.not_booked,
            settle_after=self.settle_after,
            tell=self.tell,
        )

    def _cancel_replaced(self, entry: Entry) -> Application:
        return self._cancel(entry, entry.replaced.application if entry.replaced else None, Step.CANCEL_REPLACED)

    def _cancel(self, entry: Entry, cancelled: Application | None, step: Step) -> Application:
        application = _present(cancelled)
        facts = {**describe_order(entry.order), "contract_id": application.contract_id}

        def cancel(_attempt: str) -> Application:
            # Cancelling a contract that is named in full twice over changes nothing more: there is nothing to look up.
            return settle(lambda: self.desk.cancel(application), lambda: None, sleep=self.sleep, tell=self.tell)

        return spend(self.ledger, step, facts, cancel)

    def _each(
        self, todo: Sequence[tuple[Entry, Step]], act: Callable[[Entry, Step], Application]
    ) -> tuple[Outcome, ...]:
        """Do each step and list the outcomes in this order; steps that were not begun have none."""
        halt = _Halt()

        def one(task: tuple[Entry, Step]) -> Outcome | None:
            if halt.called:
                return None
            try:
                outcome = Outcome(entry=task[0], step=task[1], application=act(*task))
            except LedgerUnusable as error:
                outcome = Outcome(entry=task[0], step=task[1], application=error.booked, error=error)
            except DeskError as error:
                outcome = Outcome(entry=task[0], step=task[1], error=error)
            halt.learn(outcome)
            return outcome

        done = []
        workers = self.concurrency if self.desk.keeps_references else 1
        with concurrent.futures.ThreadPoolExecutor(max_workers=workers) as pool, halt.call_in_the_end():
            for outcome in pool.map(one, todo):
                if outcome:
                    self.progress(outcome)
                    done.append(outcome)
        return tuple(done)


def _is_orphan() -> bool:
    """Check whether the process that began this one was gone before this loop began, while the desk was asked."""
    parent = multiprocessing.parent_process()
    try:
        if parent is not None and parent.pid is not None:
            os.kill(parent.pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass  # it is there, and somebody else's
    return False


def _present(application: Application | None) -> Application:
    if application is None:
        raise RuntimeError("contract broken: this step needs an application")
    return application


__all__ = ("Performer",)
