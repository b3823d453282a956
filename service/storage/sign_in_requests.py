"""Who asked for a sign-in link by mail, and the links that went to addresses of nobody yet."""

import msgspec

from service.domain.errors import NotSignedIn
from service.storage.database import Database, Query, Statement, Value


class SignInRequest(msgspec.Struct, frozen=True):
    """Somebody who says that this address is his wants to sign in."""

    id: str
    site_id: str
    email: str
    way_on: str  # a path on our pages, or empty
    created_at: int  # milliseconds UTC


class NewcomerLink(msgspec.Struct, frozen=True):
    """What is kept of a link that proves an address and lets its owner choose a name. Times are milliseconds UTC."""

    hash: str
    site_id: str
    email: str
    created_at: int
    expires_at: int


async def find(db: Database, request_id: str) -> SignInRequest | None:
    """The request of this id, of whatever site: its id comes from an event of ours."""
    sql = "SELECT id, site_id, email, way_on, created_at FROM sign_in_requests WHERE id = :id"
    (rows,) = await db.read(Query(sql, {"id": request_id}))
    return SignInRequest(*rows[0]) if rows else None


async def find_link(db: Database, site_id: str, link_hash: str, now_ms: int) -> NewcomerLink | None:
    """The link of this hash, on this site only, if it can still be used."""
    sql = (
        "SELECT hash, site_id, email, created_at, expires_at FROM newcomer_links"
        " WHERE hash = :hash AND site_id = :site_id AND used_at IS NULL AND expires_at > :now"
    )
    (rows,) = await db.read(Query(sql, {"hash": link_hash, "site_id": site_id, "now": now_ms}))
    return NewcomerLink(*rows[0]) if rows else None


def adding(request: SignInRequest) -> Statement:
    """Keeps a request."""
    return Statement(
        "INSERT INTO sign_in_requests (id, site_id, email, way_on, created_at)"
        " VALUES (:id, :site_id, :email, :way_on, :created_at)",
        msgspec.structs.asdict(request),
    )


def adding_link(link: NewcomerLink) -> Statement:
    """Keeps a newcomer's link."""
    return Statement(
        "INSERT INTO newcomer_links (hash, site_id, email, created_at, expires_at)"
        " VALUES (:hash, :site_id, :email, :created_at, :expires_at)",
        msgspec.structs.asdict(link),
    )


def using_link(link_hash: str, now_ms: int) -> Statement:
    """Uses a newcomer's link up. Refused with NotSignedIn: so it works once."""
    return Statement(
        "UPDATE newcomer_links SET used_at = :now WHERE hash = :hash AND used_at IS NULL AND expires_at > :now",
        {"hash": link_hash, "now": now_ms},
        NotSignedIn,
    )


def sweeping(before_ms: int) -> list[Statement]:
    """Forgets requests made, and links that were over, before this moment."""
    return [
        Statement("DELETE FROM sign_in_requests WHERE created_at < :before", {"before": before_ms}),
        Statement("DELETE FROM newcomer_links WHERE expires_at < :before", {"before": before_ms}),
    ]


def erasing(site_id: str, email: str) -> list[Statement]:
    """Takes away what is kept under an address (in lower case)."""
    parameters: dict[str, Value] = {"site_id": site_id, "email": email}
    return [
        Statement("DELETE FROM sign_in_requests WHERE site_id = :site_id AND email = :email", parameters),
        Statement("DELETE FROM newcomer_links WHERE site_id = :site_id AND email = :email", parameters),
    ]
