"""Does a quote still stand? A check code is derived again from the documents held; nothing else is needed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from corpus.citation import Citation, normalise_code, quotations, same_place
from corpus.document import Document
from corpus.provision import QUOTABLE


class Standing(StrEnum):
    """What a check code shows."""

    STANDS = "stands"
    WORDS_CHANGED = "words_changed"
    UNKNOWN = "unknown"
    NOT_A_CODE = "not_a_code"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found for a code. `citation` and `document` are there unless nothing was found."""

    standing: Standing
    document: Document | None = None
    citation: Citation | None = None
    note: str = ""
    """A Vietnamese sentence, where there is something to add."""


def verify(code: str, documents: Iterable[Document]) -> Verdict:
    """Look a code up in the documents held.

    Args:
        code: as a person types it; spaces, dashes and small letters do no harm.
        documents: the documents held.
    """
    exact = normalise_code(code)
    if exact is None:
        return Verdict(Standing.NOT_A_CODE)
    changed: Verdict | None = None
    for document in documents:
        for provision in document.walk():
            if provision.level not in QUOTABLE:
                continue
            for citation in quotations(document, provision):
                if citation.code == exact:
                    elsewhere = document.sha256 != document.recorded_sha256
                    note = (
                        "Tệp nguồn đã có thay đổi ở chỗ khác; câu chữ của trích dẫn này vẫn nguyên."
                        if elsewhere
                        else ""
                    )
                    return Verdict(Standing.STANDS, document, citation, note)
                if changed is None and same_place(citation.code, exact):
                    note = "Điều khoản này vẫn còn trong văn bản nhưng câu chữ đã khác."
                    changed = Verdict(Standing.WORDS_CHANGED, document, citation, note)
    return changed or Verdict(Standing.UNKNOWN)


def standing(codes: Iterable[str], documents: Iterable[Document]) -> dict[str, tuple[Document, Citation]]:
    """The quotes of several check codes in one reading of the documents; what does not stand is left out.

    Args:
        codes: as `normalise_code` gives them.
        documents: the documents held.
    """
    wanted = set(codes)
    found: dict[str, tuple[Document, Citation]] = {}
    for document in documents:
        for provision in document.walk():
            if len(found) == len(wanted):
                return found
            if provision.level in QUOTABLE:
                cited = quotations(document, provision)
                found.update({one.code: (document, one) for one in cited if one.code in wanted})
    return found
