"""What all tests share: resources over a real SQLite file, a scorer that says what a test wants, a clock to turn."""

import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from service.actions.add_member import NewMember, add_member
from service.actions.add_site import add_site
from service.actions.changes import Changes
from service.actions.draft import Draft
from service.actions.identify import Who
from service.actions.issuers import Issuers
from service.actions.limits import Limits
from service.actions.make_token import make_token
from service.actions.resources import Resources
from service.actions.seal import Seal
from service.actions.set_policy import changed_policy
from service.actions.submit_comment import Submitted, submit_comment
from service.domain.ids import Ids
from service.domain.member import Member, Role
from service.domain.site import Policy, Site
from service.outward.client import Outward
from service.spam import scorer as scoring
from service.spam.context import Circumstances, Clue
from service.spam.facts import Sample
from service.spam.scorer import Scorer
from service.storage.cache import Cache
from service.storage.database import Database
from service.storage.engines import migrate, open_database
from tests.postgres import Server, server

NOON = 1_795_435_200_000  # 2026-11-23T12:00:00Z


_HERE = Path(__file__).parent
_LONGEST = (
    "web/pages/test_desk_browser",
    "web/widget",
    "web/pages",
    "endurance",
    "acceptance",
    "commands",
    "web/test_matrix",
    "web/test_schemathesis",
    "outbox",
)

Clues = Callable[[Circumstances], Sequence[Clue]]


@dataclass
class Clock:
    """Stands still until a test moves it. Milliseconds UTC."""

    now: int = NOON

    def __call__(self) -> int:
        return self.now

    def pass_s(self, seconds: float) -> None:
        self.now += int(seconds * 1000)


@dataclass
class WordModel:
    """A model of one rule, so that a test can ask for a score: `score 0.93` in the text is the score, else 0.01."""

    version: str = "words-1"
    hold_at: float = 0.5
    spam_at: float = 0.9
    asked: list[str] = field(default_factory=list)

    def score(self, samples: Sequence[Sample]) -> list[float]:
        self.asked += [sample.text for sample in samples]
        return [
            float(sample.text.partition("score ")[2].split()[0]) if "score " in sample.text else 0.01
            for sample in samples
        ]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def model() -> WordModel:
    return WordModel()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engine", choices=["sqlite", "postgres"], default="sqlite", help="what keeps the data in most tests"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What is marked so runs on both engines; with --engine postgres everything runs on that one."""
    both = metafunc.definition.get_closest_marker("both_engines") and metafunc.config.getoption("--engine") == "sqlite"
    if both and "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", ["sqlite", "postgres"])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long come first, so that at the end no worker is left alone with one of them."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    name = item.path.relative_to(_HERE).as_posix()
    return next((place for place, start in enumerate(_LONGEST) if name.startswith(start)), len(_LONGEST))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A real PostgreSQL, started when the first test asks for it."""
    with server() as running:
        yield running


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """The engine under test; where it matters which, a test names its own by parametrizing this."""
    return str(request.config.getoption("--engine"))


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A SQLite file with our schema and nothing in it, made once: a copy costs a twentieth of making it."""
    path = tmp_path_factory.mktemp("schema") / "greenroom.sqlite"
    migrate(str(path))
    return path.read_bytes()


@pytest.fixture
def where(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a fresh database with our schema."""
    if engine == "sqlite":
        path = tmp_path / "greenroom.sqlite"
        path.write_bytes(request.getfixturevalue("migrated"))
        yield str(path)
        return
    databases: Server = request.getfixturevalue("postgres")
    url = databases.migrated()
    yield url
    databases.give_back(url)


@pytest.fixture
async def db(where: str) -> AsyncIterator[Database]:
    opened = await open_database(where)
    yield opened
    await opened.close()


@asynccontextmanager
async def resources(
    db: Database, clock: Clock, model: WordModel | None = None, clues: Clues = lambda _: ()
) -> AsyncIterator[Resources]:
    """What actions use, over this database; without a model everything is held as unscored.

    A score that a test asks for is the score: no clues move it, unless the test wants them to.
    """
    scorer = Scorer(model, limits=scoring.Limits(deadline_s=30.0))  # a busy machine is no fault of the model
    scorer.start()
    outward = Outward(private=True)  # providers of tests are on loopback
    yield Resources(
        db=db,
        cache=Cache(db),
        scorer=scorer,
        limits=Limits({}, clock),
        changes=Changes(),
        now_ms=clock,
        ids=Ids(clock, secrets.randbits),
        new_secret=lambda: f"gr_{secrets.token_urlsafe(32)}",
        seal=Seal(b"the secret of this installation"),
        outward=outward,
        issuers=Issuers(outward, clock),
        clues=clues,
    )
    await outward.close()
    await scorer.stop()


@pytest.fixture
async def res(db: Database, clock: Clock, model: WordModel) -> AsyncIterator[Resources]:
    async with resources(db, clock, model) as made:
        yield made


class Blog:
    """A site with an owner, a moderator and a member, and short ways to act on it."""

    def __init__(self, res: Resources, site: Site) -> None:
        self.res = res
        self.site = site
        self.owner: Member
        self.moderator: Member
        self.ada: Member

    async def settle(self) -> "Blog":
        self.owner = await self.join("Olive", "owner")
        self.moderator = await self.join("Mo", "moderator")
        self.ada = await self.join("Ada")
        return self

    async def join(self, name: str, role: Role = "member") -> Member:
        return await add_member(
            self.res,
            self.site,
            NewMember(name, f"{name.lower().replace(chr(32), chr(45))}@{self.site.id}.example", role),
        )

    async def who(self, member: Member | None) -> Who:
        """The member as he would be identified now."""
        site = await self.res.cache.site(self.site.id)
        assert site is not None
        fresh = await self.res.cache.member(self.site.id, member.id) if member else None
        return Who(site, "address", fresh)

    async def post(self, text: str, member: Member | None = None, **fields: object) -> Submitted:
        """Posts as Ada, or as the member given."""
        draft = Draft(**{"thread": "/post.html", "text": text, **fields})  # type: ignore[arg-type]
        return await submit_comment(self.res, await self.who(member or self.ada), draft, lambda _: [])

    async def token(self, member: Member, days: int = 1) -> str:
        return await make_token(self.res, member, "full", days * 86_400_000)


async def make_blog(res: Resources, name: str = "blog", **policy: object) -> Blog:
    settings = {"origins": [f"https://{name}.example"], **policy}
    return await Blog(res, await add_site(res, name, changed_policy(Policy(), settings))).settle()


@pytest.fixture
async def blog(res: Resources) -> Blog:
    return await make_blog(res)
