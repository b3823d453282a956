"""Names of people: what can be one, and when two of them look alike."""

import unicodedata

from service.domain.errors import Fault, Invalid

_MAX_NAME = 80
# Letters of other scripts, and digits, that pass for Latin ones in a name (Unicode TR 39, the most used of them).
_LOOK_ALIKES = str.maketrans("авекмнорстухіјѕһԁԛαβεικμνορτυχ01|ı", "abekmhopctyxijshdqabeikmvoptuxolli")


def clean_name(name: str, pointer: str = "/name") -> str:
    """The name in composed form (NFC) without spaces around it. Raises Invalid."""
    name = unicodedata.normalize("NFC", " ".join(name.split()))
    seen = [c for c in name if unicodedata.category(c)[0] not in "CZM"]
    hidden = any(unicodedata.category(c) in ("Cc", "Cs", "Cn") for c in name)
    if not seen or hidden or len(name) > _MAX_NAME:
        raise Invalid([Fault(pointer, f"A name is needed, 1 to {_MAX_NAME} characters that can be seen.")])
    return name


def name_key(name: str) -> str:
    """What look-alike names share: compatibility form, lower case, marks and what cannot be seen left out."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(c for c in apart if unicodedata.category(c)[0] not in "CM" and not c.isspace())
    return kept.translate(_LOOK_ALIKES)
