"""What a card of the queue tells of a score, with the shipped model: pieces of the text, clues, near-duplicates."""

from collections.abc import AsyncIterator

import pytest

from service.actions.resources import Resources
from service.spam.artefact import load_pinned
from service.spam.context import Circumstances, Clue, clues
from service.spam.shipped import SHIPPED_MANIFEST_SHA256, shipped_folder
from service.storage.database import Database
from tests.conftest import Clock, make_blog, resources
from tests.web.conftest import Login

SPAM = "Best \u200bonline casino bonus, free spins every day at http://lucky{n}.example and double your money {n} times"


@pytest.fixture
async def res(db: Database, clock: Clock) -> AsyncIterator[Resources]:
    """The shipped model, and clues as they are."""
    model = load_pinned(shipped_folder(), SHIPPED_MANIFEST_SHA256)
    async with resources(db, clock, model, clues) as made:  # type: ignore[arg-type]
        yield made


async def test_reasons_point_at_the_text_that_moved_the_score(res: Resources, login: Login) -> None:
    blog = await make_blog(res, "careful", moderation="always")
    await (await login(blog, blog.ada)).post(SPAM.format(n=3))
    mo = await login(blog, blog.moderator)
    (item,) = (await mo("GET", "/queue")).json["items"]
    pieces = [one for one in item["reasons"] if one["code"] == "text"]
    assert pieces
    words = {item["text"][slice(*one["span"])] for one in pieces if one["weight"] > 0}
    # whole words of the raw text, past the invisible sign in the second one
    assert words & {"free", "casino", "bonus,", "money", "http://lucky3.example"}
    assert all(one["weight"] and 0 <= one["span"][0] < one["span"][1] <= len(item["text"]) for one in pieces)
    assert abs(pieces[0]["weight"]) == max(abs(one["weight"]) for one in pieces)


async def test_a_campaign_that_waits_is_one_group(res: Resources, login: Login) -> None:
    blog = await make_blog(res, "busy", moderation="always")
    ada, eve, mo = blog.ada, await login(blog, await blog.join("Eve")), await login(blog, blog.moderator)
    text = (
        "My brother restores antique oak cabinets with much love and by hand, ask him for the winter offer number {n}"
    )
    for n in range(3):
        await eve.post(text.format(n=n))
    await blog.post("A quite different remark on the colour of the cabinets in the second picture", ada)
    items = (await mo("GET", "/queue")).json["items"]
    groups = [one["group"] for one in items]
    assert [group and group["count"] for group in groups] == [3, 3, 3, None]
    decided = await mo("POST", "/decisions", json={"action": "mark_spam", "comments": groups[0]["comments"]})
    assert [one["status"] for one in decided.json["results"]] == ["spam"] * 3
    assert len((await mo("GET", "/queue")).json["items"]) == 1


async def test_clues_move_the_score_and_are_told(res: Resources, login: Login) -> None:
    blog = await make_blog(res, "clued", hold_at=0.5, spam_at=1.0)
    ada, mo = await login(blog, blog.ada), await login(blog, blog.moderator)
    seen: list[Circumstances] = []

    def told(around: Circumstances) -> tuple[Clue, ...]:
        seen.append(around)
        return clues(around)

    object.__setattr__(res, "clues", told)
    first = SPAM.format(n=1)
    await ada.post(first)
    await (await login(blog, await blog.join("Eve"))).post(first.replace("double", "triple"))
    assert [one.near_duplicates for one in seen] == [0, 1]
    items = (await mo("GET", "/queue?sort=newest")).json["items"]
    reasons = {one["code"]: one for one in items[0]["reasons"]}
    assert reasons["near-duplicates"]["weight"] == 1.0
    assert reasons["new-author"]["weight"] == 0.4


async def test_sent_sooner_than_a_person_types_is_a_clue(res: Resources, login: Login) -> None:
    blog = await make_blog(res, "clued", hold_at=0.5, spam_at=1.0)
    ada, mo = await login(blog, blog.ada), await login(blog, blog.moderator)
    assert (await ada.post("Nonsense.", seconds=-1)).json["errors"][0]["pointer"] == "/seconds"
    for n, seconds in enumerate((0.4, 600, None)):
        await ada.post(SPAM.format(n=n), seconds=seconds)
    items = (await mo("GET", "/queue?sort=newest")).json["items"]
    told = [{one["code"] for one in item["reasons"]} & {"sent-at-once", "sent-fast"} for item in items]
    assert told == [set(), set(), {"sent-at-once"}]


async def test_comments_far_from_the_line_cost_no_clues(res: Resources) -> None:
    blog = await make_blog(res, "calm")
    asked: list[Circumstances] = []
    object.__setattr__(res, "clues", lambda around: asked.append(around) or ())
    await blog.post("Could you say more about the second picture? The light in it is beautiful.")
    assert not asked
