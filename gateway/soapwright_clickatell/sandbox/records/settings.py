"""How a gateway is set up: its account, routes, numbers, vouchers, and what goes wrong.

A TOML file (`settings_file`) has the differences from the demo account on a gateway where
everything works:

    [account]               # user, password, api_id; frozen, networks (IP lock-down), dial_prefix,
    senders = ["Shop"]      # two_way, daily_limit, max_credits, vouchers
    reroute_after = 30      # minutes until a message that waits for a route takes another
    # several accounts are [[account]] each

    [account.status_callback]     # and [account.incoming_callback]
    url = "http://127.0.0.1:9000/status"
    method = "http-get"     # http, xml or soap, by get or post; user and password if wanted

    [[route]]               # the cheapest that is able carries a message
    name = "cheap"
    charge = 0.5            # credits a part
    features = 0x400F       # the bits of req_feat; all of them by default
    prefixes = ["27"]       # the numbers that it reaches; all of them by default
    rate = 100              # messages a second; 0 for no limit
    reroute_after = 10      # the account's, unless the route has its own

    [[number]]              # numbers that begin so; the longest prefix counts
    prefix = "27831"
    refusal = 121           # refused with this error; or else:
    fate = "failed"         # received, failed, malformed, rejected, silent or unreachable

    [[outage]]              # of a route, or of the whole gateway where none is named
    route = "cheap"
    after = 0               # minutes of the gateway's time, since its state began
    minutes = 30

    [[refusal]]             # calls of an operation, refused by chance
    operation = "sendmsg"
    code = 901
    share = 0.1

    [[fault]]               # answers that are slow, lost or replaced
    kind = "lost"           # latency, lost, reset, http or error
    operation = "sendmsg"   # all by default
    accepted = true         # whether the call is carried out before (lost, reset, http)
    calls = 3               # how many calls it meets; all by default
    share = 0.5             # of the calls, by chance; all by default
    # seconds = 2 (latency), status = 503 (http), code = 901 (error)

    [[voucher]]
    token = "1111222233334444"
    credits = 10
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from ...vendor.codes import ErrorCode, MessageStatus
from ...vendor.features import RequiredFeatures
from .accounts import DEMO, Account
from .faults import Fault

ALL_FEATURES: Final = sum(RequiredFeatures)

FATES: Final[Mapping[str, tuple[MessageStatus, float]]] = {
    "received": (MessageStatus.RECEIVED, 0),
    "failed": (MessageStatus.DELIVERY_ERROR, 0),
    "malformed": (MessageStatus.ERROR_WITH_MESSAGE, 0),
    "rejected": (MessageStatus.ROUTING_ERROR, 0),
    "silent": (MessageStatus.OK, 0),
    "unreachable": (MessageStatus.DELIVERY_ERROR, 24 * 3600),
}
"""Fates of a message on its way to the handset: its last status, and the additional seconds
that it takes. A handset that is out of reach is tried for 24 hours; a network that is silent sends no receipts."""


@dataclass(frozen=True, slots=True)
class Route:
    """A way to the networks."""

    name: str
    charge: Decimal = Decimal(1)
    """Credits a part."""
    features: int = ALL_FEATURES
    """The bits of `req_feat` that it has."""
    prefixes: tuple[str, ...] = ("",)
    rate: float = 0
    """Messages a second; 0 for no limit."""
    reroute_after: float | None = None
    """Seconds, as `Account.reroute_after`, which it overrides; `None` for the account's."""

    def reaches(self, number: str) -> bool:
        """Whether it goes to a number."""
        return number.startswith(self.prefixes)


@dataclass(frozen=True, slots=True)
class NumberRule:
    """The fate of messages to numbers with a common prefix."""

    prefix: str
    refusal: ErrorCode | None = None
    fate: str = "received"


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which a route, or with "" the gateway, does not work; seconds from the start."""

    route: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class RandomRefusal:
    """Calls of an operation that are refused; `share` is how many of them, from 0 to 1."""

    operation: str
    code: ErrorCode
    share: float = 1


@dataclass(frozen=True, slots=True)
class Voucher:
    """A token that is worth credits, once."""

    token: str = field(repr=False)
    credits: Decimal = Decimal(10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A gateway, set up."""

    account: Account = DEMO
    more_accounts: tuple[Account, ...] = ()
    routes: tuple[Route, ...] = (Route("direct"),)
    numbers: tuple[NumberRule, ...] = ()
    outages: tuple[Outage, ...] = ()
    refusals: tuple[RandomRefusal, ...] = ()
    vouchers: tuple[Voucher, ...] = (Voucher("1111222233334444"),)
    faults: tuple[Fault, ...] = ()

    @property
    def accounts(self) -> tuple[Account, ...]:
        """All accounts, the first one first."""
        return (self.account, *self.more_accounts)

    def known_account(self, user: str) -> Account | None:
        """The account of a user."""
        return next((one for one in self.accounts if one.user == user), None)

    def account_of(self, user: str) -> Account:
        """The account of a user. One that is no longer set up has neither limits nor callbacks."""
        return self.known_account(user) or Account(user, "", 0)

    def account_reached_at(self, number: str) -> Account:
        """The account that rents a two-way number, or else the first one."""
        rented = number.lstrip("+")
        return next((a for a in self.accounts if rented in a.two_way), self.account)

    def rule(self, number: str) -> NumberRule | None:
        """The rule with the longest prefix of a number."""
        rules = [rule for rule in self.numbers if number.startswith(rule.prefix)]
        return max(rules, key=lambda rule: len(rule.prefix), default=None)
