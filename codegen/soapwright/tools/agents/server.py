"""The server of the Model Context Protocol, on its official SDK."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import anyio
import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from soapwright import __version__
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location
from soapwright.tools.agents.offered import HEADERS, Offered, Package


@dataclass(frozen=True, slots=True)
class Connection:
    """How the service is called: the arguments of a client besides its port."""

    endpoint: str = ""
    timeout: float = 30.0
    outgoing: tuple[Any, ...] = ()  # Any: layers of the package
    transport: Any = None
    security: Any = None
    """Keys of the package's own, False for none, None for what the policy demands."""

    def client(self, tool: Offered) -> Any:
        """A client of a tool's port, which connects with its first call.

        Raises:
            ValueError: there is no address, or the port's policy demands more.
            OSError: what it needs cannot be read.
        """
        return tool.client(
            self.endpoint or None,
            port=tool.port,
            timeout=self.timeout,
            outgoing=self.outgoing,
            transport=self.transport,
            security=self.security,
        )

    def check(self, package: Package) -> None:
        """See that each port of the tools can be called so, before an agent asks.

        Raises:
            SpecError: one cannot.
        """
        findings = Findings()
        for port, tool in {one.port: one for one in package.tools.values()}.items():
            try:
                self.client(tool)
            except (OSError, ValueError) as error:
                hint = "--endpoint, --security and --port choose how and where calls go"
                findings.error(Code.TOOLS, str(error), Location(port), hint)
        findings.raise_errors()


def make_server(package: Package, connection: Connection) -> Server[Any]:
    """A server whose tools are the operations that a package offers.

    Args:
        package: with the operations.
        connection: how they are called.
    """
    caller = _Caller(package, connection)

    @asynccontextmanager
    async def open_clients(_: Server[Any]) -> AsyncGenerator[None, None]:
        async with caller.open():
            yield

    async def list_tools(context: Any, parameters: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=tools)

    async def call_tool(
        context: Any, parameters: types.CallToolRequestParams
    ) -> types.CallToolResult:
        tool = package.tools.get(parameters.name)
        if tool is None:
            return _failed(f"there is no tool {parameters.name!r}")
        return await caller.call(tool, parameters.arguments or {})

    tools = [_tool(name, one) for name, one in package.tools.items()]
    return Server(
        "soapwright",
        version=__version__,
        instructions=(package.module.__doc__ or "").strip(),
        lifespan=open_clients,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def serve_stdio(package: Package, connection: Connection) -> None:
    """Serve one agent on stdin and stdout, until it goes."""

    async def run() -> None:
        server = make_server(package, connection)
        async with stdio_server() as (incoming, outgoing):
            options = server.create_initialization_options()
            await server.run(incoming, outgoing, options)

    anyio.run(run)


def _tool(name: str, offered: Offered) -> types.Tool:
    return types.Tool(
        name=name,
        description=offered.description,
        input_schema=offered.input_schema,
        output_schema=offered.output_schema,
        annotations=types.ToolAnnotations(
            title=offered.operation.name,
            read_only_hint=offered.reads,
            destructive_hint=not offered.reads,
            open_world_hint=True,
        ),
    )


class _Caller:
    """Calls operations with the arguments of agents."""

    def __init__(self, package: Package, connection: Connection) -> None:
        self._package = package
        self._connection = connection
        self._clients: dict[str, Any] = {}

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None, None]:
        """Have a client for each port, until the context is left."""
        connection = self._connection
        async with AsyncExitStack() as opened:
            for tool in self._package.tools.values():
                if tool.port not in self._clients:
                    client = connection.client(tool)
                    self._clients[tool.port] = client
                    await opened.enter_async_context(client)
            yield
        self._clients.clear()

    async def call(
        self, tool: Offered, arguments: Mapping[str, Any]
    ) -> types.CallToolResult:
        """The result of a call: errors are for the agent to see."""
        errors = self._package.module.errors
        try:
            request, headers = self._request(tool, arguments)
        except (errors.SoapError, ValueError) as error:
            return _failed(f"the arguments are wrong: {error}")
        try:
            exchange = await self._clients[tool.port].exchange(
                tool.operation, request, headers
            )
        except errors.SoapFault as fault:
            return _failed(f"the service refused: {fault}", self._detail(tool, fault))
        except errors.SoapError as error:
            return _failed(f"{type(error).__name__}: {error}")
        return self._answer(tool, exchange.response)

    def _request(self, tool: Offered, arguments: Mapping[str, Any]) -> tuple[Any, Any]:
        """The request and its header blocks.

        Raises:
            SoapError: the arguments are not as the schema says, or `validate` refuses them.
            ValueError: one is given that the environment has, or JSON does not have it.
        """
        module, operation = self._package.module, tool.operation
        data: dict[str, Any] = json.loads(json.dumps(dict(arguments)))
        for path, value in tool.filled:
            _fill(data, path, value)
        headers = None
        if operation.request_headers_type is not None:
            kind = operation.request_headers_type
            headers = module.from_dict(kind, data.pop(HEADERS, {}), defaults=True)
        request = module.from_dict(operation.request_type, data, defaults=True)
        module.validate(request)
        return request, headers

    def _answer(self, tool: Offered, response: Any) -> types.CallToolResult:
        if tool.output_schema is None:
            return _text("sent; the service gives no reply")
        data = self._package.shown(tool.operation, response)
        text = json.dumps(data, ensure_ascii=False)
        structured = data if isinstance(data, dict) else None
        if structured is None:  # nil, or a member of a substitution group
            return _text(text)
        return types.CallToolResult(
            content=[types.TextContent(text=text)], structured_content=structured
        )

    def _detail(self, tool: Offered, fault: Any) -> str:
        """A declared fault's detail as JSON, "" where there is none."""
        errors = self._package.module.errors
        detail = getattr(fault, "detail", None)
        if not isinstance(fault, errors.DeclaredSoapFault) or detail is None:
            return ""
        return json.dumps(
            self._package.shown(tool.operation, detail), ensure_ascii=False
        )


def _fill(data: dict[str, Any], path: str, value: str) -> None:
    """Set a field; objects on the way are made. What is there instead of an object is left, to be refused.

    Raises:
        ValueError: the field is there: it is no argument.
    """
    *within, last = path.split(".")
    for step in within:
        inner = data.get(step)
        if inner is None:
            inner = data[step] = {}
        if not isinstance(inner, dict):
            return
        data = inner
    if data.get(last) is not None:
        raise ValueError(f"{path} is no argument: the environment has it")
    data[last] = value


def _text(text: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text=text)])


def _failed(reason: str, detail: str = "") -> types.CallToolResult:
    texts = [reason, *([detail] if detail else [])]
    content: list[types.ContentBlock] = [types.TextContent(text=one) for one in texts]
    return types.CallToolResult(content=content, is_error=True)
