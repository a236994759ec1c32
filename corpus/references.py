"""References: every place where a document names another, or a provision, and what of it is held.

The legal bases of the preamble (căn cứ) and the references inside clauses are read from the words alone, and resolved
against whatever documents are held: a law that is added later is found by the references that stood there before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

from corpus.document import Document
from corpus.document_names import DocumentName
from corpus.identity import Match, which
from corpus.provision import Level, ProvisionPath, Step
from corpus.provision_names import DEPTH
from corpus.reference_words import Spoken, spoken_in

_NONE = "Văn bản đang giữ không có điều khoản này."
_SOME = "Văn bản đang giữ chỉ có một phần các điều khoản này."


class Standing(StrEnum):
    """Whether what a reference names is held."""

    HELD = "held"
    LIKELY = "likely"
    """A document is held that is likely the one named; `reason` says what differs."""
    NOT_HELD = "not_held"
    NO_PROVISION = "no_provision"
    """The document is held and has no such provision."""
    OWN = "own"
    """The words name the document itself ("Nghị quyết này")."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference. Offsets are into the canonical text of the document that holds it."""

    document_id: str
    path: ProvisionPath
    """The provision in whose own words it stands."""
    start: int
    end: int
    words: str
    name: DocumentName | None
    """How the document is named, or None where a provision is named alone ("khoản 2 Điều này"): one of this document.
    Of a list ("Điều 8 và Điều 86 Luật …") each has the name that closes it. Its offsets are those of its paragraph."""
    steps: tuple[tuple[Step, ...], ...]
    """The provisions named, as the words name them, outermost level first; a range names several."""
    basis: bool
    """Whether it stands in the preamble's legal bases."""
    standing: Standing
    target: str | None = None
    """The id of the document held, certain or likely."""
    targets: tuple[ProvisionPath, ...] = ()
    """The provisions held; empty where the words name none."""
    reason: str | None = None
    """Why it is not certain, or what is missing: one Vietnamese sentence."""

    @property
    def within(self) -> bool:
        """Whether the words are part of another document's name ("quy định chi tiết một số điều của Luật …")."""
        return self.name is not None and self.name.within

    @property
    def opens(self) -> bool:
        """Whether something held can be opened that is not the document itself as a whole."""
        return self.standing in (Standing.HELD, Standing.LIKELY)


@dataclass(frozen=True)
class References:
    """The references of all documents held, resolved among them."""

    documents: tuple[Document, ...]

    @cached_property
    def by_document(self) -> dict[str, tuple[Reference, ...]]:
        """The references of each document, by its id, in the order of its text."""
        return {document.id: self.of(document) for document in self.documents}

    def of(self, document: Document) -> tuple[Reference, ...]:
        """The references of one of the documents, in the order of its text."""
        # Two threads may both read it; what they find is the same.
        if document.id not in self._read:
            self._read[document.id] = tuple(self._resolved(document))
        return self._read[document.id]

    def inside(self, document: Document, start: int, end: int) -> list[Reference]:
        """The references that stand whole in a span of a document's canonical text."""
        return [found for found in self.of(document) if start <= found.start and found.end <= end]

    @cached_property
    def _read(self) -> dict[str, tuple[Reference, ...]]:
        return {}

    def _resolved(self, document: Document) -> Iterator[Reference]:
        for spoken in _spoken_in(_Same((document,))):
            match = which(spoken.name, document, self.documents) if spoken.name else Match(document)
            standing, target, reason = Standing.NOT_HELD, None, None
            paths: tuple[ProvisionPath, ...] = ()
            if match is not None and match.document is document and spoken.provision is None:
                standing = Standing.OWN
            elif match is not None:
                standing = Standing.HELD if match.reason is None else Standing.LIKELY
                target, reason = match.document.id, match.reason
                if spoken.provision is not None:
                    paths = tuple(self._paths(match.document, spoken, document))
                    if not paths:
                        standing, reason = Standing.NO_PROVISION, _and(reason, _NONE)
                    elif len(paths) < len(spoken.provision.targets):
                        reason = _and(reason, _SOME)
            yield Reference(
                document_id=document.id,
                path=spoken.stands_in.path,
                start=spoken.start,
                end=spoken.end,
                words=document.text.text[spoken.start : spoken.end],
                name=spoken.name,
                steps=spoken.provision.targets if spoken.provision else (),
                basis=spoken.basis,
                standing=standing,
                target=target,
                targets=paths,
                reason=reason,
            )

    def _paths(self, target: Document, spoken: Spoken, where: Document) -> Iterator[ProvisionPath]:
        """The provisions of a document that words name; "… này" and a lone "khoản 2" go by where the words stand."""
        named = spoken.provision
        assert named is not None
        inside = spoken.stands_in.path.steps if target is where else ()
        above: tuple[Step, ...] = ()
        if named.here is not None:
            at = next((n for n, step in enumerate(inside, 1) if step.level is named.here), None)
            if at is None:
                return
            above = inside[:at]
            if not named.targets:
                yield ProvisionPath(above)
                return
        for steps in named.targets:
            path = _nearest(self._ending[target.id], steps, above, inside)
            if path is not None:
                yield path

    @cached_property
    def _ending(self) -> dict[str, dict[Step, list[ProvisionPath]]]:
        """The paths of each document by their last step."""
        ending: dict[str, dict[Step, list[ProvisionPath]]] = {}
        for document in self.documents:
            paths = ending.setdefault(document.id, {})
            for provision in document.marked:
                paths.setdefault(provision.path.steps[-1], []).append(provision.path)
        return ending


def references(documents: Iterable[Document]) -> References:
    """The references of these documents; asked again for the same ones, the same object."""
    return _of(_Same(tuple(documents)))


def _and(reason: str | None, more: str) -> str:
    return f"{reason} {more}" if reason else more


class _Same:
    """Documents as a key: the same if they are the very same objects (they are never changed once read)."""

    def __init__(self, documents: tuple[Document, ...]) -> None:
        self.documents = documents
        self._ids = tuple(map(id, documents))

    def __hash__(self) -> int:
        return hash(self._ids)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self._ids == other._ids


@lru_cache(maxsize=4)
def _of(key: _Same) -> References:
    return References(key.documents)


@lru_cache(maxsize=256)
def _spoken_in(key: _Same) -> tuple[Spoken, ...]:
    """What a document's words name, read once, whatever else is held."""
    return tuple(spoken_in(key.documents[0]))


def _nearest(
    ending: dict[Step, list[ProvisionPath]], steps: Sequence[Step], above: tuple[Step, ...], inside: tuple[Step, ...]
) -> ProvisionPath | None:
    """The one path nearest to the top that holds all steps named; levels between may be left out.

    Args:
        ending: a document's paths by their last step.
        steps: the steps named, outermost first.
        above: the steps with which the path must begin.
        inside: where the words stand, if in the same document, else ().
    """
    innermost = max(steps, key=lambda step: DEPTH[step.level])
    fitting = [
        path
        for path in ending.get(innermost, ())
        if path.steps[: len(above)] == above and all(step in path.steps for step in steps)
    ]
    if DEPTH[steps[0].level] > DEPTH[Level.ARTICLE]:
        # "khoản 2" alone is the one beside the words, not that of another article.
        for depth in range(len(inside), 0, -1):
            near = [path for path in fitting if path.steps[:depth] == inside[:depth]]
            if near:
                fitting = near
                break
    shallow = min((len(path.steps) for path in fitting), default=0)
    nearest = [path for path in fitting if len(path.steps) == shallow]
    return nearest[0] if len(nearest) == 1 else None
