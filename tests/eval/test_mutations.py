"""The self-test: mutations change the truth of a claim, and the report counts what is noticed."""

from __future__ import annotations

import pytest

from eval.mutate import FIGURE_KINDS, HELD_OUT_KINDS, OTHER_KINDS, mutants
from eval.mutations import mutations, shared_trigrams
from eval.paraphrases import HELD_OUT, PARAPHRASES, paraphrases
from qa.quantities import quantities


def kinds(claim: str, evidence: str = "") -> dict[str, str]:
    return {mutant.kind: mutant.claim for mutant in mutants(claim, evidence)}


@pytest.mark.parametrize(
    ("claim", "kind", "expected"),
    [
        ("LVEF rose from 15% to 25%.", "direction", "LVEF rose from 25% to 15%."),
        ("EROA of at least 40 mm2.", "operator", "EROA of at most 40 mm2."),
        ("EROA of at least 40 mm2.", "unit", "EROA of at least 40 cm2."),
        (
            "It was 29.1% with MitraClip and 46.1% with GDMT alone.",
            "arms",
            "It was 29.1% with GDMT alone and 46.1% with MitraClip.",
        ),
        ("TEER may be considered.", "strength", "TEER is recommended."),
        ("It did not differ.", "negation", "It did differ."),
    ],
)
def test_a_mutation_changes_one_thing(claim: str, kind: str, expected: str) -> None:
    made = [mutant.claim for mutant in mutants(claim, "") if mutant.kind == kind]
    assert expected in made


def test_a_changed_digit_does_not_stand_in_the_evidence() -> None:
    evidence = "It was 29.1% against 46.1%, and 29.4% later."
    present = {value for quantity in quantities(evidence) for value in quantity.values}
    made = [mutant.claim for mutant in mutants("It was 29.1%.", evidence) if mutant.kind == "digit"]
    assert made
    assert all(quantity.value not in present for claim in made for quantity in quantities(claim))


def test_held_out_kinds_are_apart() -> None:
    assert not set(HELD_OUT_KINDS) & {*FIGURE_KINDS, *OTHER_KINDS}


def test_our_claims_are_paraphrases() -> None:
    every = [*paraphrases(PARAPHRASES), *paraphrases(HELD_OUT)]
    assert len(every) >= 100
    assert sum(shared_trigrams(item.claim, item.evidence) <= 0.6 for item in every) >= 0.9 * len(every)
    assert shared_trigrams("a b c d", "a b c d") == 1.0


def test_the_self_test_counts_every_claim(write_lines) -> None:
    path = write_lines(
        {
            "id": "x",
            "claim": "Surgical deaths amounted to 2.3%.",
            "evidence": "Operative mortality was 2.3%.",
            "supported": True,
        },
        {"id": "y", "claim": "Unlike.", "evidence": "Operative mortality was 2.3%.", "supported": False},
    )
    report = mutations(paths=[path])
    assert {row["kind"] for row in report.rows} >= {"untouched", "digit", "verbatim"}
    assert report.measure("digit noticed").value == 1.0
    assert not any(str(row["id"]).startswith("y") for row in report.rows)
