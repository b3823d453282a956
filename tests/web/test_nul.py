"""The NUL character, which SQLite would keep and PostgreSQL refuses: told alike on both, and never a fault of ours."""

import pytest

from tests.conftest import Blog
from tests.web.conftest import Caller

pytestmark = pytest.mark.both_engines


@pytest.mark.parametrize(
    "path", ["/comments/%00", "/models/%00", "/models/a%00/simulation", "/trainings/%00", "/threads/%00"]
)
async def test_nothing_has_it_in_its_name(olive: Caller, path: str) -> None:
    answer = await olive("GET", path)
    assert (answer.status, answer.code) == (404, "not-found")


async def test_it_is_in_no_question(olive: Caller) -> None:
    answer = await olive("GET", "/log?action=approve&who=a%00")
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/who")


async def test_it_is_in_no_body(olive: Caller, blog: Blog) -> None:
    held = (await blog.post("score 0.6")).comment
    for body, pointer in (
        ({"action": "approve", "comments": [{"id": "\0", "version": 1}]}, "/comments/0/id"),
        ({"action": "reject", "reason": "a\0", "comments": [{"id": held.id, "version": 1}]}, "/reason"),
    ):
        answer = await olive("POST", "/decisions", json=body)
        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)
    spelled = await olive("POST", "/preview", json={"text": r"the letters \u0000 are no NUL"})
    assert spelled.status == 200
