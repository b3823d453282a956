"""Makes keys for programs, and revokes them."""

from collections.abc import Callable
from hashlib import sha256

import msgspec

from service.actions.identify import hash_of
from service.actions.keys import akismet_hash
from service.actions.resources import Resources
from service.domain.errors import Fault, Invalid, NotAllowedNow, NotFound, StorageUnavailable
from service.domain.key import AKISMET_DIGITS, API_PREFIX, Key, KeyKind, KeyScope
from service.domain.member import Member
from service.domain.names import clean_name
from service.storage import keys
from service.storage.database import Outdated, Statement

_TRIES = 8


class NewKey(msgspec.Struct, frozen=True):
    """Which key is wanted. `expires_at` is in milliseconds UTC; None: it does not end by itself."""

    name: str
    kind: KeyKind
    scope: KeyScope | None = None
    expires_at: int | None = None


def _keep_nothing(_: Key) -> list[Statement]:
    return []


async def make_key(
    res: Resources, maker: Member, new: NewKey, keep: Callable[[Key], list[Statement]] = _keep_nothing
) -> tuple[Key, str]:
    """A new key, and the one sight of its text. Raises Invalid; NotAllowedNow for a maker who is no owner."""
    name = clean_name(new.name)
    if new.kind == "akismet" and new.scope is not None:
        raise Invalid([Fault("/scope", "A key for Akismet's calls has no scope: leave it out.")])
    if new.expires_at is not None and new.expires_at <= res.now_ms():
        raise Invalid([Fault("/expires_at", "A time that is still to come is needed.")])
    for _ in range(_TRIES):
        raw = _raw(res, new.kind)
        key = _key(res, maker, msgspec.structs.replace(new, name=name), raw)
        if not key.holds(maker, res.now_ms()):
            raise NotAllowedNow("A key acts as the owner who makes it, so only an owner can.")
        try:
            await res.db.write([keys.adding(key), *keep(key)])
        except Outdated:  # 48 bits can meet twice
            continue
        return key, raw
    raise StorageUnavailable


def _raw(res: Resources, kind: KeyKind) -> str:
    chance = res.new_secret()
    if kind == "api":
        return API_PREFIX + chance.removeprefix("gr_")
    return sha256(chance.encode()).hexdigest()[:AKISMET_DIGITS]


def _key(res: Resources, maker: Member, new: NewKey, raw: str) -> Key:
    return Key(
        id=res.ids.new(),
        hash=akismet_hash(res, raw) if new.kind == "akismet" else hash_of(raw),
        site_id=maker.site_id,
        member_id=maker.id,
        member_name=maker.name,
        name=new.name,
        kind=new.kind,
        scope=new.scope or "full",
        last_four=raw[-4:],
        created_at=res.now_ms(),
        expires_at=new.expires_at,
        revoked_at=None,
        last_used_at=None,
    )


async def revoke_key(res: Resources, site_id: str, key_id: str) -> None:
    """Ends a key at once. Raises NotFound."""
    key = await keys.find_by_id(res.db, site_id, key_id)
    if key is None:
        raise NotFound
    try:
        await res.db.write([keys.revoking(site_id, key_id, res.now_ms())])
    finally:
        res.cache.forget_key(key.hash)
