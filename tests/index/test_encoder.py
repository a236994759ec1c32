"""Texts become vectors, as sentence-transformers would make them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from index.encoder import (
    SHIPPED_MODEL,
    Encoder,
    IndexingError,
    ModelMissing,
    SentenceTransformerEncoder,
    StaticEncoder,
    load_encoder,
    model_digest,
)

TEXTS = [
    "Người đứng đầu cản trở việc thực hiện dân chủ thì bị xử lý như thế nào?",
    "nguoi dung dau can tro dan chu",
    "",
    "   \n ",
    "🙂 \x00 ⅷ",
    "supercalifragilistic xyzzy",
    "khoản 5 Mục II Điều 1 " * 500,
]

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a static-embedding folder by hand, as sentence-transformers lays it out."""

    def folder(
        name: str = "model",
        *,
        subfolder: str = "",
        modules: tuple[str, ...] = ("StaticEmbedding", "Normalize"),
        tensor: str = "embedding.weight",
        dtype: str = "float32",
        config: dict[str, Any] | None = None,
        rows: int = 5,
    ) -> Path:
        out = tmp_path / name
        inside = out / subfolder
        inside.mkdir(parents=True)
        places = [subfolder, *(f"{at}_{kind}" for at, kind in enumerate(modules[1:], start=1))]
        listed = [
            {"idx": at, "name": str(at), "path": places[at], "type": f"sentence_transformers.models.{kind}"}
            for at, kind in enumerate(modules)
        ]
        (out / "modules.json").write_text(json.dumps(listed))
        if config is not None:
            (out / "config_sentence_transformers.json").write_text(json.dumps(config))
        vocabulary = {"[UNK]": 0, "dân": 1, "chủ": 2, "cơ": 3, "sở": 4}
        tokenizer = {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": [],
            "normalizer": {"type": "Lowercase"},
            "pre_tokenizer": {"type": "Whitespace"},
            "post_processor": None,
            "decoder": None,
            "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "[UNK]"},
        }
        (inside / "tokenizer.json").write_text(json.dumps(tokenizer))
        table = np.random.default_rng(0).normal(size=(rows, 6)).astype(dtype)
        save_file({tensor: table}, inside / "model.safetensors")
        return out

    return folder


@pytest.mark.parametrize(
    "about",
    [
        {},
        {"modules": ("StaticEmbedding",)},
        {"subfolder": "0_StaticEmbedding"},
        {"tensor": "embeddings"},
        {"dtype": "float16"},
        {"config": {"default_prompt_name": None, "similarity_fn_name": "cosine"}},
    ],
)
def test_a_static_folder_is_read_directly(about: dict[str, Any], write: Write) -> None:
    encoder = load_encoder(str(write(**about)))
    assert isinstance(encoder, StaticEncoder)
    vectors = encoder.encode(["Dân chủ", "cơ sở dân", "", "lạ hoắc"])
    assert vectors.shape == (4, 6)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 1, 0, 1], atol=1e-6)
    assert encoder.encode([]).shape == (0, 6)


def test_the_shipped_model_gives_the_vectors_of_sentence_transformers() -> None:
    from sentence_transformers import SentenceTransformer

    # float() so that both add up in the same precision; the table may be stored in half.
    theirs = SentenceTransformer(str(SHIPPED_MODEL), device="cpu", local_files_only=True).float()
    expected = theirs.encode(TEXTS, normalize_embeddings=True, show_progress_bar=False)
    ours = load_encoder().encode(TEXTS)
    assert isinstance(load_encoder(), StaticEncoder)
    np.testing.assert_allclose(ours, expected, atol=1e-5)


def test_the_shipped_model_is_a_folder_that_sentence_transformers_loads_as_it_is() -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(SHIPPED_MODEL), device="cpu", local_files_only=True)
    vectors = model.encode(TEXTS[:2], show_progress_bar=False)
    np.testing.assert_allclose(np.asarray(vectors, dtype=np.float32), load_encoder().encode(TEXTS[:2]), atol=2e-3)


def test_the_shipped_model_is_small_and_says_what_it_is() -> None:
    size = sum(path.stat().st_size for path in SHIPPED_MODEL.rglob("*") if path.is_file())
    assert size <= 40_000_000
    card = (SHIPPED_MODEL / "README.md").read_text(encoding="utf-8")
    for word in ("zalo2021", "alqac2022", "seed", "danchu index train", "mrr@10"):
        assert word.lower() in card.lower()


def test_questions_without_accents_are_near_those_with() -> None:
    ours = load_encoder().encode([TEXTS[0], "nguoi dung dau can tro viec thuc hien dan chu thi bi xu ly nhu the nao?"])
    assert ours[0] @ ours[1] > 0.7


@pytest.fixture(scope="module")
def shipped() -> Encoder:
    return load_encoder()


@given(texts=st.lists(st.text(), max_size=4))
def test_any_text_has_a_vector(texts: list[str], shipped: Encoder) -> None:
    vectors = shipped.encode(texts)
    assert vectors.shape[0] == len(texts)
    lengths = np.linalg.norm(vectors, axis=1)
    assert np.all((np.abs(lengths - 1) < 1e-4) | (lengths == 0))


@pytest.mark.parametrize(
    "about",
    [
        {"config": {"default_prompt_name": "query", "prompts": {"query": "cơ sở: "}}},
        {"config": {"truncate_dim": 4}},
    ],
)
def test_what_a_table_alone_does_not_say_is_left_to_sentence_transformers(about: dict[str, Any], write: Write) -> None:
    folder = write(**about)
    encoder = load_encoder(str(folder))
    assert isinstance(encoder, SentenceTransformerEncoder)
    plain = StaticEncoder(folder).encode(["dân chủ"])
    other = encoder.encode(["dân chủ"])
    assert other.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(other, axis=1), 1, atol=1e-6)
    assert other.shape != plain.shape or not np.allclose(other, plain)


def test_a_model_of_another_kind_loads_through_sentence_transformers(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import BoW

    folder = tmp_path / "bow"
    SentenceTransformer(modules=[BoW(vocab=["dân", "chủ", "cơ", "sở"])], device="cpu").save(str(folder))
    encoder = load_encoder(str(folder))
    assert isinstance(encoder, SentenceTransformerEncoder)
    vectors = encoder.encode(["dân chủ", "cơ sở"])
    assert vectors.shape == (2, 4)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert encoder.encode([]).shape == (0, 4)
    assert encoder.max_tokens > 0


@pytest.mark.parametrize("name", ["modules.json", "tokenizer.json", "model.safetensors"])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "noise"])
def test_a_damaged_folder_is_one_plain_sentence(name: str, damage: str, write: Write) -> None:
    folder = write()
    path = folder / name
    kept = path.read_bytes()
    damaged = {"empty": b"", "cut": kept[: len(kept) // 2], "noise": bytes(range(256)) * 3}
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(damaged[damage])
    with pytest.raises(ModelMissing) as caught:
        load_encoder(str(folder))
    assert str(folder) in str(caught.value)
    assert "DANCHU_MODEL" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_tokenizer_that_does_not_fit_its_table_is_refused(write: Write) -> None:
    with pytest.raises(ModelMissing):
        load_encoder(str(write(rows=3)))


@pytest.mark.parametrize("name", ["/nowhere/at/all", "./nowhere", "nobody/no-such-model"])
def test_a_model_that_is_not_there_is_one_plain_sentence(name: str) -> None:
    with pytest.raises(IndexingError, match="DANCHU_MODEL"):
        load_encoder(name)


def test_the_digest_follows_the_contents(write: Write, tmp_path: Path) -> None:
    folder = write()
    before = model_digest(str(folder))
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    assert model_digest(str(copy)) == before
    (copy / "README.md").write_text("a card changes no vector")
    assert model_digest(str(copy)) == before
    table = load_file(copy / "model.safetensors")["embedding.weight"]
    save_file({"embedding.weight": table + 1}, copy / "model.safetensors")
    assert model_digest(str(copy)) != before
    assert model_digest("some/model") == "hub:some/model"
    assert model_digest() == model_digest(str(SHIPPED_MODEL))
    with pytest.raises(ModelMissing):
        model_digest("/nowhere/at/all")


def test_the_shipped_model_needs_neither_torch_nor_sentence_transformers() -> None:
    program = (
        "import sys; from index.encoder import load_encoder; load_encoder().encode(['dân chủ']);"
        "print(sorted({'torch', 'sentence_transformers', 'transformers', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
