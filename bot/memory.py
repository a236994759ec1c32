"""The last questions of each person in each chat, in memory alone, so that "còn ở Hải Phòng?" is understood."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

FOLLOW_UPS = 3
"""How many earlier questions go along with the next one."""

FOLLOW_UP_S = 30 * 60.0
"""After so long a question does not follow what was asked before."""

CONVERSATIONS = 10_000
"""How many conversations are remembered; the one that was silent longest goes first."""

Who = tuple[str, str, str]
"""Channel, chat and person: in a group, one person's question does not follow another's."""


@dataclass(frozen=True, slots=True)
class _Asked:
    message_id: str
    text: str
    at: float


class Memory:
    """Remembers questions while the process lives. Safe in threads.

    Args:
        clock: seconds, rising.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._asked: OrderedDict[Who, deque[_Asked]] = OrderedDict()
        self._lock = threading.Lock()

    def answered(self, who: Who, message_id: str, text: str) -> bool:
        """Whether this message was answered with this very text."""
        with self._lock:
            return any(one.message_id == message_id and one.text == text for one in self._asked.get(who, ()))

    def previous(self, who: Who, message_id: str) -> tuple[str, ...]:
        """The questions before this one, oldest first; an edited message does not follow itself."""
        since = self._clock() - FOLLOW_UP_S
        with self._lock:
            asked = [one for one in self._asked.get(who, ()) if one.message_id != message_id and one.at > since]
        return tuple(one.text for one in asked)

    def add(self, who: Who, message_id: str, text: str) -> None:
        """Remember a question."""
        with self._lock:
            asked = self._asked.pop(who, deque[_Asked](maxlen=FOLLOW_UPS))
            kept = [one for one in asked if one.message_id != message_id]
            self._asked[who] = deque([*kept, _Asked(message_id, text, self._clock())], maxlen=FOLLOW_UPS)
            if len(self._asked) > CONVERSATIONS:
                self._asked.popitem(last=False)

    def forget(self, channel: str, person: str) -> None:
        """Forget all that a person asked on a channel."""
        with self._lock:
            for who in [who for who in self._asked if who[0] == channel and who[2] == person]:
                del self._asked[who]
