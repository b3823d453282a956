"""Editing a comment over the API."""

import re

from aiohttp import web

from service.actions.edit_comment import Wanted, check_may_edit, edit_comment
from service.domain.errors import (
    Banned,
    EditConflict,
    EditWindowOver,
    NotAllowedNow,
    NotAMember,
    NotModerator,
    RateLimited,
    RefusedWords,
    Suspended,
    TextTooLong,
    ThreadClosed,
)
from service.web.access import who_asks
from service.web.app_keys import RESOURCES
from service.web.bodies import json_response, read_body
from service.web.comments import limit_headers
from service.web.contract import ETAG, IF_MATCH, RATE_LIMIT, RATE_LIMIT_POLICY, Ask, Contract
from service.web.problems import IfMatchNeeded
from service.web.shapes.comments import CommentTold, EditBody, seen_comment

_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')
_VERSION = re.compile(r'"([1-9][0-9]{0,14})"')
_HELD = 202


@Contract(
    Ask.SIGNED_IN,
    {200: CommentTold, 202: CommentTold},
    body=EditBody,
    takes=(IF_MATCH,),
    gives=(ETAG, RATE_LIMIT, RATE_LIMIT_POLICY),
    problems=(
        *(NotAMember, Suspended, Banned, NotModerator, ThreadClosed, EditWindowOver, NotAllowedNow),
        *(EditConflict, IfMatchNeeded, TextTooLong, RefusedWords, RateLimited),
    ),
)
async def patch_comment(request: web.Request) -> web.Response:
    """PATCH S/comments/{id}: a new text; 200 when it is published or nothing changed, 202 when it is held."""
    who = await who_asks(request)
    res, comment_id = request.app[RESOURCES], request.match_info["id"]
    await check_may_edit(res, who, comment_id)
    body, _ = await read_body(request, EditBody)
    done = await edit_comment(res, who, Wanted(comment_id, _versions(request), body.text))
    held = done.changed and done.comment.status != "approved"
    headers = {"ETag": f'"{done.comment.version}"', **limit_headers(done.limit)}
    return json_response(seen_comment(done.comment, who), _HELD if held else 200, headers)


def _versions(request: web.Request) -> frozenset[int]:
    """The versions that If-Match (RFC 9110, section 13.1.1) names: strong tags, one of which must be the comment's."""
    line = ", ".join(request.headers.getall("If-Match", []))
    tags = _TAG.findall(line)
    if not tags:
        raise IfMatchNeeded
    return frozenset(int(match[1]) for tag in tags if (match := _VERSION.fullmatch(tag)))
