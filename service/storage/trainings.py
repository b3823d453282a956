"""Trainings of sites' models: one at a time for each site, what it does now and what came of it."""

from service.domain.errors import AlreadyTraining
from service.domain.training import ABANDONED_MS, Kind, Trained, Training
from service.storage.database import Database, Outdated, Query, Row, Statement, Unit

_COLUMNS = (
    "id, site_id, kind, cause, asked_by, state, step, progress, labels, version, outcome, reason, created_at, seen_at,"
    " finished_at"
)
_LOST = "Its process ended without a word: killed, or out of memory. The model in service and all labels are untouched."


def _training(row: Row) -> Training:
    return Training(*row)


def starting(new: Training) -> Unit:
    """Begins a training; one whose process is no more makes way. Refused with AlreadyTraining while another lives."""
    names = new.__struct_fields__
    insert = (
        f"INSERT INTO trainings ({', '.join(names)}) VALUES ({', '.join(':' + name for name in names)})"
        " ON CONFLICT DO NOTHING"
    )
    parameters = {name: getattr(new, name) for name in names}
    return giving_up_lost(new.site_id, new.created_at), Statement(insert, parameters, AlreadyTraining)


def giving_up_lost(site_id: str, now_ms: int) -> Statement:
    """Says of a training whose process has not spoken for long that it failed."""
    return Statement(
        "UPDATE trainings SET state = 'failed', reason = :reason, finished_at = :now WHERE site_id = :site_id"
        " AND finished_at IS NULL AND seen_at < :before",
        {"reason": _LOST, "now": now_ms, "site_id": site_id, "before": now_ms - ABANDONED_MS},
    )


def reporting(training_id: str, step: str, progress: float, labels: int, now_ms: int) -> Statement:
    """Says how far it has come. Refused with Outdated where it was given up meanwhile."""
    return Statement(
        "UPDATE trainings SET step = :step, progress = :progress, labels = :labels, seen_at = :now WHERE id = :id"
        " AND finished_at IS NULL",
        {"step": step, "progress": progress, "labels": labels, "now": now_ms, "id": training_id},
        Outdated,
    )


def finishing(made: Trained, labels: int, now_ms: int) -> Statement:
    """It is done, and this model came of it. Refused with Outdated where it was given up meanwhile."""
    return Statement(
        "UPDATE trainings SET state = 'done', step = 'done', progress = 1.0, version = :version, outcome = :outcome,"
        " reason = :reason, labels = :labels, seen_at = :now, finished_at = :now WHERE id = :id"
        " AND finished_at IS NULL",
        {
            "version": made.version,
            "outcome": made.outcome,
            "reason": made.reason,
            "labels": labels,
            "now": now_ms,
            "id": made.training_id,
        },
        Outdated,
    )


def failing(training_id: str, reason: str, now_ms: int) -> Statement:
    """It failed, if it has not ended already."""
    return Statement(
        "UPDATE trainings SET state = 'failed', reason = :reason, finished_at = :now WHERE id = :id"
        " AND finished_at IS NULL",
        {"reason": reason, "now": now_ms, "id": training_id},
    )


async def find(db: Database, site_id: str, training_id: str) -> Training | None:
    """The training of this id, on this site only."""
    sql = f"SELECT {_COLUMNS} FROM trainings WHERE id = :id AND site_id = :site_id"
    (rows,) = await db.read(Query(sql, {"id": training_id, "site_id": site_id}))
    return _training(rows[0]) if rows else None


async def latest(db: Database, site_id: str, limit: int) -> list[Training]:
    """The site's newest trainings, newest first."""
    sql = f"SELECT {_COLUMNS} FROM trainings WHERE site_id = :site_id ORDER BY id DESC LIMIT :limit"
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "limit": limit}))
    return [_training(row) for row in rows]


async def last_of(db: Database, site_id: str, kind: Kind) -> Training | None:
    """The site's newest training of this kind that did not fail."""
    sql = (
        f"SELECT {_COLUMNS} FROM trainings WHERE site_id = :site_id AND kind = :kind AND state <> 'failed'"
        " ORDER BY id DESC LIMIT 1"
    )
    (rows,) = await db.read(Query(sql, {"site_id": site_id, "kind": kind}))
    return _training(rows[0]) if rows else None
