"""What binds at a place on a day, for people and programs: the same for the terminal and the web page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from corpus.binding import Entry, Stack, stack
from corpus.citation import name, short_name
from corpus.document import Document
from corpus.territory import Chain, Resolved, resolve, seats
from corpus.units import REFORM, Unit
from corpus.validity import vn_date
from corpus.when import day_asked, without

NOT_FOUND = (
    "Bảng đơn vị hành chính (trước và từ 01/7/2025) không có đơn vị nào tên “{words}”. "
    "Bạn xem lại chính tả, hoặc ghi thêm huyện, tỉnh."
)
CHOOSE = "“{words}” có thể là một trong các nơi sau. Bạn ghi rõ hơn, ví dụ kèm tên tỉnh:"
MORE = "… và {more} nơi khác."
NO_WORDS = "Bạn ghi tên một xã, phường, huyện hay tỉnh."
TITLE = "Văn bản áp dụng ở một nơi"


@dataclass(frozen=True, slots=True)
class Report:
    """What is told of some words and a day."""

    resolved: Resolved
    stack: Stack | None
    """None where the words name no unit, or several."""

    @property
    def chain(self) -> Chain | None:
        """The chain of the unit that was taken."""
        return self.resolved.chain


def report(words: str, on: dt.date | None, documents: Sequence[Document]) -> Report:
    """Find the place and its stack.

    Args:
        words: the place as typed; a day may stand in them ("Kim Bảng năm 2024").
        on: the day, where one was given; it goes before one in the words. Today where there is none.
        documents: the documents held.
    """
    when = day_asked(words)
    if when:
        words, on = without(words, when), on or when.day
    found = resolve(words, on, frozenset(seats(documents).values()))
    return Report(found, stack(documents, found.chain) if found.chain else None)


def chain_lines(chain: Chain) -> list[str]:
    """A chain in Vietnamese lines: where the place stands on the day, where it stood, what it became."""
    on, unit = chain.on, chain.unit
    day = vn_date(on)
    if chain.stands:
        lines = [f"{_upper(unit.address(on))} (ngày {day})."]
    elif unit.today:
        lines = [f"{_upper(unit.address())} có từ 01/7/2025; ngày {day} chưa có đơn vị này."]
    else:
        lines = [f"{_upper(unit.address())} không còn từ 01/7/2025."]
    if chain.before:
        made = "; ".join(old.address(on if on < REFORM else None) for old in chain.before[:6])
        more = len(chain.before) - 6
        lines.append(f"Trước 01/7/2025: {made}{f'; và {more} đơn vị khác' if more > 0 else ''}.")
    if chain.after:
        lines.append(f"Từ 01/7/2025: {_became(chain.after)}.")
    if chain.remark:
        lines.append(chain.remark)
    return lines


def sentences(found: Resolved) -> list[str]:
    """What is said of words that name no unit, or several; the choices follow."""
    if not found.words:
        return [NO_WORDS]
    return [(CHOOSE if found.choices else NOT_FOUND).format(words=found.words)]


def to_json(told: Report) -> dict[str, Any]:
    """The report for programs."""
    found, chain = told.resolved, told.chain
    return {
        "words": found.words,
        "on": found.on.isoformat(),
        "status": "found" if chain else "several" if found.choices else "unknown",
        "taken": found.taken or None,
        "unit": _unit(chain.unit) if chain else None,
        "chain": _chain(chain) if chain else None,
        "choices": [_unit(unit) for unit in found.choices],
        "more": found.more,
        "stack": [entry_json(entry) for entry in told.stack.entries] if told.stack else [],
        "gaps": list(told.stack.gaps) if told.stack else [],
    }


def entry_json(entry: Entry) -> dict[str, Any]:
    """One document of a stack."""
    meta, ground = entry.document.meta, entry.ground
    quote = ground.quote
    return {
        "document": {
            "id": meta.id,
            "kind": meta.kind.value,
            "name": name(meta),
            "short": short_name(meta),
            "issuer": meta.issuer,
        },
        "tier": meta.tier.value,
        "validity": {"status": ground.validity.status.value, "note": ground.validity.note},
        "rule": {"name": ground.validity.rule.value, "words": ground.rule} if ground.validity.rule else None,
        "quote": None
        if quote is None
        else {
            "document": quote.document_id,
            "path": quote.path.id,
            "text": quote.text,
            "citation": quote.words,
            "code": quote.code,
        },
    }


def _unit(unit: Unit) -> dict[str, Any]:
    return {
        "name": unit.name,
        "address": unit.address(),
        "district": unit.district,
        "province": unit.province,
        "until": None if unit.today else "2025-06-30",
        "since": "2025-07-01" if unit.today else None,
    }


def _chain(chain: Chain) -> dict[str, Any]:
    ward, district = chain.ward, chain.district
    return {
        "stands": chain.stands,
        "ward": ward.name_on(chain.on) if ward else None,
        "district": district.name_on(chain.on) if district else None,
        "province": chain.province.name_on(chain.on),
        "former_districts": [unit.name for unit in chain.former_districts],
        "former_provinces": [unit.name for unit in chain.former_provinces],
        "before": [unit.address() for unit in chain.before],
        "after": [unit.address() for unit in chain.after],
        "remark": chain.remark or None,
    }


def _became(after: Sequence[Unit]) -> str:
    shown = [unit.name[:1].lower() + unit.name[1:] for unit in after[:12]]
    more = len(after) - len(shown)
    where = after[0].address().split(", ")[-1] if len(after[0].address().split(", ")) > 1 else ""
    return ", ".join(shown) + (f" và {more} đơn vị khác" if more else "") + (f" ({where})" if where else "")


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
