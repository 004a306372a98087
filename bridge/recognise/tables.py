"""Probes of plain files: GeoJSON, JSON with a list in it, CSV, workbooks, calendars, OAI-PMH records in one file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from bridge.errors import ReadError
from bridge.readers import ics as calendar
from bridge.readers import spreadsheet as workbook
from bridge.recognise.guess import guess, id_key, paths
from bridge.recognise.look import Look
from bridge.recognise.proposal import Proposal, propose
from bridge.recognise.sites import own_fields_of

_SAMPLE = 50
Rows = Sequence[Mapping[str, Any]]

# GeoJSON, JSON


def geojson(look: Look) -> Proposal | None:
    """A GeoJSON FeatureCollection (RFC 7946)."""
    value = look.json
    features = value.get("features") if isinstance(value, dict) else None
    if not isinstance(features, list) or value.get("type") != "FeatureCollection":
        return None
    rows = [
        f["properties"] for f in features[:_SAMPLE] if isinstance(f, dict) and isinstance(f.get("properties"), dict)
    ]
    options = {} if any(isinstance(f, dict) and "id" in f for f in features[:1]) else _id_option(rows)
    why = f"GeoJSON : l'adresse répond une FeatureCollection de {len(features)} objets."
    position = {"lon": ["geometry.lon"], "lat": ["geometry.lat"]}
    return _with_fields(look, "geojson", options, rows, why, position)


def json_api(look: Look) -> Proposal | None:
    """JSON with a list of objects somewhere near the top."""
    value = look.json
    found = _lists(value) or _keyed(value)
    if not found:
        return None
    where, rows = max(found, key=lambda pair: len(pair[1]))
    options: dict[str, Any] = {"items": where} if where else {}
    options |= _id_option(rows)
    place = f"sous « {where} »" if where else "à la racine"
    return _with_fields(look, "json_api", options, rows, f"JSON : une liste de {len(rows)} objets {place}.")


def _keyed(value: Any) -> list[tuple[str, Rows]]:
    """An object that holds objects by their identifier, alike enough to be a list, as the reader takes it."""
    rows = [row for row in value.values() if isinstance(row, dict)] if isinstance(value, dict) else []
    if len(rows) < 2 or len(rows) < len(value):
        return []
    shared = set.intersection(*(set(row) for row in rows))
    return [("", rows)] if len(shared) * 2 >= max(map(len, rows)) else []


def _lists(value: Any, path: str = "", depth: int = 3) -> list[tuple[str, Rows]]:
    """(path, rows) of the lists of objects under ``value``, down to three levels."""
    if isinstance(value, list):
        rows = [row for row in value if isinstance(row, dict)]
        return [(path, rows)] if rows and len(rows) == len(value) else []
    if not isinstance(value, dict) or not depth:
        return []
    inner = (
        (f"{path}.{key}" if path else key, each) for key, each in value.items() if re.fullmatch(r"[A-Za-z_]\w*", key)
    )
    return [found for name, each in inner for found in _lists(each, name, depth - 1)]


def _id_option(rows: Rows) -> dict[str, str]:
    key = id_key(rows[:_SAMPLE])
    return {"id": key} if key else {}


def _with_fields(
    look: Look,
    kind: str,
    options: Mapping[str, Any],
    rows: Rows,
    why: str,
    known: dict[str, list[str]] | None = None,
) -> Proposal:
    fields, ignore = guess(paths(rows[:_SAMPLE]), look.memory)
    if known:
        fields = {ours: theirs for ours, theirs in fields.items() if ours != "point"} | known
    whys = [why]
    if "title" not in fields:
        whys.append('Aucun champ ne ressemble à un titre : indiquez-le dans [fields], title = "…".')
    if ignore:
        whys.append(f"Champs de personnes laissés de côté : {', '.join(ignore)}.")
    read = [options["id"]] if "id" in options else []  # the reader takes it: it is not a field left behind
    return propose(look, kind, look.url, options=options, fields=fields, ignore=(*ignore, *read), why=tuple(whys))


# CSV


def csv_file(look: Look) -> Proposal | None:
    """A table in CSV (RFC 4180, or with semicolons, tabs or bars): a row of names, then rows of the same length."""
    if look.response is None or look.root or look.json is not None or "\0" in look.text:
        return None
    said = "csv" in look.response.media_type or urlsplit(look.url).path.lower().endswith((".csv", ".tsv", ".txt"))
    lines = look.text.splitlines(keepends=True)[:_SAMPLE]
    best = max(((_table(lines, separator), separator) for separator in ";,\t|"), key=lambda pair: _width(pair[0]))
    (rows, separator) = best
    if _width(rows) < (2 if said else 3):
        return None
    names, *others = rows
    records = [dict(zip(names, row, strict=False)) for row in others if len(row) == len(names)]
    options: dict[str, Any] = {"separator": separator} if separator != "," else {}
    options |= _id_option(records)
    shown = {"\t": "tabulation"}.get(separator, separator)
    return _with_fields(look, "csv_file", options, records, f"CSV : {len(names)} colonnes, séparées par « {shown} ».")


def _table(lines: list[str], separator: str) -> list[list[str]]:
    try:
        return [row for row in csv.reader(io.StringIO("".join(lines)), delimiter=separator) if any(row)]
    except csv.Error:
        return []


def _width(rows: list[list[str]]) -> int:
    """Columns, if the names are distinct and most rows have as many; else 0."""
    if len(rows) < 2 or len(set(rows[0])) != len(rows[0]) or not all(name.strip() for name in rows[0]):
        return 0
    same = sum(len(row) == len(rows[0]) for row in rows)
    return len(rows[0]) if same * 4 >= len(rows) * 3 else 0


# Workbooks

_LINK = " (lien)"


def spreadsheet(look: Look) -> Proposal | None:
    """A workbook (.xlsx, .ods); of its sheets, the first that looks like a table of resources."""
    if look.response is None or not look.response.body.startswith((b"PK", workbook.OLE)):
        return None
    try:
        tables = workbook.tables(workbook.sheets(look.response))
        several = len(tables) > 1
        chosen = max(tables, key=lambda each: each[2])[0] if tables else ""
        rows = [item.data for item in workbook.read(look.response, {"sheet": chosen} if several else {})]
    except ReadError as error:
        look.tried.append(f"{look.url} : {error}")
        return None
    # Named, so that a sheet added before it does not take its place.
    options: dict[str, Any] = ({"sheet": chosen} if several else {}) | _id_option(rows)
    names = {name: None for row in rows[:_SAMPLE] for name in row if not name.endswith(_LINK)}
    found = _with_fields(look, "spreadsheet", options, rows, f"Classeur : {len(rows)} lignes, {len(names)} colonnes.")
    whys = list(found.why)
    if several:
        others = ", ".join(f"« {name} »" for name, _, merit in tables if name != chosen and merit)
        whys.insert(1, f"Feuille choisie : « {chosen} »" + (f" (autres : {others})." if others else "."))
    return found._replace(fields=_under(found.fields, rows), why=tuple(whys))


def _under(fields: Mapping[str, Sequence[str]], rows: Rows) -> Mapping[str, Sequence[str]]:
    """The fields, and as address of the resource the one that is under its « Lien », else under its title."""
    under = {name for row in rows[:_SAMPLE] for name in row if name.endswith(_LINK)}
    for ours in ("url", "title"):
        found = [name + _LINK for name in fields.get(ours, ()) if name + _LINK in under]
        if found:
            return {**fields, "url": [*found, *fields.get("url", ())]}
    return fields


# Calendars


def ics(look: Look) -> Proposal | None:
    """An iCalendar (RFC 5545)."""
    if look.response is None or look.text.lstrip()[:15].upper() != "BEGIN:VCALENDAR":
        return None
    try:
        count = len(calendar.read(look.response, {}).items)
    except ReadError as error:
        look.tried.append(f"{look.url} : {error}")
        return None
    whys = (
        f"Calendrier : {count} événements.",
        "Un calendrier ne montre souvent qu'une période ; si celui-ci garde tout, ajoutez options = "
        "{ complete = true }.",
    )
    return propose(look, "ics", look.url, title=calendar.calendar_name(look.text), why=whys, extends="_ics")


# OAI-PMH in one file

_OAI_PRESETS = {"pv": "_plugin", "oai_dc": "_oai"}


def static_repository(look: Look) -> Proposal | None:
    """OAI-PMH records that somebody put in one file: a static repository, or a saved answer to ListRecords."""
    if look.root not in ("repository", "oai-pmh") or "verb=" in look.url or look.xml is None:
        return None
    lists = [part for part in look.xml if _local(part) == "ListRecords"]
    if not lists:
        return None
    elements = [(_local(each), (each.text or "").strip()) for part in look.xml for each in part.iter()]
    declared = [part.get("metadataPrefix", "") for part in lists]
    if look.root == "oai-pmh":
        roots = [root.tag for part in lists for each in part.iter() if _local(each) == "metadata" for root in each]
        declared = [
            "oai_dc" if tag.endswith("/oai_dc/}dc") else "pv" if "partageons" in tag else "" for tag in roots[:1]
        ]
    prefix = next((each for each in ("pv", "oai_dc") if each in declared), declared[0] if declared else "")
    count = sum(
        _local(each) == "record" for part in lists if part.get("metadataPrefix", prefix) == prefix for each in part
    )
    whys = [f"OAI-PMH dans un seul fichier : {count} notices, au format {prefix or 'inconnu'}."]
    if others := [each for each in declared if each != prefix]:
        whys.append(f"Autres formats du fichier : {', '.join(others)}.")
    found, more = own_fields_of(look) if prefix == "pv" else ({}, [])
    return propose(
        look,
        "oai",
        look.url,
        title=next((text for name, text in elements if name == "repositoryName"), ""),
        options={"file": True} | ({"prefix": prefix} if prefix else {}),
        why=(*whys, *more),
        extends=_OAI_PRESETS.get(prefix, ""),
        **found,
    )


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
