"""Who is told of new comments on a page, and which addresses want no more letters of a kind."""

from service.domain.errors import NotFound, Refusal
from service.domain.member import Member
from service.domain.subscription import Subscription
from service.storage.database import PORTION, Database, Portion, Query, Statement, Value
from service.storage.outbox import NothingLeft

_COLUMNS = "id, site_id, thread_id, member_id, email, created_at, asked_at, confirmed_at, ended_at"
_HOLDS = "confirmed_at IS NOT NULL AND ended_at IS NULL"


class AskedLately(Refusal):
    """This address was asked about this page already, or is told of it."""


def asking(wanted: Subscription, asked_before: int) -> Statement:
    """Keeps a subscription that is still to be confirmed. Refused with AskedLately where the address holds one, or was
    asked after `asked_before`: then there is to be no mail."""
    return Statement(
        f"INSERT INTO subscriptions ({_COLUMNS}) VALUES (:id, :site_id, :thread_id, :member_id, :email, :created_at,"
        " :asked_at, NULL, NULL) ON CONFLICT (thread_id, email) DO UPDATE SET member_id = excluded.member_id,"
        " asked_at = excluded.asked_at, confirmed_at = NULL, ended_at = NULL WHERE subscriptions.asked_at <="
        " :asked_before AND (subscriptions.confirmed_at IS NULL OR subscriptions.ended_at IS NOT NULL)",
        {**_parameters(wanted), "asked_before": asked_before},
        AskedLately,
    )


def _parameters(one: Subscription) -> dict[str, str | int | None]:
    names = ("id", "site_id", "thread_id", "member_id", "email", "created_at", "asked_at")
    return {name: getattr(one, name) for name in names}


async def find(db: Database, site_id: str, subscription_id: str) -> Subscription | None:
    """The subscription of this id, on this site only."""
    sql = f"SELECT {_COLUMNS} FROM subscriptions WHERE id = :id AND site_id = :site_id"
    (rows,) = await db.read(Query(sql, {"id": subscription_id, "site_id": site_id}))
    return Subscription(*rows[0]) if rows else None


async def find_by_email(db: Database, site_id: str, thread_id: str, email: str) -> Subscription | None:
    """The subscription of this address to this page."""
    sql = f"SELECT {_COLUMNS} FROM subscriptions WHERE thread_id = :thread_id AND email = :email AND site_id = :site_id"
    (rows,) = await db.read(Query(sql, {"thread_id": thread_id, "email": email, "site_id": site_id}))
    return Subscription(*rows[0]) if rows else None


def confirming(seen: Subscription, now_ms: int) -> Statement:
    """From now on the address is told. Refused with NotFound where it was ended or is confirmed already."""
    return Statement(
        "UPDATE subscriptions SET confirmed_at = :now WHERE id = :id AND site_id = :site_id AND confirmed_at IS NULL"
        " AND ended_at IS NULL",
        {"id": seen.id, "site_id": seen.site_id, "now": now_ms},
        NotFound,
    )


def ending(seen: Subscription, now_ms: int) -> Statement:
    """Ends a subscription; one that has ended stays so."""
    return Statement(
        "UPDATE subscriptions SET ended_at = :now WHERE id = :id AND site_id = :site_id AND ended_at IS NULL",
        {"id": seen.id, "site_id": seen.site_id, "now": now_ms},
    )


async def of_thread(db: Database, site_id: str, thread_id: str, after: str, limit: int) -> list[Subscription]:
    """Who is to be told of new comments on this page, in the order of their ids, after an id."""
    sql = (
        f"SELECT {_COLUMNS} FROM subscriptions WHERE thread_id = :thread_id AND id > :after AND {_HOLDS}"
        " AND site_id = :site_id ORDER BY id LIMIT :limit"
    )
    told: dict[str, Value] = {"thread_id": thread_id, "after": after, "limit": limit, "site_id": site_id}
    (rows,) = await db.read(Query(sql, told))
    return [Subscription(*row) for row in rows]


async def of_member(db: Database, site_id: str, member_id: str, after: str, limit: int) -> list[Subscription]:
    """What a member has asked for and not ended, in the order of its ids, after an id."""
    sql = (
        f"SELECT {_COLUMNS} FROM subscriptions WHERE member_id = :member_id AND id > :after AND site_id = :site_id"
        " AND ended_at IS NULL ORDER BY id LIMIT :limit"
    )
    told: dict[str, Value] = {"member_id": member_id, "after": after, "limit": limit, "site_id": site_id}
    (rows,) = await db.read(Query(sql, told))
    return [Subscription(*row) for row in rows]


async def address_of_author(db: Database, site_id: str, comment_id: str) -> str | None:
    """The mail address of a comment's author, member or guest; for not telling people of their own words."""
    sql = (
        "SELECT COALESCE(m.email, c.author_email) FROM comments c LEFT JOIN members m ON m.id = c.author_id"
        " WHERE c.id = :id AND c.site_id = :site_id"
    )
    (rows,) = await db.read(Query(sql, {"id": comment_id, "site_id": site_id}))
    return rows[0][0] if rows else None


def sweeping_unconfirmed(before_ms: int, most: int) -> Statement:
    """Forgets a portion of what was not confirmed in time. Refused with NothingLeft."""
    return Statement(
        "DELETE FROM subscriptions WHERE id IN (SELECT id FROM subscriptions WHERE confirmed_at IS NULL"
        " AND asked_at < :before ORDER BY asked_at LIMIT :most)",
        {"before": before_ms, "most": most},
        NothingLeft,
    )


def sweeping_ended(before_ms: int, most: int) -> Statement:
    """Forgets a portion of what was ended before this moment. Refused with NothingLeft."""
    return Statement(
        "DELETE FROM subscriptions WHERE id IN (SELECT id FROM subscriptions WHERE ended_at IS NOT NULL"
        " AND ended_at < :before ORDER BY ended_at LIMIT :most)",
        {"before": before_ms, "most": most},
        NothingLeft,
    )


def stopping(site_id: str, address_hash: str, kind: str, now_ms: int) -> Statement:
    """No more letters of this kind to this address."""
    return Statement(
        "INSERT INTO mail_stops (site_id, address_hash, kind, created_at) VALUES (:site_id, :address_hash, :kind, :now)"
        " ON CONFLICT DO NOTHING",
        {"site_id": site_id, "address_hash": address_hash, "kind": kind, "now": now_ms},
    )


async def is_stopped(db: Database, site_id: str, address_hash: str, kind: str) -> bool:
    """Does this address want no more letters of this kind?"""
    sql = "SELECT kind FROM mail_stops WHERE site_id = :site_id AND address_hash = :address_hash AND kind = :kind"
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "address_hash": address_hash, "kind": kind}))
    return bool(rows)


async def exported(db: Database, member: Member, after: str) -> Portion:
    """A member's subscriptions: to which page, at which address, since when, until when."""
    sql = (
        "SELECT s.id, t.key, s.email, s.created_at, s.confirmed_at, s.ended_at FROM subscriptions s"
        " JOIN threads t ON t.id = s.thread_id WHERE s.member_id = :member_id AND s.id > :after"
        " ORDER BY s.id LIMIT :most"
    )
    (rows,) = await db.read(Query(sql, {"member_id": member.id, "after": after, "most": PORTION}))
    names = ("thread", "email", "created_at", "confirmed_at", "ended_at")
    found = [dict(zip(names, row[1:], strict=True)) for row in rows]
    return Portion(found, rows[-1][0] if len(rows) == PORTION else None)


def moving(gone_id: str, kept_id: str) -> list[Statement]:
    """Puts the subscriptions of one thread to another; who has one there already keeps that."""
    both: dict[str, Value] = {"gone": gone_id, "kept": kept_id}
    return [
        Statement(
            "UPDATE subscriptions SET thread_id = :kept WHERE thread_id = :gone AND email NOT IN"
            " (SELECT k.email FROM subscriptions k WHERE k.thread_id = :kept)",
            both,
        ),
        Statement("DELETE FROM subscriptions WHERE thread_id = :gone", {"gone": gone_id}),
    ]


def erasing(site_id: str, member_id: str, email: str | None) -> list[Statement]:
    """Forgets a member's subscriptions and those to his address.

    Letters that wait for them find nobody to go to. What an address does not want stays: a hash, and his wish.
    """
    return [
        Statement(
            "DELETE FROM subscriptions WHERE member_id = :member_id AND site_id = :site_id",
            {"site_id": site_id, "member_id": member_id},
        ),
        Statement(
            "DELETE FROM subscriptions WHERE site_id = :site_id AND email = :email",
            {"site_id": site_id, "email": email or ""},
        ),
    ]
