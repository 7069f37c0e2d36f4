"""The terminal face: one command per street, results to standard output, everything else to standard error."""

from __future__ import annotations

import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from domain import prose, wire
from domain.answer import Abstention, Answer, RunInfo
from domain.document import KINDS
from domain.errors import BaseError, BaseMissing, CallError, ChordaeError, FetchError
from domain.quiz import ITEM_KINDS
from domain.reference import KIND_WORDS
from domain.settings import VERSION, Settings
from eval.door import JUDGES, Call, judge

if TYPE_CHECKING:
    from domain.claim import Citation
    from domain.reading import AddReport
    from eval.report import Report
    from kb import Base
    from qa.evidence import EvidenceRow

ASK, MAKE, BASE, JUDGE = "Ask", "Make", "The knowledge base", "Judge"
NOT_IN_CHECKOUT = 'no app.py beside {here}. The page runs from a checkout of Chordae: clone it, then "make app".'

app = typer.Typer(
    name="chordae",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    epilog=(
        "Answers come from the knowledge base and from nowhere else: every sentence cites its passage, and what the"
        " base does not cover is said to be missing. For learning and research; not medical advice."
    ),
)
kb_app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")
app.add_typer(
    kb_app, name="kb", help="List, show, remove, verify and rebuild what the base holds.", rich_help_panel=BASE
)

Mode = Literal["hybrid", "lexical", "dense"]
Doc = Annotated[str, typer.Argument(metavar="DOC", help="A document id, a record id, or the path it was read from.")]

KbOption = Annotated[
    Path | None,
    typer.Option("--kb", metavar="DIR", envvar="CHORDAE_KB", help="The base's folder. [default: your data folder]"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON value instead of text.")]
AlwaysJsonOption = Annotated[
    bool, typer.Option("--json", help="Accepted for evenness: this command always prints JSON.")
]
KindOption = Annotated[
    list[str] | None,
    typer.Option("--kind", metavar="K", help=f"Only sources of this kind; repeatable. One of: {', '.join(KINDS)}."),
]
SinceOption = Annotated[int | None, typer.Option("--since", metavar="YEAR", help="Only sources of YEAR or later.")]
TopicOption = Annotated[list[str] | None, typer.Option("--topic", metavar="T", help="Only this topic; repeatable.")]


@app.callback(invoke_without_command=True)
def chordae(
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    """**Chordae** answers questions on functional (secondary) mitral regurgitation from a base of literature.

    Start with a question:

        chordae ask "What was all-cause death at two years in COAPT?"

    Add what you have read, then ask again:

        chordae ingest ~/papers
    """
    if version:
        _out(f"chordae {VERSION}")
        raise typer.Exit


@app.command(rich_help_panel=ASK)
def ask(
    question: Annotated[str | None, typer.Argument(metavar="QUESTION", help="In plain words.")] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="QUESTIONS.jsonl", help='Lines {"id","question"}; "-" reads standard input.'),
    ] = None,
    kb: KbOption = None,
    as_json: JsonOption = False,
    kind: KindOption = None,
    since: SinceOption = None,
    topic: TopicOption = None,
    llm: Annotated[
        str | None,
        typer.Option("--llm", metavar="NAME", help='A language model by its LangChain name ("ollama:llama3").'),
    ] = None,
    k: Annotated[int, typer.Option("-k", metavar="N", min=1, max=1000, help="Passages to answer from.")] = Settings().k,
) -> None:
    """Answer a question with citations, or say what is missing.

    An abstention is an answer too: it names what the base does not cover and shows the nearest passages.
    """
    if (question is None) == (file is None):
        raise CallError('ask: give a question, or --file QUESTIONS.jsonl, and not both. Try: chordae ask "…"')
    asked = None if question is None else _worded(question)
    if file is not None:
        _readable(file)
    settings = _settings(kb, llm=llm, k=k)
    respond = _responder(settings, kinds=_kinds(kind), since=since, topics=tuple(topic or ()))

    def answer_line(line: dict[str, Any]) -> dict[str, Any]:
        result, base = respond(_text_of(line, "question"))
        return _answer_json(result, base, line.get("id"))

    if file is not None:
        raise typer.Exit(_each_line(file, answer_line))
    result, base = respond(asked or "")
    if as_json:
        _json(_answer_json(result, base))
    else:
        _out(prose.answer(result, base.record if base else _no_record))


@app.command(rich_help_panel=ASK)
def search(
    query: Annotated[str, typer.Argument(metavar="QUERY")],
    k: Annotated[int, typer.Option("-k", metavar="N", min=1, max=1000, help="How many passages.")] = 10,
    mode: Annotated[Mode, typer.Option("--mode", help="Both legs fused, or one alone.")] = "hybrid",
    kb: KbOption = None,
    as_json: JsonOption = False,
    kind: KindOption = None,
    since: SinceOption = None,
    topic: TopicOption = None,
) -> None:
    """Find passages, best first, without answering."""
    base = _open(_settings(kb))
    hits = base.search(_worded(query), k=k, mode=mode, kinds=_kinds(kind), since=since, topics=tuple(topic or ()))
    if as_json:
        _json({"hits": [wire.hit(found) for found in hits]})
    else:
        _out("\n\n".join(map(prose.hit, hits)) or "No passage found.")


@app.command(rich_help_panel=ASK)
def evidence(
    measure: Annotated[str | None, typer.Option("--measure", metavar="M", help="An outcome, or a synonym.")] = None,
    topic: Annotated[str | None, typer.Option("--topic", metavar="T", help="Only records on this topic.")] = None,
    kb: KbOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put studies side by side: one row a result, with effect, interval and source. Nothing is pooled."""
    from qa.evidence import evidence_rows

    rows = evidence_rows(_open(_settings(kb)).records(), measure, topic)
    if as_json:
        _json({"rows": [row.as_json() for row in rows]})
    else:
        _out("\n\n".join(map(_row_text, rows)) or "No study in this base reports that.")


@app.command(rich_help_panel=MAKE)
def quiz(
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help='"TEER", "CRT", …; "FMR" takes the whole base.')],
    n: Annotated[int, typer.Option("-n", metavar="N", min=1, help="How many items, at most.")] = 5,
    types: Annotated[str, typer.Option("--types", metavar="T,…", help=f"Of {', '.join(ITEM_KINDS)}.")] = "mcq",
    form: Annotated[
        str, typer.Option("--format", metavar="F", help="json, md, gift, moodle-xml, qti, anki, csv or pdf.")
    ] = "md",
    out: Annotated[
        Path | None, typer.Option("-o", metavar="FILE", help="Where to write it; anki, qti and pdf need this.")
    ] = None,
    llm: Annotated[
        str | None, typer.Option("--llm", metavar="NAME", help="A language model that rewords the stems.")
    ] = None,
    kb: KbOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Make quiz items whose key a passage proves, with every rejected draft and its reason.

    With `--llm` a language model rewords the stems; a stem that says more, less or something else is not taken.
    """
    from qa.quiz.export import FORMS, export
    from qa.quiz.generate import generate
    from qa.quiz.polish import polish

    form = "json" if as_json else form
    if form not in FORMS:
        raise CallError(f"--format {form}: no such form. One of: {', '.join(FORMS)}.")
    if FORMS[form].binary and out is None:
        raise CallError(f"--format {form} writes a file: say where with -o FILE.")
    kinds = tuple(kind.strip() for kind in types.split(",") if kind.strip())
    settings = _settings(kb, llm=llm)
    base = _open(settings)
    with _counting("Making items") as progress:
        made = generate(base, topic, n=n, kinds=kinds, progress=progress)
    if settings.llm:
        with _counting("Rewording stems") as progress:
            made = polish(made, base, settings, progress=progress)
    written = export(made, form)
    if out is None:
        _out(written.decode("utf-8"))
    else:
        out.write_bytes(written)
    _say(f"{len(made.items)} of {n} items on {topic}; {len(made.rejected)} drafts rejected.")


@app.command(rich_help_panel=JUDGE)
def check(
    file: Annotated[
        Path,
        typer.Option("--file", metavar="CLAIMS.jsonl", help='Lines {"id","claim","evidence"}; "-" for standard input.'),
    ],
    as_json: AlwaysJsonOption = True,
) -> None:
    """Check other people's claims against their evidence: a verdict, a score and reasons for each line."""
    _readable(file)
    from kb.embed import load_embedder
    from qa.scorer import scorer
    from qa.verify import verify

    settings = _settings(None)
    embedder, weigh = load_embedder(settings.embedding_model), scorer(settings)

    def answer_line(line: dict[str, Any]) -> dict[str, Any]:
        evidence = line.get("evidence")
        passages = [evidence] if isinstance(evidence, str) else evidence
        if not isinstance(passages, list) or not all(isinstance(passage, str) for passage in passages):
            raise CallError('"evidence" is a string or a list of strings.')
        return wire.verdict(verify(_text_of(line, "claim"), passages, embedder, scorer=weigh), claim_id=line.get("id"))

    raise typer.Exit(_each_line(file, answer_line))


@app.command(rich_help_panel=BASE)
def ingest(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH…", help="Files or folders: PDF, JATS XML, HTML, DOCX, text, Markdown, records."),
    ] = None,
    starter: Annotated[bool, typer.Option("--starter", help="Add the starter library too.")] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Take out of the base what is gone from these folders.")
    ] = False,
    kb: KbOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read files and folders into the base.

    Unchanged files are skipped, a changed file replaces its earlier version, a moved one keeps its document, a broken
    one does not stop the rest. What is gone from a folder is named and stays in the base, unless you say `--prune`.
    """
    if not paths and not starter:
        raise CallError("ingest: name a file or a folder, or give --starter.")
    from ingest.read import read, walk

    base = _open(_settings(kb), create=True)
    reports: list[AddReport] = []
    if starter:
        from kb.library import record_paths
        from kb.starter import stock

        with _progress("Adding the starter library", len(record_paths())) as advance:
            reports += stock(
                base,
                lambda found: read(found, base.embedder.count_tokens, max_tokens=base.embedder.max_tokens),
                advance,
            )
    if paths:
        files = list(walk(paths))
        with _progress("Reading", len(files)) as advance:
            reports += base.add(
                read(files, base.embedder.count_tokens, max_tokens=base.embedder.max_tokens, held=base.held), advance
            )
        reports += base.gone([path for path in paths if path.expanduser().is_dir()], remove=prune)
    failed = [report for report in reports if report.status == "failed"]
    if as_json:
        _json({"documents": [wire.added(report) for report in reports]})
    else:
        _out("\n".join(map(_added_text, reports)) or "Nothing to read there.")
    for report in failed:
        _say(f"chordae: {report.error or report.path}")
    raise typer.Exit(1 if failed else 0)


@app.command(rich_help_panel=BASE)
def fetch(
    identifiers: Annotated[
        list[str] | None, typer.Argument(metavar="ID…", help="PubMed ids, PMC ids or DOIs.", show_default=False)
    ] = None,
    query: Annotated[
        str | None, typer.Option("--query", metavar="Q", help="A search in Europe PMC's own syntax.")
    ] = None,
    most: Annotated[int, typer.Option("--max", metavar="N", min=1, max=1000, help="Results of the search.")] = 25,
    into: Annotated[
        Path | None, typer.Option("--into", metavar="DIR", help="Where the files stay. [default: your cache folder]")
    ] = None,
    kb: KbOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring open-access full text from Europe PMC into the base; no other command calls a host unasked.

    A text that was fetched before is not fetched again, so an interrupted run goes on where it stopped; whether it was
    retracted or corrected since is asked anew.
    """
    if not identifiers and query is None:
        raise CallError("fetch: name a PubMed id, a PMC id or a DOI, or give --query.")
    from platformdirs import user_cache_path

    from ingest import read
    from ingest.fetch import fetch as fetch_works

    base = _open(_settings(kb), create=True)
    folder = into or user_cache_path("chordae") / "europepmc"
    works, failures = [], []
    with _counting("Fetching") as progress:
        try:
            for work in fetch_works(identifiers or (), folder, query=query, most=most):
                works.append(work)
                progress(len(works), len(identifiers or ()) + (most if query else 0))
        except FetchError as error:  # the search failed; what was fetched before it is read all the same
            failures.append(str(error))
    paths = [work.path for work in works if work.path is not None]
    with _progress("Reading", len(paths)) as advance:
        reports = base.add(
            read(paths, base.embedder.count_tokens, max_tokens=base.embedder.max_tokens, held=base.held), advance
        )
    if as_json:
        _json(
            {
                "fetched": [
                    {name: None if value is None else str(value) for name, value in asdict(work).items()}
                    | {"cached": work.cached}
                    for work in works
                ],
                "documents": [wire.added(report) for report in reports],
            }
        )
    else:
        _out("\n".join(map(_added_text, reports)) or "Nothing was fetched.")
    for note in [work.note for work in works if work.note]:
        _say(f"chordae: {note}")
    failures += [work.error for work in works if work.error]
    failures += [report.error for report in reports if report.error]
    for failure in failures:
        _say(f"chordae: {failure}")
    raise typer.Exit(1 if failures else 0)


@app.command("app", rich_help_panel=ASK)
def open_page(kb: KbOption = None) -> None:
    """Open the page in a browser: ask, library, evidence, quiz and evaluation."""
    page = Path(__file__).with_name("app.py")
    if not page.is_file():
        raise CallError(NOT_IN_CHECKOUT.format(here=page.parent))
    settings = _settings(kb)
    if settings.base is not None:
        os.environ["CHORDAE_KB"] = str(settings.base.resolve())
    os.chdir(page.parent)  # where .streamlit/config.toml stands
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", str(page)])


_EVALUATIONS = "\n".join(f"- **{' '.join((j.name, *j.takes))}**: {j.summary}" for j in JUDGES.values())


@app.command(
    "eval",
    rich_help_panel=JUDGE,
    no_args_is_help=True,
    short_help="Judge answers, claims, retrieval, quiz items and reading: ours, and other systems'.",
    help=f"Judge answers, claims, retrieval, quiz items and reading: ours, and other systems'.\n\n{_EVALUATIONS}",
)
def evaluate(
    what: Annotated[str, typer.Argument(metavar="WHAT", help="One of the evaluations above.")],
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH…", help="What it takes.")] = None,
    kb: KbOption = None,
    as_json: JsonOption = False,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="DIR", help="Write report.json, report.md and report.html.")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option("--labels", metavar="CSV", help="Human labels, to show agreement with.")
    ] = None,
) -> None:
    """Run one judge; exit code 1 with what fell short of a threshold."""
    settings = _settings(kb)
    opened: list[Base] = []

    def open_base() -> Base:
        opened[:] = opened or [_open(settings)]
        return opened[0]

    with _counting(what) as progress:
        call = Call(
            settings=settings,
            paths=tuple(paths or ()),
            open_base=open_base,
            labels=labels,
            folder=report,
            progress=progress,
        )
        found = judge(what, call)
    if report is not None:
        from eval.report import write_report

        for path in write_report(found, report):
            _say(str(path))
    _keep(found, settings, opened)
    if as_json:
        _json(found.to_json())
    else:
        _out("\n".join([found.title, *(f"  {m.name}: {m.shown} (n={m.n})" for m in found.measures)]))
    for failure in found.failures:
        _say(f"chordae: {failure}")
    raise typer.Exit(1 if found.failures else 0)


@kb_app.command("list")
def kb_list(kb: KbOption = None, as_json: JsonOption = False) -> None:
    """List the documents of the base."""
    documents = _open(_settings(kb)).documents()
    if as_json:
        _json({"documents": [wire.summary(document) for document in documents]})
    else:
        _out(
            "\n".join(f"{document.doc_id}  {prose.reference(document)}" for document in documents)
            or "The base is empty."
        )


@kb_app.command("show")
def kb_show(which: Doc, kb: KbOption = None, as_json: AlwaysJsonOption = True) -> None:
    """Print one document as JSON: metadata, text, and the spans of its sections, pages and passages."""
    base = _open(_settings(kb))
    document = base.document(which)
    path, warnings = base.path_of(document.doc_id), base.warnings_of(document.doc_id)
    _json(wire.document(document, base.passages(document.doc_id), path=path, warnings=warnings))


@kb_app.command("remove")
def kb_remove(
    which: Doc,
    purge: Annotated[bool, typer.Option("--purge", help="Leave no byte of its text in the base's folder.")] = False,
    kb: KbOption = None,
) -> None:
    """Take one document out of the base; it is never cited again."""
    removed = _open(_settings(kb)).remove(which, purge=purge)
    _say(f"{'Purged' if purge else 'Removed'}: {removed.title} ({removed.doc_id})")


@kb_app.command("verify")
def kb_verify(
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended.")] = False,
    kb: KbOption = None,
) -> None:
    """Compare the catalogue with its indexes and files, and name every difference."""
    base = _open(_settings(kb))
    problems = base.verify()
    if repair and problems:
        base.verify(repair=True)
        left = base.verify()
        for problem in problems:
            _out(f"{'not mended' if problem in left else 'mended'}: {problem}")
        problems = left
    else:
        for problem in problems:
            _out(problem)
    if not problems:
        _out("The base is consistent.")
    raise typer.Exit(1 if problems else 0)


@kb_app.command("rebuild")
def kb_rebuild(kb: KbOption = None) -> None:
    """Make the indexes anew from the catalogue, and the vectors too where another model is asked for."""
    from kb import open_base

    settings = _settings(kb)
    open_base(settings.base, settings, any_model=True).rebuild()
    _say("The indexes are new.")


def main() -> None:
    """Run the command line; every failure that a person can act on ends in one sentence and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        app()
    except ChordaeError as error:
        _say(f"chordae: {error}")
        sys.exit(2 if isinstance(error, CallError) else 1)
    except BrokenPipeError:  # the reader of our output has left, as "| head" does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        if error.filename is None:
            raise
        _say(f"chordae: {error.filename}: it cannot be opened ({error.strerror}). Check the path and its permissions.")
        sys.exit(1)


def _settings(kb: Path | None, *, llm: str | None = None, k: int | None = None) -> Settings:
    settings = Settings.from_environment()
    chosen = replace(settings, base=kb or settings.base, llm=llm or settings.llm)
    return chosen if k is None else replace(chosen, k=k)


def _kinds(chosen: list[str] | None) -> tuple[str, ...]:
    for kind in chosen or ():
        if kind not in KINDS:
            raise CallError(f"--kind {kind}: no such kind. One of: {', '.join(KINDS)}.")
    return tuple(chosen or ())


def _open(settings: Settings, *, create: bool = False) -> Base:
    """The base of these settings; the one in the user's data folder fills itself with the starter library."""
    from kb import open_base

    base = open_base(settings.base, settings, create=create or settings.base is None)
    if settings.base is None:
        from kb.starter import is_stocked, stock

        if not is_stocked(base):
            from ingest import read
            from kb.library import record_paths

            with _progress("Adding the starter library", len(record_paths())) as advance:
                stock(
                    base,
                    lambda paths: read(paths, base.embedder.count_tokens, max_tokens=base.embedder.max_tokens),
                    advance,
                )
    return base


def _keep(report: Report, settings: Settings, opened: list[Base]) -> None:
    """Keep a run for the Evaluation page, in the base that was judged or else in the one that is there already."""
    from eval.history import keep
    from kb import open_base

    try:
        keep(opened[0] if opened else open_base(settings.base, settings), report)
    except BaseMissing:
        return
    except BaseError as problem:
        _say(f"chordae: the run was not kept for the Evaluation page. {problem}")


def _responder(
    settings: Settings, *, kinds: tuple[str, ...], since: int | None, topics: tuple[str, ...]
) -> Callable[[str], tuple[Answer | Abstention, Base | None]]:
    """What answers one question; a base that is not there abstains, as an empty one does."""
    try:
        base = _open(settings)
    except BaseMissing:
        run = RunInfo(
            engine="extractive", base_fingerprint="", settings_fingerprint=settings.fingerprint, version=VERSION
        )
        why = f"a knowledge base in {settings.base}"
        return lambda question: (Abstention(question=question, reason="empty-base", run=run, missing=why), None)
    from qa.ask import ask

    return lambda question: (ask(base, question, settings, kinds=kinds, since=since, topics=topics), base)


def _each_line(file: Path, respond: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    """Answer each line of JSON Lines in its place; the exit code, 1 when a line could not be answered."""
    failures = 0
    with nullcontext(sys.stdin.buffer) if str(file) == "-" else file.open("rb") as lines:
        for number, raw in enumerate((line for line in lines if line.strip()), start=1):
            line: Any = None
            try:
                line = _parsed(raw)
                reply = respond(line)
            except ChordaeError as error:
                failures += 1
                reply = {"id": line.get("id") if isinstance(line, dict) else None, "error": f"line {number}: {error}"}
            _json(reply)
    return 1 if failures else 0


def _readable(file: Path) -> None:
    """CallError when there is no such file of lines; "-" is standard input."""
    if str(file) != "-" and not file.is_file():
        raise CallError(f"--file {file}: there is no such file.")


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        line = json.loads(raw.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise CallError(f"not JSON in UTF-8: {error}") from error
    if not isinstance(line, dict):
        raise CallError("not a JSON object.")
    return line


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _text_of(line: dict[str, Any], field: str) -> str:
    text = line.get(field)
    if not isinstance(text, str):
        raise CallError(f'"{field}" is missing or not a string.')
    return _worded(text)


def _worded(text: str) -> str:
    """The text, when it is one (CallError otherwise): not blank, and no half of a character."""
    if not text.strip():
        raise CallError("the text is empty: say what you want to know.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise CallError(f"the text holds half a character at position {error.start}: send it as UTF-8.") from error
    return text


def _answer_json(result: Answer | Abstention, base: Base | None, question_id: Any = None) -> dict[str, Any]:
    if base is None:
        return wire.answer(result, question_id=question_id)
    return wire.answer(result, question_id=question_id, record=base.record, boxes=partial(_boxes, base))


def _boxes(base: Base, citation: Citation) -> list[dict[str, Any]]:
    """The quote's lines on the pages of its PDF; empty for other formats, and where a page cannot be drawn."""
    document = citation.document
    original = base.original(document.doc_id) if document.origin == "document" and document.pages else None
    if original is None or original.suffix.lower() != ".pdf":
        return []
    from ingest.page_image import quote_boxes

    found: list[dict[str, Any]] = []
    data = original.read_bytes()
    for page in document.pages_of(citation.start, citation.end):
        quote = document.text[max(citation.start, page.start) : min(citation.end, page.end)]
        with suppress(ChordaeError):
            boxes = quote_boxes(data, page.number, quote)
            found += [{"page": page.number, "x0": x0, "y0": y0, "x1": x1, "y1": y1} for x0, y0, x1, y1 in boxes]
    return found


def _no_record(_: str) -> None:
    return None


@contextmanager
def _progress(what: str, files: int) -> Iterator[Callable[[AddReport], None]]:
    """A progress bar on standard error: files done, and pages a second."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[speed]}"))
    started, pages = time.perf_counter(), 0
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=files, speed="")

        def advance(report: AddReport) -> None:
            nonlocal pages
            pages += report.pages
            speed = pages / max(time.perf_counter() - started, 1e-3)
            bar.update(task, advance=1, speed=f"{speed:.1f} pages/s" if pages else "")

        yield advance


@contextmanager
def _counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error for work that counts itself."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _row_text(row: EvidenceRow) -> str:
    """One result in three lines: who, what came out, what was read."""
    size = f", n={row.n}" if row.n else ""
    what = ", ".join(part for part in (row.measure, row.timepoint, row.contrast, row.population) if part)
    interval = f" (95% CI {row.ci_95})" if row.ci_95 else ""
    figures = [row.value, f"{row.effect}{interval}" if row.effect else None, f"p {row.p}" if row.p else None]
    return "\n".join(
        (
            f"{row.study}, {KIND_WORDS[row.kind]}{size}",
            f"    {what}: {'; '.join(figure for figure in figures if figure) or 'no figure given'}",
            f"    {row.confidence}; read: {row.source}",
        )
    )


def _added_text(report: AddReport) -> str:
    size = f"{report.passages} passages" + (f", {report.pages} pages" if report.pages else "")
    lines = [f"{report.status:<9} {report.title or report.path}" + (f" ({size})" if report.doc_id else "")]
    if report.status in {"moved", "gone", "removed"}:
        lines.append(f"          {report.path}" + (f", was {report.moved_from}" if report.moved_from else ""))
    return "\n".join([*lines, *(f"          {warning}" for warning in report.warnings)])


def _json(value: Any) -> None:
    try:
        _out(json.dumps(value, ensure_ascii=False, allow_nan=False))
    except UnicodeEncodeError:
        _out(json.dumps(value, allow_nan=False))


def _out(text: str) -> None:
    print(text.rstrip("\n"), flush=True)  # noqa: T201


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
