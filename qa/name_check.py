"""Whether the trial, device, drug, centre, society and population of a claim are those of its evidence."""

from __future__ import annotations

from collections.abc import Sequence

from qa.compatible import EXCLUSIVE, compatible
from qa.finding import Finding
from qa.parsed import Parsed

_KINDS = ("trial", "centre", "device", "drug", "society")
_NOT_RIVALS = frozenset({"CRT", "ICD", "diuretic", "TVT registry"})
"""Background treatment and data sources: named beside a claim's device, they are not another device."""


def check_names(claim: Parsed, evidence: Sequence[Parsed]) -> list[Finding]:
    """One finding for each name of the claim in whose place the evidence has another."""
    found: list[Finding] = []
    every = [name for sentence in evidence for name in sentence.names]
    for kind in _KINDS:
        ours = sorted({name.name for name in claim.names if name.kind == kind})
        theirs = frozenset(name.name for name in every if name.kind == kind)
        for name in ours:
            if not theirs or _present(kind, name, theirs):
                continue
            rivals = sorted(theirs - set(ours) - _NOT_RIVALS)
            if not rivals or (kind == "device" and _is_class(name, evidence)):
                continue
            found.append(
                Finding(
                    check=kind, weight="unsupported",
                    reason=f"The passage speaks of {_listed(rivals)}, the claim of {name} (another {kind}).",
                )
            )  # fmt: skip
    found += _populations(
        claim,
        evidence,
        every_names={kind: frozenset(n.name for n in every if n.kind == kind) for kind in ("population", "severity")},
    )
    return found


def _present(kind: str, name: str, theirs: frozenset[str]) -> bool:
    if name in theirs:
        return True
    if kind in ("device", "drug"):
        return compatible("device_or_drug", frozenset({name}), theirs)
    if kind == "society":
        return any(set(name.split("/")) & set(other.split("/")) for other in theirs)
    return any(name.startswith(other) or other.startswith(name) for other in theirs)


def _is_class(name: str, evidence: Sequence[Parsed]) -> bool:
    return any(name.lower() in sentence.text.lower() for sentence in evidence)


def _populations(claim: Parsed, evidence: Sequence[Parsed], every_names: dict[str, frozenset[str]]) -> list[Finding]:
    found: list[Finding] = []
    ours = sorted({name.name for name in claim.names if name.kind == "population"})
    theirs = every_names["population"]
    for name in ours:
        if name in theirs:
            continue
        rivals = sorted(other for other in theirs if {name, other} in EXCLUSIVE and other not in ours)
        if rivals:
            found.append(
                Finding(
                    check="population", weight="contradicted",
                    reason=f"The passage speaks of {_listed(rivals)}, the claim of {name} (another population).",
                )
            )  # fmt: skip
    grades = {name.name for name in claim.names if name.kind == "severity"}
    given = every_names["severity"]
    grades = {
        grade for grade in grades if not any(grade.casefold() in sentence.text.casefold() for sentence in evidence)
    }
    if grades and given and not (grades & given) and not any(a in b or b in a for a in grades for b in given):
        found.append(
            Finding(
                check="population", weight="contradicted",
                reason=f"The passage speaks of {_listed(sorted(given))} MR, the claim of {_listed(sorted(grades))} MR.",
            )
        )  # fmt: skip
    return found


def _listed(names: Sequence[str]) -> str:
    return " and ".join(names[:3])
