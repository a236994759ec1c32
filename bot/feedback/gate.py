"""All reviewed questions are asked before a pin or another index goes live: one that got worse blocks it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.feedback.database import FeedbackError
from corpus.catalog import Catalog
from corpus.citation import name
from corpus.provision import ProvisionPath
from retrieval.answer import Status
from retrieval.answerer import Answerer
from retrieval.question import Question
from retrieval.reviewed import Reviewed, ReviewedQuestion, stale

_TOLD = 5
"""How many questions an error names."""


@dataclass(frozen=True, slots=True)
class ReviewedCase:
    """A wording of a reviewed question, and the provision that it must get."""

    question: Question
    document_id: str
    path: str


@dataclass(frozen=True, slots=True)
class Regression:
    """A reviewed case that does not get its provision. Both are citations; `got` is None where nothing is answered."""

    question: str
    expected: str
    got: str | None

    def __str__(self) -> str:
        """One line of a list, in Vietnamese."""
        return f"“{self.question}”: cần {self.expected}, nay {self.got or 'không có câu trả lời'}"


class PinRefused(FeedbackError):
    """A pin that makes reviewed questions worse; nothing was changed.

    Args:
        worse: the questions.
    """

    def __init__(self, worse: Sequence[Regression]) -> None:
        self.worse = tuple(worse)
        more = f"; và {len(worse) - _TOLD} câu nữa" if len(worse) > _TOLD else ""
        told = "; ".join(map(str, self.worse[:_TOLD]))
        super().__init__(f"Không ghim được, vì {len(worse)} câu đã xem xét sẽ bị trả lời khác đi: {told}{more}.")


def cases_of(questions: Iterable[ReviewedQuestion]) -> tuple[ReviewedCase, ...]:
    """The cases that reviewed questions make: one for each wording."""
    return tuple(
        ReviewedCase(Question(wording, one.place), one.document_id, one.path)
        for one in questions
        for wording in one.wordings
    )


def failures(answerer: Answerer, cases: Iterable[ReviewedCase]) -> list[Regression]:
    """The cases that do not get their provision as the first quote of a sure answer."""
    return [failed for case in cases if (failed := _failed(answerer, case)) is not None]


def regressions(before: Answerer, after: Answerer, cases: Iterable[ReviewedCase]) -> list[Regression]:
    """The cases that get their provision from one answerer and not from the other."""
    worse = ((case, failed) for case in cases if (failed := _failed(after, case)) is not None)
    return [failed for case, failed in worse if _failed(before, case) is None]


def worsened(before: Answerer, after: Answerer, pinned: Sequence[ReviewedQuestion]) -> list[Regression]:
    """The reviewed questions that other documents would answer worse. A pin whose provision goes is no such: it is
    flagged and not served."""
    gone = set(stale(pinned, after.catalog))
    cases = cases_of(one for one in pinned if one not in gone)
    served = before.with_reviewed(Reviewed(pinned, before))
    return regressions(served, after.with_reviewed(Reviewed(pinned, after)), cases)


def admit(
    answerer: Answerer, active: Sequence[ReviewedQuestion], new: ReviewedQuestion, replaced: Sequence[str] = ()
) -> tuple[str, ...]:
    """See whether a pin may go live.

    Args:
        answerer: answers over the documents held now.
        active: the pins that hold.
        new: the pin.
        replaced: the ids of pins that it takes the place of.

    Returns:
        The wordings that will get the provision, which are those to pin. The others name a provision themselves, or
        say nothing without what was said before them.

    Raises:
        PinRefused: it makes reviewed questions worse, or no wording would get the provision.
    """
    kept = [one for one in active if one.id not in replaced]
    now = answerer.with_reviewed(Reviewed(kept, answerer, answerer.reviewed))
    then = answerer.with_reviewed(Reviewed([*kept, new], answerer, answerer.reviewed))
    standing = set(kept) - set(stale(kept, answerer.catalog))
    worse = regressions(now, then, cases_of(one for one in kept if one in standing))
    if worse:
        raise PinRefused(worse)
    own = cases_of([new])
    missed = {failed.question: failed for failed in failures(then, own)}
    served = tuple(case.question.text for case in own if case.question.text not in missed)
    if not served:
        raise PinRefused(list(missed.values()))
    return served


def _failed(answerer: Answerer, case: ReviewedCase) -> Regression | None:
    answer = answerer.answer(case.question)
    first = answer.quotes[0] if answer.quotes and answer.status is Status.ANSWERED else None
    wanted = ProvisionPath.parse(case.path)
    # A long provision is quoted by its parts.
    if first and first.document.id == case.document_id and wanted.contains(first.citation.path):
        return None
    return Regression(case.question.text, _citation(case, answerer.catalog), first.citation.words if first else None)


def _citation(case: ReviewedCase, catalog: Catalog) -> str:
    document = catalog.by_id.get(case.document_id)
    words = ProvisionPath.parse(case.path).words
    return f"{words} {name(document.meta)}" if document else f"{words} {case.document_id}"
