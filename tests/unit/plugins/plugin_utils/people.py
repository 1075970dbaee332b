# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""People who change their order files over the years: reissues, compromises, replacements and moves."""

from __future__ import annotations

import collections
import dataclasses as dc
import typing as t

from changing_desk import LINKS
from living_desk import DAY
from portfolios import DV, LINKED, OV

if t.TYPE_CHECKING:
    import datetime as dt
    import random

    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application
    from changing_desk import ChangingDesk

Fields = dict[str, t.Any]

_OFTEN: t.Final = 1 / 120  # the chance that something is changed for a name on a day
_FAR: t.Final = 12 * DAY  # careful people find no key compromised so short before a window opens
_FIRST: t.Final = 20 * DAY  # nor do they replace or move what ends before another certificate is there
_SAME: t.Final = {"sureserver_cloud": "sureserver_ev_cloud", "sureserver_ev_cloud": "sureserver_cloud"}


@dc.dataclass
class Line:
    """One service that has a certificate over the years, whatever its order is called and its contract is."""

    number: int
    fields: Fields
    names: int = 0  # how often it got another name
    bought: list[str] = dc.field(default_factory=list)  # every reference under which something had to be bought
    replaced: list[str] = dc.field(default_factory=list)  # contracts that had to end
    left: set[str] = dc.field(default_factory=set)  # hosts that were left while a key waited there
    served_until: dt.datetime | None = None  # the end of what its host has
    given_up: set[str] = dc.field(default_factory=set)  # of these, those on which it is a key of a former contract

    @property
    def reference(self) -> str:
        return f"p/{self.fields.get('was_named', self.fields['name'])}/{self.fields.get('generation', 1)}"

    def want(self) -> None:
        """Write down that what the fields say now has to be bought."""
        self.bought.append(self.reference)

    def replace(self, contract_id: str) -> None:
        """Write down that this contract has to end, and what the fields say takes its place."""
        self.replaced.append(contract_id)
        self.given_up |= self.left
        self.want()


def begin_line(number: int, draw: random.Random) -> Line:
    """A line of one kind of order; linked ones are installed by IIJ, the others on a host of their own."""
    kind = (OV, DV, LINKED)[number % 3]
    when = "silence" if draw.random() < 0.2 else "window"
    fields = kind | {"name": f"n{number}", "common_name": f"n{number}.example.jp", "renewal": {"when": when}}
    if "approval_email" in kind:
        fields["approval_email"] = f"admin@n{number}.example.jp"
    if kind is LINKED:
        fields["linked_contract"] = {"service": "gio_content_acceleration", "contract_id": LINKS[0]}
    else:
        fields |= {"host": f"web{number}", **_files(f"n{number}")}
    line = Line(number, fields)
    line.want()
    return line


def _files(name: str) -> Fields:
    return {"key": {"path": f"/k/{name}.key"}, "install": {"certificate": f"/c/{name}.pem"}}


@dc.dataclass
class People:
    """Who edits the order files. `careful`: no compromise is found around the window of a renewal."""

    desk: ChangingDesk
    lines: list[Line]
    draw: random.Random
    careful: bool
    changes: collections.Counter[str] = dc.field(default_factory=collections.Counter)

    def find_row(self, line: Line) -> Application | None:
        return self.desk.find_application(line.reference)

    def change(self, now: dt.datetime) -> bool:
        """Change what is drawn for this day; returns whether anything was."""
        return sum(self._change_one(line, now) for line in self.lines if self.draw.random() < _OFTEN) > 0

    def _change_one(self, line: Line, now: dt.datetime) -> bool:
        row = self.find_row(line)
        if row is None or row.current is None or self._is_being_replaced(line):
            return False  # one thing after the other: nobody changes what has not begun
        kinds: list[tuple[str, t.Callable[[Line, Application, dt.datetime], bool]]] = [
            ("reissues", self._reissue),
            ("compromises", self._compromise),
            ("replacements", self._replace),
            ("other orders", self._replace_by_other),
            ("names", self._rename),
            ("hosts", self._move),
            ("links", self._relink),
        ]
        word, act = self.draw.choice(kinds)
        done = act(line, row, now)
        self.changes[word] += done
        return done

    def _is_being_replaced(self, line: Line) -> bool:
        """Whether the contract before this one still goes on."""
        old = self.desk.by_id.get(line.replaced[-1]) if line.replaced else None
        return old is not None and old.contract_id not in self.desk.cancelled and old.live

    def ask_for_reissue(self, line: Line, row: Application, reason: str) -> bool:
        """Declare the certificate in use as one that has to go."""
        if not row.serial_number or line.fields.get("reissue", {}).get("serial") == row.serial_number:
            return False
        line.fields["reissue"] = {"serial": row.serial_number, "reason": reason}
        return True

    def _reissue(self, line: Line, row: Application, now: dt.datetime) -> bool:
        return self.ask_for_reissue(line, row, self.draw.choice(["key_lost", "wrong_content"]))

    def _compromise(self, line: Line, row: Application, now: dt.datetime) -> bool:
        is_near = row.renewal is not None and now + _FAR >= row.renewal.opens_at
        if (self.careful and is_near) or not self.ask_for_reissue(line, row, "key_compromised"):
            return False
        self.desk.compromised.add(row.public_key_fingerprint or "")
        return True

    def _comes_too_late(self, line: Line, row: Application, now: dt.datetime) -> bool:
        """Whether the certificate in use may end before there is one of another contract, or for another host."""
        ends = line.served_until or row.not_after
        return self.careful and ends is not None and now + _FIRST >= ends

    def _replace(self, line: Line, row: Application, now: dt.datetime) -> bool:
        """Another contract under the same name, at times for another product."""
        if self._comes_too_late(line, row, now):
            return False
        product = line.fields["product"]
        if self.draw.random() < 0.5:
            product = _SAME.get(product, product)
        line.fields |= {"generation": line.fields.get("generation", 1) + 1, "replaces": row.contract_id,
                        "product": product}  # fmt: skip
        line.replace(row.contract_id)
        return True

    def _replace_by_other(self, line: Line, row: Application, now: dt.datetime) -> bool:
        """Another order for another common name, in files of its own or in those of the order before."""
        if self._comes_too_late(line, row, now):
            return False
        line.names += 1
        name = f"n{line.number}x{line.names}"
        for gone in ("was_named", "generation", "reissue"):
            line.fields.pop(gone, None)
        line.fields |= {"name": name, "common_name": f"{name}.example.jp", "replaces": row.contract_id}
        if "approval_email" in line.fields:
            line.fields["approval_email"] = f"admin@{name}.example.jp"
        if "host" in line.fields and self.draw.random() < 0.5:
            line.fields |= _files(name)
        line.replace(row.contract_id)
        return True

    def _rename(self, line: Line, row: Application, now: dt.datetime) -> bool:
        line.names += 1
        line.fields.setdefault("was_named", line.fields["name"])
        line.fields["name"] = f"n{line.number}r{line.names}"
        return True

    def _move(self, line: Line, row: Application, now: dt.datetime) -> bool:
        """To another host, or back to one of before; at times with the reissue that gives it a key there.

        Nobody goes back where a key of a former contract waits for its certificate: no run can tell it from a new one.
        """
        if "host" not in line.fields or self._comes_too_late(line, row, now):
            return False
        if row.procedure is not None:
            line.left.add(line.fields["host"])
        hosts = [f"web{line.number}{letter}" for letter in ("", *"abcdefgh")]
        free = [host for host in hosts if host != line.fields["host"] and host not in line.given_up]
        line.fields["host"] = self.draw.choice(free[:3])
        if self.draw.random() < 0.5:
            self.ask_for_reissue(line, row, "key_lost")
        return True

    def _relink(self, line: Line, row: Application, now: dt.datetime) -> bool:
        linked = line.fields.get("linked_contract")
        if linked is None or row.link_change is not None or linked["contract_id"] != row.linked_contract_id:
            return False
        other = self.draw.choice([link for link in LINKS if link != row.linked_contract_id])
        line.fields["linked_contract"] = linked | {"contract_id": other, "was": row.linked_contract_id}
        return True
