"""Around every handler: errors become problems, origins get their headers, what went wrong is logged once."""

import asyncio
import logging
import re

from aiohttp import web
from aiohttp.typedefs import Handler

from service.domain.errors import Draining, Fault, Invalid, NotFound, Refusal, Unavailable
from service.web import cors
from service.web.app_keys import RESOURCES, SERVING
from service.web.pages.errors import error_page
from service.web.parameters import CURSOR
from service.web.problems import BadCursor, BodyTooLarge, BodyTooSlow, MethodNotAllowed, problem_response

_LOG = logging.getLogger("greenroom.web")
_CODE = re.compile(r"(?<=/invitations/)[^/]+")


@web.middleware
async def envelope(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The only middleware. An answer that has begun is left alone."""
    try:
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return await _preflight(request)
        if request.method != "GET" and request.app[SERVING].draining:
            raise Draining
        if "%00" in request.raw_path:
            _refuse_nul(request)
        response = await handler(request)
    except Refusal as refusal:
        response = await _refused(request, refusal)
    except web.HTTPException as error:
        response = await _refused_by_aiohttp(request, error)
    except Exception as error:  # the last line: nothing may answer with a traceback
        response, request_id = problem_response(error)
        _LOG.exception("request %s failed: %s %s", request_id, request.method, _path(request))
    origin = request.headers.get("Origin")
    if origin is not None:
        await _let_origin_read(request, response, origin)
    return response


def _refuse_nul(request: web.Request) -> None:
    """Nothing has NUL in its name, and not every engine can be asked for it. Raises NotFound, BadCursor, Invalid."""
    if "\0" in request.path:
        raise NotFound
    wrong = [name for name, value in request.query.items() if "\0" in name + value]
    if CURSOR.name in wrong:
        raise BadCursor
    if wrong and request.path.startswith("/api/"):  # our pages say in their own words what they cannot read
        raise Invalid([Fault(f"/{name}", "The NUL character stands in no text.") for name in wrong])


async def _refused(request: web.Request, refusal: Refusal) -> web.Response:
    if _wants_page(request):
        response = await error_page(request, refusal)
    else:
        response = _told_problem(request, refusal)
    if isinstance(refusal, BodyTooSlow):
        _abort_later(request)
    return response


def _wants_page(request: web.Request) -> bool:
    """People who follow a link get a page; programs, and whoever asks under /api, get a problem document."""
    return "text/html" in request.headers.get("Accept", "") and not request.path.startswith("/api/")


def _told_problem(request: web.Request, refusal: Refusal) -> web.Response:
    response, request_id = problem_response(refusal)
    level = logging.WARNING if isinstance(refusal, Unavailable) else logging.INFO
    if _LOG.isEnabledFor(level):
        _LOG.log(
            level,
            "%s %s %s -> %d %s",
            request_id,
            request.method,
            _path(request),
            response.status,
            type(refusal).__name__,
        )
    return response


def _path(request: web.Request) -> str:
    """The path for the log; the code of an invitation is a secret, and stands in none, whatever the method."""
    return _CODE.sub("...", request.path).encode("unicode_escape").decode()


def _abort_later(request: web.Request) -> None:
    """The rest of a dripping body would keep the connection: it gets a second to read the answer."""
    transport = request.transport
    if transport is not None:
        asyncio.get_running_loop().call_later(1.0, transport.abort)


async def _refused_by_aiohttp(request: web.Request, error: web.HTTPException) -> web.StreamResponse:
    """aiohttp's own 404, 405 and 413, in our words; its redirects as they are."""
    if error.status == 405:
        response = await _refused(request, MethodNotAllowed())
        response.headers["Allow"] = error.headers.get("Allow", "")
        return response
    if error.status == 413:
        return await _refused(request, BodyTooLarge())
    if error.status >= 400:
        return await _refused(request, NotFound())
    return error


async def _preflight(request: web.Request) -> web.Response:
    origin = request.headers.get("Origin")
    name = cors.site_name(request.path)
    if origin is None or name is None:
        raise MethodNotAllowed
    return cors.preflight(await request.app[RESOURCES].cache.site(name), origin)


async def _let_origin_read(request: web.Request, response: web.StreamResponse, origin: str) -> None:
    name = cors.site_name(request.path)
    if name is not None and not response.prepared:
        try:
            site = await request.app[RESOURCES].cache.site(name)
        except Unavailable:
            return
        cors.allow(response.headers, site, origin)
        response.headers.setdefault("Vary", "Origin")
