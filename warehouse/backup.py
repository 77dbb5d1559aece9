"""The form of a backup: one tar file, written whole or not at all, whose last member lists the others with their sums.

Any tar program opens it. A file that was cut has no list; one that was changed has other sums.
"""

import hashlib
import json
import os
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

from pydantic import TypeAdapter, ValidationError

from extractors.errors import NewswatchError
from warehouse.landing import flush_folder, replace_file

#: The number of this form; a higher one is of a newer program.
FORM = 1
MANIFEST = "MANIFEST.json"
#: More than any list of files takes.
_LONGEST_MANIFEST = 64 << 20
_CHUNK = 1 << 20
_PART = re.compile(r"[^/\x00-\x1f\x7f]{1,255}")
_NANOSECONDS = 1_000_000_000


class BackupError(NewswatchError):
    """A file that is no backup, or not whole; the message says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file in a backup: its bytes, and their SHA-256 in hexadecimal."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds: which program made it and when (UTC), how many articles, and its files."""

    form: int
    newswatch: str
    made_at: datetime
    articles: int
    files: tuple[Member, ...]


class Packer:
    """Adds files to a backup that is being written."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        """Add to `tar`."""
        self._tar = tar
        self.members: list[Member] = []
        #: How many articles the warehouse in it holds, as its list tells.
        self.articles = 0

    def add(self, name: str, path: Path) -> bool:
        """Add the file at `path` as it is now; False where there is none (any more)."""
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return False
        with file:
            told = os.fstat(file.fileno())
            self._add(name, file, told.st_size, told.st_mtime_ns)
        return True

    def add_bytes(self, name: str, data: bytes, at: datetime) -> None:
        """Add `data` as a file of that moment."""
        self._add(name, BytesIO(data), len(data), int(at.timestamp()) * _NANOSECONDS)

    def _add(self, name: str, file: IO[bytes], size: int, modified_ns: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = size, modified_ns / _NANOSECONDS, 0o600
        summing = _Summing(file)
        self._tar.addfile(info, summing)
        self.members.append(Member(name=name, size=size, sha256=summing.sum.hexdigest()))


@contextmanager
def writing(target: Path, *, program: str, made_at: datetime) -> Iterator[Packer]:
    """Write a backup to `target`, which is there at the end of the block, whole; if anything fails it is as it was.

    Raises:
        OSError: it cannot be written.
    """
    temporary = target.with_name(f".{target.name}.writing")
    try:
        with temporary.open("wb") as file:
            temporary.chmod(0o600)
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                packer = Packer(tar)
                yield packer
                manifest = Manifest(
                    form=FORM,
                    newswatch=program,
                    made_at=made_at,
                    articles=packer.articles,
                    files=tuple(packer.members),
                )
                text = json.dumps(asdict(manifest), default=str, indent=1)
                packer.add_bytes(MANIFEST, text.encode(), made_at)
        replace_file(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def unpack(path: Path, folder: Path) -> Manifest:
    """Write the files of the backup at `path` into the new `folder`, flushed to the disk, and return what it holds.

    Raises:
        BackupError: it is no backup, not whole, changed, or of a newer program; what was written so far stays.
        OSError: it cannot be read, or the disk is full.
    """
    folder.mkdir(parents=True)
    found: dict[str, Member] = {}
    text: bytes | None = None
    try:
        with tarfile.open(path, mode="r:") as tar:
            for info in tar:
                file = _file_of(path, tar, info)
                if info.name == MANIFEST:
                    text = file.read(_LONGEST_MANIFEST)
                else:
                    found[info.name] = _write_out(file, info, folder / info.name)
    except (tarfile.TarError, ValueError, OverflowError, FileExistsError, NotADirectoryError) as error:
        raise BackupError(f"{path}: is no backup, or cut short ({error})") from error
    manifest = _manifest(path, text)
    listed = {member.name: member for member in manifest.files}
    if differing := sorted(
        name for name in listed.keys() | found.keys() if listed.get(name) != found.get(name)
    ):
        raise BackupError(f"{path}: is damaged ({', '.join(differing[:3])}: not what was written)")
    return manifest


def _file_of(path: Path, tar: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    """Return the open file of a member: nothing else than files, none that leads elsewhere or grows when it is read."""
    parts = PurePosixPath(info.name).parts
    harmless = all(_PART.fullmatch(part) and part not in {".", ".."} for part in parts)
    plain = info.isreg() and not info.issparse() and info.offset_data + info.size <= path.stat().st_size
    file = tar.extractfile(info) if plain and parts and harmless else None
    if file is None:
        raise BackupError(f"{path}: {info.name!r} is nothing that a backup holds")
    return file


def _write_out(file: IO[bytes], info: tarfile.TarInfo, target: Path) -> Member:
    target.parent.mkdir(parents=True, exist_ok=True)
    summing = _Summing(file)
    with target.open("xb") as out:
        target.chmod(0o600)
        size = 0
        while chunk := summing.read(_CHUNK):
            size += out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    modified_ns = round(info.mtime * _NANOSECONDS)
    os.utime(target, ns=(modified_ns, modified_ns))
    flush_folder(target.parent)
    return Member(name=info.name, size=size, sha256=summing.sum.hexdigest())


def _manifest(path: Path, text: bytes | None) -> Manifest:
    if text is None:
        raise BackupError(f"{path}: is no backup of newswatch, or cut short: its list of files is missing")
    try:
        form = json.loads(text).get("form")
        if isinstance(form, int) and form > FORM:
            raise BackupError(f"{path}: was made by a newer newswatch; install that version")
        return TypeAdapter(Manifest).validate_json(text)
    except (ValueError, AttributeError, ValidationError) as error:
        raise BackupError(f"{path}: is no backup of newswatch: its list of files cannot be read") from error


class _Summing:
    """Reads from a file and sums what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.sum = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(size)
        self.sum.update(data)
        return data
