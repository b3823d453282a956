"""Threads on the move: lists with chains and rings, run again; merges large and at a bad moment; nothing is lost."""

import asyncio
from typing import Any

import pytest

from service.actions.decide_comments import Choice, decide_comments
from service.actions.draft import Draft
from service.actions.forget_key import forget_key
from service.actions.move_thread import move_thread
from service.actions.move_threads import move_threads
from service.actions.rewrite_origin import rewrite_origin
from service.actions.set_thread import set_thread, thread_at, threads_page
from service.actions.submit_comment import submit_comment
from service.actions.thread_page import PageRequest, counts, thread_page
from service.domain.errors import Invalid, NotFound, StaleDecision
from service.domain.moves import Pair
from service.domain.thread import Thread
from service.storage.database import Query, Statement
from tests.conftest import Blog


async def begin(blog: Blog, *names: str) -> None:
    for name in names:
        await blog.post(f"on {name}", thread=f"/{name}")


async def texts(blog: Blog, key: str) -> list[str]:
    found = await thread_page(blog.res, await blog.who(None), PageRequest(key))
    assert found.thread is None or found.thread.count == len(found.comments)
    return [one.text for one in found.comments]


def said(text: str) -> list[Pair]:
    """Pairs of `a>b c>d`."""
    return [Pair(i, f"/{a}", f"/{b}") for i, (a, _, b) in enumerate((one.partition(">") for one in text.split()), 1)]


async def move(blog: Blog, text: str, dry_run: bool = False) -> dict[str, str]:
    done = [one async for one in move_threads(blog.res, blog.site, said(text), dry_run)]
    return {f"{o.pair.old[1:]}>{o.pair.new[1:]}": o.outcome + (f" {o.comments}" if o.comments else "") for o in done}


async def where(blog: Blog) -> dict[str, list[str]]:
    """What stands where, by the list of threads."""
    found, _ = await threads_page(blog.res, blog.site, None, 200)
    return {one.key[1:]: [text.removeprefix("on ") for text in await texts(blog, one.key)] for one in found}


@pytest.mark.parametrize(
    ("begun", "moves", "outcomes", "after"),
    [
        ("a", "a>b", "moved", {"b": ["a"]}),
        ("a b", "a>b", "merged 1", {"b": ["a", "b"]}),
        ("a b", "a>b b>c", "moved moved", {"b": ["a"], "c": ["b"]}),
        ("a b c", "a>b b>c", "moved merged 1", {"b": ["a"], "c": ["b", "c"]}),
        ("a", "a>b b>c", "moved not-found", {"b": ["a"]}),
        ("a b", "a>b b>a", "moved moved", {"b": ["a"], "a": ["b"]}),
        ("a", "a>b b>a", "moved not-found", {"b": ["a"]}),
        ("a b c t", "a>b b>c c>a t>a", "moved moved moved merged 1", {"b": ["a"], "c": ["b"], "a": ["c", "t"]}),
        ("a b", "a>x b>x", "moved merged 1", {"x": ["a", "b"]}),
        ("a", "a>a z>y", "same not-found", {"a": ["a"]}),
        ("a", "a>a/", "moved", {"a/": ["a"]}),
    ],
)
async def test_a_list_speaks_of_one_moment_and_may_be_run_again(
    blog: Blog, begun: str, moves: str, outcomes: str, after: dict[str, list[str]]
) -> None:
    await begin(blog, *begun.split())
    before = await where(blog)
    expected = dict(zip(moves.split(), outcomes.replace(" 1", "_1").split(), strict=True))
    expected = {pair: told.replace("_", " ").replace("not-found", "not found") for pair, told in expected.items()}
    assert await move(blog, moves, dry_run=True) == expected
    assert await where(blog) == before
    assert await move(blog, moves) == expected
    assert await where(blog) == after
    assert set((await move(blog, moves)).values()) <= {"before", "not found", "same"}
    assert await where(blog) == after


async def test_a_list_that_contradicts_itself_moves_nothing(blog: Blog) -> None:
    await begin(blog, "a", "c")
    with pytest.raises(Invalid) as refused:
        await move(blog, "c>d a>b a>c")
    assert refused.value.faults[0].pointer == "line 3"
    assert set(await where(blog)) == {"a", "c"}


async def test_former_keys_lead_on_through_every_further_move(blog: Blog) -> None:
    await begin(blog, "a")
    for to in ("b", "c", "d"):
        await move_thread(blog.res, blog.site, (await thread_at(blog.res, blog.site, "/a")).id, f"/{to}")
    for key in ("/a", "/b", "/c", "/d/"):
        assert await texts(blog, key) == ["on a"]
        await blog.post(f"by {key}", thread=key, parent_id=None)
        assert (await texts(blog, "/d"))[-1] == f"by {key}"
        assert await counts(blog.res, blog.site, [key]) == {key: len(await texts(blog, "/d"))}
        await move_thread(blog.res, blog.site, (await thread_at(blog.res, blog.site, "/d")).id, "/d")
        before = await texts(blog, "/d")
        (last,) = [c for c in (await page_of(blog, "/d")) if c.text == f"by {key}"]
        await decide_comments(blog.res, blog.moderator, "reject", [Choice(last.id, last.version)], None)
        assert await texts(blog, "/d") == before[:-1]
    assert list(await where(blog)) == ["d"]


async def page_of(blog: Blog, key: str) -> list[Any]:
    return (await thread_page(blog.res, await blog.who(None), PageRequest(key))).comments


async def test_a_thread_that_comes_home_and_one_that_comes_after(blog: Blog) -> None:
    await begin(blog, "a", "x")
    assert await move(blog, "a>b") == {"a>b": "moved"}
    assert await move(blog, "b>a") == {"b>a": "moved"}
    assert await where(blog) == {"a": ["a"], "x": ["x"]}
    assert await texts(blog, "/b") == ["on a"]
    assert await move(blog, "a>b x>a") == {"a>b": "moved", "x>a": "moved"}
    assert (await texts(blog, "/a"), await texts(blog, "/b")) == (["on x"], ["on a"])  # what stands there comes first


async def test_a_former_key_can_be_a_page_of_its_own_again(blog: Blog) -> None:
    await begin(blog, "a")
    await move(blog, "a>b")
    assert (await forget_key(blog.res, blog.site, "/a")).key == "/b"
    assert await texts(blog, "/a") == []
    await blog.post("something else", thread="/a")
    assert (await texts(blog, "/a"), await texts(blog, "/b")) == (["something else"], ["on a"])
    with pytest.raises(NotFound):
        await forget_key(blog.res, blog.site, "/a")


async def thread(blog: Blog, key: str) -> Thread:
    return await thread_at(blog.res, blog.site, key)


async def test_a_merge_keeps_the_words_of_the_thread_that_stays(blog: Blog) -> None:
    old, new = "https://blog.example/old", "https://blog.example/new"
    await blog.post("one", thread="/old", url=old, title="Old", published_at=5_000)
    await blog.post("two", thread="/new", url=new)
    await set_thread(blog.res, blog.site, (await thread(blog, "/old")).id, {"state": "closed", "moderation": "always"})
    await set_thread(blog.res, blog.site, (await thread(blog, "/new")).id, {"moderation": "never"})
    moved = await move_thread(blog.res, blog.site, (await thread(blog, "/old")).id, "/new")
    kept = await thread(blog, "/old")
    assert (moved.outcome, moved.comments, moved.thread) == ("merged", 1, kept)
    assert (kept.key, kept.url, kept.title, kept.published_at) == ("/new", new, "Old", 5_000)
    assert (kept.state, kept.moderation, kept.count) == ("closed", "never", 2)


async def test_tombstones_replies_the_queue_and_the_log_go_along(blog: Blog) -> None:
    first = (await blog.post("first", thread="/a")).comment
    await blog.post("answer", thread="/a", parent_id=first.id)
    held = (await blog.post("score 0.6", thread="/a")).comment
    await decide_comments(blog.res, blog.moderator, "remove", [Choice(first.id, 1)], None)
    await begin(blog, "b")
    assert await move(blog, "a>b") == {"a>b": "merged 3"}
    shown = await page_of(blog, "/b")
    assert [(c.text, c.status) for c in shown] == [("first", "removed"), ("answer", "approved"), ("on b", "approved")]
    assert (await thread(blog, "/b")).count == 2
    (rows,) = await blog.res.db.read(Query("SELECT DISTINCT thread_id FROM decisions", {}))
    assert rows == [((await thread(blog, "/b")).id,)]
    _, (undone,) = await decide_comments(blog.res, blog.moderator, "restore", [Choice(first.id, 2)], None)
    assert undone.refusal is None
    await decide_comments(blog.res, blog.moderator, "approve", [Choice(held.id, 1)], None)
    assert (await thread_page(blog.res, await blog.who(None), PageRequest("/a"))).thread.count == 4  # type: ignore[union-attr]


async def test_a_double_click_is_one_comment_by_the_former_key_too(blog: Blog) -> None:
    await begin(blog, "a")
    await move(blog, "a>b")
    first = await blog.post("twice", thread="/a")
    again = await blog.post("twice", thread="/a")
    assert (again.repeated, again.comment.id) == (True, first.comment.id)
    assert await texts(blog, "/b") == ["on a", "twice"]


async def test_ten_thousand_comments_merge_in_one_unit(blog: Blog) -> None:
    first = (await blog.post("the first", thread="/a")).comment
    await begin(blog, "b")
    names = (
        "site_id, parent_id, author_id, html, score, risk, doubt, verdict, reasons, model_version, created_at, version"
    )
    fill = Statement(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)"
        f" INSERT INTO comments (id, thread_id, text, status, shown, repeat_key, {names})"
        " SELECT CAST(10000 + i AS TEXT), thread_id, 'comment ' || i,"
        " CASE WHEN i % 10 = 0 THEN 'spam' ELSE 'approved' END, CASE WHEN i % 10 = 0 THEN 0 ELSE 1 END, i,"
        f" {names} FROM comments, n WHERE id = :id",
        {"id": first.id},
    )
    count = Statement("UPDATE threads SET count = count + 9000 WHERE id = :id", {"id": first.thread_id})
    await blog.res.db.write([fill, count])
    assert await move(blog, "a>b") == {"a>b": "merged 10000"}
    assert (await thread(blog, "/a")).count == 9_002
    (rows,) = await blog.res.db.read(
        Query("SELECT COUNT(*) FROM comments WHERE thread_id = :id", {"id": first.thread_id})
    )
    assert rows == [(0,)]


@pytest.mark.parametrize("onto", ["nothing", "a thread"])
async def test_what_is_posted_while_threads_move_is_neither_lost_nor_orphaned(blog: Blog, onto: str) -> None:
    await begin(blog, *["a", "b"][: 1 if onto == "nothing" else 2])
    who = await blog.who(blog.ada)

    async def post(i: int) -> str:
        draft = Draft(thread="/a" if i % 2 else "/b", text=f"comment {i}")
        return (await submit_comment(blog.res, who, draft, lambda _: [])).comment.text

    posting = [asyncio.create_task(post(i)) for i in range(60)]
    await asyncio.wait(posting, return_when=asyncio.FIRST_COMPLETED)
    moving = asyncio.create_task(move_thread(blog.res, blog.site, (await thread(blog, "/a")).id, "/b"))
    posting += [asyncio.create_task(post(i)) for i in range(60, 120)]
    sent = set(await asyncio.gather(*posting))
    assert (await moving).outcome in ("moved", "merged")
    blog.res.cache.forget_all()
    found = await thread_page(blog.res, who, PageRequest("/b", limit=200))
    assert {c.text for c in found.comments} >= sent
    assert found.thread is not None
    assert found.thread.count == len(found.comments)
    assert [t.key for t in (await threads_page(blog.res, blog.site, None, 200))[0]] == ["/b"]


async def test_a_decision_that_meets_a_merge_is_stale_and_counts_nowhere(blog: Blog) -> None:
    held = (await blog.post("score 0.6", thread="/a")).comment
    await begin(blog, "b")
    write, res = blog.res.db.write, blog.res

    async def first_the_merge(unit: Any) -> None:
        res.db.write = write  # type: ignore[method-assign]
        await move(blog, "a>b")
        await write(unit)

    res.db.write = first_the_merge  # type: ignore[method-assign]
    choice = Choice(held.id, held.version)
    _, (refused,) = await decide_comments(res, blog.moderator, "approve", [choice], None)
    assert isinstance(refused.refusal, StaleDecision)
    assert await where(blog) == {"b": ["b"]}
    _, (done,) = await decide_comments(res, blog.moderator, "approve", [choice], None)
    assert done.refusal is None
    assert await texts(blog, "/b") == ["score 0.6", "on b"]


async def test_a_new_page_is_not_begun_where_a_thread_has_just_left(blog: Blog) -> None:
    """The page was unknown when the evidence was gathered; by the time of writing a thread has come and gone there."""
    write, res = blog.res.db.write, blog.res

    async def first_others(unit: Any) -> None:
        res.db.write = write  # type: ignore[method-assign]
        await blog.post("quicker", thread="/a")
        await move(blog, "a>b")
        await write(unit)

    res.db.write = first_others  # type: ignore[method-assign]
    await blog.post("slower", thread="/a")
    assert await where(blog) == {"b": ["quicker", "slower"]}


async def test_a_new_domain_changes_addresses_and_no_keys(blog: Blog) -> None:
    for key, url in (("/a", "https://blog.example/a"), ("/b", "HTTPS://BLOG.example/b?x=1"), ("/c", None)):
        await blog.post("hello", thread=key, url=url)
    wanted = ("https://blog.example", "https://new.example")
    assert await rewrite_origin(blog.res, blog.site, *wanted, dry_run=True) == 2
    assert (await thread(blog, "/a")).url == "https://blog.example/a"
    assert await rewrite_origin(blog.res, blog.site, *wanted, dry_run=False) == 2
    assert await rewrite_origin(blog.res, blog.site, *wanted, dry_run=False) == 0
    urls = [(await thread(blog, key)).url for key in ("/a", "/b", "/c")]
    assert urls == ["https://new.example/a", "https://new.example/b?x=1", None]
