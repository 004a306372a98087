"""What is asked of any reader, ours or another's, as a check that anyone can run: ``problems(reader) == []``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bridge.errors import BridgeError, ReadError
from bridge.record import Page, Request, Response

URL = "https://contrat.exemple/liste"
# What servers really answer in place of a list, and what nobody should.
WORST: tuple[tuple[str, bytes], ...] = (
    ("vide", b""),
    ("du vide", b" \r\n\t\0 "),
    ("null", b"null"),
    ("un objet vide", b"{}"),
    ("des octets", bytes(range(256)) * 8),
    ("une page web", b"<!DOCTYPE html><html><head><title>x</title></head><body><p>Bonjour</p></body></html>"),
    ("une connexion", b"<!DOCTYPE html><html><body><form><input type='password'></form></body></html>"),
    ("du JSON profond", b"[" * 50_000),
    ("du XML profond", b"<a>" * 50_000),
    ("une DTD", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
    ("du JSON coupé", b'[{"id": 1, "titre": "Une m'),
    ("du XML coupé", b"<rss><channel><item><title>Une m"),
    ("des nombres immenses", b'[{"id": 1e999, "n": ' + b"9" * 5000 + b"}]"),
)


def problems(reader: Any) -> list[str]:
    """What a reader does that is not in the contract, in French sentences."""
    return list(_problems(reader))


def _problems(reader: Any) -> Iterator[str]:
    if not isinstance(getattr(reader, "INCREMENTAL", None), bool):
        yield "INCREMENTAL doit valoir True ou False."
    if not isinstance(getattr(reader, "REFUSALS", None), frozenset):
        yield "REFUSALS doit être un frozenset de statuts HTTP."
    for since in ("", "2026-01-01T00:00:00Z"):
        first: Any = None
        try:
            first = reader.start(URL, {}, since)
        except ReadError:
            continue  # it wants an option: it says so
        except Exception as error:  # the very thing that is looked for
            yield f"start lève {type(error).__name__} : seule ReadError est permise."
            continue
        if not isinstance(first, Request):
            yield "start doit rendre une Request."
            continue
        for what, body in WORST:
            for media_type in ("", "text/html", "application/json", "text/xml; charset=utf-16"):
                answer = Response(first.url, 200, {"content-type": media_type}, body, first.carry)
                yield from _read(reader, answer, what)


def _read(reader: Any, answer: Response, what: str) -> Iterator[str]:
    try:
        page = reader.read(answer, {})
        again = reader.read(answer, {})
    except ReadError as error:
        if not str(error).strip():
            yield f"{what} : ReadError sans phrase."
        return
    except BridgeError as error:
        yield f"{what} : {type(error).__name__} au lieu de ReadError."
        return
    except Exception as error:  # the very thing that is looked for
        yield f"{what} : read lève {type(error).__name__} ; seule ReadError est permise."
        return
    if not isinstance(page, Page):
        yield f"{what} : read doit rendre une Page."
        return
    if page != again:
        yield f"{what} : deux lectures diffèrent ; un lecteur ne retient rien."
    if len({item.id for item in page.items}) != len(page.items):
        yield f"{what} : deux éléments ont le même identifiant."
    if not page.items and not page.next and page.whole and page.present is None and not page.problems:
        yield f"{what} : une réponse qui n'est pas une liste passe pour une liste entière et vide."
    for request in page.next:
        if not request.url.startswith(("http://", "https://")):
            yield f"{what} : l'adresse suivante « {request.url} » n'est pas une adresse web."
        if json.loads(json.dumps(dict(request.carry))) != dict(request.carry):
            yield f"{what} : « carry » doit être du JSON."
