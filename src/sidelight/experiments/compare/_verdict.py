"""The answer in words, made from the figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sidelight.evaluation import Interval, p_value
from sidelight.experiments.compare._arm_result import ArmResult
from sidelight.experiments.compare._arms import IMAGE_ONLY
from sidelight.experiments.compare._leaks import Sign
from sidelight.experiments.compare._scores import Scores
from sidelight.experiments.compare._second import SecondSplit
from sidelight.experiments.compare._words import amount, change, score

Word = Literal["helps", "does-not-help", "undecided", "suspected-leak"]

LEVEL = 0.05
LEAST_ROWS = 30  # fewer test rows allow no verdict, whatever they say
NOTHING_LEARNED = (
    "No arm is better than the same answer for every row, so there is nothing to "
    "compare yet: train for more --epochs, with more rows, or look at the target."
)


@dataclass(frozen=True)
class Verdict:
    """Whether the metadata helps.

    Attributes:
        word: The answer in a word.
        sentences: The answer in words, the most important first.
        fusion: The fusion that was best on validation rows.
        figures: What the words were made from.
    """

    word: Word
    sentences: tuple[str, ...]
    fusion: str
    figures: dict[str, Any]

    @property
    def line(self) -> str:
        """The verdict for machines, in one line."""
        figures = " ".join(f"{n}={_plain(v)}" for n, v in self.figures.items())
        return f"verdict: {self.word} fusion={self.fusion} {figures}"


def best_fusion(results: list[ArmResult]) -> ArmResult:
    """Return the fusion that was best on validation rows, of those that ran to the end.

    Test rows have no say, or the best would look better than it is.
    """
    fusions = [r for r in results if r.role == "fusion" and r.gain is not None]
    most = max(r.trainings for r in fusions)
    return max((r for r in fusions if r.trainings == most), key=lambda r: r.validation)


def judge(
    results: list[ArmResult],
    scores: Scores,
    signs: list[Sign],
    margin: float,
    second: SecondSplit | None = None,
) -> Verdict:
    """Make the verdict.

    The metadata helps if the fusion that is best on validation rows beats image only on
    test rows by more than luck (after correction for the number of fusions), and beats
    itself with shuffled metadata. It does not help if the whole interval of its gain
    lies below the margin. In between the rows are too few to tell; and nothing can be
    told where no arm is better than one answer for all rows.

    Args:
        results: All arms.
        scores: Their scores.
        signs: Of a leak.
        margin: The smallest gain that would matter.
        second: The same with a stricter split.
    """
    best = best_fusion(results)
    by_name = {r.name: r for r in results}
    control = by_name.get("metadata shuffled")
    over_control = (
        scores.difference(best.name, control.name)
        if control is not None and scores.blocks(best.name, control.name)
        else None
    )
    alone = [r for r in results if r.role == "metadata" and r.score is not None]
    metadata = max(alone, key=lambda r: r.validation, default=None)
    beyond = None if metadata is None else scores.difference(best.name, metadata.name)
    rows = scores.num_rows(best.name)
    learned = _have_learned(results, scores.floor())
    word: Word = "undecided"
    if rows >= LEAST_ROWS and learned:
        word = _word(best, over_control, signs, margin)
    sentences = [
        "" if learned else NOTHING_LEARNED,
        f"There are {rows} test rows, too few for a verdict."
        if rows < LEAST_ROWS
        else "",
        _first(word, best, by_name[IMAGE_ONLY], scores.metric, margin),
        _over_control(over_control, scores.metric),
        _beyond(beyond, metadata, scores.metric),
        *(sign.sentence for sign in signs),
        _with_second(second, scores.metric),
        _cost(best, by_name[IMAGE_ONLY]),
    ]
    return Verdict(
        word=word,
        sentences=tuple(s for s in sentences if s),
        fusion=best.name,
        figures=_figures(best, by_name[IMAGE_ONLY], metadata, scores.metric),
    )


def _have_learned(results: list[ArmResult], floor: float) -> bool:
    """Return whether an arm is better than one answer for all rows, beyond luck."""
    arms = [r.score for r in results if r.role != "control" and r.score is not None]
    return any(score.low > floor for score in arms)


def _word(
    best: ArmResult, over_control: Interval | None, signs: list[Sign], margin: float
) -> Word:
    if any(sign.suspected for sign in signs):
        return "suspected-leak"
    gain = best.gain
    if gain is None:
        return "undecided"
    sure = gain.mean > 0 and (best.p_adjusted or 0.0) < LEVEL
    real = over_control is None or (
        over_control.mean > 0 and p_value(over_control) < LEVEL
    )
    if sure and real:
        return "helps"
    return "does-not-help" if gain.high <= margin else "undecided"


def _first(
    word: Word, best: ArmResult, image: ArmResult, metric: str, margin: float
) -> str:
    if best.gain is None or best.score is None or image.score is None:
        return ""
    reach = (
        f"{best.name} reaches {score(best.score.mean, metric)} and image only "
        f"{score(image.score.mean, metric)}: {change(best.gain, metric)}."
    )
    start = {
        "helps": "The metadata helps.",
        "does-not-help": "The metadata does not help.",
        "undecided": "These rows cannot tell whether the metadata helps.",
        "suspected-leak": "The metadata may give the answer away.",
    }[word]
    more = ""
    if word == "does-not-help":
        more = f" A gain that matters ({amount(margin, metric)}) can be ruled out."
    if word == "undecided" and best.detectable:
        more = (
            f" A gain below {amount(best.detectable, metric)} would often be missed "
            "with so many rows, folds and seeds."
        )
    return f"{start} {reach[0].upper()}{reach[1:]}{more}"


def _over_control(over: Interval | None, metric: str) -> str:
    if over is None:
        return ""
    if over.mean > 0 and p_value(over) < LEVEL:
        return (
            "With the metadata of its own row it is better than with that of another: "
            f"{change(over, metric)}. So the gain comes from what the metadata says."
        )
    return (
        "With the metadata of its own row it is not better than with that of another: "
        f"{change(over, metric)}. So a gain would not come from what the metadata says."
    )


def _beyond(beyond: Interval | None, metadata: ArmResult | None, metric: str) -> str:
    if beyond is None or metadata is None or metadata.score is None:
        return ""
    alone = (
        f"Metadata alone ({metadata.name}) reaches {score(metadata.score.mean, metric)}"
    )
    if beyond.mean > 0 and p_value(beyond) < LEVEL:
        return f"{alone}; the pictures add to it ({change(beyond, metric)})."
    if beyond.mean < 0 and p_value(beyond) < LEVEL:
        return f"{alone}, more than with the pictures ({change(beyond, metric)})."
    return (
        f"{alone}; that the pictures add to it is not shown ({change(beyond, metric)})."
    )


def _with_second(second: SecondSplit | None, metric: str) -> str:
    if second is None:
        return ""
    return (
        f"With a {second.method} split ({second.by}) it reaches "
        f"{score(second.fusion.mean, metric)} and image only "
        f"{score(second.image_only.mean, metric)}: "
        f"{change(second.gain, metric)}."
    )


def _cost(best: ArmResult, image: ArmResult) -> str:
    if not best.ms_per_row or not image.ms_per_row:
        return ""
    return (
        f"An answer takes {best.ms_per_row:.2f} ms a row in place of "
        f"{image.ms_per_row:.2f} ms."
    )


def _figures(
    best: ArmResult, image: ArmResult, metadata: ArmResult | None, metric: str
) -> dict[str, Any]:
    figures: dict[str, Any] = {"metric": metric}
    if best.gain is not None and best.score is not None and image.score is not None:
        figures |= {
            "gain": best.gain.mean,
            "low": best.gain.low,
            "high": best.gain.high,
            "p": best.p_adjusted,
            "detectable": best.detectable,
            "score": best.score.mean,
            "image_only": image.score.mean,
        }
    if metadata is not None and metadata.score is not None:
        figures["metadata_only"] = metadata.score.mean
    return figures


def _plain(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
