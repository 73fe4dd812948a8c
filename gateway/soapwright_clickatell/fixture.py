"""The sandbox behind the pytest fixture: started in this process, or one that runs elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Final

from .sandbox.box import Box
from .sandbox.config.settings_file import read_settings
from .sandbox.records.settings import Settings
from .testing import SmsSandbox

CREDITS: Final = 1000
"""Credits of each account."""


@contextmanager
def started(
    url: str | None, config: Path | str | None
) -> Generator[Callable[[], SmsSandbox]]:
    """A sandbox for a session of tests; each call gives it as new.

    Args:
        url: of one that runs elsewhere; `None` starts one.
        config: the settings file of the one that is started.
    """
    with _sandbox(url, config) as sandbox:

        def as_new() -> SmsSandbox:
            sandbox.reset()
            return sandbox

        yield as_new


@contextmanager
def _sandbox(url: str | None, config: Path | str | None) -> Generator[SmsSandbox]:
    if url:
        with SmsSandbox(url) as elsewhere:
            yield elsewhere
        return
    settings = Settings() if config is None else read_settings(Path(config))
    account = settings.account
    with Box(speed=0, credits=Decimal(CREDITS), settings=settings) as box:
        with SmsSandbox(
            box.url,
            user=account.user,
            password=account.password,
            api_id=account.api_id,
        ) as sandbox:
            yield sandbox
