"""How people write the names of French places: one key for every spelling, and what a text of several places holds.

Nothing here knows which places exist: ``bridge.meaning.places`` does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from inspect import unwrap
from typing import NamedTuple

from bridge.meaning.text import fold

_SIGNS = re.compile(r"[^a-z0-9]+")
_SHORT = re.compile(r"\b(?:st|sts|ste|stes)\b(?=.)")
_LONG = {"st": "saint", "sts": "saints", "ste": "sainte", "stes": "saintes"}
_UPON = re.compile(r"\bs/(?:(s)\b)?")


@lru_cache(maxsize=1 << 13)
def key(name: str) -> str:
    """A name as it is compared: folded, signs are spaces, the usual abbreviations written out.

    ``"St-Cyr s/ Loire"`` -> ``"saint cyr sur loire"``.
    """
    folded = fold(name)
    if "s/" in folded:
        folded = _UPON.sub(lambda match: "sous " if match[1] else "sur ", folded)
    folded = _SIGNS.sub(" ", folded.replace("&", " et ")).strip()
    return _SHORT.sub(lambda match: _LONG[match[0]], folded)


def keys(names: Iterable[str]) -> list[str]:
    """The keys of names as the COG writes them, all at once: it abbreviates nothing, so that folding is enough."""
    folded = unwrap(fold)("\0".join(names))
    return re.sub(" ?\0 ?", "\0", re.sub("[^a-z0-9\0]+", " ", folded)).strip(" ").split("\0")


# What a name says it is, before the name itself: « Ville de », « Département du », « CC ».
_KINDS = {
    "commune": r"ville|commune|mairie|municipalite|village|commune nouvelle",
    "departement": r"departement|conseil departemental|conseil general|dept|dep",
    "region": r"region|conseil regional",
    "CC": r"cc|communaute de communes|com com|comcom|codecom",
    "CA": r"ca|communaute d agglomeration|communaute d agglo|agglomeration|agglo",
    "CU": r"cu|communaute urbaine",
    "MET": r"metropole|eurometropole",
    "EPT": r"ept|etablissement public territorial",
    "epci": r"epci|intercommunalite|communaute",
}
_KIND = re.compile(
    r"(?:l |la |le )?(?:" + "|".join(f"(?P<{kind}>{words})" for kind, words in _KINDS.items()) + r") (?=.)"
)
_LINK = re.compile(r"^(du|des|de|d) (?=.)")
_ARTICLE = re.compile(r"^(?:le|la|les|l) (?=.)")
_GENERIC = re.compile(r"\b(?:metropole|eurometropole|agglomeration|agglo|agglopole|communaute)\b")


class Said(NamedTuple):
    """What a key says besides the name: ``kind`` is commune, departement, region, epci or empty; ``type`` CC, CA…"""

    name: str
    kind: str = ""
    type: str = ""


@lru_cache(maxsize=1 << 13)
def said(folded: str) -> Said:
    """``"ville du havre"`` -> ``("le havre", "commune")``; ``"ca du grand chambery"`` -> ``("grand chambery", …)``."""
    if match := _KIND.match(folded):
        kind = match.lastgroup or ""
        rest = folded[match.end() :]
        if kind in ("commune", "departement", "region"):
            return Said(_LINK.sub(lambda link: {"du": "le ", "des": "les "}.get(link[1], ""), rest), kind)
        return Said(core(rest), "epci", "" if kind == "epci" else kind)
    return Said(core(folded), "epci") if _GENERIC.search(folded) else Said(folded)


def core(folded: str) -> str:
    """The name of a group of communes without what says that it is one, nor the small words before it."""
    bare = " ".join(_GENERIC.sub(" ", folded).split()) or folded
    return without_link(bare)


def without_link(folded: str) -> str:
    """``"de la rochelle"`` -> ``"rochelle"``."""
    return without_article(_LINK.sub("", folded))


def without_article(folded: str) -> str:
    """``"la rochelle"`` -> ``"rochelle"``."""
    return _ARTICLE.sub("", folded)


def spellings(folded: str) -> Iterator[str]:
    """Other ways the COG may write a name that it does not know as it is."""
    for article in ("le", "la", "les", "l"):
        yield f"{article} {folded}"
    if " les " in folded:
        yield folded.replace(" les ", " lez ")
    if " lez " in folded:
        yield folded.replace(" lez ", " les ")
    yield without_article(folded)


_INVERTED = re.compile(r"([^,;|()]+?) ?(?:\((le|la|les|l['’]?)\)|, ?(le|la|les|l['’])(?= ?(?:$|[,;|])))", re.I)
_SEPARATORS = (
    re.compile(r"[;|\n\r•]+"),
    re.compile(r"[,()\[\]:]+"),
    re.compile(r" [-–—>] |(?<!\bs)/|\+"),
    re.compile(r" (?:et|&) ", re.I),
)


def pieces(text: str, known: Callable[[str], bool]) -> list[list[str]]:
    """The places of a text, in lists of those that may qualify one another (« Vienne, Isère »).

    A separator cuts only what ``known`` does not take as it is (« Maine et Loire »); a postcode alone joins its place.
    """
    text = _INVERTED.sub(lambda match: f"{match[2] or match[3]} {match[1].strip()}", text)
    if known(text):
        return [[text]]
    return [_joined(_cut(part, 1, known)) for part in _SEPARATORS[0].split(text) if part.strip()]


def _cut(text: str, level: int, known: Callable[[str], bool]) -> Iterator[str]:
    text = text.strip()
    if level == len(_SEPARATORS) or known(text):
        if text:
            yield text
        return
    for part in _SEPARATORS[level].split(text):
        yield from _cut(part, level + 1, known)


def _joined(parts: Iterable[str]) -> list[str]:
    out: list[str] = []
    for part in parts:
        if out and (_ALONE.fullmatch(part) or (len(out) == 1 and _ALONE.fullmatch(out[0]))):
            out[-1] += f" {part}"
        else:
            out.append(part)
    return out


_ALONE = re.compile(r"(?:F-)?\d{5}")
_POSTCODE = re.compile(r"(?:f )?(?P<before>\d{5}|\d{2} \d{3})\b|\b(?:f )?(?P<after>\d{5}|\d{2} \d{3})$")
_CEDEX = re.compile(r"\bcedex(?: \d{1,2})?\b")
_DEPARTMENT = re.compile(r"(.*[a-z]{2}.*) (\d{2,3}|2[ab])|(\d{2,3}|2[ab]) (.*[a-z]{2}.*)")
_PART = re.compile(
    r"(?P<city>paris|lyon|marseille) (?P<number>\d{1,2}|[ivx]{1,5}?) ?(?:er|e|eme|ere|nde?)?(?: arr\w*)?"
    r"|(?P<of_number>\d{1,2}|[ivx]{1,5}?) ?(?:er|e|eme|ere|nde?) arr\w* (?:de )?(?P<of_city>paris|lyon|marseille)"
)
_LAST = {"paris": 20, "lyon": 9, "marseille": 16}
_ONES = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_ROMAN = {tens * n + ones: 10 * n + m for n, tens in ((0, ""), (1, "x"), (2, "x")) for m, ones in enumerate(_ONES)}


def postcode(folded: str) -> tuple[str, str]:
    """``"69326 lyon cedex 03"`` -> ``("69326", "lyon")``; the postcode is empty when there is none."""
    match = _POSTCODE.match(folded) or _POSTCODE.search(folded)
    if not match:
        return "", " ".join(_CEDEX.sub(" ", folded).split())
    rest = _CEDEX.sub(" ", folded[: match.start()] + " " + folded[match.end() :])
    return (match["before"] or match["after"]).replace(" ", ""), " ".join(rest.split())


def numbered(folded: str) -> tuple[str, str]:
    """``"vienne 38"``, ``"38 vienne"`` -> ``("vienne", "38")``; the number is empty, or perhaps no department's."""
    match = _DEPARTMENT.fullmatch(folded)
    return (match[1] or match[4], (match[2] or match[3]).upper()) if match else (folded, "")


def city_of_part(folded: str) -> str:
    """``"lyon 3e arrondissement"``, ``"12e arrondissement de paris"`` -> the city; empty when it is no such part."""
    match = _PART.fullmatch(folded)
    if not match:
        return ""
    city, number = match["city"] or match["of_city"], match["number"] or match["of_number"]
    return city if 1 <= (int(number) if number.isdigit() else _ROMAN.get(number, 0)) <= _LAST[city] else ""
