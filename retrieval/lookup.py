"""A question that names a provision or a document goes straight to it; what is named and not held is said so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpus.catalog import Catalog
from corpus.citation import name, short_name
from corpus.document import Document, Kind, Tier
from corpus.mention import COUNTS, KINDS, LAST, ROMAN, DocumentMention, find_part
from corpus.places import PlaceMention, bare_name
from corpus.provision import MARKED, Level, Provision, Step
from corpus.text import fold
from retrieval.facts import Fact
from retrieval.papers import LOCAL, another_paper
from retrieval.understand import Understanding, compared
from retrieval.words import words

_FILLER = re.compile(
    r"\s*(?:(?:cua|o|tai|ve|cho|nam \d{4}|so|hdnd|ubnd|hoi dong nhan dan|uy ban nhan dan|dia ban|tren|ben|"
    r"ngay [\d/]+)\s+)*"
)
_NOT_A_NAME = re.compile(r"(?:phap|ky|quy|trai|dung|hieu|vi pham|lam|hoc|theo|bang|nganh)\s*$")
_BESIDE = 12
"""How many characters may stand between a provision and the paper it belongs to ("Điều 25 của Luật")."""
_YEAR_NEAR = 60
"""How far behind a paper's name its year may stand."""


@dataclass(frozen=True, slots=True)
class Named:
    """The documents that a question names: those held, and the first that is not."""

    documents: tuple[Document, ...]
    unknown: str | None
    explicit: bool
    """Whether a held document is named outright (by number, title, or kind and place), not by place alone."""
    numbered: bool = False
    """Whether what is not held is named by its number, and so beyond doubt."""


@dataclass(frozen=True, slots=True)
class Found:
    """Provisions that a question names, in its order; or what it names that does not exist."""

    provisions: tuple[tuple[Document, Provision], ...]
    missing: str | None = None
    ambiguous: bool = False
    """Whether the question's words fit several provisions."""


def named_documents(asked: Understanding, catalog: Catalog) -> Named:
    """The documents that a question names."""
    documents: list[Document] = []
    unknown: str | None = None
    numbered = False
    for mention in asked.documents:
        if mention.this:
            continue
        held, missing = _one(asked, mention, catalog)
        documents += [document for document in held if document not in documents]
        dated = _YEAR.search(fold(_behind(asked, mention)))
        numbered = numbered or bool(missing and (mention.number or dated or mention.kind in LOCAL))
        unknown = unknown or missing
    another = another_paper(asked.text, asked.documents, asked.places, lambda words: _spoken_of(words, catalog))
    if another:
        documents, unknown, numbered = [], unknown or another, True
    documents += _of_other_places(asked, documents, catalog)
    return Named(tuple(documents), unknown, bool(documents), numbered)


def _of_other_places(asked: Understanding, named: Sequence[Document], catalog: Catalog) -> list[Document]:
    """ "Nghị quyết Kim Bảng và Thạch Khôi" names two papers: those of the same kind, of the other places compared."""
    kinds = {document.meta.kind for document in named if document.meta.place in asked.held_places}
    covered = {document.meta.place for document in named}
    others = [place for place in compared(asked) if place not in covered]
    return [d for d in catalog if d.meta.kind in kinds and d.meta.place in others] if covered else []


def _one(asked: Understanding, mention: DocumentMention, catalog: Catalog) -> tuple[list[Document], str | None]:
    """What one mention names: documents held, or the words for one that is not."""
    text, behind = asked.text, _behind(asked, mention)
    of_kind = [document for document in catalog if document.meta.kind is mention.kind]
    words_used = text[mention.start : mention.end]
    if mention.number and not _is_year(mention.number):
        held = [d for d in of_kind if _same_number(d.meta.number, mention.number)]
        held = [d for d in held if not _of_another_year(behind, d) and not _of_another_issuer(asked, mention, d)]
        return (held, None) if held else ([], _upper_first(words_used))
    if fold(words_used) == "dieu le":
        return [], " ".join((_upper_first(words_used), *text[mention.end :].split("?")[0].split()[:4]))
    if mention.kind is Kind.LAW:
        return _law(text, mention, of_kind)
    if mention.kind in (Kind.CONSTITUTION, Kind.ORDINANCE, Kind.DECREE, Kind.CIRCULAR) and not of_kind:
        following = text[mention.end :].split("?")[0].split()[:6]
        return [], " ".join((_upper_first(words_used), *following))
    folded = fold(text)
    if (
        mention.kind is Kind.RESOLUTION
        and _CENTRAL.match(folded, mention.end)
        and all(d.meta.tier is not Tier.NATIONAL for d in of_kind)
    ):
        return [], " ".join((_upper_first(words_used), *text[mention.end :].split("?")[0].split()[:4]))
    issuer = _issuer(asked, mention)
    if issuer and issuer.place:
        held = [d for d in of_kind if d.meta.place == issuer.place]
        if any(not _of_another_year(behind, d) for d in held):
            return held, None
        return [], f"{_upper_first(words_used)} của {issuer.place.name}"
    here = [d for d in of_kind if d.meta.place in asked.held_places]
    if here and issuer and all(_elsewhere(asked, issuer, d) for d in here):
        return [], f"{_upper_first(words_used)} của {issuer.words}"
    if here and all(_of_another_year(behind, d) for d in here):
        return [], " ".join((_upper_first(words_used), *text[mention.end :].split("?")[0].split()[:8]))
    if here and asked.held_places:
        return here, None
    begins = not folded[: mention.start].split() or folded[: mention.start].split()[-1] in ("theo", "trong", "tai")
    dated = _YEAR.search(fold(behind))
    if asked.held_places and begins and dated and mention.kind in (Kind.PLAN, Kind.RESOLUTION, Kind.SUBMISSION):
        return [], f"{_upper_first(words_used)} của {asked.held_places[0].name}"
    return [], None


_CENTRAL = re.compile(r"\s+(?:cua )?(?:quoc hoi|uy ban thuong vu|bo chinh tri|trung uong)(?!\w)")
_YEAR = re.compile(r"(?:nam |(?<![\d/])(?:\d{1,2}/)?(?:0?\d|1[0-2])/|(?<=[a-z] ))(20[0-3]\d)(?![\d/])")


def _of_another_year(following: str, document: Document) -> bool:
    """Whether the first year that follows a paper's name is none of this document's."""
    match = _YEAR.search(fold(following))
    if match is None:
        return False
    days = (document.meta.issued, document.meta.adopted, document.meta.effective)
    known = {str(day.year) for day in days if day} | set(re.findall(r"20[0-3]\d", document.meta.title or ""))
    return bool(known) and match[1] not in known


def _of_another_issuer(asked: Understanding, mention: DocumentMention, document: Document) -> bool:
    """Whether a paper's number is followed by an issuer of another place: numbers run anew with each issuer."""
    issuer = _issuer(asked, mention)
    return issuer is not None and document.meta.place not in asked.held_places and _elsewhere(asked, issuer, document)


def _behind(asked: Understanding, mention: DocumentMention) -> str:
    """What stands near behind a paper's name, before the next."""
    following = [other.start for other in asked.documents if other.start >= mention.end]
    return asked.text[mention.end : min([mention.end + _YEAR_NEAR, *following])]


def _issuer(asked: Understanding, mention: DocumentMention) -> PlaceMention | None:
    """The place that stands right behind a paper's name."""
    after = _FILLER.match(fold(asked.text), mention.end)
    at = after.end() if after else mention.end
    return next((place for place in asked.places if place.end and place.start <= at <= place.end), None)


def _elsewhere(asked: Understanding, place: PlaceMention, document: Document) -> bool:
    """Whether a place is neither a document's own nor one that it lies in or lay in: "tỉnh Hà Nam" is, unless the
    document's own place is named too."""
    home = document.meta.place
    if home is None or place.place == home:
        return False
    around = fold(f"{home.name} {home.province} {home.former}")
    words = re.sub(r"^tinh ", "", fold(place.words)) if home in asked.held_places else fold(place.words)
    return place.place is not None or words.startswith("tinh ") or words not in around


def _spoken_of(words: str, catalog: Catalog) -> bool:
    return any(words in fold(document.text.text) for document in catalog)


def _law(text: str, mention: DocumentMention, held: Sequence[Document]) -> tuple[list[Document], str | None]:
    folded = fold(text)
    if _NOT_A_NAME.search(folded[: mention.start]) and not text[mention.start].isupper():
        return [], None
    following = folded[mention.end :].lstrip()
    titles = [d.meta.title for d in held if d.meta.title]
    for title in sorted({*titles, *words().laws}, key=len, reverse=True):
        if not re.match(rf"{re.escape(fold(title))}(?!\w)", following):
            continue
        for document in held:
            if document.meta.title and set(fold(title).split()) <= set(fold(document.meta.title).split()):
                return [document], None
        return [], f"Luật {title}"
    tail = text[mention.end :].lstrip()
    capital = re.match(r"([A-ZĐÀ-Ỹ][\wà-ỹ]*(?:[\s,]+(?!(?:quy|thì|có|nói|về|là|năm|ở|tại)\b)[\wà-ỹ]+){0,5})", tail)
    if capital and text[mention.start].isupper():
        return [], f"Luật {capital[1].strip(' ,')}"
    return [], None


def cites_another(asked: Understanding, named: Named) -> bool:
    """Whether every provision named is of a paper that is not held: "Điều 25 Luật …" in a question about a plan."""
    foreign = [
        any(0 <= mention.start - provision.end <= _BESIDE and not mention.this for mention in _not_held(asked, named))
        for provision in asked.provisions
    ]
    return bool(foreign) and all(foreign)


def _not_held(asked: Understanding, named: Named) -> list[DocumentMention]:
    kinds = {document.meta.kind for document in named.documents}
    return [mention for mention in asked.documents if mention.kind not in kinds]


def cited_in(asked: Understanding, documents: Iterable[Document]) -> bool:
    """Whether a document's own text cites one of the provisions that a question names."""
    said = [fold(asked.text[mention.start : mention.end]) for mention in asked.provisions]
    return any(words in fold(document.text.text) for document in documents for words in said)


def find_named(asked: Understanding, named: Named, catalog: Catalog) -> Found | None:
    """The provisions that a question names by level and number, or None where it names none."""
    if not asked.provisions:
        return None
    scope: Sequence[Document] = named.documents or _of_places(asked, catalog)
    if not scope:
        scope = catalog.documents
    found: list[tuple[Document, Provision]] = []
    missing: str | None = None
    ambiguous = False
    for mention in asked.provisions:
        for steps in mention.targets:
            hits = [(d, p) for d in scope for p in resolve(d, steps, loose=mention.loose)]
            exact = [hit for hit in hits if not mention.loose or _points(hit[1]) == _steps_points(steps)]
            hits = exact + [hit for hit in hits if hit not in exact]
            if not hits and missing is None:
                missing = _say_missing(steps, scope)
            ambiguous = ambiguous or (len(exact or hits) > 1)
            found += [hit for hit in hits if hit not in found]
    if not found:
        return Found((), missing)
    return Found(tuple(found), missing, ambiguous)


def missing_part(asked: Understanding, documents: Sequence[Document]) -> str | None:
    """What a question names of a document that no provision is known by: a page, a form; None where it names none."""
    part = find_part(asked.text)
    if part is None or any(fold(part) in fold(document.text.text) for document in documents):
        return None
    return f"{_upper_first(part)} trong {name(documents[0].meta)}" if len(documents) == 1 else _upper_first(part)


def resolve(document: Document, steps: Sequence[Step], *, loose: bool = False) -> list[Provision]:
    """The provisions of a document that a citation names, nearest to the top first.

    Args:
        document: the document cited.
        steps: the levels named, outermost first; levels between them may be left out.
        loose: whether a point d may be đ, because the asker typed no accents.
    """
    levels = {p.level for p in document.marked}
    wanted = [_as_marked(step, levels) for step in steps]
    hits = [p for p in document.marked if _fits(p.path.steps, wanted, loose)]
    if wanted and wanted[-1].number == LAST:
        last = {p.path.parent: p for p in hits}  # in the order of the text, so the last one stays
        hits = list(last.values())
    shallow = min((len(p.path.steps) for p in hits), default=0)
    return [p for p in hits if len(p.path.steps) == shallow or len(wanted) > 1]


def unmarked(asked: Understanding, documents: Iterable[Document]) -> list[tuple[Document, Provision]]:
    """The unmarked parts that answer who signed, since when, and on what basis."""
    levels = {
        Fact.SIGNER: (Level.SIGNATURE,),
        Fact.FORCE: (Level.CLOSING,),
        Fact.BASIS: (Level.BASES,),
        Fact.ISSUED: (Level.HEAD,),
    }.get(asked.fact or Fact.COUNT, ())
    found: list[tuple[Document, Provision]] = []
    for document in documents:
        parts = [part for part in document.parts if part.level in levels]
        if asked.fact is Fact.ISSUED and _numbers_another(asked.text, document):
            continue
        if asked.fact is Fact.FORCE:
            stated = [p for p in document.marked if p.is_leaf and _IN_FORCE.search(document.words(p))]
            parts = [p for p in parts if _ADOPTION.search(document.words(p))] or stated[:1]
        found += [(document, part) for part in parts]
    return found


_NUMBERED = re.compile(
    r"(?<!\w)(nghi quyet|nq|ke hoach|kh|to trinh|ttr|bao cao|bc|quyet dinh|qd|thong bao|tb|ket luan|chi thi)"
    r"(?: tham tra)? (?:co |mang |la )?(?:so hieu|so may|so bao nhieu|ban hanh ngay|ngay nao)"
)


def _numbers_another(text: str, document: Document) -> bool:
    """Whether a question asks for the number or date of a paper of another kind than this document."""
    match = _NUMBERED.search(" ".join(fold(text).split()))
    return match is not None and KINDS.get(match[1], (Kind.OTHER,))[0] is not document.meta.kind


_NAMING = frozenset("nghị quyết kế hoạch tờ trình luật định toàn bộ văn bản nội dung đầy đủ xem đọc về".split())
_NAMING_PLAIN = frozenset(fold(syllable) for syllable in _NAMING)


def names_only_a_document(asked: Understanding) -> bool:
    """Whether a question says no more than the name of a document or a place."""
    words_used = _NAMING_PLAIN if asked.text.isascii() else _NAMING
    return all(syllable in words_used or syllable.isdigit() for syllable in asked.content)


def heads(documents: Iterable[Document]) -> list[tuple[Document, Provision]]:
    """The opening lines of documents: number, date, title, issuer."""
    return [(document, part) for document in documents for part in document.parts if part.level is Level.HEAD]


_IN_FORCE = re.compile(r"này có hiệu lực(?: thi hành)?(?: kể)? từ")
_ADOPTION = re.compile(r"thông qua ngày|có hiệu lực")


def _fits(path: Sequence[Step], wanted: Sequence[Step], loose: bool) -> bool:
    if not _same(path[-1], wanted[-1], loose):
        return False
    steps = iter(path)
    return all(any(_same(step, want, loose) for step in steps) for want in wanted)


def _same(step: Step, want: Step, loose: bool) -> bool:
    if step.level is not want.level:
        return False
    mine, its = step.number.lower(), want.number.lower()
    if step.level in (Level.PART, Level.SECTION, Level.CHAPTER, Level.APPENDIX):
        return _arabic(mine) == _arabic(its)
    return mine == its or its == LAST or (loose and (mine, its) == ("đ", "d"))


def _as_marked(said: Step, levels: set[Level]) -> Step:
    """The step that a document has for one that people say: "phần II" for Mục II, "mục 2" for clause 2."""
    if said.level is Level.PART and Level.PART not in levels and Level.SECTION in levels:
        return Step(Level.SECTION, said.number)
    loose = said.level is Level.SECTION or (said.level is Level.PART and levels.isdisjoint((Level.PART, Level.ARTICLE)))
    if loose and Level.SECTION not in levels:
        return Step(Level.CLAUSE, _arabic(said.number))
    return said


def _arabic(number: str) -> str:
    number = number.lower().removeprefix("thứ ")
    return ROMAN.get(number.upper()) or COUNTS.get(number, number)


def _points(provision: Provision) -> list[str]:
    return [step.number for step in provision.path.steps if step.level is Level.POINT]


def _steps_points(steps: Sequence[Step]) -> list[str]:
    return [step.number for step in steps if step.level is Level.POINT]


def _say_missing(steps: Sequence[Step], scope: Sequence[Document]) -> str:
    """ "Điều 7 trong Nghị quyết số 18/NQ-HĐND … (văn bản có Điều 1 đến Điều 3)"."""
    wanted = " ".join(step.words for step in reversed(steps))
    if len(scope) != 1:
        return f"{wanted} trong các văn bản đang có"
    document = scope[0]
    level = steps[0].level if steps[0].level in MARKED else Level.ARTICLE
    has = [p.path.steps[-1].words for p in document.marked if p.level is level]
    extent = f" (văn bản này có {has[0]} đến {has[-1]})" if len(has) > 1 else ""
    if not has and level is Level.ARTICLE:
        extent = " (văn bản này không chia theo Điều)"
    return f"{wanted} trong {name(document.meta)}{extent}"


def _of_places(asked: Understanding, catalog: Catalog) -> list[Document]:
    return [d for d in catalog if d.meta.place and d.meta.place in asked.held_places]


def _is_year(number: str) -> bool:
    return bool(re.fullmatch(r"(?:19|20)\d\d", number))


def _same_number(held: str | None, asked: str) -> bool:
    if not held:
        return False
    mine, its = (re.sub(r"\s", "", fold(number)) for number in (held, asked))
    return mine == its or mine.startswith((its + "/", its + "-"))


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def aliases(document: Document) -> str:
    """The words by which people name a document, for search: kind, number, place, short name."""
    meta = document.meta
    place = bare_name(meta.place) if meta.place else ""
    return " ".join(part for part in (short_name(meta), meta.number or "", place) if part)
