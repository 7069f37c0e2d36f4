"""Grounding of answers by any system: whether claims are carried by what they cite, and citations needed.

The file is JSON Lines. A line is one of our own answer objects (`chordae ask --json`), or this simple form:

    {"id": "q1", "question": "…", "claims": [{"text": "…", "citations": [1]}],
     "citations": [{"n": 1, "text": "the cited words"}]}

A citation's words stand in "quote" or "text". A claim without citations counts as unsupported; a citation number that
the line does not define is a finding. An abstention is a line with "status": "abstained". A line {"id", "error"} is a
crash, and so is a line in no known form: it is named, and the others are judged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.claim import Verdict
from domain.errors import DatasetError
from domain.settings import Settings
from eval.bootstrap import ratio_interval
from eval.datasets import each_line, identity
from eval.figures import figures, strange_figures
from eval.measures import Row, crash_rate, over
from eval.report import Measurement, Plot, Report, Table, listed, measured
from eval.runinfo import run_info
from qa.verify import verify

if TYPE_CHECKING:
    from kb.embed import Embedder

Progress = Callable[[int, int], None]
"""Called with how many are done and how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedClaim:
    """A claim with the words it cites, by number; `unknown` are numbers that the answer does not define."""

    text: str
    cited: Mapping[int, str]
    unknown: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedAnswer:
    """One answer of any system; `error` says how it crashed, and `unread` that its line is in no known form."""

    id: str
    question: str
    claims: tuple[CitedClaim, ...]
    abstained: bool = False
    error: str | None = None
    unread: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedClaim:
    """A claim with its verdict; `needed` says of each cited number whether the claim needs it."""

    claim: CitedClaim
    verdict: Verdict
    needed: Mapping[int, bool]
    figures: int
    strange: tuple[str, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """Everything that speaks against the claim or its citations, as sentences."""
        said = [*self.verdict.reasons] if self.verdict.support != "supported" else []
        said += [f"it cites [{n}], which the answer does not define" for n in self.claim.unknown]
        if not self.claim.cited:
            said.append("it cites nothing")
        said += [f"the figure {text} stands nowhere in the cited text" for text in self.strange]
        if self.verdict.support == "supported":
            said += [f"[{n}] is not needed for it" for n, needed in self.needed.items() if not needed]
        elif self.claim.cited and not said:
            said.append("the words that it cites do not carry it")
        return tuple(dict.fromkeys(said))


def grounding(
    path: Path, settings: Settings, embedder: Embedder | None = None, progress: Progress | None = None
) -> Report:
    """Judge every claim of every answer in the file against the words it cites; `embedder` compares wording too."""
    answers = read_answers(path)
    judged: list[list[JudgedClaim]] = []
    for done, answer in enumerate(answers, start=1):
        judged.append([judge(claim, embedder) for claim in answer.claims])
        if progress is not None:
            progress(done, len(answers))
    rows = [_row(answer, claims) for answer, claims in zip(answers, judged, strict=True)]
    measures = [
        *grounding_measures(judged),
        *over(rows, answered_rate, "answered", better="neither"),
        *over(rows, crash_rate, "crash rate", better="lower"),
    ]
    claims = [
        (f"{answer.id}#{at}", claim.claim.text, claim.verdict.support, listed(claim.reasons))
        for answer, found in zip(answers, judged, strict=True)
        for at, claim in enumerate(found, start=1)
    ]
    columns = ("id", "claim", "verdict", "reasons")
    return Report(
        command="grounding",
        title=f"Grounding of {path.name}",
        measures=tuple(measures),
        run=run_info(settings=settings, files=(path,), verifier="embedded" if embedder else "no embeddings"),
        rows=tuple(rows),
        tables=(
            Table(name="Findings", columns=columns, rows=tuple(row for row in claims if row[3])),
            Table(name="Every claim", columns=columns, rows=tuple(claims)),
        ),
        plots=(verdict_plot(judged),) if any(judged) else (),
        failures=tuple(answer.error or "" for answer in answers if answer.unread),
        notes=(
            "The score of an answer is the share of its claims that are supported; an abstention says nothing that"
            " is not, and has 1; a crash, an empty answer or a line that cannot be read has 0.",
            "The verdicts are those of the verifier that Chordae applies to its own answers; the figure check is apart"
            " from it. Human labels (--labels) show how far it can be trusted.",
        ),
    )


def read_answers(path: Path) -> list[CitedAnswer]:
    """The answers of a file in either form, in its order; a line in neither, or with an id twice, is one `unread`.

    DatasetError when the file cannot be read or holds no line.
    """
    found: dict[str, CitedAnswer] = {}
    for number, line in each_line(path):
        try:
            if isinstance(line, DatasetError):
                raise line
            made = _answer(path, number, line)
            if made.id in found:
                raise DatasetError(f"{path}, line {number}: the id {made.id!r} occurs twice. Give each line its own.")
        except DatasetError as error:
            made = CitedAnswer(id=f"line {number}", question="", claims=(), error=str(error), unread=True)
        found[made.id] = made
    return list(found.values())


def judge(claim: CitedClaim, embedder: Embedder | None = None) -> JudgedClaim:
    """Verify a claim against all it cites, then see which of its citations it needs.

    A citation is needed when it alone supports the claim, or when the claim is supported and no longer is without it.
    """
    words = list(claim.cited.values())
    whole = verify(claim.text, words, embedder) if words else _UNCITED
    needed: dict[int, bool] = {}
    for n, text in claim.cited.items():
        if len(words) == 1:
            needed[n] = whole.support == "supported"
            continue
        alone = verify(claim.text, [text], embedder).support == "supported"
        rest = [other for m, other in claim.cited.items() if m != n]
        without = whole.support == "supported" and verify(claim.text, rest, embedder).support != "supported"
        needed[n] = alone or without
    return JudgedClaim(
        claim=claim,
        verdict=whole,
        needed=needed,
        figures=len(figures(claim.text)),
        strange=strange_figures(claim.text, words),
    )


def citation_recall(judged: Sequence[Sequence[JudgedClaim]]) -> tuple[list[float], list[float]]:
    """Share of claims that are supported by all they cite together: 0 to 1.

    Citation recall of Gao et al., Enabling Large Language Models to Generate Text with Citations (EMNLP 2023), with a
    claim as the statement; an uncited claim counts as not supported.
    """
    return _ratio(judged, lambda claim: claim.verdict.support == "supported")


def citation_precision(judged: Sequence[Sequence[JudgedClaim]]) -> tuple[list[float], list[float]]:
    """Share of citations that their claim needs: 0 to 1.

    A citation is needed when it alone supports the claim, or the claim is supported and would not be without it (Gao
    et al. 2023). A number that the answer does not define is a citation that is not needed.
    """
    top = [float(sum(sum(claim.needed.values()) for claim in claims)) for claims in judged]
    bottom = [float(sum(len(claim.needed) + len(claim.claim.unknown) for claim in claims)) for claims in judged]
    return top, bottom


def unsupported_rate(judged: Sequence[Sequence[JudgedClaim]]) -> tuple[list[float], list[float]]:
    """Share of claims whose cited words do not support them (unsupported or contradicted, or uncited): 0 to 1.

    Lower is better. Partly supported claims count in neither this nor citation recall.
    """
    return _ratio(judged, lambda claim: claim.verdict.support in {"unsupported", "contradicted"})


def figure_error_rate(judged: Sequence[Sequence[JudgedClaim]]) -> tuple[list[float], list[float]]:
    """Share of the figures in claims that stand nowhere in the words cited for them: 0 to 1, lower is better.

    Units may be converted. It does not ask what the figure belongs to: a swapped arm shows in the unsupported rate.
    """
    top = [float(sum(min(len(claim.strange), claim.figures) for claim in claims)) for claims in judged]
    bottom = [float(sum(claim.figures for claim in claims)) for claims in judged]
    return top, bottom


def answered_rate(row: Row) -> tuple[float, float]:
    """Share of questions that got an answer with a claim: 0 to 1. A system that says little is easily well grounded."""
    return float(row["status"] == "answered"), 1


def grounding_measures(judged: Sequence[Sequence[JudgedClaim]]) -> list[Measurement]:
    """The measures over answers (one list of claims each); one whose denominator is 0 is left out.

    Raises DatasetError when there is no claim at all: nothing can be said of such a system's grounding.
    """
    if not any(judged):
        raise DatasetError("no answer has a claim: grounding cannot be computed.")
    measures = []
    for definition, name, better in (
        (citation_recall, "citation recall", "higher"),
        (citation_precision, "citation precision", "higher"),
        (unsupported_rate, "unsupported-claim rate", "lower"),
        (figure_error_rate, "figure error rate", "lower"),
    ):
        top, bottom = definition(judged)
        if sum(bottom) > 0:
            measures.append(
                measured(
                    definition,
                    name,
                    sum(top) / sum(bottom),
                    n=int(sum(bottom)),
                    better="higher" if better == "higher" else "lower",
                    interval=ratio_interval(top, bottom),
                    parts=tuple(zip(top, bottom, strict=True)),
                )
            )
    return measures


def verdict_plot(judged: Sequence[Sequence[JudgedClaim]]) -> Plot:
    """How many claims got which verdict."""
    verdicts = [claim.verdict.support for claims in judged for claim in claims]
    rows = tuple(
        {"verdict": name, "claims": verdicts.count(name)}
        for name in ("supported", "partial", "unsupported", "contradicted")
    )
    return Plot(
        name="verdicts",
        caption=f"Verdicts over {len(verdicts)} claims, each judged against the words it cites.",
        kind="bars",
        rows=rows,
        x="verdict",
        y="claims",
        x_title="",
        y_title="claims",
    )


_UNCITED = Verdict(support="unsupported", score=0.0, reasons=())


def _ratio(
    judged: Sequence[Sequence[JudgedClaim]], test: Callable[[JudgedClaim], bool]
) -> tuple[list[float], list[float]]:
    return [float(sum(test(claim) for claim in claims)) for claims in judged], [float(len(claims)) for claims in judged]


def _row(answer: CitedAnswer, claims: Sequence[JudgedClaim]) -> dict[str, Any]:
    supported = sum(claim.verdict.support == "supported" for claim in claims)
    status = "crashed" if answer.error else "answered" if claims else "abstained" if answer.abstained else "empty"
    return {
        "id": answer.id,
        "question": answer.question,
        "status": status,
        "score": supported / len(claims) if claims else float(status == "abstained"),
        "claims": len(claims),
        "supported": supported,
        "figure_errors": sum(len(claim.strange) for claim in claims),
        "answer": " ".join(_with_numbers(claim.claim) for claim in claims),
        "reasons": [reason for claim in claims for reason in claim.reasons],
        "error": answer.error,
    }


def _with_numbers(claim: CitedClaim) -> str:
    """The claim as a reader sees it, with what it cites behind it."""
    return claim.text + "".join(f" [{n}]" for n in (*claim.cited, *claim.unknown))


def _answer(path: Path, number: int, line: Mapping[str, Any]) -> CitedAnswer:
    if line.get("error"):
        name = f"line {number}" if line.get("id") is None else identity(path, number, line)
        return CitedAnswer(id=name, question=str(line.get("question", "")), claims=(), error=str(line["error"]))
    name = identity(path, number, line)
    if line.get("status") == "abstained":
        return CitedAnswer(id=name, question=str(line.get("question", "")), claims=(), abstained=True)
    where = f"{path}, line {number}"
    claims, citations = line.get("claims"), line.get("citations", [])
    if not isinstance(claims, list) or not isinstance(citations, list):
        raise DatasetError(
            f"{where}: 'claims' and 'citations' are lists. See the head of eval/grounding.py for the form."
        )
    words: dict[int, str] = {}
    for cited in citations:
        text = cited.get("quote", cited.get("text")) if isinstance(cited, dict) else None
        if not isinstance(text, str) or not isinstance(cited.get("n"), int):
            raise DatasetError(f"{where}: a citation needs its number 'n' and its words in 'quote' or 'text'.")
        words[cited["n"]] = text
    made = []
    for claim in claims:
        if not isinstance(claim, dict) or not isinstance(claim.get("text"), str):
            raise DatasetError(f"{where}: a claim needs its 'text'.")
        numbers = claim.get("citations") or []
        if not isinstance(numbers, list) or not all(isinstance(n, int) for n in numbers):
            raise DatasetError(f"{where}: a claim's 'citations' are numbers.")
        distinct = tuple(dict.fromkeys(numbers))
        made.append(
            CitedClaim(
                text=claim["text"],
                cited={n: words[n] for n in distinct if n in words},
                unknown=tuple(n for n in distinct if n not in words),
            )
        )
    return CitedAnswer(id=name, question=str(line.get("question", "")), claims=tuple(made))
