"""Shows and changes how a site's people are vouched for."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from service.actions.resources import Resources
from service.domain.errors import Fault, Invalid, StorageUnavailable
from service.domain.sign_on import SignOn
from service.domain.site import Site
from service.storage import sign_on as settings
from service.storage.database import Outdated

_TRIES = 8


async def show_sign_on(res: Resources, site: Site) -> SignOn:
    """What is set; nothing is: off."""
    return await settings.find(res.db, site.id) or SignOn(site.id)


async def set_sign_on(res: Resources, site: Site, changes: Mapping[str, Any]) -> SignOn:
    """Puts these in place of those of the same names; another kind or provider begins afresh. Raises Invalid."""
    if changes.get("client_secret"):
        changes = {**changes, "client_secret": res.seal.close(_use(site.id), changes["client_secret"])}
    return await _changed(res, site, lambda seen: _checked(res, seen.changed(changes)))


async def rotate_secret(res: Resources, site: Site) -> SignOn:
    """The next shared secret; the one before it still holds for a day."""
    return await _changed(
        res,
        site,
        lambda seen: msgspec.structs.replace(seen, generation=seen.generation + 1, rotated_at=res.now_ms()),
    )


def shared_secret(res: Resources, sign_on: SignOn) -> str:
    """The secret that a blog signs with."""
    return res.seal.shared_secret(sign_on.site_id, sign_on.generation)


def client_secret(res: Resources, sign_on: SignOn) -> str | None:
    """What the provider knows us by, if anything."""
    return res.seal.open(_use(sign_on.site_id), sign_on.client_secret) if sign_on.client_secret else None


def _use(site_id: str) -> str:
    return f"client secret of {site_id}"


def _checked(res: Resources, new: SignOn) -> SignOn:
    urls = {"jwks_url": new.jwks_url, "issuer": new.issuer if new.kind == "oidc" else ""}
    faults = [
        Fault(f"/{name}", "This URL cannot be called: https, a public host and its own port are needed.")
        for name, url in urls.items()
        if url and not res.outward.may_call(url)
    ]
    if new.kind == "oidc" and set("?#") & set(new.issuer):
        faults.append(Fault("/issuer", "An issuer has no query and no fragment."))
    if faults or new.faults():
        raise Invalid([*new.faults(), *faults])
    return new


async def _changed(res: Resources, site: Site, change: Callable[[SignOn], SignOn]) -> SignOn:
    for _ in range(_TRIES):
        seen = await show_sign_on(res, site)
        new = change(seen)
        try:
            await res.db.write([settings.setting(seen, new)])
        except Outdated:
            continue
        return new
    raise StorageUnavailable
