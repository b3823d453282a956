"""After an erasure no file of the data folder holds the member's name, address or texts: every byte is looked at, while
the service runs and after it has stopped."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
from club import API, HOLD_WORD, Club, bearer
from service_process import NewService, Service, command, wait_until

_LONG = 9_000  # code points: several pages of the file
_LEAVING = 3


def _traces(data: Path, word: str) -> list[str]:
    """The files that hold the word, in any of the encodings in which it could stand."""
    needles = [word.encode(), word.lower().encode(), word.encode("utf-16-le")]
    return [
        path.name for path in data.rglob("*") if path.is_file() and any(one in path.read_bytes() for one in needles)
    ]


def _person(data: Path, name: str) -> str:
    mail = f"{name.lower()}@{name.lower()}.example"
    command(data, "member", "add", "--site", "club", "--name", name, "--email", mail)
    return command(data, "token", "--site", "club", "--member", name)


async def _live(http: aiohttp.ClientSession, token: str, word: str, number: int) -> None:
    """Comments of all sizes and fates, some with a key, some edited again and again."""
    mine = bearer(token)
    for i, size in enumerate((20, 300, 1_500, _LONG, 40, 700)):
        held = HOLD_WORD if i % 3 == 0 else ""
        text = f"{word} {number} {i} {held} " + f"{word}ish " * (size // (len(word) + 4))
        page = {"thread": f"/page-{i % 4}.html", "text": text}
        key = {"Idempotency-Key": f"{number}-{i}"} if i % 2 else {}
        async with http.post(f"{API}/comments", json=page, headers=mine | key) as answer:
            assert answer.status in (201, 202), await answer.text()
            one: dict[str, Any] = await answer.json()
        for change in ("shorter", "longer " * 200, HOLD_WORD)[: i % 4]:
            version = {"If-Match": f'"{one["version"]}"'}
            path = f"{API}/comments/{one['id']}"
            async with http.patch(path, json={"text": f"{word} {change} {i}"}, headers=mine | version) as answer:
                assert answer.status in (200, 202), await answer.text()
                one = await answer.json()


async def _decide(http: aiohttp.ClientSession, token: str) -> None:
    """Half of what waits is rejected with a reason that quotes it, half is marked as spam."""
    async with http.get(f"{API}/queue?limit=200", headers=bearer(token)) as answer:
        items = (await answer.json())["items"]
    for i, one in enumerate(items):
        chosen = [{"id": one["id"], "version": one["version"]}]
        body = {"action": ("reject", "mark_spam")[i % 2], "comments": chosen, "reason": f"says {one['text'][:20]}"}
        async with http.post(f"{API}/decisions", json=body, headers=bearer(token)) as answer:
            assert answer.status == 200


async def _club_life(service: Service, tokens: dict[str, str], others: tuple[str, ...], moderator: str) -> None:
    async with aiohttp.ClientSession(service.url) as http:
        everybody = [*tokens.items(), *[("bystander", token) for token in others]]
        for number in range(3):
            await asyncio.gather(*[_live(http, token, word, number) for word, token in everybody])
        await _decide(http, moderator)


async def _leave(service: Service, token: str) -> None:
    async with (
        aiohttp.ClientSession(service.url) as http,
        http.delete(f"{API}/members/me", headers=bearer(token)) as answer,
    ):
        assert answer.status == 204


def test_no_file_holds_anything_of_who_has_left(club: Club, new_service: NewService) -> None:
    service = new_service()
    club_members = [f"Quixotessa{i}" for i in range(_LEAVING)]
    tokens = {name: _person(service.data, name) for name in club_members}
    service.start()
    asyncio.run(_club_life(service, tokens, club.members[:1], club.moderator))
    for name in club_members:
        assert _traces(service.data, name)
    for name in club_members[:-1]:
        asyncio.run(_leave(service, tokens[name]))
    command(service.data, "member", "erase", "--site", "club", "--yes", club_members[-1])
    for name in club_members:
        wait_until(lambda name=name: not _traces(service.data, name), f"the files to hold nothing of {name}")  # type: ignore[misc]
    assert _traces(service.data, "bystander")
    assert service.stop() == 0
    for name in club_members:
        assert not _traces(service.data, name)
    assert "quixot" not in service.log().lower()
    service.start()
    assert service.stop() == 0
    assert not [name for name in club_members if _traces(service.data, name)]
