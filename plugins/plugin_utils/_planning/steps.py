# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The words of a plan: its steps with the classes of their calls, where orders stand, and what it comes to."""

from __future__ import annotations

import enum
import typing as t


class Step(enum.StrEnum):
    """What is done for an order, in this order."""

    CANCEL = "cancel"
    PLACE = "place"
    RENEW = "renew"
    REISSUE = "reissue"
    RELINK = "relink"
    REGISTER = "register"
    COLLECT = "collect"
    CANCEL_REPLACED = "cancel_replaced"


class CallClass(enum.StrEnum):
    """How a step's call may be repeated: reads and safe writes at will, spending calls never blindly."""

    READ = "read"
    SAFE_WRITE = "safe write"
    SPEND = "spend"


CALL_CLASSES: t.Final = {
    Step.CANCEL: CallClass.SPEND,
    Step.PLACE: CallClass.SPEND,
    Step.RENEW: CallClass.SPEND,
    Step.REISSUE: CallClass.SPEND,  # free, but it cannot be undone
    Step.RELINK: CallClass.SPEND,  # what it costs is not known
    Step.REGISTER: CallClass.SAFE_WRITE,
    Step.COLLECT: CallClass.READ,
    Step.CANCEL_REPLACED: CallClass.SPEND,
}


OPENING: t.Final = (Step.PLACE, Step.RENEW, Step.REISSUE)  # what a registration has to follow
CONTRACT_STEPS: t.Final = (*OPENING, Step.RELINK, Step.CANCEL, Step.CANCEL_REPLACED)  # all that cannot be undone


class Standing(enum.StrEnum):
    """Where an order stands between its file and the desk."""

    TO_ORDER = "to_order"
    TO_RENEW = "to_renew"
    TO_REISSUE = "to_reissue"
    TO_RELINK = "to_relink"
    TO_REGISTER = "to_register"
    TO_COLLECT = "to_collect"
    TO_CANCEL = "to_cancel"
    TO_CANCEL_REPLACED = "to_cancel_replaced"  # the contract that this order replaces
    WAITING = "waiting"
    HELD = "held"  # a renewal or reissue that is not ordered before somebody has looked
    ESTRANGED = "estranged"  # renewed with a key that IIJ has made, against the order
    ENDED = "ended"
    DONE = "done"


class Verdict(enum.StrEnum):
    """What a plan or a run comes to; pipelines decide by it."""

    NOTHING_TO_DO = "nothing_to_do"
    CHANGES = "changes"
    WAITING = "waiting"
    UNKNOWN = "unknown"
    ERROR = "error"


STEPS: t.Final[dict[Standing, tuple[Step, ...]]] = {
    Standing.TO_ORDER: (Step.PLACE, Step.REGISTER),
    Standing.TO_RENEW: (Step.RENEW, Step.REGISTER),
    Standing.TO_REISSUE: (Step.REISSUE, Step.REGISTER),
    Standing.TO_RELINK: (Step.RELINK,),
    Standing.TO_REGISTER: (Step.REGISTER,),
    Standing.TO_COLLECT: (Step.COLLECT,),
    Standing.TO_CANCEL: (Step.CANCEL,),
}

__all__ = ("CALL_CLASSES", "CONTRACT_STEPS", "OPENING", "STEPS", "CallClass", "Standing", "Step", "Verdict")
