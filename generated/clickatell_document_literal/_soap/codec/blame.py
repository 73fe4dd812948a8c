"""Finds the spot in a value that could not be written.

Writers are straight lines that keep no path: it is worked out when one has failed, which is
seldom. Every spot is checked by its annotation, with the same functions as write it, and
the one is blamed that fails with the same words.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Any, Final

from ..errors.errors import EncodeError
from ..errors.refusals import Refusal, no_alternative
from ..secrets.redaction import ALWAYS, Secrets
from ..values import lexical
from ..values.anysimple import any_simple
from ..values.anyxml import AnyElement
from ..values.names import QName, qname_text
from ..values.prefixes import attributes_xml
from ..values.values import Duration, GDay, GMonth, GMonthDay, GYear, GYearMonth, Unset
from .checks import check_list, wrong_class
from .derived import registered

_STEPS: Final = 100
"""Steps of a path to a cycle, at most."""

HIDDEN: Final = "its value cannot be written"
"""The reason that is reported of a secret, as the real one may quote it."""

# What writes a value of each type, and so refuses what is none. Any: each checks the type itself.
_TEXTS: Final[Mapping[Any, Callable[[Any], object]]] = {
    str: lexical.text,
    bool: lexical.bool_text,
    int: lexical.int_text,
    float: lexical.float_text,
    Decimal: lexical.decimal_text,
    bytes: lexical.bytes_text,
    datetime: lexical.datetime_text,
    date: lexical.date_text,
    time: lexical.time_text,
    Duration: lexical.duration_text,
    GYear: lexical.g_year_text,
    GYearMonth: lexical.g_year_month_text,
    GMonth: lexical.g_month_text,
    GMonthDay: lexical.g_month_day_text,
    GDay: lexical.g_day_text,
    QName: lambda value: qname_text(value, "q"),
    AnyElement: lambda value: _check_xml(value),
}


def blame(
    value: object, name: str, error: Exception, secrets: Secrets = ALWAYS
) -> EncodeError:
    """The error with the path to the first spot in `value` that cannot be written.

    Args:
        value: What was to be written.
        name: What the path begins with, `sendmsg`.
        error: What its writer raised.
        secrets: the package's; a reason that may quote one is not reported.
    """
    try:
        path, reason = _spot(value, name, error, secrets)
    except Exception:
        # a value's own code may raise anything, and must not hide what was wrong
        path, reason = name, type(error).__name__
    if secrets.has_path(path) and not reason.endswith((" wanted", " required")):
        reason = HIDDEN
    return EncodeError(path, reason)


def _spot(
    value: object, name: str, error: Exception, secrets: Secrets
) -> tuple[str, str]:
    if isinstance(error, RecursionError):
        path = _cycle(value, name)
        return (path, "contains itself") if path else (name, "is nested too deeply")
    if isinstance(error, Refusal):
        return _owner(value, name, error), str(error)
    found = _Search(str(error), secrets).first(value, name)
    if found is not None:
        return found
    known = isinstance(error, (TypeError, ValueError))
    return name, str(error) if known else type(error).__name__


# ------------------------------------------------------------------------------ structure


def _is_struct(value: object) -> bool:
    """Whether a value is of an emitted class: the runtime's own, an attachment's too, are frozen."""
    if isinstance(value, (type, AnyElement)) or not dataclasses.is_dataclass(value):
        return False
    parameters: Any = getattr(value, "__dataclass_params__")  # Any: typeshed has it not
    return not parameters.frozen


def _children(value: Any) -> Iterator[tuple[str, object]]:  # Any: a dataclass or a list
    """The parts of a value, by the step that leads there."""
    if _is_struct(value):
        for field in dataclasses.fields(value):
            yield f".{field.name}", getattr(value, field.name, None)
    elif isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            yield f"[{number}]", item


def _is_container(value: object) -> bool:
    return isinstance(value, (list, tuple)) or _is_struct(value)


def _owner(value: object, name: str, refusal: Refusal) -> str:
    """The path to the value that a rule refused, and to the field that is meant."""
    seen: set[int] = set()
    pending = [(name, value)]
    while pending:
        path, one = pending.pop()
        if one is refusal.owner:
            field = refusal.field
            return f"{path}.{field}" if field[:1] not in ("", "[") else path + field
        if _is_container(one) and id(one) not in seen:
            seen.add(id(one))
            inner = [(path + step, child) for step, child in _children(one)]
            pending.extend(reversed(inner))
    return name


def _cycle(value: object, name: str) -> str | None:
    """The path to the first spot that holds a value which holds it."""
    above = {id(value)}
    clean: set[int] = set()
    pending = [(name, value, _children(value))]
    while pending:
        _, one, children = pending[-1]
        for step, child in children:
            if id(child) in above and _is_container(child):
                return _shortened([passed for passed, _, _ in pending], step)
            if _is_container(child) and id(child) not in clean:
                above.add(id(child))
                pending.append((step, child, _children(child)))
                break
        else:
            pending.pop()
            above.discard(id(one))
            clean.add(id(one))
    return None


def _shortened(steps: list[str], last: str) -> str:
    """A path of steps; of one without end, the beginning and the end."""
    if len(steps) > _STEPS:
        steps = [*steps[: _STEPS // 2], "…", *steps[-_STEPS // 2 :]]
    return "".join(steps) + last


# ------------------------------------------------------------------------------ annotations


@dataclasses.dataclass(slots=True)
class _Kind:
    """The values that an annotation allows: none, nil, those that a check passes; and their parts."""

    hint: Any  # Any: annotations have no common type
    anything: bool = False
    nil: bool = False
    unset: bool = False
    checks: list[tuple[str, Callable[[Any], object]]] = dataclasses.field(
        default_factory=list
    )
    items: Any = None  # Any: as for `hint`; None where it is no list
    pairs: list[tuple[Any, Any]] = dataclasses.field(default_factory=list)


def _flat(hint: Any) -> list[Any]:
    if typing.get_origin(hint) in (typing.Union, UnionType):
        return [one for part in typing.get_args(hint) for one in _flat(part)]
    return [hint]


def _check_xml(value: object) -> None:
    if not isinstance(value, AnyElement):
        raise TypeError(
            f"{type(value).__name__} given, AnyElement or (name, value) wanted"
        )
    value.to_xml()


def _check_attributes(value: object) -> None:
    if not isinstance(value, Mapping):
        raise TypeError(f"{type(value).__name__} given, dict wanted")
    attributes_xml(value)


def _member_check(cls: type[Enum]) -> Callable[[object], None]:
    def check(value: object) -> None:
        if not isinstance(value, cls):
            raise TypeError(f"{type(value).__name__} given, {cls.__name__} wanted")
        if isinstance(value, str):
            lexical.text(value)

    return check


# ------------------------------------------------------------------------------- the search


class _Search:
    """Looks for the spot whose own check fails with `message`, else for the first that fails."""

    def __init__(self, message: str, secrets: Secrets) -> None:
        self.message = message
        self.secrets = secrets
        self._kinds: dict[int, _Kind] = {}
        self._hints: dict[type, dict[str, Any]] = {}

    def first(self, value: object, name: str) -> tuple[str, str] | None:
        """The path to the spot, and what is wrong there."""
        first: tuple[str, str] | None = None
        none: tuple[str, str] | None = None
        for path, one, kind, inside_list in self._spots(value, name):
            found = self._reason(one, kind, inside_list)
            if found is None:
                continue
            reason, same = found
            if same:
                return path, reason
            if one is not None or not inside_list:
                first = first or (path, reason)
            else:  # encoded lists may hold it: the last resort
                none = none or (path, reason)
        return first or none

    def _spots(
        self, value: object, name: str
    ) -> Iterator[tuple[str, object, _Kind, bool]]:
        """Each spot before what is in it, in the order of fields; what is shared once."""
        seen: set[tuple[int, int]] = set()
        pending = [(name, value, self._kind(type(value)), False)]
        while pending:
            spot = pending.pop()
            yield spot
            path, one, kind, _ = spot
            key = id(one), 0 if _is_struct(one) else id(kind)
            if not _is_container(one) or key in seen:
                continue
            seen.add(key)
            inner = [
                (path + step, child, inner, inside_list)
                for step, child, inner, inside_list in self._inside(one, kind)
            ]
            pending.extend(reversed(inner))

    def _inside(
        self, value: Any, kind: _Kind
    ) -> Iterator[tuple[str, object, _Kind, bool]]:
        if _is_struct(value):
            hints = self._hints_of(type(value))
            for step, child in _children(value):
                yield step, child, self._kind(hints.get(step[1:], Any)), False
        elif kind.pairs:
            tagged = [h for tags, h in kind.pairs if _has_tag(value, tags)]
            if tagged:
                local = value[0].rpartition("}")[2]
                # a secret is known by its name, which the path must therefore have
                step = f".{local}" if self.secrets.has(local) else "[1]"
                yield step, value[1], self._kind(tagged[0]), False
        else:
            items = self._kind(Any if kind.items is None else kind.items)
            for step, child in _children(value):
                yield step, child, items, True

    def _hints_of(self, cls: type) -> dict[str, Any]:
        """A class's annotations; none where they cannot be made out."""
        if cls not in self._hints:
            try:
                self._hints[cls] = typing.get_type_hints(cls)
            except Exception:  # a user's own subclass may be annotated with anything
                self._hints[cls] = {}
        return self._hints[cls]

    def _kind(self, hint: Any) -> _Kind:
        # by identity, and kept alive in the _Kind: to hash an annotation costs more
        if id(hint) not in self._kinds:
            self._kinds[id(hint)] = self._made(hint)
        return self._kinds[id(hint)]

    def _made(self, hint: Any) -> _Kind:
        kind = _Kind(hint)
        for one in _flat(hint):
            origin, arguments = typing.get_origin(one), typing.get_args(one)
            if one is type(None):
                kind.nil = True
            elif one is Unset:
                kind.unset = True
            elif origin is list:
                kind.items = arguments[0]
                kind.checks.append(("list", check_list))
            elif origin is tuple:
                tags = typing.get_args(arguments[0]) or None
                kind.pairs.append((tags, arguments[1]))
            elif origin is dict:
                kind.checks.append(("dict", _check_attributes))
            elif (check := self._check_of(one)) is not None:
                kind.checks.append((one.__name__, check))
            else:
                kind.anything = True
        return kind

    def _check_of(self, one: Any) -> Callable[[Any], object] | None:
        if one in _TEXTS:
            return _TEXTS[one]
        if isinstance(one, type) and issubclass(one, Enum):
            return _member_check(one)
        if isinstance(one, type) and dataclasses.is_dataclass(one):
            return lambda value: self._check_class(value, one)
        return None

    def _check_class(self, value: object, cls: type) -> None:
        """That a value is of a class, or of one that derives from it and that writers know."""
        wrong = wrong_class(value, cls)
        if not isinstance(value, cls) or wrong == self.message:
            raise TypeError(wrong)
        known = any(registered(type(value), encoded=way) for way in (False, True))
        if type(value) is not cls and not known:
            raise TypeError(wrong)

    # -------------------------------------------------------------------------- one spot

    def _reason(
        self, value: object, kind: _Kind, inside_list: bool
    ) -> tuple[str, bool] | None:
        """The fault of a value, and whether that is the writer's message."""
        if value is None and kind.nil or isinstance(value, Unset) and kind.unset:
            return None
        if kind.anything:
            return self._reason_of_any(value)
        errors: list[Exception] = []
        for _, check in kind.checks:
            try:
                check(value)
                return self._as_item(value) if inside_list else None
            except (TypeError, ValueError) as error:
                errors.append(error)
        if any(_has_tag(value, tags) for tags, _ in kind.pairs):
            return self._unknown_name(value)
        given = type(value).__name__
        messages = {str(error) for error in errors} | {
            f"{given} is of no member of the union",
            f"'{given}' object is not iterable",
            f"'{given}' object is not subscriptable",
            no_alternative(value),
        }
        return _message(value, kind, errors), self.message in messages

    def _reason_of_any(self, value: object) -> tuple[str, bool] | None:
        if _is_container(value):
            reason = f"no builtin type holds a {type(value).__name__}"
            return (reason, True) if reason == self.message else None
        try:
            if isinstance(value, AnyElement):
                value.to_xml()
            elif value is not None:
                any_simple(value)
        except (TypeError, ValueError) as error:
            return str(error), str(error) == self.message
        return None

    def _as_item(self, value: object) -> tuple[str, bool] | None:
        """An item of a list type must be one word; of a repeated element it may be any."""
        if isinstance(value, str):
            try:
                lexical.list_text([value], lexical.text)
            except ValueError as error:
                return (str(error), True) if str(error) == self.message else None
        return None

    def _unknown_name(self, value: Any) -> tuple[str, bool] | None:
        """A wildcard's pair has any name; one that the schemas do not have is refused."""
        reason = f"{value[0]!r} is no element of the schemas"
        return (reason, True) if reason == self.message else None


def _has_tag(value: object, tags: Any) -> bool:
    """Whether a value is a pair of one of the tags; any tag is allowed where `tags` is None."""
    if not isinstance(value, tuple) or len(value) != 2 or not isinstance(value[0], str):
        return False
    return tags is None or value[0] in tags


def _message(value: object, kind: _Kind, errors: list[Exception]) -> str:
    """The message about a value that no check passed."""
    if value is None or isinstance(value, Unset):
        return "is required"
    unwritable = [e for e in errors if not isinstance(e, TypeError)]
    if unwritable:
        return str(unwritable[0])
    if kind.pairs and (not errors or _has_tag(value, None)):
        return no_alternative(value)
    if len(errors) == 1 and not kind.pairs:
        return str(errors[0])
    names = [name for name, _ in kind.checks] + ["(tag, value)"] * bool(kind.pairs)
    return f"{type(value).__name__} given, {' | '.join(names)} wanted"
