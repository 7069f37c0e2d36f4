"""The one door to the judges: every `chordae eval` command by name, what it takes, and how it is run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from domain.errors import CallError
from domain.settings import Settings

if TYPE_CHECKING:
    from eval.report import Report
    from kb import Base
    from kb.embed import Embedder

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a face hands over: the paths given, how to open the base (only where a judge needs it), the settings.

    `labels` is a CSV of human labels, joined to the report where one is given. `folder` is where the report will be
    written, for what a judge puts beside it; None where it is not written. `progress` is called with how many are
    done and how many there are.
    """

    settings: Settings
    paths: tuple[Path, ...] = ()
    open_base: Callable[[], Base] | None = None
    labels: Path | None = None
    folder: Path | None = None
    progress: Progress | None = None

    @property
    def path(self) -> Path:
        """The only path."""
        return self.paths[0]

    @property
    def base(self) -> Base:
        """The base, opened; CallError when the face gave no way to open one."""
        if self.open_base is None:
            raise CallError("this evaluation asks a base. Give --kb DIR.")
        return self.open_base()

    @property
    def embedder(self) -> Embedder:
        """The embedding model of the settings, loaded; no base is needed for it."""
        from kb.embed import load_embedder

        return load_embedder(self.settings.embedding_model)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """One command: `takes` names its arguments as the help shows them, `summary` is its line of help."""

    name: str
    summary: str
    run: Callable[[Call], Report]
    takes: tuple[str, ...] = ()
    needs_base: bool = False


def judge(name: str, call: Call) -> Report:
    """Run the judge of that name; CallError when there is none, or the number of paths is wrong."""
    if name not in JUDGES:
        raise CallError(f"eval {name}: no such evaluation. There are {', '.join(JUDGES)}.")
    chosen = JUDGES[name]
    if len(call.paths) != len(chosen.takes):
        raise CallError(f"eval {name} takes {' and '.join(chosen.takes) or 'no path'}; got {len(call.paths)}.")
    report = chosen.run(call)
    if call.labels is not None:
        from eval.labels import with_labels

        report = with_labels(report, call.labels)
    return report


def _answers(call: Call) -> Report:
    from eval.answers import answers

    return answers(call.path, call.base, call.settings, call.progress)


def _grounding(call: Call) -> Report:
    from eval.grounding import grounding

    return grounding(call.path, call.settings, call.embedder, call.progress)


def _abstention(call: Call) -> Report:
    from eval.abstention import abstention

    return abstention(call.base, call.settings, call.progress)


def _retrieval(call: Call) -> Report:
    from eval.retrieval import retrieval

    return retrieval(call.path, call.settings, call.folder)


def _claims(call: Call) -> Report:
    from eval.claims import claims

    return claims(call.path, call.settings, call.embedder, call.progress)


def _claim_model(call: Call) -> Report:
    from eval.claim_model import train

    return train(call.path, call.embedder, progress=call.progress)


def _mutations(call: Call) -> Report:
    from eval.mutations import mutations

    return mutations(call.embedder, progress=call.progress)


def _quiz(call: Call) -> Report:
    from eval.quiz import quiz

    return quiz(call.path, call.settings, call.embedder, call.progress)


def _reading(call: Call) -> Report:
    from eval.reading import reading_report

    return reading_report(call.path, call.settings)


def _bench(call: Call) -> Report:
    from eval.bench import bench

    return bench()


def _calibrate(call: Call) -> Report:
    from eval.calibrate import calibration_report

    return calibration_report(call.settings)


def _compare(call: Call) -> Report:
    from eval.compare import compare

    return compare(*call.paths)


def _gate(call: Call) -> Report:
    from eval.gate import gate

    return gate(call.settings, call.progress)


JUDGES: dict[str, Judge] = {
    found.name: found
    for found in (
        Judge(
            name="answers",
            summary="Ask every question of a file: facts shown, right citation, refusals, length, repeatability.",
            run=_answers,
            takes=("FILE",),
            needs_base=True,
        ),
        Judge(
            name="grounding",
            summary="Judge the answers of any system against the texts they cite.",
            run=_grounding,
            takes=("FILE",),
        ),
        Judge(
            name="abstention",
            summary="Leave one document out at a time: the risk-coverage curve, and coverage at 95% precision.",
            run=_abstention,
            needs_base=True,
        ),
        Judge(
            name="retrieval",
            summary="Search a folder in BEIR form by each leg, plain RRF and the hybrid: nDCG@10, recall, latency.",
            run=_retrieval,
            takes=("DIR",),
        ),
        Judge(
            name="claims",
            summary="Verify the labelled claims of a file; balanced accuracy, AUC, F1, beside the simple baselines.",
            run=_claims,
            takes=("FILE",),
        ),
        Judge(
            name="claim-model",
            summary="Fit verification's small model on a folder of claim files, each judged by a fit on the others.",
            run=_claim_model,
            takes=("DIR",),
        ),
        Judge(
            name="mutations",
            summary="Falsify supported claims in every way that matters, and count what verification notices.",
            run=_mutations,
        ),
        Judge(
            name="quiz",
            summary="Judge a quiz set written by `chordae quiz --format json`: keys, distractors, flaws, duplicates.",
            run=_quiz,
            takes=("FILE",),
        ),
        Judge(
            name="reading",
            summary="Read the PDFs of a folder beside their true paragraphs: found, in order, beside plain extraction.",
            run=_reading,
            takes=("DIR",),
        ),
        Judge(
            name="bench",
            summary="The same work by Chordae and by a LangChain tutorial's chain, as ratios with their spread.",
            run=_bench,
        ),
        Judge(
            name="calibrate",
            summary="Fit the answerer anew on Chordae's own questions and write qa/answering.json.",
            run=_calibrate,
        ),
        Judge(name="compare", summary="Two reports side by side.", run=_compare, takes=("A", "B")),
        Judge(
            name="gate",
            summary="Run the small set and hold it against eval/gate.toml; exit code 1 with what fell short.",
            run=_gate,
        ),
    )
}
