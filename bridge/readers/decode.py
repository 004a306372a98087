"""What readers share: bytes -> text, JSON or XML, each with one clear error. No I/O.

Nothing here trusts the sender: no DTD, no entity but the five of XML, no web page taken for data, nesting is bounded.
"""

from __future__ import annotations

import codecs
import gc
import json as _json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.entities import html5
from typing import Any
from xml.etree import ElementTree

from bridge.errors import ReadError
from bridge.record import Problem, Response

MAX_DEPTH = 200
MAX_PIECES = 4_000_000
"""Values of a JSON text, tags of an XML one: far more than a list holds, and still bearable once they are objects."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Python has codecs that are no charsets (zip, rot13…): a sender may only name one of these. Windows-1252 holds all that
# ISO 8859-1 can print, and is what is meant by it.
_CHARSETS = re.compile(r"iso-?8859-?(?:[2-9]|1[013-6])|(?:windows-|cp)125[0-8]|utf-?(?:16|32)(?:-?[lb]e)?|mac-?roman")
_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,80}?encoding\s*=\s*["']([\w.-]+)""")

_WEB_ROOTS = frozenset(("html", "head", "body", "title", "meta", "script", "style", "div", "p", "h1", "br"))
_MAINTENANCE = re.compile("maintenance|de retour bient[oô]t|temporairement indisponible|under construction")
_PORTAL = re.compile(r"portail (?:captif|wi-?fi)|wi-?fi (?:invit|public|gratuit)|captive portal|hotspot")
_LOGIN = re.compile(r"type=.?password|wp-login|accounts\.google\.|se connecter|s'identifier|log ?in\b|sign in\b")
_FIREWALL = re.compile("captcha|just a moment|cloudflare|wordfence|sucuri|access denied|acc[eè]s refus[eé]|forbidden")

ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&(?:#(?:[xX]([0-9a-fA-F]{1,8})|(\d{1,8}))|([A-Za-z][A-Za-z0-9]{0,40}));|&")
_XML_NAMES = frozenset(("amp", "lt", "gt", "quot", "apos"))
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)", re.S)


def text(body: bytes, charset: str = "") -> str:
    """The characters of a body, without byte order mark. Never fails.

    A byte order mark decides; then UTF-8 when the bytes are mostly UTF-8 (one broken character must not spoil a whole
    page, and servers that announce another charset for UTF-8 are wrong); then ``charset`` as announced; then
    Windows-1252, which holds ISO 8859-1.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body.decode(name, "replace").lstrip("\ufeff")
    if len(body) > 1 and 0 in body[:2]:
        return body.decode("utf-16-be" if body[0] == 0 else "utf-16-le", "replace")
    decoded = body.decode("utf-8", "replace")
    broken = decoded.count("\ufffd")
    if not broken or sum(map(len, re.findall(r"[^\x00-\x7f\ufffd]+", decoded))) > broken:
        return decoded
    known = _CHARSETS.fullmatch(charset.lower())
    return body.decode(charset if known else "cp1252", "replace")


def json(response: Response) -> Any:
    """The JSON value of an answer (RFC 8259); raw control characters are tolerated, NaN and Infinity read as null.

    Raises:
        ReadError: empty, a web page, cut, not JSON, or nested deeper than ``MAX_DEPTH``.
    """
    source = text(response.body, response.charset).strip()
    if not source:
        raise ReadError("La réponse est vide : du JSON était attendu.", "Ouvrez l'adresse dans un navigateur.")
    if source[0] == "<":
        refuse_web_page(source)
        raise ReadError(
            "La réponse est du XML : du JSON était attendu.", "Vérifiez l'adresse ou le « kind » de la source."
        )
    refuse_swarm(source, ("{", "[", ","))
    if _SURROGATE.search(source):
        source = _ESCAPE.sub(lambda m: "\\ufffd" if m[1] else m[0], source)
    try:
        value = _json.loads(source, strict=False, parse_constant=lambda _: None)
    except RecursionError as error:
        raise too_deep() from error
    except ValueError as error:
        raise ReadError(
            "La réponse n'est pas du JSON complet : elle est coupée ou précédée d'un autre texte.",
            "Ouvrez l'adresse dans un navigateur et signalez-le à l'hébergeur du site.",
        ) from error
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(MAX_DEPTH):
        if not level:
            return value
        level = [
            child
            for holder in level
            for child in (holder.values() if type(holder) is dict else holder)
            if type(child) is dict or type(child) is list
        ]
    if level:
        raise too_deep()
    return value


def refuse_swarm(source: str | bytes, marks: Any, limit: int = 0) -> None:
    """Raises ``ReadError`` when a text would become more objects than the memory should hold."""
    limit = limit or MAX_PIECES
    if len(source) > limit and sum(map(source.count, marks)) > limit:
        raise ReadError(
            f"La réponse contient plus de {limit} éléments : elle est refusée.",
            "Demandez au partenaire une adresse paginée, ou une sélection plus petite.",
        )


def too_deep() -> ReadError:
    """What to raise when a value is nested deeper than ``MAX_DEPTH``."""
    return ReadError(
        f"La réponse emboîte plus de {MAX_DEPTH} niveaux : elle est refusée.", "Vérifiez l'adresse de la source."
    )


def xml(response: Response) -> tuple[ElementTree.Element, list[Problem]]:
    """The root element of an answer and what had to be mended to read it.

    Characters that XML 1.0 forbids are taken out, stray ``&`` and HTML entity names are understood. Nothing else is
    mended: a document that is cut is refused, because what is missing would look like deletions.

    Raises:
        ReadError: empty, a web page, not well-formed, or with a document type declaration.
    """
    body = response.body.removeprefix(codecs.BOM_UTF8).lstrip()
    if not body:
        raise ReadError("La réponse est vide : du XML était attendu.", "Ouvrez l'adresse dans un navigateur.")
    if 0 not in body[:4] and body[:2] not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        refuse_doctype(body)
        try:
            return _parse(body), []
        except ElementTree.ParseError:
            pass  # What follows mends it, or says why it cannot.
    mended, count = mend(xml_text(response).lstrip())
    try:
        root = _parse(mended.encode())
    except ElementTree.ParseError as error:
        line, column = error.position
        raise ReadError(
            f"La réponse n'est pas du XML complet (ligne {line}, colonne {column}) : elle est coupée ou mal formée.",
            "Ouvrez l'adresse dans un navigateur et signalez-le au site.",
        ) from error
    return root, [mending(count)] if count else []


@contextmanager
def uncollected() -> Iterator[None]:
    """Pauses the collector while a tree is built and read: a burst of objects, none of them garbage, freed at once."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _parse(body: bytes) -> ElementTree.Element:
    refuse_swarm(body, (b"<",))
    # Of Python's parsers this one makes a record cheapest. The encoding is imposed so that what refuse_doctype looked
    # for in the bytes cannot hide behind another one.
    return ElementTree.fromstring(body, ElementTree.XMLParser(encoding="utf-8"))


def xml_text(response: Response) -> str:
    """The characters of an XML answer, whatever its encoding; raises ``ReadError`` as ``xml`` does."""
    declared = _DECLARED.match(response.body)
    source = text(response.body, response.charset or (declared[1].decode() if declared else ""))
    refuse_doctype(source.encode("utf-8", "replace"))
    return source


def mending(count: int) -> Problem:
    """What a person is told when ``mend`` changed something."""
    return Problem(f"La réponse contenait {count} caractères ou entités interdits en XML : retirés ou traduits.")


def mend(source: str) -> tuple[str, int]:
    """XML text without forbidden characters, undeclared entities and stray ``&``; and how many were changed."""
    source, count = ILLEGAL.subn("", source)
    changed = 0

    def reference(match: re.Match[str]) -> str:
        nonlocal changed
        hexadecimal, decimal, name = match.groups()
        if name in _XML_NAMES:
            return match[0]
        if hexadecimal or decimal:
            number = int(hexadecimal, 16) if hexadecimal else int(decimal)
            legal = number < 0x110000 and not ILLEGAL.match(chr(number))
            changed += not legal
            return match[0] if legal else ""
        changed += 1
        known = html5.get(f"{name};") if name else None
        return known or "&amp;" + match[0][1:]

    if "&" in source:
        first, *sections = source.split("<![CDATA[")
        parts = [_REFERENCE.sub(reference, first)]
        for section in sections:
            inside, end, after = section.partition("]]>")
            parts.append(f"<![CDATA[{inside}{end}{_REFERENCE.sub(reference, after)}")
        source = "".join(parts)
    return source, count + changed


def _doctype() -> ReadError:
    return ReadError(
        "La réponse déclare un type de document (DOCTYPE) : elle est refusée, car il peut cacher une attaque.",
        "Vérifiez que l'adresse est bien celle d'un flux et non d'une page.",
    )


def refuse_doctype(body: bytes) -> None:
    """Raises ``ReadError`` when a document (any encoding that extends ASCII) has a document type or is a web page."""
    at = 0
    while (at := body.find(b"<", at)) >= 0:
        if body.startswith(b"<?", at):
            end = body.find(b"?>", at)
        elif body.startswith(b"<!--", at):
            end = body.find(b"-->", at)
        else:
            break
        if end < 0:
            break
        at = end
    root = body[at : at + 64] if at >= 0 else b""
    if root[:2] == b"<!" or _tag(root.decode("latin-1")) in _WEB_ROOTS:
        refuse_web_page(body[at:].decode("utf-8", "replace"))
        raise _doctype()


def _tag(source: str) -> str:
    found = re.match(r"<([A-Za-z][\w:-]*)", source)
    return found[1].lower() if found else ""


def refuse_web_page(source: str) -> None:
    """Raises ``ReadError`` when a text is a page made for people (login, maintenance, firewall) and not data."""
    head = source.lstrip("\ufeff \t\r\n")[:200_000].lower()
    head = re.sub(r"\A(?:<!--[^>]{0,2000}>\s*|<\?[^>]{0,2000}>\s*){1,20}", "", head)
    if not head.startswith("<!doctype html") and _tag(head) not in _WEB_ROOTS:
        return
    refuse_obstacle(head)
    raise ReadError("Le site répond une page web (HTML) au lieu de données.", "Vérifiez l'adresse de la source.")


def refuse_obstacle(said: str, wanted: str = "données") -> None:
    """Raises ``ReadError`` when these words, lower case, are of what stands before a site instead of what is wanted."""
    if _MAINTENANCE.search(said):
        raise ReadError(f"Le site répond une page de maintenance au lieu de {wanted}.", "La prochaine visite suffira.")
    if _PORTAL.search(said):
        raise ReadError(
            f"Un portail d'accès à internet répond à la place du site, au lieu de {wanted}.",
            "Vérifiez la connexion de la machine qui héberge le pont.",
        )
    if _LOGIN.search(said):
        raise ReadError(
            f"Le site répond une page de connexion au lieu de {wanted}.",
            "Demandez au partenaire de rendre l'adresse publique.",
        )
    if _FIREWALL.search(said):
        raise ReadError(
            f"Le pare-feu du site répond une page d'accès refusé au lieu de {wanted}.",
            "Demandez au partenaire d'autoriser l'agent de ce pont.",
        )
