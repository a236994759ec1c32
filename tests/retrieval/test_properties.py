"""Ten thousand generated questions: no crash, every quote its slice, none over its limit."""

from __future__ import annotations

import json
import random
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.text import fold, strip_layout
from corpus.verify import Standing, verify
from retrieval.answer import MAX_QUOTES, Answer, Status
from retrieval.answerer import Answerer
from retrieval.question import Question

CASES = Path(__file__).parents[2] / "evaluation" / "cases" / "steer.jsonl"
REAL = [json.loads(line)["question"] for line in CASES.read_text("utf-8").splitlines()]
FRAGMENTS = (
    "Điều 1", "khoản 2", "điểm đ", "Mục II", "nghị quyết", "Thạch Khôi", "Hải Phòng", "UBND", "ko", "?", "??", "18/NQ-HĐND",
    "<script>alert(1)</script>", "' OR 1=1 --", "100%", "\u0301", "\u200b", "😀", "\ud800", "\x00", "A" * 50, "%s {0} {}", "\\",
)  # fmt: skip


def check(answer: Answer) -> None:
    assert len(answer.quotes) <= MAX_QUOTES
    assert (answer.status is Status.ANSWERED) == (answer.reason is None)
    if answer.status is Status.UNANSWERED:
        assert not answer.quotes
    else:
        assert answer.quotes
    for quote in answer.quotes:
        assert 0 < len(quote.text) <= 2_000
        citation = quote.citation
        source = quote.document.source_text[citation.source_start : citation.source_end]
        assert strip_layout(source) == strip_layout(quote.text)
        for lead in quote.lead_in:
            assert strip_layout(quote.document.source_text[lead.start : lead.end]) == strip_layout(lead.text)
    json.dumps(answer.to_json(), ensure_ascii=False)


def mutate(question: str, chance: random.Random) -> str:
    """A real question as it could come: words lost, doubled, swapped, cut, without accents, with something thrown in."""
    words = question.split(" ")
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(words)) if words else 0
        match chance.randrange(8):
            case 0:
                words = words[:at] + words[at + 1 :]
            case 1:
                words.insert(at, chance.choice(FRAGMENTS))
            case 2:
                chance.shuffle(words)
            case 3:
                words = fold(" ".join(words)).split(" ")
            case 4:
                words = words[: at + 1]
            case 5:
                words += chance.choice(REAL).split(" ")
            case 6:
                words = " ".join(words).upper().split(" ")
            case _:
                text = " ".join(words)
                spot = chance.randrange(len(text) + 1)
                words = (text[:spot] + chance.choice("ạzqđ.?,)(/-0123456789\n\t") + text[spot:]).split(" ")
    return " ".join(words)


def test_nine_thousand_mutations_of_real_questions(answerer: Answerer) -> None:
    chance = random.Random(20261121)
    for _ in range(9_000):
        question = mutate(chance.choice(REAL), chance)
        previous = (chance.choice(REAL),) if chance.random() < 0.2 else ()
        check(answerer.answer(Question(question, previous=previous)))


@settings(max_examples=1_000, suppress_health_check=list(HealthCheck))
@given(
    st.text(max_size=300)
    | st.lists(st.sampled_from(FRAGMENTS), max_size=12).map(" ".join)
    | st.binary(max_size=200).map(lambda data: data.decode("utf-8", "surrogateescape")),
    st.none() | st.text(max_size=30),
)
def test_a_thousand_questions_of_any_characters(answerer: Answerer, question: str, place: str | None) -> None:
    check(answerer.answer(Question(question, place=place)))


def test_every_quote_of_real_questions_can_be_verified_by_its_code(answerer: Answerer) -> None:
    for question in REAL[::10]:
        for quote in answerer.answer(Question(question)).quotes:
            assert verify(quote.code, answerer.catalog).standing is Standing.STANDS
