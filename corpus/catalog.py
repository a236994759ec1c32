"""The Catalog: every document held, those that ship and those that were added."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import tomli_w

from corpus.document import (
    BrokenMetadata,
    CorpusError,
    Document,
    Kind,
    LegalBasis,
    Link,
    Metadata,
    Place,
    Slip,
    Tier,
    UnreadableSource,
)
from corpus.extract import Extracted, extract
from corpus.parse import parse
from corpus.provision import Level
from corpus.text import CanonicalText, canonical, fold

SHIPPED = Path(__file__).parent / "documents"
"""The documents that ship with the package."""

MAX_SOURCE_BYTES = 20_000_000
"""No single legal text comes near this; a larger file is a mistake."""

_READER_VERSION = "1"
"""Raised when the reader would give other provisions or words for the same file."""


@dataclass(frozen=True)
class Catalog:
    """The documents held, in the order of their ids."""

    documents: tuple[Document, ...]

    def __iter__(self) -> Iterator[Document]:
        return iter(self.documents)

    @cached_property
    def by_id(self) -> dict[str, Document]:
        """The documents by id."""
        return {document.id: document for document in self.documents}

    @cached_property
    def provisions(self) -> int:
        """How many marked provisions all documents hold."""
        return sum(len(document.marked) for document in self.documents)

    @cached_property
    def digest(self) -> str:
        """A digest of all sources and their metadata; it changes when anything that is searched changes."""
        whole = hashlib.sha256(_READER_VERSION.encode())
        for document in self.documents:
            whole.update(f"{document.id}\0{document.sha256}\0{document.meta!r}\n".encode())
        return whole.hexdigest()


def open_catalog(home: Path | None) -> Catalog:
    """Read the shipped documents, and those added under `home`.

    Raises:
        BrokenMetadata, UnreadableSource: if a document cannot be read; the message names it.
    """
    documents = {document.id: document for document in _read_folder(SHIPPED, "corpus/documents")}
    if home is not None:
        for document in _read_folder(added_folder(home), None):
            documents[document.id] = document
    return Catalog(tuple(documents[id] for id in sorted(documents)))


def added_folder(home: Path) -> Path:
    """Where added documents are kept."""
    return home / "documents"


def read_source(path: Path) -> tuple[str, str]:
    """Read a plain-text source.

    Returns:
        Its text, decoded as it stands, and the SHA-256 of its bytes.

    Raises:
        UnreadableSource: if it is missing, too large, binary or not UTF-8, with the line.
    """
    try:
        if path.stat().st_size > MAX_SOURCE_BYTES:
            raise UnreadableSource(
                f"{path.name}: tệp lớn hơn {MAX_SOURCE_BYTES // 1_000_000} MB, không phải một văn bản."
            )
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableSource(f"{path}: không mở được tệp ({_why(error)}).") from error
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise UnreadableSource(f"{path.name}, dòng {line}: tệp nhị phân, không phải văn bản thuần (UTF-8).")
    try:
        return data.decode("utf-8"), hashlib.sha256(data).hexdigest()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UnreadableSource(f"{path.name}, dòng {line}: không phải mã UTF-8; xin lưu lại tệp bằng UTF-8.") from error


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that was read and could be added: the document, its metadata, and what could not be read."""

    document: Document
    missing: tuple[str, ...]
    """Vietnamese names of the facts that the text does not give."""


def draft(path: Path, overrides: dict[str, Any] | None = None) -> Draft:
    """Read a plain-text law or resolution, guessing its metadata from its own words.

    Args:
        path: the file.
        overrides: metadata fields that are known better, by name (`id`, `kind`, `number`, `issuer`, …).

    Raises:
        UnreadableSource: if it is no text, or no legal text; with line and reason.
    """
    text, digest = read_source(path)
    if not text.strip():
        raise UnreadableSource(f"{path.name}, dòng 1: tệp trống.")
    body = canonical(text)
    parts, remarks = parse(body.text)
    found = extract(body.text, parts)
    given = {key: value for key, value in (overrides or {}).items() if value is not None}
    kind = given.get("kind") or found.kind
    marked = [p for part in parts for p in part.walk() if p.level in (Level.ARTICLE, Level.CLAUSE, Level.SECTION)]
    if not marked:
        line = text[: len(text) - len(text.lstrip())].count("\n") + 1
        raise UnreadableSource(
            f"{path.name}, dòng {line}: không thấy Điều, khoản hay mục nào; đây không phải văn bản quy phạm đọc được."
        )
    if kind is None:
        first = body.text.split("\n", 1)[0][:60]
        raise UnreadableSource(
            f"{path.name}, dòng 1 (“{first}”): không nhận ra loại văn bản (Luật, Nghị quyết, …); dùng --kind để chỉ rõ."
        )
    meta = _guess(found, kind, path, given)
    document = _document(meta, text, body, path.resolve(), str(path.resolve()), digest, digest)
    names = {"number": "số", "title": "tên", "issuer": "cơ quan ban hành", "effective": "ngày có hiệu lực"}
    missing = [words for key, words in names.items() if getattr(meta, key) is None]
    if meta.issued is None and meta.adopted is None:
        missing.append("ngày ban hành")
    if meta.signer is None:
        missing.append("người ký")
    return Draft(replace(document, remarks=remarks), tuple(missing))


def add(home: Path, path: Path, overrides: dict[str, Any] | None = None) -> Draft:
    """Add a plain-text law or resolution to those held. Either it is added whole, or nothing changes.

    Raises:
        UnreadableSource: see `draft`.
        CorpusError: if a shipped document has the same id, or the folder cannot be written.
    """
    ready = draft(path, overrides)
    id = ready.document.id
    if (SHIPPED / f"{id}.toml").exists():
        raise CorpusError(f"Mã “{id}” là của một văn bản có sẵn; dùng --id để đặt mã khác.")
    folder = added_folder(home)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        aside = folder / f".{id}.{os.getpid()}"
        shutil.copyfile(path, aside.with_suffix(".txt.part"))
        aside.with_suffix(".toml.part").write_text(to_toml(ready.document.meta, ready.document.sha256), "utf-8")
        # The text first: a document is there once its metadata is.
        aside.with_suffix(".txt.part").replace(folder / f"{id}.txt")
        aside.with_suffix(".toml.part").replace(folder / f"{id}.toml")
    except OSError as error:
        raise CorpusError(f"Không ghi được vào {folder} ({_why(error)}).") from error
    return ready


def remove(home: Path, id: str) -> None:
    """Remove a document that was added.

    Raises:
        CorpusError: if there is none of this id, or it ships with the package.
    """
    folder = added_folder(home)
    metadata = folder / f"{id}.toml"
    if not re.fullmatch(r"[\w.-]+", id) or not metadata.exists():
        shipped = (SHIPPED / f"{id}.toml").exists()
        raise CorpusError(
            f"Văn bản “{id}” có sẵn trong gói, không gỡ được." if shipped else f"Không có văn bản nào mang mã “{id}”."
        )
    try:
        metadata.unlink()
        (folder / f"{id}.txt").unlink(missing_ok=True)
    except OSError as error:
        raise CorpusError(f"Không gỡ được “{id}” ({_why(error)}).") from error


def to_toml(meta: Metadata, sha256: str) -> str:
    """Write metadata as TOML; facts that are not known are left out."""
    table: dict[str, Any] = {}
    for item in fields(meta):
        value = getattr(meta, item.name)
        if value is None or value == () or value == {}:
            continue
        if isinstance(value, Place):
            value = _bare(value)
        elif isinstance(value, tuple):
            value = [_bare(entry) for entry in value]
        elif isinstance(value, Kind | Tier):
            value = value.value
        table[item.name] = value
    table["sha256"] = sha256
    return tomli_w.dumps(table)


def _bare(entry: Place | LegalBasis | Slip | Link) -> dict[str, Any]:
    return {item.name: value for item in fields(entry) if (value := getattr(entry, item.name)) is not None}


def from_toml(words: str, where: str) -> tuple[Metadata, str]:
    """Read metadata.

    Returns:
        The metadata, and the digest of the source it was written for.

    Raises:
        BrokenMetadata: if it is malformed or a required field is missing.
    """
    try:
        table = tomllib.loads(words)
        sha256 = table.pop("sha256")
        table["kind"], table["tier"] = Kind(table["kind"]), Tier(table["tier"])
        if "place" in table:
            table["place"] = Place(**table["place"])
        for key, entry in (("bases", LegalBasis), ("slips", Slip), ("links", Link)):
            table[key] = tuple(entry(**item) for item in table.get(key, ()))
        return Metadata(**{"issuer": None, **table}), sha256
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise BrokenMetadata(f"{where}: siêu dữ liệu hỏng ({error}).") from error


def differences(document: Document) -> list[str]:
    """Hold a document's metadata against its own words; each difference is a Vietnamese sentence."""
    found = extract(document.text.text, document.parts)
    meta = document.meta
    said: list[tuple[str, object, object]] = [
        ("loại", meta.kind, found.kind),
        ("số", meta.number, found.number),
        ("tên", meta.title, found.title),
        ("cơ quan ban hành", meta.issuer, found.issuer),
        ("cấp", meta.tier, found.tier),
        ("địa phương", meta.place.name if meta.place else None, found.place),
        ("kỳ họp", meta.session, found.session),
        ("ngày ban hành", meta.issued, found.issued),
        ("ngày thông qua", meta.adopted, found.adopted),
        ("ngày ký số", meta.signed, found.signed),
        ("ngày có hiệu lực", meta.effective, found.effective),
        ("năm kế hoạch", meta.year, found.year),
        ("người ký", meta.signer, found.signer),
        ("nơi gửi", meta.addressed_to, found.addressed_to),
        ("căn cứ", meta.bases, found.bases),
    ]
    wrong = [f"{what}: siêu dữ liệu ghi {mine!s}, văn bản ghi {its!s}" for what, mine, its in said if mine != its]
    text = document.text.text
    wrong += [f"lỗi nguồn không còn trong văn bản: “{slip.words}”" for slip in meta.slips if slip.words not in text]
    wrong += [f"liên kết không có trong văn bản: “{link.words}”" for link in meta.links if link.words not in text]
    if document.sha256 != document.recorded_sha256:
        wrong.append("tệp nguồn đã đổi kể từ khi ghi siêu dữ liệu")
    counts = document.counts()
    wrong += [f"{key}: đếm tay {n}, đọc được {counts[key]}" for key, n in meta.counts.items() if counts[key] != n]
    return wrong


def _read_folder(folder: Path, shown_as: str | None) -> Iterator[Document]:
    if not folder.is_dir():
        return
    for metadata in sorted(folder.glob("*.toml")):
        meta, recorded = from_toml(metadata.read_text("utf-8"), metadata.name)
        source = metadata.with_suffix(".txt")
        text, digest = read_source(source)
        shown = f"{shown_as}/{source.name}" if shown_as else str(source.resolve())
        yield _document(meta, text, canonical(text), source, shown, digest, recorded)


def _document(
    meta: Metadata, source_text: str, text: CanonicalText, source: Path, shown: str, digest: str, recorded: str
) -> Document:
    parts, remarks = parse(text.text)
    return Document(meta, source_text, text, parts, source, shown, digest, recorded, remarks)


def _guess(found: Extracted, kind: Kind, path: Path, given: dict[str, Any]) -> Metadata:
    binding = kind is not Kind.SUBMISSION and not found.draft
    place = Place(found.place, "") if found.place else None
    meta = Metadata(
        id=_slug(f"{kind.words} {found.number}") if found.number else _slug(path.stem),
        kind=kind,
        tier=found.tier or Tier.NATIONAL,
        issuer=found.issuer,
        binding=binding,
        number=found.number,
        title=found.title,
        place=place,
        session=found.session,
        issued=found.issued,
        adopted=found.adopted,
        signed=found.signed,
        effective=found.effective,
        year=found.year,
        signer=found.signer,
        addressed_to=found.addressed_to,
        bases=found.bases,
    )
    given.pop("kind", None)
    return replace(meta, **given)


def _slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold(words)).strip("-") or "van-ban"


def _why(error: OSError) -> str:
    known = {2: "không có tệp này", 13: "không có quyền", 21: "đây là thư mục", 28: "đĩa đầy", 30: "chỉ đọc"}
    return known.get(error.errno or 0, error.strerror or "lỗi hệ thống")
