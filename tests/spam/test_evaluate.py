"""`greenroom evaluate`: every part runs on small data, prints its table, and the page stands alone."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from service.commands import evaluate, train
from service.spam.assessing import material, page
from service.spam.assessing.tables import Curve, Plot, Table, markdown
from service.spam.synthetic import generator

FEW = generator.rows(240)
UNSEEN = generator.rows(80, "test")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two videos and a blog without spam, written by the generator."""
    folder = tmp_path_factory.mktemp("data")
    for name, seed in (("youtube_one", 1), ("youtube_two", 2), ("honest", 3)):
        rows = [
            {
                "text": row.sample.text,
                "label": "spam" if row.spam else "ham",
                "source": name,
                "split": "dev" if number % 5 == 0 else "train",
                "paper_split": "train" if number < 100 else "test",
            }
            for number, row in enumerate(generator.rows(160, seed=seed))
            if name != "honest" or not row.spam
        ]
        if name == "honest":
            rows = [{key: value for key, value in row.items() if key != "paper_split"} for row in rows]
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


@pytest.fixture(scope="module")
def model(data: Path) -> Path:
    files = [str(path) for path in sorted(data.glob("*.jsonl"))]
    result = CliRunner().invoke(
        train.command, ["--data", *files, "--no-synthetic", "--split", "train", "--out", str(data / "model")]
    )
    assert result.exit_code == 0, result.output
    return data / "model"


@pytest.fixture
def few_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generator, "rows", lambda _count=0, half="train": FEW if half == "train" else UNSEEN)
    monkeypatch.setattr(material, "trained_texts", lambda: {row.sample.text for row in FEW})


def run(*args: str) -> Result:
    return CliRunner().invoke(evaluate.command, args)


@pytest.mark.usefixtures("few_texts")
def test_all_parts_are_printed_and_written(data: Path, model: Path, tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    parts = [
        arg
        for name in ("papers", "unseen", "calibration", "learning", "disguises", "poisoning")
        for arg in ("--part", name)
    ]
    result = run("--data", str(data), "--model", str(model), "--rows", "100", "--out", str(out), *parts)
    assert result.exit_code == 0, result.output
    titles = [line[4:] for line in result.stdout.splitlines() if line.startswith("### ")]
    assert titles == [
        "The papers' splits", "Unseen sources", "False alarms", "Our own texts, unseen part",
        "Calibration", "Learning from a moderator", "Disguises", "Poisoned labels",
    ]  # fmt: skip
    html = out.read_text("utf-8")
    assert [title in html for title in ("Unseen sources", "Poisoned labels")] == [True, True]
    assert "http" not in html.replace("http://www.w3.org", "")
    assert "<script" not in html
    assert html.count("<svg") == 3


def test_data_that_cannot_be_used_is_named(model: Path, tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text("not json\n")
    result = run("--data", str(tmp_path / "rows.jsonl"), "--model", str(model), "--part", "papers")
    assert (result.exit_code, "cannot be used" in result.stderr) == (1, True)
    assert run("--part", "papers").exit_code == 2
    assert run("--data", str(tmp_path), "--part", "nothing").exit_code == 2


def test_texts_of_our_own_are_never_those_of_the_training() -> None:
    trained = {row.sample.text for row in generator.rows()}
    assert not trained & {row.sample.text for row in material.ours(500)}


def test_a_plot_is_well_formed_whatever_its_names() -> None:
    plot = Plot(
        "labels & more", "A < B", (Curve("<one>", ((0, 0.5), (20, 0.75))), Curve("flat", ((0, 2.0), (20, -1.0))))
    )
    drawn = page.draw(plot)
    ElementTree.fromstring(drawn)
    assert "&lt;one&gt;" in drawn


def test_cells_cannot_break_a_table() -> None:
    table = Table("T", "About.", ("a", "b"), (("x|y", "<b>"),))
    assert markdown(table).count("\\|") == 1
    assert "<b>" not in page.write("t", [table])
