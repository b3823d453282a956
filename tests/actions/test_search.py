"""Searching the queue on both engines: what is found, in which order, and that it stays true whatever happens."""

from pathlib import Path

import pytest

from service.actions.decide_comments import Choice, decide_comments
from service.actions.draft import Draft, Guest
from service.actions.edit_comment import Wanted, edit_comment
from service.actions.erase_member import erase_member
from service.actions.identify import Who
from service.actions.move_thread import move_thread
from service.actions.pass_audit import pass_audit
from service.actions.queue import QueueRequest, Sort, Tab, queue_page
from service.actions.report_comment import report_comment
from service.actions.resources import Resources
from service.actions.set_policy import set_policy
from service.actions.submit_comment import submit_comment
from service.domain.comment import Comment
from service.domain.errors import StorageUnavailable
from service.domain.moderation import Action
from service.domain.search import parse
from service.storage import search, search_sqlite
from tests.conftest import Blog, make_blog


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def look(
    blog: Blog, line: str, status: Tab = "approved", sort: Sort = "oldest", limit: int = 50
) -> list[Comment]:
    """Everything that a search finds, page by page."""
    found: list[Comment] = []
    wanted = QueueRequest(status, sort, None, limit, parse(line))
    while True:
        page = await queue_page(blog.res, blog.site, wanted)
        found += [item.comment for item in page.items]
        if page.next is None:
            return found
        wanted = QueueRequest(status, sort, page.next, limit, parse(line))


async def texts(blog: Blog, line: str, status: Tab = "approved", sort: Sort = "oldest") -> list[str]:
    return [comment.text for comment in await look(blog, line, status, sort)]


async def decide(blog: Blog, action: Action, comment: Comment) -> None:
    await decide_comments(blog.res, blog.moderator, action, [Choice(comment.id, comment.version)], None)


async def as_guest(blog: Blog, name: str, text: str) -> None:
    draft = Draft(thread="/post.html", text=text, guest=Guest(name))
    await submit_comment(blog.res, Who(await blog.res.cache.site(blog.site.id), "a", None), draft, lambda _: [])  # type: ignore[arg-type]


async def test_words_are_found_as_they_stand(blog: Blog) -> None:
    said = ["Größe und Wärme", "the e-mail of Ada", "mail me, Ada!", "привет, МИР", "see https://a.example/b"]
    for text in said:
        await blog.post(text)
    for line, found in {
        "ada": said[1:3],
        "ADA mail": said[1:3],
        "e-mail": said[1:2],
        '"mail me"': said[2:3],
        '"me mail"': [],
        "größe": said[:1],
        "мир": said[3:4],
        "mai*": said[1:3],
        "mai": [],
        "-ada": [said[0], said[3], said[4]],
        "mail -me": said[1:2],
        "https://a.example/b": said[4:5],
        "link:a.example": said[4:5],
        "link:*": said[4:5],
        "link:b.example": [],
    }.items():
        assert await texts(blog, line) == found, line


async def test_operators_narrow(blog: Blog) -> None:
    bea = await blog.join("Béatrice Ann")
    await set_policy(blog.res, blog.site, {"who_may_comment": "anyone"})
    await blog.post("one score 0.95", thread="/a")
    await blog.post("two score 0.6", thread="/b", member=bea)
    await blog.post("three", thread="/a", member=bea)
    await as_guest(blog, "Beatle", "four")
    for line, found in {
        "status:any": ["one score 0.95", "two score 0.6", "three", "four"],
        "status:spam": ["one score 0.95"],
        "status:spam status:pending": ["one score 0.95", "two score 0.6"],
        "status:any score:>0.6": ["one score 0.95"],
        "status:any score:>=0.6": ["one score 0.95", "two score 0.6"],
        "status:any score:<0.5": ["three", "four"],
        "status:any score:0.5..0.7": ["two score 0.6"],
        "status:any score:none": [],
        "status:any thread:/a": ["one score 0.95", "three"],
        "status:any thread:/nowhere": [],
        "status:any author:ada": ["one score 0.95"],
        "status:any author:bea": ["two score 0.6", "three", "four"],
        "status:any author:beatrice": ["two score 0.6", "three"],
        f"status:any author:{bea.id}": ["two score 0.6", "three"],
        "status:any author:bea thread:/a": ["three"],
        "author:beatl": ["four"],
        "author:nobody": [],
    }.items():
        assert await texts(blog, line) == found, line


@pytest.mark.parametrize("few", [0, 3_000])
@pytest.mark.parametrize("sort", ["oldest", "newest", "riskiest", "uncertain"])
async def test_pages_follow_one_another(blog: Blog, sort: Sort, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_sqlite, "_FEW", few)  # found and sorted, or looked up through the queue
    for i in range(23):
        await blog.post(f"word{' extra' * (i % 2)} score 0.{50 + i * 7 % 40} number {i}")
    found = await look(blog, "word", "pending", sort, limit=4)
    assert len({one.id for one in found}) == len(found) == 23
    plain = await queue_page(blog.res, blog.site, QueueRequest("pending", sort, None, 50))
    assert [one.id for one in found] == [item.comment.id for item in plain.items]


async def test_it_follows_whatever_happens(blog: Blog) -> None:
    one = (await blog.post("a marmot score 0.6")).comment
    assert await texts(blog, "marmot", "pending") == ["a marmot score 0.6"]
    await decide(blog, "approve", one)
    assert await texts(blog, "marmot", "pending") == []
    assert await texts(blog, "marmot", "approved") == ["a marmot score 0.6"]
    seen = (await look(blog, "marmot"))[0]
    wanted = Wanted(seen.id, frozenset([seen.version]), "a badger")
    await edit_comment(blog.res, await blog.who(blog.ada), wanted)
    assert await texts(blog, "marmot status:any") == []
    assert await texts(blog, "badger") == ["a badger"]
    thread = await blog.res.cache.thread(blog.site.id, "/post.html")
    assert thread is not None
    await blog.post("elsewhere", thread="/new.html")
    await move_thread(blog.res, blog.site, thread.id, "/new.html")
    assert await texts(blog, "thread:/new.html") == ["a badger", "elsewhere"]
    await erase_member(blog.res, blog.site, blog.ada.id)
    assert await texts(blog, "badger status:any") == []
    assert await texts(blog, "author:ada status:any") == []


async def test_sites_are_apart_and_reports_are_searched(blog: Blog, res: Resources) -> None:
    other = await make_blog(res, "blog-two")
    await blog.post("a marmot here")
    reported = (await other.post("a marmot there")).comment
    await report_comment(res, await other.who(other.moderator), reported.id, "rude", lambda _: [])
    assert await texts(blog, "marmot") == ["a marmot here"]
    assert await texts(other, "marmot", "reported") == ["a marmot there"]
    assert await texts(blog, "marmot", "reported") == []


async def test_the_sample_is_searched(blog: Blog) -> None:
    await blog.post("a marmot that nobody picked")
    await set_policy(blog.res, blog.site, {"audit_share": 1.0})
    seen, waits = [(await blog.post(f"a marmot {i} score 0.2")).comment for i in range(2)]
    await blog.post("a weasel")
    await pass_audit(blog.res, blog.moderator, seen.id, seen.version)
    for line, found in {"marmot": [waits.text], "score:>0.1": [waits.text], "author:ada weasel": ["a weasel"]}.items():
        assert await texts(blog, line, "audit") == found, line
    assert await texts(blog, "marmot", "audit", "riskiest") == [waits.text]
    assert len(await texts(blog, "marmot status:any", "audit")) == 3
    await decide(blog, "reject", waits)
    assert await texts(blog, "marmot", "audit") == []


async def test_comments_of_one_moment_keep_their_order(blog: Blog) -> None:
    """The clock of tests stands still: all have ids of the same millisecond, and are indexed in several portions."""
    for i in range(3):
        await blog.post(f"word {i}")
        await search.index_some(blog.res.db)
    for i in range(3, 6):
        await blog.post(f"word {i}")
    assert await texts(blog, "word") == [f"word {i}" for i in range(6)]


async def test_too_many_that_wait_are_told(blog: Blog, monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    monkeypatch.setattr(search_sqlite, "PORTION", 2)
    monkeypatch.setattr(search, "_MOST_WAITING", 2)
    for i in range(9):
        await blog.post(f"word {i}")
    if engine == "sqlite":
        with pytest.raises(StorageUnavailable, match="ready for searching"):
            await texts(blog, "word")
    for _ in range(5):
        await search.index_some(blog.res.db)
    assert len(await texts(blog, "word")) == 9


@pytest.mark.parametrize("engine", ["sqlite"])  # the files of a server are its operator's
async def test_no_file_keeps_the_words_of_who_was_erased(blog: Blog, where: str, engine: str) -> None:
    await blog.post("a xylographer with a marmot")
    await blog.post("another marmot", member=blog.moderator)
    assert len(await texts(blog, "marmot")) == 2

    def files_with(word: bytes) -> list[str]:
        return [path.name for path in Path(where).parent.iterdir() if word in path.read_bytes()]

    assert files_with(b"xylographer")
    await erase_member(blog.res, blog.site, blog.ada.id)
    assert files_with(b"xylograph") == []
    assert files_with(b"another marmot")
    assert await texts(blog, "marmot") == ["another marmot"]


def test_only_neighbours_are_looked_through_for_free_numbers() -> None:
    near = search_sqlite._ASIDE
    assert search_sqlite._runs([5, 7, 7 + near, 8 + 2 * near, 10**9]) == [
        (5, 7 + near),
        (8 + 2 * near, 8 + 2 * near),
        (10**9, 10**9),
    ]
    assert search_sqlite._runs([]) == []
