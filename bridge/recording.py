"""A recorded case of a real site, for tests: its answers, shortened and without personal data, and what they give."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from bridge.collective import Collective
from bridge.errors import BridgeError, ReadError
from bridge.fetch import Fetcher
from bridge.harvest import answer
from bridge.meaning.personal import scrub
from bridge.readers import READERS, Reader, decode
from bridge.recognise import recognise
from bridge.record import Item, Page, Response

ITEMS = 5
PAGES = 12
PAGES_MAX = 1000
_KEPT = ("content-type", "date", "etag", "last-modified", "link", "x-wp-total", "x-wp-totalpages")


def record(here: Collective, url: str, fetch: Fetcher, folder: Path) -> Path:
    """Write a case in a new folder; returns it. See the head of ``tests/test_readers.py`` for what it holds.

    Raises:
        BridgeError: nothing is recognised there, the site cannot be read, the folder exists or cannot be written.
    """
    proposal = recognise(url, fetch, here.memory)
    reader, options = READERS[proposal.kind], dict(proposal.options)
    waiting = [reader.start(proposal.url, options)]
    requests: list[str] = []
    answers: list[Response] = []
    pages: list[Page] = []
    while waiting and len(pages) < PAGES and sum(len(page.items) for page in pages) < ITEMS:
        request = waiting.pop(0)
        response, page = _short(proposal.kind, answer(fetch, request, reader, None), options)
        requests.append(request.url)
        answers.append(response)
        pages.append(page)
        waiting += page.next
    given = {"about": f"enregistré de {url}", "url": proposal.url, "options": options, "answers": len(answers)}
    try:
        folder.mkdir(parents=True)
        (folder / "options.json").write_text(_json(given), encoding="utf-8")
        for number, response in enumerate(answers, 1):
            headers = [f"{name}: {scrub(response.headers[name])}" for name in _KEPT if name in response.headers]
            head = "\n".join([f"HTTP/1.1 {response.status}", *headers])
            (folder / f"{number:02}.headers").write_text(head + "\n", encoding="utf-8")
            (folder / f"{number:02}.body").write_bytes(response.body)
        (folder / "items.json").write_text(_json(told(requests, pages)), encoding="utf-8")
    except FileExistsError as error:
        raise BridgeError(f"{folder} existe déjà.", "Donnez un autre nom au cas.") from error
    except OSError as error:
        raise BridgeError(f"{folder} ne peut pas être écrit : {error.strerror}.") from error
    return folder


def replay(reader: Reader, folder: Path) -> dict[str, Any]:
    """What a reader makes of a case, in the shape of its ``items.json``; a refusal is under ``error``.

    Raises:
        AssertionError: the walk does not ask for the answers that the case holds, or carries what is no JSON.
    """
    given = json.loads((folder / "options.json").read_text(encoding="utf-8"))
    options = given.get("options", {})
    served = _answers(folder)
    requests: list[str] = []
    pages: list[Page] = []
    try:
        waiting = [reader.start(given["url"], options, given.get("since", ""))]
        while waiting and len(pages) < given.get("answers", PAGES_MAX):
            request = waiting.pop(0)
            assert json.loads(json.dumps(dict(request.carry))) == request.carry, "carry must be JSON"
            requests.append(request.url)
            pages.append(reader.read(Response(request.url, *next(served), request.carry), options))
            waiting += pages[-1].next
        assert next(served, None) is None, "answers that nobody asked for"
    except ReadError as error:
        return {"requests": requests, "error": str(error)}
    return told(requests, pages)


def _answers(folder: Path) -> Iterator[tuple[int, dict[str, str], bytes]]:
    """The recorded answers: ``*.http``, or ``*.headers`` beside ``*.body``."""
    for path in sorted(each for each in folder.iterdir() if each.suffix in (".http", ".body")):
        if path.suffix == ".body":
            head, body = path.with_suffix(".headers").read_bytes(), path.read_bytes()
        else:
            head, _, body = path.read_bytes().replace(b"\r\n\r\n", b"\n\n", 1).partition(b"\n\n")
        lines = [line for line in head.decode().splitlines() if line and not line.startswith(">")]
        pairs = [line.partition(":") for line in lines[1:]]
        yield int(lines[0].split()[1]), {name.strip().lower(): value.strip() for name, _, value in pairs}, body


def told(requests: list[str], pages: list[Page]) -> dict[str, Any]:
    """What a walk gave, as cases keep it."""
    return {
        "requests": requests,
        "whole": all(page.whole for page in pages),
        "watermark": pages[-1].watermark,
        "keeps_deleted": pages[-1].keeps_deleted,
        "total": pages[-1].total,
        "problems": [[problem.item, problem.message] for page in pages for problem in page.problems],
        "items": [_item(item) for page in pages for item in page],
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "url": item.url,
        **({"deleted": True} if item.deleted else {}),
        **({"path": [hop._asdict() for hop in item.path]} if item.path else {}),
        "data": item.data,
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _short(kind: str, response: Response, options: Mapping[str, Any]) -> tuple[Response, Page]:
    """The answer with its first items only and without addresses of people.

    Raises:
        BridgeError: nothing here knows how to take personal data out of it.
    """
    reader = READERS[kind]
    whole = reader.read(response, options)
    body = _cleaned(response, bool(whole.items))
    if body is None:
        raise BridgeError("Ce fichier ne peut pas être nettoyé de ses données personnelles : il n'est pas enregistré.")
    short = replace(response, body=body)
    page = reader.read(short, options)
    for count in range(1, body.count(b"\n")) if kind == "csv_file" and len(page.items) > ITEMS else ():
        short = replace(response, body=b"".join(body.splitlines(keepends=True)[: count + 1]))
        page = reader.read(short, options)
        if len(page.items) >= ITEMS:
            break
    return short, page


def _cleaned(response: Response, cut: bool) -> bytes | None:
    start = response.body.lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
    if start in (b"{", b"["):
        return json.dumps(_cut(decode.json(response), cut), ensure_ascii=False, indent=1).encode()
    if start == b"<" and "html" not in response.media_type:
        return _xml_cut(response, cut)
    if 0 in response.body:
        return None
    return scrub(decode.text(response.body, response.charset)).encode()


def _cut(value: Any, cut: bool) -> Any:
    """A JSON value, scrubbed; lists of objects and objects of objects keep their first ones."""
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, list):
        short = value[:ITEMS] if cut and all(isinstance(one, dict) for one in value) else value
        return [_cut(one, cut) for one in short]
    if isinstance(value, dict):
        many = cut and len(value) > ITEMS and all(isinstance(one, dict) for one in value.values())
        return {key: _cut(one, cut) for key, one in list(value.items())[: ITEMS if many else None]}
    return value


def _xml_cut(response: Response, cut: bool) -> bytes:
    root, _ = decode.xml(response)
    for element in root.iter():
        element.text = scrub(element.text) if element.text else element.text
        if cut:
            for name in {child.tag for child in element}:
                for child in element.findall(name)[ITEMS:]:
                    element.remove(child)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written
