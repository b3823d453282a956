"""A site's sign-on: its settings, the token ids that were used, the browsers that are on their way to a provider."""

import msgspec

from service.domain.errors import SignOnRefused
from service.domain.provider import Attempt
from service.domain.sign_on import SignOn
from service.storage.database import Database, Outdated, Query, Statement

_COLUMNS = ", ".join(SignOn.__struct_fields__)
_ATTEMPT = "state_hash, browser_hash, site_id, issuer, to_path, expires_at"


async def find(db: Database, site_id: str) -> SignOn | None:
    """What the site's owner has set, if anything."""
    (rows,) = await db.read(Query(f"SELECT {_COLUMNS} FROM sign_on WHERE site_id = :site_id", {"site_id": site_id}))
    if not rows:
        return None
    told = dict(zip(SignOn.__struct_fields__, rows[0], strict=True))
    return SignOn(**{**told, "roles": bool(told["roles"]), "vouches": bool(told["vouches"])})


def setting(seen: SignOn, new: SignOn) -> Statement:
    """Puts this in place of what was seen. Refused with Outdated when something else was set meanwhile."""
    names = [name for name in SignOn.__struct_fields__ if name not in ("site_id", "version")]
    values = {**msgspec.structs.asdict(new), "roles": int(new.roles), "vouches": int(new.vouches)}
    if seen.version == 0:
        sql = (
            f"INSERT INTO sign_on ({_COLUMNS}) VALUES ({', '.join(':' + n for n in SignOn.__struct_fields__)})"
            " ON CONFLICT DO NOTHING"
        )
        return Statement(sql, {**values, "version": 1}, Outdated)
    sql = (
        f"UPDATE sign_on SET {', '.join(f'{n} = :{n}' for n in names)}, version = version + 1"
        " WHERE site_id = :site_id AND version = :seen"
    )
    del values["version"]
    return Statement(sql, {**values, "seen": seen.version}, Outdated)


def using_jti(site_id: str, jti: str, expires_at: int) -> Statement:
    """Uses a token up. Refused with SignOnRefused if it was used before."""
    return Statement(
        "INSERT INTO used_jtis (site_id, jti, expires_at) VALUES (:site_id, :jti, :expires_at) ON CONFLICT DO NOTHING",
        {"site_id": site_id, "jti": jti, "expires_at": expires_at},
        SignOnRefused("replayed"),
    )


async def is_used(db: Database, site_id: str, jti: str) -> bool:
    """Was a token of this id used before?"""
    sql = "SELECT 1 FROM used_jtis WHERE site_id = :site_id AND jti = :jti"
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "jti": jti}))
    return bool(rows)


def sweeping_jtis(now_ms: int) -> Statement:
    """Forgets the ids of tokens that no longer hold anyway."""
    return Statement("DELETE FROM used_jtis WHERE expires_at < :now", {"now": now_ms})


async def find_attempt(db: Database, site_id: str, state_hash: str) -> Attempt | None:
    """The attempt of this state, on this site only."""
    sql = f"SELECT {_ATTEMPT} FROM sign_in_attempts WHERE state_hash = :state_hash AND site_id = :site_id"
    (rows,) = await db.read(Query(sql, {"state_hash": state_hash, "site_id": site_id}))
    return Attempt(*rows[0]) if rows else None


def adding_attempt(attempt: Attempt) -> Statement:
    """Keeps an attempt."""
    return Statement(
        f"INSERT INTO sign_in_attempts ({_ATTEMPT}) VALUES"
        " (:state_hash, :browser_hash, :site_id, :issuer, :to, :expires_at)",
        msgspec.structs.asdict(attempt),
    )


def using_attempt(attempt: Attempt) -> Statement:
    """Uses an attempt up. Refused with SignOnRefused if it was used before."""
    return Statement(
        "DELETE FROM sign_in_attempts WHERE state_hash = :state_hash AND site_id = :site_id",
        {"state_hash": attempt.state_hash, "site_id": attempt.site_id},
        SignOnRefused("state"),
    )


def sweeping_attempts(now_ms: int) -> Statement:
    """Forgets the attempts of browsers that never came back."""
    return Statement("DELETE FROM sign_in_attempts WHERE expires_at < :now", {"now": now_ms})
