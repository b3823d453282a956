"""What forms of the desk say back: what was done, by a word in the address; what is wrong, beside what was typed."""

from typing import NamedTuple, TypeVar

from aiohttp import web

from service.domain.errors import Fault, Invalid, Refusal
from service.web.pages.forms import Form
from service.web.problems import problem_of

T = TypeVar("T", bound=str)


class Said(NamedTuple):
    """What a page says after a form was sent to it."""

    words: str = ""
    faults: tuple[str, ...] = ()
    kept: dict[str, str] = {}  # noqa: RUF012 - never changed; what was typed into a form that was refused
    link: str = ""  # a secret address, shown this once
    status: int = 200


def said_to(path: str, word: str) -> str:
    """The path with a word for what was done."""
    return f"{path}{'&' if '?' in path else '?'}said={word}"


def said_by(request: web.Request, words: dict[str, str]) -> str:
    """What the word in the address stands for; no other words than ours are shown."""
    return words.get(request.query.get("said", ""), "")


def faults_of(refusal: Refusal) -> tuple[str, ...]:
    """What is wrong, a sentence each."""
    if not isinstance(refusal, Invalid):
        return (refusal.detail,)
    return tuple(f"{one.pointer.lstrip('/')}: {one.detail}".removeprefix(": ") for one in refusal.faults)


def status_of(refusal: Refusal) -> int:
    """The status that the refusal has everywhere."""
    return problem_of(refusal).status


def choice_in(form: Form, name: str, choices: tuple[T, ...]) -> T:
    """The field's value, which is one of these. Raises Invalid."""
    value = form.one(name)
    for choice in choices:
        if value == choice:
            return choice
    raise Invalid([Fault(f"/{name}", f"{name} is one of {', '.join(choices)}.")])
