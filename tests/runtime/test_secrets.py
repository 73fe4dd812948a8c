"""Secrets of a generated package: every place that holds one, every way that it could show."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator

import pytest
from generated_cases import Case, Service, services

from soapwright.python.names.secrets import SecretNames
from soapwright.runtime.secrets.redaction import ALWAYS

SECRET = "8675309"
CASE = Case(
    "secrets",
    (("request", "tns:echo"),),
    (("reply", "tns:echoed"),),
    style="document",
    use="literal",
    secret=("card_no", "echo/plain"),
)
# Where a secret may stand in a request, as XML.
PLACES = {
    "an element, cased in another way": "<passWord>{}</passWord>",
    "a name that is no identifier": "<Session-Id>{}</Session-Id>",
    "inside a secret": "<pwd>{}</pwd>",
    "a name that the user added": "<cardNo>{}</cardNo>",
    "one of several": "<cardNo>1</cardNo><cardNo>{}</cardNo>",
    "a member of a substitution group": "<pass-word>{}</pass-word>",
    "mixed content": "<mixed>see <Secret>{}</Secret></mixed>",
    "a choice that repeats": "<rows><name>1</name><passwd>{}</passwd></rows>",
    "a name that the user added for one operation": "<plain>{}</plain>",
    "a known element at a wildcard": "<token>{}</token>",
}
# The same where any text is valid.
WILD = {
    "unknown XML": '<x:y xmlns:x="urn:x"><x:Pass-Word>{}</x:Pass-Word></x:y>',
    "an attribute of unknown XML": '<x:y xmlns:x="urn:x" token="{}"/>',
    "all of unknown XML": '<x:secret xmlns:x="urn:x"><x:y>{}</x:y></x:secret>',
}
ATTRIBUTES = {"an attribute": 'Token="{}"'}
WILD_ATTRIBUTES = {"an attribute of any name": 'xmlns:x="urn:x" x:token="{}"'}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with services(tmp_path_factory.mktemp("secrets"), CASE) as (made,):
        yield made


def envelope(service: Service, content: str, attributes: str = "") -> bytes:
    return service.envelope(f'<echo xmlns="urn:s" {attributes}>{content}</echo>')


def envelopes(service: Service, text: str, *, wild: bool) -> dict[str, bytes]:
    """An envelope for each place, with this text there."""
    elements = PLACES | (WILD if wild else {})
    attributes = ATTRIBUTES | (WILD_ATTRIBUTES if wild else {})
    return {
        what: envelope(service, xml.format(text)) for what, xml in elements.items()
    } | {
        what: envelope(service, "", xml.format(text))
        for what, xml in attributes.items()
    }


def chain(error: BaseException) -> Iterator[BaseException]:
    """An error and all that led to it, whether it is told or not."""
    pending: list[BaseException | None] = [error]
    while pending:
        if (one := pending.pop()) is not None:
            yield one
            pending += [one.__cause__, one.__context__]


def everything_said(error: BaseException) -> str:
    said = "".join(traceback.format_exception(error))
    return said + "".join(f"{one!r} {one}" for one in chain(error))


NAMES = (
    "PASSWORD",
    "pass_word",
    "sessionId",
    "Session.ID",
    "pwd-",
    "passwords",
    "nonce",
)


@pytest.mark.parametrize("name", [*NAMES, "token", "secret", "passwd", "", "_"])
def test_generator_and_runtime_agree_on_what_is_a_secret(name: str) -> None:
    assert (name in SecretNames()) == ALWAYS.has(name)


def test_no_representation_shows_one(service: Service) -> None:
    for what, xml in envelopes(service, SECRET, wild=True).items():
        value = service.operation.decode_request(xml)
        assert SECRET in service.operation.encode_request(value).decode(), what
        assert SECRET not in repr(value), what
        assert SECRET not in f"{[value, getattr(value, 'pwd', None)]}", what


def test_what_is_no_secret_is_shown(service: Service) -> None:
    xml = (
        "<credential>7771</credential>"
        "<mixed>see <other>7772</other></mixed>"
        '<rows><name>7773</name></rows><x:y xmlns:x="urn:x" a="7774">7775</x:y>'
    )
    value = service.operation.decode_request(
        envelope(service, xml, 'xmlns:x="urn:x" x:a="7776"')
    )
    shown = repr(value)
    assert [n for n in range(7771, 7777) if str(n) not in shown] == []
    assert "see " in shown
    token = service.types.Everything(any_elements=[("{urn:s}token", 8675309)])
    assert "[('{urn:s}token', ***)]" in repr(token)


def test_a_value_that_holds_itself_can_still_be_shown(service: Service) -> None:
    element = service.package.AnyElement("a")
    element.content.append(element)
    value = service.types.Everything(any_elements=[element])
    value.any_elements.append(value)
    assert repr(value).count("...") == 2


def test_no_error_of_reading_leads_to_one(service: Service) -> None:
    for what, xml in envelopes(service, f"{SECRET}x", wild=False).items():
        if what == "a known element at a wildcard":
            continue  # one that does not read as what it is stays XML
        with pytest.raises(service.package.errors.DecodeError) as caught:
            service.operation.decode_request(xml)
        assert SECRET not in everything_said(caught.value), what


def test_no_error_of_writing_leads_to_one(service: Service) -> None:
    t = service.types
    bad = f"{SECRET}\x00"
    for given in (
        *({name: bad} for name in ("pass_word", "session_id", "token", "plain")),
        *({"card_no": items} for items in (bad, [1, bad])),
        {"pwd": t.EverythingPwd(value=bad)},
        {"mixed": t.Mixed(content=["see", ("Secret", bad)])},
        {"rows": t.EverythingRows(choices=[("name", 1), ("passwd", bad)])},
        {"rows": t.EverythingRows(choices=[("name", 1), ("pwd", bad)])},
        {"any_elements": [("{urn:s}token", bad)]},
        {"any_attributes": {"{urn:x}token": bad}},
        {"any_elements": [service.package.AnyElement("{urn:x}token", content=[bad])]},
        {"credential": ("pass-word", bad)},
    ):
        with pytest.raises(service.package.errors.EncodeError) as caught:
            service.operation.encode_request(t.Everything(**given))
        assert SECRET not in everything_said(caught.value), given


def test_the_path_of_an_error_has_the_name_that_makes_a_pair_secret(
    service: Service,
) -> None:
    rows = service.types.EverythingRows(choices=[("name", 1), ("pwd", "\x00")])
    assert service.refusal(rows=rows).startswith("echo.rows.choices[1].pwd: ")
    assert "U+0000" not in service.refusal(rows=rows)


def test_neither_logs_nor_exchanges_show_one(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    response = service.soap.Response

    class Echo:
        """Answers with what it was asked, which is no reply, or with nothing."""

        def __init__(self, body: bytes | None) -> None:
            self.body = body

        def send(self, request: object) -> object:
            body = request.body if self.body is None else self.body  # type: ignore[attr-defined]  # a Request
            return response(200, {"content-type": "text/xml"}, body)

    empty = service.envelope('<echoed xmlns="urn:s"/>')
    for what, xml in envelopes(service, SECRET, wild=True).items():
        value = service.operation.decode_request(xml)
        exchange = service.package.Client(transport=Echo(empty)).exchange("echo", value)
        assert SECRET not in repr(exchange), what
        with pytest.raises(service.package.errors.DecodeError) as caught:
            service.package.Client(transport=Echo(None)).exchange("echo", value)
        assert SECRET not in everything_said(caught.value), what
        assert SECRET in caught.value.exchange.request_envelope.decode()
    assert len(caplog.records) == 4 * len(envelopes(service, "", wild=True))
    assert SECRET not in caplog.text


def test_a_layer_is_shown_none(service: Service) -> None:
    message = service.package.Message(
        SECRET.encode(),
        headers={"Authorization": SECRET},
        operation=service.operation,
        url=f"http://user:{SECRET}@host/",
    )
    assert repr(message) == "Message(7 bytes, <Operation echo>, 'http://***@host/')"
    assert SECRET not in repr(message.headers)
    assert SECRET not in repr(service.package.Attachment(SECRET.encode()))


def test_an_endpoint_with_a_password_is_nowhere_told(service: Service) -> None:
    for endpoint in (
        f"http://user:{SECRET}@127.0.0.1:9/",
        f"http://user:{SECRET}@host:bad/",
        f"nothing://user:{SECRET}@host/",
    ):
        with service.package.Client(endpoint) as client:
            assert SECRET not in repr(client)
            with pytest.raises(service.package.errors.TransportError) as caught:
                client.echo()
        assert SECRET not in everything_said(caught.value), endpoint
