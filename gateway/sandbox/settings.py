"""How a gateway is set up: its account, routes, numbers, vouchers, and what goes wrong.

A TOML file says what differs from the demo account on a gateway where everything works:

    [account]               # user, password, api_id; frozen, networks (IP lock-down), dial_prefix,
    senders = ["Shop"]      # two_way, daily_limit, max_credits, vouchers

    [account.status_callback]     # and [account.incoming_callback]
    url = "http://127.0.0.1:9000/status"
    method = "http-get"     # http, xml or soap, by get or post; user and password if wanted

    [[route]]               # the cheapest that is able carries a message
    name = "cheap"
    charge = 0.5            # credits a part
    features = 0x400F       # the bits of req_feat; all of them by default
    prefixes = ["27"]       # the numbers that it reaches; all of them by default
    rate = 100              # messages a second; 0 for no limit

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

    [[voucher]]
    token = "1111222233334444"
    credits = 10
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from decimal import Decimal, InvalidOperation
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

from ..codes import ErrorCode, MessageStatus
from ..features import RequiredFeatures
from .accounts import DEMO, Account
from .callbacks import METHODS, Destination

ALL_FEATURES: Final = sum(RequiredFeatures)
_TOKEN: Final = re.compile(r"[0-9]{16}")

FATES: Final[Mapping[str, tuple[MessageStatus, float]]] = {
    "received": (MessageStatus.RECEIVED, 0),
    "failed": (MessageStatus.DELIVERY_ERROR, 0),
    "malformed": (MessageStatus.ERROR_WITH_MESSAGE, 0),
    "rejected": (MessageStatus.ROUTING_ERROR, 0),
    "silent": (MessageStatus.OK, 0),
    "unreachable": (MessageStatus.DELIVERY_ERROR, 24 * 3600),
}
"""What becomes of a message on its way to the handset: the last status, and how many seconds
it takes longer than others. A handset that is out of reach is tried for 24 hours; a network that is silent sends no receipts."""


class SettingsError(Exception):
    """A settings file that cannot be used."""


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

    def reaches(self, number: str) -> bool:
        """Whether it goes to a number."""
        return number.startswith(self.prefixes)


@dataclass(frozen=True, slots=True)
class NumberRule:
    """What happens to messages to numbers that begin alike."""

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
    routes: tuple[Route, ...] = (Route("direct"),)
    numbers: tuple[NumberRule, ...] = ()
    outages: tuple[Outage, ...] = ()
    refusals: tuple[RandomRefusal, ...] = ()
    vouchers: tuple[Voucher, ...] = (Voucher("1111222233334444"),)

    def rule(self, number: str) -> NumberRule | None:
        """What holds for a number."""
        rules = [rule for rule in self.numbers if number.startswith(rule.prefix)]
        return max(rules, key=lambda rule: len(rule.prefix), default=None)


# ---------------------------------------------------------------------------------- reading

_Value: TypeAlias = Any  # Any: what TOML holds is checked by the functions below
_Made = TypeVar("_Made")


def read_settings(path: Path) -> Settings:
    """The settings in a file.

    Raises:
        SettingsError: it cannot be read, or says what makes no sense.
    """
    try:
        with path.open("rb") as file:
            found = tomllib.load(file)
        return _settings(found)
    except (OSError, tomllib.TOMLDecodeError, ValueError) as error:
        raise SettingsError(f"{path}: {error}") from None


def _settings(found: Mapping[str, _Value]) -> Settings:
    _known(found, {"account", "route", "number", "outage", "refusal", "voucher"}, "")
    settings = Settings(
        account=_account(_table(found.get("account", {}), "account")),
        routes=_all(found, "route", _ROUTE, Route) or Settings().routes,
        numbers=_all(found, "number", _NUMBER, NumberRule),
        outages=_all(found, "outage", _OUTAGE, _outage),
        refusals=_all(found, "refusal", _REFUSAL, RandomRefusal),
        vouchers=_all(found, "voucher", _VOUCHER, Voucher) or Settings().vouchers,
    )
    names = {route.name for route in settings.routes}
    if len(names) < len(settings.routes):
        raise ValueError("two routes have the same name")
    for outage in settings.outages:
        if outage.route and outage.route not in names:
            raise ValueError(f"outage.route: there is no route {outage.route!r}")
    return settings


def _account(found: Mapping[str, _Value]) -> Account:
    readers = {**_ACCOUNT}
    _known(found, set(readers), "account.")
    defaults = {
        field.name: getattr(DEMO, field.name)
        for field in fields(Account)
        if field.default is MISSING
    }
    given = {
        name: readers[name](value, f"account.{name}") for name, value in found.items()
    }
    return Account(**{**defaults, **given})


def _outage(route: str = "", after: float = 0, minutes: float = 0) -> Outage:
    return Outage(route, 60 * after, 60 * (after + minutes))


_Reader: TypeAlias = Callable[[_Value, str], _Value]


def _all(
    found: Mapping[str, _Value],
    name: str,
    readers: Mapping[str, _Reader],
    make: Callable[..., _Made],
) -> tuple[_Made, ...]:
    """The tables of one name, each made into what it says."""
    tables = found.get(name, [])
    if not isinstance(tables, list):
        raise ValueError(f"{name}: [[{name}]] is wanted")
    made = []
    for table in tables:
        _known(_table(table, name), set(readers), f"{name}.")
        values = {key: readers[key](value, f"{name}.{key}") for key, value in table.items()}  # fmt: skip
        try:
            made.append(make(**values))
        except TypeError as error:
            raise ValueError(f"{name}: {error}") from None
    return tuple(made)


def _known(found: Mapping[str, _Value], names: set[str], where: str) -> None:
    unknown = sorted(set(found) - names)
    if unknown:
        known = ", ".join(sorted(names))
        raise ValueError(f"{where}{unknown[0]} is not known; known are {known}")


def _table(value: _Value, where: str) -> Mapping[str, _Value]:
    if not isinstance(value, dict):
        raise ValueError(f"{where}: a table is wanted")
    return value


def _of(kind: type, what: str) -> _Reader:
    def read(value: _Value, where: str) -> _Value:
        if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool):
            raise ValueError(f"{where}: {what} is wanted")
        return value

    return read


def _amount(value: _Value, where: str) -> Decimal:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{where}: a number is wanted") from None
    if not (amount.is_finite() and amount >= 0):
        raise ValueError(f"{where}: a number from 0 on is wanted")
    return amount


def _number(value: _Value, where: str) -> float:
    return float(_amount(value, where))


def _share(value: _Value, where: str) -> float:
    share = _number(value, where)
    if share > 1:
        raise ValueError(f"{where}: a number from 0 to 1 is wanted")
    return share


def _texts(value: _Value, where: str) -> tuple[str, ...]:
    if not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
        raise ValueError(f"{where}: a list of strings is wanted")
    return tuple(value)


def _networks(value: _Value, where: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(network) for network in _texts(value, where))


def _code(value: _Value, where: str) -> ErrorCode:
    code = ErrorCode.known(value) if isinstance(value, int) else None
    if code is None:
        raise ValueError(f"{where}: {value!r} is no documented error")
    return code


def _fate(value: _Value, where: str) -> str:
    if value not in FATES:
        raise ValueError(f"{where}: one of {', '.join(FATES)} is wanted")
    return str(value)


def _token(value: _Value, where: str) -> str:
    if not (isinstance(value, str) and _TOKEN.fullmatch(value)):
        raise ValueError(f"{where}: a string of 16 digits is wanted")
    return value


def _destination(value: _Value, where: str) -> Destination:
    table = _table(value, where)
    _known(table, {"url", "method", "user", "password"}, f"{where}.")
    texts = {name: _text(one, f"{where}.{name}") for name, one in table.items()}
    if not re.match(r"https?://", texts.get("url", "")):
        raise ValueError(f"{where}.url: a URL of http or https is wanted")
    if texts.get("method", METHODS[0]) not in METHODS:
        raise ValueError(f"{where}.method: one of {', '.join(METHODS)} is wanted")
    return Destination(**texts)


_text: Final = _of(str, "a string")
_whole: Final = _of(int, "an integer")
_yes_or_no: Final = _of(bool, "true or false")
_ACCOUNT: Final[Mapping[str, _Reader]] = {
    **{"user": _text, "password": _text, "api_id": _whole, "frozen": _yes_or_no},
    **{"networks": _networks, "dial_prefix": _text, "senders": _texts},
    **{"two_way": _texts, "daily_limit": _whole, "max_credits": _amount},
    **{"vouchers": _yes_or_no},
    **{"status_callback": _destination, "incoming_callback": _destination},
}
_ROUTE: Final[Mapping[str, _Reader]] = {
    **{"name": _text, "charge": _amount, "features": _whole},
    **{"prefixes": _texts, "rate": _number},
}
_NUMBER: Final[Mapping[str, _Reader]] = {
    **{"prefix": _text, "refusal": _code, "fate": _fate},
}
_OUTAGE: Final[Mapping[str, _Reader]] = {
    **{"route": _text, "after": _number, "minutes": _number},
}
_REFUSAL: Final[Mapping[str, _Reader]] = {
    **{"operation": _text, "code": _code, "share": _share},
}
_VOUCHER: Final[Mapping[str, _Reader]] = {"token": _token, "credits": _amount}
