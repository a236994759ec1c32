"""The secret with which people's ids are hashed, so that what is stored of a person does not name them."""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import secrets
import uuid
from pathlib import Path

log = logging.getLogger(__name__)


def load_salt(home: Path) -> bytes:
    """The salt: a random file in `home`, made at the first call.

    Several processes may call this at once and get the same salt. Where the file can be neither read nor made, a
    salt for this process alone is returned and one line is logged: answering people goes before linking records.
    """
    path = home / "salt"
    try:
        if not path.exists():
            _make_salt(path)
        salt = bytes.fromhex(path.read_text(encoding="ascii").strip())
        if len(salt) >= 16:
            return salt
        log.error("the salt file is too short; using a salt for this process alone")
    except (OSError, ValueError) as error:
        log.error("the salt file cannot be used (%s); using a salt for this process alone", type(error).__name__)
    return secrets.token_bytes(32)


def _make_salt(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".salt-{uuid.uuid4().hex}")
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(file, "w", encoding="ascii") as out:
            out.write(secrets.token_hex(32))
            out.flush()
            os.fsync(out.fileno())
        os.link(draft, path)  # whole or not at all, and the first one wins
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)


def asker_hash(salt: bytes, *scope: str) -> str:
    """HMAC-SHA256 in hex of what names a person and where ("telegram", "12345"). Not reversible without the salt."""
    return hmac.new(salt, "\0".join(scope).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def rater_hash(salt: bytes, asker: str) -> str:
    """What a person's thumbs are hashed from. It is stored nowhere but in a request to forget them."""
    return asker_hash(salt, "rater", asker)


def rating_hash(salt: bytes, record_id: str, rater: str) -> str:
    """Names a person's thumb for one record: it tells the thumbs of that record apart, and links no two records."""
    return asker_hash(salt, "rating", record_id, rater)


def delivery_id(salt: bytes, channel: str, key: str) -> str:
    """The id (32 hexadecimal digits) of the record of one delivery: the same for the same channel and key."""
    return asker_hash(salt, "delivery", channel, key)[:32]


def address_hash(salt: bytes, channel: str, address: str) -> str:
    """Stands for an address in a request to forget it."""
    return asker_hash(salt, "address", channel, address)
