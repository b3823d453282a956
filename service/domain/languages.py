"""Finds texts in a script that none of a site's languages uses. Languages of one script are not told apart here."""

import re
import unicodedata
from functools import lru_cache

_FEWEST = 8  # letters; fewer are a name, a laugh or a greeting

_LATIN = (
    "af ak an ast ay az bm br bs ca ceb co crh cs csb cy da de dsb ee en eo es et eu fi fil fj fo fr frp fur fy "
    "ga gd gl gn gsw gv ha haw hr hsb ht hu ia id ie ig io is it jbo jv ki kl kmr ku kw la lad lb lg li lij lmo "
    "ln lt lv mg mi ms mt nah nan nap nb nds nl nn no nr nso nv ny oc om pap pl pms pt qu rm rn ro rw sc scn sco "
    "se sg sk sl sm sn so sq sr ss st su sv sw szl tet tk tl tn to tpi tr ts tum tw ty uz vec vi vls vo wa war wo "
    "xh yo za zea zu"
)
# Scripts by the first word of their letters' names in Unicode, with their ISO 15924 codes and the languages (ISO 639)
# written in them. A language may have several; one that stands nowhere here leaves the check without effect.
_SCRIPTS: dict[str, tuple[str, str]] = {
    "LATIN": ("Latn", _LATIN),
    "CYRILLIC": ("Cyrl", "ab av ba be bg bua ce cu cv kbd kk koi kv ky mk mn myv os ru rue sah sr tg tt tyv udm uk uz"),
    "GREEK": ("Grek", "el grc"),
    "ARABIC": ("Arab", "ar arz ckb fa glk ks ku lrc mzn pnb prs ps sd skr ug ur"),
    "HEBREW": ("Hebr", "he yi lad"),
    "DEVANAGARI": ("Deva", "awa bh bho gom hi kok ks mai mr ne new sa sd"),
    "BENGALI": ("Beng", "as bn bpy mni"),
    "GURMUKHI": ("Guru", "pa"),
    "GUJARATI": ("Gujr", "gu"),
    "ORIYA": ("Orya", "or"),
    "TAMIL": ("Taml", "ta"),
    "TELUGU": ("Telu", "te"),
    "KANNADA": ("Knda", "kn tcy"),
    "MALAYALAM": ("Mlym", "ml"),
    "SINHALA": ("Sinh", "si"),
    "THAI": ("Thai", "th"),
    "LAO": ("Laoo", "lo"),
    "TIBETAN": ("Tibt", "bo dz"),
    "MYANMAR": ("Mymr", "my mnw shn"),
    "KHMER": ("Khmr", "km"),
    "GEORGIAN": ("Geor", "ka xmf"),
    "ARMENIAN": ("Armn", "hy hyw"),
    "ETHIOPIC": ("Ethi", "am ti"),
    "HANGUL": ("Kore", "ko"),
    "HIRAGANA": ("Hira", "ja"),
    "KATAKANA": ("Kana", "ja"),
    "CJK": ("Hani", "zh yue wuu hak gan lzh ja ko"),
    "CHEROKEE": ("Cher", "chr"),
    "MONGOLIAN": ("Mong", "mn"),
    "THAANA": ("Thaa", "dv"),
}
# Codes of ISO 15924 that stand for several of the above, or for one by another name.
_CODES = {
    **{code.lower(): frozenset((name,)) for name, (code, _) in _SCRIPTS.items()},
    "hans": frozenset(("CJK",)),
    "hant": frozenset(("CJK",)),
    "jpan": frozenset(("CJK", "HIRAGANA", "KATAKANA")),
    "kore": frozenset(("HANGUL", "CJK")),
    "hang": frozenset(("HANGUL",)),
}
_SHOWN = {"CJK": "Chinese"}

# What a text only quotes or points to says nothing of its language: addresses, code, quoted lines, what stands in
# quotes or brackets. Nor does a name in another script, known by its capital where the script has such.
_ASIDES = re.compile(
    r"(?:https?://|www\.)\S+|^[ ]{0,3}>.*$|`[^`\n]*`"
    r"|“[^”\n]{1,60}”|„[^“”\n]{1,60}[“”]|«[^»\n]{1,60}»|\"[^\"\n]{1,60}\"|「[^」\n]{1,60}」|\([^()\n]{1,60}\)",
    re.MULTILINE,
)


_WORD = re.compile(r"[^\W\d_]+")


def other_script(languages: tuple[str, ...], text: str) -> str | None:
    """The script of most of the text's letters, if none of these languages (BCP 47 tags) is written in it.

    None also where the text has too few letters to say, or a language is not known here.
    """
    ours = _scripts_of(languages)
    if ours is None or (text.isascii() and "LATIN" in ours):
        return None
    counts: dict[str, int] = {}
    for word in _WORD.findall(_ASIDES.sub(" ", text)):
        is_name = word[0].isupper() and word[1:].islower()
        for script in map(_script_of, word):
            if script is not None and (script in ours or not is_name):
                counts[script] = counts.get(script, 0) + 1
    return _foreign(counts, ours)


def _foreign(counts: dict[str, int], ours: frozenset[str]) -> str | None:
    others = {script: n for script, n in counts.items() if script not in ours}
    letters, foreign = sum(counts.values()), sum(others.values())
    if letters < _FEWEST or foreign * 2 <= letters:
        return None
    most = max(others, key=lambda script: others[script])
    return _SHOWN.get(most, most.title())


@lru_cache(maxsize=256)
def _scripts_of(languages: tuple[str, ...]) -> frozenset[str] | None:
    """The scripts that these languages are written in; None where one of them is not known."""
    each = [_scripts_of_one(tag.lower()) for tag in languages]
    known = [scripts for scripts in each if scripts]
    return frozenset().union(*known) if known and len(known) == len(each) else None


def _scripts_of_one(tag: str) -> frozenset[str]:
    """A tag that names its script (sr-Latn) means that one; any other, all that its language is written in."""
    language, *parts = tag.split("-")
    named = next((_CODES[part] for part in parts if part in _CODES), None)
    return named or frozenset(name for name, (_, known) in _SCRIPTS.items() if language in known.split())


@lru_cache(maxsize=16_384)
def _script_of(char: str) -> str | None:
    """The script of a letter, by its name in Unicode; None for all that is no letter, or of a script not listed."""
    if not char.isalpha():
        return None
    word = unicodedata.name(char, "").partition(" ")[0]
    return word if word in _SCRIPTS else None
