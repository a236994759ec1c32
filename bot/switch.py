"""The switch that turns answering off for everybody, with a notice, on record.

It is a file of JSON lines in the state folder, one for each turn of the switch, appended and never changed. Running
processes look at it as they answer and follow within half a second, without a restart.

    SwitchError   a notice or a name that cannot be used
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import threading
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.durable import append, locked

log = logging.getLogger(__name__)

SWITCH_FILE = "answering.jsonl"
NOTICE_LIMIT = 1_000
"""Characters: fits one message of every channel (Zalo's limit is 2,000)."""

LOOK_EVERY_S = 0.5
"""How often a running process looks at the file."""

_NAME_LIMIT = 100
_LOCK_WAIT_S = 2.0


class SwitchError(Exception):
    """What was given cannot be used; the message is one plain line in Vietnamese."""


@dataclass(frozen=True, slots=True)
class Switched:
    """One turn of the switch, and how answering stands until the next."""

    on: bool
    notice: str | None
    """What people are told while answering is off; None while it is on."""
    since: dt.datetime | None
    """UTC; None where the switch was never turned."""
    by: str | None
    """Who turned it."""


_NEVER_TURNED = Switched(True, None, None, None)


class AnsweringSwitch:
    """The switch of one state folder. Safe in threads and for several processes.

    Args:
        home: the folder of all state.
        clock: seconds, rising.
    """

    def __init__(self, home: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = home / SWITCH_FILE
        self._clock = clock
        self._lock = threading.Lock()
        self._state = _NEVER_TURNED
        self._seen: tuple[int, int, int] | None = None
        self._look_at = clock()
        self._trouble: str | None = None

    def state(self) -> Switched:
        """How answering stands, at most `LOOK_EVERY_S` ago. Made to be called for each question.

        Never raises: while the file cannot be read, answering stays as it was last known, on at first.
        """
        with self._lock:
            now = self._clock()
            if now >= self._look_at:
                self._look_at = now + LOOK_EVERY_S
                self._look()
            return self._state

    def notice(self) -> str | None:
        """What people are told while answering is off, or None: `state` as `bot.assistant.Assistant` takes it."""
        return self.state().notice

    def turn_off(self, notice: str, by: str) -> Switched:
        """Turn answering off, or change the notice.

        Args:
            notice: what people are told instead of an answer, 1 to `NOTICE_LIMIT` characters.
            by: who does it.

        Returns:
            How answering stands now; the turn before where that is the same.

        Raises:
            SwitchError: the notice or the name cannot be used.
            OSError: the file cannot be read or written, or others hold it for too long.
        """
        notice = notice.strip()
        if not 0 < len(notice) <= NOTICE_LIMIT or not _readable(notice.replace("\n", "")):
            raise SwitchError(f"Thông báo phải có từ 1 đến {NOTICE_LIMIT} ký tự đọc được.")
        return self._turn(on=False, notice=notice, by=by)

    def turn_on(self, by: str) -> Switched:
        """Turn answering on again. Returns and raises as `turn_off` does."""
        return self._turn(on=True, notice=None, by=by)

    def history(self) -> tuple[Switched, ...]:
        """Every turn of the switch, oldest first.

        Raises:
            OSError: the file cannot be read.
        """
        try:
            lines = self._path.read_bytes().splitlines()
        except FileNotFoundError:
            return ()
        turns = []
        for number, line in enumerate(lines, 1):
            if turn := _read(line):
                turns.append(turn)
            elif line:  # most likely the torn last line of a killed process
                log.warning("%s: line %d cannot be read and is passed over", self._path, number)
        return tuple(turns)

    def _turn(self, *, on: bool, notice: str | None, by: str) -> Switched:
        by = by.strip()
        if not 0 < len(by) <= _NAME_LIMIT or not _readable(by):
            raise SwitchError(f"Tên người thực hiện phải có từ 1 đến {_NAME_LIMIT} ký tự đọc được.")
        with self._lock, locked(self._path.with_name(".answering.lock"), _LOCK_WAIT_S):
            turns = self.history()
            if turns and (turns[-1].on, turns[-1].notice) == (on, notice):
                return turns[-1]
            now = dt.datetime.now(dt.UTC).replace(microsecond=0)
            line = {"at": now.isoformat(), "on": on, "notice": notice, "by": by}
            append(self._path, [json.dumps(line, ensure_ascii=False).encode()])
            self._look_at = self._clock()
        return Switched(on, notice, now, by)

    def _look(self) -> None:
        try:
            found = self._path.stat()
            seen = found.st_mtime_ns, found.st_size, found.st_ino
            if seen != self._seen:
                self._state = (self._state, *self.history())[-1]
                self._seen = seen
            trouble = None
        except FileNotFoundError:
            trouble = None if self._seen is None else "it is gone"
        except OSError as error:
            trouble = type(error).__name__
        if trouble and trouble != self._trouble:
            log.error(
                "%s cannot be read (%s); answering stays %s", self._path, trouble, "on" if self._state.on else "off"
            )
        self._trouble = trouble


def _read(line: bytes) -> Switched | None:
    try:
        row = json.loads(line)
        on, notice, by, since = row["on"], row["notice"], row["by"], dt.datetime.fromisoformat(row["at"])
    except (ValueError, KeyError, TypeError):
        return None
    fits = isinstance(on, bool) and isinstance(by, str) and since.tzinfo is not None
    if not fits or (notice is not None if on else not isinstance(notice, str)):
        return None
    return Switched(on, notice, since, by)


def _readable(words: str) -> bool:
    """Neither control characters nor halves of surrogate pairs."""
    return all(unicodedata.category(character) not in ("Cc", "Cs") for character in words)
