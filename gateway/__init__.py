"""Clickatell's SMS gateway: what no WSDL says about it, and the gateway in a box.

Everything here uses the generated packages (`clickatell`, `clickatell_vs` and so on) as any user
would. An installed soapwright has them beside this package. In a checkout that is not installed
they lie in `generated/`, which is then appended to the module search path: last, so that
whatever is installed wins.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path


def _find_generated_packages() -> None:
    generated = Path(__file__).resolve().parent.parent / "generated"
    if find_spec("clickatell_vs") is None and generated.is_dir():
        sys.path.append(str(generated))


_find_generated_packages()
