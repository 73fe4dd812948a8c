"""A service as a web application, without sockets: HTTP requests to replies.

`asgi`, `wsgi` and `memory` are built on it. The rules of HTTP are those of SOAP 1.1, section 6, and
of SOAP 1.2, part 2, section 7.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal, TypeAlias

from ..addressing.headers import (
    AddressingHeaders,
    EndpointReference,
    is_addressing,
    read_headers,
)
from ..errors.errors import (
    DecodeError,
    EncodeError,
    SecurityError,
    SoapFault,
    TransportError,
)
from ..http.attaching import AttachmentsAs, Received
from ..http.binding import received
from ..http.bodies import (
    TooLarge,
    UnknownCoding,
    charset_of,
    is_long,
    media_type,
    unpacked,
)
from ..http.message import Attachment, Layer, Message, layers, through
from ..http.multipart import beside
from ..http.securing import MessageSecurity
from ..http.securing import Received as SecuredRequest
from ..http.securing import with_opened
from ..http.transport import Response
from ..soap.envelope import NAMES, Version, opened
from ..soap.operation import Port
from ..xml.element import Element
from ..xml.parsing import Limits, parse
from .addressed import (
    address_elsewhere,
    addressed,
    check_addressing,
    endpoint_of,
    fault_action_of,
)
from .answering import (
    MEDIA_TYPES,
    Faults,
    Refusal,
    check_encoding,
    check_headers,
    internal_error,
    mismatch,
    operation_fault,
    our_blocks,
)
from .attachments import ServiceAttachments
from .dispatch import Dispatcher, Target
from .messages import action_of, reply_message, response_of
from .service import (
    BaseService,
    Call,
    Guards,
    Hooks,
    HttpRequest,
    Plain,
    Security,
    answering,
    run,
    run_in,
)

DEFAULT_MAX_BODY: Final = 16 * 2**20

_Dispatchers: TypeAlias = Mapping[Version, Dispatcher]
_XML_TYPES: Final = (*MEDIA_TYPES.values(), "application/xml")


class Application:
    """Answers HTTP requests for services of one package.

    Args:
        services: each of another port type.
        address: where callers find it, for the WSDL that is given out; otherwise where a
            request was sent to.
        max_body: bytes that a request's body may have, packed and unpacked.
        limits: those of its envelope, where they are not the package's.
        hooks: for callers that have habits.
        outgoing: layers that each reply passes, faults too, in this order.
        incoming: layers that each request passes before its operation is sought, in this order.
        paths: the path of each port, by its key; any other path serves them all.
        security: checks who calls, before the operation is sought; keys or a profile of message
            security sign replies too.
        attachments: "stream" for binary values of requests as `Attachment`s.
        mtom: whether replies are MTOM messages; `None` where those to MTOM messages are.

    Raises:
        TypeError: a layer is none.
        ValueError: `attachments` or `mtom` cannot be used, or nothing in the package is binary.
    """

    def __init__(
        self,
        services: Sequence[BaseService],
        *,
        address: str | None = None,
        max_body: int = DEFAULT_MAX_BODY,
        limits: Limits | None = None,
        hooks: Hooks | None = None,
        outgoing: Sequence[Layer] = (),
        incoming: Sequence[Layer] = (),
        paths: Mapping[str, str] | None = None,
        security: Security | MessageSecurity | Literal[False] | None = None,
        attachments: AttachmentsAs = "bytes",
        mtom: bool | int | None = None,
    ) -> None:
        self.max_body = max_body
        self._address = address
        self._hooks = hooks or Hooks()
        self._guards = Guards(security, services)
        self._outgoing = layers(outgoing, "outgoing")
        self._incoming = layers(incoming, "incoming")
        self._paths = dict(paths or {})
        self._attachments = ServiceAttachments(services, attachments, mtom)
        self._ports: dict[str, tuple[BaseService, Port]] = {
            key: (service, service._ports[key])
            for service in services
            for key in service._port_names
        }
        self._package = next(port.package for _, port in self._ports.values())
        self._own_limits = limits
        self._specification = services[0]._specification
        self._all: _Dispatchers = self._dispatchers(self._ports)
        self._at: dict[str, _Dispatchers] = {
            p: self._dispatchers([key]) for key, p in self._paths.items()
        }
        makes = next((s._plain for s in services if s._plain is not None), None)
        self._plain: Plain | None = None
        if makes is not None:
            self._plain = makes(self._ports, self._paths, address)
        self._faults = Faults([port for _, port in self._ports.values()])

    def _dispatchers(self, keys: Iterable[str]) -> _Dispatchers:
        targets: dict[Version, list[Target]] = {}
        for name in keys:
            service, port = self._ports[name]
            if port.soap is None:
                continue
            known = targets.setdefault(port.soap, [])
            for key, operation in port.operations.items():
                declares = any(map(is_addressing, operation.request_blocks))
                known.append(
                    Target(
                        *(service, key, operation),
                        demands_addressing=port.addressing == "required"
                        and not declares,
                        declares_addressing=declares,
                        guard=self._guards.of(name, operation.name),
                    )
                )
        return {version: Dispatcher(found) for version, found in targets.items()}

    # -------------------------------------------------------------------------- answering

    async def answer(self, request: HttpRequest) -> Response:
        """The reply to a request, whatever it is. A long one is read in a thread of its own: the
        others need not wait for that, nor for a check of passwords, or a key that is elsewhere.
        """
        coding, kind = map(request.headers.get, ("content-encoding", "content-type"))
        long = is_long(request.body, coding or "", kind or "", self._limits)
        if long or self._guards.are_any:
            call = await asyncio.to_thread(self._opened, request)
        else:
            call = self._opened(request)
        if isinstance(call, Response):
            return call
        try:
            reply = self._done(call, await run(call))
        except Exception as error:
            reply = self._failed(error, call.request, call)
        headers = call.addressing
        if call.guard or headers is not None and self._elsewhere(headers, reply):
            return await asyncio.to_thread(self._sent, reply, call.request, call)
        return self._sent(reply, call.request, call)

    def answer_in(
        self, request: HttpRequest, wait: Callable[[Awaitable[object]], object]
    ) -> Response:
        """The same without an event loop; `wait` runs a method that is an `async def`."""
        call = self._opened(request)
        if isinstance(call, Response):
            return call
        try:
            reply = self._done(call, run_in(call, wait))
        except Exception as error:
            reply = self._failed(error, call.request, call)
        return self._sent(reply, call.request, call)

    def too_large(self, request: HttpRequest) -> Response:
        """The reply to a request whose body was not read to its end."""
        return self._sent(self._failed(self._beyond(), request), request)

    def without_length(self, request: HttpRequest) -> Response:
        """The reply to a request whose body cannot be read, as its length is unknown."""
        refusal = Refusal(_callers("a request has a Content-Length here"), status=411)
        return self._sent(self._failed(refusal, request), request)

    def _done(self, call: Call, result: object) -> Response:
        operation = call.operation
        value, headers = call.response(result)
        if self._plain is not None and self._plain.has(call):
            return self._plain.reply(call, value)
        if operation.one_way:
            return Response(202, {}, b"")
        with operation.answering(call.envelope):
            reply = self._attachments.response(operation, value, headers, call.request)
        if call.addressing is None:
            return reply
        endpoint = self._endpoint(call.addressing, reply)
        return addressed(reply, call.addressing, operation.response_action, endpoint)

    def _failed(
        self, error: Exception, request: HttpRequest, call: Call | None = None
    ) -> Response:
        """The fault that an error means: its own, else one without the reason.

        Args:
            error: what a method, a hook or a layer raised, or a refusal.
            request: what is answered.
            call: `None` where the request is none.
        """
        if self._plain is not None and call is not None and self._plain.has(call):
            return self._plain.failed(call, error)
        try:
            if isinstance(error, (SoapFault, Refusal)):
                return self._fault(error, request, call)
        except EncodeError as unwritable:
            error = unwritable
        if call is None:
            arguments = "%s %a failed", request.method, request.path
            log = logging.getLogger(self._package.name)
            log.exception(*arguments, exc_info=error)
        else:
            log = logging.getLogger(call.operation.package.name)
            log.exception("%s failed", call.operation.name, exc_info=error)
        return self._fault(internal_error(), request, call)

    def _fault(
        self, fault: SoapFault | Refusal, request: HttpRequest, call: Call | None
    ) -> Response:
        """A fault's reply.

        Raises:
            EncodeError: the wire cannot carry it, or the operation does not declare it.
        """
        if call is not None and isinstance(fault, SoapFault):
            with call.operation.answering(call.envelope):
                reply = operation_fault(call.operation, fault)
            action = call.operation.fault_action(fault)
            return self._addressed_fault(reply, call.addressing, action)
        refusal = fault if isinstance(fault, Refusal) else Refusal(fault)
        reply = self._faults.refusal(refusal, self._named(request))
        headers = refusal.addressing
        if headers is not None and headers.is_none(endpoint_of(headers, fault=True)):
            return Response(202, {}, b"")
        return self._addressed_fault(reply, headers, refusal.fault_action)

    def _addressed_fault(
        self, reply: Response, headers: AddressingHeaders | None, action: str
    ) -> Response:
        if headers is None:
            return reply
        endpoint = self._endpoint(headers, reply)
        return addressed(reply, headers, fault_action_of(headers, action), endpoint)

    def _endpoint(
        self, headers: AddressingHeaders, reply: Response
    ) -> EndpointReference | None:
        """Where a reply goes; `None` for the connection, as where a fault may go nowhere else."""
        endpoint = endpoint_of(headers, fault=reply.status >= 400)
        address = address_elsewhere(headers, endpoint)
        refused = bool(address) and not self._hooks.accepts_reply_to(address)
        return None if refused else endpoint

    def _elsewhere(self, headers: AddressingHeaders, reply: Response) -> str:
        """The address that a reply goes to; "" for the connection, or for nowhere."""
        return address_elsewhere(headers, self._endpoint(headers, reply))

    def _sent(
        self, reply: Response, request: HttpRequest, call: Call | None = None
    ) -> Response:
        """A reply after the hooks and the layers. Where one of them fails, the fault for that
        passes none of them."""
        if not reply.body:
            return reply
        try:
            headers = None if call is None else call.addressing
            to = ""
            if headers is not None:
                if headers.is_none(self._endpoint(headers, reply)):
                    return Response(202, {}, b"")
                to = self._elsewhere(headers, reply)
            envelope = self._hooks.reply(reply.body, call)
            if envelope is not reply.body:
                reply = replace(reply, body=envelope)
            enveloped = call is None or self._plain is None or not self._plain.has(call)
            packed = enveloped and self._attachments.is_packed(reply, request)
            secures = None if call is None else call.guard
            if not (self._outgoing or to or packed or secures):
                return reply
            message = reply_message(reply, request, call)
            if packed:
                message = self._attachments.packed(message, reply, request)
            with answering(call):
                message = through(self._outgoing, message)
            if secures is not None:
                message = secures.secured(
                    message, None if call is None else call.secured
                )
            if to:
                self._hooks.send_reply(replace(message, url=to))
                return Response(202, {}, b"")
            return response_of(message, reply)
        except Exception as error:
            return self._failed(error, request, call)

    # ------------------------------------------------------------------------- opening

    def _opened(self, request: HttpRequest) -> Call | Response:
        """The call that a request is, or the reply to what is none."""
        came = request
        try:
            request = self._hooks.request(request)
            if self._plain is not None:
                call = self._plain.called(request, self._plain_message, self._limits)
                if call is not None:
                    return call
            if request.method != "POST":
                return self._document(request)
            return self._call(request)
        except Exception as error:
            return self._sent(self._failed(error, came), came)

    @property
    def _limits(self) -> Limits:
        return self._own_limits or self._package.limits

    def _named(self, request: HttpRequest) -> Version:
        """The version of SOAP that a request's Content-Type names, else the first port's."""
        kind = media_type(request.headers.get("content-type", ""))
        for version, known in MEDIA_TYPES.items():
            if kind == known:
                return version
        return self._faults.default

    def _plain_message(self, request: HttpRequest, whole: bool) -> Message:
        """As the `received` of `Plain.called`.

        Raises:
            Refusal: it cannot be unpacked, or message security is demanded, which it cannot have.
        """
        if self._guards.are_any or self._guards.check is not None:
            fault = _callers("there is no message security without an envelope")
            raise Refusal(fault, status=403)
        if not whole:
            return through(self._incoming, self._received(request))
        kind, parts = request.headers.get("content-type", ""), request.parts
        body = b"" if parts else self._unpacked(request)
        message = Message(body, kind, request.headers, parts, url=request.url)
        return through(self._incoming, message)

    def _call(self, request: HttpRequest) -> Call:
        """The call that a POST is.

        Raises:
            Refusal: it is none, or one that is not answered.
            SoapFault: a hook or a layer refuses it.
        """
        message, apart = self._message(request)
        try:
            charset = charset_of(message.content_type)
            root = parse(message.envelope, charset, self._limits)
        except DecodeError as error:
            raise Refusal(_callers(str(error))) from None
        root = self._hooks.envelope(root, request)
        return self._called(root, message, apart, request)

    def _called(
        self,
        root: Element,
        message: Message,
        apart: Sequence[Attachment],
        request: HttpRequest,
    ) -> Call:
        """The call that an envelope is.

        Args:
            root: of it.
            message: with all attachments.
            apart: those that the envelope does not include, for message security.
            request: which it came with.

        Raises:
            Refusal: as of `_call`.
        """
        dispatchers = self._at.get(request.path, self._all)
        version = _version_of(root, dispatchers)
        came = _Came(action_of(message), version, apart)
        try:
            came.open(root)
            target = self._passed(came, dispatchers[version])
            came.headers = None if target.declares_addressing else came.headers
            self._check(target, came)
            check_addressing(
                *(came.headers, version, came.action),
                demanded=target.demands_addressing,
                answered=not target.operation.one_way,
                accepts=self._hooks.accepts_reply_to,
            )
            with self._attachments.reading(came.whole(message)):
                value, blocks = target.operation.request_in(
                    came.header, came.body, len(message.envelope)
                )
        except Refusal as refusal:
            refusal.addressing = came.headers
            raise
        except (SoapFault, DecodeError) as error:
            if isinstance(error.__cause__, SecurityError):
                log = logging.getLogger(self._package.name)
                log.warning("a request is refused: %s", error.__cause__)
            fault = error if isinstance(error, SoapFault) else _callers(str(error))
            refused = Refusal(fault, version=version, about_body=True)
            refused.addressing = came.headers
            raise refused from None
        return Call(
            *(request, came.root, target.service, target.key, target.operation),
            *(value, blocks, came.headers),
            user=came.user,
            secured=came.secured,
            guard=target.guard,
        )

    def _passed(self, came: _Came, dispatcher: Dispatcher) -> Target:
        """The operation that is called, once the request is as its message security demands.

        Where operations demand different things, that which is called decides before anything is
        verified, and must be the same afterwards.

        Raises:
            SoapFault: the request is refused, or calls nothing.
        """
        target = None
        guard, *others = dispatcher.guards or [None]
        if others:
            target = came.called(dispatcher)
            guard = target.guard
        if guard is not None:
            received = guard.received(
                came.ours, came.version, self._limits, came.attachments
            )
            came.secured, came.user = received, received.user
            came.open(received.root)
        elif self._guards.check is not None:
            came.user = self._guards.check.check(came.ours, came.version)
        found = came.called(dispatcher)
        if target is not None and found is not target:
            raise _callers("the request calls another operation than it seems to")
        return found

    def _check(self, target: Target, came: _Came) -> None:
        """Refuse what asks for more than is understood."""
        declared = target.operation.request_blocks

        def understands(block: str) -> bool:
            known = block in declared or is_addressing(block)
            security = target.guard or self._guards.check
            checked = security is not None and security.understands(block)
            return known or checked or self._hooks.understands(block)

        if came.ours:
            check_headers(came.ours, came.version, understands)
        check_encoding(came.body, came.version)

    def _message(self, request: HttpRequest) -> tuple[Message, tuple[Attachment, ...]]:
        """A POST after the incoming layers, with a whole envelope; and for message security the
        attachments that the envelope does not include.

        Raises:
            Refusal: there is none.
            SoapFault: a layer refuses it.
        """
        try:
            message = self._received(request)
        except TransportError as error:
            raise Refusal(_callers(str(error))) from None
        try:
            message = through(self._incoming, message)
        except DecodeError as error:
            raise Refusal(_callers(str(error))) from None
        try:
            apart = beside(message) if self._guards.are_any else ()
            message = self._attachments.readable(message, self._limits, self.max_body)
        except TooLarge:
            raise self._beyond() from None
        except (TransportError, DecodeError) as error:
            raise Refusal(_callers(str(error))) from None
        kind = media_type(message.content_type)
        if kind and kind not in _XML_TYPES and not message.is_multipart:
            accepted = ", ".join(MEDIA_TYPES.values())
            fault = _callers(f"a SOAP envelope is {accepted}")
            raise Refusal(fault, status=415, headers={"accept-post": accepted})
        return message, apart

    def _received(self, request: HttpRequest) -> Message:
        """A POST as it came.

        Raises:
            Refusal: it cannot be unpacked, or is too long.
            TransportError: it is none of several parts.
        """
        if not request.parts:
            body = self._unpacked(request)
            return received(body, request.headers, url=request.url, limits=self._limits)
        root, *others = request.parts
        kind, headers = root.content_type, request.headers
        return Message(root.content, kind, headers, tuple(others), url=request.url)

    def receiving(self, request: HttpRequest) -> Received | None:
        """The receiver of a request's body piece by piece; `None` where it is to be in memory."""
        return self._attachments.receiving(request, self._limits, self.max_body)

    def broken(self, request: HttpRequest, error: TransportError) -> Response:
        """The reply to a request whose parts cannot be told apart."""
        refusal = Refusal(_callers(str(error)))
        return self._sent(self._failed(refusal, request), request)

    def _unpacked(self, request: HttpRequest) -> bytes:
        """The body of a POST, without its content codings.

        Raises:
            Refusal: it is packed otherwise, or too long.
        """
        try:
            coding = request.headers.get("content-encoding", "")
            return unpacked(request.body, coding, self.max_body, self._limits)
        except TooLarge:
            raise self._beyond() from None
        except UnknownCoding:
            fault = _callers("the body is packed in a way that is not known here")
            accepts = {"accept-encoding": "gzip, deflate"}
            raise Refusal(fault, status=415, headers=accepts) from None
        except ValueError as error:
            said = f"the body cannot be unpacked: {error}"
            raise Refusal(_callers(said)) from None

    def _beyond(self) -> Refusal:
        fault = _callers(f"a request has at most {self.max_body:,} bytes here")
        return Refusal(fault, status=413)

    # ----------------------------------------------------------------------- documents

    def _document(self, request: HttpRequest) -> Response:
        """The WSDL, or what it imports.

        Raises:
            Refusal: something else is asked for.
        """
        query = request.query.partition("&")[0]
        asked = query.partition("=")[0].lower() in ("wsdl", "xsd")
        allowed = "GET, HEAD, POST" if asked else "POST"
        if not asked or request.method not in ("GET", "HEAD"):
            fault = _callers("a call is a POST of a SOAP envelope")
            raise Refusal(fault, status=405, headers={"allow": allowed})
        url = self._address or request.url
        found = None
        if self._specification is not None:
            addresses = {
                (port.service, port.name): self._address_of(key, url, request)
                for key, (_, port) in self._ports.items()
            }
            found = self._specification.document(query, url, addresses)
        if found is None:
            raise Refusal(_callers("there is no such document"), status=404)
        headers = {"content-type": "text/xml; charset=UTF-8"}
        return Response(200, headers, found)

    def _address_of(self, key: str, url: str, request: HttpRequest) -> str:
        """Where a port is."""
        path = self._paths.get(key)
        return url if path is None else request.origin + path


class _Came:
    """An envelope that came, and its parts.

    Args:
        action: the SOAPAction of its request.
        version: of SOAP.
        attachments: those that the envelope does not include.
    """

    root: Element
    header: Element | None
    body: Element
    ours: Sequence[Element]
    """The header blocks that are for the service."""

    def __init__(
        self, action: str, version: Version, attachments: Sequence[Attachment]
    ) -> None:
        self.action = action
        self.attachments = attachments
        self.version: Version = version
        self.headers: AddressingHeaders | None = None
        self.user: str | None = None
        self.secured: SecuredRequest | None = None

    def open(self, root: Element) -> None:
        """Take the parts of a tree.

        Raises:
            DecodeError: it has no Body.
            Refusal: its headers of WS-Addressing are wrong.
        """
        self.root = root
        self.header, self.body = opened(root, self.version)
        self.ours = our_blocks(self.header, self.version)
        self.headers = read_headers(self.ours)

    def whole(self, message: Message) -> Message:
        """The message, with those of its attachments decrypted that were encrypted."""
        if self.secured is None or not self.secured.opened:
            return message
        parts = with_opened(message.attachments, self.secured.opened)
        return replace(message, attachments=parts)

    def called(self, dispatcher: Dispatcher) -> Target:
        """The operation that is called.

        Raises:
            SoapFault: none is.
        """
        action = self.headers and self.headers.action or self.action
        return dispatcher.find(self.header, self.body, action)


def _version_of(root: Element, dispatchers: _Dispatchers) -> Version:
    """The version of SOAP that an envelope is of.

    Raises:
        SoapFault: it is of none that is spoken here.
    """
    for version in dispatchers:
        if NAMES[version].envelope == root.tag:
            return version
    raise mismatch(root, list(dispatchers))


def _callers(reason: str) -> SoapFault:
    return SoapFault(reason, code="Client")
