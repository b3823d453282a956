"""One's own account as a page: what is known, what one may take along, and leaving."""

import json

from service.actions.set_member import MemberChange, set_member
from tests.conftest import Blog
from tests.web.conftest import Caller, Login
from tests.web.pages.conftest import Reader, SignedIn


async def test_it_tells_what_is_known_to_whom_it_belongs(ada: Reader, stranger: Reader) -> None:
    path = f"{ada.home}/account"
    page = await ada.get(path)
    assert (page.status, page.headers["Cache-Control"]) == (200, "no-store")
    assert "Ada" in page.words
    assert "ada@blog.example" in page.words
    assert f'href="{path}"' in (await ada.thread()).text
    away = await stranger.get(path)
    assert (away.status, away.location) == (303, f"{ada.home}/sign-in?to={path}")
    assert (await stranger.get(f"{path}/export")).status == 401
    for what in ("sign-out", "leave"):
        assert (await stranger.send(f"{path}/{what}", sure="yes")).status == 401


async def test_the_data_come_as_a_file(ada: Reader, blog: Blog) -> None:
    await blog.post("Words of mine")
    found = await ada.get(f"{ada.home}/account/export")
    assert found.headers["Content-Disposition"].startswith('attachment; filename="greenroom-blog-')
    assert found.headers["Cache-Control"] == "no-store"
    told = json.loads(found.text)
    assert (told["member"]["name"], [one["text"] for one in told["comments"]]) == ("Ada", ["Words of mine"])


async def test_signing_out_everywhere(ada: Reader, blog: Blog, login: Login) -> None:
    api = await login(blog, blog.ada)
    path = f"{ada.home}/account/sign-out"
    assert (await ada.send(path, {"Sec-Fetch-Site": "cross-site"})).status == 403
    assert (await api("GET", "/members/me")).status == 200
    cookies = dict(ada.cookies)
    assert (await ada.send(path)).status == 303
    assert (await api("GET", "/members/me")).status == 401
    ada.cookies = cookies  # a copy of the cookie is worth nothing, either
    assert (await ada.get(f"{ada.home}/account")).status == 303


async def test_leaving_takes_a_tick_and_a_form_of_ours(ada: Reader, blog: Blog, visitor: Caller) -> None:
    await blog.post("Words of mine")
    path = f"{ada.home}/account/leave"
    assert (await ada.send(path, {"Sec-Fetch-Site": "cross-site"}, sure="yes")).status == 403
    unsure = await ada.send(path)
    assert (unsure.status, "cannot be brought back" in unsure.words) == (422, True)
    assert (await visitor.thread()).json["thread"]["count"] == 1
    left = await ada.send(path, sure="yes")
    assert (left.status, "You have left blog" in left.words) == (200, True)
    assert not any(ada.cookies.values())
    assert (await visitor.thread()).json["comments"] == []


async def test_the_last_owner_stays(signed_in: SignedIn, blog: Blog) -> None:
    olive = await signed_in(blog.owner)
    refused = await olive.send(f"{olive.home}/account/leave", sure="yes")
    assert refused.status == 409
    assert "owner" in refused.words
    assert (await olive.get(f"{olive.home}/account")).status == 200


async def test_it_says_how_one_stands(ada: Reader, blog: Blog) -> None:
    path = f"{ada.home}/account"
    assert "a member, known here since" in (await ada.get(path)).words
    await set_member(blog.res, None, blog.site, blog.ada.id, MemberChange("suspended"))
    assert "suspended, known here since" in (await ada.get(path)).words
    await set_member(blog.res, None, blog.site, blog.ada.id, MemberChange("banned"))
    assert "banned, known here since" in (await ada.get(path)).words  # who is banned may leave, too
    assert "You have left" in (await ada.send(f"{path}/leave", sure="yes")).words
