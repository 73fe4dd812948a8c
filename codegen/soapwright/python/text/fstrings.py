"""Text with expressions in it, as a value until it is printed as an f-string."""

from __future__ import annotations

from dataclasses import dataclass

from soapwright.python.text.literals import characters, string


@dataclass(frozen=True, slots=True)
class Expression:
    """Python that gives a text; `alone` where it cannot be part of an f-string.

    Until Python 3.12 no expression in an f-string can hold its quotes: those with an f-string of
    their own are alone.
    """

    code: str
    alone: bool = False


Template = tuple[str | Expression, ...]


def text_of(template: Template) -> str:
    """The expression for a template: a literal, or the expression that it consists of."""
    match template:
        case (Expression(code=code),):
            return code
        case _:
            return literal(template)


def literal(template: Template) -> str:
    """A string literal for a template, an f-string where it has expressions."""
    texts = [piece for piece in template if isinstance(piece, str)]
    if len(texts) == len(template):
        return string("".join(texts))
    codes = [piece if isinstance(piece, str) else piece.code for piece in template]
    quote = "'" if any('"' in code for code in codes) else '"'
    parts = [
        (
            f"{{{piece.code}}}"
            if isinstance(piece, Expression)
            else characters(piece.replace("{", "{{").replace("}", "}}"), quote)
        )
        for piece in template
    ]
    return f"f{quote}{''.join(parts)}{quote}"
