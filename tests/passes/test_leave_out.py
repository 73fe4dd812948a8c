"""What the front end left out is reported, and ports that have nothing left go too."""

from __future__ import annotations

from dataclasses import replace

from factories import AT, api, message, operation, port, run

from soapwright.model.api import Api, Kind, LeftOut, Port
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Diagnostic, Severity
from soapwright.passes.leave_out import leave_out

LOST = LeftOut(Kind.OPERATION, "lost", Code.REFERENCE, "there is no message In", AT)
HEADER = LeftOut(Kind.HEADER, "h", Code.UNKNOWN_PART, "message In has no part h", AT)
FOUND = Diagnostic(Severity.WARNING, Code.STYLE, "odd", AT, mended=True)


def with_broken(one: Port) -> Port:
    return replace(one, left_out=(LOST,))


def test_a_sound_service_is_left_alone() -> None:
    given = api(ports=[port(operation("op", message()))])
    assert run(leave_out, given) == (given, [])


def test_what_is_left_out_and_found_is_reported_and_the_rest_stays() -> None:
    sound = replace(operation("op", message()), left_out=(HEADER,), findings=(FOUND,))
    given = api(ports=[with_broken(port(sound))])
    made, findings = run(leave_out, given)
    assert made == given
    assert findings == [
        f"{AT}: warning: odd [style]",
        f"{AT}: warning: operation lost is left out: there is no message In [reference]",
        f"{AT}: warning: header h is left out: message In has no part h [unknown-part]",
    ]


def test_a_port_that_has_nothing_left_goes_and_so_does_a_binding() -> None:
    one = with_broken(port())
    given: Api = api(ports=[one, replace(one, service="", name="B", key="B")])
    made, findings = run(leave_out, given)
    assert made.ports == ()
    whole = [(left.kind, left.name) for left in made.left_out]
    assert whole == [
        (Kind.PORT, one.name),
        (Kind.BINDING, "B"),
        (Kind.OPERATION, "lost"),
        (Kind.OPERATION, "lost"),
    ]
    assert findings[1:] == [
        f"{AT}: warning: port {one.name} is left out: none of its operations is left"
        " [port-skipped]",
        f"{AT}: warning: binding B is left out: none of its operations is left"
        " [port-skipped]",
    ]
