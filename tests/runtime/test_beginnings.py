"""Envelopes that begin as the last one did are read with less; they mean what they mean by themselves."""

from __future__ import annotations

from itertools import product

import pytest
from fake_service import RECEIPT, SHOP, SOAP11, Receipt, envelope, operation

from soapwright.runtime.errors.errors import SoapError

PLAIN = envelope(RECEIPT)
FAULT = envelope("<e:Fault><faultcode>e:Server</faultcode></e:Fault>")
DOCTYPE = b'<!DOCTYPE e:Envelope [<!ENTITY x "7">]>'
DECLARED = b'<?xml version="1.0" encoding="%s"?>'
# what ISO-2022-JP shifts to has quotes and brackets among its bytes
SHIFTED = "いー".encode("iso-2022-jp")
ENVELOPES = {
    "plain": PLAIN,
    "another": PLAIN.replace(b"7", b"8"),
    "wrong": PLAIN.replace(b"7", b"x"),
    "empty": envelope(f'<s:orderResponse xmlns:s="{SHOP}"/>'),
    "two": envelope(RECEIPT + '<s:more id="1"/>'),
    "shared": envelope(RECEIPT.replace("<number>", '<number href="#1">')),
    "header": envelope(RECEIPT, header="<s:Trace>t</s:Trace>"),
    "fault": FAULT,
    "broken": PLAIN[:-20],
    "trailing": PLAIN + b"<!-- later -->",
    "late doctype": PLAIN + DOCTYPE,
    "doctype": DOCTYPE + PLAIN,
    "comment": b"<!-- early -->" + PLAIN,
    "comment within": PLAIN.replace(b"<e:Body>", b"<!-- > --><e:Body>"),
    "not an envelope": b"<html><body><p>7</p></body></html>",
    "quoted": PLAIN.replace(b"<e:Body>", b"<e:Body a='>' b=\"'>/\">"),
    "quoted elsewhere": PLAIN.replace(b"<e:Body>", b"<e:Body a='/>'>"),
    "utf-16": PLAIN.decode().encode("utf-16"),
    "latin": DECLARED % b"ISO-8859-1" + PLAIN,
    "shifting": DECLARED % b"ISO-2022-JP"
    + PLAIN.replace(b"<e:Body>", b'<e:Body a="%s">' % SHIFTED),
    "empty bytes": b"",
}


def read(order, sent, charset):
    try:
        return order.decode_response(sent, charset)
    except SoapError as error:
        return type(error), str(error)


@pytest.mark.parametrize("rpc", [False, True])
@pytest.mark.parametrize("first", ENVELOPES)
def test_an_envelope_means_the_same_after_any_other(first, rpc):
    charsets = None, "utf-8", "utf-16"
    for second, before, charset in product(ENVELOPES, charsets, charsets):
        order, fresh = operation(rpc=rpc), operation(rpc=rpc)
        read(order, ENVELOPES[first], before)
        found = read(order, ENVELOPES[second], charset)
        assert found == read(fresh, ENVELOPES[second], charset), (second, charset)


@pytest.mark.parametrize("name", ["plain", "latin", "quoted", "quoted elsewhere"])
def test_what_begins_alike_is_recognised(name):
    order = operation()
    assert order._response.beginning is None
    assert order.decode_response(ENVELOPES[name]) == Receipt(number=7)
    known = order._response.beginning
    assert known.head.endswith(b"<s:orderResponse>")
    assert ENVELOPES[name].startswith(known.head)
    assert order.decode_response(ENVELOPES[name].replace(b"7", b"8")).number == 8


@pytest.mark.parametrize(
    "name",
    ["comment", "comment within", "header", "two", "utf-16", "shifting", "fault"],
)
def test_what_the_bytes_do_not_tell_is_looked_at_each_time(name):
    order = operation(rpc=True)
    read(order, ENVELOPES[name], None)
    assert order._response.beginning is None


def test_declared_headers_are_looked_for_each_time():
    order = operation(headers=True)
    assert order.decode_response(PLAIN) == Receipt(number=7)
    assert order._response.beginning is None


def test_a_very_long_beginning_is_not_kept():
    order = operation()
    padded = PLAIN.replace(b"<e:Body>", b'<e:Body a="%s">' % (b"x" * 5000))
    assert order.decode_response(padded) == Receipt(number=7)
    assert order._response.beginning is None


def test_the_namespace_is_part_of_the_beginning():
    order = operation()
    assert order.decode_response(PLAIN) == Receipt(number=7)
    other = PLAIN.replace(SOAP11.encode(), b"urn:other")
    assert read(order, other, None) == read(operation(), other, None)
