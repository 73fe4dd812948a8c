"""The blocks of Unicode that patterns may name (XML Schema 1.0, part 2, appendix F.1.1), and those of its first edition and of Unicode 4."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Final

# fmt: off
_FIRST_AND_LAST: Final = """
BasicLatin 0-7F Latin-1Supplement 80-FF LatinExtended-A 100-17F LatinExtended-B 180-24F IPAExtensions 250-2AF
SpacingModifierLetters 2B0-2FF CombiningDiacriticalMarks 300-36F Greek 370-3FF Cyrillic 400-4FF Armenian 530-58F
Hebrew 590-5FF Arabic 600-6FF Syriac 700-74F Thaana 780-7BF Devanagari 900-97F Bengali 980-9FF Gurmukhi A00-A7F
Gujarati A80-AFF Oriya B00-B7F Tamil B80-BFF Telugu C00-C7F Kannada C80-CFF Malayalam D00-D7F Sinhala D80-DFF
Thai E00-E7F Lao E80-EFF Tibetan F00-FFF Myanmar 1000-109F Georgian 10A0-10FF HangulJamo 1100-11FF
Ethiopic 1200-137F Cherokee 13A0-13FF UnifiedCanadianAboriginalSyllabics 1400-167F Ogham 1680-169F Runic 16A0-16FF
Khmer 1780-17FF Mongolian 1800-18AF LatinExtendedAdditional 1E00-1EFF GreekExtended 1F00-1FFF
GeneralPunctuation 2000-206F SuperscriptsandSubscripts 2070-209F CurrencySymbols 20A0-20CF
CombiningMarksforSymbols 20D0-20FF LetterlikeSymbols 2100-214F NumberForms 2150-218F Arrows 2190-21FF
MathematicalOperators 2200-22FF MiscellaneousTechnical 2300-23FF ControlPictures 2400-243F
OpticalCharacterRecognition 2440-245F EnclosedAlphanumerics 2460-24FF BoxDrawing 2500-257F BlockElements 2580-259F
GeometricShapes 25A0-25FF MiscellaneousSymbols 2600-26FF Dingbats 2700-27BF BraillePatterns 2800-28FF
CJKRadicalsSupplement 2E80-2EFF KangxiRadicals 2F00-2FDF IdeographicDescriptionCharacters 2FF0-2FFF
CJKSymbolsandPunctuation 3000-303F Hiragana 3040-309F Katakana 30A0-30FF Bopomofo 3100-312F
HangulCompatibilityJamo 3130-318F Kanbun 3190-319F BopomofoExtended 31A0-31BF EnclosedCJKLettersandMonths 3200-32FF
CJKCompatibility 3300-33FF CJKUnifiedIdeographsExtensionA 3400-4DB5 CJKUnifiedIdeographs 4E00-9FFF
YiSyllables A000-A48F YiRadicals A490-A4CF HangulSyllables AC00-D7A3 PrivateUse E000-F8FF
CJKCompatibilityIdeographs F900-FAFF AlphabeticPresentationForms FB00-FB4F ArabicPresentationForms-A FB50-FDFF
CombiningHalfMarks FE20-FE2F CJKCompatibilityForms FE30-FE4F SmallFormVariants FE50-FE6F
ArabicPresentationForms-B FE70-FEFE Specials FEFF-FEFF HalfwidthandFullwidthForms FF00-FFEF Specials FFF0-FFFD
OldItalic 10300-1032F Gothic 10330-1034F Deseret 10400-1044F ByzantineMusicalSymbols 1D000-1D0FF
MusicalSymbols 1D100-1D1FF MathematicalAlphanumericSymbols 1D400-1D7FF CJKUnifiedIdeographsExtensionB 20000-2A6D6
CJKCompatibilityIdeographsSupplement 2F800-2FA1F Tags E0000-E007F PrivateUse F0000-10FFFD
GreekandCoptic 370-3FF CyrillicSupplement 500-52F CyrillicSupplementary 500-52F PhoneticExtensions 1D00-1D7F
CombiningDiacriticalMarksforSymbols 20D0-20FF MiscellaneousMathematicalSymbols-A 27C0-27EF SupplementalArrows-A 27F0-27FF
SupplementalArrows-B 2900-297F MiscellaneousMathematicalSymbols-B 2980-29FF SupplementalMathematicalOperators 2A00-2AFF
MiscellaneousSymbolsandArrows 2B00-2BFF HighSurrogates D800-DB7F HighPrivateUseSurrogates DB80-DBFF
LowSurrogates DC00-DFFF PrivateUseArea E000-F8FF VariationSelectors FE00-FE0F
SupplementaryPrivateUseArea-A F0000-FFFFF SupplementaryPrivateUseArea-B 100000-10FFFF
""".split()
# fmt: on


def _blocks() -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = {}
    for name, span in zip(_FIRST_AND_LAST[::2], _FIRST_AND_LAST[1::2], strict=True):
        first, _, last = span.partition("-")
        found.setdefault(name, []).append((int(first, 16), int(last, 16)))
    return found


BLOCKS: Final = _blocks()
"""The first and the last character of each block, by its name; some have two parts."""


def characters_of(name: str, *, others: bool) -> str:
    """A block's characters, or all others, as the ranges of a class of Python's `re`."""
    return ranges(all_but(BLOCKS[name]) if others else BLOCKS[name])


def all_but(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """All characters that are in none of some spans, which are in order."""
    edges = [-1, *(edge for span in spans for edge in span), sys.maxunicode + 1]
    return [
        (last + 1, first - 1)
        for last, first in zip(edges[::2], edges[1::2], strict=True)
        if last + 1 < first
    ]


def ranges(spans: Iterable[tuple[int, int]]) -> str:
    """Spans as the ranges of a class of Python's `re`."""
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in spans)
