"""Links that carry a right of their own: a small payload, signed, so that nothing about them needs to be stored.

Each purpose has a key of its own, so that what was signed for one is worth nothing for another.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from hashlib import sha256
from typing import TypeVar

import msgspec

LETTERS = "letters"  # the use of the secret that all of this is for
T = TypeVar("T", bound=msgspec.Struct)
_LONGEST = 600
_MAC = 18  # bytes of the signature that are sent: 144 bits


def keyed_hash(secret: bytes, purpose: str, text: str) -> str:
    """A hash that only this installation can make (HMAC, RFC 2104, with SHA-256): 32 hex digits."""
    return _mac(secret, f"hash:{purpose}", text.encode()).hex()[:32]


def address_hash(secret: bytes, email: str) -> str:
    """By what an address is known where the address itself is not to be kept."""
    return keyed_hash(secret, "address", email.lower())


def sealed(secret: bytes, payload: msgspec.Struct) -> str:
    """The payload, readable by anybody, with a signature; the name of its class is its purpose."""
    body = msgspec.json.encode(payload)
    mac = _mac(secret, type(payload).__name__, body)[:_MAC]
    return f"{_text(body)}.{_text(mac)}"


def opened(secret: bytes, token: str, kind: type[T]) -> T | None:
    """The payload, if it was sealed here for this purpose; None for everything else."""
    body_text, _, mac_text = token.partition(".")
    if len(token) > _LONGEST:
        return None
    try:
        body, mac = _bytes(body_text), _bytes(mac_text)
        if not hmac.compare_digest(mac, _mac(secret, kind.__name__, body)[:_MAC]):
            return None
        return msgspec.json.decode(body, type=kind)
    except (NotBase64, ValueError, msgspec.MsgspecError):
        return None


def _mac(secret: bytes, purpose: str, body: bytes) -> bytes:
    key = hmac.digest(secret, f"greenroom:{purpose}".encode(), "sha256")
    return hmac.new(key, body, sha256).digest()


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
