"""Leaving over the API: all of one's data as one document, and one's erasure."""

from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web

from service.actions.erase_member import erase_member
from service.actions.export_member import export_member
from service.actions.resources import Resources
from service.domain.errors import NotAllowedNow
from service.domain.member import Member
from service.web.access import who_asks
from service.web.app_keys import RESOURCES
from service.web.bodies import NO_CONTENT, PRIVATE, encode
from service.web.contract import Ask, Contract
from service.web.shapes.leaving import ExportTold
from service.web.times import rfc3339

_TIMES = ("_at", "_until")  # what names of times end in


@Contract(Ask.SIGNED_IN, {200: ExportTold})
async def get_export(request: web.Request) -> web.Response:
    """GET S/members/me/export: everything that is kept of the one who asks, and nobody else's."""
    who = await who_asks(request)
    return export_of(request, who.signed_in())


def export_of(request: web.Request, member: Member) -> web.Response:
    """Everything that is kept of this member, as a file."""
    name = f"greenroom-{member.site_id}-{member.id}.json"
    headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=_document(request.app[RESOURCES], member), headers=headers)


async def _document(res: Resources, member: Member) -> AsyncIterator[bytes]:
    """The document, a portion at a time."""
    yield b'{"site":%s,"exported_at":%s' % (encode(member.site_id), encode(rfc3339(res.now_ms())))
    name, end = "", b""
    async for section, rows in export_member(res, member):
        told = b",".join(encode(_readable(row)) for row in rows)
        if section.name != name:
            name, first = section.name, True
            begin, following = (b"", b"") if section.is_one else (b"[", b"]")
            yield end + b",%s:%s" % (encode(name), begin)
            end = following
        if told:
            yield told if first else b"," + told
            first = False
    yield end + b"}"


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: rfc3339(value) if name.endswith(_TIMES) and isinstance(value, int) else value
        for name, value in row.items()
    }


@Contract(Ask.SIGNED_IN, {204: None}, problems=(NotAllowedNow,))
async def delete_me(request: web.Request) -> web.Response:
    """DELETE S/members/me: erases the one who asks, for good; what was answered leaves a tombstone."""
    who = await who_asks(request)
    await erase_member(request.app[RESOURCES], who.site, who.signed_in().id)
    return web.Response(status=204, headers=NO_CONTENT)


@Contract(Ask.OWNERS, {204: None}, problems=(NotAllowedNow,))
async def post_erase(request: web.Request) -> web.Response:
    """POST S/members/{id}/erase: the same for a member who asked for it by other means."""
    who = await who_asks(request)
    who.owner()
    await erase_member(request.app[RESOURCES], who.site, request.match_info["id"])
    return web.Response(status=204, headers=NO_CONTENT)
