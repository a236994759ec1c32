"""Trains the encoder that ships: a static embedding of Vietnamese phrases, by sentence-transformers' own trainer.

A text is folded (lower case, no accents, one spelling of final i), cut at punctuation, and split by byte-pair merges
that may span several syllables, so that "uy ban nhan dan cap xa" is one token. Accents play no part, so a question
typed without them has the very vector of the one typed with them; that frequent neighbours are one token gives back
most of the meaning that single folded syllables lose.

What is learned from: questions and the documents that answer them; authored questions, each with its provision and with
another question for the same provision; the topic in a document's title and its text; a sentence and the rest of its
document. The loss is that of Henderson et al., "Efficient Natural Language Response
Suggestion for Smart Reply" (2017): the other documents of a batch are the wrong answers.
"""

from __future__ import annotations

import contextlib
import json
import random
import re
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.beir import has_split, read_corpus, read_judged
from index.encoder import IndexingError
from index.passages import topic

_SENTENCE_END = re.compile(r"\n+|(?<=[.;:])\s")

Say = Callable[[str], None]
Pair = tuple[str, str]
Authored = tuple[Sequence[str], str]


class TrainerMissing(IndexingError):
    """The libraries that only the trainer needs are not installed."""


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """What steers training; written into the model card.

    Args:
        vocabulary: the number of tokens.
        dimension: the length of a vector.
        epochs: how often each pair is seen.
        batch: pairs in a batch; all other documents of a batch are wrong answers.
        learning_rate: of Adam, at its height.
        scale: what cosines are multiplied by in the loss.
        question_repeats: how often a question comes for each time a title does.
        authored_repeats: the same for an authored question.
        most_alike: a title that more documents than this share ("Phạm vi điều chỉnh") teaches nothing.
        text_chars: how much of a document is read, from its beginning.
        sentence_chars: the least and the most a sentence may have to stand for its document.
        tokenizer_texts: how many documents the tokenizer learns from, spread evenly over all.
        tokenizer_chars: how much of each of them.
        token_chars: the longest token.
    """

    vocabulary: int = 30_000
    dimension: int = 384
    epochs: int = 6
    batch: int = 512
    learning_rate: float = 0.02
    scale: float = 20.0
    question_repeats: int = 6
    authored_repeats: int = 6
    most_alike: int = 5
    text_chars: int = 1_500
    sentence_chars: tuple[int, int] = (30, 400)
    tokenizer_texts: int = 20_000
    tokenizer_chars: int = 1_500
    token_chars: int = 24


def train(
    folders: Sequence[Path],
    corpus_pairs: Sequence[Pair],
    out: Path,
    *,
    authored: Sequence[Authored] = (),
    seed: int = 13,
    split: str = "train",
    leave_out: int | None = None,
    settings: TrainingSettings | None = None,
    say: Say = print,
) -> dict[str, Any]:
    """Trains an encoder and writes it as a sentence-transformers folder with a model card.

    Args:
        folders: BEIR-layout folders. All give their documents; those that have the split give their questions too.
        corpus_pairs: (heading, text) of further documents.
        authored: the questions that people would ask for one provision, and its words ("" where they do not ship).
        out: where the folder goes; a model that is there gives way once the new one is complete.
        seed: makes a run repeatable on the same machine and library versions.
        split: the judgements whose questions are learned from.
        leave_out: the fifth of the questions (`Judged.fifth`, 0 to 4) that is kept for measuring.
        settings: what steers training.
        say: told in Vietnamese how far the work has come.

    Returns:
        What the model card says of the run: pairs by kind, tokens, steps, loss at the end, seconds.

    Raises:
        TrainerMissing: the libraries of the `train` extra are not installed.
        BrokenFolder: a folder is not in the BEIR layout.
        IndexingError: there is nothing to learn from.
        OSError: `out` cannot be written.
    """
    _check_libraries()
    begin = time.perf_counter()
    settings = settings or TrainingSettings()
    chance = random.Random(seed)
    texts, by_kind = _gather(folders, corpus_pairs, split, leave_out, settings, chance)
    by_kind["authored"] = list(_authored_pairs(authored, settings, chance))
    texts += [question for questions, _ in authored for question in questions]
    pairs = [pair for kind in by_kind.values() for pair in kind]
    if len(pairs) < 2:
        raise IndexingError("Không có gì để học: cần các thư mục BEIR hoặc văn bản có tiêu đề.")
    say(f"Đã đọc {len(texts)} văn bản; học từ {len(pairs)} cặp.")
    tokenizer = _tokenizer(texts, settings)
    say(f"Bộ tách từ có {tokenizer.get_vocab_size()} mục; bắt đầu huấn luyện.")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as folder:
        model, steps, loss = _fit(tokenizer, pairs, settings, seed, Path(folder) / "work")
        aside = Path(folder) / "model"
        # Half precision halves the folder; the cosines it changes differ by less than 0.001.
        model.half().save(str(aside), create_model_card=False)
        about = {
            "folders": [path.name for path in folders],
            "questions": sorted(path.name for path in folders if has_split(path, split)),
            "corpus_passages": len(corpus_pairs),
            "pairs": {kind: len(found) for kind, found in by_kind.items()},
            "split": split,
            "left_out_fifth": leave_out,
            "seed": seed,
            "tokens": tokenizer.get_vocab_size(),
            "steps": steps,
            "loss": round(loss, 3),
            "seconds": round(time.perf_counter() - begin),
        }
        (aside / "README.md").write_text(_card(about, settings), encoding="utf-8")
        for path in aside.rglob("*"):
            # safetensors writes files that only their owner may read.
            path.chmod(0o755 if path.is_dir() else 0o644)
        if out.exists():
            out.rename(Path(folder) / "old")
        aside.rename(out)
    say(f"Đã ghi mô hình vào {out} sau {about['seconds']} giây.")
    return about


def _check_libraries() -> None:
    missing = [name for name in ("accelerate", "datasets") if find_spec(name) is None]
    if missing:
        raise TrainerMissing(
            f'Thiếu thư viện để huấn luyện ({", ".join(missing)}); hãy cài bằng `pip install "danchu[train]"`.'
        )


def _gather(
    folders: Sequence[Path],
    corpus_pairs: Sequence[Pair],
    split: str,
    leave_out: int | None,
    settings: TrainingSettings,
    chance: random.Random,
) -> tuple[list[str], dict[str, list[Pair]]]:
    """All texts there are, and the pairs to learn from by kind."""
    documents = list(corpus_pairs)
    questions: list[Pair] = []
    for folder in folders:
        corpus = read_corpus(folder)
        documents += [(passage.heading, passage.text) for passage in corpus]
        if not has_split(folder, split):
            continue
        whole = {passage.key: _whole(passage.heading, passage.text, settings) for passage in corpus}
        questions += [
            (judged.text, whole[key])
            for judged in read_judged(folder, split)
            if judged.fifth != leave_out
            for key in judged.answers
            if key in whole
        ]
    pairs = {
        "questions": questions * settings.question_repeats,
        "titles": list(_title_pairs(documents, settings)),
        "sentences": list(_sentence_pairs(documents, settings, chance)),
    }
    return [_whole(heading, text, settings) for heading, text in documents] + [q for q, _ in questions], pairs


def _authored_pairs(authored: Sequence[Authored], settings: TrainingSettings, chance: random.Random) -> Iterator[Pair]:
    """Each authored question with its provision, and with another question for the same provision."""
    for _ in range(settings.authored_repeats):
        for questions, words in authored:
            for question in questions:
                others = [other for other in questions if other != question]
                if others:
                    yield question, chance.choice(others)
                if words:
                    yield question, words[: settings.text_chars]


def _title_pairs(documents: Sequence[Pair], settings: TrainingSettings) -> Iterator[Pair]:
    """The topic that a title names, and the text below it."""
    topics = [topic(heading) for heading, _ in documents]
    known = Counter(topics)
    for about, (_, text) in zip(topics, documents, strict=True):
        if about and text and known[about] <= settings.most_alike:
            yield about, text[: settings.text_chars]


def _sentence_pairs(documents: Sequence[Pair], settings: TrainingSettings, chance: random.Random) -> Iterator[Pair]:
    """A sentence of a text, and its document without it (Lee et al., "Latent Retrieval", 2019: inverse cloze)."""
    least, most = settings.sentence_chars
    for heading, text in documents:
        sentences = [sentence for sentence in _SENTENCE_END.split(text) if sentence]
        able = [sentence for sentence in sentences if least <= len(sentence) <= most]
        if able and len(sentences) > 1:
            sentence = chance.choice(able)
            yield sentence, _whole(heading, text.replace(sentence, " ", 1), settings)


def _whole(heading: str, text: str, settings: TrainingSettings) -> str:
    """A document as the index encodes it: heading, then text."""
    return f"{heading}\n{text[: settings.text_chars]}" if heading else text[: settings.text_chars]


def _tokenizer(texts: Sequence[str], settings: TrainingSettings) -> Any:
    """Byte-pair merges over folded text, within and across syllables but never across punctuation."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Lowercase(),
            normalizers.NFD(),
            normalizers.StripAccents(),
            normalizers.Replace(Regex("[đð]"), "d"),
            # Every run of other signs ends a phrase; the space before it goes too. Both patterns take linear time.
            normalizers.Replace(Regex(r"[ \t\u00a0]+"), " "),
            normalizers.Replace(Regex(r" ?[^\p{L}\p{N} ][^\p{L}\p{N}]*"), "\n"),
            normalizers.Replace(Regex(r"(?<=\b[hklmst])i\b"), "y"),
            normalizers.Strip(),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split("\n", "removed"),
            pre_tokenizers.Metaspace(prepend_scheme="always", split=False),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=settings.vocabulary, max_token_length=settings.token_chars, min_frequency=2, show_progress=False
    )
    step = max(1, len(texts) // settings.tokenizer_texts)
    tokenizer.train_from_iterator((text[: settings.tokenizer_chars] for text in texts[::step]), trainer)
    return tokenizer


def _fit(
    tokenizer: Any, pairs: Sequence[Pair], settings: TrainingSettings, seed: int, work: Path
) -> tuple[Any, int, float]:
    """The trained model, the steps taken and the mean loss of the last tenth of them."""
    from datasets import Dataset
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.data_collator import SentenceTransformerDataCollator
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
    from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
    from sentence_transformers.sentence_transformer.trainer import SentenceTransformerTrainer
    from sentence_transformers.sentence_transformer.training_args import (
        BatchSamplers,
        SentenceTransformerTrainingArguments,
    )
    from transformers import set_seed

    set_seed(seed)
    embedding = StaticEmbedding(tokenizer, embedding_dim=settings.dimension)
    model = SentenceTransformer(modules=[embedding, Normalize()], device="cpu")
    # The card is written here; the library's own would encode examples for it first.
    model.model_card_data.generate_widget_examples = False
    data = Dataset.from_dict({"anchor": [a for a, _ in pairs], "positive": [b for _, b in pairs]})
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(work),
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=min(settings.batch, len(pairs)),
        learning_rate=settings.learning_rate,
        lr_scheduler_type="linear",
        warmup_steps=0.1,
        weight_decay=0.0,
        max_grad_norm=0.0,
        # A question comes several times, and must not be its own wrong answer.
        batch_sampler=BatchSamplers.NO_DUPLICATES,
        seed=seed,
        data_seed=seed,
        use_cpu=True,
        save_strategy="no",
        eval_strategy="no",
        logging_strategy="steps",
        logging_steps=10,
        report_to="none",
        disable_tqdm=True,
    )
    loss = MultipleNegativesRankingLoss(model, scale=settings.scale)
    trainer = SentenceTransformerTrainer(
        model=model,
        args=arguments,
        train_dataset=data,
        loss=loss,
        data_collator=SentenceTransformerDataCollator(preprocess_fn=_ReadOnce(tokenizer)),
    )
    # The trainer prints each logged figure on stdout, which is not its own.
    trainer.remove_callback(_printer())
    trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    last = losses[-max(1, len(losses) // 10) :]
    with contextlib.suppress(OSError):
        shutil.rmtree(work)
    return model.eval(), trainer.state.global_step, sum(last) / len(last) if last else float("nan")


class _ReadOnce:
    """Texts as `StaticEmbedding` takes them, each split into tokens once however many epochs there are.

    Splitting takes most of the time of a run otherwise.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._known: dict[str, NDArray[np.int32]] = {}

    def __call__(self, texts: list[str], **_: Any) -> dict[str, Any]:
        import torch

        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        for text, found in zip(new, self._tokenizer.encode_batch(new, add_special_tokens=False), strict=True):
            self._known[text] = np.array(found.ids, dtype=np.int32)
        tokens = [self._known[text] for text in texts]
        starts = np.cumsum([0, *(len(one) for one in tokens[:-1])])
        return {"input_ids": torch.from_numpy(np.concatenate(tokens)), "offsets": torch.from_numpy(starts).int()}


def _printer() -> Any:
    from transformers import PrinterCallback

    return PrinterCallback


def _card(about: dict[str, Any], settings: TrainingSettings) -> str:
    folders = " ".join(about["folders"])
    learned = ", ".join(about["questions"]) or "none"
    others = [name for name in about["folders"] if name not in about["questions"]]
    return f"""---
library_name: sentence-transformers
pipeline_tag: sentence-similarity
language: vi
license: apache-2.0
tags: [sentence-transformers, static-embedding, legal, vietnamese]
---

# A static embedding for Vietnamese law

Maps questions and provisions to vectors of {settings.dimension} dimensions; the inner product is the cosine. It is a
table of {about["tokens"]:,} tokens over folded text (lower case, no accents), so that a question typed without accents
has the same vector. It has no notion of the order of words and none of negation; use it beside a lexical index.

## How it was made

`danchu index train {folders} --split {about["split"]} --seed {about["seed"]}`

- Questions with their answers: {learned} (split `{about["split"]}`{_left_out(about)}).
- Authored questions (`corpus/questions/`): each with its provision where that ships, and with another question for the
  same provision: {about["pairs"]["authored"]:,} pairs.
- Titles and texts, sentences and their documents: all of {", ".join(about["folders"]) or "none"}, and
  {about["corpus_passages"]} passages of the corpus that ships.
- No question of {", ".join(others) or "any other set"} was seen.
- {about["steps"]:,} steps, {about["seconds"]} seconds on the CPU, loss at the end {about["loss"]}.

```json
{json.dumps({"pairs": about["pairs"], "settings": asdict(settings)}, indent=2)}
```
"""


def _left_out(about: dict[str, Any]) -> str:
    fifth = about["left_out_fifth"]
    return "" if fifth is None else f", without its fifth no. {fifth}"
