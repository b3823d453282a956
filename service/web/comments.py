"""Comments over the API: a thread's page, posting, one comment, deleting."""

from aiohttp import web

from service.actions.decide_comments import take_down
from service.actions.draft import Draft, Guest, check_author, preview
from service.actions.identify import Who
from service.actions.limits import Standing
from service.actions.replays import Statement
from service.actions.submit_comment import Submitted, submit_comment
from service.actions.thread_page import PageRequest, Sort, ThreadPage, nothing_waits, one_comment, thread_page
from service.domain.comment import Comment
from service.domain.errors import (
    Banned,
    EditWindowOver,
    NotAllowedNow,
    NotAMember,
    NotModerator,
    RateLimited,
    RefusedWords,
    StaleDecision,
    Suspended,
    TextTooLong,
    ThreadClosed,
)
from service.web.access import site_of, who_asks
from service.web.app_keys import PAGES, RESOURCES
from service.web.bodies import NO_CONTENT, PRIVATE, PUBLIC, encode, json_response, read_body
from service.web.contract import (
    ETAG,
    IDEMPOTENCY_KEY,
    IF_NONE_MATCH,
    LOCATION,
    RATE_LIMIT,
    RATE_LIMIT_POLICY,
    Ask,
    Contract,
)
from service.web.once import Keep, once
from service.web.page_cache import Page, answer, for_one_alone, lists_tag, page, site_tag
from service.web.paging import cursor_of, cursor_text, link_header
from service.web.parameters import CURSOR, Choice, NeededText, limit
from service.web.shapes.comments import (
    CommentBody,
    CommentTold,
    PreviewBody,
    PreviewTold,
    posted_comment,
    seen_comment,
)
from service.web.shapes.threads import ThreadPageTold, thread_page_told
from service.web.times import from_rfc3339

THREAD = NeededText("thread", "Name the page: thread=/its/path.")
SORT: Choice[Sort] = Choice("sort", "The order, by time.", ("oldest", "newest"))
LIMIT = limit(100)
_WHY_NOT = (NotAMember, Suspended, Banned)  # may not comment
_STATUS = {"approved": 201}  # all others were held: 202, accepted but not there yet


@Contract(Ask.ANYONE, {200: ThreadPageTold}, query=(THREAD, SORT, LIMIT, CURSOR), takes=(IF_NONE_MATCH,))
async def list_comments(request: web.Request) -> web.Response:
    """GET S/comments: a page of a thread, from memory while nothing in it has changed."""
    if "Authorization" not in request.headers:
        return answer(await _public_page(request), request)
    who = await who_asks(request)
    if not who.moderates and await nothing_waits(request.app[RESOURCES], who, THREAD.of(request)):
        return answer(for_one_alone(await _public_page(request)), request)
    found, sort = await _find(request, who)
    told, link = _told(request, who, found, sort)
    return answer(for_one_alone(page(encode(told), {**PUBLIC, **link})), request)


async def _public_page(request: web.Request) -> Page:
    """The page as visitors see it, and every member none of whose comments waits in this thread."""
    pages = request.app[PAGES]
    path = request.raw_path
    ready = pages.get(path)
    if ready is None:
        since = pages.now()
        who = Who(await site_of(request), "")
        found, sort = await _find(request, who)
        told, link = _told(request, who, found, sort)
        ready = page(encode(told), {**PUBLIC, **link})
        if _is_plain(request, found):
            tags = (site_tag(who.site.id), found.thread.id if found.thread else lists_tag(who.site.id))
            pages.put(path, ready, tags, since)
    return ready


def _is_plain(request: web.Request, found: ThreadPage) -> bool:
    """Is this the URL that readers use? Of the endless others with the same answer none is kept."""
    return request.query.getall("thread") == [found.key] and set(request.query) <= {"thread", "sort", "limit"}


async def _find(request: web.Request, who: Who) -> tuple[ThreadPage, Sort]:
    sort = SORT.of(request)
    cursor = cursor_of(request, sort)
    start = cursor.id if cursor else None
    wanted = PageRequest(THREAD.of(request), sort, start, LIMIT.of(request))
    return await thread_page(request.app[RESOURCES], who, wanted), sort


def _told(request: web.Request, who: Who, found: ThreadPage, sort: Sort) -> tuple[ThreadPageTold, dict[str, str]]:
    next_cursor = cursor_text(sort, found.next_id)
    return thread_page_told(found, who, next_cursor), link_header(request, next_cursor)


@Contract(
    Ask.ANYONE,
    {200: CommentTold, 201: CommentTold, 202: CommentTold},
    body=CommentBody,
    takes=(IDEMPOTENCY_KEY,),
    gives=(LOCATION, RATE_LIMIT, RATE_LIMIT_POLICY),
    problems=(*_WHY_NOT, ThreadClosed, NotAllowedNow, TextTooLong, RefusedWords, RateLimited),
)
async def post_comment(request: web.Request) -> web.Response:
    """POST S/comments: 201 when it is published, 202 when it is held, 200 when the same came a moment ago."""
    who = await who_asks(request)
    check_author(request.app[RESOURCES], who)
    body, raw = await read_body(request, CommentBody)
    draft = _draft(body, "Idempotency-Key" in request.headers)

    async def work(keep: Keep | None) -> web.Response:
        def kept(comment: Comment) -> list[Statement]:
            if keep is None:
                return []
            told = encode(posted_comment(comment, who))
            return keep(_STATUS.get(comment.status, 202), _location(comment), told)

        return _answer_to_post(who, await submit_comment(request.app[RESOURCES], who, draft, kept))

    return await once(request, who, raw, work)


def _draft(body: CommentBody, keyed: bool) -> Draft:
    published_at = None if body.published_at is None else from_rfc3339(body.published_at, "/published_at")
    guest = Guest(body.author.name, body.author.email, body.author.url) if body.author else None
    return Draft(body.thread, body.text, body.parent_id, body.url, body.title, published_at, guest, body.seconds, keyed)


def _answer_to_post(who: Who, done: Submitted) -> web.Response:
    status = 200 if done.repeated else _STATUS.get(done.comment.status, 202)
    headers = {**PRIVATE, "Location": _location(done.comment), **limit_headers(done.limit)}
    return web.Response(status=status, body=encode(posted_comment(done.comment, who)), headers=headers)


def limit_headers(limit: Standing | None) -> dict[str, str]:
    """What is left of the tightest limit, if there is one."""
    if limit is None:
        return {}
    policy, rate, left, reset_s = limit
    return {
        "RateLimit-Policy": f'"{policy}";q={rate.limit};w={rate.window_s}',
        "RateLimit": f'"{policy}";r={left};t={reset_s}',
    }


def _location(comment: Comment) -> str:
    return f"/api/v1/sites/{comment.site_id}/comments/{comment.id}"


@Contract(Ask.ANYONE, {200: PreviewTold}, body=PreviewBody, problems=(TextTooLong, RateLimited))
async def post_preview(request: web.Request) -> web.Response:
    """POST S/preview: how a text would look, also for those who have yet to sign in."""
    who = await who_asks(request)
    body, _ = await read_body(request, PreviewBody)
    return json_response(PreviewTold(await preview(request.app[RESOURCES], who, body.text)))


@Contract(Ask.ANYONE, {200: CommentTold}, takes=(IF_NONE_MATCH,), gives=(ETAG,))
async def get_comment(request: web.Request) -> web.Response:
    """GET S/comments/{id}: one comment, to those for whom it exists."""
    who = await who_asks(request)
    comment = await one_comment(request.app[RESOURCES], who, request.match_info["id"])
    headers = {"ETag": f'"{comment.version}"'}
    if any(tag.value == str(comment.version) for tag in request.if_none_match or ()):
        return web.Response(status=304, headers={**PRIVATE, **headers})
    return json_response(seen_comment(comment, who), headers=headers)


@Contract(Ask.SIGNED_IN, {204: None}, problems=(NotModerator, EditWindowOver, NotAllowedNow, StaleDecision))
async def delete_comment(request: web.Request) -> web.Response:
    """DELETE S/comments/{id}: an author takes his own comment down while he may edit it, a moderator any."""
    who = await who_asks(request)
    member = who.signed_in()
    comment = await one_comment(request.app[RESOURCES], who, request.match_info["id"])
    if comment.author.id != member.id and not who.moderates:
        raise NotModerator("This comment is another's.")
    await take_down(request.app[RESOURCES], member, comment)
    return web.Response(status=204, headers=NO_CONTENT)
