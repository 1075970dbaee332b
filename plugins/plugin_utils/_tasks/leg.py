# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The controller leg of every module: options in, orders and desk made of them, errors out as sentences.

Desk options stay here: nothing that a host leg is given is derived from them.
"""

from __future__ import annotations

import abc
import datetime as dt
import itertools
import os
import pathlib
import re
import time
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ...module_utils._argspec import DESK_OPTIONS, EITHER_ORDERS
from ...module_utils._core.phrases import Phrase, said, spoken_language
from .._complaints.complaints import OrdersRefused, report
from .._desk._requests import missing_requests
from .._desk.choice import DeskOptionsWrong, open_desk
from .._desk.desk import DeskError
from .._guards.limits import check_limits
from .._guards.quotes import quote_new_orders
from .._guards.saved_plan import require_digest, require_saved_plan
from .._orders.files import read_inline
from .._orders.opened import reader_with
from .._orders.portfolio import collector_at_rest, judge_order_files, judge_orders
from .._orders.voluptuous_dep import missing_voluptuous
from .._planning.observe import observe
from .._planning.plan import make_plan
from .._planning.prices import price_table
from .._planning.slices import slice_of
from .._reports.document import Frame, describe_plan
from .contracts import progress_line

if t.TYPE_CHECKING:
    from ...module_utils._argspec import Spec
    from ...module_utils._core.phrases import Language
    from .._complaints.complaints import Complaint
    from .._desk.desk import Desk
    from .._orders.portfolio import Judged
    from .._planning.observe import Listing
    from .._planning.outcome import Outcome
    from .._planning.plan import Plan
    from .._spending.perform import Performer
    from .._values.order import Order

Result = dict[str, t.Any]

display = Display()

_PORTFOLIO = re.compile(r"[A-Za-z0-9._-]{1,100}")
_PORTFOLIO_NAME = Phrase(
    "portfolio {0} is not 1 to 100 letters, digits, '-', '_' or '.'",
    "portfolio {0} に使えるのは、英数字と '-'、'_'、'.' の1〜100文字です。",
)
_CHECK_DATE = Phrase(
    "check_date {0} is not a day of the form YYYY-MM-DD", "check_date {0} は YYYY-MM-DD の形の日付ではありません。"
)


class Leg(ActionBase, abc.ABC):  # type: ignore[misc]
    """Runs control() and turns everything the collection raises into a failed task with a message and no traceback."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    options: dict[str, t.Any]
    task_vars: dict[str, t.Any]
    planned_orders: tuple[Order, ...] = ()

    @abc.abstractmethod
    def spec(self) -> Spec:
        """The argument spec, the same that the module of this name is built from."""

    @abc.abstractmethod
    def control(self) -> Result:
        """The controller's part; raises OrdersRefused or DeskError."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        result: Result = super().run(tmp, task_vars)
        del tmp
        self.task_vars = task_vars or {}
        self._require_libraries()
        spec = self.spec()
        either = EITHER_ORDERS if "order_files" in spec else None
        _validated, self.options = self.validate_argument_spec(
            spec, mutually_exclusive=either, required_one_of=self.one_of()
        )
        # Verbose output shows this instead of the task's own words, which may hold the token.
        result["invocation"] = {"module_args": {name: self._shown(name) for name in spec}}
        name = self.options.get("portfolio", "default")
        if not _PORTFOLIO.fullmatch(name):
            raise self.mistaken(_PORTFOLIO_NAME.filled(repr(name)))
        try:
            with collector_at_rest():
                return {**result, **self.control()}
        except OrdersRefused as refused:
            complaints = [complaint.as_dict(self.lang) for complaint in refused.complaints]
            text = report(refused.complaints, self.lang)
            self.refused(text, refused.complaints)
            from .._reports.offline_forms import papers  # where it is used: it is compiled anew at every start

            forms = papers(refused.complaints, self.planned_orders)
            found = {"complaints": complaints, **({"forms": forms} if forms else {})}
            return {**result, "failed": True, "msg": "\n\n".join([text, *forms.values()]), **found}
        except DeskError as error:
            told = said(error.told, self.lang)
            self.refused(told)
            return {**result, "failed": True, "msg": told}
        except OSError as error:
            return {**result, "failed": True, "msg": f"{error.filename}: {error.strerror}"}

    def refused(self, told: str, complaints: tuple[Complaint, ...] = ()) -> None:
        """Hear of a run that came to nothing; the task fails with what was told."""

    def one_of(self) -> list[list[str]] | None:
        """Options of which at least one is needed."""
        return None

    @property
    def lang(self) -> Language:
        chosen: Language | None = self.options.get("lang")
        return chosen or spoken_language()

    def mistaken(self, told: Phrase) -> AnsibleActionFail:
        """The error for an option that says something wrong."""
        return AnsibleActionFail(said(told, self.lang))

    @property
    def check_mode(self) -> bool:
        return bool(self._task.check_mode)

    @property
    def performs(self) -> bool:
        """Whether this task changes the desk; otherwise it tells what it would change."""
        return self.options["state"] == "applied" and not self.check_mode

    @property
    def inventory_host(self) -> str:
        return str(self.task_vars.get("inventory_hostname", "localhost"))

    def judged(self) -> Judged:
        """All orders of the portfolio, judged for certificates issued on the day of check_date, or else today."""
        if self.options.get("orders") is not None:
            return judge_orders(read_inline(self.options["orders"]), day=self.day())
        return judge_order_files(self.options["order_files"], reader_with(self._templar), day=self.day())

    def day(self) -> dt.date:
        """The day of issue that rules are judged by: check_date, or else today."""
        text = self.options.get("check_date")
        try:
            return dt.date.fromisoformat(text) if text else today()
        except ValueError:
            raise self.mistaken(_CHECK_DATE.filled(repr(text))) from None

    def orders(self) -> tuple[Order, ...]:
        """All orders of the portfolio; raises OrdersRefused with everything that is wrong in any of them."""
        return self.judged().accepted(strict=bool(self.options.get("strict")))

    def orders_of_this_host(self, orders: tuple[Order, ...]) -> frozenset[str]:
        """The names of the orders whose work is done here; an order without a host is the controller's."""
        return frozenset(order.name for order in orders if (order.host or "localhost") == self.inventory_host)

    def planned(
        self, desk: Desk, orders: tuple[Order, ...], listing: Listing | None = None, *, offers: bool = True
    ) -> Plan:
        """The plan of this runner's slice; raises OrdersRefused when it is not the saved one, or what is left of it.

        A task that places nothing does without the desk's `offers`, which its role may not be shown.
        """
        portfolio, part = self.options["portfolio"], slice_of(self.options.get("slice"))
        self.planned_orders = orders
        observed = observe(desk, orders, portfolio=portfolio, listing=listing, offers=offers)
        made = make_plan(orders, observed, portfolio=portfolio).sliced(part)
        path = self.options.get("plan_file")
        if path:
            wanted = self.options.get("plan_digest")
            require_saved_plan(made, path, portfolio=portfolio, part=str(part) if part else None, wanted=wanted)
        return made

    def guard(self, made: Plan, desk: Desk) -> None:
        """Refuse a plan that goes past the limits of this task, or that the desk would not take where it is asked."""
        if self.options["quote"] and not self.performs:
            quote_new_orders(made, desk)
        if self.options["state"] != "applied":
            return
        if self.options["plan_digest"] and not self.options["plan_file"]:
            require_digest(
                describe_plan(made, self.frame(), planned=True, finished=False)["digest"], self.options["plan_digest"]
            )
        prices = price_table(self.options["prices"])
        check_limits(made, max_new_orders=self.options["max_new_orders"], budget=self.options["budget"], prices=prices)

    def frame(self) -> Frame:
        """What documents of this task are made for."""
        part = slice_of(self.options.get("slice"))
        return Frame(
            portfolio=self.options["portfolio"],
            part=str(part) if part else None,
            prices=price_table(self.options.get("prices")),
            lang=self.lang,
        )

    def desk(self) -> Desk:
        try:
            return open_desk(self.options, tell=lambda phrase: self.say(said(phrase, self.lang)))
        except DeskOptionsWrong as wrong:
            raise self.mistaken(wrong.told) from None

    def performer(self, desk: Desk, steps: int) -> Performer:
        """What performs so many steps, and tells of each one that is done."""
        # Imported where it is used: a run with nothing to do starts sooner without it.
        from .._spending.ledger import Ledger
        from .._spending.perform import Performer

        numbers = itertools.count(1)

        def progress(outcome: Outcome) -> None:
            self.say(f"[{next(numbers)}/{steps}] {progress_line(outcome, lang=self.lang)}")

        return Performer(
            desk=desk,
            ledger=Ledger(self.ledger_path()),
            portfolio=self.options["portfolio"],
            sleep=time.sleep,
            progress=progress,
            concurrency=self.options.get("concurrency", 1),
            listing_lag=self.options["listing_lag"],
            not_booked=frozenset(self.options.get("not_booked") or ()),
            settle_after=self.options["settle_after"],
        )

    def handed_over(self, orders: t.Iterable[dict[str, t.Any]]) -> dict[str, t.Any]:
        """The options that every host leg is given; passphrases only those of its own orders."""
        names = {order.get("name") for order in orders}
        passphrases: dict[str, t.Any] = {
            option: {name: value for name, value in (self.options[option] or {}).items() if name in names}
            for option in ("key_passphrases", "pkcs12_passphrases")
            if option in self.options
        }
        return {"portfolio": self.options["portfolio"], "lang": self.lang, **passphrases}

    def host_leg(self, options: dict[str, t.Any]) -> Result:
        """Run the module of this name on the host, with these options and never a desk option."""
        kept = {name: value for name, value in options.items() if name not in DESK_OPTIONS}
        name = self._task.resolved_action or self._task.action
        return dict(self._execute_module(module_name=name, module_args=kept, task_vars=self.task_vars))

    def say(self, line: str) -> None:
        """Tell people at the terminal; standard output stays the callback's."""
        display.display(line, stderr=True)

    def ledger_path(self) -> pathlib.Path:
        """Where the ledger of this portfolio lies on the controller."""
        chosen = self.options.get("ledger_path")
        if chosen:
            return pathlib.Path(chosen).expanduser()
        state = pathlib.Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state").expanduser()
        return state / "iij.server_certificate" / f"{self.options['portfolio']}.ledger.jsonl"

    def _shown(self, name: str) -> t.Any:
        value = self.options.get(name)
        return "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" if self.spec()[name].get("no_log") and value else value

    def _require_libraries(self) -> None:
        missing = missing_voluptuous() or missing_requests()
        if missing:
            raise AnsibleActionFail(missing)


def today() -> dt.date:
    """The day by which rules are judged unless another is named; CAs count in UTC."""
    return dt.datetime.now(dt.UTC).date()


__all__ = ("Leg", "Result", "today")
