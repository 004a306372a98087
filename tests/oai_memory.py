"""A repository in memory: the truth that the OAI provider and the clients are compared with."""

from __future__ import annotations

from dataclasses import dataclass, field

from bridge.oai import OAI_DC, Format, Header, Identity, Listed

NOW = "2026-06-30T12:00:00Z"
IDENTITY = Identity(
    name="Réseau d'essai <vert>",
    base_url="https://pont.exemple.fr/oai",
    admin_emails=("contact@exemple.fr",),
    node="pont.exemple.fr",
    secret=b"un secret",
    formats={"oai_dc": OAI_DC, "pv": Format("https://pont.exemple.fr/schemas/pv.xsd", "https://exemple.fr/pv")},
    friends=("https://ami.exemple.fr/oai?a=1&b=2",),
    page_size=10,
)


@dataclass
class Row:
    id: str
    datestamp: str
    deleted: bool = False
    sets: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    title: str = "Une mare"
    broken: str = ""
    """The format it cannot be written in."""


def metadata(prefix: str, row: Row) -> str:
    if prefix == "pv":
        return f'<pv:record xmlns:pv="https://exemple.fr/pv"><pv:title>{row.title}</pv:title></pv:record>'
    return (
        '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{row.title}</dc:title></oai_dc:dc>'
    )


ABOUT = '<about><n:note xmlns:n="https://exemple.fr/note"/></about>'


@dataclass
class Memory:
    rows: list[Row] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def earliest(self) -> str:
        return min((row.datestamp for row in self.rows), default="")

    def sets(self) -> list[tuple[str, str]]:
        return sorted(self.names.items())

    def get(self, id: str, prefix: str) -> Listed | None:
        return next((self._listed(row, prefix, "") for row in self.rows if row.id == id), None)

    def list(
        self, prefix: str, from_: str, until: str, set_: str, after: tuple[str, str] | None, limit: int
    ) -> list[Listed]:
        found = [row for row in self._matching(from_, until, set_) if not prefix or row.broken != prefix]
        if after is not None:
            found = [row for row in found if (row.datestamp, row.id) > after]
        return [self._listed(row, prefix, set_) for row in found[:limit]]

    def count(self, from_: str, until: str, set_: str) -> int:
        return len(self._matching(from_, until, set_))

    def _matching(self, from_: str, until: str, set_: str) -> list[Row]:
        rows = [
            row
            for row in self.rows
            if from_ <= row.datestamp <= until and (not set_ or _within(set_, row.sets + row.left))
        ]
        return sorted(rows, key=lambda row: (row.datestamp, row.id))

    def _listed(self, row: Row, prefix: str, set_: str) -> Listed:
        deleted = row.deleted or bool(set_) and not _within(set_, row.sets)
        shown = bool(prefix) and not deleted and row.broken != prefix
        header = Header(row.id, row.datestamp, deleted, row.sets)
        return Listed(header, metadata(prefix, row).encode() if shown else b"", ABOUT.encode() if shown else b"")


def _within(set_: str, specs: tuple[str, ...]) -> bool:
    return any(spec == set_ or spec.startswith(f"{set_}:") for spec in specs)
