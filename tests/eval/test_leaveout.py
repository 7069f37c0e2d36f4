"""Questions made of the base itself, and the base as if one document had never come."""

import pytest

from domain.document import Document
from domain.errors import UnknownDocument
from domain.passage import slice_passage
from domain.reading import ReadResult
from domain.settings import Settings
from eval.leaveout import OF_ONE_DOCUMENT, BaseWithout, questions_from
from kb import open_base

GONE = "coapt-2yr"
QUERY = "all-cause death at two years with MitraClip"


@pytest.fixture
def without(library_base):
    return BaseWithout(library_base, library_base.document(GONE).doc_id)


def test_the_base_without_a_document_never_shows_it(library_base, without):
    gone = library_base.document(GONE).doc_id
    assert gone in {hit.document.doc_id for hit in library_base.search(QUERY, k=3)}
    assert gone not in {hit.document.doc_id for hit in without.search(QUERY, k=1000)}
    assert gone not in {document.doc_id for document in without.documents()}
    assert GONE not in {record.record_id for record in without.records()} and without.record(GONE) is None
    for name in (gone, GONE):
        with pytest.raises(UnknownDocument):
            without.document(name)
        with pytest.raises(UnknownDocument):
            without.passages(name)


def test_the_other_documents_are_all_there(library_base, without):
    assert len(without.documents()) == len(library_base.documents()) - 1
    other = library_base.document("mitra-fr-2yr")
    assert without.document("mitra-fr-2yr") == other
    assert without.passages(other.doc_id) == library_base.passages(other.doc_id)
    assert without.record("mitra-fr-2yr") == library_base.record("mitra-fr-2yr")


def test_the_hits_are_those_of_the_others_in_their_order_and_as_many_as_asked_for(library_base, without):
    every = library_base.search(QUERY, k=1000)
    kept = [hit.passage for hit in every if hit.document.record != GONE]
    hits = without.search(QUERY, k=5)
    assert [hit.passage for hit in hits] == kept[:5]
    assert [hit.rank for hit in hits] == [1, 2, 3, 4, 5]


def test_questions_are_the_same_each_time(library_base):
    made, elsewhere = questions_from(library_base)
    assert questions_from(library_base) == (made, elsewhere)
    assert len(made) > 1 and [q.id for q in made] == sorted({q.id for q in made})
    assert questions_from(library_base, most=1)[0] == made[:1]


def test_the_question_does_not_give_its_answer_away(library_base):
    from eval.figures import figures, strange_figures

    for question in questions_from(library_base)[0]:
        assert figures(question.passage.text)
        assert strange_figures(question.passage.text, [question.question])


def article(name, author, *sentences):
    text = " ".join(sentences)
    document = Document(
        doc_id=name, origin="document", title=f"Report {name}", kind="cohort", first_author=author, year=2019, text=text
    )
    return ReadResult(path=f"/{name}", document=document, passages=(slice_passage(document, 0, len(text)),))


def test_a_fact_that_stands_in_two_documents_is_not_asked(tmp_path):
    shared = "The mean regurgitant volume was 41 mL before treatment with the strings."
    own = "The median age of the patients was 73 years when they were treated."
    base = open_base(tmp_path, Settings(base=tmp_path), create=True)
    base.add([article("a", "Alder", shared, own), article("b", "Birch", shared)])
    # the passage of "a" holds both facts; "b" has the one alone, so all of what b says stands in a, not the reverse
    made, elsewhere = questions_from(base)
    assert {question.doc_id for question in made} == {"a"}
    assert elsewhere == 1
    assert "What was the mean regurgitant volume in the report of Alder 2019?" in {q.question for q in made}
    base.close()


def test_one_document_gives_few_questions(tmp_path):
    things = ("annulus", "ventricle", "atrium", "leaflet", "orifice", "jet", "coapted zone")
    facts = (f"The mean diameter of the {thing} was {n}.5 cm on the first echo." for n, thing in enumerate(things))
    base = open_base(tmp_path, Settings(base=tmp_path), create=True)
    base.add([article("a", "Alder", *facts)])
    assert len(questions_from(base)[0]) == OF_ONE_DOCUMENT < len(things)
    base.close()
