"""The running collective: settings, sources, words, store and index, opened once and given to the CLI and the web."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from bridge.config import Settings, secret
from bridge.errors import BusyError, MappingError
from bridge.meaning import territory
from bridge.meaning.sets import set_name, specs_of
from bridge.meaning.source import Source, load_source
from bridge.meaning.suggest import Memory
from bridge.meaning.target import Target, TargetWords, host_of, load_target
from bridge.meaning.vocabulary import Vocabulary, load
from bridge.meaning.words import Words
from bridge.readers import READERS
from bridge.record import Entry
from bridge.signing import key_of
from bridge.store import Snapshot, Store
from bridge.store.keys import Keys
from bridge.store.members import Members
from bridge.store.search import FACETS, Index, Query
from bridge.writers import WRITERS

# What else than a mapping file decides how an item maps, and how a record is written for OAI-PMH.
_DECIDES = ("record.py", "meaning", "readers", "writers", "oai/provenance.py")

EVERYTHING = 1_000_000
"""More records than there are: a selection taken whole. Readers such as SPIP unpublish what leaves a feed: one of the
last ten would empty them."""
MEMBERS_KEPT = 200_000
"""Members remembered, of all selections together: about 100 bytes each."""


class Collective:
    """One collective. ``sources`` follow the mapping files: a file that changes is read again at the next look.

    Raises:
        StoreError: the data folder or the database cannot be used.
        MappingError: the vocabulary cannot be read.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.vocabulary: Vocabulary = load(*self._folders("vocabulary"))
        self._titles: dict[str, str] = {}
        self.words = Words(self.vocabulary, self._titles)
        self.store = Store(settings.data, settings.database, self._set_name)
        self.index = Index(settings.data / "index", self.vocabulary)
        self.broken: dict[str, MappingError] = {}
        self.paths: dict[str, Path] = {}
        self._sources: dict[str, Source] = {}
        self._targets: dict[str, Target] = {}
        self._memory: Memory | None = None
        self._seen: tuple[tuple[str, int, int], ...] = ()
        self._members: dict[tuple[int, int, str], Members] = {}

    def close(self) -> None:
        self.store.close()

    @cached_property
    def secret(self) -> bytes:
        """The bridge's one secret; see ``config.secret``."""
        return secret(self.settings)

    def keys(self, id: str) -> Sequence[bytes]:
        """The keys that a partner, by the id of its file, may sign with and be signed to: newest first, none when they
        are revoked."""
        with self.store.snapshot() as snapshot:
            versions = Keys(snapshot).versions(id)
        return [key_of(self.secret, id, version) for version in versions]

    @property
    def sources(self) -> Mapping[str, Source]:
        """The sources by id. A mapping file with an error is in ``broken`` (by file name) and costs only itself;
        ``paths`` tells which file describes each source."""
        self._look()
        return self._sources

    def describes(self, source: str) -> bool:
        """Whether the file of a source is still there: cheaper than ``sources``, where nothing else may have moved."""
        if source not in self.paths:
            self._look()
        return source in self.paths and self.paths[source].exists()

    @property
    def files(self) -> Hashable:
        """What tells one state of the mapping files from another."""
        self._look()
        return self._seen

    @property
    def targets(self) -> Mapping[str, Target]:
        """What each partner receives, by id; they follow the mapping files as ``sources`` do."""
        self._look()
        return self._targets

    def _look(self) -> None:
        seen: tuple[tuple[str, int, int], ...] = ()
        with suppress(FileNotFoundError), os.scandir(self.settings.mappings) as files:
            # At each request: a glob takes ten times as long.
            states = ((file.name, file.stat()) for file in files if file.name.endswith(".toml"))
            seen = tuple(sorted((name, state.st_mtime_ns, state.st_size) for name, state in states))
        if seen != self._seen:
            self._read([name for name, *_ in seen])
            self._memory = None
            self._seen = seen

    @property
    def memory(self) -> Memory:
        """What all the mapping files teach about words and names of fields."""
        sources = self.sources.values()
        if self._memory is None:
            self._memory = Memory(self.vocabulary, sources)
        return self._memory

    def load(self, text: str, name: str) -> Source | None:
        """The source a mapping file describes.

        Raises:
            MappingError: file, line or key, what was expected.
        """
        # Headers bear identifiers of this node.
        code = f"{code_version()} {self.settings.node}"
        source = load_source(text, name, self.presets(), self.vocabulary, code)
        if source and source.kind not in READERS:
            raise MappingError(
                f"{name} : [source] kind « {source.kind} » inconnu.", f"Sortes de sources : {', '.join(READERS)}."
            )
        return source

    def words_of(self, target: Target) -> TargetWords:
        """The target's words, ours where it has none."""
        return TargetWords(self.vocabulary, self._titles, target.labels)

    def query_of(self, target: Target) -> Query:
        """What a target receives: never what is its own, or comes from its own site."""
        fields = {facet.field: key for key, facet in FACETS.items()}
        within = {fields[field]: values for field, values in self._fields_of(target).items()}
        without = {"source": self._own(target), "node": self._own_sites(target), "id": target.never}
        since = target.since(date.today())
        return Query(sort="recent", facets=False, within=within, without=without, ids=target.only, since=since)

    def received(self, snapshot: Snapshot, target: Target) -> Iterator[Entry]:
        """The records that a target receives, newest first."""
        return snapshot.each(self.index.search(replace(self.query_of(target), limit=EVERYTHING)).ids)

    def members(self, snapshot: Snapshot, query: Query) -> Members:
        """The records that match a query, and those that no longer do, in the order of change; kept until the next
        commit."""
        state = (snapshot.seq, self.index.seq)
        key = (*state, repr(query))
        found = self._members.get(key)
        if found is None:
            ids = self.index.search(replace(query, limit=EVERYTHING, offset=0, facets=False)).ids
            specs = [
                group
                for asked in (query.within, query.filters)
                for group in specs_of({FACETS[name].field: values for name, values in asked.items()})
            ]
            found = snapshot.members(ids, query.without.get("source", ()), specs)
            kept = {other: each for other, each in self._members.items() if other[:2] == state}
            full = sum(len(each) + 1 for each in kept.values()) > MEMBERS_KEPT
            self._members = {**({} if full else kept), key: found}
        return found

    def _fields_of(self, target: Target) -> dict[str, tuple[str, ...]]:
        """The filters of a target, sources being named by their id or by their partner's."""
        wanted = target.filters.get("source", ())
        named = [id for id, source in self.sources.items() if id in wanted or source.partner in wanted]
        return {**target.filters, **({"source": tuple(named) or wanted} if wanted else {})}

    def _own(self, target: Target) -> tuple[str, ...]:
        return tuple(id for id, source in self.sources.items() if target.partner in (id, source.partner))

    def _own_sites(self, target: Target) -> tuple[str, ...]:
        """The sites that are the target's alone: one that hosts many partners tells nothing of a record's home."""
        own = self._own(target)
        sites: dict[bool, set[str]] = {True: {host_of(target.site)}, False: set()}
        for id, source in self.sources.items():
            sites[id in own] |= {host_of(source.url), host_of(source.home)}
        return tuple(sorted(sites[True] - sites[False] - {""}))

    def presets(self) -> dict[str, str]:
        """The text of each preset; the collective's own come before the shipped ones."""
        return {
            preset.name.removesuffix(".toml"): preset.read_text(encoding="utf-8")
            for folder in self._folders("presets")
            for preset in folder.iterdir()
            if preset.name.endswith(".toml")
        }

    def catch_up(self) -> None:
        """Bring the index to the store's last commit, unless another process is doing so."""
        indexed, committed = self.index.seq, self.store.seq
        if indexed == committed:
            return
        if indexed > committed:  # a database that was restored: the index knows what it no longer holds
            self.index.wipe()
        try:
            with self.index.writing() as writing, self.store.snapshot() as snapshot:
                writing.update(snapshot.walk(after_seq=writing.seq), snapshot.seq)
        except BusyError:
            return  # it will be caught up by whoever looks next

    def _read(self, names: list[str]) -> None:
        described: dict[str, dict[str, Source]] = {}
        targets: dict[str, Target] = {}
        sources: dict[str, Source] = {}
        broken: dict[str, MappingError] = {}
        paths: dict[str, Path] = {}
        for name in names:
            try:
                text = _text(self.settings.mappings / name)
                source, target = self.load(text, name), load_target(text, name, self.presets(), self.vocabulary)
            except MappingError as error:
                broken[name] = error
                continue
            if source:
                described.setdefault(source.id, {})[name] = source
            if target and target.id in targets:
                told = f"{name} : la destination « {target.id} » est déjà décrite par un autre fichier."
                broken[name] = MappingError(told, "Donnez-lui un autre id dans [target].")
            elif target:
                targets[target.id] = target
        for id, rivals in described.items():
            for name, source in rivals.items():
                # Of two files only the one that bears its name may speak for a source: another would empty it.
                if len(rivals) > 1 and name != f"{id}.toml":
                    told = f"{name} : la source « {id} » est déjà décrite par un autre fichier."
                    broken[name] = MappingError(told, f"Donnez-lui un autre id, ou nommez-le {id}.toml.")
                else:
                    sources[id], paths[id] = source, self.settings.mappings / name
        self._sources, self._targets, self.broken, self.paths = sources, targets, broken, paths
        self._titles.clear()
        self._titles.update({source.id: source.title for source in sources.values()})

    def _folders(self, name: str) -> list[Path | Traversable]:
        own = self.settings.mappings / name
        return [shipped() / name, *([own] if own.is_dir() else [])]

    def _set_name(self, spec: str) -> str:
        kind, _, value = spec.partition(":")
        if kind == "dep":
            return set_name(spec, self.words.place(f"departement/{value}") if value else "")
        if kind == "licence":
            return set_name(spec, self.words.licence(value)[0] if value else "")
        label = self.words.source if kind == "partner" else self.words.label
        return set_name(spec, label(value) if value else "")


def shipped() -> Traversable:
    """The presets and the vocabulary that come with the program: in the wheel, or beside the package in a clone."""
    inside = files("bridge") / "mappings"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "mappings"


@cache
def code_version() -> str:
    """A hash of the code and tables that decide the mapping: a new version of them re-reads every source."""
    digest = hashlib.blake2b(territory.version().encode(), digest_size=12)
    for name in _DECIDES:
        found = files("bridge") / name
        modules = [found] if found.is_file() else sorted(found.iterdir(), key=lambda path: path.name)
        for module in modules:
            if module.name.endswith(".py"):
                digest.update(module.read_bytes())
    for extension in (*READERS.values(), *WRITERS.values()):  # other packages' too
        path = getattr(extension, "__file__", "")
        if path and not getattr(extension, "__name__", "").startswith("bridge."):
            digest.update(Path(path).read_bytes())
    return digest.hexdigest()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise MappingError(f"{path.name} n'est pas codé en UTF-8.", "Enregistrez-le en UTF-8.") from error
    except OSError as error:
        raise MappingError(f"{path.name} ne peut pas être lu ({error.strerror}).", "Vérifiez ses droits.") from error
