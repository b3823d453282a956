"""What is made of the installation's secret: a key for each use, and nothing that tells of another."""

import pytest

from service.actions.seal import Seal

SEAL = Seal(b"the secret of this installation")


def test_each_site_and_each_generation_has_a_secret_of_its_own() -> None:
    seals = (SEAL, Seal(b"the secret of another one"))
    made = {seal.shared_secret(site, n) for seal in seals for site in ("a", "b") for n in (1, 2)}
    assert len(made) == 8
    assert {len(one) for one in made} == {43}


def test_it_is_the_same_after_a_restart() -> None:
    assert Seal(b"the secret of this installation").shared_secret("blog", 1) == SEAL.shared_secret("blog", 1)


def test_what_is_sealed_opens_for_its_use_alone() -> None:
    sealed = SEAL.close("a", "s3cret \u00e9")
    assert SEAL.open("a", sealed) == "s3cret \u00e9"
    assert sealed != SEAL.close("a", "s3cret \u00e9")
    assert SEAL.open("b", sealed) is None
    assert Seal(b"the secret of another one").open("a", sealed) is None


@pytest.mark.parametrize("sealed", ["", "x", "a.b.c.d.e", "....", "eyJhbGciOiJub25lIn0.e30."])
def test_what_was_never_sealed_does_not_open(sealed: str) -> None:
    assert SEAL.open("a", sealed) is None
