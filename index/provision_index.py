"""The index of a corpus: passages, their lexical index and their vectors, in memory and as a folder on disk.

A folder holds the parts and a manifest (JSON) that says what they were made from and the SHA-256 of every file. It is
built aside and swapped in whole: a crash leaves the old folder or none, never half of one. What does not fit its
manifest is built anew, never used.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encoder import Encoder, IndexDamaged, LimitedEncoder
from index.lexical import LexicalIndex, LexicalSettings
from index.passages import Passage, windows
from index.vectors import VectorIndex

FORMAT = 1
"""Raised whenever an index built by older code would answer differently."""

_MANIFEST = "manifest.json"
_PASSAGES = "passages.json"
_LEXICAL = "lexical"
_VECTORS = "vectors"
_LIBRARIES = ("bm25s", "faiss-cpu", "numpy", "tokenizers")
_BATCH = 2048
_ABANDONED_S = 3600.0
"""A folder that a crashed build left behind is swept away after this time."""

Say = Callable[[str], None]
Progress = Callable[[int, int], None]


class ProvisionIndex:
    """Passages that can be searched by word and by meaning. Rows follow the order of the passages.

    Args:
        passages: what is indexed; keys are unique.
        lexical: the lexical index of the same passages.
        vectors: the vectors of the same passages.
        encoder: what made the vectors.

    Raises:
        ValueError: the parts differ in size, or a key comes twice.
    """

    def __init__(
        self, passages: Sequence[Passage], lexical: LexicalIndex, vectors: VectorIndex, encoder: Encoder
    ) -> None:
        if not len(passages) == len(lexical) == len(vectors):
            raise ValueError("passages, lexical index and vectors differ in number")
        if len({passage.key for passage in passages}) != len(passages):
            raise ValueError("two passages have the same key")
        self.passages = tuple(passages)
        self.lexical = lexical
        self.vectors = vectors
        self.encoder = encoder

    @classmethod
    def build(
        cls,
        passages: Sequence[Passage],
        encoder: Encoder,
        *,
        progress: Progress | None = None,
        lexical: LexicalSettings | None = None,
    ) -> ProvisionIndex:
        """Indexes passages in memory.

        Args:
            passages: what to index.
            encoder: makes the vectors.
            progress: called with passages done and passages in all, after each batch.
            lexical: what steers the lexical index.
        """
        if progress:
            progress(0, len(passages))
        words = LexicalIndex.build([p.text for p in passages], [p.heading for p in passages], lexical)
        pieces: list[str] = []
        owners: list[int] = []
        for row, passage in enumerate(passages):
            found = _pieces(passage, encoder)
            pieces += found
            owners += [row] * len(found)
        parts = []
        for begin in range(0, len(pieces), _BATCH):
            parts.append(encoder.encode(pieces[begin : begin + _BATCH]))
            if progress:
                progress(owners[min(begin + _BATCH, len(pieces)) - 1] + 1, len(passages))
        matrix = np.concatenate(parts) if parts else encoder.encode([])
        vectors = VectorIndex.build(matrix, np.array(owners, dtype=np.int32))
        return cls(passages, words, vectors, encoder)

    def __len__(self) -> int:
        return len(self.passages)

    def lexical_scores(self, text: str) -> NDArray[np.float32]:
        """The BM25 score of every passage, shape (n,), from 0 up."""
        return self.lexical.scores(text)

    def dense_scores(self, text: str) -> NDArray[np.float32]:
        """The cosine of every passage with the text, shape (n,), from -1 to 1; all 0 for a text of unknown words."""
        return self.vectors.scores(self.encoder.encode([text])[0])

    def dense_scores_of(self, text: str, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The same for some passages, in their order: shape (k,)."""
        return self.vectors.scores_of(self.encoder.encode([text])[0], rows)

    def save(self, folder: Path, corpus_digest: str, model_digest: str) -> None:
        """Writes the index aside and swaps it in whole.

        Args:
            folder: where it goes; whatever index is there gives way.
            corpus_digest, model_digest: what it was built from, for the manifest.

        Raises:
            OSError: it cannot be written; what was in the folder is untouched.
        """
        folder.parent.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        aside = _beside(folder, "new")
        aside.mkdir()
        try:
            rows = [[p.key, p.heading, p.text] for p in self.passages]
            (aside / _PASSAGES).write_text(json.dumps(rows), encoding="utf-8")
            self.lexical.save(aside / _LEXICAL)
            self.vectors.save(aside / _VECTORS)
            manifest = {
                **_made_from(self.passages, corpus_digest, model_digest, self.lexical.settings),
                "windows": self.vectors.windows,
                "dimension": self.vectors.dimension,
                "files": {name: _sha256(aside / name) for name in _files(aside)},
            }
            text = json.dumps(manifest, ensure_ascii=False, indent=2)
            (aside / _MANIFEST).write_text(text, encoding="utf-8")
            _sync(aside)
            _swap(aside, folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    @classmethod
    def load(cls, folder: Path, encoder: Encoder) -> ProvisionIndex:
        """Reads what `save` wrote.

        Args:
            folder: where the index is.
            encoder: the encoder that it was built with; the caller holds the manifest's model digest against it.

        Raises:
            IndexDamaged: the folder is absent, incomplete, or not as its manifest says.
        """
        manifest = read_manifest(folder)
        for _ in range(3):
            try:
                return cls._load(folder, encoder, manifest)
            except IndexDamaged:
                # Another process may have swapped in a new index while this one was being read.
                now = read_manifest(folder)
                if now == manifest:
                    raise
                manifest = now
        return cls._load(folder, encoder, manifest)

    @classmethod
    def _load(cls, folder: Path, encoder: Encoder, manifest: dict[str, Any]) -> ProvisionIndex:
        try:
            digests = {name: _sha256(folder / name) for name in _files(folder) if name != _MANIFEST}
            if manifest.get("format") != FORMAT or digests != manifest["files"]:
                raise ValueError("not as the manifest says")
            rows = json.loads((folder / _PASSAGES).read_text(encoding="utf-8"))
            index = cls(
                [Passage(*row) for row in rows],
                LexicalIndex.load(folder / _LEXICAL),
                VectorIndex.load(folder / _VECTORS),
                encoder,
            )
            if len(index) != manifest["passages"] or index.vectors.dimension != encoder.encode([]).shape[1]:
                raise ValueError("not as the manifest says")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _damaged(folder) from error
        return index


def open_or_build(
    folder: Path,
    passages: Sequence[Passage],
    corpus_digest: str,
    encoder: Encoder,
    model_digest: str,
    say: Say,
    progress: Progress | None = None,
    lexical: LexicalSettings | None = None,
) -> ProvisionIndex:
    """The index of these passages: the one on disk if it was made from just these, else a new one.

    Args:
        folder: where the index is kept. If it cannot be written the new index lives in memory alone.
        passages: what the index must hold.
        corpus_digest: names the state of the corpus.
        encoder: makes the vectors.
        model_digest: names the encoder.
        say: told in one Vietnamese sentence why an index is built, or why it could not be kept.
        progress: told of passages done and passages in all.
        lexical: what steers the lexical index.
    """
    lexical = lexical or LexicalSettings()
    why = _why_not(folder, _made_from(passages, corpus_digest, model_digest, lexical))
    if why is None:
        try:
            return ProvisionIndex.load(folder, encoder)
        except IndexDamaged:
            why = "chỉ mục trên đĩa bị hỏng"
    say(f"Đang lập chỉ mục, vì {why}…")
    index = ProvisionIndex.build(passages, encoder, progress=progress, lexical=lexical)
    try:
        index.save(folder, corpus_digest, model_digest)
    except OSError as error:
        say(
            f"Không ghi được chỉ mục vào {folder} ({error.strerror or error}); "
            "lần này dùng chỉ mục trong bộ nhớ, lần sau phải lập lại."
        )
    return index


def read_manifest(folder: Path) -> dict[str, Any]:
    """What a folder's manifest says.

    Raises:
        IndexDamaged: there is no manifest that can be read.
    """
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        if not isinstance(manifest, dict):
            raise ValueError("not an object")
    except (OSError, ValueError) as error:
        raise _damaged(folder) from error
    return manifest


def _why_not(folder: Path, made_from: dict[str, Any]) -> str | None:
    """Why the index in a folder must not be used, in Vietnamese; None if its manifest fits."""
    if not folder.exists():
        return "chưa có chỉ mục"
    try:
        manifest = read_manifest(folder)
    except IndexDamaged:
        return "chỉ mục trên đĩa bị hỏng"
    reasons = {
        "corpus": "văn bản đã thay đổi",
        "passages_digest": "văn bản đã thay đổi",
        "passages": "văn bản đã thay đổi",
        "model": "mô hình đã thay đổi",
    }
    for field, wanted in made_from.items():
        if manifest.get(field) != wanted:
            return reasons.get(field, "chỉ mục do phiên bản khác của chương trình lập ra")
    return None


def _made_from(
    passages: Sequence[Passage], corpus_digest: str, model_digest: str, lexical: LexicalSettings
) -> dict[str, Any]:
    """What an index depends on, as its manifest has it."""
    digest = hashlib.sha256()
    for passage in passages:
        # The passages themselves, since new code may cut the same corpus in another way.
        digest.update(json.dumps([passage.key, passage.heading, passage.text]).encode())
    return {
        "format": FORMAT,
        "corpus": corpus_digest,
        "passages": len(passages),
        "passages_digest": digest.hexdigest(),
        "model": model_digest,
        "lexical": asdict(lexical),
        "libraries": {library: version(library) for library in _LIBRARIES},
    }


def _pieces(passage: Passage, encoder: Encoder) -> list[str]:
    """The texts to encode for a passage: heading and text, the text cut where the encoder would not read it whole."""
    if not isinstance(encoder, LimitedEncoder):
        return [_headed(passage.heading, passage.text)]
    whole = _headed(passage.heading, passage.text)
    if encoder.count_tokens(whole) <= encoder.max_tokens:
        return [whole]
    # A heading longer than half of what the encoder reads would leave too little for the words themselves.
    heading, room = passage.heading, encoder.max_tokens - encoder.count_tokens(passage.heading)
    if room < encoder.max_tokens // 2:
        heading, room = "", encoder.max_tokens
    spans = windows(passage.text, max(room, 1), encoder.count_tokens)
    return [_headed(heading, passage.text[start:end]) for start, end in spans]


def _headed(heading: str, text: str) -> str:
    return f"{heading}\n{text}" if heading else text


def _damaged(folder: Path) -> IndexDamaged:
    return IndexDamaged(f"Chỉ mục ở {folder} chưa có hoặc bị hỏng; hãy chạy `danchu index build`.")


def _files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    """Makes sure that all files and folders have reached the disk."""
    for path in (*folder.rglob("*"), folder):
        _flush(path)


def _flush(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows has no handle on a folder to flush.
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _beside(folder: Path, what: str) -> Path:
    """A name beside the folder that no other build uses."""
    return folder.with_name(f".{folder.name}.{what}-{os.getpid()}-{secrets.token_hex(4)}")


def _abandoned(folder: Path) -> Iterator[Path]:
    for path in folder.parent.glob(f".{folder.name}.*"):
        if path.is_dir() and path.name.startswith((f".{folder.name}.new-", f".{folder.name}.old-")):
            yield path


def _sweep(folder: Path) -> None:
    """Removes what crashed builds left; a build that may still be running is let be."""
    for path in _abandoned(folder):
        try:
            age = time.time() - path.stat().st_mtime
        except OSError:
            continue  # Another process removed it first.
        if age > _ABANDONED_S:
            shutil.rmtree(path, ignore_errors=True)


def _swap(aside: Path, folder: Path) -> None:
    """Puts a finished folder in its place."""
    for _ in range(20):
        old = _beside(folder, "old")
        with contextlib.suppress(FileNotFoundError):
            folder.rename(old)
        try:
            aside.rename(folder)
        except OSError:
            # If another process put its own index there in between, that one gives way too.
            if not folder.exists():
                if old.exists():
                    old.rename(folder)
                raise
        else:
            _flush(folder.parent)
            return
        finally:
            shutil.rmtree(old, ignore_errors=True)
    raise OSError(f"{folder} is being rebuilt by others without end")
