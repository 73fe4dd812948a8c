"""`policies.py`: the message security that the policies of ports demand, for packages that have such."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from soapwright.model.api import Port
from soapwright.model.demands import demands_of_port
from soapwright.model.security import (
    Binding,
    BindingSecurity,
    MessageSecurity,
    OperationSecurity,
    PortSecurity,
)
from soapwright.python.context import Context
from soapwright.python.text.literals import comment, string
from soapwright.python.text.statements import tuple_of
from soapwright.python.text.views import PoliciesModule, PortProfileView

# The runtime takes the one of the key's kind.
_SIGNATURE = "rsa-sha256"
_BY_ISSUER = "issuer-serial"


def has_policies(ports: Iterable[Port]) -> bool:
    """Whether a port's policy demands message security."""
    return any(port.security is not None for port in ports)


def needs_keys(ports: Iterable[Port]) -> bool:
    """Whether a port's policy demands messages that are signed or encrypted."""
    return any(p.security is not None and p.security.needs_keys for p in ports)


def policies_module(context: Context, header: list[str]) -> PoliciesModule:
    """The module of a package whose policies demand message security."""
    module = context.runtime.module
    views = list(_views(context.api.ports))
    text = "".join(view.profile for view in views)
    used = [
        n
        for n in ("Algorithms", "Profile")
        if f"{n}(" in text.replace("PortProfile(", "")
    ]
    imports = [f"from {module('security.port_profile')} import PortProfile"]
    if used:
        imports.append(f"from {module('security.profile')} import {', '.join(used)}")
    return PoliciesModule(header, imports, views)


def _views(ports: Iterable[Port]) -> Iterator[PortProfileView]:
    """Ports with their profiles; a port that demands the same as one before names that one."""
    first: dict[tuple[str, ...], str] = {}
    for port in ports:
        if port.security is None:
            continue
        key, words, profile = string(port.key), _words(port), _port(port, port.security)
        same = first.setdefault((*words, profile), key)
        if words and same != key:
            words = comment(f"It demands the same as {same}.", 4)
        yield PortProfileView(key, words, profile)


def _words(port: Port) -> list[str]:
    """The demands of a port in words, as comments."""
    demands = [f"It demands {one.words}." for one in demands_of_port(port)]
    return [line for demand in demands for line in comment(demand, 4)]


def _port(port: Port, security: PortSecurity) -> str:
    """The expression for the profile of a port."""
    pairs = {
        one.key: _pair(security.operations.get(one.key), security)
        for one in port.operations
    }
    by_name = {o.name: pairs[o.key] for o in port.operations}
    default = _most_common(pairs.values())
    given = _default_pair(default)
    different = [
        f"{string(n)}: ({', '.join(pair)})"
        for n, pair in by_name.items()
        if pair != default
    ]
    if different:
        given.append(f"operations={{{', '.join(different)}}}")
    given += _of_port(port, security)
    if security.otherwise is not None:
        given.append(f"otherwise={_port(port, security.otherwise)}")
    return f"PortProfile({', '.join(given)})"


def _most_common(pairs: Iterable[tuple[str, str]]) -> tuple[str, str]:
    found = Counter(pairs).most_common(1)
    return found[0][0] if found else ("", "")


def _default_pair(pair: tuple[str, str]) -> list[str]:
    names = ("request", "reply")
    return [f"{name}={text}" for name, text in zip(names, pair, strict=True) if text]


def _of_port(port: Port, security: PortSecurity) -> Iterator[str]:
    """The arguments that hold for all operations."""
    if security.username is not None:
        form = "any"
        if "HashPassword" in security.username:
            form = "digest"
        elif "NoPassword" in security.username:
            form = "no-password"
        yield f"username={string(form)}"
    if security.https:
        yield "https=True"
    if security.of_http:
        yield f"of_http={tuple_of(map(string, security.of_http))}"
    if security.unmet:
        yield f"unmet={tuple_of(map(string, security.unmet))}"
    unmet = {
        operation.name: found.unmet[0]
        for operation in port.operations
        if (found := security.operations.get(operation.key)) and found.unmet
    }
    if unmet:
        entries = (f"{string(name)}: {string(why)}" for name, why in unmet.items())
        yield f"unmet_in={{{', '.join(entries)}}}"


def _pair(
    operation: OperationSecurity | None, security: PortSecurity
) -> tuple[str, str]:
    """The expressions for the profiles of a request and its reply."""
    found = operation or OperationSecurity()
    tokens = () if security.username is None else ("UsernameToken",)
    return (
        _profile(found.request, found.request.binding or security.binding, tokens),
        _profile(found.reply, found.reply.binding or security.binding, ()),
    )


def _profile(
    message: MessageSecurity, binding: BindingSecurity, tokens: tuple[str, ...]
) -> str:
    """The expression for the profile of the messages of one direction."""
    required = (*tokens, *message.require)
    given = [f"sign={tuple_of(map(string, message.sign))}"]
    if required:
        given.append(f"require={tuple_of(map(string, required))}")
    if message.encrypt:
        given.append(f"encrypt={tuple_of(map(string, message.encrypt))}")
    if message.sign or message.encrypt:
        given += _of_keys(message, binding)
    if message.saml:
        given.append(f"saml={string(message.saml)}")
    if not binding.timestamp:
        given.append("timestamp=False")
    return f"Profile({', '.join(given)})"


def _of_keys(message: MessageSecurity, binding: BindingSecurity) -> Iterator[str]:
    """The arguments of a profile about keys, but for those that are the runtime's defaults."""
    symmetric = binding.kind is Binding.SYMMETRIC
    if message.encrypt and binding.encrypt_first:
        yield 'order="encrypt-sign"'
    if symmetric:
        yield "symmetric=True"
    if binding.endorse:
        yield "endorse=True"
    if binding.derived_keys:
        yield f"derived_keys={string(binding.derived_keys)}"
    if binding.confirm_signature:
        yield "confirm=True"
    if message.reference != "direct" and (binding.endorse or not symmetric):
        yield f"reference={string(message.reference)}"
    if (message.encrypt or symmetric) and message.encryption_reference != _BY_ISSUER:
        yield f"encryption_reference={string(message.encryption_reference)}"
    if algorithms := _algorithms(message, binding):
        yield f"algorithms={algorithms}"
    if binding.layout not in ("", "strict"):
        yield f"layout={string(binding.layout)}"


def _algorithms(message: MessageSecurity, binding: BindingSecurity) -> str:
    """The expression for the algorithms of a suite, "" for the runtime's own."""
    suite = binding.suite
    if suite is None:
        return ""
    signature = suite.signature
    if binding.kind is Binding.SYMMETRIC:
        signature = signature.replace("rsa-sha1", "hmac-sha1")
    named = {
        "signature": (signature, _SIGNATURE),
        "digest": (suite.digest, "sha256"),
    }
    if message.encrypt or binding.kind is Binding.SYMMETRIC:
        named["data"] = suite.data, "aes256-gcm"
        named["transport"] = suite.key_transport, "rsa-oaep-mgf1p"
    given = [
        f"{name}={string(value)}"
        for name, (value, default) in named.items()
        if value != default
    ]
    return f"Algorithms({', '.join(given)})" if given else ""
