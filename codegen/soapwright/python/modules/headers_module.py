"""`headers.py`: for each client the header blocks that all its requests may have, as a typed dictionary."""

from __future__ import annotations

from soapwright.model.api import Port
from soapwright.python.context import Context
from soapwright.python.modules.methods import Methods
from soapwright.python.text.views import BlocksView, HeadersModule


class HeadersModules:
    """Makes the module of one service.

    Args:
        context: of the package.
        header: its first lines.
        clients: the names of the synchronous clients, with their ports.
    """

    def __init__(
        self, context: Context, header: list[str], clients: dict[str, list[Port]]
    ) -> None:
        self.header = header
        self.methods = Methods(context)
        self.scope = self.methods.scope
        found = {name: self._fields(ports) for name, ports in clients.items()}
        self.fields = {name: fields for name, fields in found.items() if fields}
        """The keys of each client's dictionary with their types, where it has any."""

    def _fields(self, ports: list[Port]) -> dict[str, str]:
        """The header blocks of all operations; one name may have several types."""
        kinds: dict[str, list[str]] = {}
        for parameter in self.methods.header_blocks(ports):
            kind = str(parameter.declaration.parameter.annotation)
            known = kinds.setdefault(parameter.name, [])
            if kind not in known:
                known.append(kind)
        return {name: " | ".join(known) for name, known in kinds.items()}

    def module(self) -> HeadersModule | None:
        """The module; None where no operation declares header blocks."""
        if not self.fields:
            return None
        blocks = [
            BlocksView(
                blocks_name(name), name, [f"{n}: {kind}" for n, kind in fields.items()]
            )
            for name, fields in self.fields.items()
        ]
        base = self.scope.name("TypedDict")
        standard, siblings = self.scope.standard_imports, self.scope.sibling_imports
        return HeadersModule(self.header, standard, siblings, base, blocks)


def blocks_name(client: str) -> str:
    """The name of the class of a client's default header blocks."""
    return f"{client}Headers"
