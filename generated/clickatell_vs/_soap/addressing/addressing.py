"""WS-Addressing's headers, as a layer of what a client sends."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final, Literal

from ..errors.errors import EncodeError
from ..http.message import Message
from ..soap.blocks import block_text

_ADDRESSING: Final = {
    "2005/08": (
        "http://www.w3.org/2005/08/addressing",
        "http://www.w3.org/2005/08/addressing/anonymous",
    ),
    "2004/08": (
        "http://schemas.xmlsoap.org/ws/2004/08/addressing",
        "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous",
    ),
}


class Addressing:
    """A layer that writes the headers of WS-Addressing into requests: To, Action, MessageID, and
    a ReplyTo that asks for the answer on the same connection.

    Args:
        actions: by the operations' names, where the action is not the SOAPAction.
        version: of WS-Addressing: of 2005/08, or its draft of 2004/08.
        must_understand: whether the other side must refuse what it does not know.
    """

    def __init__(
        self,
        actions: Mapping[str, str] | None = None,
        *,
        version: Literal["2005/08", "2004/08"] = "2005/08",
        must_understand: bool = False,
    ) -> None:
        self._actions = dict(actions or {})
        self._namespace, self._anonymous = _ADDRESSING[version]
        self._must_understand = must_understand

    def __call__(self, message: Message) -> Message:
        """The message with the blocks.

        Raises:
            EncodeError: the operation has no action, or the message is no request of one.
            ValueError: there is no SOAP envelope.
        """
        operation = message.operation
        if operation is None or message.status is not None:
            raise EncodeError("Action", "only a request of a client can be addressed")
        action = self._actions.get(operation.name, operation.soap_action)
        if not action:
            raise EncodeError("Action", f"{operation.name} has no SOAPAction: give one")
        blocks = {
            "To": block_text("To", message.url),
            "Action": block_text("Action", action),
            "MessageID": uuid.uuid4().urn,
        }
        if not operation.one_way:
            blocks["ReplyTo"] = f"<wsa:Address>{self._anonymous}</wsa:Address>"
        must = message.must_understand if self._must_understand else ""
        declared = f' xmlns:wsa="{self._namespace}"{must}'
        return message.with_block(
            "".join(f"<wsa:{n}{declared}>{xml}</wsa:{n}>" for n, xml in blocks.items())
        )
