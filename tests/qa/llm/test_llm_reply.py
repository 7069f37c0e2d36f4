"""Replies in every shape that models send; nothing makes the reader raise."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.reply import MAX_CLAIMS, Drafted, read_reply

WHOLE = {"claims": [{"text": "Death fell to 29%.", "passages": ["P1", "P2"]}]}
READ = (Drafted(text="Death fell to 29%.", ids=("P1", "P2")),)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(WHOLE),
        json.dumps(WHOLE, indent=2),
        "```json\n" + json.dumps(WHOLE) + "\n```",
        "Sure! Here is the answer:\n" + json.dumps(WHOLE) + "\nI hope this helps {smile}.",
        "<think>the user wants {a} [list]</think>" + json.dumps(WHOLE),
        json.dumps(WHOLE["claims"]),
        json.dumps(WHOLE["claims"][0]),
        '{"claims": [{"text": "Death fell to 29%.", "passages": ["P1", "P2"],}],}',
        "{'claims': [{'text': 'Death fell to 29%.', 'passages': ['P1', 'P2']}]}",
        '{"claims": [{"claim": "Death fell to 29%.", "citations": "P1, P2"}]}',
        '{"claims": [{"text": "Death fell to 29%.", "passages": [1, 2]}]}',
        '{"claims": [{"text": "Death fell to 29%.", "passages": "[P1] and [P2]"}]}',
        '{"claims": [{"text": "Death fell to 29% [P1, P2].", "passages": []}]}',
        '{"answer": {"claims": [{"sentence": "Death fell to 29%.", "sources": [{"id": "P1"}, {"id": "p2"}]}]}}',
    ],
)
def test_it_is_read(text):
    assert read_reply(text).claims == READ


@pytest.mark.parametrize(
    "text",
    [
        "- Death fell to 29% [P1, P2].",
        "1. Death fell to 29%. [P1][P2]",
        "Death fell to 29% (P1; P2).",
        "Death fell to 29%. [1] [2]\n\nThat is all I can say.",
    ],
)
def test_prose_with_marks_is_read_and_said_to_be_prose(text):
    reply = read_reply(text)
    assert reply.claims == READ
    assert "form" in reply.problem


def test_a_cut_off_reply_gives_its_whole_claims():
    text = '{"claims": [{"text": "Death fell to 29%.", "passages": ["P1", "P2"]}, {"text": "The hazard ratio was 0.'
    reply = read_reply(text)
    assert reply.claims == READ
    assert "cut off" in reply.problem


def test_saying_nothing_is_not_a_failure():
    assert read_reply('{"claims": []}').empty
    assert read_reply("```\n[]\n```").empty


@pytest.mark.parametrize("text", ["", "   ", "I cannot help.", "{", "[[[[", "null", "42", '{"a": 1}', "<think>hm"])
def test_nothing_readable_is_a_problem_and_no_claim(text):
    reply = read_reply(text)
    assert reply.claims == () and not reply.empty and reply.problem


def test_strange_ids_are_kept_to_be_refused():
    reply = read_reply(
        '{"claims": [{"text": "It is so in truth.", "passages": ["P1 OR 1=1", "doc:3-9", "", true, null]}]}'
    )
    assert reply.claims[0].ids == ("P1 OR 1=1", "doc:3-9")


def test_giants_and_depths_are_bounded():
    many = json.dumps({"claims": [{"text": f"Claim number {n}.", "passages": ["P1"]} for n in range(500)]})
    assert len(read_reply(many).claims) == MAX_CLAIMS
    assert read_reply("[" * 50_000).claims == ()
    assert read_reply('{"claims":' * 9_000).claims == ()
    assert read_reply("{" * 50_000 + "}" * 50_000).claims == ()


@given(st.text(alphabet=st.sampled_from('{}[]",:\\P123 textpassagesclaims\n`é'), max_size=200))
def test_no_reply_makes_it_raise(text):
    read_reply(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["claims", "text", "passages", "answer", "x"]), inner)
        ),
        max_leaves=20,
    )
)
def test_no_json_makes_it_raise(value):
    read_reply(json.dumps(value))
