"""One source, one walk: fetch -> read -> apply, in batches, and at the end whether the walk was complete.

What did not change is skipped as early as it can be known: a 304 or an equal body (nothing is parsed), an equal raw
item (nothing is mapped). What was skipped is still seen. A page whose list says that it did not move is not even
asked. A batch of a failed walk is as good as any other: only absence needs a complete walk.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from time import monotonic
from typing import Protocol

from bridge.errors import BridgeError, FetchError, ReadError
from bridge.harvest.batch import Batch, change_of
from bridge.harvest.marks import fault_of, hash_of_body, hash_of_item, key_of, tidied, tidied_id
from bridge.meaning.mapping import Mapped, apply
from bridge.meaning.source import Source
from bridge.meaning.text import clean, scrub
from bridge.meaning.words import Words
from bridge.readers import READERS, Reader, clock
from bridge.record import Item, Page, Problem, Request, Response
from bridge.store import PageState, Store, WalkState, now

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
FULL_WALK_EVERY = timedelta(hours=24)
# Lists say that a page moved more often than they forget to: a page is asked again, on a day of its own, all the same.
TRUSTED_FOR = timedelta(days=7)


class Fetch(Protocol):
    """What a walk asks of ``fetch.Fetcher``."""

    def get(self, request: Request, *, etag: str = "", last_modified: str = "") -> Response: ...


@dataclass(slots=True)
class Walk:
    """One walk of one source; iterate ``batches`` to the end, then read what it learnt.

    Attributes:
        seen: record ids met, tombstones apart.
        refused: record ids of the items met that could not be taken (no title): what was known of them stays as it was.
        complete: every page of the walk was read and nothing failed.
        whole: what was not met is absent from the source (not true of an RSS feed).
        incremental: only what changed was asked. Absence then means something only when ``listed``: the source also
            listed the ids that it still has.
        told: what the last visit said of items that this one has not met yet, by record id.
        touched: pages that were not skipped; 0 means that nothing at all had changed.
        keys: the pages met, skipped or not.
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

    def batches(self) -> Iterator[Batch]:
        """Walk. Errors end it and become a problem: what was read before is kept, ``complete`` stays False.

        Small pages are gathered, at most ``BATCH`` records and ``LATEST`` seconds: a commit has a price of its own.
        """
        gathered, since = Batch(), monotonic()
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
            for problem in snapshot.problems(self.source.id):
                if problem.item:
                    self.told.setdefault(f"{self.source.id}:{problem.item}", []).append(problem)
        since = "" if self.full or not reader.INCREMENTAL else _since(state)
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
            if known and not self.full and _unmoved(request, known):
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
            self.seen.update(f"{self.source.id}:{tidied_id(name)}" for name in page.present)
        self.whole &= page.whole
        self.watermark = self.watermark or page.watermark
        self.keeps_deleted |= page.keeps_deleted
        told = [Problem(p.message, p.item) for p in page.problems]
        ids: list[str] = []
        unplaced: Counter[str] = Counter()
        refused: list[str] = []
        batch = Batch(total=page.total)
        for start in range(0, len(page.items), BATCH):
            if start:
                yield batch
            batch = Batch(total=page.total)
            for mapped in self._chunk(page.items[start : start + BATCH], batch, ids, refused):
                told += mapped.problems
                unplaced.update(mapped.unplaced)
        unplaced = _names(unplaced)
        for problem in told:
            self.tell(problem)
        self.unplaced = _names(self.unplaced + unplaced)
        self.refused.update(refused)
        self.seen.update(ids)
        if not self.incremental:
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
        yield batch

    def _chunk(self, items: Sequence[Item], batch: Batch, ids: list[str], refused: list[str]) -> Iterator[Mapped]:
        """Fill a batch with the items that changed; yields what was mapped."""
        source = self.source
        # The last one wins: a record that changes during an OAI-PMH harvest may be listed twice.
        named = list({f"{source.id}:{item.id}": item for item in map(tidied, items)}.items())
        with self.store.snapshot() as snapshot:
            hashes = snapshot.raw_hashes([name for name, _ in named], source.version)
        same, deleted = [], []
        for name, item in named:
            told = self.told.pop(name, None)
            if item.deleted:
                deleted.append(name)
                continue
            raw_hash = hash_of_item(item)
            if hashes.get(name) == raw_hash and not told:  # what was told is told again as long as it is true
                same.append(name)
                ids.append(name)
                continue
            try:
                mapped = apply(source, item)
                change = (
                    change_of(mapped, mapped.record, raw_hash, source, self.words, self.node) if mapped.record else None
                )
            except Exception as error:  # a fault of ours that one odd item finds must not cost the others
                log.error("%s could not be mapped: %s", name, fault_of(error))
                fault = f"Cette fiche a mis le pont en défaut ({type(error).__name__}) : elle n'est pas reprise."
                mapped, change = Mapped(None, (Problem(fault, item.id),)), None
            if change is None:
                refused.append(name)
            else:
                ids.append(name)
                batch.changes[name] = change
            yield mapped
        batch.same, batch.deleted = same, deleted


def answer(fetch: Fetch, request: Request, reader: Reader, known: PageState | None) -> Response:
    """The answer, or the refusal whose words this kind of source is known for."""
    validators = {"etag": known.etag, "last_modified": known.last_modified} if known else {}
    try:
        return fetch.get(request, **validators)
    except FetchError as error:
        if error.status not in reader.REFUSALS:
            raise
        return Response(request.url, error.status or 0, {}, error.body, request.carry)


def _unmoved(request: Request, known: PageState) -> bool:
    """Whether the list says of this page what it said when it was read, not too long ago."""
    if not request.mark or known.facts["mark"] != request.mark:
        return False
    spread = 0.75 + int(known.key[:2], 16) / 512  # not all the pages of a site on the same day
    return _moment(known.facts["read"]) + TRUSTED_FOR * spread > datetime.now(UTC)


def _moment(instant: str) -> datetime:
    return datetime.strptime(instant, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _since(state: WalkState) -> str:
    """Where an incremental walk starts. A source that forgets its deletions is walked whole once a day."""
    if not state.watermark:
        return ""
    if not state.keeps_deleted and datetime.now(UTC) - _moment(state.last_full) >= FULL_WALK_EVERY:
        return ""
    return state.watermark


def _names(counted: Counter[str]) -> Counter[str]:
    """The most frequent names of fields, fit to be shown: a table without headings gives its first row for names."""
    shown: Counter[str] = Counter()
    for name, count in counted.most_common(UNPLACED_MAX):
        shown[scrub(clean(name))[:NAME_MAX]] += count
    return shown
