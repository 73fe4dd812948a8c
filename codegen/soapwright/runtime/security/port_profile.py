"""The message security that the policy of a port demands: its profiles, and what a user must give for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Generic, Literal, TypeAlias, TypeVar

from ..http.message import Layer
from ..http.securing import ClientSecurity, ServiceSecurity
from .by_operation import ClientByOperation, RefusingService, ServiceByOperation
from .profile import Engine, Profile
from .transport import TransportClient, TransportService
from .username_token import UsernameToken

__all__ = ["PortProfile"]

Username: TypeAlias = Literal["", "any", "digest", "no-password"]
"""The form of the UsernameToken that requests must have, "" where they need none."""

S = TypeVar("S")

_NOTHING: Final = Profile(sign=(), timestamp=False)
_KEYS: Final = "the policy demands message security: give security=Keys(…)"
_INSTEAD: Final = "security=False does without what the policy demands"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortProfile:
    """The message security that the policy of a port demands.

    Args:
        request: of requests: what a client signs, and a service expects.
        reply: of replies, the other way round.
        operations: both, of operations whose messages differ, by their names.
        username: the form of the UsernameToken that requests must have.
        https: whether the endpoint must be one of TLS.
        of_http: what the HTTP client must bring, in words.
        unmet: what nothing here meets, in words: the port cannot be used.
        unmet_in: the same of operations, by their names.
        otherwise: the security of who has no keys, or no token, by another alternative of the policy.
    """

    request: Profile = _NOTHING
    reply: Profile = _NOTHING
    operations: Mapping[str, tuple[Profile, Profile]] = field(default_factory=dict)
    username: Username = ""
    https: bool = False
    of_http: Sequence[str] = ()
    unmet: Sequence[str] = ()
    unmet_in: Mapping[str, str] = field(default_factory=dict)
    otherwise: PortProfile | None = None

    @property
    def needs_keys(self) -> bool:
        """Whether a message is signed or encrypted, or has a SAML assertion."""
        pairs = [(self.request, self.reply), *self.operations.values()]
        profiles = [profile for pair in pairs for profile in pair]
        return any(one.sign or one.encrypt or one.saml for one in profiles)

    def alternatives(self) -> Iterator[PortProfile]:
        """This one, and those of who is given less."""
        yield self
        if self.otherwise is not None:
            yield from self.otherwise.alternatives()

    # -------------------------------------------------------------------------- clients

    def of_client(
        self, endpoint: str, layers: Sequence[object], *, plain: bool
    ) -> ClientDemands:
        """The demands on a client.

        Args:
            endpoint: the URL that its requests go to.
            layers: the outgoing ones that the user gives.
            plain: whether its HTTP is not the user's own.
        """
        return ClientDemands(self, endpoint, tuple(layers), plain)

    def client(
        self, secured: Callable[[Profile], ClientSecurity | None]
    ) -> ClientSecurity | None:
        """The message security of a client, each operation by its own profile; `None` where none has any.

        Args:
            secured: gives that of a profile.
        """
        made = _Once(_unless_nothing(secured))
        default = made.of(_turned(self.request, self.reply))
        operations = {
            name: made.of(_turned(*pair)) for name, pair in self.operations.items()
        }
        if not self.unmet_in and default is None and not any(operations.values()):
            return None
        return ClientByOperation(default, operations, self.unmet_in)

    # ------------------------------------------------------------------------- services

    def service(
        self, secured: Callable[[Profile], ServiceSecurity | None]
    ) -> ServiceByOperation:
        """The message security of a service, each operation by its own profile.

        Args:
            secured: gives that of a profile.

        Raises:
            ValueError: nothing meets what the policy demands.
        """
        if self.unmet:
            raise ValueError(_unmet(self))
        made = _Once(_unless_nothing(secured))
        default = made.of(_turned(self.reply, self.request))
        operations = {
            name: made.of(_turned(reply, request))
            for name, (request, reply) in self.operations.items()
        }
        refusing = dict.fromkeys(self.unmet_in, RefusingService())
        return ServiceByOperation(default, {**operations, **refusing})

    def service_without_keys(self, given: object) -> ServiceByOperation:
        """The same without keys.

        Args:
            given: what checks who calls, `None` where nothing does.

        Raises:
            ValueError: the policy demands more.
        """
        for one in self.alternatives():
            if one.refusal_of_service(given) is None:
                return one.service(lambda profile: TransportService(profile, given))
        raise ValueError(f"{self.refusal_of_service(given)}; {_INSTEAD}")

    def refusal_of_service(self, given: object) -> str | None:
        """Why a service without keys cannot do what is demanded; `None` where it can."""
        if self.unmet:
            return _unmet(self)
        if self.needs_keys and (given is None or hasattr(given, "check_token")):
            return _KEYS
        if self.username and given is None:
            return "the policy demands a UsernameToken: give security=UsernameTokens(…)"
        return None


@dataclass(frozen=True, slots=True)
class ClientDemands:
    """The demands of a port's policy on a client, with what the user gives it."""

    profile: PortProfile
    endpoint: str
    layers: tuple[object, ...]
    plain: bool
    """Whether its HTTP is not the user's own, which may have a certificate or a password."""

    def without_keys(self) -> ClientSecurity | None:
        """The message security of a client without keys; `None` where its messages need none.

        Raises:
            ValueError: the policy demands what is not given, or what nothing meets.
        """
        for one in self.profile.alternatives():
            if not one.needs_keys and self._refusal(one, ()) is None:
                return one.client(TransportClient)
        raise ValueError(f"{self._refusal(self.profile, ()) or _KEYS}; {_INSTEAD}")

    def with_keys(
        self,
        keys: Engine,
        tokens: Sequence[Layer],
        allowed: Callable[[Profile], Profile],
    ) -> ClientSecurity:
        """The message security of a client with keys.

        Args:
            keys: those.
            tokens: layers of the tokens that come with them.
            allowed: gives a profile with algorithms that they allow.

        Raises:
            ValueError: as `without_keys`, or a key is missing.
        """
        if (why := self._refusal(self.profile, tokens)) is not None:
            raise ValueError(f"{why}; {_INSTEAD}")
        formed = tuple(_formed(token, self.profile.username) for token in tokens)

        def secured(profile: Profile) -> ClientSecurity:
            given = replace(allowed(profile), tokens=formed)
            return keys.client_with(given, self.endpoint)

        return self.profile.client(secured) or secured(_NOTHING)

    def _refusal(self, profile: PortProfile, tokens: Sequence[object]) -> str | None:
        """Why what is given does not meet the policy, but for keys; `None` where it does."""
        if profile.unmet:
            return _unmet(profile)
        if profile.https and not self.endpoint.lower().startswith("https:"):
            return "the policy demands TLS: the endpoint must be https"
        if profile.of_http and self.plain:
            return f"the policy demands {profile.of_http[0]}: give an http_client"
        if not profile.username:
            return None
        layers = [t for t in self.layers if isinstance(t, UsernameToken)]
        if not layers and not any(isinstance(t, UsernameToken) for t in tokens):
            return (
                "the policy demands a UsernameToken: give outgoing=[UsernameToken(…)]"
            )
        if any(_formed(layer, profile.username) is not layer for layer in layers):
            return (
                f"the policy demands another form of UsernameToken: {profile.username}"
            )
        return None


class _Once(Generic[S]):
    """Gives the security of each profile, made once.

    Args:
        secured: makes it.
    """

    def __init__(self, secured: Callable[[Profile], S]) -> None:
        self._secured = secured
        self._made: list[tuple[Profile, S]] = []

    def of(self, profile: Profile) -> S:
        """The security of a profile."""
        for known, made in self._made:
            if known == profile:
                return made
        made = self._secured(profile)
        self._made.append((profile, made))
        return made


def _turned(sent: Profile, comes: Profile) -> Profile:
    """The profile of one side: of what it sends, and of what comes."""
    return replace(
        sent,
        expect=tuple(comes.sign),
        expect_encrypted=tuple(comes.encrypt),
        expect_required=tuple(comes.require),
        saml=sent.saml or comes.saml,
    )


def _unless_nothing(
    secured: Callable[[Profile], S | None],
) -> Callable[[Profile], S | None]:
    """Gives the security of a profile, `None` of one that demands nothing."""

    def made(profile: Profile) -> S | None:
        demanded = (
            *(*profile.sign, *profile.expected, *profile.encrypt),
            *(*profile.expected_encrypted, *profile.require, *profile.expect_required),
        )
        if not (demanded or profile.timestamp or profile.saml):
            return None
        return secured(profile)

    return made


def _formed(token: Layer, form: str) -> Layer:
    """A token in the form that is demanded."""
    return token.in_form(form) if isinstance(token, UsernameToken) else token


def _unmet(profile: PortProfile) -> str:
    return f"the policy demands {profile.unmet[0]}, which nothing here meets"
