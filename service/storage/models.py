"""The models trained for sites: their cards, which one serves and since when, what each says of labelled comments."""

from collections.abc import Mapping

import msgspec

from service.domain.promotion import Promotion
from service.domain.training import Refused, Trained
from service.storage.database import Database, Outdated, Query, Row, Statement, Unit

_COLUMNS = (
    "m.id, m.site_id, m.version, m.training_id, m.manifest_sha256, m.outcome, m.reason, m.labels_until, m.card,"
    " m.created_at, m.dropped_at, r.name, m.refusal, m.refused_at"
)
_SOURCE = "models m LEFT JOIN members r ON r.id = m.refused_by"
_PROMOTIONS = (
    "SELECT p.site_id, p.number, COALESCE(v.version, :shipped, p.version), COALESCE(b.version, :shipped, p.previous),"
    " p.kind, p.actor_id, m.name, p.created_at FROM promotions p LEFT JOIN members m ON m.id = p.actor_id"
    " LEFT JOIN models v ON v.site_id = p.site_id AND v.version = p.version"
    " LEFT JOIN models b ON b.site_id = p.site_id AND b.version = p.previous"
)


def _trained(row: Row) -> Trained:
    card = msgspec.json.decode(row[8])
    refused = Refused(*row[11:14]) if row[13] is not None else None
    return Trained(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], card, row[9], row[10], refused)


class InService(msgspec.Struct, frozen=True):
    """Which model serves a site, and what the manifest of its file must be; None: the shipped model."""

    site_id: str
    version: str
    number: int
    manifest_sha256: str | None


class OwnThresholds(msgspec.Struct, frozen=True):
    """The cuts set from a site's own history, for one model."""

    site_id: str
    version: str
    one_in: int
    hold_at: float
    spam_at: float
    basis: str  # JSON
    created_at: int


def adding(new: Trained) -> Statement:
    """Adds a trained model to the site's list."""
    parameters = {name: getattr(new, name) for name in new.__struct_fields__ if name not in ("dropped_at", "refused")}
    names = tuple(parameters)
    return Statement(
        f"INSERT INTO models ({', '.join(names)}) VALUES ({', '.join(':' + name for name in names)})",
        {**parameters, "card": msgspec.json.encode(new.card).decode()},
    )


def dropping(model_id: str, now_ms: int) -> Unit:
    """Its files are to go, and what it said of single comments with them; its card stays.

    Refused with Outdated where it serves: whoever drops has looked before, and it may have come into service since.
    """
    return (
        Statement(
            "UPDATE models SET dropped_at = :now WHERE id = :id AND NOT EXISTS (SELECT 1 FROM models_in_service s"
            " WHERE s.site_id = models.site_id AND s.version = models.version)",
            {"now": now_ms, "id": model_id},
            Outdated,
        ),
        Statement("DELETE FROM unseen_scores WHERE model_id = :id", {"id": model_id}),
    )


async def find(db: Database, site_id: str, version: str) -> Trained | None:
    """The model of this version, on this site only."""
    sql = f"SELECT {_COLUMNS} FROM {_SOURCE} WHERE m.site_id = :site_id AND m.version = :version"
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "version": version}))
    return _trained(rows[0]) if rows else None


async def page(db: Database, site_id: str, before: str, limit: int) -> list[Trained]:
    """The site's models, newest first, from those before an id."""
    sql = (
        f"SELECT {_COLUMNS} FROM {_SOURCE} WHERE m.site_id = :site_id AND m.id < :before"
        " ORDER BY m.id DESC LIMIT :limit"
    )
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "before": before, "limit": limit}))
    return [_trained(row) for row in rows]


def refusing(model_id: str, actor_id: str, reason: str, now_ms: int) -> Statement:
    """Notes that it is not to serve. Refused with Outdated where it does."""
    return Statement(
        "UPDATE models SET refused_by = :actor_id, refusal = :reason, refused_at = :now WHERE id = :id AND NOT EXISTS"
        " (SELECT 1 FROM models_in_service s WHERE s.site_id = models.site_id AND s.version = models.version)",
        {"id": model_id, "actor_id": actor_id, "reason": reason, "now": now_ms},
        Outdated,
    )


def taking_in_again(model_id: str) -> Statement:
    """Forgets that it was refused."""
    sql = "UPDATE models SET refused_by = NULL, refusal = NULL, refused_at = NULL WHERE id = :id"
    return Statement(sql, {"id": model_id})


def keeping_files(model_id: str) -> Statement:
    """Stands before what relies on the files of a model. Refused with Outdated where they were dropped meanwhile."""
    sql = "UPDATE models SET dropped_at = NULL WHERE id = :id AND dropped_at IS NULL"
    return Statement(sql, {"id": model_id}, Outdated)


def promoting(new: Promotion) -> Unit:
    """Puts a model into service. Refused with Outdated where another came into service since the number was read."""
    names = [name for name in new.__struct_fields__ if name != "actor_name"]
    return (
        Statement(
            f"INSERT INTO promotions ({', '.join(names)}) VALUES ({', '.join(':' + name for name in names)})"
            " ON CONFLICT DO NOTHING",
            {name: getattr(new, name) for name in names},
            Outdated,
        ),
        Statement(
            "INSERT INTO models_in_service (site_id, version, number) VALUES (:site_id, :version, :number)"
            " ON CONFLICT (site_id) DO UPDATE SET version = excluded.version, number = excluded.number",
            {"site_id": new.site_id, "version": new.version, "number": new.number},
        ),
    )


async def promotions(db: Database, site_id: str, limit: int, shipped: str | None = None) -> list[Promotion]:
    """The site's newest promotions, the oldest of them first.

    A version that was not trained here is the shipped one of its time: it is told as `shipped`, the one of today.
    """
    sql = f"{_PROMOTIONS} WHERE p.site_id = :site_id ORDER BY p.number DESC LIMIT :limit"
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "limit": limit, "shipped": shipped}))
    return [Promotion(*row) for row in reversed(rows)]


async def in_service(db: Database) -> list[InService]:
    """Which model serves each site, but for those that the shipped one has always served."""
    sql = (
        "SELECT s.site_id, s.version, s.number, m.manifest_sha256 FROM models_in_service s LEFT JOIN models m"
        " ON m.site_id = s.site_id AND m.version = s.version"
    )
    (rows,) = await db.read(Query(sql, {}))
    return [InService(*row) for row in rows]


async def in_service_at(db: Database, site_id: str) -> InService | None:
    """Which model serves this site; None where the shipped one always has."""
    sql = (
        "SELECT s.site_id, s.version, s.number, m.manifest_sha256 FROM models_in_service s LEFT JOIN models m"
        " ON m.site_id = s.site_id AND m.version = s.version WHERE s.site_id = :site_id"
    )
    (rows,) = await db.read(Query(sql, {"site_id": site_id}))
    return InService(*rows[0]) if rows else None


def saying(model_id: str, scores: Mapping[str, float]) -> Unit:
    """Keeps what a model says of comments that it has not seen, by their ids; erased ones are left out."""
    sql = (
        "INSERT INTO unseen_scores (model_id, comment_id, score) SELECT :model_id, l.comment_id, :score FROM labels l"
        " WHERE l.comment_id = :comment_id ON CONFLICT DO NOTHING"
    )
    return [Statement(sql, {"model_id": model_id, "comment_id": one, "score": score}) for one, score in scores.items()]


async def said(db: Database, model_id: str) -> dict[str, float]:
    """What a model says of comments that it has not seen, by their ids."""
    sql = "SELECT comment_id, score FROM unseen_scores WHERE model_id = :model_id"
    (rows,) = await db.read(Query(sql, {"model_id": model_id}))
    return {row[0]: row[1] for row in rows}


def erasing(comment_id: str) -> Statement:
    """Forgets what models said of a comment."""
    return Statement("DELETE FROM unseen_scores WHERE comment_id = :comment_id", {"comment_id": comment_id})


def setting_thresholds(own: OwnThresholds) -> Statement:
    """Puts the cuts from a site's history in place of those before."""
    names = own.__struct_fields__
    changed = ", ".join(f"{name} = excluded.{name}" for name in names if name != "site_id")
    return Statement(
        f"INSERT INTO own_thresholds ({', '.join(names)}) VALUES ({', '.join(':' + name for name in names)})"
        f" ON CONFLICT (site_id) DO UPDATE SET {changed}",
        msgspec.structs.asdict(own),
    )


async def thresholds(db: Database) -> list[OwnThresholds]:
    """The cuts of all sites that have cuts of their own."""
    names = ", ".join(OwnThresholds.__struct_fields__)
    (rows,) = await db.read(Query(f"SELECT {names} FROM own_thresholds", {}))
    return [OwnThresholds(*row) for row in rows]
