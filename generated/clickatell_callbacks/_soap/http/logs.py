"""The log records of calls, without what is secret in them.

A module of its own, loaded with the first call: `logging` takes long to load.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import Final

from ..secrets.redaction import Secrets
from ..soap.operation import AnyOperation
from .message import Message
from .replies import carried_outside
from .transport import Response

_LOGGED_AT_MOST: Final = 2**20

_logger = cache(logging.getLogger)


def log_request(operation: AnyOperation, message: Message) -> None:
    """Record a request that goes out, at level DEBUG."""
    name, package = operation.name, operation.package
    log = _logger(package.name)
    if log.isEnabledFor(logging.DEBUG):
        url = package.secrets.redact_url(message.url)
        body = _shown(message.envelope, name, package.secrets)
        log.debug("%s: POST %s\n%s", name, url, body)


def log_reply(operation: AnyOperation, sent: Message, reply: Response) -> None:
    """Record a reply, at level DEBUG."""
    name, package = operation.name, operation.package
    log = _logger(package.name)
    if log.isEnabledFor(logging.DEBUG):
        secrets = carried_outside(sent, package.secrets)
        secrets = secrets.carried_by(sent.envelope, name)
        body = _shown(reply.body, name, secrets)
        log.debug("%s: HTTP %d\n%s", name, reply.status, body)


def log_retry(
    operation: AnyOperation, attempt: int, wait: float, error: Exception
) -> None:
    """Record that an attempt failed, and in how many seconds the next comes, at level INFO."""
    said = "%s: attempt %d failed, the next is in %.3g s: %s"
    _logger(operation.package.name).info(said, operation.name, attempt, wait, error)


def log_plain_request(operation: AnyOperation, message: Message, verb: str) -> None:
    """Record a request without an envelope that goes out, at level DEBUG."""
    name, package = operation.name, operation.package
    log = _logger(package.name)
    if log.isEnabledFor(logging.DEBUG):
        log.debug("%s: %s %s", name, verb, package.secrets.redact_url(message.url))


def log_plain_reply(operation: AnyOperation, reply: Response) -> None:
    """Record the status of such a request's reply, at level DEBUG."""
    _logger(operation.package.name).debug("%s: HTTP %d", operation.name, reply.status)


def _shown(envelope: bytes, operation: str, secrets: Secrets) -> str:
    if len(envelope) > _LOGGED_AT_MOST:
        return f"({len(envelope):,} bytes)"
    return secrets.redact(envelope, operation)
