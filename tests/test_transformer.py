"""`DANCHU_MODEL` takes a real transformer: the same path indexes with it and answers, pooled as its configuration says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from corpus.catalog import Catalog
from index.encoder import SentenceTransformerEncoder, load_encoder, model_digest

NO_NETWORK = Path(__file__).parent / "bot" / "no_network"
TEXTS = ["Nhân dân bàn và quyết định", "công khai"]


@pytest.fixture(scope="module", params=["mean", "cls"])
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> Path:
    """A BERT of two layers with random weights, its vocabulary learned from the shipped documents."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp(request.param)
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=1200, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False
    )
    tokenizer.train_from_iterator([document.text.text.lower() for document in catalog], trainer)
    ends = [(word, tokenizer.token_to_id(word)) for word in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        model_max_length=128,
    )  # fmt: skip
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=len(fast), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    bert = BertModel(config)
    bert.save_pretrained(folder / "bert")
    fast.save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"), max_seq_length=128)
    pooling = Pooling(32, pooling_mode=request.param)
    SentenceTransformer(modules=[transformer, pooling], device="cpu").save(str(folder / "model"))
    return folder / "model"


def test_it_is_pooled_as_its_configuration_says(model: Path) -> None:
    import torch
    from transformers import AutoModel, AutoTokenizer

    encoder = load_encoder(str(model))
    assert isinstance(encoder, SentenceTransformerEncoder)
    assert encoder.max_tokens == 128
    tokenizer, bert = (kind.from_pretrained(str(model), local_files_only=True) for kind in (AutoTokenizer, AutoModel))
    for text, vector in zip(TEXTS, encoder.encode(TEXTS), strict=True):
        with torch.no_grad():
            hidden = bert(**tokenizer(text, return_tensors="pt")).last_hidden_state[0].numpy()
        mode = json.loads((model / "1_Pooling" / "config.json").read_text("utf-8"))["pooling_mode"]
        pooled = hidden[0] if mode == "cls" else hidden.mean(axis=0)
        np.testing.assert_allclose(vector, pooled / np.linalg.norm(pooled), atol=1e-5)


def test_the_program_answers_with_it(model: Path, tmp_path: Path) -> None:
    env = {
        **os.environ,
        "PYTHONPATH": str(NO_NETWORK),
        "DANCHU_HOME": str(tmp_path / "home"),
        "DANCHU_MODEL": str(model),
    }
    question = "Ở Thạch Khôi người đứng đầu cản trở dân chủ thì bị xử lý sao?"
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "ask", question, "--json"],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["status"] == "answered"
    assert answer["quotes"][0]["path"] == "art_1__sec_II__cl_5__pt_b"
    manifests = [json.loads(path.read_text("utf-8")) for path in (tmp_path / "home").rglob("manifest.json")]
    assert {manifest["model"] for manifest in manifests} == {model_digest(str(model))}
