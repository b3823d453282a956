"""Query parameters: each reads itself from a request, strictly, and describes itself for the document.

What is not named by a call is not looked at.
"""

import re
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl

from aiohttp import web

from service.domain.errors import Fault, Invalid
from service.web.times import from_rfc3339

MAX_LIMIT = 200
T = TypeVar("T", bound=str)


def one_of(request: web.Request, name: str) -> str | None:
    """What was sent under this name, if anything. Raises Invalid where it was sent twice, or is no UTF-8."""
    texts = _sent(request, name)
    if len(texts) > 1:
        raise Invalid([Fault(f"/{name}", f"{name} is to be sent once; it stands {len(texts)} times.")])
    return texts[0] if texts else None


def _sent(request: web.Request, name: str) -> list[str]:
    texts = request.query.getall(name, [])
    if not all(text.isascii() for text in texts):
        _check_utf8(request, name)
    return texts


def _check_utf8(request: web.Request, name: str) -> None:
    """In `query` a U+FFFD stands for what could not be decoded, and for itself: so the bytes are looked at again."""
    raw = parse_qsl(request.rel_url.raw_query_string, keep_blank_values=True, errors="surrogateescape")
    try:
        "".join(value for key, value in raw if key == name).encode()
    except UnicodeEncodeError:
        raise Invalid([Fault(f"/{name}", f"{name} is to be UTF-8, percent-encoded.")]) from None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter by its name, with a sentence about it. Each kind has its own `of`, which reads it."""

    name: str
    sentence: str

    @property
    def required(self) -> bool:
        """Must it be there?"""
        return False

    @property
    def shape(self) -> dict[str, Any]:
        """What may stand in it, as JSON Schema."""
        return {"type": "string"}

    def wrong(self, detail: str) -> Invalid:
        """The refusal of what stands in it."""
        return Invalid([Fault(f"/{self.name}", detail)])


class Text(Parameter):
    """Any text, or nothing."""

    def of(self, request: web.Request) -> str | None:
        """The text, if it was sent. Raises Invalid."""
        return one_of(request, self.name)


class NeededText(Text):
    """Any text, which must be there; its sentence is what is said where it is not."""

    @property
    def required(self) -> bool:
        """It must be there."""
        return True

    @property
    def shape(self) -> dict[str, Any]:
        """Some text."""
        return {"type": "string", "minLength": 1}

    def of(self, request: web.Request) -> str:
        """The text. Raises Invalid."""
        text = one_of(request, self.name)
        if text is None:
            raise self.wrong(self.sentence)
        return text


@dataclass(frozen=True, slots=True)
class Texts(Parameter):
    """One to so many texts, by repeating the name."""

    most: int

    @property
    def required(self) -> bool:
        """One must be there."""
        return True

    @property
    def shape(self) -> dict[str, Any]:
        """A list, as `name=A&name=B`."""
        return {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1, "maxItems": self.most}

    def of(self, request: web.Request) -> list[str]:
        """All that were sent. Raises Invalid."""
        texts = _sent(request, self.name)
        if not 1 <= len(texts) <= self.most:
            raise self.wrong(self.sentence)
        return texts


@dataclass(frozen=True, slots=True)
class Filter(Parameter, Generic[T]):
    """One of these words, or nothing."""

    choices: tuple[T, ...]

    @property
    def shape(self) -> dict[str, Any]:
        """These words."""
        return {"type": "string", "enum": list(self.choices)}

    def of(self, request: web.Request) -> T | None:
        """The word, if one was sent. Raises Invalid."""
        return choice_of(request, self.name, self.choices) if self.name in request.query else None


class Choice(Filter[T]):
    """One of these words; the first, if none is sent."""

    @property
    def shape(self) -> dict[str, Any]:
        """These words, and which of them it is if none is sent."""
        return {"type": "string", "enum": list(self.choices), "default": self.choices[0]}

    def of(self, request: web.Request) -> T:
        """The word. Raises Invalid."""
        return choice_of(request, self.name, self.choices)


def choice_of(request: web.Request, name: str, choices: tuple[T, ...]) -> T:
    """A query parameter that is one of these; the first if it is absent. Raises Invalid."""
    value = one_of(request, name)
    if value is None:
        return choices[0]
    for choice in choices:
        if value == choice:
            return choice
    raise Invalid([Fault(f"/{name}", f"{name} is one of {', '.join(choices)}.")])


class Moment(Parameter):
    """A time, or nothing."""

    @property
    def shape(self) -> dict[str, Any]:
        """As in RFC 3339."""
        return {"type": "string", "format": "date-time"}

    def of(self, request: web.Request) -> int | None:
        """Milliseconds since 1970, if a time was sent. Raises Invalid."""
        text = one_of(request, self.name)
        return None if text is None else from_rfc3339(text, f"/{self.name}")


class Number(Parameter):
    """A number from 0 to 1, or nothing."""

    @property
    def shape(self) -> dict[str, Any]:
        """A share, or a probability."""
        return {"type": "number", "minimum": 0, "maximum": 1}

    def of(self, request: web.Request) -> float | None:
        """The number, if one was sent. Raises Invalid."""
        text = one_of(request, self.name)
        if text is None:
            return None
        try:
            number = float(text)
        except ValueError:
            number = -1.0
        if not 0.0 <= number <= 1.0 or len(text) > 40:
            raise self.wrong(f"{self.name} is a number from 0 to 1.")
        return number


@dataclass(frozen=True, slots=True)
class Limit(Parameter):
    """How many at most on a page."""

    default: int

    @property
    def shape(self) -> dict[str, Any]:
        """A number; what is above the most is capped, not refused."""
        return {"type": "integer", "minimum": 1, "default": self.default}

    def of(self, request: web.Request) -> int:
        """The limit asked for, capped. Raises Invalid for what is no number from 1 on."""
        text = one_of(request, self.name)
        if text is None:
            return self.default
        if not re.fullmatch(r"0*[1-9][0-9]*", text):
            raise self.wrong(f"limit is a whole number from 1 to {MAX_LIMIT}.")
        digits = text.lstrip("0")
        return min(int(digits), MAX_LIMIT) if len(digits) < 9 else MAX_LIMIT


def limit(default: int) -> Limit:
    """The parameter `limit` with this default."""
    return Limit("limit", f"How many at most; above {MAX_LIMIT} counts as {MAX_LIMIT}.", default)


LIMIT = limit(50)
CURSOR = Text("cursor", "Where the page begins: a `next_cursor` of the same list in the same order.")
