"""Texts become vectors. The only module that knows sentence-transformers, and it imports it only when it must.

A static embedding is a table with one row a token: its folder is read here with tokenizers, safetensors and NumPy,
in a tenth of a second. Any other model is loaded through sentence-transformers, which takes seconds and hundreds of
megabytes.

Errors of this package are drawn here; each message is one plain sentence in Vietnamese that says what to do:

    IndexingError
     ├─ ModelMissing    there is no encoder at the place named, or what is there cannot be used
     └─ IndexDamaged    an index folder is absent, incomplete, or not as its manifest says
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

SHIPPED_MODEL = Path(__file__).parent / "model"
"""The encoder that comes with the program."""

_BATCH = 1024


class IndexingError(Exception):
    """A model or an index that cannot be used; the message is one plain sentence in Vietnamese."""


class ModelMissing(IndexingError):
    """The encoder named is not there, or is broken."""


class IndexDamaged(IndexingError):
    """The index on disk cannot be trusted; building it anew repairs it."""


class Encoder(Protocol):
    """Whatever turns texts into vectors."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (n, dim), each of length 1; a text without any known word may be all zeros."""
        ...


@runtime_checkable
class LimitedEncoder(Protocol):
    """An encoder that reads no more than so many tokens of a text; longer texts are cut into windows."""

    @property
    def max_tokens(self) -> int:
        """The most tokens of a text that are read."""
        ...

    def count_tokens(self, text: str) -> int:
        """How many tokens a text has, however long it is."""
        ...


class StaticEncoder:
    """A static embedding: the mean of its tokens' rows, scaled to length 1. There is no limit of length.

    Args:
        folder: a sentence-transformers folder whose modules are StaticEmbedding and, or not, Normalize.

    Raises:
        ModelMissing: a file is absent or cannot be read, or the tokenizer does not fit the table.
    """

    def __init__(self, folder: Path) -> None:
        # Both are small, but the commands that need no encoder need not pay for them.
        from safetensors import SafetensorError
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        try:
            inside = folder / _static_path(folder)
            tensors = load_file(inside / "model.safetensors")
            table = tensors.get("embedding.weight", tensors.get("embeddings"))
            if table is None or table.ndim != 2:
                raise ValueError("no table of embeddings")
            definition = (inside / "tokenizer.json").read_text(encoding="utf-8")
            tokenizer = _tokenizer(Tokenizer, definition)
            if tokenizer.get_vocab_size() > len(table):
                raise ValueError("the tokenizer knows more tokens than the table")
        except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
            raise _unusable(folder) from error
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        # Kept as stored (float16 halves the memory); sums are made in float32.
        self._table = table

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return int(self._table.shape[1])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (n, dim), each of length 1; a text without tokens is all zeros."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for begin in range(0, len(texts), _BATCH):
            batch = list(texts[begin : begin + _BATCH])
            encodings = self._tokenizer.encode_batch_fast(batch, add_special_tokens=False)
            for row, encoding in enumerate(encodings, start=begin):
                if encoding.ids:
                    vectors[row] = self._table[encoding.ids].mean(axis=0, dtype=np.float32)
        return _normalised(vectors)


class SentenceTransformerEncoder:
    """Any model that sentence-transformers loads, pooled as its own configuration says.

    Args:
        name_or_path: a folder, or a name on the model hub. A folder is read without any network.

    Raises:
        ModelMissing: the model is not there or cannot be loaded.
    """

    def __init__(self, name_or_path: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer

            self._model: Any = SentenceTransformer(
                name_or_path, device="cpu", local_files_only=Path(name_or_path).is_dir()
            )
        # The loaders underneath raise whatever they like; the caller gets one kind of error.
        except Exception as error:
            raise _unusable(name_or_path) from error
        limit = self._model.max_seq_length
        # A model without a limit reports infinity or None.
        self._max_tokens = int(limit) if limit is not None and limit < 1 << 20 else 1 << 20

    @property
    def max_tokens(self) -> int:
        """The most tokens of a text that are read."""
        return self._max_tokens

    def count_tokens(self, text: str) -> int:
        """How many tokens a text has, with those that the model adds at its ends."""
        tokenizer = self._model.tokenizer
        if callable(tokenizer):
            return len(tokenizer(text, truncation=False, verbose=False)["input_ids"])
        return len(tokenizer.encode(text).ids)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (n, dim), each of length 1."""
        if not texts:
            return np.zeros((0, self._model.get_embedding_dimension()), dtype=np.float32)
        vectors = self._model.encode(list(texts), show_progress_bar=False, convert_to_numpy=True)
        return _normalised(np.asarray(vectors, dtype=np.float32))


def load_encoder(name_or_path: str | None = None) -> Encoder:
    """The encoder of that name.

    Args:
        name_or_path: a sentence-transformers folder, a name on the model hub, or None for the one that ships.

    Raises:
        ModelMissing: it is not there or cannot be loaded.
    """
    folder = _folder(name_or_path)
    if folder is None:
        return SentenceTransformerEncoder(str(name_or_path))
    if not folder.is_dir():
        raise _unusable(folder)
    if _is_static(folder):
        return StaticEncoder(folder)
    return SentenceTransformerEncoder(str(folder))


def model_digest(name_or_path: str | None = None) -> str:
    """What tells one model from another: SHA-256 of a folder's names and contents in hex, or the hub name itself.

    The model card (README.md) does not count, since it changes no vector.

    Raises:
        ModelMissing: the folder cannot be read.
    """
    folder = _folder(name_or_path)
    if folder is None:
        return f"hub:{name_or_path}"
    digest = hashlib.sha256()
    try:
        files = list(_model_files(folder))
        for path in files:
            digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
            with path.open("rb") as stream:
                while chunk := stream.read(1 << 20):
                    digest.update(chunk)
    except OSError as error:
        raise _unusable(folder) from error
    if not files:
        raise _unusable(folder)
    return digest.hexdigest()


def _model_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "README.md":
            yield path


def _folder(name_or_path: str | None) -> Path | None:
    """The folder meant, whether it exists or not; None if the words can only be a name on the hub."""
    if name_or_path is None:
        return SHIPPED_MODEL
    path = Path(name_or_path).expanduser()
    # "organisation/model" is a hub name unless such a folder exists; anything more pathlike is a path.
    if path.exists() or path.is_absolute() or name_or_path.startswith(("./", "../", "~")) or len(path.parts) > 2:
        return path
    return None


def _is_static(folder: Path) -> bool:
    """Whether a folder can be read as a plain table; when in doubt not, and sentence-transformers decides."""
    try:
        kinds = [str(module["type"]).rsplit(".", 1)[-1] for module in _modules(folder)]
        config_file = folder / "config_sentence_transformers.json"
        config = json.loads(config_file.read_text(encoding="utf-8")) if config_file.is_file() else {}
        if kinds not in (["StaticEmbedding"], ["StaticEmbedding", "Normalize"]):
            return False
        # A prompt put before each text, or a cut of the vector, is for sentence-transformers to apply.
        if config.get("default_prompt_name") is not None or config.get("truncate_dim") is not None:
            return False
        return _plain_weights(folder / _static_path(folder) / "model.safetensors")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _plain_weights(weights: Path) -> bool:
    """Whether the weights are one table in a type that NumPy has; a broken file counts as plain and fails later."""
    try:
        with weights.open("rb") as stream:
            size = int.from_bytes(stream.read(8), "little")
            # The safetensors format: a length, then a JSON header of that length, then the data.
            header = json.loads(stream.read(size)) if size < 1 << 20 else {}
    except (OSError, ValueError):
        return True
    tensors = {name: about for name, about in header.items() if name != "__metadata__"}
    return all(
        name in {"embedding.weight", "embeddings"} and about.get("dtype") in {"F16", "F32", "F64"}
        for name, about in tensors.items()
    )


def _modules(folder: Path) -> list[dict[str, Any]]:
    modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    return sorted(modules, key=lambda module: int(module["idx"]))


def _static_path(folder: Path) -> str:
    return str(_modules(folder)[0]["path"])


def _tokenizer(tokenizer_class: Any, definition: str) -> Any:
    try:
        return tokenizer_class.from_str(definition)
    # tokenizers raises a bare Exception for a definition that it cannot read.
    except Exception as error:
        raise ValueError("not a tokenizer") from error


def _normalised(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    # As torch.nn.functional.normalize: a zero vector stays zero.
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)


def _unusable(where: str | Path) -> ModelMissing:
    if Path(where) == SHIPPED_MODEL:
        return ModelMissing(
            "Không đọc được mô hình đi kèm chương trình; hãy cài lại danchu hoặc chạy `danchu index train`."
        )
    return ModelMissing(
        f"Không đọc được mô hình {where}; hãy kiểm tra DANCHU_MODEL (thư mục hoặc tên mô hình sentence-transformers)."
    )
