"""The search index: throw-away, rebuilt from the cache, read by every process, written by one at a time.

``folder/current`` names the live sub-folder, which holds a tantivy index and ``state``: the last ``seq`` applied and
the version of what built it. Readers look at both at each request, so nobody has to tell them anything.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import tantivy

from bridge.errors import BusyError, StoreError
from bridge.meaning import territory
from bridge.meaning.similarity import Draft
from bridge.record import Entry
from bridge.store.fields import FACETS, SCHEMA, VERSION, Documents, Facet, Labels, Places
from bridge.store.selection import DEEPEST, Cluster, Query, Selection
from bridge.store.similar import Read, Similar, similar
from bridge.store.tokens import ANALYZERS

__all__ = ["DEEPEST", "FACETS", "Cluster", "Facet", "Hits", "Index", "Query", "Writer"]

_HEAP = 20_000_000
_COMMIT_EVERY = 10_000


class Hits(NamedTuple):
    """What was found. ``total`` and the counts are exact.

    ``facets`` gives each facet's values and counts, most frequent first, as if nothing were selected in that facet.
    ``relaxed``: no record has all the words, those that have most of them are given instead.
    """

    total: int
    ids: tuple[str, ...]
    facets: dict[str, list[tuple[str, int]]]
    relaxed: bool = False


_Stamp = tuple[int, int, int, int]


class _View(NamedTuple):
    """The index as it was at one moment; it stays readable after a commit or a wipe."""

    folder: Path
    seq: int
    stamp: tuple[int, int, int]
    engine: tantivy.Index
    searcher: tantivy.Searcher


class Index:
    """The index of one collective. Threads may share it; each process has its own on the same folder.

    Args:
        folder: made at the first writing.
        vocabulary: labels and ancestors of concepts; with another version of it, the index is rebuilt.
        places: names and ancestors of territories; likewise.
    """

    def __init__(self, folder: Path, vocabulary: Labels, places: Places = territory) -> None:
        self._folder = folder
        self._documents = Documents(vocabulary, places)
        self._version = f"{VERSION} {vocabulary.version} {places.version()}"
        self._seen: _View | None = None
        self._known: tuple[_Stamp | None, int] = (None, 0)
        self._lock = Lock()

    @property
    def seq(self) -> int:
        """The last commit that the index holds; 0 when it is to be built from the start. Cheap: files that are those
        of the last look are not read again."""
        stamp = self._stamp()  # before they are read: what replaces them meanwhile is noticed at the next look
        known, seq = self._known
        if stamp is None or stamp != known:
            view = self._view()
            seq = view.seq if view else 0
            self._known = stamp, seq
        return seq

    def search(self, query: Query) -> Hits:
        """One page of the records that match, and the counts of every facet.

        Raises:
            KeyError: a filter is not one of ``FACETS``, or the sort is unknown.
        """
        view = self._view()
        if view is None:
            return Hits(0, (), {name: [] for name in FACETS} if query.facets else {})
        selection = Selection(view.searcher, query)
        total, ids = selection.page()
        return Hits(total, ids, selection.counts() if query.facets else {}, selection.relaxed)

    def points(self, query: Query, limit: int = 5000) -> list[tuple[str, float, float]]:
        """Of the records that match and have a position: id, longitude, latitude (WGS84); the newest, ordered by id."""
        view = self._view()
        return Selection(view.searcher, query).points(limit) if view else []

    def clusters(self, query: Query, cell: float) -> list[Cluster]:
        """All the records that match and have a position, gathered in squares of ``cell`` degrees (0.05 or more)."""
        view = self._view()
        return Selection(view.searcher, query).clusters(cell) if view else []

    def similar(self, draft: Draft, read: Read, limit: int = 10, without: Collection[str] = ()) -> list[Similar]:
        """The records that most resemble what somebody is writing, and why; see ``store.similar``."""
        view = self._view()
        return similar(view.searcher, draft, read, limit, without) if view else []

    def update(self, entries: Iterable[Entry], seq: int) -> None:
        """Apply one batch and commit; see ``Writer.update``."""
        with self.writing() as writer:
            writer.update(entries, seq)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Many batches, few commits. After an exception, what was not committed yet is forgotten.

        An index that is missing, broken or built by another version is started anew: ``Writer.seq`` says where from.

        Raises:
            BusyError: someone else is writing.
            StoreError: the folder cannot be written.
        """
        with self._locked(fcntl.LOCK_EX | fcntl.LOCK_NB):
            view = self._view() or self._start()
            try:
                raw = view.engine.writer(_HEAP, 1)
            except ValueError as error:
                raise _unwritable(self._folder, error) from error
            try:
                writer = Writer(raw, self._documents, view.folder, view.seq, self._version)
                yield writer
                writer.commit()
            finally:
                raw.wait_merging_threads()

    def wipe(self) -> None:
        """Start a new, empty index and leave no byte of the old one on the disk; whoever is writing finishes first.

        Raises:
            StoreError: the folder cannot be written.
        """
        with self._locked(fcntl.LOCK_EX):
            self._start()

    @contextmanager
    def _locked(self, operation: int) -> Iterator[None]:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = (self._folder / "lock").open("w")
        except OSError as error:
            raise _unwritable(self._folder, error) from error
        with lock:
            try:
                fcntl.flock(lock, operation)
            except BlockingIOError as error:
                raise BusyError(
                    "L'index de recherche est en train d'être écrit par un autre processus.",
                    "Réessayez dans un instant.",
                ) from error
            yield

    def _start(self) -> _View:
        try:
            folder = Path(tempfile.mkdtemp(prefix="index-", dir=self._folder))
            tantivy.Index(SCHEMA, str(folder))
            _replace(folder / "state", f"0 {self._version}")
            _replace(self._folder / "current", folder.name)
            for other in self._folder.glob("index-*"):
                if other != folder:
                    shutil.rmtree(other)
            return self._open(folder)
        except (OSError, ValueError) as error:
            raise _unwritable(self._folder, error) from error

    def _view(self) -> _View | None:
        """The index as it is now; None when there is none that this version can read."""
        with self._lock:
            while name := self._pointer():
                try:
                    self._seen = self._open(self._folder / name)
                    return self._seen
                except (OSError, ValueError):  # what missing and broken files give
                    # Nothing is broken when the folder was wiped between the two reads: follow the pointer again.
                    if self._pointer() == name:
                        break
            self._seen = None
            return None

    def _stamp(self) -> _Stamp | None:
        """What changes when ``current`` or the ``state`` of the last view is replaced; None when one is missing."""
        if self._seen is None:
            return None
        paths = (f"{self._folder}/current", f"{self._seen.folder}/state")
        try:
            pointer, state = map(os.stat, paths)  # joining Path objects costs as much as looking
        except OSError:
            return None
        return pointer.st_ino, pointer.st_mtime_ns, state.st_ino, state.st_mtime_ns

    def _pointer(self) -> str:
        try:
            return (self._folder / "current").read_text("utf-8", "replace")
        except (FileNotFoundError, NotADirectoryError):
            return ""

    def _open(self, folder: Path) -> _View:
        seq, _, version = (folder / "state").read_text("utf-8").partition(" ")
        if version != self._version:
            raise ValueError(f"built by {version!r}")
        meta = (folder / "meta.json").stat()
        stamp = (meta.st_ino, meta.st_mtime_ns, meta.st_size)
        seen = self._seen
        if seen and seen.folder == folder:
            if seen.stamp == stamp:
                return seen if seen.seq == int(seq) else seen._replace(seq=int(seq))
            engine = seen.engine
        else:
            engine = tantivy.Index.open(str(folder))
            engine.config_reader("manual")  # we look by ourselves: no thread that polls
            for name, analyzer in ANALYZERS.items():
                engine.register_tokenizer(name, analyzer)
        engine.reload()
        return _View(folder, int(seq), stamp, engine, engine.searcher())


class Writer:
    """What ``Index.writing`` gives. ``seq`` is the last one applied, committed or not."""

    def __init__(self, raw: tantivy.IndexWriter, documents: Documents, folder: Path, seq: int, version: str) -> None:
        self.seq = seq
        self._raw = raw
        self._documents = documents
        self._folder = folder
        self._version = version
        self._committed = seq
        self._pending = 0

    def update(self, entries: Iterable[Entry], seq: int) -> None:
        """Put live entries in the place of what the index has of them, take withdrawn ones out.

        Applying the same entries again changes nothing.

        Args:
            entries: everything that commits after ``self.seq`` and up to ``seq`` changed.
            seq: the number of the last of these commits.

        Raises:
            StoreError: the index cannot be written (disk full).
        """
        document = self._documents.document
        for entry in entries:
            made = document(entry.record, entry.datestamp) if entry.record and entry.status == "live" else None
            try:
                self._raw.delete_documents_by_term("id", entry.id)
                if made:
                    self._raw.add_document(made)
            except ValueError as error:
                raise _unwritable(self._folder, error) from error
            self._pending += 1
        self.seq = seq
        if self._pending >= _COMMIT_EVERY:
            self.commit()

    def commit(self) -> None:
        """Make what was applied visible and durable. ``seq`` is written after: a crash between the two costs work only.

        Raises:
            StoreError: the index cannot be written.
        """
        try:
            if self._pending:
                self._raw.commit()
            if self._committed != self.seq:
                _replace(self._folder / "state", f"{self.seq} {self._version}")
        except (OSError, ValueError) as error:
            raise _unwritable(self._folder, error) from error
        self._pending, self._committed = 0, self.seq


def _replace(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old text or the new one, never a part."""
    new = path.with_name(f"{path.name}.new")
    new.write_text(text, "utf-8")
    new.replace(path)


def _unwritable(folder: Path, error: Exception) -> StoreError:
    return StoreError(
        f"L'index de recherche {folder} ne peut pas être écrit ({error}).",
        "Vérifiez la place sur le disque et les droits du dossier.",
    )
