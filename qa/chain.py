"""The ask street as LangChain runnables, for a LangChain program of one's own.

`fmr_chain(base, settings).invoke("…")` gives the same answer as `qa.ask.ask`: the three stages are the same functions.
The terminal does not go this way, because importing langchain-core's retrievers alone takes longer than an answer.
"""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda, RunnablePassthrough
from pydantic import ConfigDict

from domain.answer import Abstention, Answer
from domain.hit import Hit
from domain.settings import Settings
from kb import Base
from qa.ask import Draft, Retrieved, check, compose, retrieve
from qa.question import read_question


class PassageRetriever(BaseRetriever):
    """Hybrid search over a base; each LangChain document is a passage, its metadata says where it stands."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    base: Base
    settings: Settings

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[LangChainDocument]:
        return [_as_langchain(hit) for hit in retrieve(self.base, query, self.settings).hits]


def fmr_chain(base: Base, settings: Settings) -> Runnable[str, Answer | Abstention]:
    """`retriever | compose | verify`: a question in, an Answer or an Abstention out."""
    retriever = PassageRetriever(base=base, settings=settings)
    gathered: Any = {"question": RunnablePassthrough(), "documents": retriever}

    def composed(found: dict[str, Any]) -> Draft:
        hits = tuple(document.metadata["hit"] for document in found["documents"])
        question = read_question(" ".join(found["question"].split()))
        vector = base.embedder.query(question.text) if question.text else None
        return compose(base, Retrieved(question=question, hits=hits, vector=vector, filtered=False), settings)

    def verified(draft: Draft) -> Answer | Abstention:
        return check(base, draft, settings)

    chained: Runnable[str, Answer | Abstention] = gathered | RunnableLambda(composed) | RunnableLambda(verified)
    return chained


def _as_langchain(hit: Hit) -> LangChainDocument:
    return LangChainDocument(
        id=hit.passage.passage_id,
        page_content=hit.passage.text,
        metadata={
            "doc_id": hit.document.doc_id,
            "title": hit.document.title,
            "kind": hit.document.kind,
            "year": hit.document.year,
            "section": hit.passage.heading,
            "pages": list(hit.passage.pages),
            "score": hit.score,
            "hit": hit,
        },
    )
