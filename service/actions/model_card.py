"""The card of a model trained for a site: what it was made of, how good it is, why it was promoted or refused."""

from collections.abc import Sequence
from typing import Any

import msgspec

from service.actions.fit_model import CurvePoint, Fitted
from service.actions.gate import Verdict
from service.domain.intervals import share_of
from service.domain.learning import counts_by_source
from service.domain.site import Site
from service.domain.training import Training


def card_of(
    site: Site, training: Training, fitted: Fitted, verdict: Verdict, curve: Sequence[CurvePoint]
) -> dict[str, Any]:
    """Everything that is to be known of it, as JSON. Nobody's name or text is in it."""
    found = verdict.figures
    hold_at, spam_at = (verdict.asked.hold.at, verdict.asked.spam.at) if verdict.asked else verdict.cuts
    card = {
        "site": site.id,
        "kind": training.kind,
        "base": fitted.adapted.base.version,
        "mix": fitted.adapted.mix._asdict(),
        "data": _data(fitted),
        "thresholds": {"hold_at": hold_at, "spam_at": spam_at},
        "metrics": {
            "tested": found.ham + found.spam,
            "auc": found.auc,
            "calibration_error": found.calibration_error,
            "spam_held": _held(verdict, "spam", hold_at),
            "ham_held": _held(verdict, "ham", hold_at),
        },
        "gate": verdict.judgement,
        "learning_curve": list(curve),
    }
    told: dict[str, Any] = msgspec.to_builtins(card)
    return told


def _data(fitted: Fitted) -> dict[str, Any]:
    times = [one.created_at for one in fitted.taught]
    ham, spam = fitted.adapted.labels
    return {
        "labels": len(fitted.taught),
        "ham": ham,
        "spam": spam,
        "by_source": counts_by_source(fitted.taught),
        "weight": round(sum(fitted.weights), 2),
        "clusters": len({one.cluster for one in fitted.taught}),
        "contested": sum(one.contested for one in fitted.taught),
        "distrusted": fitted.distrusted,
        "from_ms": min(times),
        "until_ms": max(times),
    }


def _held(verdict: Verdict, truth: str, hold_at: float) -> Any:
    scores = [one.score for one in verdict.history if one.decided and one.truth == truth]
    return share_of(sum(score >= hold_at for score in scores), len(scores))


def words_of(version: str, card: dict[str, Any]) -> str:
    """The card for people, as it lies beside the model."""
    data, metrics, gate = card["data"], card["metrics"], card["gate"]
    sources = ", ".join(f"{name}: {n['ham']} ham and {n['spam']} spam" for name, n in sorted(data["by_source"].items()))
    return "\n".join(
        [
            f"# Model {version} of {card['site']}",
            "",
            f"The shipped model {card['base']}, mixed with a small model of this site's own labels.",
            "",
            f"- Labels: {data['labels']} ({sources}), {data['contested']} of them contested.",
            f"- Moderators whose labels the others' contradict, and which count little: {len(data['distrusted'])}.",
            f"- On {metrics['tested']} of them, each scored without having been seen:",
            f"  AUC {metrics['auc']}, calibration error {metrics['calibration_error']}.",
            f"- Holds, at {card['thresholds']['hold_at']:.4f}: of spam {_told(metrics['spam_held'])},",
            f"  of honest comments {_told(metrics['ham_held'])}.",
            f"- The gate: {gate['outcome']}. {gate['reason']}",
            "",
        ]
    )


def _told(share: dict[str, Any]) -> str:
    return f"{share['count']} of {share['of']} (between {share['low']:.3f} and {share['high']:.3f})"
