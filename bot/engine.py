"""The answerer in use: opened once, and opened anew, whole, when documents are added or removed."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from corpus.catalog import Catalog, added_folder, open_catalog
from corpus.document import CorpusError, Document
from corpus.validity import Validity
from index.encoder import IndexingError, load_encoder, model_digest
from index.passages import Passage
from index.provision_index import ProvisionIndex, open_or_build
from retrieval.answer import Answer
from retrieval.answerer import Answerer, assemble
from retrieval.question import Question

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 1.0
"""How often a running program looks whether the documents have changed."""

Say = Callable[[str], None]
Progress = Callable[[int, int], None]


class Engine:
    """Answers with the documents as they are now.

    Args:
        home: the folder of all state.
        model: another encoder's name or path, or None for the one that ships.
        say: told what takes time ("the index is built anew, because …").
        progress: told how far a long build has come.

    Raises:
        CorpusError, IndexingError: if documents or model cannot be opened at the start. Later, while running, the
            last good state goes on and `trouble` says what is wrong.
    """

    def __init__(self, home: Path, model: str | None, say: Say, progress: Progress | None = None) -> None:
        self._home = home
        self._model = model
        self._say = say
        self._progress = progress
        self._lock = threading.Lock()
        self._looked = time.monotonic()
        self._seen = self._signature()
        self._encoder = load_encoder(model)
        self._answerer = self._open(open_catalog(home))
        self.trouble: str | None = None

    def answer(self, question: Question) -> Answer:
        """Answer a question."""
        self._look()
        return self._answerer.answer(question)

    @property
    def catalog(self) -> Catalog:
        """The documents held now."""
        return self._answerer.catalog

    def documents(self) -> Sequence[Document]:
        """The documents held now, looked at anew."""
        self._look()
        return self._answerer.catalog.documents

    def validity_of(self, document: Document, on: dt.date | None = None) -> Validity:
        """Whether a document binds on a day (default: today)."""
        return self._answerer.validity_of(document, on)

    def _open(self, catalog: Catalog) -> Answerer:
        digest = model_digest(self._model)
        told: set[str] = set()

        def tell(line: str) -> None:
            # Provisions and authored questions are two indexes; to a person they are one.
            if line not in told:
                told.add(line)
                self._say(line)

        def build(name: str, passages: Sequence[Passage]) -> ProvisionIndex:
            folder = self._home / "index" / name
            return open_or_build(folder, passages, catalog.digest, self._encoder, digest, tell, self._progress)

        return assemble(catalog, build)

    def _look(self) -> None:
        """Begin to open the documents anew if they have changed; questions meanwhile get the last good state."""
        now = time.monotonic()
        if now - self._looked < _LOOK_EVERY_S or not self._lock.acquire(blocking=False):
            return
        try:
            self._looked = now
            seen = self._signature()
            if seen == self._seen:
                return
            self._seen = seen
        finally:
            self._lock.release()
        threading.Thread(target=self._reopen, name="reopen", daemon=True).start()

    def _reopen(self) -> None:
        try:
            self._answerer = self._open(open_catalog(self._home))
            self.trouble = None
        except (CorpusError, IndexingError) as error:
            self.trouble = str(error)
            log.error("the documents could not be opened anew: %s", error)

    def _signature(self) -> tuple[tuple[str, int, int], ...]:
        folder = added_folder(self._home)
        if not folder.is_dir():
            return ()
        files = sorted(path for path in folder.iterdir() if path.suffix in (".txt", ".toml"))
        return tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in files)
