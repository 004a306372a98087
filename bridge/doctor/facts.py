"""What the doctor looks at: gathered once, judged by ``checks``."""

from __future__ import annotations

import shutil
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bridge.collective import Collective
from bridge.config import FILE, Settings
from bridge.errors import BridgeError
from bridge.fetch import Fetcher
from bridge.meaning.source import Source
from bridge.record import Request
from bridge.smtp import MailError, greet
from bridge.store import SourceState
from bridge.store.accounts import Accounts
from bridge.store.figures import Figures

_ASKED = 3
"""Sources that are asked the time before none is taken to tell it."""


@dataclass(frozen=True)
class Facts:
    """What was found. Instants are UTC; durations are seconds.

    Attributes:
        broken: mapping files that cannot be used, by name: what is wrong.
        newest: the last change of each source, by id.
        loose: files and folders that others than their owner may read or write; ``open`` whether others can get at
            them at all.
        foreign: files of the data folder that belong to somebody else than the folder does.
        heartbeat: since the refresher said that it lives; None when it never did.
        skew: how much this clock is ahead of a source's; None when it is not known.
        mail: why the mail server cannot be used; empty when it can, or was not asked.
    """

    settings: Settings
    at: datetime
    sources: Mapping[str, Source] = field(default_factory=dict)
    broken: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, SourceState] = field(default_factory=dict)
    newest: Mapping[str, str] = field(default_factory=dict)
    notices: Mapping[str, int] = field(default_factory=dict)
    dead: Mapping[str, int] = field(default_factory=dict)
    stopped: Mapping[str, str] = field(default_factory=dict)
    administrators: int = 0
    updated: str = ""
    committed: int = 0
    indexed: int = 0
    damage: str = ""
    loose: tuple[Path, ...] = ()
    open: bool = False
    foreign: tuple[Path, ...] = ()
    disk_free: int = 0
    disk_size: int = 0
    heartbeat: float | None = None
    paris: bool = True
    skew: float | None = None
    mail: str = ""


def gather(here: Collective, folder: Path, heartbeat: Path, network: Fetcher | None = None) -> Facts:
    """Look at a collective.

    Args:
        folder: where its settings are.
        heartbeat: the file that a running refresher touches.
        network: asks the mail server and a source; None asks nobody.

    Raises:
        StoreError: the database cannot be read.
    """
    settings, data, disk = here.settings, here.settings.data, shutil.disk_usage(here.settings.data)
    facts = Facts(
        settings=settings,
        at=datetime.now(UTC),
        loose=tuple(each for each in private(settings, folder) if _mode(each) & 0o077),
        open=bool(_mode(data) & 0o011),
        foreign=_foreign(data),
        disk_free=disk.free,
        disk_size=disk.total,
        heartbeat=_age(heartbeat),
        paris=_knows_paris(),
    )
    with here.store.snapshot() as snapshot:
        figures = Figures(snapshot)
        if damage := figures.damage():  # nothing else that it says can be believed
            return replace(facts, damage=damage)
        facts = replace(
            facts,
            states=snapshot.states(),
            newest=figures.newest(),
            notices=figures.notices(),
            dead={id: count for (id, state), count in figures.deliveries().items() if state == "dead"},
            stopped=figures.stopped(),
            administrators=Accounts(snapshot).administrators(),
            updated=snapshot.updated,
            committed=snapshot.seq,
            indexed=here.index.seq,
        )
    return replace(
        facts,
        sources=here.sources,
        broken={name: str(error) for name, error in here.broken.items()},
        skew=_skew(here.sources.values(), network) if network else None,
        mail=_mail(settings) if network else "",
    )


def private(settings: Settings, folder: Path) -> Iterator[Path]:
    """What only the service's user should read: the data folder and its first files, the settings when they hold a
    password."""
    data = settings.data
    yield data
    yield from sorted(each for each in data.glob("*") if not each.is_symlink())
    written = {key for key, origin in settings.came_from.items() if origin == FILE}
    if written & {"secret", "smtp", "database"}:
        yield folder / FILE


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:  # gone meanwhile
        return 0


def _foreign(data: Path) -> tuple[Path, ...]:
    try:
        owner = data.stat().st_uid
        return tuple(each for each in sorted(data.glob("*")) if each.lstat().st_uid != owner)
    except OSError:
        return ()


def _age(path: Path) -> float | None:
    try:
        return max(0.0, time.time() - path.stat().st_mtime)
    except OSError:
        return None


def _knows_paris() -> bool:
    try:
        return bool(ZoneInfo("Europe/Paris"))
    except ZoneInfoNotFoundError:
        return False


def _mail(settings: Settings) -> str:
    try:
        if settings.smtp:
            greet(settings.smtp)
    except MailError as error:
        return str(error)
    return ""


def _skew(sources: Iterable[Source], network: Fetcher) -> float | None:
    """How much this clock is ahead of the first source that tells the time (``Date``, RFC 9110, 6.6.1)."""
    for source in islice(sources, _ASKED):
        try:
            told = network.get(Request(source.url)).headers.get("date", "")
            theirs = parsedate_to_datetime(told)
        except (BridgeError, ValueError):  # it does not answer, or not with a date: the next one may
            continue
        aware = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
        return (datetime.now(UTC) - aware).total_seconds()
    return None
