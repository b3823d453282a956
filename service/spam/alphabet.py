"""What each code point is read as: tables over all of Unicode, built once at import.

Here are letters and their look-alikes; what is done with them is in `normalise`.
"""

import unicodedata

import numpy as np
from numpy.typing import NDArray

SIZE = 0x110000
SPACE = 32
ZERO = 48
DROP = 0  # what a stripped code point folds to; a real NUL folds to a space

# Kinds of a folded code point; from LETTER on they make up words. The leet ones read as letters between letters.
OTHER, UNSPACED, LETTER, DIGIT, LEET_DIGIT, LEET_SYMBOL = range(6)

# European alphabets that share letter shapes; two of them inside one word are a disguise.
LATIN, PHONETIC, GREEK, CYRILLIC, ARMENIAN, CHEROKEE, LISU = range(1, 8)

# Classes of a code point, counted for the facts about a comment. DOT is a dot; before a letter it counts as DOMAIN.
PLAIN, DOT, LOWER, UPPER, NUMBER, MARK, AT, SLASH, EXCLAIM, QUESTION, MONEY, PICTURE, DOMAIN, CLASSES = range(14)

# Each Latin letter and what is read as it, by shape. Ours, by eye; capitals too where their shape differs.
_LOOKALIKES = {
    "a": "аАαΑɑɐᴀᎪꓮա⍺",
    "b": "вВбΒβʙƅƄᏴꓐьЬ",
    "c": "сСϲϹςᴄɔᏟꓚⅽ¢",
    "d": "ԁԀδđĐðᴅᎠꓓᏧ",
    "e": "еЕεΕєЄҽҼᴇǝəɛᎬꓰ€",
    "f": "ƒϝꜰɟꓝϜ",
    "g": "ɡցɢǥƃᏀꓖԍԌ",
    "h": "һҺнНΗհʜɥħᎻꓧ",
    "i": "іІιΙɪıᎥꓲӀӏɩᴉ¡",
    "j": "јЈϳʝᴊɾյᎫꓙ",
    "k": "кКκΚқҚᴋʞᏦꓗ",
    "l": "łŁʟɭᏞꓡլ",
    "m": "мМΜᴍɱɯᎷꓟ",
    "n": "пПηΝոɴɲŋꓠռ",
    "o": "оОοΟσΣօᴏøØѳɵꓳ०০",
    "p": "рРρΡᴘҏþᏢꓑ",
    "q": "ԛԚզǫɋ",
    "r": "гГʀɹяЯᎡꓣᴦ",
    "s": "ѕЅʂꜱᏚꓢ§",
    "t": "тТτΤᴛʇŧᎢꓔ",
    "u": "υцЦսᴜʋμꓴ",
    "v": "νѵѴᴠʌᏙꓦ",
    "w": "ԝԜωшШɯᴡʍᎳꓪѡ",
    "x": "хХχΧӽҳꓫ×",
    "y": "уУγΥүҮʏʎყꓬ¥",
    "z": "ᴢʐᏃꓜΖζ",
    "0": "٠۰",
    "'": "’‘ʼ`´′＇",
    '"': "“”„«»″",
    "-": "‐‑‒–—―−",
    ".": "。․…",
    "/": "⁄∕",
}
_LEET = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s"}
_LETTER_ROWS = (0x1F150, 0x1F170, 0x1F1E6)  # negative circled, negative squared, regional indicators: A to Z each
_MARK_BLOCKS = ((0x300, 0x370), (0x483, 0x48A), (0x1AB0, 0x1B00), (0x1DC0, 0x1E00), (0x20D0, 0x2100), (0xFE20, 0xFE30))
_INVISIBLE = (
    (0xAD, 0xAE), (0x61C, 0x61D), (0x115F, 0x1161), (0x17B4, 0x17B6), (0x180B, 0x1810), (0x200B, 0x2010),
    (0x202A, 0x202F), (0x2060, 0x2070), (0x2800, 0x2801), (0x3164, 0x3165), (0xFE00, 0xFE10), (0xFEFF, 0xFF00),
    (0xFFA0, 0xFFA1), (0xFFF9, 0xFFFC), (0x1D173, 0x1D17B), (0xE0000, 0xE0200),
)  # fmt: skip
_BLANKS = ((0, 33), (0x7F, 0xA1), (0x1680, 0x1681), (0x2000, 0x200B), (0x2028, 0x202A), (0x202F, 0x2030),
           (0x205F, 0x2060), (0x3000, 0x3001))  # fmt: skip
# Scripts written without spaces: Thai, Lao, Tibetan, Burmese, Khmer, Han, kana, and what lies between them.
_UNSPACED = ((0xE00, 0x1000), (0x1000, 0x10A0), (0x1780, 0x1800), (0x2E80, 0x3040), (0x3041, 0x3130),
             (0x3190, 0xA4D0), (0xF900, 0xFB00), (0x20000, 0x32000))  # fmt: skip
_ACCENTED = ((0xC0, 0x250), (0x370, 0x530), (0x1E00, 0x2000))
_PICTURES = ((0x2190, 0x2400), (0x2500, 0x2C00), (0x1F000, 0x1F110), (0x1F18A, 0x20000))
_EUROPEAN = (
    (LATIN, 0x41, 0x250), (PHONETIC, 0x250, 0x2B0), (GREEK, 0x370, 0x400), (CYRILLIC, 0x400, 0x530),
    (ARMENIAN, 0x531, 0x590), (CHEROKEE, 0x13A0, 0x1400), (PHONETIC, 0x1D00, 0x1DC0), (LATIN, 0x1E00, 0x1F00),
    (GREEK, 0x1F00, 0x2000), (LISU, 0xA4D0, 0xA500), (PHONETIC, 0xA730, 0xA732),
)  # fmt: skip

Ranges = tuple[tuple[int, int], ...]
_PROPERTY_SIZE = 0x20000  # letters with case live below; above are Han, tags and private use


def _glyphs() -> NDArray[np.str_]:
    """One-letter strings of all code points below _PROPERTY_SIZE, surrogates left out."""
    points = np.arange(_PROPERTY_SIZE, dtype=np.uint32)
    points[0xD800:0xE000] = SPACE
    return points.view("U1")


_LETTERS = np.strings.isalpha(_glyphs())
_CAPITALS = np.strings.isupper(_glyphs())


def _fill(table: NDArray[np.uint8] | NDArray[np.uint32], ranges: Ranges, value: int) -> None:
    for start, stop in ranges:
        table[start:stop] = value


def _bare(point: int) -> int:
    """The letter below its accents, in lower case; the point itself where there is none."""
    return ord(unicodedata.normalize("NFKD", chr(point))[0].lower()[0])


def _fold_letters(table: NDArray[np.uint32]) -> None:
    shapes = {ord(source): ord(target) for target, sources in _LOOKALIKES.items() for source in sources}
    for point in np.flatnonzero(_CAPITALS).tolist():
        small = ord(chr(point).lower()[0])
        table[point] = shapes.get(small, small)
    for start, stop in _ACCENTED:
        for point in np.flatnonzero(_LETTERS[start:stop]).tolist():
            bare = _bare(start + point)
            table[start + point] = shapes.get(bare, bare)
    for source, target in shapes.items():
        table[source] = target
    for row in _LETTER_ROWS:
        table[row : row + 26] = np.arange(ord("a"), ord("z") + 1)


def _fold_table() -> NDArray[np.uint32]:
    table = np.arange(SIZE, dtype=np.uint32)
    _fold_letters(table)
    for start in (0x660, 0x6F0, 0x966, 0x9E6):  # Arabic, Persian, Hindi and Bengali digits
        table[start : start + 10] = np.arange(ZERO, ZERO + 10)
    _fill(table, _MARK_BLOCKS + _INVISIBLE, DROP)
    _fill(table, _BLANKS, SPACE)
    return table


def _kind_table() -> NDArray[np.uint8]:
    table = np.zeros(SIZE, np.uint8)
    table[:_PROPERTY_SIZE][_LETTERS] = LETTER
    for start, stop in ((0x590, 0x1D00), (0xA800, 0xAC00)):  # vowel signs belong to their words
        for point in range(start, stop):
            if unicodedata.category(chr(point))[0] == "M":
                table[point] = LETTER
    _fill(table, _UNSPACED, UNSPACED)
    table[ZERO : ZERO + 10] = DIGIT
    for sign in _LEET:
        table[ord(sign)] = LEET_DIGIT if sign.isdigit() else LEET_SYMBOL
    return table


def _script_table() -> NDArray[np.uint8]:
    table = np.zeros(SIZE, np.uint8)
    for script, start, stop in _EUROPEAN:
        table[start:stop] = np.where(_LETTERS[start:stop], script, 0)
    table[ord("µ")] = 0  # the micro sign is honest beside Latin letters
    return table


def _class_table() -> NDArray[np.uint8]:
    table = np.zeros(SIZE, np.uint8)
    table[:_PROPERTY_SIZE][_LETTERS] = LOWER
    table[:_PROPERTY_SIZE][_CAPITALS] = UPPER
    _fill(table, ((0x21, 0x30), (0x3A, 0x41), (0x5B, 0x61), (0x7B, 0x7F)), MARK)
    _fill(table, ((0x30, 0x3A),), NUMBER)
    _fill(table, _PICTURES, PICTURE)
    _fill(table, _BLANKS, PLAIN)
    _fill(table, ((0x24, 0x25), (0xA2, 0xA6), (0x20A0, 0x20D0)), MONEY)
    for sign, kind in (("!", EXCLAIM), ("?", QUESTION), (".", DOT), ("/", SLASH), ("@", AT)):
        table[ord(sign)] = kind
    return table


def _flag_table(ranges: Ranges) -> NDArray[np.uint8]:
    table = np.zeros(SIZE, np.uint8)
    _fill(table, ranges, 1)
    return table


FOLD = _fold_table()
KIND = _kind_table()
SCRIPT = _script_table()
CLASS = _class_table()
IS_MARK = _flag_table(_MARK_BLOCKS)
LEET = np.arange(128, dtype=np.uint32)
for _sign, _letter in _LEET.items():
    LEET[ord(_sign)] = ord(_letter)

# The same of ASCII alone, as bytes.translate takes it; digits are 0 already.
ASCII_FOLD = bytes(ZERO if chr(point).isdigit() else int(FOLD[point]) for point in range(128)).ljust(256, b" ")
ASCII_KIND = KIND[FOLD[:128]].tobytes().ljust(256, b"\0")
ASCII_CLASS = CLASS[:128].tobytes().ljust(256, b"\0")
