"""Large envelopes are read while the garbage collector pauses, and it goes on afterwards."""

from __future__ import annotations

import gc

import pytest
from fake_service import RECEIPT, TYPES, Receipt, envelope, operation

from soapwright.runtime.errors.errors import DecodeError
from soapwright.runtime.xml.collector import LARGE, collector_paused


@pytest.fixture
def running(monkeypatch):
    """Whether the collector ran while a receipt was read, one entry a time."""
    seen: list[bool] = []
    read = TYPES.read_Receipt
    monkeypatch.setattr(
        TYPES, "read_Receipt", lambda e: (seen.append(gc.isenabled()), read(e))[1]
    )
    return seen


SMALL = envelope(RECEIPT)
BIG = envelope(RECEIPT + " " * LARGE)


def test_only_large_envelopes_pause_it(running):
    order = operation()
    for sent in (SMALL, BIG, SMALL, BIG):
        assert order.decode_response(sent) == Receipt(number=7)
        assert gc.isenabled()
    assert running == [True, False, True, False]


def test_it_goes_on_after_an_error(running):
    with pytest.raises(DecodeError, match="is no xsd:int"):
        operation().decode_response(BIG.replace(b"7", b"x"))
    assert running == [False]
    assert gc.isenabled()


def test_who_has_switched_it_off_keeps_it_off():
    gc.disable()
    try:
        with collector_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
