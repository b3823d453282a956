"""What the endurance tests share: a club made once, and services over copies of it that do not outlive their test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from club import Club, copy_of, make_club
from service_process import NewService, Service


@pytest.fixture(scope="session")
def club(tmp_path_factory: pytest.TempPathFactory) -> Club:
    return make_club(tmp_path_factory.mktemp("club") / "data")


@pytest.fixture
def new_service(club: Club, tmp_path: Path) -> Iterator[NewService]:
    """Makes a service over a fresh copy of the club's data; not started yet."""
    made: list[Service] = []

    def make(under: tuple[str, ...] = ()) -> Service:
        made.append(Service(copy_of(club, tmp_path, f"data-{len(made)}"), under))
        return made[-1]

    yield make
    for service in made:
        service.close()
