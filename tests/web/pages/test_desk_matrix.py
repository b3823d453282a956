"""Each page and form of the desk x role x site: generated from the URL table, so that one without a row fails."""

import pytest
from aiohttp import web

from service.actions.resources import Resources
from service.web.routes import PAGES, ROUTES
from tests.conftest import Blog, make_blog
from tests.web.pages.conftest import Reader, SignedIn, link_token

DESK = PAGES + "/desk"
ROLES = ("stranger", "member", "moderator", "owner", "foreign owner")
MODERATORS = (401, 403, 200, 200, 401)
OWNERS = (401, 403, 403, 200, 401)
ASKED = (401, 403, 422, 422, 401)  # the form says nothing yet
GONE = (401, 403, 404, 404, 401)  # the thing named does not exist

MATRIX: dict[tuple[str, str], tuple[int, ...]] = {
    ("GET", ""): MODERATORS,
    ("POST", "/decisions"): ASKED,
    ("POST", "/undo"): GONE,
    ("POST", "/dismissals"): ASKED,
    ("POST", "/audits"): ASKED,
    ("GET", "/cards/{id}"): GONE,
    ("POST", "/looking"): MODERATORS,
    ("GET", "/log"): MODERATORS,
    ("GET", "/comments/{id}"): GONE,
    ("GET", "/members"): MODERATORS,
    ("GET", "/members/list"): OWNERS,
    ("POST", "/members/list"): (401, 403, 403, 422, 401),
    ("GET", "/settings/file"): OWNERS,
    ("GET", "/members/{id}"): MODERATORS,
    ("POST", "/members/{id}"): ASKED,
    ("POST", "/members/{id}/remove-comments"): ASKED,
    ("POST", "/invitations"): ASKED,
    ("POST", "/invitations/{id}/revoke"): GONE,
    ("POST", "/requests/{id}"): ASKED,
    ("GET", "/threads"): MODERATORS,
    ("GET", "/threads/{id}"): GONE,
    ("POST", "/threads/{id}"): GONE,
    ("POST", "/threads/{id}/move"): GONE,
    ("GET", "/model"): MODERATORS,
    ("GET", "/model/progress"): MODERATORS,
    ("POST", "/model/trainings"): (401, 403, 403, 422, 401),
    ("POST", "/model/promote"): (401, 403, 403, 404, 401),
    ("POST", "/model/refuse"): (401, 403, 403, 422, 401),
    ("POST", "/model/rollback"): (401, 403, 403, 409, 401),
    ("GET", "/settings"): OWNERS,
    ("POST", "/settings"): (401, 403, 403, 422, 401),
    ("POST", "/settings/preview"): (401, 403, 403, 303, 401),
    ("GET", "/keys"): OWNERS,
    ("POST", "/keys"): (401, 403, 403, 422, 401),
    ("POST", "/keys/{id}/revoke"): (401, 403, 403, 404, 401),
    ("GET", "/you"): MODERATORS,
    ("GET", "/you/export"): MODERATORS,
    ("POST", "/you/sessions/{id}"): GONE,
    ("POST", "/you/sign-out-everywhere"): (401, 403, 303, 303, 401),
}
PIECES = ("/cards/{id}", "/model/progress")  # of pages, for their scripts
ELSEWHERE = {("GET", "/events"), ("GET", "/letter"), ("POST", "/letter")}  # a stream; the letter's own right


def desk_routes() -> set[tuple[str, str]]:
    routes = [route for route in ROUTES if isinstance(route, web.RouteDef)]
    return {(r.method, r.path.removeprefix(DESK)) for r in routes if r.path.startswith(DESK)}


def test_every_page_has_its_row() -> None:
    assert desk_routes() == set(MATRIX) | ELSEWHERE


@pytest.fixture
async def readers(signed_in: SignedIn, blog: Blog, res: Resources) -> dict[str, Reader]:
    other = await make_blog(res, "other")
    foreign = await signed_in(None)
    await foreign.send(f"/sites/other/sign-in?token={await link_token(res, other.owner)}")
    return {
        "stranger": await signed_in(None),
        "member": await signed_in(blog.ada),
        "moderator": await signed_in(blog.moderator),
        "owner": await signed_in(blog.owner),
        "foreign owner": foreign,
    }


async def test_the_documented_cells(readers: dict[str, Reader], blog: Blog) -> None:
    for (method, path), expected in MATRIX.items():
        real = blog.ada.id if path.startswith("/members/") else "0" * 22
        for role, status in zip(ROLES, expected, strict=True):
            reader, url = readers[role], f"/sites/blog/desk{path.replace('{id}', real)}"
            page = await (reader.get(url) if method == "GET" else reader.send(url, x="y"))
            assert page.status == status, (method, path, role, page.words[:200])
            if status == 200 and page.headers["Content-Type"].startswith("text/html"):
                assert "script-src 'self'" in page.headers["Content-Security-Policy"] or path in PIECES


async def test_forms_from_elsewhere_are_refused(readers: dict[str, Reader], blog: Blog) -> None:
    for method, path in MATRIX:
        if method == "POST":
            url = f"/sites/blog/desk{path.replace('{id}', blog.ada.id)}"
            page = await readers["owner"].send(url, headers={"Sec-Fetch-Site": "cross-site"}, x="y")
            assert page.status == 403, path
            assert "not sent from our own pages" in page.words
