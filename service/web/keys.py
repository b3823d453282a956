"""Keys for programs over the API: owners list, make and revoke them."""

from aiohttp import web

from service.actions.keys import keys_page
from service.actions.make_key import NewKey, make_key, revoke_key
from service.actions.replays import Statement
from service.domain.key import Key
from service.web.access import who_asks
from service.web.app_keys import RESOURCES
from service.web.bodies import NO_CONTENT, encode, json_response, read_body
from service.web.contract import IDEMPOTENCY_KEY, Ask, Contract
from service.web.once import Keep, once
from service.web.paging import listed
from service.web.parameters import CURSOR, LIMIT
from service.web.shapes.keys import KeyBody, KeysTold, MadeKeyTold, keys_told, made_key_told
from service.web.times import from_rfc3339


@Contract(Ask.OWNERS, {200: KeysTold}, query=(LIMIT, CURSOR))
async def get_keys(request: web.Request) -> web.Response:
    """GET S/keys: the keys that were not revoked, in the order of their making."""
    who = await who_asks(request)
    who.owner()
    res = request.app[RESOURCES]
    return await listed(request, "keys", lambda after, limit: keys_page(res, who.site, after, limit), keys_told)


@Contract(Ask.OWNERS, {201: MadeKeyTold}, body=KeyBody, takes=(IDEMPOTENCY_KEY,))
async def post_key(request: web.Request) -> web.Response:
    """POST S/keys: makes a key, and shows it this once. A call that is replayed for its Idempotency-Key does not."""
    who = await who_asks(request)
    maker = who.owner()
    body, raw_body = await read_body(request, KeyBody)
    expires_at = None if body.expires_at is None else from_rfc3339(body.expires_at, "/expires_at")
    new = NewKey(body.name or body.kind, body.kind, body.scope, expires_at)

    async def work(keep: Keep | None) -> web.Response:
        def kept(key: Key) -> list[Statement]:
            return [] if keep is None else keep(201, None, encode(made_key_told(key, None)))

        key, raw = await make_key(request.app[RESOURCES], maker, new, kept)
        return json_response(made_key_told(key, raw), 201)

    return await once(request, who, raw_body, work)


@Contract(Ask.OWNERS, {204: None})
async def delete_key(request: web.Request) -> web.Response:
    """DELETE S/keys/{id}: ends a key at once."""
    who = await who_asks(request)
    who.owner()
    await revoke_key(request.app[RESOURCES], who.site.id, request.match_info["id"])
    return web.Response(status=204, headers=NO_CONTENT)
