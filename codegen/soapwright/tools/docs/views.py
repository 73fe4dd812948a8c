"""The data of the site's templates: finished text, nothing left to decide.

Text with links or highlights is a list of pieces, each with what it is; so all of it is escaped
where it is laid out.
"""

from __future__ import annotations

from dataclasses import dataclass

# Text and where it leads, "" for nowhere. Paths are from the site's root.
Linked = list[tuple[str, str]]
# Text and what it is: "" plain, "code" for names in a text, "tag" in XML.
Marked = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Link:
    """A link, and a line about where it leads."""

    text: str
    href: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """Links under a heading, "" for none; a link's `about` is shown after its text."""

    title: str
    links: list[Link]


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of each page: the site's title, the name of its menus for screen readers, and these."""

    title: str
    label: str
    menus: list[Menu]


@dataclass(frozen=True, slots=True)
class Node:
    """An element of HTML with its children; of a text, `tag` is "".

    Tags and the names of attributes are the toolkit's own, never a page's.
    """

    tag: str
    text: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    children: tuple[Node, ...] = ()
    is_void: bool = False


@dataclass(frozen=True, slots=True)
class ManualPage:
    """A page of a manual; `sections` are its headings of the second level."""

    path: str
    title: str
    nodes: list[Node]
    sections: list[Link]


@dataclass(frozen=True, slots=True)
class Row:
    """A field or a parameter: its declaration in Python, its form on the wire, its meaning.

    `default` is "" where a value must be given. `facets` are what else holds for its values,
    `notes` a word or two each (`header`, `attribute`).
    """

    name: str
    wire: str
    annotation: Linked
    default: str
    facets: list[str]
    notes: list[str]
    doc: list[Marked]


@dataclass(frozen=True, slots=True)
class Fields:
    """Rows under a heading; `of` is the type that brings them, where it is another."""

    of: Link | None
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Example:
    """A call in Python, and envelopes as XML; each empty where there is none."""

    call: str
    request: Marked
    reply: Marked


@dataclass(frozen=True, slots=True)
class Bound:
    """An operation at one port: how it travels there, as pairs of a term and its text."""

    port: str
    facts: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class FaultView:
    """An exception of the package; `raised` are the operations that declare it."""

    name: str
    detail: Linked
    doc: list[Marked]
    raised: list[Link]


@dataclass(frozen=True, slots=True)
class OperationPage:
    """One operation: `signature` is that of the client's method.

    `returned` is the reply's only field, where the method gives its value; else `reply` has all.
    `console` is the operation's place in the console, "" where the console does not offer it.
    """

    path: str
    name: str
    wire: str
    client: str
    about: str
    doc: list[Marked]
    signature: list[Linked]
    parameters: list[Row]
    returns: Linked
    returned: Row | None
    reply: list[Row]
    reply_headers: list[Row]
    one_way: bool
    faults: list[FaultView]
    bound: list[Bound]
    console: str
    example: Example


@dataclass(frozen=True, slots=True)
class TypePage:
    """One type; `members` are an enumeration's, each with its text on the wire and its doc."""

    path: str
    name: str
    qname: str
    kind: str
    about: str
    doc: list[Marked]
    base: Link | None
    alias: Linked
    facets: list[str]
    fields: list[Fields]
    members: list[tuple[str, str, list[Marked]]]
    derived: list[Link]
    users: list[Link]
    more_users: int


@dataclass(frozen=True, slots=True)
class ClientView:
    """A client class, its ports' facts, and its operations."""

    name: str
    port_type: str
    doc: list[Marked]
    ports: list[tuple[str, list[tuple[str, str]]]]
    operations: list[Link]


@dataclass(frozen=True, slots=True)
class ReferenceView:
    """The content of a reference's first page, parts of which all of its pages show."""

    package: str
    doc: list[Marked]
    left_out: list[str]
    clients: list[ClientView]
    types: list[tuple[str, list[Link]]]
    faults: list[FaultView]
    type_count: int
