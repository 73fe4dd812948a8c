"""The script of a mock: replies by rules in a TOML file, or by functions of a Python file that keep state.

A file of rules:

    [[rule]]
    operation = "check_vat"              # the WSDL's or Python's name; left out, it is every one
    when = { country_code = "D*" }       # values of the request; in texts * and ? stand for others
    xpath = "//*[local-name()='vatNumber'] = '1'"    # true of the request's envelope
    times = 2                            # so often at most
    delay = 0.5                          # seconds before the reply
    values = { valid = false }           # of the reply; the rest is a sample's
    # or: reply = "reply.xml", an envelope; fault = { code = "Client", reason = "no" };
    # http = 503 and body = "busy"; sequence = [{ … }, { … }], one after the other, the last again and again

The first rule that applies answers; where none does, the mock answers as without a script. A Python file
has a function for each operation that it answers, by its name in Python:

    def check_vat(call):                 # call.request, call.sample(), call.fault("no"), call.package
        return {"valid": False}          # values of the reply; an object of the package; None for a sample
"""

from __future__ import annotations

import runpy
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date, datetime, time
from enum import Enum
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any, Final

from lxml import etree

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location
from soapwright.project.toml_lines import TableLines, parse_toml, tables
from soapwright.tools.asgi import STATUSES

_RULE_KEYS: Final = frozenset({"operation", "when", "xpath", "times", "sequence"})
_OUTCOMES: Final = ("values", "reply", "fault", "http")
_OUTCOME_KEYS: Final = frozenset({*_OUTCOMES, "delay", "body"})
_FAULT_KEYS: Final = frozenset({"code", "reason", "actor"})
_LONGEST_DELAY: Final = 3600.0
_WITHOUT_BODY: Final = (204, 205, 304)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to a call: `fault` is raised, `http` is a status and a body in the place of
    an envelope; where there is neither, `response` and `headers` are the reply, None for a sample.

    `Any`: of the package's own classes.
    """

    response: Any = None
    headers: Any = None
    fault: Exception | None = None
    http: tuple[int, bytes] | None = None
    delay: float = 0.0


@dataclass(slots=True)
class _Rule:
    """A rule, and how often it has answered."""

    operations: frozenset[Any] | None
    when: Mapping[str, object]
    xpath: etree.XPath | None
    outcomes: Mapping[Any, tuple[Outcome, ...]]
    times: int | None
    answered: dict[Any, int] = field(default_factory=dict)

    def applies(self, operation: Any, data: object, envelope: etree._Element) -> bool:
        """Whether it answers a call: its operation's `data` is the request as JSON."""
        if self.operations is not None and operation not in self.operations:
            return False
        if self.times is not None and sum(self.answered.values()) >= self.times:
            return False
        if not all(_fits(_at(data, path), one) for path, one in self.when.items()):
            return False
        return self.xpath is None or bool(self.xpath(envelope))

    def next(self, operation: Any) -> Outcome:
        """The next of its outcomes."""
        number = self.answered.get(operation, 0)
        self.answered[operation] = number + 1
        outcomes = self.outcomes[operation]
        return outcomes[min(number, len(outcomes) - 1)]


class ScriptedCall:
    """A call as a function of a Python script is given it.

    `operation` is the package's operation, `request` its request, `headers` its header blocks,
    `envelope` an lxml element. (`Any`: of the package's own classes.)
    """

    def __init__(self, package: Any, call: Any, sample: Callable[[], Any]) -> None:
        self.package = package
        self.operation = call.operation
        self.request = call.value
        self.headers = call.headers
        self.envelope = call.envelope
        self._sample = sample

    def sample(self) -> Any:
        """The reply that the mock would give."""
        return self._sample()

    def fault(self, reason: str, code: str = "Client") -> Exception:
        """A fault to raise."""
        fault: Exception = self.package.errors.SoapFault(reason, code=code)
        return fault


class Script:
    """Answers the calls of one mock by rules, or by functions.

    Args:
        path: the file.
        package: the generated package (`Any`: what it exports is known at run time).
        operations: its operations by every name that they have.
        sample: gives a sample of an operation's response.

    Raises:
        SpecError: the file cannot be read, or a rule is wrong; every mistake is found.
    """

    def __init__(
        self,
        path: Path,
        package: Any,
        operations: Mapping[str, list[Any]],
        sample: Callable[[Any], Any],
    ) -> None:
        self._path = path
        self._package = package
        self._operations = operations
        self._sample = sample
        self._lock = threading.Lock()
        self._rules: list[_Rule] = []
        self._functions: dict[Any, Callable[[ScriptedCall], Any]] = {}
        self._findings = Findings()
        if path.suffix == ".py":
            self._read_python()
        else:
            self._read_rules()
        self._findings.raise_errors()

    def answer(self, call: Any) -> Outcome | None:
        """The answer to a call; None where the script has nothing for it.

        Args:
            call: the call (`Any`: the package's own).

        Raises:
            SoapFault: of the package, where a function raises it.
        """
        function = self._functions.get(call.operation)
        if function is not None:
            sample = partial(self._sample, call.operation)
            given = function(ScriptedCall(self._package, call, sample))
            return None if given is None else self._returned(call.operation, given)
        data = self._package.to_dict(call.value) if self._rules else None
        with self._lock:
            for rule in self._rules:
                if rule.applies(call.operation, data, call.envelope):
                    return rule.next(call.operation)
        return None

    def _returned(self, operation: Any, given: Any) -> Outcome:
        if isinstance(given, Mapping):
            return Outcome(self._valued(operation, given))
        return Outcome(given)

    # -------------------------------------------------------------------------- reading

    def _read_python(self) -> None:
        try:
            found = runpy.run_path(str(self._path))
        except OSError as error:
            self._wrong(f"cannot be read: {error.strerror}")
            return
        except Exception as error:  # the user's own code, whatever it raises
            line = getattr(error, "lineno", None) or _line_in(self._path, error)
            self._wrong(f"cannot be run: {type(error).__name__}: {error}", line)
            return
        for name, one in found.items():
            if callable(one) and getattr(one, "__module__", None) == "<run_path>":
                for operation in self._operations.get(name, []):
                    self._functions[operation] = one
        if not self._functions:
            known = ", ".join(list(self._operations)[:10])
            hint = f"functions are named after operations: {known}"
            self._wrong("has no function for an operation", hint=hint)

    def _read_rules(self) -> None:
        try:
            text = self._path.read_text(encoding="utf-8")
            content = parse_toml(text)
        except OSError as error:
            self._wrong(f"cannot be read: {error.strerror}")
            return
        except ValueError as error:
            self._wrong(f"is no TOML: {error}")
            return
        for key in content.keys() - {"rule"}:
            self._wrong(f"unknown key {key!r}", hint="rules are tables: [[rule]]")
        rules = content.get("rule")
        places = tables(text, "rule") or [TableLines((), 1)]
        for number, one in enumerate(rules if isinstance(rules, list) else [rules]):
            place = places[min(number, len(places) - 1)]
            if isinstance(one, dict) and isinstance(rules, list):
                self._read_rule(one, place)
            elif one:
                self._wrong("a rule is a table of an array: [[rule]]", place.start)
        if not rules:
            self._wrong("has no [[rule]]")

    def _read_rule(self, table: dict[str, Any], place: TableLines) -> None:
        for key in table.keys() - _RULE_KEYS - _OUTCOME_KEYS:
            self._wrong(f"a rule has no key {key!r}", place.of_key(key))
        operations = self._called(table.get("operation"), place)
        xpath = self._xpath(table.get("xpath"), place)
        when, times = table.get("when", {}), table.get("times")
        if not isinstance(when, dict):
            self._wrong("'when' is no table of values", place.of_key("when"))
            when = {}
        if times is not None and (not _is_number(times, int) or times < 1):
            self._wrong("'times' is no number of times", place.of_key("times"))
        sequence = table.get("sequence", [table])
        if not isinstance(sequence, list) or not sequence:
            self._wrong("'sequence' is no list of outcomes", place.of_key("sequence"))
            return
        if "sequence" in table and (beside := sorted(table.keys() & _OUTCOME_KEYS)):
            names = " and ".join(map(repr, beside))
            self._wrong(f"{names} beside 'sequence' is lost", place.of_key(beside[0]))
        chosen = operations if operations is not None else self._all()
        outcomes = {
            operation: tuple(self._outcome(one, operation, place) for one in sequence)
            for operation in chosen
        }
        self._rules.append(_Rule(operations, when, xpath, outcomes, times))

    def _all(self) -> frozenset[Any]:
        return frozenset(
            one for several in self._operations.values() for one in several
        )

    def _called(self, name: object, place: TableLines) -> frozenset[Any] | None:
        if name is None:
            return None
        if isinstance(name, str) and name in self._operations:
            return frozenset(self._operations[name])
        known = f"there are: {', '.join(list(self._operations)[:20])}"
        line = place.of_key("operation")
        self._wrong(f"there is no operation {name!r}", line, known)
        return frozenset()

    def _xpath(self, text: object, place: TableLines) -> etree.XPath | None:
        if text is None:
            return None
        try:
            xpath = etree.XPath(str(text))
            # Prefixes and functions are looked for when it is called, not before.
            xpath(etree.Element("Envelope"))
        except (etree.XPathError, ValueError) as error:
            self._wrong(f"{text!r} is no XPath: {error}", place.of_key("xpath"))
            return None
        return xpath

    def _outcome(self, table: object, operation: Any, place: TableLines) -> Outcome:
        if not isinstance(table, dict):
            self._wrong("an outcome is a table", place.of_key("sequence"))
            return Outcome()
        for key in table.keys() - _OUTCOME_KEYS - _RULE_KEYS:
            self._wrong(f"an outcome has no key {key!r}", place.of_key(key))
        given = [key for key in _OUTCOMES if key in table]
        if "body" in table and "http" not in table:
            self._wrong("'body' goes with 'http'", place.of_key("body"))
        if len(given) > 1:
            self._wrong(f"{' and '.join(given)} exclude each other", place.start)
        delay = table.get("delay", 0)
        if not _is_number(delay, int | float) or not 0 <= delay <= _LONGEST_DELAY:
            self._wrong("'delay' is no number of seconds", place.of_key("delay"))
            delay = 0.0
        made = self._made(table, operation, place)
        return Outcome(made.response, made.headers, made.fault, made.http, float(delay))

    def _made(
        self, table: dict[str, Any], operation: Any, place: TableLines
    ) -> Outcome:
        package = self._package
        try:
            if "values" in table:
                return Outcome(self._valued(operation, table["values"]))
            if "reply" in table:
                content = (self._path.parent / str(table["reply"])).read_bytes()
                return Outcome(*operation.read_response(content))
            if "fault" in table:
                return Outcome(fault=self._fault(table["fault"]))
            if "http" in table:
                return Outcome(http=_failure(table["http"], table.get("body", "")))
        except package.errors.SoapFault as fault:
            return Outcome(fault=fault)
        except OSError as error:
            self._wrong(f"{table['reply']}: {error.strerror}", place.of_key("reply"))
        except (package.errors.SoapError, TypeError, ValueError) as error:
            key = next((one for one in _OUTCOMES if one in table), "values")
            self._wrong(f"{operation.name}: {error}", place.of_key(key))
        return Outcome()

    def _valued(self, operation: Any, given: Any) -> Any:
        """A response with some of its values; the others are those of a sample.

        Raises:
            DecodeError: they are not of its type.
            ValueError: there is no response, or a value is given that it does not have.
        """
        kind = operation.response_type
        if kind is None or not is_dataclass(kind) or not isinstance(given, Mapping):
            raise ValueError("its reply has no values")
        names = {_folded(one.name): one.name for one in fields(kind)}
        data = self._package.to_dict(self._sample(operation))
        as_they_are: dict[str, Any] = {}  # Any: of the fields' own types
        for name, value in given.items():
            if _folded(str(name)) not in names:
                raise ValueError(
                    f"no value {name!r}; there are: {', '.join(names.values())}"
                )
            field_name = names[_folded(str(name))]
            if _is_data(value):
                data[field_name] = _plain(value)
            else:
                as_they_are[field_name] = value
        return replace(self._package.from_dict(kind, data), **as_they_are)

    def _fault(self, given: Any) -> Exception:
        texts = isinstance(given, Mapping) and all(
            isinstance(v, str) for v in given.values()
        )
        if not texts or given.keys() - _FAULT_KEYS:
            raise ValueError("a fault has a code, a reason and an actor")
        code = str(given.get("code", "Server"))
        reason, actor = str(given.get("reason", "")), given.get("actor")
        fault: Exception = self._package.errors.SoapFault(
            reason, code=code, actor=actor
        )
        return fault

    def _wrong(self, message: str, line: int = 1, hint: str = "") -> None:
        at = Location(self._path.as_posix(), line)
        self._findings.error(Code.SCRIPT, message, at, hint)


def _is_number(value: object, kind: Any) -> bool:  # Any: a class, or a union
    return isinstance(value, kind) and not isinstance(value, bool)


def _failure(status: object, body: object) -> tuple[int, bytes]:
    """The status and the body of a reply without an envelope.

    Raises:
        ValueError: HTTP has no such status, or no body with it.
    """
    if not isinstance(status, int) or status not in STATUSES:
        raise ValueError(f"http = {status!r} is no status from 200 to 599")
    content = str(body).encode()
    if content and status in _WITHOUT_BODY:
        raise ValueError(f"a reply with the status {status} has no body")
    return status, content


def _line_in(path: Path, error: Exception) -> int:
    """The last line of a file that an error went through."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _at(data: object, path: str) -> object:
    """The value at a path of JSON, `order.item.0.sku`, in any case of letters; None where there is none."""
    for step in path.split("."):
        if isinstance(data, list) and step.isdecimal() and int(step) < len(data):
            data = data[int(step)]
        elif isinstance(data, dict):
            data = next(
                (v for k, v in data.items() if _folded(k) == _folded(step)), None
            )
        else:
            return None
    return data


def _fits(value: object, wanted: object) -> bool:
    """Whether a value of JSON is the wanted one; a text may be a pattern."""
    if isinstance(value, list):
        return any(_fits(one, wanted) for one in value)
    wanted = _plain(wanted)
    if isinstance(wanted, str):
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return value is not None and fnmatchcase(text, wanted)
    if isinstance(value, str) and isinstance(wanted, int | float):
        return value == str(wanted)
    return (
        type(value) is type(wanted)
        and value == wanted
        or (
            isinstance(value, int | float)
            and isinstance(wanted, int | float)
            and float(value) == float(wanted)
        )
    )


def _is_data(value: object) -> bool:
    """Whether a value is as TOML or JSON has it, not one of the package's own or of Python's."""
    if isinstance(value, list | tuple):
        return all(map(_is_data, value))
    if isinstance(value, Enum):
        return False
    return value is None or isinstance(
        value, str | int | float | datetime | date | time | Mapping
    )


def _plain(value: object) -> object:
    """TOML as JSON has it."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _folded(name: str) -> str:
    return name.replace("_", "").lower()
