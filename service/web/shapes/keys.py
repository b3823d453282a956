"""Keys over the wire: which is wanted, and what is told of those there are. The key itself is told once."""

from typing import Annotated

from msgspec import Meta, Struct

from service.domain.key import Key, KeyKind, KeyScope
from service.web.bodies import Body
from service.web.shapes.lists import NextCursor
from service.web.shapes.reports import ReporterTold
from service.web.times import Time, rfc3339, rfc3339_or_none


class KeyBody(Body, frozen=True):
    """A key to be made."""

    kind: KeyKind
    name: Annotated[str, Meta(min_length=1, max_length=80, description="What it is for; else its kind.")] | None = None
    scope: Annotated[KeyScope, Meta(description="Of kind `api` only; `full` if it is left out.")] | None = None
    expires_at: Annotated[str, Meta(extra_json_schema={"format": "date-time"})] | None = None


class KeyTold(Struct, frozen=True, kw_only=True):
    """What is known of a key."""

    id: str
    name: str
    kind: KeyKind
    scope: Annotated[KeyScope | None, Meta(description="Null for kind `akismet`.")]
    last_four: str
    created_by: ReporterTold
    created_at: Time
    last_used_at: Annotated[Time | None, Meta(description="To the hour; null: never.")]
    expires_at: Time | None


class MadeKeyTold(KeyTold, frozen=True, kw_only=True):
    """A key that was just made. `key` is shown this once: a call that is replayed has null there."""

    key: str | None


class KeysTold(Struct, frozen=True):
    """Keys in the order of their making."""

    keys: list[KeyTold]
    next_cursor: NextCursor


def key_told(key: Key) -> KeyTold:
    """A key, without itself."""
    return KeyTold(
        id=key.id,
        name=key.name,
        kind=key.kind,
        scope=None if key.kind == "akismet" else key.scope,
        last_four=key.last_four,
        created_by=ReporterTold(key.member_id, key.member_name),
        created_at=rfc3339(key.created_at),
        last_used_at=rfc3339_or_none(key.last_used_at),
        expires_at=rfc3339_or_none(key.expires_at),
    )


def keys_told(found: list[Key], next_cursor: str | None) -> KeysTold:
    """A page of keys."""
    return KeysTold([key_told(one) for one in found], next_cursor)


def made_key_told(key: Key, raw: str | None) -> MadeKeyTold:
    """A key with itself, to the one who made it, once; None: he was shown it."""
    told = key_told(key)
    return MadeKeyTold(key=raw, **{name: getattr(told, name) for name in told.__struct_fields__})
