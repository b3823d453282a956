"""What docs/ and README say of the code is what the code says."""

import re
from pathlib import Path

import pytest

from docs.printed import PAGES
from service.__main__ import COMMANDS

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", PAGES)
def test_printed_pages_are_fresh(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == PAGES[name](), "run: make docs"


@pytest.mark.parametrize("page", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))], ids=lambda p: p.name)
def test_links_and_files_named_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        assert (page.parent / target).exists(), target
    for path in re.findall(r"`((?:service|tests|docs|benchmarks|models)/[\w./-]+)`", text):
        assert (ROOT / path).exists(), path


def test_the_readme_names_every_command() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in COMMANDS:
        assert f"greenroom {command}" in text, command


def test_make_targets_named_in_docs_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for name in re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8")):
            assert name in targets, (page.name, name)
