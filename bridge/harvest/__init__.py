"""One source, one walk: fetch -> read -> apply, in batches, and at the end whether the walk was complete.

What did not change is skipped as early as it can be known: a 304 or an equal body (nothing is parsed), an equal raw
item (nothing is mapped). What was skipped is still seen. A page whose list says that it did not move is not even
asked. A batch of a failed walk is as good as any other: only absence needs a complete walk.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import chain
from time import monotonic

from bridge.errors import BridgeError, FetchError, ReadError
from bridge.harvest.asking import Fetch, answer, since_of, unmoved
from bridge.harvest.batch import Batch, change_of
from bridge.harvest.marks import fault_of, hash_of_body, hash_of_item, key_of, tidied, tidied_id
from bridge.harvest.naming import Naming, local_of
from bridge.meaning.mapping import Mapped, apply
from bridge.meaning.source import Source
from bridge.meaning.text import clean, scrub
from bridge.meaning.words import Words
from bridge.readers import READERS, Reader, clock
from bridge.record import Item, Page, Problem, Request, Response
from bridge.store import Change, PageState, Store, now

__all__ = ["Batch", "Fetch", "Walk", "answer", "change_of"]

log = logging.getLogger(__name__)

BATCH = 500
LATEST = 2.0
PAGES_MAX = 20_000
WALK_MAX = 3600.0
PROBLEMS_MAX = 200
UNPLACED_MAX = 200
NAME_MAX = 100
FAILURES_MAX = 10


@dataclass(slots=True)
class Walk:
    """One walk of one source; iterate ``batches`` to the end, then read what it learnt.

    Attributes:
        seen: record ids met, tombstones apart.
        refused: record ids of the items met that could not be taken (no title): what was known of them stays as it was.
        named: those that were only named so far, in a light list.
        naming: what items are called here, and those that wait for the end of the walk to be told what they are.
        complete: every page of the walk was read and nothing failed.
        whole: what was not met is absent from the source (not true of an RSS feed).
        incremental: only what changed was asked. Absence then means something only when ``listed``: the source also
            listed the ids that it still has.
        told: what the last visit said of items that this one has not met yet, by record id.
        touched: pages that were not skipped; 0 means that nothing at all had changed.
        keys: the pages met, skipped or not.
        first: no walk under this version of the mapping was complete: what is found is not news of the source.
        began, seconds: when it began, by our clock, and how long it took.
        hub, topic: the WebSub hub that its feed names, and what it calls itself there.
    """

    source: Source
    fetch: Fetch
    store: Store
    words: Words
    node: str
    full: bool = False
    seen: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    told: dict[str, list[Problem]] = field(default_factory=dict)
    unplaced: Counter[str] = field(default_factory=Counter)
    keys: set[str] = field(default_factory=set)
    complete: bool = False
    whole: bool = True
    incremental: bool = False
    listed: bool = False
    failures: int = 0
    watermark: str = ""
    keeps_deleted: bool = False
    touched: int = 0
    refused: set[str] = field(default_factory=set)
    first: bool = False
    began: str = ""
    seconds: float = 0.0
    hub: str = ""
    topic: str = ""
    named: set[str] = field(default_factory=set)
    naming: Naming = field(init=False)
    _listed: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.naming = Naming(self.source)

    def batches(self) -> Iterator[Batch]:
        """Walk. Errors end it and become a problem: what was read before is kept, ``complete`` stays False.

        Small pages are gathered, at most ``BATCH`` records and ``LATEST`` seconds: a commit has a price of its own.
        """
        gathered, since = Batch(), monotonic()
        began, self.began = since, now()
        try:
            for batch in self._walk():
                if len(gathered) + len(batch) > BATCH:
                    yield gathered
                    gathered, since = Batch(), monotonic()
                gathered.add(batch)
                if monotonic() - since > LATEST:
                    yield gathered
                    gathered, since = Batch(), monotonic()
            self.complete = True
        except BridgeError as error:
            self.tell(Problem(str(error)))
        self.seconds = monotonic() - began
        yield gathered
        if self.incremental or not self.complete:
            for problem in chain.from_iterable(self.told.values()):
                self.tell(problem)

    def tell(self, problem: Problem) -> None:
        """Note a problem, without the personal data it may quote; past the first ones they are no longer listed."""
        if len(self.problems) < PROBLEMS_MAX:
            self.problems.append(Problem(scrub(problem.message), problem.item))
        elif len(self.problems) == PROBLEMS_MAX:
            self.problems.append(Problem(f"D'autres remarques suivent les {PROBLEMS_MAX} premières."))

    def _walk(self) -> Iterator[Batch]:
        reader, end = READERS[self.source.kind], monotonic() + WALK_MAX
        with self.store.snapshot() as snapshot:
            state = snapshot.walk_state(self.source.id, self.source.version)
            self.first = not state.last_full
            self.naming.load(snapshot)
            for problem in snapshot.problems(self.source.id):
                if problem.item:
                    self.told.setdefault(f"{self.source.id}:{problem.item}", []).append(problem)
        since = "" if self.full or not reader.INCREMENTAL else since_of(state)
        self.incremental = bool(since)
        singles: set[str] = set()
        waiting: list[Request] = [reader.start(self.source.url, self.source.options, since)]
        while waiting:
            request = waiting.pop(0)
            key = key_of(request)
            if request.single:
                if request.url in singles:  # named by two pages of the list
                    continue
                singles.add(request.url)
            if key in self.keys:
                raise ReadError(f"Le site renvoie sans fin à la même page ({request.url}).", "Prévenez son webmestre.")
            if len(self.keys) >= PAGES_MAX:
                raise ReadError(f"La liste de ce site dépasse {PAGES_MAX} pages : sa lecture a été arrêtée.")
            if monotonic() > end:
                raise ReadError("Ce site se lit depuis plus d'une heure : sa lecture a été arrêtée.")
            self.keys.add(key)
            with self.store.snapshot() as snapshot:
                known = snapshot.page(self.source.id, key, self.source.version)
            if known and not self.full and unmoved(request, known):
                waiting += [Request(**following) for following in known.next]
                yield self._skip(known)
                continue
            try:
                response = answer(self.fetch, request, reader, known)
                body_hash = "" if response.status == 304 else hash_of_body(response)
                same = known if known and (response.status == 304 or body_hash == known.body_hash) else None
                page = Page() if same else self._parse(reader, response)
            except BridgeError as error:
                if not request.single:
                    raise
                yield self._miss(request, known, error)
                continue
            self.failures = 0
            if same:
                waiting += [Request(**following) for following in same.next]
                batch = self._skip(same, clock.served_at(response))
                self._meet(request, same.ids)
                if request.mark:
                    batch.pages.append(replace(same, facts={**same.facts, "mark": request.mark, "read": now()}))
                yield batch
            else:
                self.touched += 1
                waiting += page.next
                yield from self._read(page, key, request, response, body_hash)

    def _parse(self, reader: Reader, response: Response) -> Page:
        """The page, or a ReadError whatever the answer is."""
        try:
            return reader.read(response, self.source.options)
        except BridgeError:
            raise
        except Exception as error:  # a fault of ours that one odd answer finds must not stop the other sources
            log.error("%s: %s could not be read: %s", self.source.id, response.url, fault_of(error))
            raise ReadError(
                f"La réponse de {response.url} a mis le lecteur en défaut ({type(error).__name__})."
            ) from error

    def _miss(self, request: Request, known: PageState | None, error: BridgeError) -> Batch:
        """One page of a list that could not be read: what was known of it stays as it was, unless it is gone."""
        self.failures += 1
        if self.failures > FAILURES_MAX:
            raise error
        self.tell(Problem(f"{request.url} : {error}"))
        if isinstance(error, FetchError) and error.status in (404, 410):
            return Batch()
        if known is None:
            self.whole = False  # nobody knows which record it would have been
            return Batch()
        return self._skip(known)

    def _skip(self, known: PageState, asked: str = "") -> Batch:
        """A page that is as it was; ``asked`` is when the site said so."""
        self.seen.update(known.ids)
        self.whole &= bool(known.facts["whole"])
        self.watermark = self.watermark or (known.facts["watermark"] and (asked or known.facts["watermark"]))
        self.keeps_deleted |= bool(known.facts["keeps_deleted"])
        self.refused.update(known.facts["refused"])
        self.unplaced = _names(self.unplaced + Counter(known.facts["unplaced"]))
        for problem in known.facts["problems"]:
            self.told.pop(f"{self.source.id}:{problem['item']}", None)
            self.tell(Problem(**problem))
        return Batch(same=list(known.ids), total=known.facts["total"])

    def _read(self, page: Page, key: str, request: Request, response: Response, body_hash: str) -> Iterator[Batch]:
        """The page in batches."""
        if page.present is not None:
            self.listed = True
            present = {self.naming.of(tidied_id(name)) for name in page.present}
            self.named |= present - self.seen
            self.seen |= present
        self.whole &= page.whole
        self.watermark = self.watermark or page.watermark
        self.keeps_deleted |= page.keeps_deleted
        self.hub, self.topic = (page.hub, page.topic) if page.hub else (self.hub, self.topic)
        told = [self.naming.settled(Problem(p.message, p.item)) for p in page.problems]
        window = not page.whole and self.source.kind == "feed"
        waiting = len(self.naming.suspended)
        ids: list[str] = []
        unplaced: Counter[str] = Counter()
        refused: list[str] = []
        batch = Batch(total=page.total)
        for start in range(0, len(page.items), BATCH):
            if start:
                yield batch
            batch = Batch(total=page.total)
            for mapped in self._chunk(page.items[start : start + BATCH], batch, ids, refused, window):
                told += mapped.problems
                unplaced.update(mapped.unplaced)
        unplaced = _names(unplaced)
        for problem in told:
            self.tell(problem)
        self.unplaced = _names(self.unplaced + unplaced)
        if not self.incremental and len(self.naming.suspended) == waiting:
            facts = {
                "whole": page.whole,
                "watermark": page.watermark,
                "keeps_deleted": page.keeps_deleted,
                "total": page.total,
                "refused": refused,
                "unplaced": unplaced,
                "problems": [{"message": p.message, "item": p.item} for p in told[:PROBLEMS_MAX]],
                "mark": request.mark,
                "read": now() if request.mark else "",
            }
            state = PageState(
                key=key,
                etag=response.headers.get("etag", ""),
                last_modified=response.headers.get("last-modified", ""),
                body_hash=body_hash,
                ids=tuple(ids),
                next=tuple(asdict(following) for following in page.next),
                facts=facts,
            )
            batch.pages.append(state)
        self._meet(request, ids)
        yield batch

    def _meet(self, request: Request, ids: Iterable[str]) -> None:
        """Note what a page of a list holds. An item that was on a page before was pushed here while the list was read:
        another one may have slipped the other way, and be met nowhere."""
        if request.single:
            return
        of = str(request.carry.get("of", ""))  # an item may be in two lists of one walk
        here = {(of, record_id) for record_id in ids}
        if not self._listed.isdisjoint(here) and self.whole:
            self.whole = False
            told = "La liste a changé pendant sa lecture (une fiche y figure sur deux pages) : rien n'est retiré."
            self.tell(Problem(told))
        self._listed |= here

    def _chunk(
        self, items: Sequence[Item], batch: Batch, ids: list[str], refused: list[str], window: bool
    ) -> Iterator[Mapped]:
        """Fill a batch with the items that changed; yields what was mapped.

        Args:
            ids, refused: what the page holds; added to.
            window: see ``Naming.suspects``.
        """
        source, naming = self.source, self.naming
        # The last one wins: a record that changes during an OAI-PMH harvest may be listed twice.
        named = list({naming.of(item.id): item for item in map(tidied, items)}.items())
        with self.store.snapshot() as snapshot:
            hashes = snapshot.raw_hashes([name for name, _ in named], source.version)
        same, deleted, changes = [], [], {}
        for name, item in named:
            local, item = item.id, _under(item, local_of(name))
            told = self.told.pop(name, None)
            if item.deleted:
                deleted.append(name)
                self.seen.discard(name)
                continue
            raw_hash = hash_of_item(item)
            if hashes.get(name) == raw_hash and not told:  # what was told is told again as long as it is true
                same.append(name)
                continue
            mapped, change = self._mapped(item, raw_hash)
            if change and name in self.seen and name not in self.named and source.kind != "oai":
                with self.store.snapshot() as snapshot:
                    other = naming.twin(snapshot, local, change)
                if other != local:
                    twice = f"L'identifiant « {local} » sert à deux fiches différentes : toutes deux sont gardées."
                    local, name = other, naming.of(other)
                    mapped, change = self._mapped(_under(item, local_of(name)), raw_hash)
                    mapped = mapped._replace(problems=(Problem(twice, local_of(name)), *mapped.problems))
            if change is None:
                refused.append(name)
            else:
                changes[local] = change
            yield mapped
        self.refused.update(refused)
        met = {*same, *(change.id for change in changes.values())}
        self.seen |= met
        self.named -= met
        naming.met(changes.values())
        if changes:
            with self.store.snapshot() as snapshot:
                for waiting in naming.suspects(snapshot, changes, self.seen | self.refused, window):
                    del changes[waiting.local]
                    self.seen.discard(waiting.record)
        batch.changes = {change.id: change for change in changes.values()}
        batch.same, batch.deleted = same, deleted
        ids += [*same, *batch.changes]

    def _mapped(self, item: Item, raw_hash: bytes) -> tuple[Mapped, Change | None]:
        source = self.source
        try:
            mapped = apply(source, item)
            if mapped.record is None:
                return mapped, None
            return mapped, change_of(mapped, mapped.record, raw_hash, source, self.words, self.node)
        except Exception as error:  # a fault of ours that one odd item finds must not cost the others
            log.error("%s:%s could not be mapped: %s", source.id, item.id, fault_of(error))
            fault = f"Cette fiche a mis le pont en défaut ({type(error).__name__}) : elle n'est pas reprise."
            return Mapped(None, (Problem(fault, item.id),)), None


def _under(item: Item, local: str) -> Item:
    return item if item.id == local else replace(item, id=local)


def _names(counted: Counter[str]) -> Counter[str]:
    """The most frequent names of fields, fit to be shown: a table without headings gives its first row for names."""
    shown: Counter[str] = Counter()
    for name, count in counted.most_common(UNPLACED_MAX):
        shown[scrub(clean(name))[:NAME_MAX]] += count
    return shown
