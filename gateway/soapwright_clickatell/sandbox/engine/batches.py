"""Batches: what many messages have in common, kept for a day."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from typing import Final

from ...vendor.codes import ErrorCode
from ...vendor.replies import GatewayError
from ..records.messages import Submission
from ..state.store import Batch, Store

BATCH_SECONDS: Final = 24 * 60 * 60
"""How long a batch lives that nobody ends."""


class Batches:
    """The batches of a gateway. Its methods are called within a transaction of the store.

    Args:
        store: where they are kept.
        new_id: makes their ids.
    """

    def __init__(self, store: Store, new_id: Callable[[], str]) -> None:
        self._store = store
        self._new_id = new_id

    def begin(self, user: str, submission: Submission, now: float) -> str:
        """Begin a batch; its id."""
        common = json.dumps(asdict(submission), default=str)
        batch = Batch(self._new_id(), user, now, None, common)
        self._store.add_batch(batch)
        return batch.id

    def submission(self, user: str, batch_id: str, now: float) -> Submission:
        """The common options of a batch's messages.

        Raises:
            GatewayError: 201, also where it has ended.
        """
        batch = self._store.batch(user, batch_id.lower())
        if batch is None or batch.ended is not None:
            raise GatewayError(ErrorCode.INVALID_BATCH_ID)
        if now - batch.begun > BATCH_SECONDS:
            raise GatewayError(ErrorCode.INVALID_BATCH_ID)
        return common_to(batch)

    def end(self, user: str, batch_id: str, now: float) -> None:
        """End a batch.

        Raises:
            GatewayError: 201.
        """
        self.submission(user, batch_id, now)
        self._store.end_batch(batch_id.lower(), now)


def common_to(batch: Batch) -> Submission:
    """The common options of a batch's messages."""
    kept = json.loads(batch.submission)
    kept["max_credits"] = Decimal(kept["max_credits"])
    return Submission(**kept)
