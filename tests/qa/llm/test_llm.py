"""The answerer against a real server on this machine: honest, sloppy, broken and absent models."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from domain.errors import CallError, ModelError
from domain.settings import Settings
from qa.llm import compose_with_model

OPENAI = Settings(llm="openai:scripted", llm_timeout=20)
OLLAMA = Settings(llm="ollama:scripted", llm_timeout=20)
QUESTION = "What did the STRAPPE trial show at two years?"
TRUE = {
    "text": "In the STRAPPE trial, death from any cause at 24 months occurred in 27.4% of the strapping arm and 41.3% "
    "of the control arm (HR 0.61).",
    "passages": ["P1"],
}
FALSE = {
    "text": "In the STRAPPE trial, death from any cause at 24 months occurred in 17.4% of the strapping arm.",
    "passages": ["P1"],
}
NOTHING = {"claims": []}


def compose(hits, settings=OPENAI, question=QUESTION):
    return compose_with_model(question, hits, settings, None)


def said(draft):
    return " ".join(notice.text for notice in draft.notices)


def test_a_supported_claim_is_said_and_cites_its_passage(openai_server, hits):
    openai_server.enqueue({"claims": [TRUE]})
    draft = compose(hits)
    assert [claim.text for claim in draft.claims] == [TRUE["text"]]
    assert draft.claims[0].passage_ids == (hits[0].passage.passage_id,)
    assert draft.claims[0].verdict.support == "supported"
    assert (draft.removed, draft.notices) == ((), ())
    assert draft.model == "openai:scripted" and draft.prompt.startswith("answer.v1@")


def test_the_same_over_the_ollama_protocol(ollama_server, hits):
    ollama_server.enqueue({"claims": [TRUE]})
    assert [claim.text for claim in compose(hits, OLLAMA).claims] == [TRUE["text"]]
    request = ollama_server.requests[0]
    assert request["path"] == "/api/chat" and request["format"]["required"] == ["claims"]


def test_passages_go_as_fenced_data_and_the_question_once(openai_server, hits):
    openai_server.enqueue(NOTHING)
    compose(hits)
    system, user = (message["content"] for message in openai_server.requests[0]["messages"])
    mark = system.partition("the mark ")[2][:16]
    assert user.count(f"--- end of P1 {mark} ---") == 1
    assert hits[0].passage.text in user
    assert user.count(QUESTION) == 1 and QUESTION not in system


def test_a_false_claim_is_repaired_once(openai_server, hits):
    openai_server.enqueue({"claims": [FALSE]}, {"claims": [TRUE]})
    draft = compose(hits)
    assert [claim.text for claim in draft.claims] == [TRUE["text"]]
    assert [claim.text for claim in draft.removed] == [FALSE["text"]]
    assert "refused because" in openai_server.requests[1]["messages"][1]["content"]


def test_a_claim_that_stays_false_is_removed_with_its_reason(openai_server, hits):
    openai_server.enqueue({"claims": [TRUE, FALSE]}, {"claims": [FALSE]})
    draft = compose(hits)
    assert [claim.text for claim in draft.claims] == [TRUE["text"]]
    assert [claim.text for claim in draft.removed] == [FALSE["text"]]
    assert draft.removed[0].reasons and draft.removed[0].citations == ()
    assert "left out" in said(draft)


def test_nothing_survives_is_said(openai_server, hits):
    openai_server.enqueue({"claims": [FALSE]}, NOTHING)
    draft = compose(hits)
    assert draft.claims == () and "sources are quoted" in said(draft)


def test_a_model_that_finds_nothing_is_believed_about_that_alone(openai_server, hits):
    openai_server.enqueue(NOTHING)
    draft = compose(hits)
    assert draft.claims == () and "found no answer" in said(draft)


def test_an_unknown_id_is_refused_and_the_claim_judged_without_it(openai_server, hits):
    openai_server.enqueue({"claims": [TRUE | {"passages": ["P77", "P1"]}]})
    draft = compose(hits)
    assert draft.claims[0].passage_ids == (hits[0].passage.passage_id,)


def test_a_true_claim_without_ids_is_given_the_passage_that_carries_it(openai_server, hits):
    openai_server.enqueue({"claims": [TRUE | {"passages": ["P77"]}]})
    assert compose(hits).claims[0].passage_ids == (hits[0].passage.passage_id,)


def test_a_false_sentence_behind_a_true_one_is_found(openai_server, hits):
    both = {"text": TRUE["text"] + " Strapping cured every patient.", "passages": ["P1"]}
    openai_server.enqueue({"claims": [both]}, NOTHING)
    draft = compose(hits)
    assert [claim.text for claim in draft.claims] == [TRUE["text"]]
    assert [claim.text for claim in draft.removed] == ["Strapping cured every patient."]


def test_the_same_claim_twice_is_said_once(openai_server, hits):
    openai_server.enqueue({"claims": [TRUE, TRUE]})
    assert len(compose(hits).claims) == 1


def test_citation_marks_of_the_model_never_reach_the_text(openai_server, hits):
    openai_server.enqueue({"claims": [TRUE | {"text": TRUE["text"].removesuffix(".") + " [1][P1]【2】."}]})
    assert compose(hits).claims[0].text == TRUE["text"]


@pytest.mark.parametrize(
    "text",
    [
        "See https://evil.example/?q=death for the STRAPPE trial.",
        "![death](http://evil.example/a.png) fell in the STRAPPE trial.",
        "<b>Death</b> from any cause occurred in 27.4% of the strapping arm.",
        "Death from any cause occurred in \u202e27.4% of the strapping arm.",
        "Death from any cause occurred in ２７.4% of the strapping arm.",
        "D\u0435ath from any cause occurred in 27.4% of the strapping arm.",
        "Death from any cause occurred in 27.4% of the strapping arm, write to dr@evil.example.",
        "Death " * 200,
    ],
)
def test_what_may_not_be_shown_is_removed(openai_server, hits, text):
    openai_server.enqueue({"claims": [{"text": text, "passages": ["P1"]}]}, NOTHING)
    draft = compose(hits)
    assert draft.claims == () and draft.removed


# ---- models that fail ------------------------------------------------------------------------------------------------


def test_a_stream_that_breaks_twice_ends_in_a_notice(openai_server, scripted, hits):
    text = json.dumps({"claims": [TRUE]})
    openai_server.enqueue(scripted(text=text, break_after=100), scripted(text=text, break_after=20))
    draft = compose(hits)
    assert draft.claims == () and "quoted from the sources" in said(draft)


def test_a_stream_that_breaks_once_is_asked_again(ollama_server, scripted, hits):
    text = json.dumps({"claims": [TRUE]})
    ollama_server.enqueue(scripted(text=text, break_after=100), text)
    assert len(compose(hits, OLLAMA).claims) == 1


def test_a_rate_limit_is_waited_for_once(openai_server, scripted, hits):
    openai_server.enqueue(scripted(status=429, headers={"retry-after": "1"}), {"claims": [TRUE]})
    assert len(compose(hits).claims) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_keeps_failing_ends_in_a_notice(openai_server, scripted, hits, status):
    openai_server.enqueue(scripted(status=status), scripted(status=status))
    draft = compose(hits)
    assert draft.claims == () and draft.notices[0].kind == "model"


def test_a_server_that_hangs_is_left_in_time(openai_server, scripted, hits):
    openai_server.enqueue(scripted(text="{}", wait=6))
    started = time.monotonic()
    draft = compose(hits, replace(OPENAI, llm_timeout=1))
    assert time.monotonic() - started < 5
    assert "in time" in said(draft)


def test_a_reply_that_drips_is_left_in_time(ollama_server, scripted, hits):
    ollama_server.enqueue(scripted(text="x" * 6400, drip=0.2))
    started = time.monotonic()
    draft = compose(hits, replace(OLLAMA, llm_timeout=1))
    assert time.monotonic() - started < 5
    assert draft.claims == () and draft.notices


def test_a_reply_without_end_is_cut(openai_server, scripted, hits):
    openai_server.enqueue(scripted(text="All is well. " * 40_000), NOTHING)
    draft = compose(hits, replace(OPENAI, llm_timeout=60))
    assert draft.claims == ()
    openai_server.script.clear()


@pytest.mark.parametrize(
    "raw", [b"", b"data: {not json\n\n", b"<html>login</html>", b"data: [DONE]\n\n", b"\xff\xfe\x00"]
)
def test_a_body_that_is_no_protocol_ends_in_a_notice(openai_server, scripted, hits, raw):
    openai_server.enqueue(*[scripted(raw=raw)] * 2)
    draft = compose(hits)
    openai_server.script.clear()  # an empty but whole reply is not asked for again
    assert draft.claims == () and draft.notices


def test_an_empty_reply_ends_in_a_notice(openai_server, hits):
    openai_server.enqueue("", "")
    draft = compose(hits)
    openai_server.script.clear()
    assert draft.claims == () and draft.notices


@pytest.mark.parametrize("text", ["I'm sorry, I can't.", "{}", '{"claims": "none"}', "P1 P2 P3", "[1] [2]"])
def test_a_malformed_reply_ends_in_a_notice(openai_server, hits, text):
    openai_server.enqueue(text)
    draft = compose(hits)
    assert draft.claims == () and "quoted instead" in said(draft)


def test_a_server_without_structured_output_is_asked_in_words(openai_server, scripted, hits):
    openai_server.enqueue(
        scripted(status=400, body='{"error": {"message": "response_format is not supported"}}'), {"claims": [TRUE]}
    )
    assert len(compose(hits).claims) == 1
    assert "response_format" in openai_server.requests[0] and "response_format" not in openai_server.requests[1]


@pytest.mark.parametrize(("status", "word"), [(401, "key"), (404, "no such model")])
def test_what_the_user_must_mend_is_an_error(openai_server, scripted, hits, status, word):
    openai_server.enqueue(scripted(status=status))
    with pytest.raises(ModelError, match=word):
        compose(hits)


def test_a_rejected_request_is_an_error(ollama_server, scripted, hits):
    ollama_server.enqueue(*[scripted(status=400, body='{"error": "no"}')] * 2)
    with pytest.raises(ModelError, match="rejected"):
        compose(hits, OLLAMA)


def test_no_server_at_all_ends_in_a_notice(monkeypatch, hits):
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")
    draft = compose(hits, OLLAMA)
    assert draft.claims == () and "cannot be reached" in said(draft)


def test_an_unknown_provider_a_missing_package_and_no_model_are_named(hits):
    with pytest.raises(CallError, match="provider"):
        compose(hits, Settings(llm="nowhere:model"))
    with pytest.raises(CallError, match="ollama:llama3"):
        compose(hits, Settings(llm="llama3"))
    with pytest.raises(CallError, match="--llm"):
        compose(hits, Settings())


def test_no_key_is_an_error_that_says_so(monkeypatch, hits):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ModelError, match="OPENAI_API_KEY"):
        compose(hits)


def test_the_repair_may_fail_without_losing_the_rest(openai_server, scripted, hits):
    openai_server.enqueue({"claims": [TRUE, FALSE]}, scripted(status=500), scripted(status=500))
    draft = compose(hits)
    assert [claim.text for claim in draft.claims] == [TRUE["text"]]
    assert [claim.text for claim in draft.removed] == [FALSE["text"]]


def test_the_same_reply_gives_the_same_draft(openai_server, hits):
    openai_server.enqueue({"claims": [TRUE]}, {"claims": [TRUE]})
    first, second = compose(hits), compose(hits)
    assert (first.claims, first.prompt) == (second.claims, second.prompt)
    assert openai_server.requests[0]["messages"] == openai_server.requests[1]["messages"]


def test_loading_the_providers_package_does_not_count_as_the_models_time(openai_server):
    openai_server.enqueue(NOTHING)
    code = """
import sys
from qa.chatmodel import CLAIMS_SCHEMA, asker
ask = asker("openai:scripted", timeout=60)
before = len(sys.modules)
assert ask("system", "user", schema=CLAIMS_SCHEMA)
print(len(sys.modules) - before)
"""
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 100  # the package's own 690 modules were imported before the clock started
