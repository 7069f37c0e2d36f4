"""Invented passages for a language model to be asked about."""

import pytest

from domain.document import Document
from domain.hit import Hit
from domain.passage import slice_passage

PASSAGES = {
    "STRAPPE": (
        "rct",
        "In the STRAPPE trial, 412 patients with secondary mitral regurgitation and LVEF 20-50% were randomised to "
        "annular strapping plus medical therapy (n = 206) or medical therapy alone (n = 206). "
        "At 24 months, death from any cause occurred in 27.4% of the strapping arm and 41.3% of the control arm "
        "(HR 0.61, 95% CI 0.45-0.83, p = 0.002). "
        "Hospitalisation for heart failure within 24 months fell from 63.9% in the control arm to 38.2% in the "
        "strapping arm (HR 0.52, 95% CI 0.40-0.68).",
    ),
    "CORDELIA": (
        "rct",
        "The CORDELIA trial enrolled 288 patients with EROA of at least 0.20 cm2. "
        "At 12 months, all-cause death did not differ: 22.6% in the strapping group and 21.9% in the medical group "
        "(HR 1.04, 95% CI 0.71-1.53, p = 0.83). "
        "The mean left ventricular end-systolic diameter decreased from 56 mm to 54 mm.",
    ),
    "guideline": (
        "guideline",
        "Annular strapping may be considered in selected patients with severe secondary mitral regurgitation who "
        "remain symptomatic despite optimised medical therapy (class IIb, level C). "
        "Mitral surgery is recommended in patients with severe secondary mitral regurgitation undergoing coronary "
        "bypass grafting (class I, level B). "
        "Strapping is not recommended when LVEF is below 15% (class III, level C).",
    ),
    "registry": (
        "registry",
        "Among 1,954 patients in the Baltic registry, in-hospital death was 2.1% and major bleeding 3.8%. "
        "Residual regurgitation of grade 2+ or less was reached in 91.7% of patients at discharge. "
        "Median NT-proBNP fell from 3,140 pg/mL to 2,210 pg/mL at 6 months.",
    ),
    "drugs": (
        "rct",
        "In the VALMIRA trial, 118 patients received sacubitril/valsartan or valsartan. "
        "At 12 months the EROA decreased by 0.058 cm2 with sacubitril/valsartan and by 0.018 cm2 with valsartan "
        "(p = 0.032). Regurgitant volume fell by 7.3 mL more with sacubitril/valsartan.",
    ),
    "cohort": (
        "cohort",
        "In 562 patients after myocardial infarction, the presence of mitral regurgitation was associated with a "
        "higher five-year mortality (62% versus 39%, RR 1.88). "
        "Six-minute walk distance increased from 288 m to 331 m after resynchronisation. "
        "NYHA class III or IV was present in 84% at baseline and 29% at one year.",
    ),
}


@pytest.fixture(scope="session")
def hits() -> tuple[Hit, ...]:
    """Six passages of six invented documents, in rank order."""
    return tuple(made(name, kind, text, rank) for rank, (name, (kind, text)) in enumerate(PASSAGES.items(), start=1))


@pytest.fixture(scope="session")
def make_hit():
    """One hit from a text."""
    return made


def made(name: str, kind: str, text: str, rank: int = 1) -> Hit:
    document = Document(
        doc_id=f"doc-{name}", origin="document", title=f"{name} report", kind=kind, text=text, year=2030
    )
    return Hit(passage=slice_passage(document, 0, len(text)), document=document, score=1.0 / rank, rank=rank)
