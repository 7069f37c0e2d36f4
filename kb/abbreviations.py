"""Short forms and their long forms, so that a question in one finds a passage in the other.

A document's own definitions come first: what "SMR" means is for the document to say. The list here holds what the
field writes without defining it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from domain.document import Abbreviation

FIELD: Mapping[str, tuple[str, ...]] = {
    "6MWT": ("six-minute walk test", "6-minute walk test"),
    "6MWD": ("six-minute walk distance", "6-minute walk distance"),
    "ACEI": ("angiotensin-converting enzyme inhibitor",),
    "AF": ("atrial fibrillation",),
    "AFMR": ("atrial functional mitral regurgitation",),
    "ARB": ("angiotensin receptor blocker",),
    "ARNI": ("angiotensin receptor-neprilysin inhibitor", "sacubitril/valsartan"),
    "BNP": ("brain natriuretic peptide", "B-type natriuretic peptide"),
    "CABG": ("coronary artery bypass grafting",),
    "COR": ("class of recommendation",),
    "CRT": ("cardiac resynchronization therapy",),
    "EF": ("ejection fraction",),
    "EROA": ("effective regurgitant orifice area",),
    "FMR": ("functional mitral regurgitation", "secondary mitral regurgitation"),
    "GDMT": ("guideline-directed medical therapy",),
    "HF": ("heart failure",),
    "HFH": ("heart failure hospitalization",),
    "HFPEF": ("heart failure with preserved ejection fraction",),
    "HFREF": ("heart failure with reduced ejection fraction",),
    "ICD": ("implantable cardioverter-defibrillator",),
    "IMR": ("ischemic mitral regurgitation",),
    "KCCQ": ("Kansas City Cardiomyopathy Questionnaire",),
    "LA": ("left atrium", "left atrial"),
    "LOE": ("level of evidence",),
    "LV": ("left ventricle", "left ventricular"),
    "LVAD": ("left ventricular assist device",),
    "LVEDD": ("left ventricular end-diastolic diameter",),
    "LVEDV": ("left ventricular end-diastolic volume",),
    "LVEF": ("left ventricular ejection fraction",),
    "LVESD": ("left ventricular end-systolic diameter",),
    "LVESV": ("left ventricular end-systolic volume",),
    "MLHFQ": ("Minnesota Living with Heart Failure Questionnaire",),
    "MR": ("mitral regurgitation",),
    "MRA": ("mineralocorticoid receptor antagonist",),
    "MV": ("mitral valve",),
    "MVR": ("mitral valve replacement",),
    "NYHA": ("New York Heart Association",),
    "PASP": ("pulmonary artery systolic pressure",),
    "PISA": ("proximal isovelocity surface area",),
    "PMR": ("primary mitral regurgitation",),
    "RF": ("regurgitant fraction",),
    "RVOL": ("regurgitant volume",),
    "SGLT2": ("sodium-glucose cotransporter 2",),
    "SMR": ("secondary mitral regurgitation", "functional mitral regurgitation"),
    "TEE": ("transesophageal echocardiography",),
    "TEER": ("transcatheter edge-to-edge repair",),
    "TMVR": ("transcatheter mitral valve replacement", "transcatheter mitral valve repair"),
    "TR": ("tricuspid regurgitation",),
    "TTE": ("transthoracic echocardiography",),
}

_SHORT = re.compile(r"(?<![\w-])[0-9]?[A-Za-z][A-Za-z0-9]*[A-Z0-9][A-Za-z0-9]*(?![\w])")
"""What may be a short form: a word with a capital or a figure after its first letter."""


def expansions(text: str, own: Iterable[Abbreviation] = ()) -> tuple[str, ...]:
    """The other forms of what `text` says: long forms of its short forms and the reverse, in order, each once.

    A form that the text already has is not given again. `own` are the definitions of the text's document; a short form
    that it defines is not looked up in the field's list.
    """
    defined: dict[str, tuple[str, ...]] = {}
    for entry in own:
        key = _key(entry.short)
        defined[key] = (*defined.get(key, ()), entry.long)
    folded = _fold(text)
    shorts = dict.fromkeys(_key(match.group()) for match in _SHORT.finditer(text))
    found: list[str] = []
    for short in shorts:
        found += defined.get(short, FIELD.get(short, ()))
    for entry in own:
        if _key(entry.short) not in shorts and _holds(folded, entry.long):
            found.append(entry.short)
    for short, longs in FIELD.items():
        if short not in shorts and short not in defined and any(_holds(folded, long) for long in longs):
            found.append(short)
    return tuple(dict.fromkeys(form for form in found if not _holds(folded, form)))


def _key(short: str) -> str:
    plural = len(short) > 2 and short.endswith("s") and short[:-1].isupper()
    return (short[:-1] if plural else short).upper()


def _holds(folded: str, form: str) -> bool:
    return _fold(form) in folded


@lru_cache(maxsize=4096)
def _fold(text: str) -> str:
    words = re.sub(r"[^\w]+", " ", text.casefold()).replace("isation", "ization").replace("ischaem", "ischem")
    return f" {words.strip()} "
