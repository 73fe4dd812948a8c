"""The stream of what happens, as server-sent events (HTML, section 9.2)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from ..state.store import Store
from .shapes import to_json
from .views import IncomingView, MessageView

_TICK: Final = 0.25
_SILENCE: Final = 15.0
"""Seconds after which a comment shows that the connection lives."""
_AT_ONCE: Final = 200


def events(store: Store) -> Iterator[bytes]:
    """The events from now on, for ever. An empty one comes where nothing happens.

    `message` is a message that was accepted or has a new status, `incoming` a message from a
    handset; after them `change` says that the state is another one. Where very much happens at
    once, `change` alone speaks for it.
    """
    with store.transaction():
        version = store.version
        step, incoming = store.last_step(), store.last_incoming()
    yield b"retry: 1000\n\n"  # who has read it misses nothing
    heard = time.monotonic()
    while True:
        now = store.wait_for_change(version, _TICK)
        if now == version:
            if time.monotonic() - heard < _SILENCE:
                yield b""
                continue
            heard = time.monotonic()
            yield b": nothing new\n\n"
            continue
        heard = time.monotonic()
        with store.transaction():
            version, last = store.version, store.last_step()
            # After a deletion the numbers of steps begin anew.
            after = step if step <= last else 0
            messages = store.messages_with_steps(after, _AT_ONCE)
            received = store.incoming_after(incoming, _AT_ONCE)
            step, incoming = last, store.last_incoming()
        for message in messages:
            yield _event("message", to_json(MessageView.of(message)))
        for one in received:
            yield _event("incoming", to_json(IncomingView.of(one)))
        yield _event("change", b'{"version": %d}' % version)


def _event(name: str, data: bytes) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode("ascii"), data)
