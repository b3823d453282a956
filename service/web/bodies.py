"""JSON in and JSON out: the strict reading of bodies, and answers with their headers. The shapes are in shapes/."""

import asyncio
import json
from typing import Annotated, Any, NamedTuple, TypeVar

import msgspec
from aiohttp import web

from service.domain.errors import Fault, Invalid, Refusal
from service.domain.faults import fault
from service.web.problems import BodyTooLarge, BodyTooSlow, NotJson, UnsupportedBody

MAX_BODY = 65_536
_NOTHING = b"{}"
_BODY_S = 10.0

T = TypeVar("T")

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Email = Annotated[str, msgspec.Meta(max_length=254, extra_json_schema={"format": "email"})]
Line = Annotated[str, msgspec.Meta(max_length=1_000)]
Url = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^https?://[^\s\x00-\x1f\x7f]+\Z", max_length=2_000, examples=["https://blog.example/post.html"]
    ),
]


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all bodies that we take: an unknown field is refused, not dropped in silence."""


async def read_raw(request: web.Request, content_type: str = "application/json") -> bytes:
    """The bytes of a body of this type. Raises UnsupportedBody, BodyTooLarge, BodyTooSlow."""
    if request.content_type != content_type or "Content-Encoding" in request.headers:
        raise UnsupportedBody
    if (request.charset or "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedBody
    if (request.content_length or 0) > MAX_BODY:
        raise BodyTooLarge
    try:
        if request.content.is_eof():  # all of it is here already, as from nearly every honest client
            return _checked(request.content.read_nowait())
        async with asyncio.timeout(_BODY_S):
            return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise BodyTooLarge from None
    except TimeoutError:
        raise BodyTooSlow from None


def _checked(raw: bytes) -> bytes:
    """A body that came in chunks tells its length only at its end."""
    if len(raw) > MAX_BODY:
        raise BodyTooLarge
    return raw


async def read_body(request: web.Request, shape: type[T]) -> tuple[T, bytes]:
    """The body in its shape, and as it came; none is `{}` where a POST needs to say nothing.

    Raises NotJson, Invalid and what `read_raw` raises.
    """
    if not request.body_exists and may_be_left_out(request.method, shape):
        return parse(_NOTHING, shape), _NOTHING
    raw = await read_raw(request)
    return parse(raw, shape), raw


def may_be_left_out(method: str, shape: Any) -> bool:
    """May a call go without a body of this shape? A POST that needs none of its fields."""
    return method == "POST" and not any(one.required for one in _fields(shape))


def _fields(shape: Any) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(shape) if hasattr(shape, "__struct_fields__") else ()


def parse(raw: bytes, shape: type[T]) -> T:
    """JSON in this shape, strictly: no unknown or doubled fields, no NaN, no lone surrogates."""
    try:
        body: T = _know(shape).decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise _wrong_shape(raw, error, shape) from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise _not_json(raw) from None
    if _may_double(raw, shape):
        _refuse_doubles(raw)
    if b"\\u0000" in raw:
        _refuse_nul(raw)
    return body


def _refuse_nul(raw: bytes) -> None:
    """No text of ours holds NUL, and PostgreSQL could not keep it. Raises Invalid with its place."""
    waiting: list[tuple[str, Any]] = [("", json.loads(raw))]
    while waiting:
        pointer, value = waiting.pop()
        if isinstance(value, str) and "\0" in value:
            raise Invalid([Fault(pointer, "The text must not hold the NUL character.")])
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        waiting += [(f"{pointer}/{step}", one) for step, one in inner]


def _wrong_shape(raw: bytes, error: msgspec.ValidationError, shape: Any) -> Refusal:
    """The decoder stops at the first wrong value; what follows may be no JSON at all, which is to be said first."""
    try:
        msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return _not_json(raw)
    return Invalid([fault(error, shape)])


def _not_json(raw: bytes) -> Refusal:
    """JSON's grammar (RFC 8259, section 8.2) lets half a surrogate pair pass; it is no text that could be stored."""
    if b"\\u" in raw:
        try:
            json.loads(raw)
        except (ValueError, RecursionError):
            return NotJson()
        return Invalid([Fault("", "The text holds half of a surrogate pair: no character is meant by it.")])
    return NotJson()


class _Known(NamedTuple):
    """What is worked out once for each shape: its decoder, and the names of its fields in quotes."""

    decoder: msgspec.json.Decoder[Any]
    quoted_names: tuple[bytes, ...]


_known: dict[Any, _Known] = {}


def _know(shape: type[Any]) -> _Known:
    known = _known.get(shape)
    if known is None:
        names = getattr(shape, "__struct_fields__", ())
        known = _known[shape] = _Known(msgspec.json.Decoder(shape), tuple(b'"%s"' % name.encode() for name in names))
    return known


def _may_double(raw: bytes, shape: type[Any]) -> bool:
    """Might a field stand twice? Inside a string a quote is escaped, so a name in bare quotes is a field or a value."""
    if b"\\u" in raw:
        return True
    names = _know(shape).quoted_names
    for name in names:  # a loop, since it is run for every body and any() costs twice as much
        if raw.count(name) > 1:
            return True
    return not names


def _refuse_doubles(raw: bytes) -> None:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        fields = dict(pairs)
        if len(fields) != len(pairs):
            double = next(name for i, (name, _) in enumerate(pairs) if name in dict(pairs[:i]))
            raise Invalid([Fault(f"/{double}", "This field stands twice.")])
        return fields

    json.loads(raw, object_pairs_hook=once)


def encode(told: Any) -> bytes:
    """JSON as we send it."""
    return msgspec.json.encode(told)


def json_response(told: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """An answer for the one who asked and nobody else."""
    return web.Response(status=status, body=msgspec.json.encode(told), headers={**PRIVATE, **(headers or {})})


PRIVATE = {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Origin",
    "Server": "greenroom",
}
NO_CONTENT = {"Cache-Control": "no-store", "Vary": "Origin", "Server": "greenroom"}
PUBLIC = {
    "Content-Type": "application/json",
    "Cache-Control": "no-cache",  # may be kept, must be asked about: the ETag makes asking cheap
    "X-Content-Type-Options": "nosniff",
    "Vary": "Origin, Authorization",
    "Server": "greenroom",
}
