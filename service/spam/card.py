"""The card of a model: what its manifest says, for people to read."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from service.spam.training import SYNTHETIC, balance

_ABOUT = """\
# {version}

A linear classifier of blog comments: the text of a comment in, the probability that it is spam out. It reads hashed
character 3- and 5-grams, words, word pairs and {facts} facts, {table} numbers in all; docs/model.md says how.

Made {created} with Python {python}, NumPy {numpy}, scikit-learn {scikit_learn} and joblib {joblib}.

## Data

{trained} comments were trained on, {spam} of them spam. No text is kept in the model, only weights.{synthetic}

| source | ham | spam | licence |
| --- | --- | --- | --- |
{sources}

| file | rows read | SHA-256 |
| --- | --- | --- |
{files}

## Measured

Comments the model had not seen, of sources it had (folds of the training rows): {unseen_rows}.

Sources it had not seen, each scored by a model trained on all the others:

| source | rows | spam | AUC | spam caught at 0.5 % of ham blocked | calibration error |
| --- | --- | --- | --- | --- | --- |
{unseen_sources}
{tested}{calibrations}
## Thresholds

`hold_at` {hold_at:.4f}: at most 1 in 200 honest comments of a source that the model never saw reaches it, of all
sources together.
`spam_at` {spam_at:.4f}: at most 1 in 2,000 does. Both come from the training rows, each source weighed by the square
root of its size, and each scored by a model that had not seen that source. Mail and text messages set no threshold.

## Limits

{limits}

## Again

{command}
"""
_CALIBRATION = """
Log-odds become probabilities by Platt's two numbers. Log-loss of that and of other ways, on rows that neither the
model nor the calibration had seen, and where a whole source was unseen by both (mean of the sources):

| way | rows of known sources | unseen sources |
| --- | --- | --- |
{rows}
"""
_SYNTHETIC = """
{share:.0f} % of the rows and {weight:.0f} % of the weight are texts of our own, made by `service/spam/synthetic`: spam
and honest comments in English and 25 other languages, from one part of its grammar; the other is for tests alone."""
_LICENCES = {
    "synthetic": "ours, MIT",
    "judol": "MIT",
    "mademistakes_ham": "MIT",
    "sms": "free for all purposes (release note); CC BY 4.0 (a mirror)",
    "spamassassin": "PDDL 1.0, contents CC0 1.0",
    "telegram": "MIT",
    "wikitalk_ham": "CC BY-SA (texts), Apache-2.0 (file)",
    "youtube": "CC BY 4.0",
}
_LIMITS = """\
- It knows what it was shown. Thresholds and probabilities fit comments like those it was trained on."""
_LIMITS_OF_PUBLIC_DATA = """\
- {blog_spam}
- Its probabilities fit comments like those it was trained on. Where the share of spam differs they are off, so the
  thresholds are set on sources that it had not seen rather than at one half.
- Honest comments about advertising, money or medicine look like spam to it more often than others do, and so do long
  ones with many links."""
_NO_BLOG_SPAM = """\
Among the training data is **no spam from blog comments**: what spam looks like comes from videos, text messages,
  chat and mail. On a blog it has never seen the model misses much of it; the blog's own decisions will teach it."""
_OUR_BLOG_SPAM = """\
**Spam of blog comments is known to it from our own texts alone**, spam in other languages than English and Indonesian
  too: no public data have any. On a blog it has never seen it misses some; the blog's own decisions will teach it."""


def write(fields: Mapping[str, Any], command: str) -> str:
    """The card of the model with this manifest; `command` makes it again."""
    return _ABOUT.format(
        **fields["versions"],
        version=fields["version"],
        created=fields["created"],
        facts=len(fields["features"]["facts"]),
        table=f"{fields['features']['table']:,}",
        trained=f"{sum(map(sum, fields['data']['sources'].values())):,}",
        spam=f"{sum(counts[1] for counts in fields['data']['sources'].values()):,}",
        synthetic=_synthetic(fields["data"]["sources"]),
        sources=_rows([name, *counts, _licence(name)] for name, counts in fields["data"]["sources"].items()),
        files=_rows([file["name"], file["rows"], file["sha256"]] for file in fields["data"]["files"]),
        unseen_rows=_sentence(fields["metrics"]["unseen_rows"]),
        unseen_sources=_rows(_metrics(name, found) for name, found in fields["metrics"]["unseen_sources"].items()),
        tested=_tested(fields["metrics"].get("tested", {})),
        calibrations=_calibrations(fields["metrics"].get("calibrations", {})),
        limits=_limits(fields["data"]["sources"]),
        command=f"    {command}",
        **fields["thresholds"],
    )


def _synthetic(sources: Mapping[str, Sequence[int]]) -> str:
    """What of the training was made by us, empty if nothing was."""
    if SYNTHETIC not in sources:
        return ""
    names = [name for name, counts in sources.items() for _ in range(sum(counts))]
    ours = balance(names)[[name == SYNTHETIC for name in names]]
    return _SYNTHETIC.format(share=100 * len(ours) / len(names), weight=100 * ours.sum() / len(names))


def _limits(sources: Iterable[str]) -> str:
    if not _is_public(sources):
        return _LIMITS
    return _LIMITS_OF_PUBLIC_DATA.format(blog_spam=_OUR_BLOG_SPAM if SYNTHETIC in sources else _NO_BLOG_SPAM)


def _is_public(sources: Iterable[str]) -> bool:
    return all(source in _LICENCES or source.partition("_")[0] in _LICENCES for source in sources)


def _licence(source: str) -> str:
    return _LICENCES.get(source, _LICENCES.get(source.partition("_")[0], "its owner's own"))


def _rows(rows: Iterable[Iterable[object]]) -> str:
    return "\n".join("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows) or "| none |"


def _metrics(name: str, found: Mapping[str, float]) -> list[object]:
    shown = ("rows", "spam", "auc", "caught_at_half_percent", "calibration_error")
    return [name, *(found.get(metric, "") for metric in shown)]


def _sentence(found: Mapping[str, float]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in found.items())


def _tested(tested: Mapping[str, Mapping[str, float]]) -> str:
    if not tested:
        return ""
    about = "Rows set aside, used for nothing else, by source, length and language:"
    head = f"{about}\n\n| rows of | rows | spam | AUC | caught | calibration error |\n"
    return f"\n{head}| --- | --- | --- | --- | --- | --- |\n{_rows(_metrics(*item) for item in tested.items())}\n"


def _calibrations(found: Mapping[str, Sequence[float]]) -> str:
    if not found:
        return ""
    return _CALIBRATION.format(rows=_rows([name, *losses] for name, losses in found.items()))
