"""Read what a document's words name, before anything is looked up: documents, provisions, which belongs to which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from corpus.document import Document
from corpus.document_names import DocumentName, find_names
from corpus.identity import is_itself
from corpus.provision import MARKED, Level, Provision, Step
from corpus.provision_names import DEPTH, JOINS, ProvisionName, find_provision_names

_UNREAD = (Level.RECIPIENTS, Level.SIGNATURE, Level.ATTESTATION)
"""Parts that say to whom and by whom; they name no law."""
_OF_IT = (" của ", " tại ", " thuộc ", " trong ", " theo ", " ban hành kèm theo ", " kèm theo ", " ", ", ", " của các ")
"""What stands between a provision and the document that it belongs to."""
_BEFORE_IT = (" ", ", ", " (", " tại ", ", tại ")
"""What stands between a document and a provision of it that follows."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A reference as the words say it. Offsets are into the document's canonical text, those of `name` and `provision`
    into their paragraph. Of a list ("Điều 8 và Điều 86 Luật …") each has the name that closes it."""

    stands_in: Provision
    start: int
    end: int
    name: DocumentName | None
    provision: ProvisionName | None
    basis: bool
    """Whether it stands in the preamble's legal bases."""


def spoken_in(document: Document) -> Iterator[Spoken]:
    """What a document's words name, in the order of the text.

    The marks with which provisions begin ("Điều 1.") and the name that a document gives itself in its head are left
    out; so are recipients, signature and electronic attestation.
    """
    for part in document.parts:
        if part.level in _UNREAD:
            continue
        for provision in part.walk():
            at = provision.start
            for paragraph in document.own_words(provision).split("\n"):
                for start, end, name, named in _of_paragraph(paragraph):
                    own_mark = named is not None and at + start == provision.start and provision.level in MARKED
                    own_name = part.level is Level.HEAD and name is not None and is_itself(name, document)
                    if not own_mark and not own_name:
                        basis = part.level is Level.BASES
                        yield Spoken(provision, at + start, at + end, name, named, basis)
                at += len(paragraph) + 1


_Words = tuple[int, int, DocumentName | None, ProvisionName | None]


def _of_paragraph(text: str) -> list[_Words]:
    """The documents and provisions that a paragraph names, each provision with the document that it belongs to."""
    names = find_names(text)
    chains = find_provision_names(text)
    found: list[_Words] = []
    used: set[int] = set()
    following: tuple[ProvisionName, DocumentName | None] | None = None
    for chain in reversed(chains):
        first, last = chain[0], chain[-1]
        closing = next((n for n in names if n.start >= last.end and text[last.end : n.start] in _OF_IT), None)
        name = closing
        outer: tuple[tuple[Step, ...], ...] = ()
        here = last.here
        if name is not None:
            used.add(id(name))
        elif here is None and following and JOINS.fullmatch(text, last.end, following[0].start):
            # "khoản 1 Điều 5 và Điều 7 Luật …", "điểm b, điểm c khoản 1 Điều này": what closes a list holds for all.
            name, outer, here = following[1], following[0].targets[:1], following[0].here
        elif here is None:
            name = next((n for n in names if text[n.end : first.start] in _BEFORE_IT and n.end < first.start), None)
        closed = [_completed(one, outer, here) for one in chain]
        for one in closed:
            end = closing.end if closing and one is closed[-1] else one.end
            found.append((one.start, end, name, one))
        following = (closed[0], name)
    found += [(name.start, name.end, name, None) for name in names if id(name) not in used]
    return sorted(found, key=lambda one: (one[0], -one[1]))


def _completed(name: ProvisionName, outer: tuple[tuple[Step, ...], ...], here: Level | None) -> ProvisionName:
    """A name with what the next one in its list says of the levels further out."""
    if not name.targets:
        return name
    top = DEPTH[name.targets[0][0].level]
    above = tuple(step for step in (outer[0] if outer else ()) if DEPTH[step.level] < top)
    return ProvisionName(tuple((*above, *steps) for steps in name.targets), here, name.start, name.end)
