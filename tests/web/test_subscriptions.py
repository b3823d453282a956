"""Subscriptions over the API."""

from service.actions.set_policy import set_policy
from service.storage import outbox
from tests.conftest import Blog
from tests.web.conftest import Caller, Login

ASK = {"thread": "/post.html"}


async def test_a_member_asks_sees_and_ends_it(ada: Caller, mo: Caller, blog: Blog) -> None:
    await ada.post("Here")
    asked = await ada("POST", "/subscriptions", json=ASK)
    assert asked.status == 201
    assert asked.json == {
        "id": asked.json["id"],
        "thread": "/post.html",
        "confirmed": False,
        "created_at": asked.json["created_at"],
    }
    assert (await ada("POST", "/subscriptions", json=ASK)).json["id"] == asked.json["id"]
    assert (await ada("GET", "/subscriptions")).json == {"subscriptions": [asked.json], "next_cursor": None}
    assert (await mo("GET", "/subscriptions")).json["subscriptions"] == []
    assert (await mo("DELETE", f"/subscriptions/{asked.json['id']}")).status == 404
    assert (await ada("DELETE", f"/subscriptions/{asked.json['id']}")).status == 204
    assert (await ada("DELETE", f"/subscriptions/{asked.json['id']}")).status == 404
    assert (await ada("GET", "/subscriptions")).json["subscriptions"] == []


async def test_what_is_refused(ada: Caller, visitor: Caller) -> None:
    assert (await ada("POST", "/subscriptions", json=ASK)).code == "not-found"  # nobody has written there
    await ada.post("Here")
    assert (await visitor("POST", "/subscriptions", json={**ASK, "email": "x@y.example"})).code == "not-signed-in"
    assert (await ada("POST", "/subscriptions", json={**ASK, "email": "x@y.example"})).code == "invalid"
    assert (await ada("POST", "/subscriptions", json={**ASK, "mail": "x"})).code == "invalid"


async def test_visitors_learn_nothing_of_an_address(ada: Caller, visitor: Caller, blog: Blog) -> None:
    await ada.post("Here")
    await set_policy(blog.res, blog.site, {"who_may_comment": "anyone"})
    answers = [
        await visitor("POST", "/subscriptions", json={**ASK, "email": email})
        for email in ("new@x.example", "new@x.example", "NEW@x.example", "ada@blog.example", "ada@blog.example")
    ]
    assert [(one.status, one.body) for one in answers] == [(202, b'{"status":"asked"}')] * 5
    assert len(await outbox.waiting(blog.res.db, 10)) == 2
    assert (await visitor("POST", "/subscriptions", json={**ASK, "email": "no address"})).status == 422
    assert (await visitor("POST", "/subscriptions", json=ASK)).status == 422


async def test_another_sites_subscription_is_none(ada: Caller, blog: Blog, other: Blog, login: Login) -> None:
    await ada.post("Here")
    asked = await ada("POST", "/subscriptions", json=ASK)
    foreign = await login(other, other.owner)
    assert (await foreign("DELETE", f"/subscriptions/{asked.json['id']}")).status == 404
