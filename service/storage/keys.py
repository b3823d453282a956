"""Keys for programs: kept as hashes, of one site, as the member who made them."""

import msgspec

from service.domain.errors import NotFound
from service.domain.key import Key
from service.domain.member import Member
from service.storage.database import Database, Outdated, Portion, Query, Statement

_COLUMNS = (
    "k.id, k.hash, k.site_id, k.member_id, m.name, k.name, k.kind, k.scope, k.last_four, k.created_at, k.expires_at,"
    " k.revoked_at, k.last_used_at"
)
_SOURCE = "keys k JOIN members m ON m.id = k.member_id"


async def find(db: Database, key_hash: str) -> Key | None:
    """The key of this hash, whatever its state."""
    (rows,) = await db.read(Query(f"SELECT {_COLUMNS} FROM {_SOURCE} WHERE k.hash = :hash", {"hash": key_hash}))
    return Key(*rows[0]) if rows else None


async def find_by_id(db: Database, site_id: str, key_id: str) -> Key | None:
    """The key of this id, on this site only, unless it was revoked."""
    sql = f"SELECT {_COLUMNS} FROM {_SOURCE} WHERE k.site_id = :site_id AND k.id = :id AND k.revoked_at IS NULL"
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "id": key_id}))
    return Key(*rows[0]) if rows else None


async def page(db: Database, site_id: str, after: str, limit: int) -> list[Key]:
    """The site's keys in the order of their making, without those that were revoked."""
    sql = (
        f"SELECT {_COLUMNS} FROM {_SOURCE} WHERE k.site_id = :site_id AND k.revoked_at IS NULL AND k.id > :after"
        " ORDER BY k.id LIMIT :limit"
    )
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "after": after, "limit": limit}))
    return [Key(*row) for row in rows]


def adding(key: Key) -> Statement:
    """Keeps a key. Refused with Outdated when the very same one exists: make another."""
    names = [name for name in key.__struct_fields__ if name != "member_name"]
    return Statement(
        f"INSERT INTO keys ({', '.join(names)}) VALUES ({', '.join(':' + name for name in names)})"
        " ON CONFLICT (hash) DO NOTHING",
        {name: value for name, value in msgspec.structs.asdict(key).items() if name != "member_name"},
        Outdated,
    )


def revoking(site_id: str, key_id: str, now_ms: int) -> Statement:
    """Ends a key. Refused with NotFound if there is none that lasts."""
    return Statement(
        "UPDATE keys SET revoked_at = :now WHERE site_id = :site_id AND id = :id AND revoked_at IS NULL",
        {"now": now_ms, "site_id": site_id, "id": key_id},
        NotFound,
    )


def using(key_id: str, now_ms: int) -> Statement:
    """Notes when a key was used last."""
    return Statement("UPDATE keys SET last_used_at = :now WHERE id = :id", {"now": now_ms, "id": key_id})


def erasing(site_id: str, member_id: str, now_ms: int) -> list[Statement]:
    """Ends the keys that a member made and takes the names that he gave them. The cache is to be told to forget."""
    return [
        Statement(
            "UPDATE keys SET name = '', revoked_at = COALESCE(revoked_at, :now) WHERE member_id = :member_id"
            " AND site_id = :site_id",
            {"now": now_ms, "member_id": member_id, "site_id": site_id},
        )
    ]


async def exported(db: Database, member: Member, _: str) -> Portion:
    """The keys that a member made."""
    names = ("id", "name", "kind", "scope", "last_four", "created_at", "expires_at", "revoked_at", "last_used_at")
    sql = f"SELECT {', '.join(names)} FROM keys WHERE member_id = :member_id AND site_id = :site_id ORDER BY id"
    (rows,) = await db.read(Query(sql, {"member_id": member.id, "site_id": member.site_id}))
    return Portion([dict(zip(names, row, strict=True)) for row in rows], None)
