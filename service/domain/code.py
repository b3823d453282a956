"""One-time codes that the popup hands to the widget, and the proof that the widget is the one that asked (RFC 7636)."""

import re
from base64 import urlsafe_b64encode
from hashlib import sha256

import msgspec

_MINUTE_MS = 60_000
LONG_MS = _MINUTE_MS
SHORT_MS = 10 * _MINUTE_MS  # somebody reads it here and types it there
MOST_TRIES = 5

_CHALLENGE = re.compile(r"[A-Za-z0-9_\-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is taken for another
_SHORT = re.compile(f"[{_LETTERS}]{{8}}")


class Code(msgspec.Struct, frozen=True):
    """What is kept of a code: its hash, and whom and what it is bound to. Times are milliseconds UTC."""

    id: str  # by which it is found
    hash: str
    site_id: str
    member_id: str
    origin: str
    challenge: str
    created_at: int
    expires_at: int


def is_challenge(text: str) -> bool:
    """Can this be a code_challenge of method S256?"""
    return _CHALLENGE.fullmatch(text) is not None


def challenge_of(verifier: str) -> str | None:
    """The code_challenge of this code_verifier by method S256; None for what can be none (RFC 7636, 4.1 and 4.2)."""
    if not _VERIFIER.fullmatch(verifier):
        return None
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")


def short_code(secret: str) -> str:
    """Eight letters and digits to be typed, made of a secret's chance: 39 bits."""
    number = int.from_bytes(sha256(secret.encode()).digest(), "big")
    digits = [number // len(_LETTERS) ** place % len(_LETTERS) for place in range(8)]
    return "".join(_LETTERS[digit] for digit in digits)


def in_two(code: str) -> str:
    """A short code as it is shown: ABCD-EFGH."""
    return f"{code[:4]}-{code[4:]}"


def as_short(typed: str) -> str | None:
    """What was typed, without regard to case, spaces and dashes; None if it is no short code."""
    code = re.sub(r"[\s\-]", "", typed).upper()
    return code if _SHORT.fullmatch(code) else None
