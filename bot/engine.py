"""The answerer in use: opened once, and opened anew, whole, when documents are added or removed.

What reviewers pinned is followed where somebody asks: by the channels and by `danchu ask` and `chat`.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot import messages
from corpus.catalog import Catalog, added_folder, open_catalog
from corpus.document import CorpusError, Document
from corpus.validity import Validity
from index.encoder import IndexingError, load_encoder, model_digest
from index.passages import Passage
from index.provision_index import ProvisionIndex, open_or_build
from retrieval.answer import Answer
from retrieval.answerer import Answerer, assemble
from retrieval.question import Question
from retrieval.reviewed import Reviewed, ReviewedQuestion
from retrieval.understand import Understanding

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 1.0
"""How often a running program looks whether the documents have changed."""

_PINS_EVERY_S = 0.5
"""How often it looks whether the pins have; one is to be live everywhere within a second."""

_FIRST_PINS_S = 2.0
"""How long the first look at the pins is waited for: a dead database costs nobody the answer."""

Say = Callable[[str], None]
Progress = Callable[[int, int], None]
Changed = Callable[[], Sequence[ReviewedQuestion] | None]
"""Gives the reviewed questions that hold now, or None where they are those that it gave last; raises nothing."""


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
        self._swapping = threading.Lock()
        self._pinned: Sequence[ReviewedQuestion] = ()
        self._pins_seen = 0
        self._held_back = False
        self._looked = time.monotonic()
        self._seen = self._signature()
        self._encoder = load_encoder(model)
        self._answerer = self._open(open_catalog(home))
        self.trouble: str | None = None

    def answer(self, question: Question) -> Answer:
        """Answer a question."""
        self._look()
        return self._answerer.answer(question)

    def watch(self, changed: Changed, stop: threading.Event) -> None:
        """Follow what reviewers pin until `stop` is set. What holds already is live on return, if it can be read.

        Args:
            changed: asked twice a second, on a thread of its own: nobody's question waits for the database.
            stop: ends it.
        """
        first = threading.Event()

        def follow() -> None:
            while True:
                try:
                    pinned = changed()
                    if pinned is not None:
                        self._take(pinned)
                except Exception as error:  # noqa: BLE001 - a fault here must not end the following
                    log.error("the pins could not be taken up: %s", type(error).__name__)
                first.set()
                if stop.wait(_PINS_EVERY_S):
                    return

        threading.Thread(target=follow, name="pins", daemon=True).start()
        first.wait(_FIRST_PINS_S)

    def _take(self, pinned: Sequence[ReviewedQuestion]) -> None:
        with self._swapping:
            self._answerer.reviewed = Reviewed(pinned, self._answerer, self._answerer.reviewed)
            # Last: whoever sees another version must find it live, or keeps an old answer under a new name.
            self._pinned, self._pins_seen = pinned, self._pins_seen + 1
        if self._held_back:
            # What stood in the way may be undone.
            threading.Thread(target=self._reopen, name="reopen", daemon=True).start()

    @property
    def answerer(self) -> Answerer:
        """The answerer of this moment."""
        return self._answerer

    def version(self) -> str:
        """By what the documents and pins held now are known in this process, the documents looked at anew."""
        self._look()
        return f"{self._answerer.catalog.digest}:{self._pins_seen}"

    def understood(self, question: Question) -> Understanding:
        """What a question says, with the documents held now."""
        return self._answerer.understood(question)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (n, dimension), each of length 1."""
        return self._encoder.encode(texts)

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
            opened = self._open(open_catalog(self._home))
            worse = self._worse(opened)
            self._held_back = bool(worse)
            if worse:
                self.trouble = messages.HELD_BACK.format(questions=worse)
                log.error("the new documents are held back: %d reviewed questions would get worse", worse)
                return
            with self._swapping:
                opened.reviewed = Reviewed(self._pinned, opened)
                self._answerer = opened
            self.trouble = None
        except (CorpusError, IndexingError) as error:
            self.trouble = str(error)
            log.error("the documents could not be opened anew: %s", error)

    def _worse(self, opened: Answerer) -> int:
        """How many reviewed questions would lose their provision, of those whose provision stands."""
        pinned = self._pinned
        if not pinned:
            return 0
        from bot.feedback.gate import worsened

        return len(worsened(self._answerer, opened, pinned))

    def _signature(self) -> tuple[tuple[str, int, int], ...]:
        folder = added_folder(self._home)
        if not folder.is_dir():
            return ()
        files = sorted(path for path in folder.iterdir() if path.suffix in (".txt", ".toml"))
        return tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in files)
