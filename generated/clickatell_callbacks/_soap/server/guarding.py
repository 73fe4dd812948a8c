"""The message security of services: of each port and operation, by what is given and what their policies demand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ..http.securing import (
    MessageSecurity,
    PortDemands,
    ServiceDemands,
    ServiceSecurity,
)
from .service import BaseService, Security


class Guards:
    """The message security of services.

    Args:
        given: keys or a profile, or a check of who calls; `False` for none, whatever policies demand.
        services: those.

    Raises:
        ValueError: a port's policy demands more than is given.
    """

    def __init__(
        self,
        given: Security | MessageSecurity | Literal[False] | None,
        services: Sequence[BaseService],
    ) -> None:
        self.check: Security | None = None
        """The check of who calls ports without message security."""
        if given and not isinstance(given, MessageSecurity):
            self.check = given
        self._ports: dict[str, ServiceDemands] = {}
        known: list[tuple[PortDemands | None, ServiceDemands | None]] = []
        for service in () if given is False else services:
            for key in service._port_names:
                profile = service._profiles.get(key)
                made = [demands for demanded, demands in known if demanded == profile]
                demands = made[0] if made else _demands(given, profile)
                known.append((profile, demands))
                if demands is not None:
                    self._ports[key] = demands

    @property
    def are_any(self) -> bool:
        """Whether a request is checked."""
        return bool(self._ports) or self.check is not None

    def of(self, port: str, operation: str) -> ServiceSecurity | None:
        """That of an operation, by its port's key and its name; `None` where it has none."""
        demands = self._ports.get(port)
        return None if demands is None else demands.of(operation)


def _demands(
    given: Security | MessageSecurity | Literal[False] | None,
    profile: PortDemands | None,
) -> ServiceDemands | None:
    """The message security of a port."""
    if isinstance(given, MessageSecurity):
        return given.for_service(profile)
    return None if profile is None else profile.service_without_keys(given or None)
