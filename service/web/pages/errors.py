"""Errors on pages, as pages in the same look. Which status a fact gets is problems.py's to say, as everywhere."""

import logging
from collections.abc import Awaitable, Callable
from functools import wraps

from aiohttp import web

from service.actions.identify import Who
from service.domain.errors import Refusal
from service.web.pages.rendering import HEADERS, html
from service.web.pages.visitor import visitor
from service.web.problems import BodyTooSlow, problem_response, problem_told

_LOG = logging.getLogger("greenroom.web")
PageHandler = Callable[[web.Request], Awaitable[web.Response]]


def as_page(handler: PageHandler) -> PageHandler:
    """Lets a handler of pages raise what it likes: readers get a page about it."""

    @wraps(handler)
    async def guarded(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except (web.HTTPException, BodyTooSlow):  # the envelope's: a dripping body costs its connection
            raise
        except Exception as error:
            return await error_page(request, error)

    return guarded


async def error_page(request: web.Request, error: Exception) -> web.Response:
    """What went wrong, in words, and a way on."""
    problem, request_id = problem_response(error)
    told = problem_told(error, request_id)
    _log(request, error, request_id)
    if asks_for_json(request):
        return problem
    response = html(
        "error.html",
        {"problem": told, "request_id": request_id, "who": await _who(request), "here": request.path_qs},
        problem.status,
    )
    return with_problem_headers(response, problem)


def asks_for_json(request: web.Request) -> bool:
    """Is it a script of our own page that asks, rather than its reader?"""
    return request.headers.get("Accept") == "application/json"


def with_problem_headers(response: web.Response, problem: web.Response) -> web.Response:
    """Retry-After and its like belong to the status, in whatever form the answer comes."""
    response.headers.update({name: value for name, value in problem.headers.items() if name not in HEADERS})
    return response


async def _who(request: web.Request) -> Who | None:
    if "site" not in request.match_info:
        return None
    try:
        return await visitor(request)
    except Refusal:
        return None


def _log(request: web.Request, error: Exception, request_id: str) -> None:
    line = (request_id, request.method, request.path.encode("unicode_escape").decode(), type(error).__name__)
    if isinstance(error, Refusal):
        _LOG.info("%s %s %s -> %s, told by a page", *line)
    else:
        _LOG.exception("request %s failed: %s %s (%s)", *line)
