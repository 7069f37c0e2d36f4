"""A QTI 2.1 content package: a manifest, a test that lists the items, an XML file an item.

Written from IMS Question and Test Interoperability 2.1 (Final, 2012) and IMS Content Packaging 1.1.
"""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree as ET

from domain.quiz import QuizItem, QuizSet
from qa.quiz.export.words import clean, feedback, option_note
from qa.quiz.rules import BLANK

QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
FIXED_TIME = (1980, 1, 1, 0, 0, 0)
"""The time stamp of the zip's entries, so that the same set gives the same bytes."""


def qti(quiz: QuizSet, title: str) -> bytes:
    """The set as a zip: imsmanifest.xml, assessment.xml and items/ID.xml."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as package:
        _put(package, "imsmanifest.xml", _manifest(quiz))
        _put(package, "assessment.xml", _test(quiz, title))
        for item in quiz.items:
            _put(package, f"items/{_id(item)}.xml", _item(item))
    return held.getvalue()


def _put(package: zipfile.ZipFile, name: str, root: ET.Element) -> None:
    entry = zipfile.ZipInfo(name, FIXED_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    package.writestr(entry, ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _id(item: QuizItem) -> str:
    return f"item-{item.item_id}"


def _root(tag: str, namespace: str, schema: str, attributes: dict[str, str]) -> ET.Element:
    location = {"xmlns": namespace, "xmlns:xsi": XSI, "xsi:schemaLocation": f"{namespace} {schema}"}
    return ET.Element(tag, location | attributes)


def _manifest(quiz: QuizSet) -> ET.Element:
    root = _root("manifest", PACKAGE, f"{PACKAGE}.xsd", {"identifier": "chordae-quiz"})
    metadata = ET.SubElement(root, "metadata")
    ET.SubElement(metadata, "schema").text = "QTIv2.1 Package"
    ET.SubElement(metadata, "schemaversion").text = "1.0.0"
    ET.SubElement(root, "organizations")
    resources = ET.SubElement(root, "resources")
    test = ET.SubElement(
        resources, "resource", identifier="assessment", type="imsqti_test_xmlv2p1", href="assessment.xml"
    )
    ET.SubElement(test, "file", href="assessment.xml")
    for item in quiz.items:
        ET.SubElement(test, "dependency", identifierref=_id(item))
        href = f"items/{_id(item)}.xml"
        resource = ET.SubElement(resources, "resource", identifier=_id(item), type="imsqti_item_xmlv2p1", href=href)
        ET.SubElement(resource, "file", href=href)
    return root


def _test(quiz: QuizSet, title: str) -> ET.Element:
    root = _root("assessmentTest", QTI, f"{QTI}.xsd", {"identifier": "chordae-quiz-test", "title": clean(title)})
    part = ET.SubElement(root, "testPart", identifier="part", navigationMode="nonlinear", submissionMode="individual")
    section = ET.SubElement(part, "assessmentSection", identifier="section", title=clean(title), visible="true")
    for item in quiz.items:
        ET.SubElement(section, "assessmentItemRef", identifier=_id(item), href=f"items/{_id(item)}.xml")
    return root


def _item(item: QuizItem) -> ET.Element:
    name = clean(" ".join(item.stem.split())[:80])
    attributes = {"identifier": _id(item), "title": name, "adaptive": "false", "timeDependent": "false"}
    root = _root("assessmentItem", QTI, f"{QTI}.xsd", attributes)
    base_type = "identifier" if item.options else "string"
    response = ET.SubElement(
        root, "responseDeclaration", identifier="RESPONSE", cardinality="single", baseType=base_type
    )
    correct = ET.SubElement(response, "correctResponse")
    right = f"choice-{item.answer}" if isinstance(item.answer, int) else item.answer
    ET.SubElement(correct, "value").text = clean(right)
    score = ET.SubElement(root, "outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float")
    ET.SubElement(ET.SubElement(score, "defaultValue"), "value").text = "0"
    for outcome in ("FEEDBACK", "NOTE"):
        ET.SubElement(root, "outcomeDeclaration", identifier=outcome, cardinality="single", baseType="identifier")
    body = ET.SubElement(root, "itemBody")
    if item.options:
        _choices(body, item)
    else:
        _entry(body, item)
    _processing(root, item)
    _feedback(root, item)
    return root


def _choices(body: ET.Element, item: QuizItem) -> None:
    interaction = ET.SubElement(
        body, "choiceInteraction", responseIdentifier="RESPONSE", shuffle="false", maxChoices="1"
    )
    ET.SubElement(interaction, "prompt").text = clean(item.stem)
    for at, option in enumerate(item.options):
        ET.SubElement(interaction, "simpleChoice", identifier=f"choice-{at}").text = clean(option)


def _entry(body: ET.Element, item: QuizItem) -> None:
    before, blank, after = clean(item.stem).partition(BLANK)
    paragraph = ET.SubElement(body, "p")
    paragraph.text = before if blank else f"{before} "
    field = ET.SubElement(paragraph, "textEntryInteraction", responseIdentifier="RESPONSE", expectedLength="20")
    field.tail = after


def _processing(root: ET.Element, item: QuizItem) -> None:
    processing = ET.SubElement(root, "responseProcessing")
    condition = ET.SubElement(processing, "responseCondition")
    matched = ET.SubElement(condition, "responseIf")
    test = (
        ET.SubElement(matched, "match")
        if item.options
        else ET.SubElement(matched, "stringMatch", caseSensitive="false")
    )
    ET.SubElement(test, "variable", identifier="RESPONSE")
    ET.SubElement(test, "correct", identifier="RESPONSE")
    value = ET.SubElement(ET.SubElement(matched, "setOutcomeValue", identifier="SCORE"), "baseValue", baseType="float")
    value.text = "1"
    shown = ET.SubElement(
        ET.SubElement(processing, "setOutcomeValue", identifier="FEEDBACK"), "baseValue", baseType="identifier"
    )
    shown.text = "rationale"
    if item.options:
        ET.SubElement(
            ET.SubElement(processing, "setOutcomeValue", identifier="NOTE"), "variable", identifier="RESPONSE"
        )


def _feedback(root: ET.Element, item: QuizItem) -> None:
    for at in range(len(item.options)):
        if note := option_note(item, at):
            _modal(root, "NOTE", f"choice-{at}", [note])
    _modal(root, "FEEDBACK", "rationale", feedback(item))


def _modal(root: ET.Element, outcome: str, identifier: str, lines: list[str]) -> None:
    held = ET.SubElement(root, "modalFeedback", outcomeIdentifier=outcome, showHide="show", identifier=identifier)
    for line in lines:
        ET.SubElement(held, "p").text = clean(line)
