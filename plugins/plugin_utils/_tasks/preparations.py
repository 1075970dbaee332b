# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Hosts first, money second: what hosts have to prepare for a plan, and which orders are bought after that."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ...module_utils._core import keyspec, names
from ...module_utils._core.errors import Fault
from ...module_utils._core.phrases import Phrase, verbatim
from ...module_utils._pki.csrs import read_csr
from ...module_utils._pki.deps import explain_missing_cryptography
from ...module_utils._pki.weak_keys import csr_weakness
from .._desk.desk import DeskError
from .._planning.outcome import Outcome
from .._planning.steps import OPENING, Step
from .._values.order import CsrOrigin
from .looks import hand_on, make_works, read_answers

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .._planning.entry import Entry
    from .._planning.plan import Plan
    from .._planning.used_keys import UsedKeys
    from .._values.order import Order, Outline
    from .asked_orders import Options
    from .looks import Answer
    from .planned import Held

_ABSENT: t.Final = Phrase(
    "still open, for {0} did not take part; nothing was ordered",
    "{0} が対象外か接続できないため、未完了です。注文していません",
)
_FAILED: t.Final = Phrase(
    "still open, for {0} is not ready for it; nothing was ordered: {1}",
    "{0} の準備が整っていないため、未完了です。注文していません: {1}",
)
_UNFIT: t.Final = Phrase(
    "the CSR does not ask for what the order says (subject, common name, key or signature)",
    "CSRがオーダーの内容 (サブジェクト、コモンネーム、鍵、署名) と一致しません",
)
_USED: t.Final = Phrase(
    "its key is that of {0} already, and {1} refuses a key that another certificate has; name another key.path",
    "鍵が {0} と同じで、{1}はほかの証明書と同じ鍵を受け付けません。key.path を変えてください",
)
_WEAK: t.Final = Phrase("the key of the CSR is weak", "CSRの鍵に弱点があります")
_NO_CSR: t.Final = Phrase("there is no CSR", "CSRがありません")


class HostNotReady(DeskError):
    """The host of an order has prepared nothing that could be registered, so the order is not bought."""

    nothing_done = True


def hand_on_preparations(options: Options, plan: Plan, held: Held, *, among: Iterable[Order | Outline]) -> str:
    """Hand each host the orders that it has to prepare, `among` all that there are; returns the look's name."""
    entries = [entry for entry in plan.entries if Step.REGISTER in entry.steps]
    works = make_works(entries, held.commands_of, among=among)
    return hand_on(options, works, warn=held.warn)


def hold_back(options: Options, plan: Plan) -> tuple[Outcome, ...]:
    """Find the orders that are not to be bought, for their hosts are not ready; raises nothing and asks nobody.

    A task without a look, and one that is told to buy before the hosts are ready, holds nothing back.
    """
    if options.get("look") is None or options.get("buy_before_host"):
        return ()
    answers = read_answers(options)
    bought = [(entry, step) for entry, step in plan.list_steps() if step in OPENING]
    problems = ((entry, step, _find_problem(entry, answers, plan.keys)) for entry, step in bought)
    return tuple(
        Outcome(entry=entry, step=step, error=HostNotReady(problem)) for entry, step, problem in problems if problem
    )


def read_csrs(options: Options, entries: Iterable[Entry]) -> tuple[dict[str, str], dict[str, Phrase]]:
    """Read the CSRs that hosts have made for these orders, and what is wrong with those that cannot be registered.

    A CSR counts from the host of its order alone: with that of another host, its certificate would be for a key there.
    """
    answers = read_answers(options)
    csrs, problems = {}, {}
    for order in (entry.order for entry in entries if entry.order.csr_origin is CsrOrigin.TARGET):
        answer = answers.get(order.host or "localhost")
        if answer is None or order.name not in answer.csrs:
            continue
        csr = judge_csr(order, answer.csrs)
        if isinstance(csr, Phrase):
            problems[order.name] = csr
        else:
            csrs[order.name] = csr
    return csrs, problems


def judge_csr(order: Order, csrs: Mapping[str, str]) -> str | Phrase:
    """Judge the CSR that a host has made for an order: its PEM, to be registered, or why it is not to be.

    What is registered is written here out of what was judged, and nothing else that the host has answered: in that,
    another program may find another request.
    """
    if order.name not in csrs:
        return _NO_CSR
    if lacking := explain_missing_cryptography():
        return verbatim(lacking)
    try:
        facts = read_csr(csrs[order.name].encode())
        spec = keyspec.KeySpec(facts.key_type, size=facts.key_size if facts.curve is None else None, curve=facts.curve)
        subject = names.subject(order.common_name, fields=order.subject.filled_fields())
        fits = facts.asks_for(
            subject, dns_names=(order.common_name,), public_key_fingerprint=facts.public_key_fingerprint
        )
        if not fits or (order.key and spec != keyspec.read_key_spec(dc.asdict(order.key))):
            return _UNFIT
    except Fault as fault:
        return fault.phrase
    return _WEAK if csr_weakness(facts.pem) else facts.pem


def list_keys(csrs: Mapping[str, str]) -> dict[str, str]:
    """List the fingerprints of the public keys of sound CSRs, by the names of their orders."""
    return {name: read_csr(csr.encode()).public_key_fingerprint for name, csr in csrs.items()}


def _find_problem(entry: Entry, answers: Mapping[str, Answer], keys: UsedKeys) -> Phrase | None:
    order = entry.order
    host = order.host or "localhost"
    answer = answers.get(host)
    if answer is None:
        return _ABSENT.filled(host)
    if order.name in answer.failures:
        return _FAILED.filled(host, answer.failures[order.name])
    if order.csr_origin is not CsrOrigin.TARGET:
        return None
    problem = find_unfit_csr(entry, answer.csrs, keys)
    return _FAILED.filled(host, problem) if problem else None


def find_unfit_csr(entry: Entry, csrs: Mapping[str, str], keys: UsedKeys) -> Phrase | None:
    """Find why the CSR that a host has made for an order could not be registered once the order is bought."""
    csr = judge_csr(entry.order, csrs)
    if isinstance(csr, Phrase):
        return csr
    if not entry.order.product.authority.refuses_used_keys.value:
        return None
    return find_unfit_key(entry, read_csr(csr.encode()).public_key_fingerprint, keys)


def find_unfit_key(entry: Entry, public_key_fingerprint: str, keys: UsedKeys) -> Phrase | None:
    """Find the contract for whose key the CA would refuse a CSR with this one."""
    used = keys.find_user(entry.order, entry.application, public_key_fingerprint)
    return _USED.filled(used, entry.order.product.authority.name) if used else None


__all__ = (
    "HostNotReady",
    "find_unfit_csr",
    "find_unfit_key",
    "hand_on_preparations",
    "hold_back",
    "judge_csr",
    "list_keys",
    "read_csrs",
)
