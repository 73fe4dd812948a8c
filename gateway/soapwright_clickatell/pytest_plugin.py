"""The pytest plugin: the fixture `sms_sandbox`, an `SmsSandbox` of `soapwright_clickatell.testing`.

One sandbox is started for the session, in this process, and is as new for each test. Its clock
does not run until a test turns it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--sms-sandbox`."""
    parser.addoption(
        "--sms-sandbox",
        metavar="URL",
        help="Let sms_sandbox use the sandbox that runs there, with the account demo.",
    )


@pytest.fixture(scope="session")
def sms_sandbox_config() -> Path | str | None:
    """The settings file of `sms_sandbox`: override it to have one."""
    return None


@pytest.fixture(scope="session")
def _sms_sandbox(
    request: pytest.FixtureRequest, sms_sandbox_config: Path | str | None
) -> Iterator[Callable[[], object]]:
    # pytest loads plugins in each run, and this one takes longer to load than most tests to run.
    from .fixture import started

    url = request.config.getoption("--sms-sandbox")
    with started(url, sms_sandbox_config) as as_new:
        yield as_new


@pytest.fixture
def sms_sandbox(_sms_sandbox: Callable[[], object]) -> object:
    """Clickatell's gateway in a box, as new: `endpoint` and `credentials` are for the code under
    test, `wait_for`, `turn`, `reply`, `fault` and so on for the test."""
    return _sms_sandbox()
