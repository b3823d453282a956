"""Forms of our own pages: that they come from there, and what stands in them."""

from urllib.parse import parse_qs

from aiohttp import web

from service.domain.errors import Fault, Invalid
from service.web.access import serving_of
from service.web.bodies import read_raw
from service.web.problems import WrongOrigin

_TYPE = "application/x-www-form-urlencoded"
_MOST_FIELDS = 600


class Form:
    """The fields of a form that was sent. Line ends are LF, as in comments that come over the API."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        self._fields = fields

    def one(self, name: str) -> str:
        """The field's value; empty if it was not sent."""
        return self._fields.get(name, [""])[0]

    def every(self, name: str) -> list[str]:
        """All values sent under this name."""
        return self._fields.get(name, [])


def guard(request: web.Request) -> None:
    """Refuses a form that another site has our visitor's browser send. Raises WrongOrigin.

    The browser itself says where a request comes from (Fetch Metadata, W3C); older ones name at least the origin.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site == "same-origin":
        return
    if site is not None or request.headers.get("Origin") != serving_of(request).public_url:
        raise WrongOrigin


async def read_form(request: web.Request) -> Form:
    """The form, if it comes from our own pages. Raises WrongOrigin, Invalid and what `read_raw` raises."""
    guard(request)
    raw = await read_raw(request, _TYPE)
    try:
        fields = parse_qs(
            raw.decode(), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise Invalid([Fault("", "The form cannot be read: fields in UTF-8 are needed, and not too many.")]) from None
    # A comment's own text is refused where its draft can be kept.
    wrong = [name for name, values in fields.items() if name != "text" and "\0" in "".join([name, *values])]
    if wrong:
        raise Invalid([Fault(f"/{name}", "The text must not hold the NUL character.") for name in wrong])
    return Form({name: [_lf(value) for value in values] for name, values in fields.items()})


def _lf(value: str) -> str:
    return value.replace("\r\n", "\n").replace("\r", "\n")
