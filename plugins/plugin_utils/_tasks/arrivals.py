# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Certificates that came for contracts of the register: matched by key and CSR, judged, taken in with their chain."""

from __future__ import annotations

import datetime as dt
import typing as t

from ...module_utils._core import activation_errors, certificate_errors, chain_errors, names
from ...module_utils._core.phrases import Phrase
from ...module_utils._pki.certs import LONGEST_CHAIN, chain_fault, rfc3339, use_fault
from .._desk.by_hand.inbox import PRIVATE_KEY
from .._desk.by_hand.rows import SAME_END, close_procedure, goes_on_cancelled, read_application
from .._planning.lifecycle import day_in_japan, is_reissuing
from .._values.observed import ENDED, State
from .._values.order import CsrOrigin

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ...module_utils._core.errors import Fault
    from ...module_utils._pki.certs import CertFacts
    from .._desk.by_hand.inbox import Inbox
    from .._desk.by_hand.rows import RegisterRow
    from .._values.observed import Application
    from .._values.order import Order

_NOBODY: t.Final = Phrase(
    "it is for {0}, and no contract of the register has its name and key. Record the order that it belongs to first",
    "{0} の証明書ですが、名前と鍵の合う契約が記録簿にありません。先に該当するお申し込みを記録してください",
)
_OTHER_CSR: t.Final = Phrase(
    "it has the name of {0}, but the key of order {1}: the CSR of {1} was registered there. Have {0} reissued with "
    "the CSR that its work sheet shows",
    "名前は {0} のものですが、鍵はオーダー {1} のものです。{0} に {1} のCSRが登録されています。作業票のCSRで {0} を"
    "再発行してください",
)
_OTHER_KEY: t.Final = Phrase(
    "it has the name of {0}, but another key than the CSR on its work sheet. See which CSR was registered; if it was "
    "another one, have {0} reissued",
    "名前は {0} のものですが、作業票のCSRとは鍵が異なります。登録したCSRを確認し、別のCSRなら {0} を再発行してください",
)
_SEVERAL: t.Final = Phrase(
    "it fits several contracts: {0}. Write its public_key_fingerprint, {1}, to the right one in the register",
    "複数の契約に当てはまります: {0}。記録簿の正しい契約に public_key_fingerprint {1} を書いてください",
)
_OLDER: t.Final = Phrase(
    "{0} has a newer certificate already, valid from {1}", "{0} にはすでに新しい証明書 ({1} から有効) があります"
)
_ENDS_BEFORE: t.Final = Phrase(
    "{0} has a newer certificate already, valid until {1} as the list showed it: download that one",
    "{0} にはすでに新しい証明書があります (一覧での有効期限 {1})。その証明書をダウンロードしてください",
)
_BEFORE: t.Final = Phrase(
    "it is valid from {0}, before what is recorded of {1} was ordered, so it is another one. If it is the right one, "
    "correct ordered_at (of a renewal or reissue, procedure_ordered_at) in the register",
    "有効期間の開始が {0} で、記録された {1} のお申し込みより前のため、別の証明書です。正しい証明書であれば、"
    "記録簿の ordered_at (更新・再発行の場合は procedure_ordered_at) を直してください",
)
_WRITTEN_KEYS: t.Final = ("public_key_fingerprint", "procedure_public_key_fingerprint")
_TOLERANCE: t.Final = dt.timedelta(days=2)  # a CA may date back, and people record a day later
_NO_CHAIN: t.Final = Phrase(
    "the certificate of its issuer, {0}, is missing, and the order installs a chain. Put it into the folder, too",
    "発行者 {0} の証明書がありません。オーダーではチェーンを設置するため、中間CA証明書もフォルダに入れてください",
)
_KEYS_GO: t.Final = Phrase(" ({0})", " ({0})")
_ENDED_STATES: t.Final = frozenset(state.value for state in ENDED)
_KEPT_STATES: t.Final = (State.INSTALLED.value, State.CANCELLED.value)


class Arrivals:
    """What an inbox brings to the rows of a register; `files` are the certificates to keep, with their chains."""

    def __init__(
        self,
        rows: Mapping[str, RegisterRow],
        orders: Iterable[Order],
        *,
        portfolio: str,
        now: dt.datetime,
        key_of: Callable[[Order, str], str | None],
    ) -> None:
        self.rows = dict(rows)
        self.files: dict[str, str] = {}
        self.problems: dict[str, Phrase] = {}
        self._orders = tuple(orders)
        self._now = now
        self._by_reference = {order.client_reference(portfolio): order for order in self._orders}
        self._keys = {key: self._key(row, key_of) for key, row in rows.items()}

    def take(self, inbox: Inbox) -> None:
        """Take in what fits, and say of everything else why not."""
        self.problems.update(inbox.problems)
        for name in inbox.with_keys:
            self.problems[name] = PRIVATE_KEY.filled(self._places_of_keys())
        for name, leaf in inbox.leaves.values():
            problem = self._take(leaf, inbox)
            if problem:
                self.problems[name] = problem

    def _take(self, leaf: CertFacts, inbox: Inbox) -> Phrase | None:
        result = self._matching(leaf)
        if len(result) > 1:
            return _SEVERAL.filled(tuple(result), leaf.public_key_fingerprint)
        if not result:
            return self._reason(leaf)
        (key,) = result
        row, order = self.rows[key], self._order_of(self.rows[key])
        fault = self._fault(leaf, row, order)
        if fault:
            return Phrase(fault.message("en"), fault.message("ja"))
        contract = read_application(row, now=self._now)
        in_use = _is_in_use(contract, leaf)
        if former := None if in_use else _explain_former(contract, leaf):
            return former
        chain = _climb(leaf, inbox.authorities.values())
        if not chain and order and _wants_chain(order):
            return _NO_CHAIN.filled(names.subject_text(leaf.issuer))
        broken = chain_fault(leaf, chain=chain, now=self._now) if chain else None
        if broken:
            return Phrase(broken.message("en"), broken.message("ja"))
        self.files[key] = "".join(certificate.pem for certificate in (leaf, *chain))
        self.rows[key] = _issued(row, leaf, in_use=in_use)
        return None

    def _matching(self, leaf: CertFacts) -> list[str]:
        """Return the contracts that this certificate may be of.

        The one that has it, else by its key, else by its name where IIJ has made the key; of several the one in whose
        row a person has written the key.
        """
        live = {key: row for key, row in self.rows.items() if self._is_usable(row)}
        there = [key for key, row in live.items() if row.get("certificate_fingerprint") == leaf.certificate_fingerprint]
        if there:
            return there
        by_key = [key for key in live if self._keys[key] == leaf.public_key_fingerprint]
        own = [key for key in by_key if leaf.is_for(live[key]["common_name"])]
        named = [key for key, row in live.items() if leaf.is_for(row["common_name"])]
        if by_key:
            # With the name of one and the key of another, it is nobody's.
            return own or ([] if named else by_key)
        unknown = [key for key in named if self._keys[key] is None]
        return [key for key in unknown if leaf.public_key_fingerprint in map(live[key].get, _WRITTEN_KEYS)] or unknown

    def _is_usable(self, row: RegisterRow) -> bool:
        return row["state"] not in _ENDED_STATES or goes_on_cancelled(row, now=self._now)

    def _key(self, row: RegisterRow, key_of: Callable[[Order, str], str | None]) -> str | None:
        """Return the key that a contract's certificate must have; None where it is not known here.

        IIJ makes a new one with each reissue [M:2261110]. Where a host has made it, the host judges once more.
        """
        order = self._order_of(row)
        if row.get("csr_origin") == "service" or (order and order.csr_origin is CsrOrigin.SERVICE):
            return None
        registered = row.get("procedure_public_key_fingerprint" if row.get("procedure") else "public_key_fingerprint")
        return registered or (key_of(order, row["contract_id"]) if order else None)

    def _order_of(self, row: RegisterRow) -> Order | None:
        pinned = (order for order in self._orders if order.contract_id == row["contract_id"])
        return next(pinned, None) or self._by_reference.get(row.get("client_reference", ""))

    def _reason(self, leaf: CertFacts) -> Phrase:
        named = [key for key, row in self.rows.items() if leaf.is_for(row["common_name"])]
        holder = next((key for key, entry in self._keys.items() if entry == leaf.public_key_fingerprint), None)
        supplied = [
            o.name for o in self._orders if o.csr and o.csr.public_key_fingerprint == leaf.public_key_fingerprint
        ]
        other = [*supplied, *([self.rows[holder].get("client_reference", holder)] if holder else [])]
        if named and other:
            return _OTHER_CSR.filled(named[0], other[0])
        if named:
            return _OTHER_KEY.filled(named[0])
        return _NOBODY.filled(leaf.dns_names or names.subject_text(leaf.subject))

    def _fault(self, leaf: CertFacts, row: RegisterRow, order: Order | None) -> Fault | None:
        """Say why the certificate is not installed anywhere, in the words of the host that would refuse it."""
        if not leaf.is_for(row["common_name"]):
            result = ", ".join(leaf.dns_names) or names.subject_text(leaf.subject)
            return certificate_errors.NameDiffers(found=result, expected=row["common_name"])
        if self._now < leaf.not_before:
            return certificate_errors.NotYetValid(moment=rfc3339(leaf.not_before))
        if self._now > leaf.not_after:
            return certificate_errors.NoLongerValid(moment=rfc3339(leaf.not_after))
        issuer, wanted = names.subject_text(leaf.issuer), order.install.issuer if order and order.install else None
        if wanted and wanted.lower() not in issuer.lower():
            return activation_errors.IssuerDiffers(found=issuer, expected=wanted)
        return use_fault(leaf) or (chain_errors.ChainEmpty() if leaf.is_self_issued else None)

    def _places_of_keys(self) -> Phrase:
        places = [
            f"{order.name}: {order.host or 'localhost'}:{order.key.path}"
            for order in self._orders
            if order.csr_origin is CsrOrigin.SERVICE and order.key and order.key.path
        ]
        return _KEYS_GO.filled(tuple(places)) if places else Phrase("", "")


def _climb(leaf: CertFacts, authorities: Iterable[CertFacts]) -> tuple[CertFacts, ...]:
    """Return the intermediates from the leaf's issuer upwards; a root that signs itself is left out."""
    chain: list[CertFacts] = []
    pool = [authority for authority in authorities if not authority.is_self_issued]
    while len(chain) < LONGEST_CHAIN:
        below = chain[-1] if chain else leaf
        above = next((one for one in pool if one not in chain and chain_fault(below, chain=(one,)) is None), None)
        if above is None:
            break
        chain.append(above)
    return tuple(chain)


def _wants_chain(order: Order) -> bool:
    install = order.install
    return bool(install and (install.chain or install.full_chain or install.combined or install.pkcs12))


def _is_in_use(contract: Application, leaf: CertFacts) -> bool:
    """Check whether this is the certificate that the contract has: by its end where only a list showed it.

    A reissue keeps the end [M:2261110].
    """
    if contract.certificate_fingerprint:
        return contract.certificate_fingerprint == leaf.certificate_fingerprint
    if contract.not_after is None or abs(leaf.not_after - contract.not_after) > SAME_END:
        return False
    return not is_reissuing(contract) or _is_before_its_order(contract, leaf)


def _is_before_its_order(contract: Application, leaf: CertFacts) -> bool:
    """Check whether this was issued before the certificate that is awaited was ordered."""
    ordered = contract.procedure.opened_at if contract.procedure else contract.ordered_at
    return ordered is not None and leaf.not_before < ordered - _TOLERANCE


def _explain_former(contract: Application, leaf: CertFacts) -> Phrase | None:
    """Say why a certificate is none of this contract, or is one of before."""
    if contract.not_before is not None and contract.not_before > leaf.not_before:
        return _OLDER.filled(contract.contract_id, rfc3339(contract.not_before))
    ends = None if contract.certificate_fingerprint or is_reissuing(contract) else contract.not_after
    if ends is not None and ends - leaf.not_after > SAME_END:
        return _ENDS_BEFORE.filled(contract.contract_id, day_in_japan(ends))
    if _is_before_its_order(contract, leaf):
        return _BEFORE.filled(rfc3339(leaf.not_before), contract.contract_id)
    return None


def _issued(row: RegisterRow, leaf: CertFacts, *, in_use: bool) -> RegisterRow:
    """Return the row with what the certificate says; with the one in use, what is under way goes on."""
    state = row["state"] if row["state"] in _KEPT_STATES else State.ISSUED.value
    kept = row if in_use else close_procedure(row)
    return {
        **{name: value for name, value in kept.items() if name != "confirmations"},
        "state": state,
        "public_key_fingerprint": leaf.public_key_fingerprint,
        "certificate_fingerprint": leaf.certificate_fingerprint,
        "serial_number": leaf.serial_number,
        "not_before": rfc3339(leaf.not_before),
        "not_after": rfc3339(leaf.not_after),
    }


__all__ = ("Arrivals",)
