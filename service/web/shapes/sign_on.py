"""A site's sign-on over the wire. Secrets come in; only the shared one goes out, and by a call of its own."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from service.domain.sign_on import ROTATION_MS, Kind, SignOn
from service.web.bodies import Body
from service.web.times import Time, rfc3339_or_none

_Url = Annotated[str, Meta(max_length=2_000)]
_Line = Annotated[str, Meta(max_length=255)]
_Secret = Annotated[str, Meta(max_length=1_000)]


class SignOnBody(Body, frozen=True):
    """What is to be set; what is left out stays. An empty text clears."""

    kind: Kind | UnsetType = UNSET
    issuer: _Line | UnsetType = UNSET
    jwks_url: _Url | UnsetType = UNSET
    client_id: _Line | UnsetType = UNSET
    client_secret: _Secret | UnsetType = UNSET
    roles: bool | UnsetType = UNSET
    vouches: bool | UnsetType = UNSET


class SecretBody(Body, frozen=True):
    """`rotate` makes a new secret; the one before it holds for another day."""

    rotate: bool = False


class SignOnTold(Struct, frozen=True):
    """How a site's people are vouched for."""

    kind: Kind
    issuer: str
    jwks_url: str
    client_id: str
    has_client_secret: bool
    roles: bool
    vouches: bool
    rotated_at: Time | None
    callback_url: str


class SecretTold(Struct, frozen=True):
    """The secret that the blog signs with (HS256, the text's own bytes), and until when the one before it holds. It is
    taken while `kind` is hs256."""

    kind: Kind
    secret: str
    previous_until: Time | None


def sign_on_told(set_up: SignOn, callback_url: str) -> SignOnTold:
    """The settings without their secret."""
    return SignOnTold(
        set_up.kind,
        set_up.issuer,
        set_up.jwks_url,
        set_up.client_id,
        bool(set_up.client_secret),
        set_up.roles,
        set_up.vouches,
        rfc3339_or_none(set_up.rotated_at),
        callback_url,
    )


def secret_told(secret: str, set_up: SignOn, now_ms: int) -> SecretTold:
    """The shared secret, for an owner."""
    rotated = len(set_up.generations(now_ms)) > 1 and set_up.rotated_at is not None
    until = (set_up.rotated_at or 0) + ROTATION_MS
    return SecretTold(set_up.kind, secret, rfc3339_or_none(until if rotated else None))
