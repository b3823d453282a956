"""Members and the record that each has made."""

from collections.abc import Sequence

from service.domain.comment import Status
from service.domain.errors import LastOwner, NameTaken, NotAllowedNow, NotFound
from service.domain.member import Member, MemberStatus, Role
from service.domain.names import name_key
from service.storage.database import Database, Outdated, Portion, Query, Reads, Row, Statement, Unit

_COLUMNS = (
    "id, site_id, name, email, role, status, suspended_until,"
    " approved_count, rejected_count, spam_count, created_at, version"
)


def _member(row: Row) -> Member:
    return Member(*row)


async def find(db: Database, site_id: str, member_id: str) -> Member | None:
    """The member of this id, on this site only."""
    sql = f"SELECT {_COLUMNS} FROM members WHERE site_id = :site_id AND id = :id"
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "id": member_id}))
    return _member(rows[0]) if rows else None


async def find_by_name(db: Database, site_id: str, name: str) -> Member | None:
    """The member of this name or of one that looks like it, on this site only."""
    sql = f"SELECT {_COLUMNS} FROM members WHERE site_id = :site_id AND name_key = :name_key"
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "name_key": name_key(name)}))
    return _member(rows[0]) if rows else None


async def find_by_email(db: Database, site_id: str, email: str) -> Member | None:
    """The member of this address (in lower case), on this site only."""
    sql = f"SELECT {_COLUMNS} FROM members WHERE site_id = :site_id AND email = :email"
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "email": email}))
    return _member(rows[0]) if rows else None


async def taken_names(db: Database, site_id: str, names: Sequence[str]) -> set[str]:
    """Those of these names that are a member's, or look like one."""
    sql = "SELECT id FROM members WHERE site_id = :site_id AND name_key = :name_key"
    answers = await db.read(*[Query(sql, {"site_id": site_id, "name_key": name_key(one)}) for one in names])
    return {name for name, rows in zip(names, answers, strict=True) if rows}


async def taken_emails(db: Database, site_id: str, emails: Sequence[str]) -> set[str]:
    """Those of these addresses (in lower case) that are a member's."""
    sql = "SELECT id FROM members WHERE site_id = :site_id AND email = :email"
    answers = await db.read(*[Query(sql, {"site_id": site_id, "email": one}) for one in emails])
    return {email for email, rows in zip(emails, answers, strict=True) if rows}


async def owners(db: Database, site_id: str) -> list[Member]:
    """The active owners of the site."""
    sql = (
        f"SELECT {_COLUMNS} FROM members WHERE site_id = :site_id AND role = 'owner' AND status = 'active' ORDER BY id"
    )
    (rows,) = await db.read(Query(sql, {"site_id": site_id}))
    return [_member(row) for row in rows]


async def many(db: Reads, site_id: str, ids: Sequence[str]) -> dict[str, Member]:
    """The members of these ids, on this site only."""
    queries = [
        Query(
            f"SELECT {_COLUMNS} FROM members WHERE site_id = :site_id AND id = :id",
            {"site_id": site_id, "id": one},
        )
        for one in ids
    ]
    answers = await db.read(*queries)
    return {rows[0][0]: _member(rows[0]) for rows in answers if rows}


async def page(db: Database, site_id: str, after: str, limit: int) -> list[Member]:
    """The site's members in the order of their coming."""
    sql = f"SELECT {_COLUMNS} FROM members WHERE site_id = :site_id AND id > :after ORDER BY id LIMIT :limit"
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "after": after, "limit": limit}))
    return [_member(row) for row in rows]


def adding(member: Member) -> Unit:
    """Adds a member. Refused with NameTaken when the name or the address is another's on this site."""
    sql = (
        f"INSERT INTO members ({_COLUMNS}, name_key) VALUES (:id, :site_id, :name, :email, :role, :status, NULL,"
        " 0, 0, 0, :created_at, 1, :name_key) ON CONFLICT DO NOTHING"
    )
    parameters = {
        "id": member.id,
        "site_id": member.site_id,
        "name": member.name,
        "name_key": name_key(member.name),
        "email": member.email,
        "role": member.role,
        "status": member.status,
        "created_at": member.created_at,
    }
    taken = NameTaken(
        f"There is a member with this name, or one that looks like it, or this address on {member.site_id}."
    )
    return (Statement(sql, parameters, taken),)


def setting_status(member: Member, status: MemberStatus, until: int | None) -> Statement:
    """Suspends, bans, lets back in. `until` (milliseconds UTC) ends a suspension."""
    return Statement(
        "UPDATE members SET status = :status, suspended_until = :until, version = version + 1"
        " WHERE site_id = :site_id AND id = :id",
        {"status": status, "until": until, "site_id": member.site_id, "id": member.id},
        NotFound,
    )


def unchanged(seen: Member) -> Statement:
    """Guards a unit that was decided on by what was seen of a member. Refused with Outdated."""
    return Statement(
        "UPDATE members SET version = version WHERE site_id = :site_id AND id = :id AND version = :seen",
        {"site_id": seen.site_id, "id": seen.id, "seen": seen.version},
        Outdated,
    )


def becoming(seen: Member, status: MemberStatus, role: Role | None = None) -> Statement:
    """Gives a member another status, and role, if he is as he was seen. Refused with Outdated."""
    return Statement(
        "UPDATE members SET status = :status, suspended_until = NULL, role = :role, version = version + 1"
        " WHERE site_id = :site_id AND id = :id AND version = :seen",
        {
            "status": status,
            "role": role or seen.role,
            "site_id": seen.site_id,
            "id": seen.id,
            "seen": seen.version,
        },
        Outdated,
    )


def retelling(seen: Member, new: Member) -> Statement:
    """Gives a member the name, address, status and role that are told of him, if he is as he was seen. Refused with
    Outdated."""
    return Statement(
        "UPDATE members SET name = :name, name_key = :name_key, email = :email, status = :status, role = :role,"
        " version = version + 1 WHERE site_id = :site_id AND id = :id AND version = :seen",
        {
            "name": new.name,
            "name_key": name_key(new.name),
            "email": new.email,
            "status": new.status,
            "role": new.role,
            "site_id": seen.site_id,
            "id": seen.id,
            "seen": seen.version,
        },
        Outdated,
    )


def setting_email(member: Member, email: str) -> Statement:
    """Gives a member an address that he has proven, unless it became another's meanwhile."""
    return Statement(
        "UPDATE members SET email = :email WHERE site_id = :site_id AND id = :id AND NOT EXISTS"
        " (SELECT 1 FROM members o WHERE o.site_id = :site_id AND o.email = :email)",
        {"email": email, "site_id": member.site_id, "id": member.id},
    )


def renaming(member: Member, name: str) -> Statement:
    """Gives a member another name. Refused with NameTaken where it is another's, or looks like it."""
    return Statement(
        "UPDATE members SET name = :name, name_key = :name_key, version = version + 1"
        " WHERE site_id = :site_id AND id = :id AND NOT EXISTS (SELECT 1 FROM members o"
        " WHERE o.site_id = :site_id AND o.name_key = :name_key AND o.id <> :id)",
        {"name": name, "name_key": name_key(name), "site_id": member.site_id, "id": member.id},
        NameTaken("There is a member with this name, or one that looks like it."),
    )


def setting_role(member: Member, role: Role) -> Statement:
    """Gives a member another role. Refused with LastOwner where nobody would be left who owns the site."""
    return Statement(
        "UPDATE members SET role = :role, version = version + 1 WHERE site_id = :site_id AND id = :id"
        " AND (role <> 'owner' OR :role = 'owner' OR EXISTS (SELECT 1 FROM members o WHERE o.site_id = :site_id"
        " AND o.role = 'owner' AND o.role <> 'member' AND o.status = 'active' AND o.id <> :id))",
        {"role": role, "site_id": member.site_id, "id": member.id},
        LastOwner,
    )


_RECORDING: dict[str, str] = {
    status: f"UPDATE members SET {column} = {column} + :change WHERE id = :id"
    for status, column in (("approved", "approved_count"), ("rejected", "rejected_count"), ("spam", "spam_count"))
}


def recording(member_id: str | None, status: Status, change: int) -> list[Statement]:
    """Moves the number of a member's comments in this status, where the record has one."""
    sql = _RECORDING.get(status)
    if sql is None or member_id is None:
        return []
    return [Statement(sql, {"id": member_id, "change": change})]


LAST_OWNER = NotAllowedNow("You are the last owner of this blog. Make somebody else its owner before you leave.")


def erasing(member: Member) -> list[Statement]:
    """Takes name, address and role from a member who leaves; the numbers stay. Refused with NotAllowedNow: last owner.

    The id stands where the name's key stood: it is nobody's name, and no name can be made to look like it.
    """
    sql = (
        "UPDATE members SET name = 'erased', name_key = :id, email = NULL, role = 'member', status = 'left',"
        " suspended_until = NULL, version = version + 1 WHERE site_id = :site_id AND id = :id AND (role <> 'owner'"
        " OR EXISTS (SELECT 1 FROM members o WHERE o.site_id = :site_id AND o.role = 'owner' AND o.status = 'active'"
        " AND o.id <> :id))"
    )
    return [Statement(sql, {"site_id": member.site_id, "id": member.id}, LAST_OWNER)]


async def exported(db: Database, member: Member, _: str) -> Portion:
    """What is kept of a member himself."""
    names = (
        *("id", "name", "email", "role", "status", "suspended_until"),
        *("approved_count", "rejected_count", "created_at"),
    )
    sql = f"SELECT {', '.join(names)} FROM members WHERE site_id = :site_id AND id = :id"
    (rows,) = await db.read(Query(sql, {"site_id": member.site_id, "id": member.id}))
    return Portion([dict(zip(names, row, strict=True)) for row in rows], None)
