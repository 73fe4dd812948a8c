"""The effect of each kind of change: the one table, which the documentation repeats.

A client that is in use was generated from the old spec, and the service now speaks the new one.
The class for the request is whether the service still takes what that client sends; the class
for the reply, whether the client still reads what the service sends; the class for Python,
whether code written against the old package still runs and type-checks on the new one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Effect(IntEnum):
    """How much a change hurts, in rising order."""

    NONE = 0
    COMPATIBLE = 1
    RISKY = 2
    BREAKING = 3

    def __str__(self) -> str:
        """The word in reports; "-" where a change does not touch that side."""
        return "-" if self is Effect.NONE else self.name.lower()


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of change. `python` is None where it is read off the names and annotations themselves."""

    request: Effect
    reply: Effect
    python: Effect | None
    meaning: str


_NO, _OK, _RISK, _BREAK = Effect
RULES: dict[str, Rule] = {
    # ---------------------------------------------------------------- services and operations
    "address": Rule(_OK, _OK, _OK, "the service moved: give the client its endpoint"),
    "port-added": Rule(_OK, _OK, _OK, "another port"),
    "port-removed": Rule(_BREAK, _BREAK, _BREAK, "the port is gone"),
    "port-renamed": Rule(_OK, _OK, _BREAK, "the port's key in PORTS is another"),
    "port-order": Rule(_NO, _NO, _RISK, "Client speaks to another port by itself"),
    "soap-version": Rule(_BREAK, _BREAK, _OK, "envelopes are of another SOAP version"),
    "operation-added": Rule(_OK, _NO, _OK, "another operation"),
    "operation-removed": Rule(_BREAK, _BREAK, _BREAK, "the operation is gone"),
    "action": Rule(_BREAK, _NO, _OK, "services may dispatch by SOAPAction"),
    "http": Rule(_BREAK, _BREAK, _OK, "an HTTP binding is called otherwise"),
    "media-type": Rule(_RISK, _RISK, _OK, "a part may have another media type"),
    "attached": Rule(_BREAK, _BREAK, None, "a value is beside the envelope, or in it"),
    "mtom": Rule(
        _OK, _OK, _OK, "binary values may be parts; they are read in both forms"
    ),
    "no-mtom": Rule(_RISK, _OK, _OK, "an old client may still send parts"),
    "wsa-action": Rule(_BREAK, _NO, _OK, "WS-Addressing's Action is another"),
    "addressing": Rule(_BREAK, _NO, _OK, "messages must have WS-Addressing's headers"),
    "no-addressing": Rule(
        _OK, _OK, _OK, "WS-Addressing's headers are demanded no more"
    ),
    "policy": Rule(_BREAK, _BREAK, _OK, "messages or connections must be otherwise"),
    "policy-met": Rule(_OK, _OK, _OK, "an old client meets the new policy as well"),
    "style": Rule(_BREAK, _BREAK, None, "rpc and document bodies differ"),
    "use": Rule(_BREAK, _BREAK, None, "encoded and literal bodies differ"),
    "encoding-style": Rule(_RISK, _RISK, _OK, "values may be encoded otherwise"),
    "reply-added": Rule(_NO, _RISK, _BREAK, "a one-way operation now answers"),
    "reply-removed": Rule(_NO, _BREAK, _BREAK, "the operation no longer answers"),
    "fault-added": Rule(_NO, _RISK, _OK, "an old client raises a plain SoapFault"),
    "fault-removed": Rule(_NO, _OK, None, "its exception is raised no more"),
    "fault-renamed": Rule(_NO, _OK, None, "a fault's name is not on the wire"),
    # -------------------------------------------------------------------------------- bodies
    "call-namespace": Rule(
        _BREAK, _OK, _OK, "replies are read whatever their namespace"
    ),
    "body-element": Rule(_BREAK, _BREAK, None, "the Body holds another element"),
    # -------------------------------------------------------------------------------- fields
    "added-required": Rule(_BREAK, _OK, None, "unknown elements are read over"),
    "added-optional": Rule(_OK, _OK, None, "unknown elements are read over"),
    "removed-required": Rule(_BREAK, _BREAK, None, "an old client misses it"),
    "removed-optional": Rule(
        _BREAK, _RISK, None, "an old client never gets it any more"
    ),
    "renamed": Rule(
        _BREAK, _BREAK, None, "the same type at the same place, under another name"
    ),
    "namespace": Rule(
        _BREAK, _BREAK, _OK, "qualified otherwise: the element has another name"
    ),
    "order": Rule(_BREAK, _OK, _OK, "an element out of order is still read"),
    "now-required": Rule(_BREAK, _OK, None, "what was optional must be there"),
    "now-optional": Rule(_OK, _BREAK, None, "an old client takes it for granted"),
    "now-nillable": Rule(_OK, _BREAK, None, "an old client refuses a nil there"),
    "no-longer-nillable": Rule(_BREAK, _OK, None, "a nil is refused"),
    "now-repeated": Rule(_OK, _BREAK, None, "an old client expects one"),
    "no-longer-repeated": Rule(_BREAK, _OK, None, "several are refused"),
    "fewer-allowed": Rule(_RISK, _OK, _OK, "long lists are refused, or short ones"),
    "more-allowed": Rule(_OK, _OK, _OK, "longer lists, or shorter ones"),
    "now-listed": Rule(
        _OK, _RISK, _BREAK, "any number, in any order, with those beside it"
    ),
    "no-longer-listed": Rule(
        _RISK, _OK, _BREAK, "it had any number, in any order, with those beside it"
    ),
    "default": Rule(_RISK, _RISK, _OK, "what is left out now means something else"),
    "choice": Rule(_RISK, _RISK, _OK, "what excludes what, or what must be together"),
    "branch-added": Rule(_OK, _RISK, _OK, "an old client may find none that it knows"),
    "wildcard": Rule(_RISK, _RISK, _OK, "another set of elements is allowed"),
    # --------------------------------------------------------------------------------- types
    "type": Rule(_BREAK, _BREAK, None, "values of another type"),
    "type-widened": Rule(_OK, _RISK, None, "values that an old client may not hold"),
    "type-narrowed": Rule(_RISK, _OK, None, "values that are no longer taken"),
    "type-name": Rule(_RISK, _RISK, None, "xsi:type has another name"),
    "schema-name": Rule(_OK, _OK, None, "no envelope shows the type's name"),
    "type-added": Rule(_OK, _RISK, _OK, "a derived type may replace its base"),
    "type-removed": Rule(_RISK, _OK, None, "its class is gone"),
    "now-abstract": Rule(
        _BREAK, _OK, _RISK, "only a type that is derived from it may be used"
    ),
    "no-longer-abstract": Rule(
        _OK, _RISK, _OK, "it may be used itself, without a derived type's name"
    ),
    "item-name": Rule(_RISK, _OK, _OK, "the encoding gives items' names no meaning"),
    "base": Rule(
        _RISK, _RISK, _RISK, "another base, and so other types that replace each other"
    ),
    "value-added": Rule(
        _OK, _RISK, _OK, "an old client reads it as an unregistered member"
    ),
    "value-removed": Rule(_BREAK, _OK, _BREAK, "its member is gone"),
    "facet-tightened": Rule(_RISK, _OK, _OK, "some values are no longer taken"),
    "facet-loosened": Rule(_OK, _OK, _OK, "more values are taken"),
    "facet": Rule(_RISK, _RISK, _OK, "other values are taken"),
    # -------------------------------------------------------------------------------- Python
    "returns": Rule(
        _NO, _NO, _BREAK, "a client's method gives one value, or the reply"
    ),
    "python-type": Rule(_NO, _NO, _BREAK, "its annotation is another"),
    "python-name": Rule(_NO, _NO, _BREAK, "the same thing has another name in Python"),
}
