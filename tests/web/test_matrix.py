"""Each endpoint x role x site: generated from the URL table, so that a new endpoint without a row here fails."""

from typing import Any

import pytest
from aiohttp import web

from service.web.routes import ROUTES, S
from tests.conftest import Blog
from tests.web.conftest import Caller, Login

ROLES = ("visitor", "member", "author", "moderator", "owner", "foreign owner")
PUBLIC = (200,) * 5 + (401,)  # another site's token is no token here
MODERATORS = (401, 403, 403, 200, 200, 401)
OWNERS = (401, 403, 403, 403, 200, 401)

# (method, path): the status for each role, on a comment of the author's that is held. {} stand for real ids.
MATRIX: dict[tuple[str, str], tuple[int, ...]] = {
    ("GET", "/comments"): PUBLIC,
    ("POST", "/comments"): (401, 201, 201, 201, 201, 401),
    ("GET", "/counts"): (200,) * 6,  # tells the same to all, whoever asks
    ("GET", "/recent"): (200,) * 6,
    ("GET", "/feed.atom"): (200,) * 6,
    ("GET", "/events"): PUBLIC,
    ("POST", "/preview"): PUBLIC,
    ("GET", "/members/me"): (401, 200, 200, 200, 200, 401),
    ("DELETE", "/members/me"): (401, 204, 204, 204, 409, 401),  # the last owner stays
    ("GET", "/members/me/export"): (401, 200, 200, 200, 200, 401),
    ("POST", "/members/{id}/erase"): (401, 403, 403, 403, 204, 401),
    ("GET", "/session"): PUBLIC,
    ("POST", "/session"): (401,) * 6,  # what is traded does not hold, and no token makes up for it
    ("POST", "/sign-in-links"): (202,) * 6,
    ("GET", "/members/me/sessions"): (401, 200, 200, 200, 200, 401),
    ("DELETE", "/members/me/sessions/{id}"): (401, 404, 404, 404, 404, 401),
    ("DELETE", "/session"): (401, 204, 204, 204, 204, 401),
    ("GET", "/comments/{id}"): (404, 404, 200, 200, 200, 401),
    ("PATCH", "/comments/{id}"): (401, 404, 202, 200, 200, 401),
    ("DELETE", "/comments/{id}"): (401, 404, 204, 204, 204, 401),
    ("GET", "/comments/{id}/history"): MODERATORS,
    ("POST", "/comments/{id}/reports"): (404, 404, 404, 404, 404, 401),  # it is held
    ("POST", "/comments/{id}/reports/dismiss"): (401, 403, 403, 409, 409, 401),  # nobody has reported it
    ("POST", "/comments/{id}/audit/ok"): (401, 403, 403, 409, 409, 401),  # it is no sample
    ("GET", "/golden"): MODERATORS,
    ("PUT", "/comments/{id}/golden"): (401, 403, 403, 403, 409, 401),  # nobody has decided about it
    ("DELETE", "/comments/{id}/golden"): (401, 403, 403, 403, 204, 401),
    ("GET", "/models"): MODERATORS,
    ("GET", "/models/{version}"): (401, 403, 403, 404, 404, 401),
    ("GET", "/models/{version}/simulation"): (401, 403, 403, 404, 404, 401),
    ("POST", "/models/{version}/promote"): (401, 403, 403, 403, 404, 401),
    ("POST", "/models/{version}/refuse"): (401, 403, 403, 403, 404, 401),
    ("POST", "/models/rollback"): (401, 403, 403, 403, 409, 401),  # there is none before
    ("POST", "/trainings"): (401, 403, 403, 403, 202, 401),
    ("GET", "/trainings/{id}"): (401, 403, 403, 404, 404, 401),
    ("GET", "/keys"): OWNERS,
    ("POST", "/keys"): (401, 403, 403, 403, 201, 401),
    ("DELETE", "/keys/{id}"): (401, 403, 403, 403, 404, 401),
    ("GET", "/queue"): MODERATORS,
    ("POST", "/decisions"): MODERATORS,
    ("POST", "/decisions/{id}/undo"): (401, 403, 403, 404, 404, 401),
    ("GET", "/log"): MODERATORS,
    ("GET", "/sign-on"): OWNERS,
    ("PATCH", "/sign-on"): OWNERS,
    ("POST", "/sign-on/secret"): OWNERS,
    ("GET", "/settings"): OWNERS,
    ("PATCH", "/settings"): OWNERS,
    ("POST", "/settings/preview"): OWNERS,
    ("GET", "/members"): MODERATORS,
    ("POST", "/members"): (401, 403, 403, 403, 201, 401),
    ("PATCH", "/members/{id}"): MODERATORS,
    ("POST", "/members/{id}/remove-comments"): MODERATORS,
    ("GET", "/invitations"): MODERATORS,
    ("POST", "/invitations"): (401, 403, 403, 201, 201, 401),
    ("DELETE", "/invitations/{id}"): (401, 403, 403, 404, 404, 401),
    ("POST", "/invitations/{code}/accept"): (404, 404, 404, 404, 404, 401),
    ("GET", "/membership-requests"): MODERATORS,
    ("POST", "/membership-requests"): (401, 409, 409, 409, 409, 401),  # all but the visitor are members
    ("POST", "/membership-requests/{id}/accept"): (401, 403, 403, 404, 404, 401),
    ("POST", "/membership-requests/{id}/decline"): (401, 403, 403, 404, 404, 401),
    ("GET", "/threads"): MODERATORS,
    ("PATCH", "/threads/{id}"): MODERATORS,
    ("GET", "/subscriptions"): (401, 200, 200, 200, 200, 401),
    ("POST", "/subscriptions"): (401, 201, 201, 201, 201, 401),
    ("DELETE", "/subscriptions/{id}"): (401, 404, 404, 404, 404, 401),
    ("POST", "/threads/{id}/move"): MODERATORS,
}

BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/session"): {"refresh_token": "gr_x"},
    ("POST", "/sign-in-links"): {"email": "ada@blog.example"},
    ("POST", "/comments"): {"thread": "/new.html", "text": "Hello"},
    ("POST", "/preview"): {"text": "Hello"},
    ("PATCH", "/comments/{id}"): {"text": "Hello again"},
    ("POST", "/comments/{id}/reports"): {"reason": "rude"},
    ("POST", "/keys"): {"name": "importer", "kind": "api"},
    ("POST", "/models/{version}/refuse"): {"reason": "worse"},
    ("PATCH", "/settings"): {"max_links": 2},
    ("PATCH", "/sign-on"): {"kind": "hs256"},
    ("POST", "/sign-on/secret"): {},
    ("POST", "/members"): {"name": "New"},
    ("PATCH", "/members/{id}"): {"status": "active"},
    ("PATCH", "/threads/{id}"): {"state": "open"},
    ("POST", "/subscriptions"): {"thread": "/post.html"},
    ("POST", "/members/{id}/remove-comments"): {"action": "remove"},
    ("POST", "/invitations"): {"role": "member"},
    ("POST", "/invitations/{code}/accept"): {"name": "New"},
    ("POST", "/membership-requests"): {"message": "Please"},
    ("POST", "/settings/preview"): {"max_links": 2},
    ("POST", "/threads/{id}/move"): {"key": "/moved.html"},
}
FOR_VISITORS = {("POST", "/comments/{id}/reports"), ("POST", "/preview")}
QUERIES = {("GET", "/comments"): "?thread=/post.html", ("GET", "/counts"): "?thread=/post.html"}


# Calls by which one comes to have a token: nobody need have one before.
OPEN = {("POST", "/session"), ("POST", "/sign-in-links"), ("POST", "/invitations/{code}/accept")}


def api_routes() -> set[tuple[str, str]]:
    routes = [route for route in ROUTES if isinstance(route, web.RouteDef)]
    return {(r.method, r.path.removeprefix(S)) for r in routes if r.path.startswith(S)}


def test_every_endpoint_has_its_row() -> None:
    assert api_routes() == set(MATRIX)


@pytest.fixture
async def callers(blog: Blog, other: Blog, login: Login) -> dict[str, Caller]:
    foreign = await login(other, other.owner)
    return {
        "visitor": await login(blog, None),
        "member": await login(blog, await blog.join("Grace")),
        "author": await login(blog, blog.ada),
        "moderator": await login(blog, blog.moderator),
        "owner": await login(blog, blog.owner),
        "foreign owner": Caller(foreign._client, blog.site.id, foreign._token),
    }


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("call", MATRIX, ids=" ".join)
async def test_the_documented_cell(callers: dict[str, Caller], blog: Blog, call: tuple[str, str], role: str) -> None:
    held = (await callers["author"].post("score 0.6")).json
    (thread,) = (await callers["moderator"]("GET", "/threads")).json["threads"]
    method, path = call
    ids = {"/comments/{id}": held["id"], "/members/{id}": blog.ada.id, "/threads/{id}": thread["id"]}
    real = next((i for prefix, i in ids.items() if path.startswith(prefix)), "0" * 22)
    body = BODIES.get(call)
    if call == ("POST", "/decisions"):
        body = {"action": "approve", "comments": [{"id": held["id"], "version": 1}]}
    options = {"json": body} if body is not None else {}
    if call == ("PATCH", "/comments/{id}"):
        options["headers"] = {"If-Match": '"1"'}
    answer = await callers[role](
        method,
        path.replace("{id}", real).replace("{code}", "c").replace("{version}", "none") + QUERIES.get(call, ""),
        **options,
    )
    assert answer.status == MATRIX[call][ROLES.index(role)]
    if answer.status >= 400:
        assert answer.code


@pytest.mark.parametrize("call", [c for c in MATRIX if c[0] != "GET" and c not in OPEN], ids=" ".join)
async def test_who_asks_is_settled_before_the_body_is_read(callers: dict[str, Caller], call: tuple[str, str]) -> None:
    method, path = call
    answer = await callers["visitor"](
        method, path.replace("{id}", "x").replace("{version}", "x"), data=b"\xff", headers={"Content-Type": "x/y"}
    )
    assert answer.status == (415 if call in FOR_VISITORS else 401)


async def test_a_token_for_commenting_has_no_powers(blog: Blog, callers: dict[str, Caller]) -> None:
    from service.actions.make_token import make_token

    token = await make_token(blog.res, blog.owner, "comment", 60_000)
    caller = Caller(callers["owner"]._client, blog.site.id, token)
    assert (await caller.post("Hello")).status == 201
    for path in ("/queue", "/settings", "/members", "/log"):
        assert (await caller("GET", path)).code == "not-moderator"
