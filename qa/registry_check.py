"""Claims about a trial registry's tables of events and results: counted and compared, not only read."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.parsed import Parsed, coverage, weighted_terms
from qa.registry import Registry, Row, registry

_MATCHES = 0.6
"""Share of a row's name that a claim must hold to speak of it."""
_COHORT = re.compile(r"\b(?:cohort|group|arm|intervention)s? (?P<a>[12])(?:\s*(?:and|&)\s*(?P<b>[12]))?\b", re.I)
_THAN = re.compile(r"\b(?:than|compared (?:to|with))\b", re.I)
_MORE = re.compile(r"\b(?:more|higher|greater|larger|worse|twice|double|most)\b", re.I)
_FEWER = re.compile(r"\b(?:fewer|less|lower|smaller|rarer)\b", re.I)
_NONE = re.compile(r"\b(?:no|none|not|neither|never|zero|0|nor|did not|without)\b", re.I)
_MOST_COMMON = re.compile(r"\bmost (?:common|prevalent|frequent|reported)\b", re.I)
_BOTH_COHORTS = re.compile(
    r"\b(?:both|either|two|each)\s+(?:of the )?(?:the )?(?:patient )?(?:cohort|group|arm)s?\b", re.I
)
_ONLY_IN = re.compile(r"\bonly\b", re.I)
_SAME = re.compile(r"\bsame (?:number|percentage|precentage|perecentage|proportion|amount)\b", re.I)
_TOTAL = re.compile(r"\b(?:total|overall|adverse events|in total|at least (?:one|1) adverse)\b", re.I)
_NOT_LISTED = 0.4
"""What it is worth that an event said to be absent is not in the table."""


def registry_sign(claim: Parsed, evidence: Sequence[str]) -> float:
    """From -1, the registry refutes the claim, to 1, it bears it out; 0 when it does not say."""
    page = registry("\n".join(evidence))
    if page.rows:
        return _events(claim, page)
    if len(page.results) > 1:
        return _results(claim, page)
    return 0.0


def _scopes(text: str) -> list[tuple[str, int | None]]:
    """The (trial, cohort) pairs a stretch of the claim names; cohort None is the whole trial."""
    trials = [t for t in ("primary", "secondary") if re.search(rf"\b{t}\b", text, re.I)] or ["primary"]
    cohorts: list[int | None] = [1, 2] if _BOTH_COHORTS.search(text) else []
    for match in _COHORT.finditer(text):
        cohorts += [int(part) for part in (match["a"], match["b"]) if part]
    return [(trial, cohort) for trial in trials for cohort in (cohorts or [None])]


def _count(rows: Sequence[Row], scope: tuple[str, int | None], names: frozenset[str]) -> tuple[int, int]:
    """Events and people of the named rows in a scope."""
    trial, cohort = scope
    inside = [r for r in rows if r.trial == trial and cohort in (None, r.cohort)]
    totals = {(r.trial, r.cohort): r.total for r in inside}
    return sum(r.count for r in inside if r.name.lower() in names), sum(totals.values())


def _events(claim: Parsed, page: Registry) -> float:
    """Every statement of the claim counted in the table; the claim is as good as its worst."""
    text = claim.text
    words = weighted_terms(text)
    named = [r for r in page.rows if r.name != "Total" and r.terms and coverage(r.terms, words) >= _MATCHES]
    full = [r for r in named if coverage(r.terms, words) >= 0.99] or named
    by_name: dict[str, frozenset[str]] = {}
    for row in full:
        key = " ".join(sorted(row.terms))
        by_name[key] = by_name.get(key, frozenset()) | {row.name.lower()}
    if _MOST_COMMON.search(text) and full:
        return _most_common(page, text, full)
    than = _THAN.search(text)
    if than and (_MORE.search(text) or _FEWER.search(text)):
        names = list(by_name.values()) or ([frozenset({"total"})] if _TOTAL.search(text) else [])
        return _compared(page, text, than.start(), than.end(), names)
    if by_name:
        return _stated(page, claim, list(by_name.values()))
    if _TOTAL.search(text) and claim.figures and not re.search(r"\btypes?\b|\bonly\b|\bsame\b", text, re.I):
        return _stated(page, claim, [frozenset({"total"})])
    return _NOT_LISTED if _NONE.search(text) and not _TOTAL.search(text) else 0.0


def _most_common(page: Registry, text: str, full: Sequence[Row]) -> float:
    signs = []
    for scope in _scopes(text):
        inside = [r for r in page.rows if r.trial == scope[0] and scope[1] in (None, r.cohort) and r.name != "Total"]
        counts: dict[str, int] = {}
        for r in inside:
            counts[r.name.lower()] = counts.get(r.name.lower(), 0) + r.count
        top = max(counts.values(), default=0)
        named = max((counts.get(r.name.lower(), 0) for r in full), default=0)
        signs.append(1.0 if named == top > 0 else -1.0)
    return max(signs) if len(signs) > 1 else signs[0]


def _compared(page: Registry, text: str, before: int, after: int, names: Sequence[frozenset[str]]) -> float:
    if not names:
        return 0.0
    first, second = _sides(text, before, after)
    if first == second:
        return 0.0
    share = bool(re.search(r"\b(?:percent\w*|proportion|rate|common\w*|likely|%)", text, re.I))
    signs = []
    for each in names:
        (a, n), (b, m) = _count(page.rows, first, each), _count(page.rows, second, each)
        x, y = (a / n if n else 0.0, b / m if m else 0.0) if share else (float(a), float(b))
        wanted = x > y if _MORE.search(text) and not _FEWER.search(text[:after]) else x < y
        if re.search(r"\b(?:twice|double)\b", text, re.I):
            wanted = y > 0 and abs(x - 2 * y) < 0.05 * x + 0.01
        exact = re.search(r"\b(\d+(?:\.\d+)?)(%)? (?:more|fewer)", text)
        if exact and not exact.group(2):
            wanted = abs(abs(x - y) - float(exact.group(1))) < 0.01
        signs.append(1.0 if wanted else -1.0)
    return min(signs)


def _sides(text: str, before: int, after: int) -> tuple[tuple[str, int | None], tuple[str, int | None]]:
    """The scope before and after "than"; a cohort named alone belongs to the trial named before it."""
    one, other = text[:before], text[after:]
    first = _scopes(one)[0] if re.search(r"primary|secondary|cohort|arm|group", one, re.I) else None
    second = _scopes(other)[0] if re.search(r"primary|secondary|cohort|arm|group", other, re.I) else None
    if first is None and second is not None:
        return ("secondary" if second[0] == "primary" else "primary", None), second
    if second is None:
        return ("primary", 1), ("primary", 1)
    assert first is not None
    if second[1] is not None and not re.search(r"primary|secondary", other, re.I):
        second = (first[0], second[1])
    return first, second


def _stated(page: Registry, claim: Parsed, names: Sequence[frozenset[str]]) -> float:
    """Counts, shares, presence and absence of named events."""
    text = claim.text
    scopes = _scopes(text)
    counts = [_count(page.rows, scope, each) for scope in scopes for each in names]
    figures = [f for f in claim.figures if f.kind in ("count", "number", "percent", "fraction")]
    if _SAME.search(text) and len(scopes) > 1:
        equal = [len({_count(page.rows, scope, each) for scope in scopes}) == 1 for each in names]
        return 1.0 if all(equal) else -1.0
    if _ONLY_IN.search(text) and not figures and len(scopes) == 1 and scopes[0][1] in (1, 2):
        trial, cohort = scopes[0]
        other = (trial, 3 - int(cohort or 1))
        alone = [_count(page.rows, scopes[0], each)[0] > 0 == _count(page.rows, other, each)[0] for each in names]
        return 1.0 if all(alone) else -1.0
    if _NONE.search(text):
        zero = [count == 0 for count, _ in counts]
        if re.search(r"\bonly\b|\bbut\b|\bhowever\b|\bwhereas\b", text, re.I) and len(scopes) > 1:
            return 0.5 if any(zero) and not all(zero) else -0.5
        return 1.0 if all(zero) else -1.0
    stated = [_holds(f.kind, f.operator, f.values, counts) for f in figures if not _is_scope(text, f.start)]
    if stated:
        return 1.0 if all(stated) else -1.0
    present = [count > 0 for count, _ in counts]
    several = re.search(r"\b(?:multiple|several|many|some)\b", text, re.I)
    if several:
        present = [count > 1 for count, _ in counts]
    return 0.6 if all(present) else -1.0


def _is_scope(text: str, at: int) -> bool:
    return bool(re.search(r"\b(?:cohort|group|arm|grade|type)s? (?:\d and )?$", text[:at], re.I))


def _holds(kind: str, operator: str, values: Sequence[float], counts: Sequence[tuple[int, int]]) -> bool:
    for count, total in counts:
        seen = 100 * count / total if kind == "percent" and total else float(count)
        if kind == "fraction" and values != (count, total):
            continue
        wanted = values[0]
        near = 0.06 if kind == "percent" else 1e-9
        passed = {
            "<": seen < wanted, "<=": seen <= wanted, ">": seen > wanted, ">=": seen >= wanted,
        }.get(operator, abs(seen - wanted) <= near)  # fmt: skip
        if passed:
            return True
    return False


def _results(claim: Parsed, page: Registry) -> float:
    """Two cohorts' results compared."""
    text = claim.text
    than = _THAN.search(text)
    if not than or not (_MORE.search(text) or _FEWER.search(text)):
        return 0.0
    first, second = _sides(text, than.start(), than.end())
    value = {(trial, cohort): v for trial, cohort, v in reversed(page.results)}
    a, b = value.get((first[0], first[1] or 1)), value.get((second[0], second[1] or 1))
    if a is None or b is None or first == second:
        return 0.0
    return 1.0 if (a > b) == bool(_MORE.search(text)) else -1.0
