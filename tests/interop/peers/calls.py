"""zeep and suds call what `python calls.py zeep|suds run.json` says; a line of JSON for each call."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

STANDARD = Path(__file__).parents[3] / "codegen" / "soapwright" / "wsdl" / "standard"


def folded(name: str) -> str:
    return name.replace("_", "").lower()


def with_zeep(run: dict[str, Any]) -> Any:
    import zeep
    from zeep.transports import Transport

    class Offline(Transport):
        def load(self, url: str) -> Any:
            if url == "http://schemas.xmlsoap.org/soap/encoding/":
                return (STANDARD / "soap11-encoding.xsd").read_bytes()
            return super().load(url)

    client = zeep.Client(run["wsdl"], transport=Offline(timeout=10))

    def call(name: str, given: dict[str, Any]) -> Any:
        body = client.service._binding._operations[name].input.body
        spelt = {folded(part): (part, element) for part, element in body.type.elements}
        values = {}
        for key, value in given.items():
            part, element = spelt[folded(key)]
            array = isinstance(value, list) and not element.accepts_multiple
            values[part] = element.type(value) if array else value
        return client.service[name](**values)

    return call


def with_suds(run: dict[str, Any]) -> Any:
    from suds.client import Client

    client = Client(run["wsdl"], cache=None, timeout=10)

    def call(name: str, given: dict[str, Any]) -> Any:
        method = getattr(client.service, name).method
        binding = method.binding.input
        spelt = {}
        arrays = {}
        for part in binding.param_defs(method):
            spelt[folded(part[0])] = part[0]
            resolved = part[1].resolve()
            arrays[part[0]] = None if part[1].multi_occurrence() else resolved
        values = {}
        for key, value in given.items():
            part = spelt[folded(key)]
            if isinstance(value, list) and arrays[part] is not None:
                array = client.factory.create(
                    f"{{{arrays[part].namespace()[1]}}}{arrays[part].name}"
                )
                array.item = value
                value = array
            values[part] = value
        return getattr(client.service, name)(**values)

    return call


def main(kind: str, path: str) -> None:
    logging.disable(logging.CRITICAL)
    run = json.loads(Path(path).read_text(encoding="utf-8"))
    call = with_zeep(run) if kind == "zeep" else with_suds(run)
    for one in run["calls"]:
        try:
            said = str(call(one["operation"], one["given"]))
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
        print(json.dumps([one["operation"], said]))


main(*sys.argv[1:])
