"""`greenroom train` and `greenroom score`: what they take, what they refuse, and what a trained model can do."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service.commands import adapt, score, train
from service.spam.artefact import load_named
from service.spam.synthetic import generator

SPAM = "buy cheap pills number {} at http://pills{}.example/now and win"
HAM = "I read chapter {} again and think note {} is missing a word"


def rows(count: int = 30, **more: Any) -> list[dict[str, Any]]:
    return [
        {"text": text.format(number, number * 7), "label": label, **more}
        for number in range(count)
        for label, text in (("spam", SPAM), ("ham", HAM))
    ]


def write(path: Path, content: list[dict[str, Any]]) -> str:
    text = "".join(json.dumps(row) + "\n" for row in content)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return str(path)


def run_train(*args: str) -> Result:
    """Train on the rows given alone; what our own texts add is tested where they are asked for."""
    return CliRunner().invoke(train.command, (*args, "--no-synthetic"))


def run_adapt(*args: str) -> Result:
    return CliRunner().invoke(adapt.command, args)


def run_score(lines: str | bytes, *args: str) -> Result:
    return CliRunner().invoke(score.command, args, input=lines)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained")
    result = run_train("--data", write(folder / "rows.jsonl", rows()), "--out", str(folder / "model"))
    assert result.exit_code == 0, result.output
    return folder / "model"


def test_a_trained_model_scores(trained: Path) -> None:
    lines = [{"text": SPAM.format(99, 99), "id": 1}, {"text": HAM.format(99, 99), "more": [None, {"a": "ü"}]}]
    result = run_score("".join(json.dumps(line) + "\n" for line in lines), "--model", str(trained))
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [{key: answer[key] for key in line} for answer, line in zip(answers, lines, strict=True)] == lines
    assert answers[0]["score"] > 0.7
    assert answers[1]["score"] < 0.3


def test_the_same_rows_give_the_same_weights(trained: Path, tmp_path: Path) -> None:
    run_train("--data", write(tmp_path / "rows.jsonl", rows()), "--out", str(tmp_path / "model"))
    assert (tmp_path / "model" / "weights.joblib").read_bytes() == (trained / "weights.joblib").read_bytes()


def test_the_manifest_says_what_it_was_made_of(trained: Path) -> None:
    fields = json.loads((trained / "manifest.json").read_text())
    assert fields["data"]["sources"] == {"rows": [30, 30]}
    assert fields["data"]["files"][0]["rows"] == 60
    assert set(fields["versions"]) == {"python", "numpy", "scikit_learn", "joblib"}
    assert "# " + fields["version"] in (trained / "CARD.md").read_text()


def test_files_may_follow_one_option_or_have_one_each(tmp_path: Path) -> None:
    names = [write(tmp_path / f"{name}.jsonl.gz", rows(source=name)) for name in "abc"]
    result = run_train("--data", names[0], names[1], "--no-synthetic", "--data", names[2], "--out", str(tmp_path / "m"))
    assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "m" / "manifest.json").read_text())["data"]["sources"] == {
        "a": [30, 30],
        "b": [30, 30],
        "c": [30, 30],
    }
    assert load_named(tmp_path / "m").hold_at <= 1.0


def test_our_own_texts_are_added_unless_told_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = generator.rows(60)
    monkeypatch.setattr(generator, "rows", lambda: few)
    args = ("--data", write(tmp_path / "rows.jsonl", rows()), "--out", str(tmp_path / "m"))
    result = CliRunner().invoke(train.command, args)
    assert result.exit_code == 0, result.output
    fields = json.loads((tmp_path / "m" / "manifest.json").read_text())
    assert fields["data"]["sources"]["rows"] == [30, 30]
    assert sum(fields["data"]["sources"]["synthetic"]) == 60
    assert "of our own" in (tmp_path / "m" / "CARD.md").read_text()


def test_splits_are_kept_apart_only_on_request(tmp_path: Path) -> None:
    name = write(tmp_path / "rows.jsonl", rows(split="train") + rows(25, split="dev"))
    out = str(tmp_path / "m")
    for args, trained_on, tested_on in (((), 55, None), (("--split", "train", "--measure-on", "dev"), 30, 50)):
        assert run_train("--data", name, "--out", out, *args).exit_code == 0
        fields = json.loads((tmp_path / "m" / "manifest.json").read_text())
        assert fields["data"]["sources"] == {"rows": [trained_on, trained_on]}
        assert fields["metrics"]["tested"].get("all", {}).get("rows") == tested_on


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('{"text": "a"', "not JSON"),
        ('"text"', "no text"),
        ('{"text": 1, "label": "ham"}', "no text"),
        ('{"text": "a"}', '"label" must be'),
        ('{"text": "a", "label": "SPAM"}', '"label" must be'),
        ('{"text": "a", "label": "ham", "source": 1}', '"source" must be'),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, line: str, fault: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "fine", "label": "ham"}\n\n' + line + "\n")
    result = run_train("--data", str(path), "--out", str(tmp_path / "m"))
    assert result.exit_code == 1
    assert f"{path}: line 3: " in result.output
    assert fault in result.output
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize(
    ("content", "fault"), [([], "0 rows are labelled spam"), (rows()[1::2], "spam"), (rows(3), "20")]
)
def test_too_few_rows_are_refused(tmp_path: Path, content: list[dict[str, Any]], fault: str) -> None:
    result = run_train("--data", write(tmp_path / "rows.jsonl", content), "--out", str(tmp_path / "m"))
    assert (result.exit_code, fault in result.output) == (1, True)


def test_one_text_repeated_is_refused(tmp_path: Path) -> None:
    content = [{"text": "the same", "label": label} for label in ("spam", "ham") for _ in range(30)]
    result = run_train("--data", write(tmp_path / "rows.jsonl", content), "--out", str(tmp_path / "m"))
    assert (result.exit_code, "distinct" in result.output) == (1, True)


def test_a_cut_gzip_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"text": "a", "label": "ham"}\n' * 50)[:-9])
    result = run_train("--data", str(path), "--out", str(tmp_path / "m"))
    assert (result.exit_code, "whole gzip file" in result.output) == (1, True)


def test_wrong_use_is_two() -> None:
    assert run_train().exit_code == 2
    assert run_train("--data", "/nowhere", "--out", "x").exit_code == 2
    assert run_score("", "--model", "/nowhere").exit_code == 2
    assert run_score("", "--modle").exit_code == 2


def test_the_shipped_model_scores_without_a_folder() -> None:
    result = run_score(
        b'{"text": "a"}\r\n\n{"text": "b", "author": "x", "url": "y", "lang": "en", "thread": "/", "post": "p"}'
    )
    assert result.exit_code == 0, result.output
    assert [set(json.loads(line)) & {"text", "score"} for line in result.stdout.splitlines()] == [{"text", "score"}] * 2


def test_many_lines_come_back_in_order() -> None:
    lines = [json.dumps({"text": f"number {number} " * (number % 50), "n": number}) for number in range(3000)]
    result = run_score("\n".join(lines))
    assert [json.loads(line)["n"] for line in result.stdout.splitlines()] == list(range(3000))


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", "not JSON"),
        ("[1]", "no text"),
        ('{"text": null}', "no text"),
        ('{"text": "a", "author": 1}', '"author"'),
        ('{"text": "a", "n": NaN}', "NaN"),
        ('{"text": "' + "a" * (1 << 23), "longer than"),
    ],
)
def test_a_bad_line_is_named_and_those_before_it_are_answered(line: str, fault: str) -> None:
    result = run_score('{"text": "a"}\n\n{"text": "\\ud800"}\n' + line)
    assert result.exit_code == 1
    assert "line 4: " in result.stderr
    assert fault in result.stderr
    assert len(result.stdout.splitlines()) == 2


def test_a_bad_model_is_refused_in_words(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(trained)
    result = run_score("", "--model", str(tmp_path / "link"))
    assert result.exit_code == 1
    assert "model refused" in result.stderr
    assert "symbolic link" in result.stderr


def test_an_explanation_adds_up(trained: Path) -> None:
    lines = [{"text": SPAM.format(1, 2), "author": "cheap loans and more online"}, {"text": ""}, {"text": "é\ud800 ok"}]
    result = run_score("\n".join(json.dumps(line) for line in lines), "--model", str(trained), "--explain")
    assert result.exit_code == 0, result.output
    plain = run_score("\n".join(json.dumps(line) for line in lines), "--model", str(trained))
    for answer, before in zip(result.stdout.splitlines(), plain.stdout.splitlines(), strict=True):
        found = json.loads(answer)
        assert found["score"] == json.loads(before)["score"]
        parts = found["explanation"]
        weights = [part["weight"] for part in (*parts["pieces"], *parts["facts"])]
        assert found["log_odds"] == pytest.approx(parts["intercept"] + sum(weights), abs=1e-9)
        for piece in parts["pieces"]:
            assert found["text"][piece["start"] : piece["stop"]] == piece["text"]


def test_the_post_moves_the_score_and_says_so() -> None:
    post = (
        "Tomatoes need warm evenings, patient watering, sunny windows, crumbly compost, sturdy stakes, careful pruning,"
        " steady feeding, ripening weather, autumn harvesting, winter storage, spring sowing, garden gloves"
    )
    near = "Patient watering in the evenings helped my tomatoes more than compost did"
    far = "Yesterday somebody played wonderful guitar music beneath different balconies nearby"
    lines = [{"text": near}, {"text": near, "post": post}, {"text": far}, {"text": far, "post": post}]
    result = run_score("\n".join(map(json.dumps, lines)), "--explain")
    assert result.exit_code == 0, result.output
    alone, on_topic, elsewhere, off_topic = map(json.loads, result.stdout.splitlines())
    assert on_topic["score"] < alone["score"]
    assert off_topic["score"] > elsewhere["score"]
    assert [one["explanation"]["clues"] for one in (alone, elsewhere)] == [[], []]
    assert on_topic["explanation"]["clues"][0]["code"] == "on-topic"
    assert off_topic["explanation"]["clues"][0]["weight"] == pytest.approx(0.5)


@pytest.mark.parametrize("name", ["labels.jsonl", "labels.jsonl.gz"])
def test_an_adapted_model_scores(tmp_path: Path, name: str) -> None:
    campaign = "the golden parrot society of town {} has a seat for you, write to {}"
    labels = [{"text": campaign.format(n, n * 3), "label": "spam"} for n in range(10)]
    labels += [{"text": HAM.format(n, n), "label": "ham"} for n in range(10)]
    result = run_adapt("--labels", write(tmp_path / name, labels), "--out", str(tmp_path / "m"))
    assert result.exit_code == 0, result.output
    assert "10 honest comments and 10 of spam, what spam is here was learnt" in result.stderr
    line = json.dumps({"text": campaign.format("Rome", 4)})
    before, after = (run_score(line, *args) for args in ((), ("--model", str(tmp_path / "m"))))
    assert json.loads(after.stdout)["score"] > max(json.loads(before.stdout)["score"], 0.5)
    assert "adapted to 10 honest comments and 10 of spam" in (tmp_path / "m" / "CARD.md").read_text()


@pytest.mark.parametrize("label", ["spam", "ham"])
def test_labels_of_one_kind_teach_the_share(tmp_path: Path, label: str) -> None:
    labels = [row for row in rows(20) if row["label"] == label]
    result = run_adapt("--labels", write(tmp_path / "labels.jsonl", labels), "--out", str(tmp_path / "m"))
    assert (result.exit_code, "only the share of spam was learnt" in result.stderr) == (0, True)
    assert load_named(tmp_path / "m").version


@pytest.mark.parametrize(
    ("content", "fault"),
    [("", "has no rows"), ('{"text": "a", "label": "no"}', "line 1"), ('{"text": 1}', "line 1"), ("{", "not JSON")],
)
def test_labels_that_cannot_be_used_are_named(tmp_path: Path, content: str, fault: str) -> None:
    (tmp_path / "labels.jsonl").write_text(content)
    result = run_adapt("--labels", str(tmp_path / "labels.jsonl"), "--out", str(tmp_path / "m"))
    assert (result.exit_code, fault in result.stderr) == (1, True)
    assert not (tmp_path / "m").exists()


def test_adapting_from_another_model(trained: Path, tmp_path: Path) -> None:
    labels = write(tmp_path / "labels.jsonl", rows(5))
    result = run_adapt("--labels", labels, "--out", str(tmp_path / "m"), "--model", str(trained))
    assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "m" / "manifest.json").read_text())["base"]["version"] == load_named(trained).version
    (tmp_path / "link").symlink_to(trained)
    refused = run_adapt("--labels", labels, "--out", str(tmp_path / "n"), "--model", str(tmp_path / "link"))
    assert (refused.exit_code, "model refused" in refused.stderr) == (1, True)
