"""Keys for programs: made by owners, shown once, acting as their makers as those stand now, revoked at once."""

import asyncio
import re
from typing import Any

import pytest

from service.actions.keys import akismet_hash, find_akismet_key
from service.actions.make_key import NewKey, make_key
from service.actions.resources import Resources
from service.actions.seal import Seal
from service.actions.set_member import MemberChange, set_member
from service.domain.errors import Invalid, NotAllowedNow
from service.domain.member import Role
from service.storage import keys
from service.storage.database import Query, Unit
from tests.conftest import Blog, Clock
from tests.web.conftest import Answer, Caller


async def make(olive: Caller, **fields: Any) -> Answer:
    return await olive("POST", "/keys", json={"name": "importer", "kind": "api", **fields})


async def test_a_name_is_not_needed(olive: Caller) -> None:
    made = await olive("POST", "/keys", json={"kind": "akismet"})
    assert (made.status, made.json["name"], len(made.json["key"])) == (201, "akismet", 12)


async def test_a_call_made_again_makes_no_second_key_and_shows_none(olive: Caller) -> None:
    first, again = [await make(olive) for _ in range(2)]
    assert first.json["id"] != again.json["id"]
    keyed = {"Idempotency-Key": "k"}
    one, two = [await olive("POST", "/keys", json={"kind": "api"}, headers=keyed) for _ in range(2)]
    assert (two.status, two.headers["Idempotency-Replayed"]) == (201, "true")
    assert (two.json["id"], two.json["key"]) == (one.json["id"], None)
    assert len((await olive("GET", "/keys")).json["keys"]) == 3


def by_key(olive: Caller, key: str) -> Caller:
    return Caller(olive._client, "blog", key)


async def test_a_key_is_shown_once_and_acts_as_its_maker(olive: Caller, blog: Blog, res: Resources) -> None:
    made = await make(olive)
    assert made.status == 201
    assert re.fullmatch(r"gk_[A-Za-z0-9_-]{43}", made.json["key"])
    (told,) = (await olive("GET", "/keys")).json["keys"]
    assert told == {
        "id": made.json["id"],
        "name": "importer",
        "kind": "api",
        "scope": "full",
        "last_four": made.json["key"][-4:],
        "created_by": {"id": blog.owner.id, "name": "Olive"},
        "created_at": "2026-11-23T12:00:00.000Z",
        "last_used_at": None,
        "expires_at": None,
    }
    program = by_key(olive, made.json["key"])
    held = (await blog.post("score 0.6")).comment
    assert (await program.decide("approve", {"id": held.id, "version": 1})).status == 200
    (row,) = (await program("GET", "/log")).json["decisions"]
    assert row["who"]["name"] == "Olive"
    assert (await program("GET", "/settings")).status == 200
    answer = await program("GET", "/session", headers={"Origin": "https://blog.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "https://blog.example"
    assert (await program("DELETE", "/session")).code == "not-allowed-now"
    assert (await program("GET", "/session")).json["signed_in"]
    ((stored,),) = await res.db.read(Query("SELECT hash, name FROM keys", {}))
    assert made.json["key"] not in stored


async def test_scopes(olive: Caller, blog: Blog) -> None:
    await blog.post("score 0.6")
    writes = by_key(olive, (await make(olive, scope="comment")).json["key"])
    assert (await writes.post("as Olive")).json["author"]["name"] == "Olive"
    for path in ("/queue", "/settings", "/keys"):
        assert (await writes("GET", path)).code == "not-moderator"
    reads = by_key(olive, (await make(olive, scope="read")).json["key"])
    assert (await reads("GET", "/queue")).json["counts"]["pending"] == 1
    assert (await reads("GET", "/settings")).status == 200
    for method, path in (("POST", "/comments"), ("PATCH", "/settings"), ("POST", "/keys"), ("DELETE", "/session")):
        answer = await reads(method, path, json={})
        assert (answer.status, answer.code) == (403, "read-only-key")


async def test_only_owners(olive: Caller, mo: Caller, ada: Caller, visitor: Caller) -> None:
    key_id = (await make(olive)).json["id"]
    for caller, status in ((mo, 403), (ada, 403), (visitor, 401)):
        assert (await make(caller)).status == status
        assert (await caller("GET", "/keys")).status == status
        assert (await caller("DELETE", f"/keys/{key_id}")).status == status


async def test_a_revoked_key_is_dead_at_once(olive: Caller, other: Blog) -> None:
    made = (await make(olive)).json
    program = by_key(olive, made["key"])
    assert (await program("GET", "/queue")).status == 200
    abroad = Caller(olive._client, "other", made["key"])
    assert (await abroad("GET", "/session")).code == "not-signed-in"
    assert (await olive("DELETE", f"/keys/{made['id']}")).status == 204
    assert (await program("GET", "/queue")).code == "not-signed-in"
    assert (await olive("DELETE", f"/keys/{made['id']}")).status == 404
    assert (await olive("GET", "/keys")).json["keys"] == []


async def test_a_key_expires(olive: Caller, clock: Clock) -> None:
    made = (await make(olive, expires_at="2026-11-24T12:00:00Z")).json
    assert made["expires_at"] == "2026-11-24T12:00:00.000Z"
    program = by_key(olive, made["key"])
    assert (await program("GET", "/queue")).status == 200
    clock.pass_s(86_400)
    assert (await program("GET", "/queue")).status == 401


@pytest.mark.parametrize("role", ["moderator", "member"])
async def test_a_key_dies_with_the_powers_of_its_maker(olive: Caller, blog: Blog, res: Resources, role: Role) -> None:
    program = by_key(olive, (await make(olive)).json["key"])
    raw = (await make(olive, kind="akismet")).json["key"]
    assert (await program("GET", "/session")).status == 200
    assert await find_akismet_key(res, raw) is not None
    await blog.join("Another", "owner")
    await set_member(res, None, blog.site, blog.owner.id, MemberChange(role=role))
    assert (await program("GET", "/session")).code == "not-signed-in"
    assert await find_akismet_key(res, raw) is None
    await set_member(res, None, blog.site, blog.owner.id, MemberChange(role="owner"))
    assert (await program("GET", "/session")).status == 200


@pytest.mark.parametrize("status", ["suspended", "banned", "left"])
async def test_a_key_dies_with_its_maker(olive: Caller, blog: Blog, res: Resources, status: Any) -> None:
    program = by_key(olive, (await make(olive)).json["key"])
    assert (await program("GET", "/session")).status == 200
    sql = "UPDATE members SET status = :status WHERE id = :id"
    await res.db.write([keys.Statement(sql, {"status": status, "id": blog.owner.id})])
    res.cache.forget_member("blog", blog.owner.id)
    assert (await program("GET", "/session")).code == "not-signed-in"


async def test_when_it_was_used_is_noted_once_an_hour(
    olive: Caller, clock: Clock, res: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = by_key(olive, (await make(olive)).json["key"])

    async def noted() -> Any:
        return (await olive("GET", "/keys")).json["keys"][0]["last_used_at"]

    async def becomes(text: str) -> None:
        async with asyncio.timeout(10):
            while await noted() != text:  # noqa: ASYNC110 - it is noted beside the answer
                await asyncio.sleep(0.005)

    await program("GET", "/session")
    await becomes("2026-11-23T12:00:00.000Z")
    clock.pass_s(3_599)
    write, written = res.db.write, []

    async def observed(unit: Unit, quiet: bool = False) -> None:
        written.extend(statement.sql for statement in unit)
        await write(unit, quiet)

    monkeypatch.setattr(res.db, "write", observed)
    for _ in range(3):
        await program("GET", "/session")
    assert [sql for sql in written if "last_used_at" in sql] == []
    clock.pass_s(1)
    await program("GET", "/session")
    await becomes("2026-11-23T13:00:00.000Z")
    assert [sql for sql in written if "last_used_at" in sql]


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "\u200b"},
        {"kind": "other"},
        {"scope": "all"},
        {"kind": "akismet", "scope": "full"},
        {"expires_at": "tomorrow"},
        {"expires_at": "2026-11-23T12:00:00Z"},
        {"more": 1},
    ],
)
async def test_what_can_be_no_key(olive: Caller, fields: dict[str, Any]) -> None:
    answer = await make(olive, **fields)
    assert (answer.status, answer.code) == (422, "invalid")


async def test_an_akismet_key_opens_its_site_and_no_api(olive: Caller, blog: Blog, res: Resources) -> None:
    made = (await make(olive, kind="akismet")).json
    raw = made["key"]
    assert re.fullmatch("[0-9a-f]{12}", raw)
    assert made["scope"] is None
    assert (await by_key(olive, raw)("GET", "/session")).status == 401
    found = await find_akismet_key(res, raw)
    assert found is not None
    site, key = found
    assert (site.id, key.id) == ("blog", made["id"])
    changed = f"{raw[:-1]}{'0' if raw[-1] != '0' else '1'}"
    for wrong in (
        "",
        raw.upper() if raw.upper() != raw else "x",
        f"{raw}0",
        raw[:-1],
        changed,
        "\udc80" * 12,
        "ａ" * 12,
    ):
        assert await find_akismet_key(res, wrong) is None
    api = (await make(olive)).json["key"]
    assert await find_akismet_key(res, api) is None
    await olive("DELETE", f"/keys/{made['id']}")
    assert await find_akismet_key(res, raw) is None


async def test_an_akismet_key_is_kept_by_the_installations_secret(res: Resources, blog: Blog) -> None:
    _, raw = await make_key(res, blog.owner, NewKey("blog", "akismet"))
    ((row,),) = await res.db.read(Query("SELECT hash FROM keys", {}))
    assert row[0] == akismet_hash(res, raw)
    mine = akismet_hash(res, raw)
    object.__setattr__(res, "seal", Seal(b"else" * 8))
    assert akismet_hash(res, raw) != mine


async def test_two_keys_are_never_the_same(res: Resources, blog: Blog) -> None:
    chances = iter(["gr_one", "gr_one", "gr_two"])
    object.__setattr__(res, "new_secret", lambda: next(chances))
    first, second = [await make_key(res, blog.owner, NewKey("blog", "akismet")) for _ in range(2)]
    assert first[1] != second[1]


async def test_who_is_no_owner_makes_none(res: Resources, blog: Blog) -> None:
    with pytest.raises(NotAllowedNow):
        await make_key(res, blog.moderator, NewKey("x", "api"))
    with pytest.raises(Invalid):
        await make_key(res, blog.owner, NewKey("x", "akismet", "read"))


async def test_erasure_revokes_and_forgets(olive: Caller, blog: Blog, res: Resources) -> None:
    made = (await make(olive)).json
    program = by_key(olive, made["key"])
    assert (await program("GET", "/session")).status == 200
    (copy,) = (await keys.exported(res.db, blog.owner, "")).rows
    assert (copy["name"], copy["last_four"]) == ("importer", made["last_four"])
    assert "hash" not in copy
    await res.db.write(keys.erasing("blog", blog.owner.id, res.now_ms()))
    res.cache.forget_all()
    assert (await program("GET", "/session")).status == 401
    assert (await olive("GET", "/keys")).json["keys"] == []


async def test_pages_of_keys(olive: Caller) -> None:
    made = [(await make(olive, name=f"key {i}")).json["id"] for i in range(3)]
    first = (await olive("GET", "/keys?limit=2")).json
    second = (await olive("GET", f"/keys?limit=2&cursor={first['next_cursor']}")).json
    assert [one["id"] for one in first["keys"] + second["keys"]] == made
    assert second["next_cursor"] is None
