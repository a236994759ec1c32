"""What the web server needs of the rest of the program."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.assistant import Assistant
from corpus.document import Document
from corpus.validity import Validity
from corpus.verify import Verdict, verify


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether questions can be answered now, and what is known of each part."""

    ready: bool
    """False only where no answer can be given (no index, no model). A dead database is a detail: people still get
    their answers while records go to the spool."""
    details: Mapping[str, object] = field(default_factory=dict)
    """What `/readyz` shows, as JSON. Nothing secret."""


@dataclass(frozen=True, slots=True)
class Service:
    """What the server stands on. The callables are called from several threads at once.

    Args:
        assistant: answers and records.
        documents: the documents held now, in the order in which they are listed.
        validity_of: whether a document binds today.
        readiness: asked before each question as well as by `/readyz`, so it has to be quick.
    """

    assistant: Assistant
    documents: Callable[[], Sequence[Document]]
    validity_of: Callable[[Document], Validity]
    readiness: Callable[[], Readiness]

    def document(self, id: str) -> Document | None:
        """The document of this id, or None."""
        return next((document for document in self.documents() if document.id == id), None)

    def verify(self, code: str) -> Verdict:
        """Whether a quote still stands in the documents held now; the code as a person types it."""
        return verify(code, self.documents())
