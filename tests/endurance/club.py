"""A site whose members post and whose moderator decides, over real HTTP, and a ledger of what they were told."""

import itertools
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import aiohttp
from service_process import command

SITE = "club"
API = f"/api/v1/sites/{SITE}"
HOLD_WORD = "lookatthis"
_MEMBERS = 4
_TEXTS = (
    "Thank you for this, the part about rye flour is what I had been missing",
    "I read it on the train this morning and missed my stop because of it",
    f"We tried the same last spring, {HOLD_WORD}, and it kept the snails away",
    "My sister sent me here and I am glad that she did, greetings from the north",
)
_LOST = (aiohttp.ClientError, ConnectionError, TimeoutError)  # the service went away before it answered


@dataclass(frozen=True)
class Club:
    """A data folder to copy, and the tokens that it knows."""

    template: Path
    members: tuple[str, ...]
    moderator: str


def make_club(data: Path, settings: Mapping[str, str] = MappingProxyType({})) -> Club:
    """The site, its members and its moderator, made by the commands."""
    command(data, "site", "add", SITE, "--origin", "https://club.example", settings=settings)
    # The word alone decides what waits: to its author a comment in spam would read pending, and so would be decided
    # about as one that is.
    policy = (f"hold_words={HOLD_WORD}", "hold_at=0.999", "spam_at=1")
    command(data, "settings", "--site", SITE, *policy, settings=settings)
    members = tuple(_person(data, f"Member {i}", "member", settings) for i in range(_MEMBERS))
    return Club(data, members, _person(data, "Mo", "moderator", settings))


def copy_of(club: Club, folder: Path, name: str = "data") -> Path:
    """A fresh copy of the club's data."""
    return Path(shutil.copytree(club.template, folder / name))


def _person(data: Path, name: str, role: str, settings: Mapping[str, str]) -> str:
    command(data, "member", "add", "--site", SITE, "--name", name, "--role", role, settings=settings)
    return command(data, "token", "--site", SITE, "--member", name, settings=settings)


@dataclass(frozen=True)
class Attempt:
    """A comment that was sent. Its text is like no other's."""

    token: str
    thread: str
    text: str
    key: str | None

    def headers(self) -> dict[str, str]:
        return bearer(self.token) | ({"Idempotency-Key": self.key} if self.key else {})

    def body(self) -> dict[str, str]:
        return {"thread": self.thread, "text": self.text}


@dataclass
class Told:
    """What the service has acknowledged about one comment."""

    attempt: Attempt
    status: str
    version: int


@dataclass
class Decided:
    """What the service has acknowledged about one decision."""

    decision_id: str
    comment_id: str
    action: str
    status: str
    version: int


@dataclass
class Ledger:
    """Everything that was acknowledged, and everything that was sent and never answered."""

    comments: dict[str, Told] = field(default_factory=dict)
    unanswered: list[Attempt] = field(default_factory=list)
    decisions: list[Decided] = field(default_factory=list)
    in_doubt: dict[str, str] = field(default_factory=dict)  # comment id -> status that an unanswered decision asked for
    refused: list[tuple[int, str]] = field(default_factory=list)

    @property
    def acknowledged(self) -> int:
        return len(self.comments) + len(self.decisions)


def bearer(token: str) -> dict[str, str]:
    """The header that says who asks."""
    return {"Authorization": f"Bearer {token}"}


_serials = itertools.count(1)


def new_attempt(token: str, with_key: bool) -> Attempt:
    """A comment that nobody has sent before."""
    number = next(_serials)
    text = f"{_TEXTS[number % len(_TEXTS)]} (number {number})."
    return Attempt(token, f"/page-{number % 7}.html", text, f"key-{number}" if with_key else None)


async def post(http: aiohttp.ClientSession, attempt: Attempt) -> tuple[int, dict[str, Any]]:
    """Sends a comment. Raises one of what `aiohttp` raises if no answer comes."""
    async with http.post(f"{API}/comments", json=attempt.body(), headers=attempt.headers()) as answer:
        return answer.status, await answer.json()


async def keep_posting(http: aiohttp.ClientSession, token: str, ledger: Ledger, go_on: Callable[[], bool]) -> None:
    """A member who posts one comment after another, half of them with an Idempotency-Key, until he gets no answer."""
    for number in itertools.count():
        attempt = new_attempt(token, with_key=number % 2 == 0)
        try:
            status, told = await post(http, attempt)
        except _LOST:
            ledger.unanswered.append(attempt)
            return
        if status in (201, 202):
            ledger.comments[told["id"]] = Told(attempt, told["status"], told["version"])
        else:
            ledger.refused.append((status, told.get("code", "")))
        if not go_on():
            return


_CHOICES = {
    "pending": (("approve", "approved"), ("reject", "rejected"), ("mark_spam", "spam")),
    "approved": (("reject", "rejected"), ("mark_spam", "spam"), ("remove", "removed")),
    "rejected": (("approve", "approved"),),
}


async def keep_deciding(http: aiohttp.ClientSession, token: str, ledger: Ledger, go_on: Callable[[], bool]) -> None:
    """A moderator who decides about every third comment, as soon as it is acknowledged, until he gets no answer."""
    seen, turn = len(ledger.comments), itertools.count()
    while go_on():
        fresh = list(ledger.comments)[seen:]
        seen += len(fresh)
        for comment_id in fresh[::3]:
            told = ledger.comments[comment_id]
            choices = _CHOICES.get(told.status, ())
            if choices and not await _decide(http, token, ledger, comment_id, choices[next(turn) % len(choices)]):
                return
        if not fresh and not await _still_there(http):
            return


async def _decide(
    http: aiohttp.ClientSession, token: str, ledger: Ledger, comment_id: str, choice: tuple[str, str]
) -> bool:
    """One decision; False when the service has gone."""
    told, (action, status) = ledger.comments[comment_id], choice
    body = {"action": action, "comments": [{"id": comment_id, "version": told.version}]}
    try:
        async with http.post(f"{API}/decisions", json=body, headers=bearer(token)) as answer:
            result = await answer.json()
    except _LOST:
        ledger.in_doubt[comment_id] = status
        return False
    if answer.status != 200:
        ledger.refused.append((answer.status, result.get("code", "")))
        return True
    (one,) = result["results"]
    told.status, told.version = one["status"], one["version"]
    ledger.decisions.append(Decided(result["decision_id"], comment_id, action, one["status"], one["version"]))
    return True


async def _still_there(http: aiohttp.ClientSession) -> bool:
    try:
        async with http.get("/healthz") as answer:
            return answer.status == 200
    except _LOST:
        return False
