"""A check code leads back to the same words, or says that they have changed."""

from __future__ import annotations

import dataclasses

from corpus.catalog import Catalog
from corpus.citation import quotations
from corpus.parse import parse
from corpus.text import canonical
from corpus.verify import Standing, standing, verify


def test_codes_lead_back(catalog: Catalog) -> None:
    document = catalog.by_id["nghi-quyet-thach-khoi-2025"]
    citation = quotations(document, document.by_path["art_1__sec_II__cl_5__pt_b"])[0]
    verdict = verify(f"{citation.code[:4]}-{citation.code[4:].lower()}", catalog)
    assert verdict.standing is Standing.STANDS
    assert verdict.citation == citation
    assert verdict.note == ""


def test_changed_words_fail_and_a_change_elsewhere_is_noted(catalog: Catalog) -> None:
    document = catalog.by_id["nghi-quyet-thach-khoi-2025"]
    source = document.source_text.replace("cản trở việc thực hiện dân chủ", "ngăn trở việc thực hiện dân chủ", 1)
    text = canonical(source)
    parts, _ = parse(text.text)
    changed = dataclasses.replace(document, source_text=source, text=text, parts=parts, sha256="other")
    point = quotations(document, document.by_path["art_1__sec_II__cl_5__pt_b"])[0]
    funding = quotations(document, document.by_path["art_2"])[0]
    assert verify(point.code, [changed]).standing is Standing.WORDS_CHANGED
    verdict = verify(funding.code, [changed])
    assert verdict.standing is Standing.STANDS
    assert "chỗ khác" in verdict.note


def test_what_is_no_code(catalog: Catalog) -> None:
    assert verify("22222222", catalog).standing is Standing.UNKNOWN
    assert verify("xin chào", catalog).standing is Standing.NOT_A_CODE


def test_several_codes_are_looked_up_in_one_reading(catalog: Catalog) -> None:
    document = catalog.by_id["nghi-quyet-thach-khoi-2025"]
    codes = [quotations(document, document.by_path[path])[0].code for path in ("art_2", "art_3__cl_1")]
    found = standing([*codes, "ABCDEFGH"], catalog)
    assert set(found) == set(codes)
    for code, (held, citation) in found.items():
        assert held is document
        assert citation == verify(code, catalog).citation
    assert standing([], catalog) == {}
