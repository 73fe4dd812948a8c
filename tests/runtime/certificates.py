"""Certificates for tests, made by openssl."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import time
from pathlib import Path

import pytest

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class Certificates:
    """An authority, and what it and others signed: `right`, `other-name`, `expired`, `client`, and
    `self-signed`. Without openssl the test is skipped."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._authority("authority")
        self._signed("right", "localhost")
        self._signed("other-name", "elsewhere.invalid")
        self._signed("expired", "localhost", days=0)
        self._signed("client", "client")
        self._authority("self-signed", "localhost")
        time.sleep(1.1)  # one has expired then

    def _run(self, *arguments: str) -> None:
        openssl = shutil.which("openssl")
        if openssl is None:
            pytest.skip("there is no openssl to make certificates with")
        subprocess.run(
            [openssl, *arguments], cwd=self._folder, check=True, capture_output=True
        )

    def _authority(self, name: str, subject: str = "Authority") -> None:
        files = ("-keyout", f"{name}.key", "-out", f"{name}.pem")
        alternative = ("-addext", f"subjectAltName=DNS:{subject}")
        subject = f"/CN={subject}"
        self._run(
            *("req", "-x509", *_KEY, "-days", "2", "-subj", subject),
            *(*alternative, *files),
        )

    def _signed(self, name: str, host: str, days: int = 2) -> None:
        made = ("-keyout", f"{name}.key", "-out", f"{name}.csr")
        self._run("req", *_KEY, "-subj", f"/CN={host}", *made)
        names = self._folder / f"{name}.names"
        names.write_text(f"subjectAltName=DNS:{host}\n")
        self._run(
            *("x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem"),
            *("-extfile", names.name, "-days", str(days)),
            *("-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial"),
        )

    def server(self, name: str, *, asks: bool = False) -> ssl.SSLContext:
        """What a server shows; and whether it asks for a certificate of the client's."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(
            self._folder / f"{name}.pem", self._folder / f"{name}.key"
        )
        if asks:
            context.load_verify_locations(self._folder / "authority.pem")
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def client(self, name: str | None = None) -> ssl.SSLContext:
        """What a client trusts; and the certificate that it shows."""
        context = ssl.create_default_context(cafile=self._folder / "authority.pem")
        if name is not None:
            context.load_cert_chain(
                self._folder / f"{name}.pem", self._folder / f"{name}.key"
            )
        return context
