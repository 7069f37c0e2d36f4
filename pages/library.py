"""The Library page: what the base holds, what it holds back, and how to add and remove."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from domain.document import Document
from domain.errors import ChordaeError
from domain.evidence import EvidenceRecord, FactConfidence
from domain.prose import reference
from domain.reading import AddReport
from domain.reference import KIND_WORDS, byline, link
from pages.parts import house, jobs, markup, style

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from kb import Base

JOB = "library-job"
FORMATS = ("pdf", "xml", "nxml", "html", "htm", "docx", "txt", "md", "yaml", "yml")
STATUS_WORDS = {
    "added": ("added", ":material/check_circle:"),
    "unchanged": ("already in the base", ":material/check:"),
    "replaced": ("replaced the earlier version", ":material/sync:"),
    "moved": ("already in the base", ":material/check:"),
    "updated": ("already in the base, its retraction or correction is now noted", ":material/sync:"),
    "failed": ("could not be read", ":material/error:"),
}


@dataclass(slots=True)
class Upload:
    """An upload under way: how many files, and what came of those that are done."""

    files: int
    reports: list[AddReport] = field(default_factory=list)


def main() -> None:
    """Show the base, take uploads, remove with confirmation."""
    style.apply("pages/library.py")
    st.title("Library", anchor=False)
    base = house.the_base()
    documents = base.documents()
    _figures(base, documents)
    _upload(base)
    inside, held = st.tabs(["In the base", "Held back"])
    with inside:
        _documents(base, documents)
    with held:
        _held_back(base.records())


def _figures(base: Base, documents: Sequence[Document]) -> None:
    records = sum(document.origin == "record" for document in documents)
    years = [document.year for document in documents if document.year is not None]
    span = f", published {min(years)} to {max(years)}" if years else ""
    st.write(f"{records} evidence records and {len(documents) - records} articles{span}.")
    st.caption(f"The base is {base.path}, fingerprint {base.fingerprint}.")


def _upload(base: Base) -> None:
    st.markdown("##### Add to the base")
    turn = st.session_state.setdefault("upload-turn", 0)
    files = st.file_uploader(
        "Articles as PDF, JATS XML, HTML, DOCX, text or Markdown, or evidence records as YAML",
        type=FORMATS,
        accept_multiple_files=True,
        key=f"upload-{turn}",
    )
    if files and not jobs.under_way(JOB) and st.button("Read these files", type="primary"):
        _begin(base, files)
        st.session_state["upload-turn"] = turn + 1  # lets go of the uploaded bytes
    if jobs.under_way(JOB):
        future = jobs.take(JOB)
        if future is None:
            upload: Upload = st.session_state["upload"]
            jobs.watch(JOB, lambda: _progress(upload))
            return
        error = future.exception()
        if isinstance(error, ChordaeError):
            st.session_state["upload-error"] = str(error)
        elif error is not None:
            raise error
        st.rerun()
    if message := st.session_state.get("upload-error"):
        st.error(markup.plain(message), icon=":material/error:")
    _results(st.session_state.get("upload"))


def _begin(base: Base, files: Sequence[UploadedFile]) -> None:
    """Put the files on disk and read them in the background; they stay in the base's own folder afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="chordae-upload-"))
    paths = []
    for place, file in enumerate(files):
        kept = folder / str(place) / (Path(file.name).name or "upload")
        kept.parent.mkdir()
        kept.write_bytes(file.getbuffer())
        paths.append(kept)
    upload = Upload(files=len(paths))

    def work() -> None:
        from ingest import read

        try:
            base.add(
                read(paths, base.embedder.count_tokens, max_tokens=base.embedder.max_tokens), upload.reports.append
            )
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    st.session_state["upload"] = upload
    st.session_state.pop("upload-error", None)
    jobs.start(JOB, work, long=True)


def _progress(upload: Upload) -> None:
    done = len(upload.reports)
    pages = sum(report.pages for report in upload.reports)
    st.progress(done / upload.files, text=f"{done} of {upload.files} files read, {pages} pages")


def _results(upload: Upload | None) -> None:
    for report in upload.reports if upload else ():
        words, icon = STATUS_WORDS[report.status]
        name = markup.plain(Path(report.path).name)
        size = f", {report.passages} passages" + (f" on {report.pages} pages" if report.pages else "")
        if report.status == "failed":
            st.error(f"**{name}** {words}. {markup.plain(_without_folder(report))}", icon=icon)
            continue
        st.success(f"**{name}** {words}: {markup.plain(report.title or '')}{size}", icon=icon)
        for warning in report.warnings:
            st.warning(markup.plain(warning), icon=":material/warning:")


def _without_folder(report: AddReport) -> str:
    """The error without the passing folder that the upload lay in."""
    return (report.error or "").replace(f"{report.path}: ", "").replace(report.path, Path(report.path).name)


def _documents(base: Base, documents: Sequence[Document]) -> None:
    if not documents:
        st.info("The base holds nothing yet.", icon=":material/local_library:")
        return
    wanted = st.text_input("Find by title, author, journal, year or topic", key="library-find")
    found = [document for document in documents if wanted.casefold() in _haystack(document)]
    event = st.dataframe(
        {
            "Title": [document.title for document in found],
            "Kind": [KIND_WORDS[document.kind] for document in found],
            "First author": [document.first_author or "" for document in found],
            "Journal": [document.journal or "" for document in found],
            "Year": [document.year for document in found],
            "Words": ["the source’s own" if d.origin == "document" else "Chordae’s wording" for d in found],
        },
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="library-table",
        column_config={
            "Year": st.column_config.NumberColumn(format="%d"),
            "Title": st.column_config.Column(width="large"),
        },
    )
    chosen = event["selection"]["rows"]
    if chosen and chosen[0] < len(found):
        _document(base, found[chosen[0]])
    else:
        st.caption("Choose a row to see what stands in it, or to remove it.")


def _haystack(document: Document) -> str:
    return f"{reference(document)} {' '.join(document.topics)} {document.record or ''}".casefold()


def _document(base: Base, document: Document) -> None:
    with st.container(border=True):
        st.markdown(f"**{markup.plain(document.title)}**")
        about = [KIND_WORDS[document.kind], byline(document), document.licence or "", ", ".join(document.topics)]
        st.caption(markup.plain(" · ".join(part for part in about if part)))
        if document.retraction:
            st.error(markup.plain(document.retraction), icon=":material/report:")
        for warning in base.warnings_of(document.doc_id):
            st.warning(markup.plain(warning), icon=":material/warning:")
        held = base.passages(document.doc_id)
        passages = [passage for passage in held if passage.role != "question"]
        asked = [passage.text for passage in held if passage.role == "question"]
        size = f"{len(passages)} passages" + (f" on {len(document.pages)} pages" if document.pages else "")
        st.caption(f"{size} · {document.record or document.doc_id}")
        address = link(document)
        if address:
            st.link_button("The work itself", address, icon=":material/open_in_new:")
        with st.expander("Its passages"):
            for passage in passages:
                st.html(markup.passage(document, passage))
        if asked:
            with st.expander(f"{len(asked)} clinical questions that lead to it"):
                st.caption("Chordae's own: a question in a reader's words finds the record by them. Never quoted.")
                st.markdown("\n".join(f"- {markup.plain(question)}" for question in asked))
        if st.button("Remove …", icon=":material/delete:"):
            _confirm(base, document)


@st.dialog("Remove from the base?")
def _confirm(base: Base, document: Document) -> None:
    st.write(markup.plain(document.title))
    purge = st.checkbox("Erase its text too, with saved answers and quiz items that quote it")
    st.caption("It will not be cited again. A starter record that you remove stays removed.")
    if st.button("Remove", type="primary"):
        try:
            base.remove(document.doc_id, purge=purge)
        except ChordaeError as error:
            st.error(markup.plain(str(error)), icon=":material/error:")
            return
        st.session_state.pop("shown", None)
        st.session_state.pop("history", None)
        st.rerun()


def _held_back(records: Sequence[EvidenceRecord]) -> None:
    unverified = {record.record_id: _confidence(record, "unverified") for record in records}
    facts = sum(unverified.values())
    notes = sum(len(record.held_back) for record in records)
    st.write(
        f"{facts} facts have no source that was seen, and {notes} notes name figures in circulation that could not be"
        " verified. None of them reaches an answer, a quiz item or a plot. Who can read a source mends the record by"
        " editing its one file in kb/library/records."
    )
    secondary = sum(_confidence(record, "secondary") for record in records)
    st.caption(
        f"{secondary} facts stand on secondary sources only; they are shown, and labelled wherever they are shown."
    )
    for record in records:
        if record.held_back or unverified[record.record_id]:
            with st.expander(markup.plain(record.title)):
                if unverified[record.record_id]:
                    st.caption(f"{unverified[record.record_id]} unverified facts")
                for note in record.held_back:
                    st.write(markup.plain(note))


def _confidence(record: EvidenceRecord, confidence: FactConfidence) -> int:
    facts = [fact.confidence for fact in (*record.key_points, *record.caveats)]
    return (facts + [outcome.confidence for outcome in record.outcomes]).count(confidence)


main()
