"""The pattern facet in Python: the same texts match as libxml2 lets through."""

from __future__ import annotations

import pytest
from lxml import etree

from soapwright.model.patterns import python_pattern
from soapwright.runtime.validation.validation import Facets

TEXTS = (
    "a b ab aab aba A1 0042 12 é ß Ω _x x-y x:y -1 1- a.b a+b [a] {2} ^a$ a|b \\ a\\b xyz"
    " 2020-01-02 ABC123 ٣ ! €"
).split() + ["", " ", "a b", "a\tb", "a\nb", "aaa", "aaaa", "b" * 20]

PATTERNS = [
    *("a", "a*", "a+b?", "(ab|a)*", "a|b|", "[ab]+", "[^ab]+", "[a-c]{2}", "a{2,3}"),
    *("a{2,}", "[0-9]{4}", r"\d+", r"\D+", r"\s*", r"\S+", r"\w+", r"\W+", r"\i\c*"),
    *(r"\c+", r"\I+", r"\C+", r"[\i]+", r"[\d\-]+", r"[\w.]+", r".", ".*", r"[.]"),
    *("[a-z-[b]]+", "[a-z-[b-y]]+", r"[\w-[\d]]+", "[^a-[b]]+", r"\[a\]", r"\{2\}"),
    *(r"\^a$", "^a$", "a$", r"a\|b", r"a\.b", r"a\+b", r"\\", r"a\\b", "[-1]+"),
    *("[1-]+", r"\p{L}+", r"\p{Lu}\p{Nd}", r"\P{L}+", r"[\p{L}\d]+", r"[^\p{L}]+"),
    *(r"\p{N}+", r"(\d{4})-(\d{2})-(\d{2})", "[&~|]+", "(a(b(c)?)?)?"),
    *(
        r"\n*",
        "[A-Z]{3}[0-9]{3}",
        "x(y|z)*",
        r"\p{IsBasicLatin}+",
        r"\P{IsBasicLatin}+",
    ),
    *(r"[\p{IsLatin-1Supplement}\d]+", r"[^\p{IsGreek}]+"),
    # a class's complement in a class; what is no pattern by the letter, and often written
    *(r"[\S]+", r"[^\S]*", r"[\Sa\t]*", r"[\D.]+", r"[\I]+", r"[^\I]+", r"[\C.]+"),
    *(r"\d{4}\/?\d*", r"\:*", r"\!", r"[\@\=\!]", "{[0-9]}", "a|{2}", "a}|b}"),
    *(r"\p{IsGreekandCoptic}", r"\p{IsPrivateUse}*"),
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_same_texts_match(pattern: str) -> None:
    theirs = matching_in_libxml2(pattern)
    if any(escape in pattern for escape in ("\\i", "\\c", "\\I", "\\C")):
        # names are those of XML's fifth edition, which has more of them
        assert set(theirs) ^ set(matching(pattern)) <= {"\u0663", "\u20ac"}
    else:
        assert matching(pattern) == theirs


def test_complements_in_a_class() -> None:  # which libxml2 takes for the whole
    assert set(TEXTS) == set(matching(r"[\p{L}\P{L}]*"))
    assert "0042" in matching(r"[\P{L}]+")
    assert "a" not in matching(r"[\P{L}]+")


@pytest.mark.parametrize(
    "pattern", [r"[\w-.]+", r"[\w-\.]+", "[a-z-0-9]+", "[0-9a-z-+]+", r"[a-z\d-+]+"]
)
def test_hyphens_that_begin_no_range(pattern: str) -> None:
    # are themselves: libxml2 lets the pattern through, and takes them for nothing
    assert {"x-y", "1-"} <= set(matching(pattern))
    assert set(matching_in_libxml2(pattern)) < set(matching(pattern))


def matching(pattern: str) -> list[str]:
    facets = Facets(patterns=(python_pattern(pattern),))
    return [text for text in TEXTS if not list(facets.wrong(text))]


def matching_in_libxml2(pattern: str) -> list[str]:
    xsd = "http://www.w3.org/2001/XMLSchema"
    schema = etree.Element(f"{{{xsd}}}schema", nsmap={"xsd": xsd})
    root = etree.SubElement(schema, f"{{{xsd}}}element", name="t")
    kind = etree.SubElement(root, f"{{{xsd}}}simpleType")
    step = etree.SubElement(kind, f"{{{xsd}}}restriction", base="xsd:string")
    etree.SubElement(step, f"{{{xsd}}}pattern", value=pattern)
    validator = etree.XMLSchema(schema)

    def element(text: str) -> etree._Element:
        made = etree.Element("t")
        made.text = text
        return made

    return [text for text in TEXTS if validator.validate(element(text))]


@pytest.mark.parametrize(
    "pattern",
    [
        *("(", ")", "a)", "(a", "[", "[]", "[a", "*a", "a**", "a*?", "a{,2}", "a{x}"),
        *(
            "\\",
            r"\q",
            r"\p{Xx}",
            r"\p{IsKlingon}",
            r"\pL",
            "[b-a]",
            "a{3,2}",
            "[a-[b]c]",
        ),
        *("(" * 60 + ")" * 60, "]", "a{1}{2}", "a*{2}", "(?=a)", "a{99999999999}"),
    ],
)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="."):
        python_pattern(pattern)
