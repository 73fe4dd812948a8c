"""The sandbox's JSON API, tested by schemathesis against its own description."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from support import required

from soapwright_clickatell.sandbox.box import Box

# Schemathesis makes a test of each operation when it has the description. Left out are the endpoints
# that do not end, or take as long as they are asked to; and whether a text fits into the parts of
# a message, which no schema says.
TESTS = """
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

schema = schemathesis.openapi.from_url("URL/api/openapi.json")
schema = schema.exclude(path=["/api/events", "/api/messages/wait-for"])


@schema.parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_api_is_as_it_is_described(case):
    free = case.path in ("/api/incoming", "/api/messages/{id}/reply")
    left_out = [positive_data_acceptance] if free else []
    case.call_and_validate(timeout=20, excluded_checks=left_out)
"""


def test_the_api_is_as_it_is_described(tmp_path: Path) -> None:
    required(find_spec("schemathesis") is not None, "schemathesis")
    with Box(speed=1000) as box:
        (tmp_path / "test_api.py").write_text(TESTS.replace("URL", box.url))
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
        )
    assert ended.returncode == 0, ended.stdout[-5000:]
