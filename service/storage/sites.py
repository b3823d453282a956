"""Sites and the numbers on their queue's tabs."""

import msgspec

from service.domain.comment import STATUSES
from service.domain.errors import NameTaken
from service.domain.site import Policy, Site
from service.storage.database import Database, Outdated, Query, Row, Statement, Unit

_COLUMNS = "id, policy, created_at, version"


def _site(row: Row) -> Site:
    return Site(row[0], msgspec.json.decode(row[1], type=Policy), row[2], row[3])


async def find(db: Database, site_id: str) -> Site | None:
    """The site of this name."""
    (rows,) = await db.read(Query(f"SELECT {_COLUMNS} FROM sites WHERE id = :id", {"id": site_id}))
    return _site(rows[0]) if rows else None


async def every(db: Database) -> list[Site]:
    """All sites, by name."""
    (rows,) = await db.read(Query(f"SELECT {_COLUMNS} FROM sites ORDER BY id", {}))
    return [_site(row) for row in rows]


def adding(site: Site) -> Unit:
    """Adds the site and its tab counts. Refused with NameTaken."""
    insert = Statement(
        "INSERT INTO sites (id, policy, created_at, version) VALUES (:id, :policy, :created_at, :version)"
        " ON CONFLICT (id) DO NOTHING",
        {
            "id": site.id,
            "policy": msgspec.json.encode(site.policy).decode(),
            "created_at": site.created_at,
            "version": site.version,
        },
        NameTaken(f"There is a site named {site.id} already."),
    )
    counts = [
        Statement(
            "INSERT INTO status_counts (site_id, status, count) VALUES (:site_id, :status, 0)",
            {"site_id": site.id, "status": status},
        )
        for status in (*STATUSES, "reported", "audit")
    ]
    return insert, *counts


def setting_policy(seen: Site, policy: Policy) -> Unit:
    """Puts the whole policy in place of the one seen. Refused with Outdated when another was set meanwhile."""
    return (
        Statement(
            "UPDATE sites SET policy = :policy, version = version + 1 WHERE id = :id AND version = :seen",
            {"id": seen.id, "policy": msgspec.json.encode(policy).decode(), "seen": seen.version},
            Outdated,
        ),
    )


def erasing(seen: Site, email: str) -> list[Statement]:
    """Takes an address out of those that letters go to. Refused with Outdated when the policy was set meanwhile."""
    told = {
        name: tuple(one for one in getattr(seen.policy, name) if one.lower() != email)
        for name in ("moderation_mail", "comment_mail")
    }
    policy = msgspec.structs.replace(seen.policy, **told)
    return list(setting_policy(seen, policy)) if policy != seen.policy else []


def counting(site_id: str, status: str, change: int) -> Statement:
    """Moves the number on one tab."""
    return Statement(
        "UPDATE status_counts SET count = count + :change WHERE site_id = :site_id AND status = :status",
        {"site_id": site_id, "status": status, "change": change},
    )


async def status_counts(db: Database, site_id: str) -> dict[str, int]:
    """The number on each tab."""
    query = Query("SELECT status, count FROM status_counts WHERE site_id = :site_id", {"site_id": site_id})
    (rows,) = await db.read(query)
    return {row[0]: row[1] for row in rows}
