"""Follow-up questions, completed by rule, and by a model whose line is checked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.chatmodel import asker
from qa.followup import LONGEST, by_rule, stand_alone

BEFORE = "What did COAPT show at two years?"


@pytest.mark.parametrize(
    ("before", "question", "told"),
    [
        (BEFORE, "and at five years?", "What did COAPT show at five years?"),
        (BEFORE, "What about MITRA-FR?", "What did MITRA-FR show at two years?"),
        (BEFORE, "And MITRA-FR?", "What did MITRA-FR show at two years?"),
        (BEFORE, "How many patients did it enrol?", "How many patients did COAPT enrol?"),
        (BEFORE, "And what was the mortality?", "What was the mortality (COAPT)?"),
        (BEFORE, "and?", BEFORE),
        (BEFORE, "Why?", "What did COAPT show at two years, and why?"),
        (
            "What is the effect of CRT on functional MR?",
            "and in ischaemic disease?",
            "What is the effect of CRT on functional MR in ischaemic disease?",
        ),
        ("What is the evidence for Carillon?", "Its complications?", "Carillon's complications?"),
        (
            "What is the evidence for Carillon?",
            "does it reduce regurgitant volume?",
            "Does Carillon reduce regurgitant volume?",
        ),
        (
            "What is the 30-day mortality after MitraClip?",
            "with PASCAL?",
            "What is the 30-day mortality with PASCAL?",
        ),
        ("What was LVEF at baseline in EFFORT?", "and the EROA?", "What was EROA at baseline in EFFORT?"),
        ("What does CRT do to MR?", "and kidney function?", "What does CRT do to MR, regarding kidney function?"),
    ],
)
def test_a_follow_up_is_completed(before, question, told):
    assert by_rule(question, before) == told


@pytest.mark.parametrize(
    "question",
    [
        "What is the prevalence of functional mitral regurgitation in heart failure?",
        "Is TEER recommended in secondary MR with LVEF below 20%?",
        "Why does ring annuloplasty fail in functional MR?",
        "Outcomes of transcatheter mitral valve replacement in patients unsuitable for surgery",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question):
    assert by_rule(question, BEFORE) == question
    assert stand_alone(question, [BEFORE]) == question


def test_without_a_question_before_nothing_changes():
    assert stand_alone("and at five years?", []) == "and at five years?"


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_makes_it_fail(question, before):
    assert isinstance(stand_alone(question, [before]), str)


def test_the_model_may_rewrite(openai_server):
    openai_server.enqueue("What did COAPT show in ischaemic disease?")
    ask = asker("openai:scripted", timeout=20)
    assert stand_alone("and in ischaemic disease?", [BEFORE], ask) == "What did COAPT show in ischaemic disease?"
    assert BEFORE in openai_server.requests[0]["messages"][1]["content"]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Here is the question:\nWhat did COAPT show?",
        "It showed that death fell.",
        "What did COAPT show about the 29.1%?",
        "What " * LONGEST + "?",
        "What did COAPT\u202e show?",
    ],
)
def test_an_unusable_line_falls_back_on_the_rule(openai_server, line):
    openai_server.enqueue(line, line)
    ask = asker("openai:scripted", timeout=20)
    assert stand_alone("and at five years?", [BEFORE], ask) == "What did COAPT show at five years?"
    openai_server.script.clear()


def test_a_failing_model_falls_back_on_the_rule(openai_server, scripted):
    openai_server.enqueue(scripted(status=500), scripted(status=401))
    ask = asker("openai:scripted", timeout=20)
    assert stand_alone("and MITRA-FR?", [BEFORE], ask) == "What did MITRA-FR show at two years?"
