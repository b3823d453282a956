"""Every language says everything, with every form that its plurals need, and reads the right way round."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.web.widget.conftest import Reading, Stage

FOLDER = Path(__file__).parents[3] / "service" / "web" / "widget" / "languages"
CODES = ("ar", "de", "en", "es", "fr", "he", "id", "it", "ja", "ko", "nl", "pl", "pt", "ru", "tr", "uk", "zh")
PLACE = re.compile(r"\{\w+\}")


def texts(name: str) -> dict[str, str | dict[str, str]]:
    """The texts of a file: JSON after the first lines."""
    told = (FOLDER / f"{name}.js").read_text(encoding="utf-8").partition("export default ")[2]
    pairs = json.loads(told.rstrip().removesuffix(";"), object_pairs_hook=list)
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), f"{name} says something twice"
    return {key: dict(value) if isinstance(value, list) else value for key, value in pairs}


ENGLISH = {**texts("en"), **texts("en.more")}


def of(code: str) -> dict[str, str | dict[str, str]]:
    return ENGLISH if code == "en" else texts(code)


def forms(text: str | dict[str, str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text.values())


def test_these_languages_are_there() -> None:
    assert {path.stem for path in FOLDER.glob("*.js")} == {*CODES, "en.more"}
    assert not set(texts("en")) & set(texts("en.more"))


@pytest.mark.parametrize("code", CODES)
def test_no_text_is_missing_and_no_place_in_one(code: str) -> None:
    told = of(code)
    assert set(told) == set(ENGLISH)
    for key, text in told.items():
        assert all(form.strip() for form in forms(text)), key
        wanted = set(PLACE.findall("".join(forms(ENGLISH[key]))))
        assert all(set(PLACE.findall(form)) == wanted for form in forms(text)), key
        assert isinstance(text, dict) == isinstance(ENGLISH[key], dict), key


def test_every_text_is_used_and_every_used_one_is_there() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in FOLDER.parent.glob("*.js"))
    named = set(re.findall(r'"([a-z_]+)"|texts\.([a-z_]+)', code))
    words = {one for pair in named for one in pair if one}
    made = {f"{start}{rest}" for start in ("role_", "refused_") for rest in _ends(start)}
    assert set(ENGLISH) - words - made - {"not_a_member", "suspended", "banned"} == set()
    said = set(re.findall(r'(?:say|nodes)\("([a-z_]+)"', code))
    assert said <= set(ENGLISH)


def _ends(start: str) -> set[str]:
    return {key.removeprefix(start) for key in ENGLISH if key.startswith(start)}


def test_plurals_dates_and_headings_in_every_language(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    for i in range(3):
        stage.comment(thread, f"number {i}")
    page = reader.open(stage.post(thread))
    for code in CODES:
        categories = page.evaluate("code => new Intl.PluralRules(code).resolvedOptions().pluralCategories", code)
        for key, text in of(code).items():
            assert isinstance(text, str) or set(text) == set(categories), (code, key)
    nouns = {"ar": "تعليقات", "de": "Kommentare", "ja": "件のコメント", "pl": "komentarze", "uk": "коментарі"}
    for code, noun in nouns.items():
        page.evaluate("code => document.querySelector('greenroom-comments').setAttribute('lang', code)", code)
        expect(reader.widget.get_by_role("heading", level=2)).to_have_text(re.compile(rf"^.\s{noun}:$"))
        expect(reader.widget.locator("section").first).to_have_attribute("dir", str(of(code)["direction"]))
    assert reader.faults == []
