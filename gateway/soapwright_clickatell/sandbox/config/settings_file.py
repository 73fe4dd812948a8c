"""Reads a settings file: the settings, or every mistake in it with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from decimal import Decimal, InvalidOperation
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar
from urllib.parse import urlsplit

from ...vendor.codes import ErrorCode
from ..records.accounts import DEMO, Account
from ..records.callbacks import METHODS, Destination
from ..records.faults import FAULT_KINDS, LONGEST_LATENCY, Fault
from ..records.settings import (
    FATES,
    NumberRule,
    Outage,
    RandomRefusal,
    Route,
    Settings,
    Voucher,
)
from ..wire.calls import OPERATIONS
from . import toml_places

_TOKEN: Final = re.compile(r"[0-9]{16}")
_DIGITS: Final = re.compile(r"[0-9]*")
_RENTED: Final = re.compile(r"[0-9]{3,16}")
_UNREADABLE: Final = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)")
_INT: Final = 2**31
_MOST: Final = 1_000_000_000

_Value: TypeAlias = Any  # Any: what TOML holds is checked by the functions below
_Reader: TypeAlias = Callable[[_Value], _Value]
_Made = TypeVar("_Made")


class SettingsError(Exception):
    """A settings file that cannot be used: a line for each mistake, in compiler form."""


def read_settings(path: Path) -> Settings:
    """The settings in a file.

    Raises:
        SettingsError: it cannot be read, or has mistakes.
    """
    text = ""
    try:
        text = path.read_text(encoding="utf-8")
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = _UNREADABLE.search(str(error))
        line = at[1] if at and at[1] else max(1, len(text.splitlines()))
        reason = _UNREADABLE.sub("", str(error)).strip()
        raise SettingsError(f"{path}:{line}: error: {reason} [settings]") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}:1: error: it is no UTF-8 [settings]") from None
    except RecursionError:
        raise SettingsError(
            f"{path}:1: error: it nests too deeply [settings]"
        ) from None
    except ValueError as error:  # an integer that is too long
        raise SettingsError(f"{path}:1: error: {error} [settings]") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise SettingsError(f"{path}:1: error: {reason} [settings]") from None
    reading = _Reading(str(path), toml_places.Places(text))
    settings = reading.settings(found)
    if reading.mistakes:
        raise SettingsError("\n".join(text for _, text in sorted(reading.mistakes)))
    return settings


class _Reading:
    """One walk over a file's tables, which collects the mistakes."""

    def __init__(self, path: str, places: toml_places.Places) -> None:
        self._path = path
        self._places = places
        self.mistakes: list[tuple[int, str]] = []

    def mistake(self, at: toml_places.Path, message: str) -> None:
        """Record a mistake at its line."""
        line = self._places.line(at)
        text = f"{self._path}:{line}: error: {message} [settings]"
        if (line, text) not in self.mistakes:
            self.mistakes.append((line, text))

    def settings(self, found: Mapping[str, _Value]) -> Settings:
        """The settings of the file, as far as they are valid."""
        known = {"account", *_REQUIRED}
        self._unknown(found, known, ())
        accounts = self._accounts(found.get("account", {}))
        settings = Settings(
            account=accounts[0],
            more_accounts=accounts[1:],
            routes=self._all(found, "route", _ROUTE, Route) or Settings().routes,
            numbers=self._all(found, "number", _NUMBER, NumberRule),
            outages=self._all(found, "outage", _OUTAGE, _outage),
            refusals=self._all(found, "refusal", _REFUSAL, RandomRefusal),
            vouchers=self._all(found, "voucher", _VOUCHER, Voucher)
            or Settings().vouchers,
            faults=self._all(found, "fault", _FAULT, Fault),
        )
        self._alike(found, "route", "name", "two routes have the same name")
        self._alike(found, "voucher", "token", "two vouchers have the same token")
        names = {route.name for route in settings.routes}
        for number, table in enumerate(_tables(found, "outage")):
            route = table.get("route", "")
            if isinstance(route, str) and route and route not in names:
                at = ("outage", number, "route")
                self.mistake(at, f"outage.route: there is no route {route!r}")
        return settings

    def _accounts(self, found: _Value) -> tuple[Account, ...]:
        """The account of `[account]`, or those of each `[[account]]`."""
        if not isinstance(found, list) or not found:
            return (self._account(found, ("account",)),)
        for number, table in enumerate(found):
            for name in ("user", "password", "api_id"):
                if isinstance(table, dict) and name not in table:
                    at = ("account", number)
                    self.mistake(at, f"account.{name} is missing: there are several")
        self._alike({"account": found}, "account", "user", "two accounts have one user")
        return tuple(
            self._account(table, ("account", number))
            for number, table in enumerate(found)
        )

    def _account(self, found: _Value, at: toml_places.Path) -> Account:
        defaults = {
            field.name: getattr(DEMO, field.name)
            for field in fields(Account)
            if field.default is MISSING
        }
        if not isinstance(found, dict):
            self.mistake(at, "account: a table is wanted")
            return DEMO
        given = self._values(found, _ACCOUNT, at)
        for name in _CALLBACKS:
            if name in found:
                given[name] = self._destination(found[name], (*at, name))
        return Account(**{**defaults, **given})

    def _destination(self, found: _Value, at: toml_places.Path) -> Destination | None:
        if not isinstance(found, dict):
            self.mistake(at, f"{_dotted(at)}: a table is wanted")
            return None
        if "url" not in found:
            self.mistake(at, f"{_dotted(at)}.url is missing")
            return None
        given = self._values(found, _DESTINATION, at)
        return Destination(**given) if "url" in given else None

    def _all(
        self,
        found: Mapping[str, _Value],
        name: str,
        readers: Mapping[str, _Reader],
        make: Callable[..., _Made],
    ) -> tuple[_Made, ...]:
        """The tables of one name, each converted."""
        if not isinstance(found.get(name, []), list):
            self.mistake((name,), f"{name}: [[{name}]] is wanted")
        made = []
        for number, table in enumerate(_tables(found, name)):
            values = self._values(table, readers, (name, number))
            missing = [key for key in _REQUIRED[name] if key not in table]
            for key in missing:
                self.mistake((name, number), f"{name}.{key} is missing")
            if all(key in values for key in _REQUIRED[name]):
                made.append(make(**values))
        return tuple(made)

    def _values(
        self,
        table: Mapping[str, _Value],
        readers: Mapping[str, _Reader],
        at: toml_places.Path,
    ) -> dict[str, _Value]:
        """The values of a table's keys, those that make sense."""
        tables = _CALLBACKS if readers is _ACCOUNT else ()
        self._unknown(table, {*readers, *tables}, at)
        values = {}
        for key, value in table.items():
            if key in readers:
                try:
                    values[key] = readers[key](value)
                except ValueError as error:
                    self.mistake((*at, key), f"{_dotted((*at, key))}: {error}")
        return values

    def _unknown(
        self, found: Mapping[str, _Value], names: set[str], at: toml_places.Path
    ) -> None:
        for name in sorted(set(found) - names):
            known = ", ".join(sorted(names))
            self.mistake(
                (*at, name),
                f"{_dotted((*at, name))} is not known; known are {known}",
            )

    def _alike(
        self, found: Mapping[str, _Value], name: str, key: str, message: str
    ) -> None:
        seen = []
        for number, table in enumerate(_tables(found, name)):
            if key in table and table[key] in seen:
                self.mistake((name, number, key), message)
            seen.append(table.get(key))


def _dotted(path: toml_places.Path) -> str:
    return ".".join(part for part in path if isinstance(part, str))


def _tables(found: Mapping[str, _Value], name: str) -> list[dict[str, _Value]]:
    tables = found.get(name, [])
    if not isinstance(tables, list):
        return []
    return [table if isinstance(table, dict) else {} for table in tables]


def _outage(route: str = "", after: float = 0, minutes: float = 0) -> Outage:
    return Outage(route, 60 * after, 60 * (after + minutes))


# ----------------------------------------------------------------------------------- values


def _of(kind: type, what: str) -> _Reader:
    def read(value: _Value) -> _Value:
        if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool):
            raise ValueError(f"{what} is wanted")
        return value

    return read


def _matching(pattern: re.Pattern[str], what: str) -> _Reader:
    def read(value: _Value) -> _Value:
        if not (isinstance(value, str) and pattern.fullmatch(value)):
            raise ValueError(f"{what} is wanted")
        return value

    return read


def _whole(least: int) -> _Reader:
    def read(value: _Value) -> _Value:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError("an integer is wanted")
        if not least <= value < _INT:
            raise ValueError(f"an integer from {least} to {_INT - 1} is wanted")
        return value

    return read


def _amount(value: _Value) -> Decimal:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise ValueError("a number is wanted") from None
    if not (amount.is_finite() and 0 <= amount <= _MOST):
        raise ValueError(f"a number from 0 to {_MOST} is wanted")
    return round(amount, 6)


def _number(value: _Value) -> float:
    return float(_amount(value))


def _minutes(value: _Value) -> float:
    return 60 * _number(value)


def _up_to(most: float) -> _Reader:
    def read(value: _Value) -> _Value:
        number = _number(value)
        if number > most:
            raise ValueError(f"a number from 0 to {most:g} is wanted")
        return number

    return read


def _from_to(least: int, most: int) -> _Reader:
    def read(value: _Value) -> _Value:
        if not (isinstance(value, int) and least <= value <= most):
            raise ValueError(f"an integer from {least} to {most} is wanted")
        return value

    return read


_share: Final = _up_to(1)


def _list_of(reader: _Reader) -> _Reader:
    def read(value: _Value) -> _Value:
        if not isinstance(value, list):
            raise ValueError("a list of strings is wanted")
        return tuple(reader(one) for one in value)

    return read


def _network(value: _Value) -> IPv4Network | IPv6Network:
    return ip_network(_text(value))


def _code(value: _Value) -> ErrorCode:
    whole = isinstance(value, int) and not isinstance(value, bool)
    code = ErrorCode.known(value) if whole else None
    if code is None:
        raise ValueError(f"{value!r} is no documented error")
    return code


def _one_of(names: tuple[str, ...]) -> _Reader:
    def read(value: _Value) -> str:
        if value not in names:
            raise ValueError(f"one of {', '.join(names)} is wanted")
        return str(value)

    return read


def _operation(value: _Value) -> str:
    return str(_one_of(tuple(OPERATIONS))(_text(value).lower()))


def _url(value: _Value) -> str:
    wanted = "a URL of http or https is wanted"
    url = _text(value)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{wanted}: {error}") from None
    if not (parts.scheme in ("http", "https") and parts.hostname and port != 0):
        raise ValueError(wanted)
    if not url.isprintable() or " " in url:
        raise ValueError(f"{wanted}: it has characters that no URL has")
    return str(url)


_text: Final = _of(str, "a string")
_name: Final = _matching(re.compile(r"(?s).+"), "a string that is not empty")
_yes_or_no: Final = _of(bool, "true or false")
_prefix: Final = _matching(_DIGITS, "a string of digits")
_ACCOUNT: Final[Mapping[str, _Reader]] = {
    **{"user": _name, "password": _name, "api_id": _whole(1), "frozen": _yes_or_no},
    **{"networks": _list_of(_network), "dial_prefix": _prefix},
    **{"senders": _list_of(_text), "daily_limit": _whole(0), "max_credits": _amount},
    "two_way": _list_of(_matching(_RENTED, "a number of 3 to 16 digits")),
    **{"vouchers": _yes_or_no, "reroute_after": _minutes},
}
_DESTINATION: Final[Mapping[str, _Reader]] = {
    **{"url": _url, "method": _one_of(METHODS), "user": _text, "password": _text},
}
_ROUTE: Final[Mapping[str, _Reader]] = {
    **{"name": _name, "charge": _amount, "features": _whole(0)},
    **{"prefixes": _list_of(_prefix), "rate": _number, "reroute_after": _minutes},
}
_NUMBER: Final[Mapping[str, _Reader]] = {
    **{"prefix": _prefix, "refusal": _code, "fate": _one_of(tuple(FATES))},
}
_OUTAGE: Final[Mapping[str, _Reader]] = {
    **{"route": _text, "after": _number, "minutes": _number},
}
_REFUSAL: Final[Mapping[str, _Reader]] = {
    **{"operation": _operation, "code": _code, "share": _share},
}
_VOUCHER: Final[Mapping[str, _Reader]] = {
    **{"token": _matching(_TOKEN, "a string of 16 digits"), "credits": _amount},
}
_FAULT: Final[Mapping[str, _Reader]] = {
    **{"kind": _one_of(FAULT_KINDS), "operation": _operation, "accepted": _yes_or_no},
    **{"seconds": _up_to(LONGEST_LATENCY), "status": _from_to(400, 599)},
    **{"code": _code, "calls": _whole(0), "share": _share},
}
_REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    **{"route": ("name",), "number": ("prefix",), "outage": ()},
    **{"refusal": ("operation", "code"), "voucher": ("token",), "fault": ("kind",)},
}
_CALLBACKS: Final = ("status_callback", "incoming_callback")
"""The tables in an account's."""
