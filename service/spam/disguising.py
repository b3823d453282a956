"""Disguises as spammers use them: each turns a text into one that people still read. For training and measuring."""

import base64
import random
import re
from collections.abc import Callable

Disguise = Callable[[str, random.Random], str]

_CYRILLIC = str.maketrans("aceopxyiABCEHKMOPTX", "асеорхуіАВСЕНКМОРТХ")
_GREEK = str.maketrans("aeiouvnptxABEHIKMNOPTXYZ", "αειουνηρτχΑΒΕΗΙΚΜΝΟΡΤΧΥΖ")
_MANY = {"a": "аɑα", "b": "Ьƅ", "c": "сϲ", "d": "ԁđ", "e": "еєҽ", "g": "ɡց", "h": "һհ", "i": "іıɩ", "j": "ј", "k": "κк",
         "l": "ӏłʟ", "m": "м", "n": "ոп", "o": "оοօ", "p": "рρ", "q": "ԛ", "r": "гʀ", "s": "ѕꜱ", "t": "тτ", "u": "υս",
         "v": "ѵν", "w": "ԝѡ", "x": "хχ", "y": "уү", "z": "ᴢ"}  # fmt: skip
_SMALL = str.maketrans("abcdefghijklmnoprstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ")
_RAISED = str.maketrans("abcdefghijklmnoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
_LEET = str.maketrans("aeiost", "431057")
_SIGNS = str.maketrans("asi", "@$1")
_ACCENTS = str.maketrans("aeiounc", "àéîôüñç")
GOOD = re.findall(r"\w+", """
    the garden was quiet and we walked along the river until dinner then my sister told a story about her school
    and the  teacher who loved maps and old trains it rained all night but nobody minded because the kitchen was
    warm and there  was bread and soup in the morning I read your article again and think the second example
    could be simpler maybe  with a short table thank you for taking the time to write it down so clearly I
    learned something new about photos  and the way light falls through the window in winter our neighbour has
    the same camera and likes it very much too
""")  # fmt: skip


def _shifted(capital: int, small: int) -> Disguise:
    """Letters moved to a styled alphabet that begins at these code points."""

    def disguise(text: str, _draw: random.Random) -> str:
        return "".join(
            chr(capital + ord(sign) - 65) if "A" <= sign <= "Z" else chr(small + ord(sign) - 97) if "a" <= sign <= "z"
            else sign
            for sign in text
        )  # fmt: skip

    return disguise


def _translated(table: dict[int, int]) -> Disguise:
    return lambda text, _draw: text.translate(table)


def _between(sign: str) -> Disguise:
    """A sign after each letter that another follows."""
    return lambda text, _draw: re.sub(r"(?<=[^\W\d_])(?=[^\W\d_])", lambda _found: sign, text)


def _after(*signs: str) -> Disguise:
    """One of the signs after each letter."""
    return lambda text, draw: "".join(one + draw.choice(signs) if one.isalpha() else one for one in text)


def _spaced(sign: str) -> Disguise:
    """Each word spelt out with a sign between its letters."""
    return lambda text, _draw: "  ".join(sign.join(word) for word in text.split())


def _some(share: float, inner: Disguise) -> Disguise:
    """Some of the words."""
    return lambda text, draw: " ".join(inner(word, draw) if draw.random() < share else word for word in text.split(" "))


def _fullwidth(text: str, _draw: random.Random) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


def _lookalikes(text: str, draw: random.Random) -> str:
    return "".join(draw.choice(_MANY[sign]) if sign in _MANY and draw.random() < 0.6 else sign for sign in text)


def _dropped(text: str, draw: random.Random) -> str:
    return re.sub(r"\w{5,}", lambda found: _without(found[0], draw.randrange(1, len(found[0]) - 1)), text)


def _without(word: str, place: int) -> str:
    return word[:place] + word[place + 1 :]


def _swapped(text: str, draw: random.Random) -> str:
    def swap(found: re.Match[str]) -> str:
        word, place = found[0], draw.randrange(1, len(found[0]) - 2)
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]

    return re.sub(r"[^\W\d_]{5,}", swap, text)


def _stretched(text: str, draw: random.Random) -> str:
    return re.sub(r"[aeiou](?=\w)", lambda found: found[0] * draw.choice((1, 3, 4)), text)


def _linked(scheme: str, dot: str) -> Disguise:
    """Addresses written so that no program sees a link."""
    return lambda text, _draw: re.sub(r"(?<=\w)\.(?=\w)", dot, re.sub(r"https?://", scheme, text))


def _good(count: int, where: str) -> Disguise:
    """Between, before or behind so many good words."""

    def disguise(text: str, draw: random.Random) -> str:
        words = [draw.choice(GOOD) for _ in range(count)]
        middle = {"before": count, "behind": 0, "around": count // 2}[where]
        return " ".join([*words[:middle], text, *words[middle:]])

    return disguise


def _both(first: Disguise, second: Disguise) -> Disguise:
    return lambda text, draw: second(first(text, draw), draw)


DISGUISES: dict[str, Disguise] = {
    "Cyrillic look-alikes": _translated(_CYRILLIC),
    "Greek look-alikes": _translated(_GREEK),
    "look-alikes of many alphabets": _lookalikes,
    "small capitals": _translated(_SMALL),
    "raised letters": _translated(_RAISED),
    "full width": _fullwidth,
    "bold": _shifted(0x1D400, 0x1D41A),
    "script": _shifted(0x1D4D0, 0x1D4EA),
    "black letter": _shifted(0x1D56C, 0x1D586),
    "double-struck, sans serif": _shifted(0x1D5D4, 0x1D5EE),
    "typewriter": _shifted(0x1D670, 0x1D68A),
    "circled": _shifted(0x24B6, 0x24D0),
    "squared": lambda text, draw: _shifted(0x1F130, 0x1F130)(text.upper(), draw),
    "in parentheses": lambda text, draw: _shifted(0x249C, 0x249C)(text.lower(), draw),
    "zero-width spaces": _between("\u200b"),
    "zero-width joiners": _between("\u200d"),
    "soft hyphens": _between("\u00ad"),
    "word joiners and marks of order": _after("\u2060", "\ufeff", "\u200e", ""),
    "struck through": _after("\u0336"),
    "marks heaped up": _after("\u0301\u0323", "\u0308\u0332", "\u0300", ""),
    "accents": _translated(_ACCENTS),
    "digits for letters": _translated(_LEET),
    "signs for letters": _translated(_SIGNS),
    "spelt out": _spaced(" "),
    "spelt out with dots": _spaced("."),
    "spelt out with dashes": _spaced("-"),
    "some words spelt out": _some(0.5, lambda text, _draw: " ".join(text)),
    "wide spaces": lambda text, _draw: text.replace(" ", "\u3000\u2003"),
    "entities, decimal": lambda text, _draw: "".join(f"&#{ord(sign)};" for sign in text),
    "entities, hexadecimal": lambda text, _draw: "".join(f"&#x{ord(sign):x};" for sign in text),
    "tags inside words": _some(0.7, lambda text, _draw: text[:2] + "<b></b>" + text[2:]),
    "upper case": lambda text, _draw: text.upper(),
    "upper and lower case by turns": lambda text, _draw: "".join(
        sign.upper() if number % 2 else sign.lower() for number, sign in enumerate(text)
    ),
    "a letter missing": _dropped,
    "two letters swapped": _swapped,
    "letters repeated": _stretched,
    "links without a scheme": _linked("", "."),
    "links with a word for the dot": _linked("hxxp://", " dot "),
    "emoji between words": lambda text, draw: re.sub(" ", lambda _found: f" {draw.choice('🔥💰⭐✅🎁')} ", text),
    "written backwards by a mark": lambda text, _draw: "\u202e" + text[::-1] + "\u202c",
    "base64": lambda text, _draw: base64.b64encode(text.encode("utf-8", "replace")).decode(),
    "20 good words behind": _good(20, "behind"),
    "50 good words around": _good(50, "around"),
    "100 good words before": _good(100, "before"),
    "400 good words around": _good(400, "around"),
    "look-alikes and zero-width spaces": _both(_lookalikes, _between("\u200b")),
    "some look-alikes, 20 good words": _both(_some(0.5, _lookalikes), _good(20, "around")),
    "spelt out in script": _both(_spaced(" "), _shifted(0x1D4D0, 0x1D4EA)),
}
# Trained on besides plain texts: those that leave other features behind. The others must be read through.
TRAINED = ("look-alikes of many alphabets", "raised letters", "zero-width spaces", "digits for letters",
           "signs for letters", "spelt out", "a letter missing", "a letter missing", "two letters swapped",
           "two letters swapped", "letters repeated", "links without a scheme", "links with a word for the dot",
           "base64", "tags inside words", "written backwards by a mark", "marks heaped up")  # fmt: skip
# What honest people do as well, by taste or by their editor: nobody may be held for it.
HARMLESS = ("full width", "accents", "wide spaces", "entities, decimal", "upper case", "a letter missing",
            "two letters swapped", "emoji between words", "soft hyphens", "bold")  # fmt: skip
