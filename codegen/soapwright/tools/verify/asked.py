"""The receiver that a message is verified for."""

from __future__ import annotations

from dataclasses import dataclass

from soapwright.runtime.security.algorithms import Accepted, accepted
from soapwright.runtime.security.correlation import Correlation
from soapwright.runtime.security.keys import Keys
from soapwright.runtime.security.profile import Profile


@dataclass(frozen=True, slots=True)
class Asked:
    """The receiver that a message is verified for."""

    keys: Keys
    profile: Profile
    """The demands; its `sign` is empty."""

    @property
    def accepts(self) -> Accepted:
        """The algorithms that may be used."""
        return accepted(self.profile.algorithms.accept)

    @property
    def is_service(self) -> bool:
        """Whether it is a service: only that reads a message's own symmetric key, and its assertion."""
        return self.profile.symmetric or bool(self.profile.saml)

    @property
    def request(self) -> Correlation | None:
        """The message that the one to verify answers, of which nothing is known; `None` of a service."""
        return None if self.is_service else Correlation()
