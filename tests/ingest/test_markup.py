"""JATS, HTML and DOCX give the publisher's structure; bombs end in an error."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from domain import errors
from domain.reading import ReadResult

Reading = Callable[[str, bytes], ReadResult]

JATS = """<article article-type="research-article"><front><journal-meta><journal-title-group><journal-title>Invented
Heart</journal-title></journal-title-group></journal-meta><article-meta><article-id pub-id-type="doi">10.5555/Abc.1
</article-id><title-group><article-title>A randomised trial of <italic>rings</italic></article-title></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>Muster</surname><given-names>Erika</given-names></name>
</contrib></contrib-group><pub-date pub-type="epub"><year>2018</year></pub-date><abstract><p>Rings work.</p></abstract>
</article-meta></front><body><sec><title>Results</title><sec><title>Death</title><p>Fewer died<sup><xref
ref-type="bibr" rid="r1">1</xref>,<xref ref-type="bibr" rid="r2">2</xref></sup> at 12 months [<xref ref-type="bibr"
rid="r2">2</xref>]; the orifice was 0.3 cm<sup>2</sup>.</p><table-wrap><label>Table 1</label><caption><p>Deaths.</p>
</caption><table><tr><td>Ring</td><td>3</td></tr></table></table-wrap></sec></sec></body><back><ref-list><ref id="r1">
<mixed-citation>A. One.</mixed-citation></ref><ref id="r2"><mixed-citation>B. Two.</mixed-citation></ref></ref-list>
</back></article>"""


def test_jats(read_bytes: Reading) -> None:
    document = read_bytes("trial.xml", JATS.encode()).document
    assert document is not None
    assert (document.title, document.kind, document.year) == ("A randomised trial of rings", "rct", 2018)
    assert (document.first_author, document.doi) == ("Erika Muster", "10.5555/abc.1")
    death = next(part for part in document.sections if part.path == ("Results", "Death"))
    words = document.text[death.start : death.end]
    assert words == "Fewer died at 12 months; the orifice was 0.3 cm2."
    assert [mark.numbers for mark in document.references] == [(1, 2), (2,)]
    assert [entry.text for entry in document.bibliography] == ["A. One.", "B. Two."]
    assert any(
        part.role == "table" and "Ring | 3" in document.text[part.start : part.end] for part in document.sections
    )


def test_html(read_bytes: Reading) -> None:
    page = (
        "<html><head><title>x</title><meta name='citation_title' content='Rings in a registry'></head><body><nav>Home"
        "</nav><article><h1>Rings in a registry</h1><h2>Methods</h2><p>We saw <b>40</b> people<sup><a href='#r1'>1</a>"
        "</sup>.</p><script>bad()</script><ul><li>one</li></ul></article></body></html>"
    )
    document = read_bytes("page.html", page.encode()).document
    assert document is not None and document.kind == "registry"
    assert "We saw 40 people." in document.text and "bad()" not in document.text and "Home" not in document.text
    assert document.references[0].numbers == (1,)


def _docx(body: str) -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>')
    return stream.getvalue()


def test_docx(read_bytes: Reading) -> None:
    body = (
        "<w:p><w:r><w:t>Methods</w:t></w:r></w:p><w:p><w:r><w:t>We asked 40 people</w:t></w:r><w:r><w:rPr>"
        '<w:vertAlign w:val="superscript"/></w:rPr><w:t>3</w:t></w:r><w:r><w:t> twice.</w:t></w:r></w:p>'
    )
    document = read_bytes("note.docx", _docx(body)).document
    assert document is not None
    assert document.sections[0].path == ("Methods",) and "We asked 40 people twice." in document.text


BILLION = "<!DOCTYPE a [<!ENTITY b 'xx'>" + "".join(
    f"<!ENTITY c{n} '{('&b;' if not n else f'&c{n - 1};') * 10}'>" for n in range(9)
)


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("bomb.xml", (BILLION + "]><article>&c8;</article>").encode(), errors.TooLarge),
        ("deep.xml", b"<article>" + b"<sec>" * 100_000, errors.TooLarge),
        ("deep.html", b"<div>" * 100_000 + b"x", errors.TooLarge),
        ("bomb.docx", _docx("x" * 200_000_000), errors.TooLarge),
        ("half.xml", JATS.encode()[:900], errors.DamagedFile),
        ("half.docx", _docx("<w:p/>")[:60], errors.DamagedFile),
        ("other.xml", b"<rss><item/></rss>", errors.UnsupportedFormat),
        ("bytes.txt", bytes(range(256)) * 40, errors.UnknownEncoding),
        ("blank.html", b"  ", errors.EmptyFile),
        ("file.xyz", b"x", errors.UnsupportedFormat),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bombs_and_broken_files(read_bytes: Reading, name: str, data: bytes, expected: type[errors.ReadError]) -> None:
    assert type(read_bytes(name, data).error) is expected


def test_no_entity_and_no_address_is_followed(read_bytes: Reading) -> None:
    data = (
        b"<!DOCTYPE article [<!ENTITY x SYSTEM 'file:///etc/hostname'>]>"
        b"<article><body><p>Here: &x; end.</p></body></article>"
    )
    document = read_bytes("entity.xml", data).document
    assert document is not None and "Here:" in document.text and "end." in document.text
    assert len(document.text) < 20
