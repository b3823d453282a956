"""The manifest of a model: what it is, what it was made of, how good it is; and the signature below it.

The arrays themselves are the business of `artefact`.
"""

import hashlib
import hmac
import json
import math
from typing import NamedTuple

from service.spam import features

NAME = "manifest.json"
SIGNATURE = "manifest.sig"
FORMAT = 1
_MOST_BYTES = 1 << 20


class ModelRefused(Exception):
    """A model is not loaded; the message names what is wrong with it and what would be right."""


class Manifest(NamedTuple):
    """What loading needs of a manifest. Everything else in it is for people and for later comparison."""

    version: str
    sha256: str  # of the array file, 64 hex digits
    size: int  # of the array file, bytes
    hold_at: float
    spam_at: float
    slope: float
    offset: float


def encode(fields: dict[str, object]) -> bytes:
    """The bytes of a manifest, the same for the same fields."""
    return (json.dumps(fields, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()


def decode(content: bytes) -> Manifest:
    """Read a manifest; raise ModelRefused unless it is whole and of this program's feature space."""
    if len(content) > _MOST_BYTES:
        raise ModelRefused(f"{NAME} has {len(content)} bytes, at most {_MOST_BYTES} are read")
    try:
        fields = json.loads(content)
        space = fields["features"]
        found = Manifest(
            version=_text(fields["version"]),
            sha256=_text(fields["arrays"]["sha256"]),
            size=int(fields["arrays"]["size"]),
            hold_at=_share(fields["thresholds"]["hold_at"]),
            spam_at=_share(fields["thresholds"]["spam_at"]),
            slope=_number(fields["calibration"]["slope"]),
            offset=_number(fields["calibration"]["offset"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise ModelRefused(f"{NAME} is not a manifest of a model: {type(fault).__name__} {fault}") from fault
    _check_space(space)
    return found


def _text(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 200:
        raise ValueError(f"{value!r} should be a short text")
    return value


def _number(value: object) -> float:
    if not isinstance(value, float | int) or not math.isfinite(value):
        raise ValueError(f"{value!r} should be a finite number")
    return float(value)


def _share(value: object) -> float:
    share = _number(value)
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"{share} should be a number from 0 to 1")
    return share


def _check_space(space: object) -> None:
    ours = json.loads(json.dumps(features.parameters()))
    if space == ours:
        return
    theirs = space if isinstance(space, dict) else {}
    apart = ", ".join(sorted(name for name in ours | theirs if ours.get(name) != theirs.get(name)))
    raise ModelRefused(f"the model was made for other features than this program's ({apart} differ): train it again")


def sign(content: bytes, secret: bytes) -> str:
    """HMAC-SHA256 (RFC 2104) of the bytes of a manifest, 64 hex digits. Raises ValueError on a short secret."""
    if len(secret) < 16:
        raise ValueError("the secret that signs models needs at least 16 bytes")
    return hmac.new(secret, content, hashlib.sha256).hexdigest()


def check_pin(content: bytes, pin: str) -> None:
    """Raise ModelRefused unless the manifest is the one whose SHA-256 is known."""
    if not hmac.compare_digest(hashlib.sha256(content).hexdigest(), pin):
        raise ModelRefused(f"{NAME} is not the one this program was released with: restore the folder from it")


def check_signature(content: bytes, signature: bytes, secret: bytes) -> None:
    """Raise ModelRefused unless the signature was made with this installation's secret."""
    expected = sign(content, secret).encode()
    if not hmac.compare_digest(expected, signature.strip()):
        raise ModelRefused(f"{SIGNATURE} was not made with this installation's secret: train the model here")


def complete(fields: dict[str, object], name: str, arrays: bytes) -> dict[str, object]:
    """The fields of a manifest with the hash of the array file and the feature space added."""
    described = {"file": name, "sha256": hashlib.sha256(arrays).hexdigest(), "size": len(arrays)}
    return {**fields, "format": FORMAT, "arrays": described, "features": features.parameters()}
