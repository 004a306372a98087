"""Personal data inside kept texts: e-mail addresses and telephone numbers are taken out. Pure functions on ``str``."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from html import unescape
from itertools import pairwise
from urllib.parse import unquote

_GONE = "\0"  # stands where something was removed until the text around it is tidied

# An obfuscated address is a refusal to be collected: every way of hiding "@" that is seen on French sites.
# Each is looked for only when its first character, quickly found, is there.
_SIGNS = {
    **{"@": ("@",), "＠": ("＠",), "﹫": ("﹫",), "%": ("%40",), "\xa0": ("\xa0at\xa0",), "\\": ("\\u0040",)},
    **{" ": (" at ", " arobas", " arrobas", " chez "), "&": ("&at;",), '"': ('"a',), "'": ("'a",), "/": ("/at/",)},
    **{"(": ("(a", "( a", "(à", "(chez"), "[": ("[a", "[ a", "[à", "[chez"), "{": ("{a", "{ a", "{à")},
    **{"<": ("<a",), "|": ("|at", "| at"), "*": ("*at", "* at"), "#": ("#at", "# at"), "_": ("_at_",), "-": ("-at-",)},
}
_SCHEMES = {":": ("mailto:", "tel:", "callto:", "sms:", "whatsapp:"), "/": ("wa.me/", "whatsapp.com/")}
_TAG = r"(?:<[^<>]{1,80}>){0,3}"
_AT = (
    rf"(?:{_TAG}(?:[@＠﹫]|%40|\\u0040){_TAG}|\s?[@＠﹫]\s|[\[({{]a[\])}}]|\s?[\[({{]à[\])}}]\s?|\s?\#\s?at\s?\#\s?"
    r"|_at_|-at-|\s?&at;\s?|\sarr?obas[ce]?\s"
    r"|\s?[\[({<|*\"'/]\s?(?:@?at|@t?|arr?obas[ce]?|chez)\s?[\])}>|*\"'/]\s?|(?-i:\sAT\s))"
)
_SAID_DOT = r"(?:\s?[\[({<|]\s?(?:dot|point|\.)\s?[\])}>|]\s?|\s?\#\s?dot\s?\#\s?|\s(?:dot|point|\.)\s)"
_DOT = rf"(?:[.．]|{_SAID_DOT})"
_ATOM = r"[^\W_][\w%+&~-]{0,63}"
_MAIL = re.compile(
    rf"@?(?<![\w.+%-])[\w+][\w.+%&~-]{{0,63}}?(?:{_SAID_DOT}{_ATOM}){{0,3}}"
    # "look at asso.fr" is English: a bare "at" hides an address only when the dot is said too
    rf"(?:{_AT}(?:{_ATOM}{_DOT}){{1,6}}|\s(?:at|chez)\s{_ATOM}(?:{_DOT}{_ATOM}){{0,4}}{_SAID_DOT}"
    # nor does it when what is before has the dot of a name
    rf"|(?<=[^\W\d_]\.[^\W\d_]{{2}})[\w-]{{0,40}}\s(?:at\s|[@＠﹫])(?:{_ATOM}{_DOT}){{1,6}})"
    r"(?!(?:png|jpe?g|gif|svg|webp|avif)\b)[^\W\d_]{2,24}(?![\w-])",  # logo@2x.png is a file
    re.I,
)

# The whole attribute goes, so that a link is not left with an empty address.
_LINK = re.compile(
    r"\s?\bhref\s*=\s*(?:\"\s*(?:mailto|tel|callto|sms|whatsapp):(?P<a>[^\"]*)\""
    r"|'\s*(?:mailto|tel|callto|sms|whatsapp):(?P<b>[^']*)'|(?:mailto|tel|callto|sms):(?P<c>[^\s>]*))"
    r"|\b(?:mailto|tel|callto|sms):(?=\S*[@%\d])(?P<d>[^\s\"'<>()]*[^\s\"'<>().,;:!?])"
    r"|\bhttps?://(?:wa\.me/|(?:api\.|web\.)?whatsapp\.com/send/?\?phone=)\+?\d{8,15}[^\s\"'<>().,;]*",
    re.I,
)

_SPACE = r"[ \t\xa0\u2000-\u200a\u202f]"
_S = rf"(?:{_SPACE}{{0,2}}[.\-/·‐‑–—_]{_SPACE}{{0,2}}|{_SPACE}{{1,2}})"
_PLUS = rf"(?:\+{_S}?|00{_S}?)"
_OVERSEAS = "(?:33|262|59[046])"  # nine digits follow, and six or eight after the others
_SMALL = "(?:508|681|687|689)"
_PHONE = re.compile(
    # +33 6 12 34 56 78, 0033(0)6…, (+262) 692…, +687 12 34 56, then the other countries
    rf"(?<![\w+])(?:\({_PLUS}{_OVERSEAS}\)|{_PLUS}{_OVERSEAS})(?:{_S}?\(?0\)?)?{_S}?[1-9](?:{_S}?\d){{8}}(?!\d)"
    rf"|(?<![\w+])(?:\({_PLUS}{_SMALL}\)|{_PLUS}{_SMALL})(?:{_S}\d\d){{3,4}}(?!\d)"
    rf"|(?P<foreign>(?<![\w+])(?:\(\+{_SPACE}?[1-9]\d{{0,2}}\)|\+{_SPACE}?[1-9]\d{{0,2}})"
    rf"(?:{_S}?(?:\d|\(\d{{1,4}}\))){{5,12}}(?!\d))"
    r"|(?<!\w)(?<!\d[.,])(?:"
    rf"(?:\(0[1-9]\)|\(0\){_S}?[1-9]|[0O][1-9])(?P<pairs>(?:{_S}\d\d){{4,100}})"
    rf"|0[1-9]{_S}(?:(?!19|20)\d{{4}}{_S}?\d{{4}}|\d\d{_S}\d{{3}}{_S}\d{{3}}|\d{{3}}{_S}\d{{3}}{_S}\d\d)"
    rf"|0(?:{_SPACE}\d){{9}}(?!{_SPACE}?\d)|0[67]\d{_S}\d{{3}}{_S}\d\d{_S}\d\d"
    rf"|(?:\(0[1-9]\d\d\)|0[1-9]\d\d){_S}(?:\d\d{_S}?\d\d{_S}?\d\d|\d{{3}}{_S}\d{{3}})"
    rf"|0{_SPACE}[1-9]\d\d{_SPACE}(?:\d{{3}}{_SPACE}\d{{3}}|\d\d(?:{_SPACE}\d\d){{2}})"
    rf"|33{_SPACE}[1-9](?:{_S}\d\d){{4}}"
    rf"|\(0\){_S}?[1-9]\d{{8}}"
    r"|(?P<bare>(?<![/=&%#_-])[0O][1-9]\d{8}(?!\w))"
    rf")(?!\d|{_SPACE}?(?:€|euros?\b|ha\b|m²|%))"
)
# Nine digits at least, from a sign that a number may start with: tells at little cost that there is no number.
_DIGITS = re.compile(r"[+(0O3](?:(?:[^\w\n]|_){0,5}\d){8}")
_PAIR = re.compile(r"(\D+)(\d\d)")
_DECLARED = re.compile(r"\b(?:isbn|ean|sandre|siren|siret|r[ée]f|id|code|doi)\b\W{0,3}(?:1[03])?\W{0,3}$", re.I)
_DECIMAL_OR_SUM = re.compile(r"\d{1,3}\.\d{4,}|\d{1,3}(?:[ .\xa0\u202f]\d{3}){2,3}")

# Entities of ASCII signs that are not those of markup, and of no-break spaces: the same HTML once decoded.
_ENTITY = re.compile(r"&(?:#\d{2,5}|#[xX][0-9a-fA-F]{2,4}|commat|period|colon|plus|nbsp|num|lpar|rpar|lsqb|rsqb);?")
_REVEALED = frozenset(map(chr, range(32, 127))) - set("<>&\"'") | set("\xa0\u2009\u202f＠．")
_HIDDEN = re.compile("[\xad\u200b\u2060\ufeff]")

_LABEL = (
    r"t[ée]l(?:[ée]phone|s?\.)?|t(?=\s{0,2}[.:])|mob(?:ile|\.)?|portable|port\.?|gsm|fax|(?:e-?)?mail|courriel|m[èe]l"
    r"|(?:adresse )?(?:[ée]lectronique|mail|e-?mail)|standard|ligne directe|whatsapp"
    r"|(?:n°|num[ée]ro)(?: vert| de t[ée]l\w*)?"
)
_CALL = "[☎✆✉📞📱📧📠🖂📩]\ufe0f?"
_ASK = (
    r"contacts?(?: presse)?|personnes?[ -](?:à contacter|ressources?|référentes?)|référente?s?|renseignements?|rens\.?"
    r"|plus d'(?:infos?|informations?)|informations?|infos?|inscriptions?|réservations?|coordonnées|(?:nous )?écrire"
    r"|(?:nous )?contacter|contactez(?:[ -]nous)?|écrivez(?:[ -]nous)?|nous joindre"
)
_MORE = rf"(?:\s{{0,2}}(?:et|ou|&|/|,)\s{{0,2}}(?:{_ASK})){{0,3}}"
_FOR = r"(?:pour [^.:!?\n<>\0]{2,60}?[, ]\s?)?(?:merci d(?:e |'))?"
_WHO = (
    r"(?-i:(?!(?:Service|Mairie|Ville|Commune|Communauté|Métropole|Agence|Office|Parc|Association|Centre|Syndicat|Conseil"
    r"|Département|Région|Direction|Pôle|Accueil|Réseau|Maison)\b)"
    r"(?:(?:[A-ZÀ-Ý][\w'’-]{1,30}|d[eu]|l[ae])[ \xa0]){1,4}[A-ZÀ-Ý][\w'’-]{1,30})"
)
_NAMED = r"(?-i:\b(?:M\.|Mr\.?|Mme|Mlle|Madame|Monsieur)[ \xa0][A-ZÀ-Ý][^.:;!?\n<>\0]{1,60}?)"
_BOLD = "strong|b|em|i|u|span"
_TIDY = (
    (re.compile(rf"<a\b[^<>]*>\s*{_GONE}\s*</a\s*>", re.I), _GONE),
    (re.compile(rf"(?:\b(?:{_LABEL})|{_CALL})\s*\.?\s*:?\s*{_GONE}", re.I), _GONE),
    (re.compile(rf"<({_BOLD})>\s*(?:{_LABEL}|{_ASK}{_MORE})\s*:?\s*</\1>\s*:?\s*{_GONE}", re.I), _GONE),
    (re.compile(rf"{_GONE}(?:[\s,;/·|+–-]*(?:\b(?:et|ou|and|or)\b\s*)?{_GONE})+"), _GONE),
    (re.compile(rf"[(\[<]\s*{_GONE}\s*[)\]>]"), _GONE),
    # What asks to write or to call, and the person's name that went with it, say nothing any more.
    (re.compile(rf"{_NAMED}\s{{0,2}}[,(–-]?\s{{0,2}}(?:au |à )?{_GONE}"), _GONE),
    (
        re.compile(rf"{_FOR}\b(?:{_ASK}){_MORE}\s{{0,2}}:\s{{0,2}}(?:{_WHO}\s{{0,2}}[,;:(–-]?\s{{0,2}})?{_GONE}", re.I),
        _GONE,
    ),
    (
        re.compile(
            rf"(^|[.!?…>\n]\s*){_FOR}\b(?:{_ASK}){_MORE}(?: (?:à|au|par|via)(?: l'adresse)?)?\s{{0,2}}{_GONE}", re.I
        ),
        rf"\1{_GONE}",
    ),
    (re.compile(rf"(^|[.!?…>\n]\s*)(?:[-–•*|]\s*)?{_GONE}(?:\s*[.,;:!|–-])+(?!\d)"), rf"\1{_GONE}"),
    (re.compile(rf"<(p|li|div|h[1-6]|dd)\b[^<>]*>\s*{_GONE}\s*</\1\s*>", re.I), _GONE),
    (re.compile(rf"(?:,|(?<!\w);)?[^\S\n]*{_GONE}(?=\s*(?:[.,;)\]\n]|</|$))"), ""),
    (re.compile(rf"(^|[\s(\[>]){_GONE}[^\S\n]*"), r"\1"),
    (re.compile(_GONE), ""),
)
_SAYS = re.compile(r"[^\W_]")


def scrub(text: str, keep: Collection[str] = ()) -> str:
    """The text (plain or HTML) without e-mail addresses and telephone numbers.

    Removed: addresses, also obfuscated (``nom [at] asso.fr``, entities, full-width signs) and inside ``mailto:`` links;
    French telephone numbers, overseas and ``+33`` forms, foreign ones that start with ``+``, ``tel:`` links. What stood
    around them (empty parentheses, ``Tél. :``, double spaces) is tidied. SIRET, ISBN, DOI, dates, sums, postcodes and
    coordinates are left.

    Args:
        keep: functional addresses that the source declared, lower case; only their plain form is kept.
    """
    out = _ENTITY.sub(_reveal, text) if "&" in text else text
    lower = out.lower()
    if _holds(lower, _SCHEMES):
        out = _LINK.sub(lambda match: match[0] if _address(match) in keep else _GONE, out)
    if _holds(lower, _SIGNS):
        out = _MAIL.sub(lambda match: match[0] if match[0].lower() in keep else _GONE, _HIDDEN.sub("", out))
    if _DIGITS.search(out):
        out = _PHONE.sub(_without_phone, out)
    if _GONE not in out:
        return out
    for pattern, replacement in _TIDY:
        out = pattern.sub(replacement, out)
    return out.strip() if _SAYS.search(out) else ""


def _holds(text: str, signs: Mapping[str, tuple[str, ...]]) -> bool:
    return any(first in text and any(sign in text for sign in rest) for first, rest in signs.items())


def _reveal(match: re.Match[str]) -> str:
    char = unescape(match[0].rstrip(";") + ";")
    return char if char in _REVEALED else match[0]


def _address(match: re.Match[str]) -> str:
    return unquote(match["a"] or match["b"] or match["c"] or match["d"] or "").partition("?")[0].strip().lower()


def _without_phone(match: re.Match[str]) -> str:
    number = match[0]
    if match["foreign"]:
        sure = sum(map(str.isdigit, number)) > 7 and not _DECIMAL_OR_SUM.fullmatch(number.lstrip("(+ \xa0"))
        return _GONE if sure else number
    if match["bare"]:
        return number if _DECLARED.search(match.string, max(0, match.start() - 16), match.start()) else _GONE
    if not match["pairs"]:
        return _GONE
    pairs = list(_PAIR.finditer(match["pairs"]))
    if len(pairs) > 4 and all(a[2] < b[2] for a, b in pairwise(pairs)):  # departments: 01 03 07 15 26 38
        return number
    first, second, third, _ = (pair[1].strip() for pair in pairs[:4])
    if first == third != second:  # opening hours: 08.00-12.00 13.30-17.30
        return number
    return _GONE + _PHONE.sub(_without_phone, match["pairs"][pairs[3].end() :])
