"""Names and mail addresses of people: what can be one, and when two names look alike."""

import unicodedata

from service.domain.errors import Fault, Invalid

MAX_NAME = 80
# Letters of other scripts, and digits, that pass for Latin ones in a name (Unicode TR 39, the most used of them).
_LOOK_ALIKES = str.maketrans("авекмнорстухіјѕһԁԛαβεικμνορτυχ01|ı", "abekmhopctyxijshdqabeikmvoptuxolli")

# Greek capitals that look like Latin ones whose small letters do not.
_LOOK_ALIKE_CAPITALS = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX")


def clean_name(name: str, pointer: str = "/name") -> str:
    """The name in composed form (NFC) without spaces around it. Raises Invalid."""
    name = unicodedata.normalize("NFC", " ".join(name.split()))
    seen = [c for c in name if unicodedata.category(c)[0] not in "CZM"]
    hidden = any(unicodedata.category(c) in ("Cc", "Cs", "Cn") for c in name)
    if not seen or hidden or len(name) > MAX_NAME:
        raise Invalid([Fault(pointer, f"A name is needed, 1 to {MAX_NAME} characters that can be seen.")])
    return name


def name_key(name: str) -> str:
    """What look-alike names share: compatibility form, lower case, marks and what cannot be seen left out."""
    apart = unicodedata.normalize("NFKD", name.translate(_LOOK_ALIKE_CAPITALS).casefold())
    kept = (c for c in apart if unicodedata.category(c)[0] not in "CM" and not c.isspace())
    return "".join("-" if unicodedata.category(c) == "Pd" else c for c in kept).translate(_LOOK_ALIKES)


def check_email(email: str | None, pointer: str = "/email") -> str | None:
    """The address in lower case. Only its shape is looked at: whether it works, a mail will tell. Raises Invalid."""
    if email is None:
        return None
    email = email.strip().lower()
    local, _, domain = email.rpartition("@")
    plain = all(c.isprintable() and not c.isspace() for c in email)
    single = not any(c in '@,;:<>()[]"\\' for c in local + domain)  # else one address could be read as two
    if not local or "." not in domain.strip(".") or not plain or not single or len(email) > 254:
        raise Invalid([Fault(pointer, "This is no mail address; one looks like ada@example.org.")])
    return email
