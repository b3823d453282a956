"""Comments of real people and real spammers, which the shipped model never saw, through the running service.

Several members post them over HTTP, a moderator decides about what was held, and in the end thread pages, counts,
queue, log and database must agree to the last comment. The figures are printed: `pytest -s tests/acceptance`.
"""

import gzip
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.running import Running, running

DATA = Path(__file__).parent.parent.parent.parent / "shared" / "data"
SOURCES = ("youtube_psy", "youtube_katyperry", "youtube_lmfao", "youtube_eminem", "mademistakes_ham", "wikitalk_ham")
MEMBERS = 5
Row = dict[str, Any]


def unseen() -> list[Row]:
    """Every dev row of the comment-like sources; the shipped model was trained on train rows alone."""
    found: list[Row] = []
    for source in SOURCES:
        with gzip.open(DATA / f"{source}.jsonl.gz", "rt", encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        found += [row for row in rows if row["split"] == "dev"]
    return found


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "data") as started:
        yield started


@pytest.mark.skipif(not DATA.is_dir(), reason="the labelled comments are not beside the project")
def test_a_replay_of_unseen_comments(service: Running) -> None:
    service.greenroom("site", "add", "blog", "--origin", "https://blog.example")
    posters = [service.member("blog", f"Member {i}") for i in range(MEMBERS)]
    moderator = service.member("blog", "Mo", "moderator")
    rows = unseen()
    assert len(rows) >= 200
    posted = [post(posters[i % MEMBERS], row) for i, row in enumerate(rows)]
    stored = [(row, comment) for row, comment in zip(rows, posted, strict=True) if comment is not None]
    tell(rows, stored)
    queue = decide_all(moderator, stored)
    agree(service, moderator, stored, queue)


def post(caller: Any, row: Row) -> Row | None:
    """Posts a row to one of ten threads of its source; None where the member's same words were there already."""
    thread = f"/{row['source']}/{hash(row['id']) % 10}"
    status, comment = caller("POST", "/comments", {"thread": thread, "text": row["text"][:10_000]})
    assert status in (200, 201, 202), comment
    return None if status == 200 else {**comment, "thread": thread, "held": status == 202}


def tell(rows: list[Row], stored: list[tuple[Row, Row]]) -> None:
    """Prints what became of them, and asserts no more than that the model is worth its place."""
    outcomes = Counter((row["label"], comment["held"]) for row, comment in stored)
    spam, ham = outcomes["spam", True] + outcomes["spam", False], outcomes["ham", True] + outcomes["ham", False]
    held = outcomes["spam", True] + outcomes["ham", True]
    print(f"\n{len(rows)} comments sent, {len(stored)} stored: {spam} spam and {ham} honest by label")
    print(f"{held} held, of which {outcomes['spam', True]} are spam by label; {outcomes['ham', True]} honest held")
    assert outcomes["spam", True] / spam > 0.6
    assert outcomes["ham", True] / ham < 0.2


def decide_all(moderator: Any, stored: list[tuple[Row, Row]]) -> dict[str, Row]:
    """A moderator with the labels in hand: honest ones are approved, spam is marked, page by page of the queue."""
    label = {comment["id"]: row["label"] for row, comment in stored}
    decided: dict[str, Row] = {}
    for status, action, wanted in (
        ("pending", "approve", "ham"),
        ("pending", "mark_spam", "spam"),
        ("spam", "approve", "ham"),
    ):
        for card in cards(moderator, status):
            if label[card["id"]] == wanted:
                code, done = moderator(
                    "POST",
                    "/decisions",
                    {"action": action, "comments": [{"id": card["id"], "version": card["version"]}]},
                )
                assert code == 200
                decided[card["id"]] = done["results"][0]
    rejected = next(comment for _, comment in stored if not comment["held"])
    choice = {"id": rejected["id"], "version": rejected["version"]}
    code, done = moderator("POST", "/decisions", {"action": "reject", "comments": [choice], "reason": "off topic"})
    assert code == 200
    return {**decided, rejected["id"]: done["results"][0]}


def cards(moderator: Any, status: str) -> list[Row]:
    found, cursor = [], ""
    while cursor is not None:
        code, page = moderator("GET", f"/queue?status={status}&limit=50{cursor and '&cursor=' + cursor}")
        assert code == 200
        found += page["items"]
        cursor = page["next_cursor"]
    return found


def agree(service: Running, moderator: Any, stored: list[tuple[Row, Row]], decided: dict[str, Row]) -> None:
    """Pages, counts, tabs, log and database tell the same."""
    code, queue = moderator("GET", "/queue")
    assert (code, queue["counts"]["pending"]) == (200, 0)
    threads = sorted({comment["thread"] for _, comment in stored})
    on_pages = {thread: page(service, thread) for thread in threads}
    for ids in on_pages.values():
        assert ids == sorted(ids)
    with closing(sqlite3.connect(service.data / "greenroom.sqlite")) as db:
        statuses = dict(db.execute("SELECT id, status FROM comments").fetchall())
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert dict(db.execute("SELECT status, count FROM status_counts").fetchall()) == {
            **dict.fromkeys(("pending", "approved", "rejected", "spam", "removed", "reported", "audit"), 0),
            **Counter(statuses.values()),
        }
        assert db.execute("SELECT count(*) FROM decisions").fetchone() == (len(decided),)
    assert set(statuses) == {comment["id"] for _, comment in stored}
    assert {i for ids in on_pages.values() for i in ids} == {i for i, s in statuses.items() if s == "approved"}
    for i in range(0, len(threads), 100):
        query = "&".join(f"thread={thread}" for thread in threads[i : i + 100])
        code, answer = service.caller("blog", None)("GET", f"/counts?{query}")
        assert answer["counts"] == {thread: len(on_pages[thread]) for thread in threads[i : i + 100]}
    for comment_id, result in decided.items():
        assert statuses[comment_id] == result["status"]


def page(service: Running, thread: str) -> list[str]:
    code, found = service.caller("blog", None)("GET", f"/comments?thread={thread}&limit=200")
    assert (code, found["next_cursor"]) == (200, None)
    assert found["thread"]["count"] == len(found["comments"])
    return [comment["id"] for comment in found["comments"]]
