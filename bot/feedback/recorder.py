"""Puts each question on record, and what belongs to it, and never keeps a person waiting whatever happens to the
database (`delivery.py`). This is what `bot.assistant` calls; no method raises."""

from __future__ import annotations

import datetime as dt
import logging
import re
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from bot.feedback.delivery import MEMORY_LIMIT, RETRY_AFTER_S, Delivery, RecorderStatus
from bot.feedback.persons import Asked, ForgetEntry, Person, Remark, Waiting
from bot.feedback.records import RatingEntry, entry_from
from bot.feedback.redact import storable
from bot.feedback.salt import address_hash, asker_hash, delivery_id, load_salt, rater_hash, rating_hash
from bot.feedback.spool import Spool
from bot.feedback.store import Store, StoreUnavailable
from bot.people import Told
from bot.settings import Settings
from retrieval.answer import Answer

log = logging.getLogger(__name__)

_RECORD_ID = re.compile(r"[0-9a-f]{32}")
_UNKNOWN = Person(place=None, noticed=False)
_REMEMBERED = 10_000  # persons whom a process remembers for the time that the database is dead
_SEEN_EVERY = dt.timedelta(days=1)
_MAX_ADDRESS_CHARS = 200

T = TypeVar("T")


def open_recorder(settings: Settings) -> Recorder:
    """A recorder for these settings. Opens nothing yet: a dead database shows in `status`, not here.

    Raises:
        StoreMisconfigured: `DANCHU_DB` cannot be used.
    """
    return Recorder(Store(settings.database_url), Spool(settings.spool), load_salt(settings.home))


class Recorder:
    """Keeps questions, thumbs, and what people asked to remember. Safe to call from several threads.

    Args:
        store: the database.
        spool: where records wait while it is dead.
        salt: the secret for hashing people's ids (`load_salt`).
        retry_after_s: how long the database is left alone after a failure.
        memory_limit: the most records kept in memory.
    """

    def __init__(
        self,
        store: Store,
        spool: Spool,
        salt: bytes,
        *,
        retry_after_s: float = RETRY_AFTER_S,
        memory_limit: int = MEMORY_LIMIT,
    ) -> None:
        self._store = store
        self._salt = salt
        self._delivery = Delivery(store, spool, salt, retry_after_s=retry_after_s, memory_limit=memory_limit)
        self._small = threading.Lock()
        self._persons: dict[str, Person] = {}
        self._unsaved: set[str] = set()
        self._told: dict[tuple[str, str, str], Told] = {}

    # Questions and thumbs

    def record_id(self, channel: str, key: str) -> str:
        """The id under which one delivery is recorded: the same however often it comes, and whatever process it meets.

        Args:
            channel: "telegram", "zalo", …
            key: the channel's own name of the delivery, such as chat and message.
        """
        return delivery_id(self._salt, channel, key)

    def record(
        self,
        answer: Answer,
        *,
        channel: str,
        asker: str | None,
        previous: Sequence[str] = (),
        record_id: str | None = None,
    ) -> str:
        """Keep an answer and return the record's id, whatever happens.

        Args:
            answer: what the person got.
            channel: "web", "telegram", "cli", …
            asker: the channel's raw id of the person, or None; only its salted hash goes further.
            previous: earlier questions of the same conversation, oldest first.
            record_id: 32 hexadecimal digits (`record_id`): recording the same again keeps one record. None makes a new
                id.
        """
        if record_id is None or not _RECORD_ID.fullmatch(record_id):
            if record_id is not None:
                log.error("a record id that is none was replaced by a new one")
            record_id = uuid.uuid4().hex
        try:
            who = None if asker is None else asker_hash(self._salt, channel, asker)
            entry = entry_from(answer, record_id=record_id, channel=channel, asker_hash=who, previous=previous)
            self._delivery.keep(entry)
        except Exception as error:  # noqa: BLE001 - the person's answer goes before the record of it
            log.error("question %s could not be recorded: %s", record_id, type(error).__name__)
        return record_id

    def rate(self, record_id: str, *, asker: str | None, helpful: bool) -> bool:
        """Keep a thumb; a later one of the same person replaces it.

        Returns:
            False where there is no such record. While the database is dead or records wait for it, that cannot be
            known: True.
        """
        if not _RECORD_ID.fullmatch(record_id):
            return False
        who = "" if asker is None else rating_hash(self._salt, record_id, rater_hash(self._salt, asker))
        rating = RatingEntry(record_id, who, helpful, _now())
        try:
            found = self._delivery.write(lambda wait_s: self._store.rate(rating, wait_s=wait_s))
            if found:
                return True
            # Its question may wait in the spool, or have left it for the database a moment ago.
            if waits := self._delivery.something_waits():
                self.take_in()
            found = self._delivery.write(lambda wait_s: self._store.rate(rating, wait_s=wait_s))
            if waits and not found:
                self._delivery.set_aside(rating)  # another process may be taking the question in just now
            return found or waits
        except StoreUnavailable:
            self._delivery.set_aside(rating)
            return True
        except Exception as error:  # noqa: BLE001 - a thumb must not fail a channel
            log.error("thumb for %s could not be recorded: %s", record_id, type(error).__name__)
            return False

    def asked(self, record_id: str) -> Asked | None:
        """The question of a record as it is stored, also while it waits for the database; None where there is none."""
        if not _RECORD_ID.fullmatch(record_id):
            return None
        found = self._read("question", lambda: self._store.persons.asked(record_id))
        if found is None and (entry := self._delivery.waiting_entry(record_id)):
            return Asked(entry.question, entry.previous, entry.place)
        return found

    # Persons

    def person(self, channel: str, asker: str) -> Person:
        """What is kept of somebody. While the database is dead: what this process remembers of them."""
        who = asker_hash(self._salt, channel, asker)
        try:
            found = self._delivery.read(lambda: self._store.persons.find(who))
        except StoreUnavailable:
            return self._persons.get(who, _UNKNOWN)
        except Exception as error:  # noqa: BLE001 - an answer goes before what is known of a person
            log.error("a person could not be read: %s", type(error).__name__)
            return self._persons.get(who, _UNKNOWN)
        person, seen = found or (_UNKNOWN, None)
        if who in self._unsaved:
            person = replace(person, noticed=True)
            self._save_notice(who)
        elif seen is not None and _now() - seen > _SEEN_EVERY:
            self._write("person", lambda wait_s: self._store.persons.save(who, _now(), wait_s=wait_s))
        self._remember(who, person)
        return person

    def remember_place(self, channel: str, asker: str, place: str | None) -> bool:
        """Remember the place that somebody asks for, or none any more; False where it could not be stored now."""
        who = asker_hash(self._salt, channel, asker)
        name = None if place is None else storable(place, 200).text
        if not self._write("place", lambda wait_s: self._store.persons.save(who, _now(), wait_s=wait_s, place=name)):
            return False
        self._remember(who, replace(self._persons.get(who, _UNKNOWN), place=name))
        return True

    def noticed(self, channel: str, asker: str) -> None:
        """Note that somebody was told what is kept of them; while the database is dead, in this process alone."""
        who = asker_hash(self._salt, channel, asker)
        self._remember(who, replace(self._persons.get(who, _UNKNOWN), noticed=True))
        self._save_notice(who)

    def remark(self, channel: str, asker: str, text: str) -> bool:
        """Keep what somebody says of the bot; False where it could not be stored now."""
        who = asker_hash(self._salt, channel, asker)
        said = Remark(_now(), storable(channel, 32).text, storable(text).text)
        return self._write("remark", lambda wait_s: self._store.persons.remark(who, said, wait_s=wait_s))

    def forget(self, channel: str, asker: str, address: str | None) -> int | None:
        """Delete all that is kept of somebody: questions, thumbs, remarks, place, and what they wait for.

        Args:
            channel: as when it was recorded.
            asker: the channel's raw id of the person.
            address: where they would have been told of answers, or None.

        Returns:
            How many questions were deleted; None where the database is dead and it will be done once it works again.
        """
        request = ForgetEntry(
            asker_hash=asker_hash(self._salt, channel, asker),
            rater=rater_hash(self._salt, asker),
            channel=storable(channel, 32).text,
            address_hash=None if address is None else address_hash(self._salt, storable(channel, 32).text, address),
            at=_now(),
        )
        with self._small:
            self._persons.pop(request.asker_hash, None)
            self._unsaved.discard(request.asker_hash)
        try:
            if self._delivery.something_waits():
                self.take_in()
            gone = self._delivery.write(lambda wait_s: self._delivery.forget(request, wait_s=wait_s))
            if self._delivery.something_waits():  # a question of theirs may be among it
                self._delivery.set_aside(request)
            return gone
        except StoreUnavailable:
            self._delivery.set_aside(request)
        except Exception as error:  # noqa: BLE001 - a channel says that it will be done, and it will be tried again
            log.error("a person could not be forgotten: %s", type(error).__name__)
            self._delivery.set_aside(request)
        return None

    # Who waits for an answer

    def tell_me(self, record_id: str, channel: str, address: str) -> bool:
        """Note that somebody wants to be told when a question has an answer.

        Args:
            record_id: the question.
            channel: through which to tell them.
            address: the channel's raw address of the chat.

        Returns:
            False where there is no such question, or it could not be stored now.
        """
        if not address or len(address) > _MAX_ADDRESS_CHARS or self.asked(record_id) is None:
            return False
        where = storable(channel, 32).text
        self._told.pop((record_id, where, address), None)
        return self._write(
            "wish", lambda wait_s: self._store.persons.wait(record_id, where, address, _now(), wait_s=wait_s)
        )

    def waiting(self, limit: int = 1_000) -> list[Waiting]:
        """Who waits for which question, the longest first; [] while the database is dead."""
        for key, how in list(self._told.items()):
            self.told(*key, how)
        found = self._read("wishes", lambda: self._store.persons.waiting(limit)) or []
        return [one for one in found if (one.record_id, one.channel, one.address) not in self._told]

    def told(self, record_id: str, channel: str, address: str, how: Told) -> None:
        """Note what became of telling somebody. Who waits no longer is told no more, also before that is stored."""
        key = (record_id, storable(channel, 32).text, address)
        if self._write("wish", lambda wait_s: self._store.persons.told(*key, how, wait_s=wait_s)):
            self._told.pop(key, None)
        elif how is not Told.LATER:
            self._told[key] = how

    # Keeping

    def purge(self, days: int) -> int:
        """Delete questions with all that belongs to them, and persons not seen, older than so many days (1 or more).

        Returns:
            How many questions were deleted; what could not be deleted now is older still the next time.
        """
        if days < 1:
            log.error("nothing is purged: a retention of %d days is none", days)
            return 0
        before = _now() - dt.timedelta(days=days)
        gone = 0
        try:
            if self._delivery.something_waits():
                self.take_in()
            for amount in self._delivery.purge(before):
                gone += amount
        except StoreUnavailable as error:
            log.error("old questions could not be deleted: %s", error)
        except Exception as error:  # noqa: BLE001 - runs beside the channels
            log.error("old questions could not be deleted: %s", type(error).__name__)
        return gone

    def take_in(self) -> int:
        """Bring what waits in memory and spool into the database; returns how many questions were new to it."""
        return self._delivery.take_in()

    def status(self) -> RecorderStatus:
        """How record keeping is doing. After a failure this also makes the next attempt, in the background."""
        return self._delivery.status()

    def close(self) -> None:
        """Try once more to bring everything home, then close the database."""
        self._delivery.close()

    # Inside

    def _save_notice(self, who: str) -> None:
        now = _now()
        if self._write("notice", lambda wait_s: self._store.persons.save(who, now, wait_s=wait_s, noticed_at=now)):
            self._unsaved.discard(who)
        else:
            self._unsaved.add(who)

    def _remember(self, who: str, person: Person) -> None:
        with self._small:
            self._persons.pop(who, None)
            self._persons[who] = person
            if len(self._persons) > _REMEMBERED:
                oldest = next(iter(self._persons))
                del self._persons[oldest]
                self._unsaved.discard(oldest)

    def _write(self, what: str, write: Callable[[float | None], None]) -> bool:
        """Run a write that is not worth waiting for; False where it could not be done now."""
        try:
            self._delivery.write(write)
        except StoreUnavailable:
            return False
        except Exception as error:  # noqa: BLE001 - a channel goes on without it
            log.error("%s could not be stored: %s", what, type(error).__name__)
            return False
        return True

    def _read(self, what: str, read: Callable[[], T]) -> T | None:
        try:
            return self._delivery.read(read)
        except StoreUnavailable:
            return None
        except Exception as error:  # noqa: BLE001 - a channel goes on without it
            log.error("%s could not be read: %s", what, type(error).__name__)
            return None


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
