"""The account, and the credentials of a call."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final

from .callbacks import Destination


@dataclass(frozen=True, slots=True)
class Account:
    """A customer of the gateway; the credits are in the store."""

    user: str
    password: str = field(repr=False)
    api_id: int
    """The number of its API connection."""
    frozen: bool = False
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """From where it may call (IP lock-down); empty for anywhere."""
    dial_prefix: str = ""
    """The replacement for a leading 0 in a number; "" where such numbers are wrong."""
    senders: tuple[str, ...] | None = None
    """The sender IDs that are registered; `None` for any."""
    two_way: tuple[str, ...] = ()
    """The rented numbers that replies can go to: sender IDs without registration."""
    daily_limit: int = 0
    """The most messages in a day of 24 hours UTC; 0 for no limit."""
    max_credits: Decimal = Decimal()
    """The most that a message may cost, whatever a call allows; 0 for no limit."""
    vouchers: bool = True
    """Whether it may redeem vouchers."""
    reroute_after: float = 30 * 60
    """Seconds that a message without `escalate` waits for its route before it takes another; 0
    for as long as it is valid. A route may have a period of its own."""
    status_callback: Destination | None = None
    """The callback URL for statuses of sent messages."""
    incoming_callback: Destination | None = None
    """The callback URL for incoming messages."""

    def may_call_from(self, address: str) -> bool:
        """Whether the IP lock-down lets an address pass; "" is a call in this process."""
        if not self.networks or not address:
            return True
        caller = ip_address(address)
        # An address of IPv4, as a socket of IPv6 has it.
        caller = getattr(caller, "ipv4_mapped", None) or caller
        return any(caller in network for network in self.networks)

    def may_send_as(self, sender: str) -> bool:
        """Whether a sender ID is registered, rented, or the gateway's own ("")."""
        if self.senders is None or not sender:
            return True
        return sender in self.senders or sender.lstrip("+") in self.two_way


DEMO: Final = Account("demo", "demo", 1234)
"""The account of the documented sample."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A session, or else all three of the others; "" and 0 are unset."""

    session_id: str = field(default="", repr=False)
    api_id: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    address: str = ""
    """The IP address of the caller."""

    @property
    def name_an_account(self) -> bool:
        """Whether they say more than the session."""
        return bool(self.api_id or self.user or self.password)

    @property
    def complete(self) -> bool:
        """Whether the three are there."""
        return bool(self.api_id and self.user and self.password)

    def match(self, account: Account) -> bool:
        """Whether they are the account's."""
        given = self.user, self.password, self.api_id
        return given == (account.user, account.password, account.api_id)
