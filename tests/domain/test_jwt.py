"""Tokens and key sets that anybody may send: whatever they are, they are read or refused, and nothing else."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.domain.errors import SignOnRefused
from service.domain.jwt import HMAC, SIGNED, hmac_key, read_jwt, read_keys, verified
from service.domain.provider import check_id_token, read_provider
from service.domain.provider import person_of as person_of_provider
from service.domain.sign_on import LEEWAY_S, SignOn, person_of
from tests.vouching import a_key, by_hand, part, signed

NOW = 1_795_435_200
SECRET = "x" * 43
SIGN_ON = SignOn("blog", "hs256")
OIDC = SignOn("blog", "oidc", "https://id.example", client_id="greenroom")
GOOD = {"sub": "u1", "aud": "blog", "iat": NOW, "exp": NOW + 300, "jti": "j"}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
CLAIMS = ("iss", "sub", "aud", "iat", "exp", "nbf", "jti", "name", "email", "email_verified", "roles", "member", "azp")
claims = st.dictionaries(st.sampled_from([*CLAIMS, "nonce", "preferred_username"]), anything)


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]{1,20}\.[A-Za-z0-9_-]{1,20}\.[A-Za-z0-9_-]{1,20}", fullmatch=True))
def test_no_text_is_a_token(text: str) -> None:
    with pytest.raises(SignOnRefused):
        read_jwt(text, HMAC | SIGNED)


@given(st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "cty", "x5t", "b64"]), anything))
def test_whatever_the_header_says(header: dict[str, Any]) -> None:
    token = by_hand({"alg": "HS256", **header}, GOOD, SECRET)
    try:
        assert verified(read_jwt(token, HMAC), [hmac_key(SECRET)])["sub"] == "u1"
    except SignOnRefused:
        assert header


@given(claims)
def test_whatever_the_claims_say(changed: dict[str, Any]) -> None:
    try:
        person, jti, until = person_of(SIGN_ON, {**GOOD, **changed}, NOW * 1000)
    except SignOnRefused:
        return
    for text in (person.subject, jti, person.name):
        assert 0 < len(text.encode()) <= 1_020
    assert until <= (NOW + 600 + 2 * LEEWAY_S) * 1000
    assert person.vouched in ("no", "member")


@given(claims, claims)
def test_whatever_a_provider_says(changed: dict[str, Any], about: dict[str, Any]) -> None:
    good = {**GOOD, "iss": OIDC.issuer, "aud": OIDC.client_id, "nonce": "n"}
    try:
        subject = check_id_token(OIDC, {**good, **changed}, "n", NOW * 1000)
    except SignOnRefused:
        return
    person = person_of_provider(OIDC, {**good, **changed}, about)
    assert (person.subject, person.issuer) == (subject, OIDC.issuer)
    assert person.name.encode()


numbers = st.binary(max_size=300).map(part) | anything
parts = st.fixed_dictionaries({}, optional=dict.fromkeys(["x", "y", "n", "e", "k"], numbers))
kinds = st.fixed_dictionaries(
    {"kty": st.sampled_from(["RSA", "EC", "OKP", "oct"]), "crv": st.sampled_from(["P-256", "Ed25519", "X25519", "x"])},
    optional={"use": anything, "alg": anything, "kid": anything, "key_ops": anything},
)


@given(anything, st.builds(lambda kind, numbers: {**kind, **numbers}, kinds, parts))
@example(None, {"kty": "RSA", "n": "AQA", "e": "Aw", "alg": []})
def test_whatever_is_published_as_keys(content: Any, key: dict[str, Any]) -> None:
    for told in (content, {"keys": content}, {"keys": [key]}):
        with suppress(ValueError):
            assert all(one.algs <= SIGNED for one in read_keys(json.dumps(told).encode()))


@given(st.binary() | anything.map(lambda told: json.dumps(told).encode()))
def test_whatever_is_published_as_a_provider(raw: bytes) -> None:
    for read in (read_provider, read_keys):
        with suppress(ValueError):
            read(raw)


@given(st.integers(0, 2_000), st.integers(1, 255))
def test_a_token_with_one_byte_changed(at: int, by: int) -> None:
    token = bytearray(TOKEN.encode())
    token[at % len(token)] ^= by
    try:
        told = verified(read_jwt(token.decode("latin-1"), SIGNED), KEYS)
    except SignOnRefused:
        return
    assert told == GOOD  # the last character of a part may hold bits that mean nothing


KEY = a_key()
KEYS = read_keys(json.dumps({"keys": [KEY.as_dict(private=False)]}).encode())
TOKEN = signed(KEY, "ES256", GOOD, kid="k1")
