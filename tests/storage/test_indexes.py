"""Every list uses an index: EXPLAIN QUERY PLAN is asked for each query that the storage sends, and none may scan."""

import asyncio
import inspect
import sqlite3
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest

import service.storage
from service.domain.comment import Author, Comment
from service.domain.member import Member
from service.domain.search import parse
from service.storage import (
    activity,
    audits,
    codes,
    comments,
    decisions,
    guests,
    hindsight,
    identities,
    installation,
    invitations,
    keys,
    labels,
    leases,
    members,
    models,
    moving,
    outbox,
    queue,
    replays,
    reports,
    requests,
    revisions,
    search,
    search_sqlite,
    sent_letters,
    sessions,
    sign_in_requests,
    sign_on,
    sites,
    spending,
    subscriptions,
    surroundings,
    texts,
    threads,
    tokens,
    trainings,
    watching,
)
from service.storage.database import Query, Row
from service.storage.decisions import LogFilter
from service.storage.queue import Position

A_COMMENT = Comment("c", "blog", "t", "p", Author("a", "Ada", "member"), "x", "x", "pending", 1, None, 1)
A_MEMBER = Member("m", "blog", "Ada", None, "member", "active", None, 0, 0, 0, 0, 1)
# What knows the engines rather than our nouns.
NO_QUERIES = {
    "engines",
    "heartbeat",
    "postgres",
    "postgres_sql",
    "tables_postgres",
    "postgres_listening",
    "postgres_scrubbing",
    "sole",
    "migrate_postgres",
    "sqlite",
    "tables",
    "cache",
    "search_order",
    "search_postgres",
}
EXPORTED = (
    *(decisions, identities, invitations, keys, members, reports, requests),
    *(revisions, sessions, subscriptions, texts, tokens),
)
START = Position("0", 0.5)
SEARCHED = search.Wanted(
    "blog", parse("words author:ada thread:/a score:>0.8 link:a.example"), ("pending",), None, ("m",), ("t",)
)

# Every reading function of storage, with arguments that make it send its queries.
READS: dict[str, Callable[[Any], Any]] = {
    "sites.find": lambda db: sites.find(db, "blog"),
    "sites.status_counts": lambda db: sites.status_counts(db, "blog"),
    "members.find": lambda db: members.find(db, "blog", "m"),
    "members.find_by_name": lambda db: members.find_by_name(db, "blog", "Ada"),
    "members.find_by_email": lambda db: members.find_by_email(db, "blog", "a@b.example"),
    "members.taken_names": lambda db: members.taken_names(db, "blog", ["Ada"]),
    "members.taken_emails": lambda db: members.taken_emails(db, "blog", ["a@b.example"]),
    "members.owners": lambda db: members.owners(db, "blog"),
    "members.many": lambda db: members.many(db, "blog", ["m"]),
    "members.page": lambda db: members.page(db, "blog", "", 50),
    "invitations.find": lambda db: invitations.find(db, "blog", "i"),
    "invitations.find_by_code": lambda db: invitations.find_by_code(db, "blog", "h"),
    "invitations.waiting_for": lambda db: invitations.waiting_for(db, "blog", "a@b.example"),
    "invitations.waiting_for_many": lambda db: invitations.waiting_for_many(db, "blog", ["a@b.example"]),
    "invitations.page": lambda db: invitations.page(db, "blog", "", 50),
    "invitations.made_since": lambda db: invitations.made_since(db, "m", "0", 10),
    "requests.find": lambda db: requests.find(db, "blog", "r"),
    "requests.latest_of": lambda db: requests.latest_of(db, "blog", "m"),
    "requests.open_page": lambda db: requests.open_page(db, "blog", "", 50),
    "tokens.find": lambda db: tokens.find(db, "h"),
    "codes.find": lambda db: codes.find(db, "blog", "h"),
    "sign_in_requests.find": lambda db: sign_in_requests.find(db, "r"),
    "sign_in_requests.find_link": lambda db: sign_in_requests.find_link(db, "blog", "h", 0),
    "sessions.find": lambda db: sessions.find(db, "blog", "s"),
    "sessions.find_by_refresh_token": lambda db: sessions.find_by_refresh_token(db, "blog", "h"),
    "sessions.living_of": lambda db: sessions.living_of(db, "blog", "m", 0),
    "threads.find": lambda db: threads.find(db, "blog", "/a"),
    "threads.standing": lambda db: threads.standing(db, "blog", ["/a"]),
    "threads.formerly": lambda db: threads.formerly(db, "blog", ["/a"]),
    "threads.many": lambda db: threads.many(db, "blog", ["t"]),
    "threads.page": lambda db: threads.page(db, "blog", "", 50),
    "threads.counts": lambda db: threads.counts(db, "blog", ["/a", "/b"]),
    "comments.find": lambda db: comments.find(db, "blog", "c"),
    "comments.many": lambda db: comments.many(db, "blog", ["c"]),
    "comments.find_repeat": lambda db: comments.find_repeat(db, "m", 1, 0),
    "comments.of_author": lambda db: comments.of_author(db, "blog", "m", ("pending", "spam"), "", 200),
    "comments.made_since": lambda db: comments.made_since(db, "m", "0", 10),
    "comments.of_thread": lambda db: asyncio.gather(
        comments.of_thread(db, "t", "oldest", "", 100), comments.of_thread(db, "t", "newest", "~", 100)
    ),
    "comments.waiting_of_author": lambda db: asyncio.gather(
        comments.waiting_of_author(db, "t", "m", "oldest", "", 100),
        comments.waiting_of_author(db, "t", "m", "newest", "~", 100),
    ),
    "comments.recent": lambda db: comments.recent(db, "blog", 50),
    "comments.ancestors": lambda db: comments.ancestors(db, "c"),
    "moving.comments_of": lambda db: moving.comments_of(db, "t"),
    "hindsight.newest": lambda db: hindsight.newest(db, "blog", 500),
    "hindsight.first_approved": lambda db: hindsight.first_approved(db, ["m"], 3),
    "hindsight.decided": lambda db: hindsight.decided(db, ["c"]),
    "decisions.log": lambda db: asyncio.gather(
        *[
            decisions.log(db, "blog", LogFilter(actor, action, thread), "~", 50)
            for actor in (None, "m")
            for action in (None, "approve")
            for thread in (None, "t")
        ]
    ),
    "decisions.history": lambda db: decisions.history(db, "blog", "c"),
    "decisions.histories": lambda db: decisions.histories(db, "blog", ["c"]),
    "decisions.of_call": lambda db: decisions.of_call(db, "blog", "d", "", 200),
    "decisions.tally": lambda db: decisions.tally(db, "blog", "m", "d"),
    "decisions.labels": lambda db: decisions.labels(db, "blog", ["c"]),
    "queue.page": lambda db: asyncio.gather(
        *[
            queue.page(db, "blog", status, sort, after, 50)
            for status in ("pending", "spam", "rejected", "removed", "approved")
            for sort in ("oldest", "newest", "riskiest", "uncertain")
            for after in (None, START)
            if status != "approved" or sort in ("oldest", "newest")
        ]
    ),
    "queue.reported_page": lambda db: asyncio.gather(
        *[queue.reported_page(db, "blog", newest, after, 50) for newest in (False, True) for after in (None, START)]
    ),
    "queue.audit_page": lambda db: asyncio.gather(
        *[queue.audit_page(db, "blog", newest, after, 50) for newest in (False, True) for after in (None, START)]
    ),
    "audits.found": lambda db: audits.found(db, "blog"),
    "labels.newest": lambda db: labels.newest(db, "blog", 500),
    "labels.count_since": lambda db: labels.count_since(db, "blog", 0, 500),
    "labels.count_taught": lambda db: labels.count_taught(db, "blog", 500),
    "labels.count_taken_back": lambda db: labels.count_taken_back(db, "blog", 0, 500),
    "labels.golden": lambda db: labels.golden(db, "blog", "", 500),
    "labels.undecided": lambda db: labels.undecided(db, "blog", 500),
    "labels.of_each": lambda db: labels.of_each(db, "blog"),
    "trainings.find": lambda db: trainings.find(db, "blog", "t"),
    "trainings.latest": lambda db: trainings.latest(db, "blog", 10),
    "trainings.last_of": lambda db: trainings.last_of(db, "blog", "full"),
    "models.find": lambda db: models.find(db, "blog", "v"),
    "models.page": lambda db: models.page(db, "blog", "~", 50),
    "models.promotions": lambda db: models.promotions(db, "blog", 50),
    "models.in_service_at": lambda db: models.in_service_at(db, "blog"),
    "models.said": lambda db: models.said(db, "m"),
    "surroundings.with_links": lambda db: surroundings.with_links(db, "blog", 500),
    "surroundings.waiting": lambda db: surroundings.waiting(db, "blog", 500),
    "surroundings.texts": lambda db: surroundings.texts(db, "blog", ["c"]),
    "watching.newest": lambda db: watching.newest(db, "blog", 500),
    "watching.verdicts_of_labelled": lambda db: watching.verdicts_of_labelled(db, "blog", 500),
    "reports.find_open": lambda db: asyncio.gather(
        reports.find_open(db, "c", "m", None), reports.find_open(db, "c", None, "k")
    ),
    "reports.open_of": lambda db: reports.open_of(db, ["c"], 100),
    "reports.is_reported": lambda db: reports.is_reported(db, "c"),
    "keys.find": lambda db: keys.find(db, "h"),
    "keys.find_by_id": lambda db: keys.find_by_id(db, "blog", "k"),
    "keys.page": lambda db: keys.page(db, "blog", "", 50),
    "activity.of_site": lambda db: activity.of_site(db, "blog", "", 50),
    "activity.of_thread": lambda db: activity.of_thread(db, "t", "", 50),
    "queue.neighbours": lambda db: queue.neighbours(db, [A_COMMENT]),
    "queue.latest_of_authors": lambda db: queue.latest_of_authors(db, ["m"], 5),
    "outbox.claimed": lambda db: outbox.claimed(db, "c"),
    "outbox.is_due": lambda db: outbox.is_due(db, 0),
    "outbox.waiting": lambda db: outbox.waiting(db, 50),
    "outbox.given_up": lambda db: outbox.given_up(db, 50),
    "sent_letters.since": lambda db: sent_letters.since(db, "h", "held", 0),
    "subscriptions.find": lambda db: subscriptions.find(db, "blog", "s"),
    "subscriptions.find_by_email": lambda db: subscriptions.find_by_email(db, "blog", "t", "a@blog.example"),
    "subscriptions.of_thread": lambda db: subscriptions.of_thread(db, "blog", "t", "", 50),
    "subscriptions.of_member": lambda db: subscriptions.of_member(db, "blog", "m", "", 50),
    "subscriptions.address_of_author": lambda db: subscriptions.address_of_author(db, "blog", "c"),
    "subscriptions.is_stopped": lambda db: subscriptions.is_stopped(db, "blog", "h", "held"),
    "replays.naming": lambda db: replays.naming(db, "blog", "/members/m"),
    "replays.telling_of": lambda db: replays.telling_of(db, "blog", "m"),
    "revisions.of_comment": lambda db: revisions.of_comment(db, "blog", "c"),
    "guests.addresses": lambda db: guests.addresses(db, "blog", ["c"]),
    "guests.records": lambda db: guests.records(db, "blog", ["a"], 5),
    "guests.known_before": lambda db: guests.known_before(db, "blog", "0", 50),
    "texts.of_author": lambda db: texts.of_author(db, "m", "", 50),
    "texts.own_range": lambda db: texts.own_range(db, "m", ""),
    "texts.long_refused": lambda db: texts.long_refused(db, "blog", 0, ("", "1"), 50),
    **{
        f"{module.__name__.rpartition('.')[2]}.exported": lambda db, module=module: module.exported(db, A_MEMBER, "")
        for module in EXPORTED
    },
    "identities.find": lambda db: identities.find(db, "blog", "i", "s"),
    "invitations.of_member": lambda db: invitations.of_member(db, A_MEMBER),
    "identities.of_member": lambda db: identities.of_member(db, "blog", "m"),
    "sign_on.find": lambda db: sign_on.find(db, "blog"),
    "sign_on.is_used": lambda db: sign_on.is_used(db, "blog", "j"),
    "sign_on.find_attempt": lambda db: sign_on.find_attempt(db, "blog", "s"),
    "installation.find": installation.find,
    "leases.is_held": lambda db: leases.is_held(db, "work", 0),
    "spending.since": lambda db: spending.since(db, "0"),
    "search.members_named": lambda db: search.members_named(db, "blog", "ada"),
    "search.index_some": search.index_some,
    "search_sqlite.index_some": search_sqlite.index_some,
    "search.newest_waiting": search.newest_waiting,
    "search_sqlite.are_many": lambda db: search_sqlite.are_many(db, SEARCHED),
    "search_sqlite.newest_waiting": search_sqlite.newest_waiting,
    "search.page": lambda db: asyncio.gather(
        *[
            search.page(db, SEARCHED, search.Page(sort, after, 50))
            for sort in ("oldest", "newest")
            for after in (None, START)
        ]
    ),
    "replays.find": lambda db: replays.find(db, "blog", "m", "k", 0),
}
# Read whole on purpose: a few rows, one a site at most.
WHOLE = {"sites.every", "erasures.unfinished", "models.in_service", "models.thresholds"}


@pytest.fixture
def engine() -> str:
    """Its planner tells its way also where the tables are empty; PostgreSQL's goes by what is in them."""
    return "sqlite"


class Recorder:
    """Stands where a database would, and keeps the queries."""

    engine = "sqlite"

    def __init__(self) -> None:
        self.queries: list[Query] = []

    async def read(self, *queries: Query) -> list[list[Row]]:
        self.queries += queries
        return [[] for _ in queries]


@pytest.mark.parametrize("name", READS)
async def test_no_read_scans_or_sorts(name: str, db: object, tmp_path: Path) -> None:
    recorder = Recorder()
    await READS[name](recorder)
    assert recorder.queries
    connection = sqlite3.connect(tmp_path / "greenroom.sqlite")
    try:
        for query in recorder.queries:
            plan = connection.execute(f"EXPLAIN QUERY PLAN {query.sql}", query.parameters).fetchall()
            steps = [row[3] for row in plan]
            bad = [
                s
                for s in steps
                if (
                    s.startswith("SCAN")
                    and s not in ("SCAN a", "SCAN above", "SCAN unsearched")
                    and "CONSTANT" not in s
                    and "VIRTUAL TABLE" not in s
                )
            ]
            assert not bad, (query.sql, steps)
            if "RECURSIVE" not in query.sql:  # the chain of ancestors is sorted, all of it
                assert not any("TEMP B-TREE" in s for s in steps), (query.sql, steps)
    finally:
        connection.close()


def test_every_reading_function_is_looked_at() -> None:
    names = [found.name for found in iter_modules(service.storage.__path__)]
    modules = [import_module(f"service.storage.{name}") for name in names if name not in NO_QUERIES]
    reading = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in modules
        for name, function in inspect.getmembers(module, inspect.iscoroutinefunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    assert reading == set(READS) | WHOLE
