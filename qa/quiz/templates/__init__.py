"""The kinds of question that a quiz asks, one file for each way of asking."""

from __future__ import annotations

from qa.quiz.draft import Template
from qa.quiz.templates import (
    apply,
    compare,
    forms,
    guideline,
    limits,
    passage,
    prose_weigh,
    rank,
    recall,
    source,
    told,
    trend,
    weigh,
)

TEMPLATES: tuple[Template, ...] = (
    *guideline.TEMPLATES,
    *compare.TEMPLATES,
    *trend.TEMPLATES,
    *rank.TEMPLATES,
    *apply.TEMPLATES,
    *weigh.TEMPLATES,
    *limits.TEMPLATES,
    *recall.TEMPLATES,
    *source.TEMPLATES,
    *forms.TEMPLATES,
    *told.TEMPLATES,
    *prose_weigh.TEMPLATES,
    *passage.TEMPLATES,
)
"""Every template, in the order in which they take turns."""
