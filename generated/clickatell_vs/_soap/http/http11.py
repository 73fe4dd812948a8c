"""HTTP/1.1 by h11, which httpx2 stands on too: requests as bytes, and replies from bytes. Sockets are elsewhere."""

from __future__ import annotations

from typing import Final, NoReturn

import h11

from ..errors.errors import TransportError, TransportTimeout
from .cookies import Cookies
from .incoming import Body, Head
from .targets import Target
from .transport import Request

IDLE: Final = 5.0
"""Seconds that a connection is kept while nothing is sent on it."""
PIECE: Final = 2**16
"""Bytes that are read at once."""
_HEAD: Final = 100 * 1024
"""Bytes that the head of a reply may have."""
_DEFAULTS: Final = (
    (b"Accept", b"*/*"),
    (b"Accept-Encoding", b"gzip, deflate"),
    (b"User-Agent", b"soapwright"),
)
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})


class Http11:
    """The state of a connection: one request and its reply after the other."""

    __slots__ = ("_h11", "cookies")

    def __init__(self, cookies: Cookies) -> None:
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD)
        self.cookies = cookies

    def written(self, request: Request, target: Target) -> bytes:
        """A request as it is sent.

        Raises:
            h11.LocalProtocolError: a header cannot be written.
            UnicodeError: likewise.
        """
        send, body = self._h11.send, request.body
        headers = [
            # As bytes: a SOAPAction may hold what is not ASCII.
            (name.encode("ascii"), value.encode())
            for name, value in request.headers.items()
        ]
        given = {name.lower() for name, _ in headers}
        further = [(b"Host", target.authority), *_DEFAULTS]
        cookie = self.cookies.header(request.url)
        if cookie is not None:
            further.append((b"Cookie", cookie.encode()))
        if body or request.method in _WITH_BODY:
            further.append((b"Content-Length", b"%d" % len(body)))
        headers[:0] = [one for one in further if one[0].lower() not in given]
        head = send(
            h11.Request(method=request.method, target=target.path, headers=headers)
        )
        if body:
            send(h11.Data(data=body))
        send(h11.EndOfMessage())
        return (head or b"") + body

    def feed(self, data: bytes) -> None:
        """Take what came in; b"" where nothing more will.

        Raises:
            h11.RemoteProtocolError: the reply has not even begun then.
        """
        if not data and self._h11.their_state is h11.SEND_RESPONSE:
            said = "the server closed the connection without a whole reply"
            raise h11.RemoteProtocolError(said)
        self._h11.receive_data(data)

    def take(self, reply: Reply) -> bool:
        """Add to a reply what came in of it.

        Returns:
            Whether it is complete.

        Raises:
            h11.RemoteProtocolError: it is no HTTP.
            TransportError: it is beyond the limits.
        """
        next_event = self._h11.next_event
        while True:
            event = next_event()
            if event is h11.NEED_DATA:
                return False
            match event:
                case h11.Data():
                    reply.body.add(bytes(event.data), reply.head)
                case h11.EndOfMessage():
                    return True
                case h11.Response():
                    reply.begin(event, self.cookies)
                case h11.InformationalResponse():
                    continue
                case _:
                    raise h11.RemoteProtocolError("the server changed the protocol")

    def next(self) -> bool:
        """Get ready for another request; whether the connection can carry one."""
        state = self._h11
        is_done = state.our_state is h11.DONE and state.their_state is h11.DONE
        if not is_done or state.trailing_data[0]:
            return False
        state.start_next_cycle()
        return True


class Reply:
    """A reply that comes in.

    Args:
        request: what it answers.
    """

    __slots__ = ("_request", "body", "head")

    def __init__(self, request: Request) -> None:
        self._request = request
        self.head = Head(0, {})
        self.body = Body(request)

    def begin(self, event: h11.Response, cookies: Cookies) -> None:
        """Take its head."""
        headers: dict[str, str] = {}
        for raw, content in event.headers:
            name, value = raw.decode("ascii"), _text(content)
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        self.head = Head(event.status_code, headers)
        if "set-cookie" in headers:
            cookies.keep(self._request.url, list(event.headers))


def _text(value: bytes) -> str:
    """A header's value: UTF-8, or Latin-1 (RFC 9110, section 5.5)."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


FAILURES: Final = (OSError, h11.ProtocolError, UnicodeError)
"""The errors of connections, and of what goes over them."""


def raise_failed(error: Exception, request: Request, *, begun: bool) -> NoReturn:
    """Raise one of `FAILURES` as an error of this package.

    Args:
        error: what a connection raised.
        request: what was to be sent.
        begun: whether any of it may have been.
    """
    secrets = request.secrets
    where = f"POST {secrets.redact_url(request.url)}"
    reason = secrets.redact_url(str(error)) or type(error).__name__
    sent = None if begun else False
    if isinstance(error, TimeoutError):
        no_answer = "no answer in time" if begun else "not sent in time"
        raise TransportTimeout(f"{where}: {no_answer} ({reason})", sent=sent) from error
    translated = TransportError(f"{where}: {reason}", sent=sent)
    translated.permanent = isinstance(error, UnicodeError)
    raise translated from error
