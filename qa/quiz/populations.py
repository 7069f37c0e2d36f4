"""When two groups of patients cannot be the same patient: what makes one recommendation wrong for another's patient."""

from __future__ import annotations

import re

_TRAITS: dict[str, tuple[tuple[str, str], ...]] = {
    "kind of MR": (
        ("primary", r"\bprimary MR\b"),
        ("atrial", r"\batrial (SMR|FMR|secondary|functional)"),
        ("ventricular", r"\bventricular (SMR|FMR|secondary|functional)"),
    ),
    "severity": (
        ("moderate", r"(?<!or )\bmoderate\b(?![-/ ]?(to|or|-)?[- ]?severe)"),
        ("severe", r"\bsevere\b(?! symptom)"),
    ),
    "coronary disease": (
        ("none", r"no concomitant (CAD|coronary|disease)|no revasculari[sz]ation"),
        ("non-complex", r"non-complex CAD"),
        ("at CABG", r"undergoing CABG|\bwith CABG\b|CAD needing revasculari[sz]ation"),
    ),
    "criteria for TEER": (
        ("not met", r"criteria (are )?(not met|not fulfilled)|not (meeting|fulfilling) the|not suitable for TEER"),
        ("met", r"criteria met|(?<!not )meeting the|who fulfil criteria|criteria for fewer HF admissions are met"),
    ),
    "QRS": (("narrow", r"QRS <1[23]0"), ("wide", r"QRS >=1[2345]0")),
    "surgery": (
        ("suitable", r"judged appropriate for surgery|having (mitral|valve) surgery"),
        ("unsuitable", r"not eligible for surgery|surgery judged not"),
    ),
}


def traits(text: str) -> dict[str, str]:
    """What a description of patients says of them, by kind of trait; a trait it does not name is not there."""
    found: dict[str, str] = {}
    for trait, values in _TRAITS.items():
        for value, pattern in values:
            if re.search(pattern, text, re.IGNORECASE):
                found[trait] = value
                break
    return found


def exclusive(one: str, other: str) -> str | None:
    """The trait by which no patient can belong to both descriptions ("severity"); None when one could."""
    first, second = traits(one), traits(other)
    return next(
        (trait for trait in _TRAITS if trait in first and trait in second and first[trait] != second[trait]), None
    )
