"""Finds a site's listed words in a text, without regard to case, as whole words."""

import re
from functools import lru_cache


def found(words: tuple[str, ...], text: str) -> tuple[str, ...]:
    """Those of the words that the text holds, in the order of the list."""
    if not words:
        return ()
    hits = {hit.casefold() for hit in _pattern(words).findall(text.casefold())}
    return tuple(word for word in words if word.casefold() in hits)


@lru_cache(maxsize=256)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    # Longest first, since of two words that start alike the regex takes the first.
    alternatives = sorted((re.escape(w.casefold()) for w in words), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(alternatives)})(?!\w)")
