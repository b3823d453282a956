"""Errors over HTTP (RFC 9457): which status, code and title each fact gets is decided here and nowhere else."""

import secrets
from typing import NamedTuple

import msgspec
from aiohttp import web
from msgspec import UNSET, Struct, UnsetType

from service.domain import errors
from service.web.times import Time, rfc3339

_NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Server": "greenroom"}


class Problem(NamedTuple):
    """A row of the table: HTTP status, code (also the last part of `type`), title."""

    status: int
    code: str
    title: str


class FaultTold(Struct, frozen=True):
    """One thing that is wrong with a value: where (JSON Pointer, RFC 6901) and what would be right."""

    pointer: str
    detail: str


class CurrentTold(Struct, frozen=True):
    """How a comment stands now, told to whoever acted on an older version of it."""

    status: str
    version: int
    decided_by: dict[str, str] | None
    decided_at: Time | None
    action: str | None


class ProblemTold(Struct, frozen=True):
    """What stood in the way (RFC 9457). `errors` stand in every 422, `current` in stale-decision."""

    type: str
    code: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[FaultTold] | UnsetType = UNSET
    current: CurrentTold | UnsetType = UNSET


class NotJson(errors.Refusal):
    detail = "The body is not JSON (RFC 8259, UTF-8)."


class BadCursor(errors.Refusal):
    detail = "This cursor is not one of ours for this list. Begin without a cursor."


class BodyTooLarge(errors.Refusal):
    detail = "The body is too large: 65,536 bytes at most."


class BodyTooSlow(errors.Refusal):
    detail = "The body did not arrive in time."


class UnsupportedBody(errors.Refusal):
    detail = "Send application/json in UTF-8 (our own forms: what their browser sends), without Content-Encoding."


class WrongOrigin(errors.Refusal):
    detail = "This form was not sent from our own pages."


class IfMatchNeeded(errors.Refusal):
    detail = 'Say which version you are editing: If-Match: "VERSION", as in the ETag. A star names none.'


class MethodNotAllowed(errors.Refusal):
    detail = "This URL does not take that method."


# The nearest class in the order of inheritance counts, so a base class covers its children.
PROBLEMS: dict[type[Exception], Problem] = {
    NotJson: Problem(400, "not-json", "Not JSON"),
    BadCursor: Problem(400, "bad-cursor", "Not our cursor"),
    errors.NotSignedIn: Problem(401, "not-signed-in", "Not signed in"),
    errors.NotAMember: Problem(403, "not-a-member", "Not a member"),
    errors.Suspended: Problem(403, "suspended", "Suspended"),
    errors.Banned: Problem(403, "banned", "Banned"),
    errors.NotModerator: Problem(403, "not-moderator", "Not a moderator"),
    errors.ReadOnly: Problem(403, "read-only-key", "The key is for reading"),
    errors.ThreadClosed: Problem(403, "thread-closed", "Thread closed"),
    WrongOrigin: Problem(403, "wrong-origin", "Wrong origin"),
    errors.EditWindowOver: Problem(403, "edit-window-over", "Edit window over"),
    errors.NotFound: Problem(404, "not-found", "Not found"),
    MethodNotAllowed: Problem(405, "method-not-allowed", "Method not allowed"),
    BodyTooSlow: Problem(408, "too-slow", "Too slow"),
    errors.StaleDecision: Problem(409, "stale-decision", "The comment has changed"),
    errors.NotAllowedNow: Problem(409, "not-allowed-now", "Not allowed now"),
    errors.AlreadyTraining: Problem(409, "already-training", "Already training"),
    errors.NameTaken: Problem(409, "name-taken", "Name taken"),
    errors.Gone: Problem(410, "gone", "Gone"),
    errors.EditConflict: Problem(412, "edit-conflict", "The comment has changed"),
    BodyTooLarge: Problem(413, "too-large", "Too large"),
    errors.TextTooLong: Problem(413, "text-too-long", "Text too long"),
    UnsupportedBody: Problem(415, "unsupported-body", "Unsupported body"),
    errors.KeyReused: Problem(422, "key-reused", "Idempotency-Key reused"),
    errors.RefusedWords: Problem(422, "refused-words", "Refused words"),
    errors.Invalid: Problem(422, "invalid", "Invalid value"),
    IfMatchNeeded: Problem(428, "if-match-needed", "If-Match needed"),
    errors.RateLimited: Problem(429, "rate-limited", "Too many requests"),
    errors.Draining: Problem(503, "draining", "Stopping"),
    errors.Unreachable: Problem(503, "unreachable", "Another server does not answer"),
    errors.TooManyStreams: Problem(503, "too-many-streams", "Too many streams"),
    errors.StorageUnavailable: Problem(503, "storage-unavailable", "Storage unavailable"),
    errors.Refusal: Problem(409, "not-allowed-now", "Not allowed now"),
}

_FAULT = Problem(500, "internal", "Internal error")


def problem_of(error: Exception) -> Problem:
    """The row for this error: that of its class, or of the nearest base that has one."""
    return next((PROBLEMS[cls] for cls in type(error).__mro__ if cls in PROBLEMS), _FAULT)


def code_of(refusal: type[Exception]) -> str:
    """The code by which a kind of refusal is known."""
    return next(PROBLEMS[cls].code for cls in refusal.__mro__ if cls in PROBLEMS)


def problem_told(error: Exception, request_id: str) -> ProblemTold:
    """The problem document; what the service does not know how to name tells nothing of itself."""
    problem = problem_of(error)
    return ProblemTold(
        type=f"urn:greenroom:{problem.code}",
        code=problem.code,
        title=problem.title,
        status=problem.status,
        detail=error.detail if isinstance(error, errors.Refusal) else "Something went wrong on our side.",
        request_id=request_id,
        errors=[FaultTold(*fault) for fault in error.faults] if isinstance(error, errors.Invalid) else UNSET,
        current=_current(error),
    )


def _current(error: Exception) -> CurrentTold | UnsetType:
    if not isinstance(error, errors.StaleDecision) or error.current is None:
        return UNSET
    current = error.current
    decided_at = None if current.decided_at is None else rfc3339(current.decided_at)
    return CurrentTold(current.status, current.version, current.decided_by, decided_at, current.action)


def new_request_id() -> str:
    """An id for one call, under which its problems are told and logged."""
    return secrets.token_hex(8)


def problem_response(error: Exception) -> tuple[web.Response, str]:
    """The answer for an error, and the request id that stands in it and in the log."""
    request_id = new_request_id()
    told = problem_told(error, request_id)
    headers = {**_NO_STORE, "Content-Type": "application/problem+json", **_headers(error)}
    return web.Response(status=told.status, body=msgspec.json.encode(told), headers=headers), request_id


def _headers(error: Exception) -> dict[str, str]:
    if isinstance(error, errors.NotSignedIn):
        return {"WWW-Authenticate": 'Bearer realm="greenroom"'}
    if isinstance(error, errors.RateLimited):
        return {
            "Retry-After": str(error.retry_after_s),
            "RateLimit-Policy": f'"{error.policy}";q={error.limit};w={error.window_s}',
            "RateLimit": f'"{error.policy}";r=0;t={error.retry_after_s}',
        }
    if isinstance(error, errors.Unavailable):
        return {"Retry-After": str(error.retry_after_s)}
    return {}
