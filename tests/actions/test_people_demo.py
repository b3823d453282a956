"""The demo's sample comes whole."""

from dataclasses import replace

from service.actions.add_site import add_site
from service.actions.limits import Limits
from service.actions.people_demo import PEOPLE, SAMPLE, people_the_demo
from service.actions.resources import Resources
from service.domain.bucket import Rate
from service.domain.site import Policy
from service.storage.database import Query


async def test_the_sample_comes_whole_however_tight_the_limits_are(res: Resources) -> None:
    site = await add_site(res, "demo", Policy(origins=("http://127.0.0.1:8080",)))
    await people_the_demo(replace(res, limits=Limits({"member": Rate(1, 3_600)}, res.now_ms)), site)
    (comments, people) = await res.db.read(
        Query("SELECT text FROM comments", {}), Query("SELECT name FROM members", {})
    )
    assert (len(comments), len(people)) == (len(SAMPLE), len(PEOPLE))
