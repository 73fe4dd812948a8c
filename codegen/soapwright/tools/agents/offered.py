"""The operations that are offered as tools: chosen by the user, those that only read by default."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from soapwright.envelopes.packages import import_package
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location, Severity, SpecError
from soapwright.tools.agents.reading import matches, only_reads
from soapwright.tools.agents.schemas import (
    Schema,
    masked,
    opened,
    relaxed,
    unrolled,
    without,
)

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_NAME = 64
HEADERS = "headers"


@dataclass(frozen=True, slots=True)
class Choice:
    """The user's choice of operations.

    Args:
        operations: patterns of the names of those that are offered; all without any.
        read_only: patterns of those that only read, in the place of the rule by their words.
        writes: whether those are offered too that may change something.
        port: the key of the port; "" for the first of each port type.
        filled: values of fields, by their paths: they come from the environment, and no agent sees them.
        show_secrets: whether the secrets of replies are shown.
    """

    operations: tuple[str, ...] = ()
    read_only: tuple[str, ...] = ()
    writes: bool = False
    port: str = ""
    filled: Mapping[str, str] = field(default_factory=dict, repr=False)
    show_secrets: bool = False


@dataclass(frozen=True, slots=True)
class Offered:
    """One operation as a tool."""

    name: str
    description: str
    reads: bool
    """Whether it changes nothing."""
    port: str
    client: Any
    """The package's class of asynchronous clients for the port."""
    operation: Any
    """The package's own `Operation`."""
    input_schema: Schema
    output_schema: Schema | None
    """None of a one-way operation."""
    filled: tuple[tuple[str, str], ...]
    """The values of fields that the environment has, by their paths."""


class Package:
    """A generated package, and what of it is offered.

    Args:
        folder: the package's own folder.
        choice: the user's.

    Raises:
        SpecError: it is no generated package, nothing of it is offered, or the choice names what
            it does not have.
    """

    def __init__(self, folder: Path, choice: Choice) -> None:
        # Any: what a package exports is known at run time
        self.module: Any = import_package(folder)
        self.choice = choice
        self.at = Location(str(folder))
        self.findings = Findings()
        """The operations that are left out, and why."""
        self.tools = self._tools()
        self._check()

    # ------------------------------------------------------------------------- choosing

    def _ports(self) -> Iterator[tuple[str, Any, Any]]:
        """The ports that are called, by their keys, with their classes of clients."""
        clients = _clients(import_module(f"{self.module.__name__}.client"))
        for key, port in self.module.PORTS.items():
            cls = next((one for one in clients if key in one._port_names), None)
            first = cls is not None and cls._port_names[0] == key
            if cls is not None and (key == self.choice.port or first):
                if self.choice.port in ("", key):
                    yield key, port, cls

    def _tools(self) -> dict[str, Offered]:
        found: dict[str, Offered] = {}
        writing: list[str] = []
        for key, port, cls in self._ports():
            for operation in port.operations.values():
                if operation.request_type is None or not self._is_chosen(operation):
                    continue
                reads = only_reads(operation.name, self.choice.read_only)
                if not reads and not self.choice.writes:
                    writing.append(operation.name)
                    continue
                tool = self._tool(key, cls, operation, reads)
                if tool is not None:
                    name = _free(tool.name, found)
                    found[name] = tool
        if writing:
            message = f"not offered, as they may change something: {', '.join(writing)}"
            hint = "--writes offers them; --read-only NAME declares that one only reads"
            self.findings.warning(Code.TOOLS, message, self.at, hint)
        return found

    def _is_chosen(self, operation: Any) -> bool:
        patterns = self.choice.operations
        return not patterns or matches(operation.name, patterns)

    def _check(self) -> None:
        """Refuse a choice of what is not there.

        Raises:
            SpecError: it is so.
        """
        choice, wrong = self.choice, Findings()
        if choice.port and choice.port not in self.module.PORTS:
            known = ", ".join(self.module.PORTS)
            wrong.error(Code.TOOLS, f"there is no port {choice.port!r}", self.at, known)
        names = [
            operation.name
            for port in self.module.PORTS.values()
            for operation in port.operations.values()
        ]
        for pattern in (*choice.operations, *choice.read_only):
            if not any(matches(name, (pattern,)) for name in names):
                wrong.error(Code.TOOLS, f"no operation is {pattern!r}", self.at)
        used = {path for tool in self.tools.values() for path, _ in tool.filled}
        for path in choice.filled:
            if self.tools and path not in used:
                wrong.error(
                    Code.TOOLS, f"no operation that is offered has {path!r}", self.at
                )
        if not self.tools:
            wrong.add(self.findings)
            wrong.error(Code.TOOLS, "no operation is offered", self.at)
        if any(one.severity is Severity.ERROR for one in wrong):
            raise SpecError(wrong)

    # --------------------------------------------------------------------------- tools

    def _tool(self, port: str, cls: Any, operation: Any, reads: bool) -> Offered | None:
        request, headers = operation.request_type, operation.request_headers_type
        schema = unrolled(self._schema(operation, request))
        if headers is not None:
            schema = self._with_headers(operation, schema, headers)
        filled: list[tuple[str, str]] = []
        for path, value in self.choice.filled.items():
            first, _, inner = path.partition(".")
            kind, name = request, first
            if first == HEADERS and headers is not None:
                kind, name = headers, inner.partition(".")[0]
            if name in kind.__dataclass_fields__:
                filled.append((path, value))
                schema = _less(schema, path)
        lacking = self._lacking(operation, filled)
        if lacking:
            hint = f"--env {lacking[0]}=VARIABLE gives it from the environment"
            message = (
                f"{operation.name} is not offered: it needs the secret {lacking[0]!r}"
            )
            self.findings.warning(Code.TOOLS, message, self.at, hint)
            return None
        reply = operation.response_type
        return Offered(
            name=_NOT_IN_NAMES.sub("_", operation.name)[:_LONGEST_NAME],
            description=_described(cls, operation, self.module),
            reads=reads,
            port=port,
            client=cls,
            operation=operation,
            input_schema=schema,
            output_schema=None if reply is None else self._output(operation, reply),
            filled=tuple(filled),
        )

    def _schema(self, operation: Any, kind: Any) -> Schema:
        hidden = self._hides(operation)
        found: Schema = self.module.json_schema(kind)
        return without(found, hidden)

    def _with_headers(self, operation: Any, schema: Schema, headers: Any) -> Schema:
        """A schema with the declared header blocks as one more field."""
        added = self._schema(operation, headers)
        if not added["$defs"][headers.__name__]["properties"].keys() - {"$type"}:
            return schema
        return {
            **schema,
            "properties": {
                **schema["properties"],
                HEADERS: {"$ref": f"#/$defs/{headers.__name__}"},
            },
            "$defs": {**schema.get("$defs", {}), **added["$defs"]},
        }

    def _output(self, operation: Any, reply: Any) -> Schema:
        hidden = self._hides(operation)
        schema: Schema = relaxed(self.module.json_schema(reply))
        if not self.choice.show_secrets:
            schema = opened(schema, hidden)
        return unrolled(schema)

    def _hides(self, operation: Any) -> Any:
        """Whether a field of a class is a secret, in the messages of an operation."""

        def hidden(cls: str, name: str) -> bool:
            return self.is_secret(operation, f"{cls}.{name}") and name != "$type"

        return hidden

    def is_secret(self, operation: Any, path: str) -> bool:
        """Whether the value of a field is a secret, by its path."""
        secrets = operation.package.secrets
        name = path.rpartition(".")[2]
        return bool(
            secrets.has_path(path) or secrets.has_path(f"{operation.name}.{name}")
        )

    def _lacking(self, operation: Any, filled: list[tuple[str, str]]) -> list[str]:
        """The secrets that a request must have, and that nobody gives."""
        kind = operation.request_type
        required = self.module.json_schema(kind)["$defs"][kind.__name__].get(
            "required", ()
        )
        given = {path.partition(".")[0] for path, _ in filled}
        return [
            name
            for name in required
            if name not in given
            and self.is_secret(operation, f"{kind.__name__}.{name}")
        ]

    def shown(self, operation: Any, value: Any) -> Any:  # Any: JSON
        """A value as JSON, without secrets unless these are to be shown."""
        data = self.module.to_dict(value)
        if self.choice.show_secrets:
            return data
        kind = type(value).__name__
        return masked(data, kind, lambda path: self.is_secret(operation, path))


def _clients(module: ModuleType) -> list[Any]:
    """The classes of asynchronous clients."""
    found = [getattr(module, name) for name in getattr(module, "__all__", ())]
    return list(dict.fromkeys(one for one in found if hasattr(one, "aclose")))


def _free(name: str, taken: Mapping[str, object]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name[:_LONGEST_NAME - 4]}_{number}"
    return free


def _less(schema: Schema, path: str) -> Schema:
    """A schema without a field that the environment fills, where that is one of the request itself."""
    if path not in schema["properties"]:
        return schema
    made = {**schema, "properties": dict(schema["properties"])}
    del made["properties"][path]
    if "required" in schema:
        made["required"] = [one for one in schema["required"] if one != path]
    return made


def _described(cls: Any, operation: Any, module: Any) -> str:
    """The operation's documentation, as its method has it."""
    operations = [one for p in module.PORTS.values() for one in p.operations.items()]
    key = next(key for key, one in operations if one is operation)
    for method in filter(inspect.isfunction, vars(cls).values()):
        # a method calls its operation by the key, which is one of its constants
        if key in method.__code__.co_consts and (doc := inspect.getdoc(method)):
            return re.split(r"\n\n(?:Args|Raises):\n", doc, maxsplit=1)[0]
    return f"Call {operation.name}."
