# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What is known of a spending call that failed: unknown, unless the error itself proves that nothing was done.

A list of errors that mean "unknown" would have to grow with every new one; the proofs are few (DeskError.nothing_done).
"""

from __future__ import annotations

import contextlib
import typing as t

from ...module_utils._core.phrases import Phrase
from .desk import DeskError, OutcomeUnknown

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_UNEXPECTED: t.Final = Phrase("an answer that cannot be read ({0}: {1})", "応答を読み取れません ({0}: {1})")


@contextlib.contextmanager
def mark_nothing_sent() -> Iterator[None]:
    """Mark every DeskError of the block as a proof that nothing was done, since nothing that spends is sent in it."""
    try:
        yield
    except DeskError as error:
        error.nothing_done = True
        raise


@contextlib.contextmanager
def require_proof(word: Callable[[Phrase], Phrase] = lambda told: told) -> Iterator[None]:
    """Turn whatever the block raises into OutcomeUnknown, unless it proves that nothing was done.

    `word` puts the cause into a sentence. An interrupt passes: it ends the run, and the ledger keeps the attempt open.
    """
    try:
        yield
    except DeskError as error:
        if error.nothing_done or isinstance(error, OutcomeUnknown):
            raise
        raise OutcomeUnknown(word(error.phrase)) from error
    except Exception as error:  # of a library: after the call went out no error may pass for a refusal
        raise OutcomeUnknown(word(_UNEXPECTED.filled(type(error).__name__, error))) from error


__all__ = ("mark_nothing_sent", "require_proof")
