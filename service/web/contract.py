"""What each call takes and gives, written beside its handler. The document (/openapi.json) is made from it.

To add an endpoint:

1. its bodies and answers as Structs in shapes/NOUN.py, with a function that builds the answer from our nouns;
2. its handler in a module of the noun, whose docstring's first line is the summary:

       @Contract(Ask.MODERATORS, query=(SORT, LIMIT, CURSOR), answers={200: QueueTold})
       async def get_queue(request: web.Request) -> web.Response:
           \"\"\"GET S/queue: comments of one status with all that a decision needs.\"\"\"

   A body is named twice, `body=DecisionBody` here and `read_body(request, DecisionBody)` there, for its type's sake;
3. of `problems` only those of its own: `problems_of` knows those that all such calls can give;
4. its line in routes.py, its row in tests/web/test_matrix.py.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple, TypeVar

import msgspec

from service.domain import errors
from service.web.parameters import CURSOR, Parameter
from service.web.problems import BadCursor, BodyTooLarge, BodyTooSlow, NotJson, UnsupportedBody

Handler = TypeVar("Handler", bound=Any)


class Ask(Enum):
    """Who may ask."""

    ALL = "everybody; a token is not looked at"
    ANYONE = "everybody; a token that is sent must hold"
    SIGNED_IN = "who is signed in"
    MODERATORS = "moderators and owners"
    OWNERS = "owners"


class Content(NamedTuple):
    """An answer that is no JSON."""

    media_type: str
    sentence: str


class Header(NamedTuple):
    """A header that a call takes or gives."""

    name: str
    sentence: str
    required: bool = False
    pattern: str | None = None

    @property
    def shape(self) -> dict[str, Any]:
        """What may stand in it, as JSON Schema."""
        return {"type": "string"} if self.pattern is None else {"type": "string", "pattern": self.pattern}


IDEMPOTENCY_KEY = Header(
    "Idempotency-Key",
    "1 to 255 printable characters. A second call with the same key gets the answer of the first, for 24 hours.",
    pattern="^[!-~]{1,255}$",
)
IF_NONE_MATCH = Header("If-None-Match", "The ETag of what you have; 304 if it is still so.")
IF_MATCH = Header("If-Match", "The ETag of what you saw, so that nobody's change is lost.", required=True)
ETAG = Header("ETag", "Names this very answer, or this version of what is told.")
LOCATION = Header("Location", "Where it can be asked for again.")
LINK = Header("Link", 'The next page, with rel="next" (RFC 8288), if there is one.')
REPLAYED = Header("Idempotency-Replayed", "`true` on the answer to a call with a key that came before.")
RATE_LIMIT = Header("RateLimit", "How much is left, and for how many seconds, if the rate is limited.")
RATE_LIMIT_POLICY = Header("RateLimit-Policy", "The limit that is nearest, if the rate is limited.")
RETRY_AFTER = Header("Retry-After", "After how many seconds it is worth trying again.", pattern="^[0-9]+$")
WWW_AUTHENTICATE = Header("WWW-Authenticate", "That a bearer token is wanted (RFC 6750).")


class Contract(msgspec.Struct, frozen=True):
    """What a call takes and gives. It decorates the handler, and leaves it as it is.

    `answers`: by status a msgspec type, None for no body, or Content; 304 is implied by IF_NONE_MATCH.
    `takes`, `gives`: headers of the request, and of answers that are no problems.
    """

    ask: Ask
    answers: Mapping[int, Any]
    query: tuple[Parameter, ...] = ()
    body: Any = None
    takes: tuple[Header, ...] = ()
    gives: tuple[Header, ...] = ()
    problems: tuple[type[errors.Refusal], ...] = ()

    def __call__(self, handler: Handler) -> Handler:
        handler.contract = self
        return handler


def contract_of(handler: Any) -> Contract | None:
    """The contract of a handler, if it has one."""
    found = getattr(handler, "contract", None)
    return found if isinstance(found, Contract) else None


_OF_BODIES = (NotJson, BodyTooSlow, BodyTooLarge, UnsupportedBody, errors.Invalid)
_OF_ASKERS: dict[Ask, tuple[type[errors.Refusal], ...]] = {
    Ask.ALL: (),
    Ask.ANYONE: (errors.NotSignedIn,),
    Ask.SIGNED_IN: (errors.NotSignedIn,),
    Ask.MODERATORS: (errors.NotSignedIn, errors.NotModerator),
    Ask.OWNERS: (errors.NotSignedIn, errors.NotModerator),
}


def problems_of(method: str, path: str, contract: Contract) -> set[type[errors.Refusal]]:
    """Every problem that a call can give: its own, and those that all calls of its kind can."""
    found = {*contract.problems, *_OF_ASKERS[contract.ask]}
    if "{" in path:
        found |= {errors.NotFound, errors.StorageUnavailable}
    if method != "GET":
        found.add(errors.Draining)
        if contract.ask is not Ask.ALL:
            found.add(errors.ReadOnly)
    if contract.body is not None:
        found.update(_OF_BODIES)
    if contract.query:
        found.add(errors.Invalid)
    if CURSOR in contract.query:
        found.add(BadCursor)
    if IDEMPOTENCY_KEY in contract.takes:
        found |= {errors.KeyReused, errors.Invalid}
    return found
