"""zeep and suds: `python client.py zeep|suds run.json`; a line of JSON for each case."""

from __future__ import annotations

import base64
import datetime
import json
import logging
import re
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

NAMESPACE = "urn:interop"
STANDARD = Path(__file__).parents[3] / "codegen" / "soapwright" / "wsdl" / "standard"
INTEGERS = frozenset(
    "integer nonPositiveInteger negativeInteger long int short byte nonNegativeInteger"
    " unsignedLong unsignedInt unsignedShort unsignedByte positiveInteger".split()
)


def scalar(kind: str, text: str) -> Any:
    if kind in INTEGERS:
        return int(text)
    if kind in ("float", "double"):
        return float(text)
    if kind == "decimal":
        return Decimal(text)
    if kind == "boolean":
        return text == "true"
    if kind in ("dateTime", "date", "time"):
        name = "datetime" if kind == "dateTime" else kind
        return getattr(datetime, name).fromisoformat(text)
    return text


class Zeep:
    def __init__(self, run: dict[str, Any]) -> None:
        import zeep
        import zeep.helpers
        from zeep.transports import Transport

        class Offline(Transport):
            def load(self, url: str) -> bytes:
                if url == "http://schemas.xmlsoap.org/soap/encoding/":
                    return (STANDARD / "soap11-encoding.xsd").read_bytes()
                found: bytes = super().load(url)
                return found

        self.zeep = zeep
        self.client = zeep.Client(
            run["wsdl"], transport=Offline(timeout=10, operation_timeout=10)
        )
        suffix = "12" if run["soap"] == "1.2" else ""
        self.service = self.client.bind(f"Interop{suffix}", f"Interop{suffix}")
        self.encoded = run["style"] == "encoded"

    def native(self, value: Any, operation: str) -> Any:
        if isinstance(value, list):
            items = [self.native(item, operation) for item in value]
            if not self.encoded:
                return items
            kind = "Strings" if operation == "echo_strings" else "Points"
            return self.client.get_type(f"{{{NAMESPACE}}}{kind}")(items)
        if value is None and self.encoded:
            return self.zeep.xsd.Nil
        if not isinstance(value, dict):
            return value
        if "struct" in value:
            fields = {k: self.native(v, operation) for k, v in value["fields"].items()}
            return self.client.get_type(f"{{{NAMESPACE}}}{value['struct']}")(**fields)
        kind, text = value["type"], value["text"]
        if kind == "duration":
            import isodate

            return isodate.parse_duration(text)
        if kind.startswith("g"):  # tuples, their last item the zone
            return (*(int(n) for n in re.findall(r"\d+", text)), None)
        if kind == "base64Binary":
            return base64.b64decode(text)
        return scalar(kind, text)

    def call(self, case: dict[str, Any], value: Any) -> Any:
        given = {} if case["operation"] == "pair" else {"value": value}
        if case["header"]:
            given["_soapheaders"] = {"Trace": case["header"]}
        got = self.service[case["operation"]](**given)
        if case["header"]:
            header = got.header.Trace
            assert header == case["header"], header
        if case["operation"] == "echo_string":  # a reply that declares a header
            body = got.body
            got = body.value if hasattr(body, "value") else body
        return got

    def problem(self, error: Exception) -> tuple[str, int] | None:
        detail = getattr(error, "detail", None)
        found = None if detail is None else detail.find(f"{{{NAMESPACE}}}Problem")
        if found is None:
            return None
        values = {e.tag.rpartition("}")[2]: e.text for e in found}
        return values["code"], int(values["number"])

    def plain(self, value: Any) -> Any:
        found = self.zeep.helpers.serialize_object(value, dict)
        if isinstance(found, dict):
            return {k: self.plain(v) for k, v in found.items()}
        return None if found is self.zeep.xsd.Nil else found


class Suds:
    def __init__(self, run: dict[str, Any]) -> None:
        from suds.client import Client
        from suds.sax.element import Element

        self.element = Element
        self.client = Client(run["wsdl"], cache=None, timeout=10)
        self.client.set_options(service="Interop", port="Interop")
        self.encoded = run["style"] == "encoded"

    def native(self, value: Any, operation: str) -> Any:
        if isinstance(value, list):
            items = [self.native(item, operation) for item in value]
            if not self.encoded:
                return items
            kind = "Strings" if operation == "echo_strings" else "Points"
            array = self.client.factory.create(f"{{{NAMESPACE}}}{kind}")
            array.item = items
            return array
        if value is None:
            from suds import null

            return null()
        if not isinstance(value, dict):
            return value
        if "struct" in value:
            made = self.client.factory.create(f"{{{NAMESPACE}}}{value['struct']}")
            for name, field in value["fields"].items():
                setattr(made, name, self.native(field, operation))
            return made
        return scalar(value["type"], value["text"])

    def call(self, case: dict[str, Any], value: Any) -> Any:
        self.client.set_options(soapheaders=())
        if case["header"]:
            trace = self.element("Trace", ns=("t", NAMESPACE)).setText(case["header"])
            self.client.set_options(soapheaders=trace)
        operation = getattr(self.client.service, case["operation"])
        return operation() if case["operation"] == "pair" else operation(value)

    def problem(self, error: Exception) -> tuple[str, int] | None:
        found = getattr(getattr(error, "fault", None), "detail", None)
        if found is None:
            return None
        return str(found.Problem.code), int(found.Problem.number)

    def plain(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.plain(item) for item in value]
        if type(value).__name__ == "null":
            return None
        if hasattr(value, "__keylist__"):
            found = {k: self.plain(value[k]) for k in value.__keylist__ if k[0] != "_"}
            return found["item"] if list(found) == ["item"] else found
        return str(value) if isinstance(value, str) else value


def perform(peer: Any, case: dict[str, Any]) -> tuple[bool, str]:
    value = peer.native(case["value"], case["operation"])
    if case["operation"] == "fail":
        try:
            peer.call(case, value)
        except Exception as error:
            return peer.problem(error) == ("no", 7), repr(error)
        return False, "no fault"
    got = peer.call(case, value)
    if case["operation"] == "notify":
        return got in (None, ""), repr(got)
    got = peer.plain(got)
    if case["operation"] == "pair":
        return got["left"] == got["right"] and got["left"]["name"] == "Ann", repr(got)
    sent = peer.plain(value)
    return got == sent or (sent == [] and got in (None, "")), f"{got!r} for {sent!r}"


def main(kind: str, path: str) -> None:
    logging.disable(logging.CRITICAL)
    run = json.loads(Path(path).read_text(encoding="utf-8"))
    peer = {"zeep": Zeep, "suds": Suds}[kind](run)
    for case in run["cases"]:
        try:
            ok, said = perform(peer, case)
        except Exception as error:
            ok, said = False, f"{type(error).__name__}: {error}"
        print(json.dumps({"name": case["name"], "ok": ok, "said": "" if ok else said}))


main(*sys.argv[1:])
