"""Text as people write it -> text as we keep it: folding, HTML, lists, addresses. Pure functions on ``str``.

Personal data is removed by ``scrub``, which lives in ``bridge.meaning.personal``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from unicodedata import is_normalized, normalize
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import nh3

from bridge.meaning.mending import mend
from bridge.meaning.personal import scrub

__all__ = ["clean", "clean_url", "fold", "plain", "safe_html", "scrub", "split_list", "summarise"]

# Letters that Unicode does not decompose, and the typographic signs that keyboards do not have.
_PLAIN_LETTERS = {
    **{"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss", "ẞ": "ss", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l"},
    **{"đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "ı": "i", "№": "n°", "º": "°", "⁄": "/"},
    **dict.fromkeys("‘’‚‛ʼ`´′＇", "'"),
    **dict.fromkeys("“”„‟«»″＂", '"'),
    **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f", ""),
}
# An expression and not str.translate, which looks every letter of a text up.
_NOT_PLAIN = re.compile(f"[{''.join(_PLAIN_LETTERS)}]")
_MARKS = re.compile(r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe00-\ufe0f\ufe20-\ufe2f]")


@lru_cache(maxsize=1 << 14)
def fold(text: str) -> str:
    """The text as it is compared: no case, accent, ligature, typographic sign or repeated space.

    ``"  L’Œuvre  d’Été "`` -> ``"l'oeuvre d'ete"``. Folding twice changes nothing.
    """
    if not text.isascii():
        text = _letters(_MARKS.sub("", normalize("NFKD", _letters(text))))
    return " ".join(text.casefold().replace("`", "'").split())


def _letters(text: str) -> str:
    return text if text.isascii() else _NOT_PLAIN.sub(lambda match: _PLAIN_LETTERS[match[0]], text)


# Forbidden by XML 1.0 (production Char), and the invisible characters that word processors leave or that deceive.
_UNWANTED = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
    "|[\x7f-\x9f\u00ad\u200b\u2060\ufeff]"
    "|[\u202a-\u202e\u2066-\u2069]"  # they turn the direction of what follows, on our page too
)


def clean(text: str) -> str:
    """One line, NFC, without the characters that XML 1.0 forbids; every white space is one plain space."""
    # Of white spaces only the plain one is printable: most texts need nothing.
    if not text.isprintable() or "  " in text or text[:1] == " " or text[-1:] == " ":
        text = " ".join(text.split())
        if not text.isprintable():
            text = " ".join(_UNWANTED.sub("", text).split())
    return text if text.isascii() or is_normalized("NFC", text) else normalize("NFC", text)


_BLOCKS = (
    "address|article|aside|blockquote|body|br|caption|center|d[dlt]|details|div|fieldset|figcaption|figure|footer|form"
    "|h[1-6r]|header|li|main|nav|ol|option|p|pre|section|summary|t(?:able|body|foot|head|r)|ul"
)
_BLOCK = re.compile(rf"</?(?:{_BLOCKS})(?=[\s/>])", re.I)
# Every alternative either stops at the next "<" or swallows to the end: linear on hostile input.
_MARKUP = re.compile(
    r"<(?P<raw>script|style|iframe|noscript|noembed|title)(?=[\s/>]).*?(?:</(?P=raw)\s*>|\Z)"
    r"|<!--.*?(?:-->|\Z)|<!\[CDATA\[|\]\]>|<![a-z][^<>]*>|<\?[^<>]*>"
    r"|</?[a-z][\w-]*(?::[a-z][\w-]*)?(?=[\s/>])(?:(?:[^'\"<>]|\"[^\"]*\"|'[^']*')*+>|[^<>]*>)",
    re.I | re.S,
)
_KNOWN_TAG = re.compile(rf"</?(?:a|b|i|u|em|strong|span|sup|sub|img|script|td|th|{_BLOCKS})(?=[\s/>])", re.I)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_CELL = re.compile(r"<t[dh](?=[\s/>])", re.I)


def plain(html: str) -> str:
    """HTML, escaped HTML or mere text -> text; each block is a line, empty lines are dropped.

    Entities must end with ``;`` (``?a=1&section=2`` is left alone) and are decoded once more when the source escaped
    twice. ``<`` that opens no tag stays. A text without blocks keeps its own lines. Letters that were decoded wrongly
    are put right, shortcodes are dropped (``mending``).
    """
    return _plain(mend(html))


def _plain(html: str) -> str:
    if "&" not in html and "<" not in html:
        return _lines(html)
    if "<" not in html:
        html = _decode(html)
    if "<" in html:
        if _BLOCK.search(html):
            html = " ".join(html.split())
        html = _MARKUP.sub(_break, html)
    if "&" in html:
        html = _decode(html)
        if "<" in html and _KNOWN_TAG.search(html):
            html = _MARKUP.sub(_break, html)
        if "&" in html:
            html = _decode(html)
    return _lines(html)


def _break(match: re.Match[str]) -> str:
    tag = match[0]
    return "\n" if _BLOCK.match(tag) else " " if _CELL.match(tag) else ""


def _decode(text: str) -> str:
    return mend(_ENTITY.sub(lambda match: unescape(match[0]), text))


def _lines(text: str) -> str:
    lines = text.splitlines()
    return clean(text) if len(lines) < 2 else "\n".join(filter(None, map(clean, lines)))


_TAGS = {
    *(
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "caption",
        "cite",
        "code",
        "dd",
        "del",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
    ),
    *(
        "h2",
        "h3",
        "h4",
        "h5",
        "hr",
        "i",
        "ins",
        "li",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    ),
}
_ATTRIBUTES: dict[str, set[str]] = {
    "*": set(),
    "a": {"href"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_DROPPED = {"script", "style", "iframe", "noscript", "title", "template", "svg", "math", "select", "textarea", "object"}
_RENAMED = re.compile(
    r"<(/?)(?:(h1)|(h6)|address|article|aside|center|details|fieldset|footer|form|header|main|nav|section|summary)"
    r"(?=[\s/>])",
    re.I,
)


def safe_html(html: str, base: str = "") -> str:
    """HTML that may be shown on our page: an allow-list of tags, no style, class, script, image or form.

    Links become absolute http(s) addresses (relative to ``base``) with ``rel="noopener noreferrer"``; other links lose
    their address. ``h1`` becomes ``h2``, because the page has its own.
    """
    if not html:
        return ""
    html = mend(html)
    if not html.replace("\n", "").isprintable():
        html = _UNWANTED.sub("", html)
    html = _RENAMED.sub(lambda match: f"<{match[1]}{'h2' if match[2] else 'h5' if match[3] else 'div'}", html)
    return nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_DROPPED,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer",
        attribute_filter=lambda tag, name, value: (clean_url(value, base) or None) if name == "href" else value,
    ).strip()


_FULL_STOP = re.compile(r"[.!?…]+(?: ?[\"»)])*(?=\s+[^\s\Wa-zà-ÿ_]|\s+[«\"(–-])")
_LAST_WORD = re.compile(r"\w*$")
_ABBREVIATIONS = {
    *("al", "art", "av", "bd", "cf", "chap", "coll", "dir", "dr", "ed", "éd", "env", "ex", "fig", "hab"),
    *("mm", "mme", "mlle", "nb", "no", "st", "ste", "tél", "vol"),
}
_ELLIPSIS = re.compile(r"\s*[\[(](?:…|\.{3})[\])]\s*$")


def summarise(text: str, limit: int = 500) -> str:
    """At most ``limit`` characters on one line: cut at the end of a sentence, else after a word followed by ``…``.

    A final ``[…]`` left by a CMS becomes ``…``.
    """
    start = clean(text[: 2 * limit])  # all that counts of a long text, unless it is full of white space
    text = start if len(start) > limit + 2 else clean(text)
    if text.endswith(("]", ")")):
        text = _ELLIPSIS.sub("…", text)
    if len(text) <= limit:
        return text
    for match in reversed(list(_FULL_STOP.finditer(text, limit // 3, limit + 2))):
        word = _LAST_WORD.findall(text, match.start() - 12, match.start())[0]
        # neither an initial (A. Martin) nor an abbreviation (cf. Lyon)
        sure = match[0][0] != "." or (len(word) > 1 and word.lower() not in _ABBREVIATIONS)
        if sure and match.end() <= limit:
            return text[: match.end()]
    head = text[: limit - 1]
    if text[limit - 1] != " " and " " in head:
        head = head.rpartition(" ")[0]
    return head.rstrip(" ,;:.-–(«") + "…"


_STRONG = re.compile(r"[;|\n\r]")
_COMMA = re.compile(r",(?!\d)|(?<!\d),")
_CODES = re.compile(r"\d+(?:,\d+){2,}")
_BULLET = re.compile(r"^[-–•*·▪]\s+")


def split_list(text: str) -> tuple[str, ...]:
    """The items of a list written in one field, in their order, each once.

    ``;``, ``|`` and line ends separate; a comma does when there are none of these and the pieces are short enough not
    to be a sentence. Nothing is split inside parentheses, nor in a decimal number.
    """
    hidden = _hide_parentheses(text) if "(" in text else text
    if _STRONG.search(hidden):
        cuts = [match.span() for match in _STRONG.finditer(hidden)]
    elif _CODES.fullmatch(hidden.strip()):
        cuts = [match.span() for match in re.finditer(",", hidden)]
    else:
        cuts = [match.span() for match in _COMMA.finditer(hidden)]
        if cuts and not all(len(piece) <= 60 and piece.count(" ") <= 7 for piece in _pieces(text, cuts)):
            cuts = []
    return tuple(dict.fromkeys(filter(None, (_BULLET.sub("", clean(piece)) for piece in _pieces(text, cuts)))))


def _pieces(text: str, cuts: list[tuple[int, int]]) -> list[str]:
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(text)]
    return [text[start:end].strip() for start, end in zip(starts, ends, strict=True)]


def _hide_parentheses(text: str) -> str:
    """The same length of text, with what balanced parentheses hold replaced by spaces."""
    if text.count("(") != text.count(")"):
        return text
    depth = 0
    out = []
    for char in text:
        depth += (char == "(") - (char == ")")
        out.append(" " if depth > 0 else char)
    return "".join(out)


_TRACKING = re.compile(
    r"(?:utm_|mtm_|pk_|piwik_|matomo_|mc_|at_(?:medium|campaign|custom|format|creation))\w*"
    r"|(?:fb|g|dc|y|ms|tw|gb|w)cl(?:id|kid|src|aid)|xtor|igshid|mkt_tok|_ga|_gl|_hsenc|_hsmi|phpsessid|jsessionid",
    re.I,
)
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?\.?|\[[0-9a-f:.]+\]")
_STRAY_PERCENT = re.compile(r"%(?![0-9a-fA-F]{2})")
# Addresses that all the work below would leave as they are: most of them.
_AS_IT_SHOULD = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
    r"/(?:[\w./~!$&'()*+,;:@=-]|%[0-9A-Fa-f]{2})*(?:\?(?:[\w./~!$&'()*+,;:@=?-]|%[0-9A-Fa-f]{2})+)?",
    re.ASCII,
)
_ABSOLUTE = re.compile("https?://[^/?#]", re.I)
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f\u200b\ufeff]")
MAX_URL = 2048


@lru_cache(maxsize=1 << 11)
def clean_url(url: str, base: str = "") -> str:
    """An absolute http(s) address, or ``""`` when ``url`` is not one (``javascript:``, ``mailto:``, ``file:``...).

    Credentials, default ports, tracking parameters and anchors go; a fragment that is a route (``#/…``, ``#!…``) stays.
    Spaces and letters outside ASCII are percent-encoded (RFC 3986); international host names become Punycode.
    """
    if len(url) <= MAX_URL and _AS_IT_SHOULD.fullmatch(url):
        query = url.partition("?")[2]
        if not query or not ("&amp;" in query or _TRACKING.search(query)):
            return url
    url = _INVISIBLE.sub("", url).strip().replace("&amp;", "&")
    if not url or len(url) > MAX_URL:
        return ""
    if url[:4].lower() == "www.":
        url = "https://" + url
    elif url.startswith("//") and not base:
        url = "https:" + url
    try:
        parts = urlsplit(url if _ABSOLUTE.match(url) else urljoin(base, url))
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode() if parts.hostname else ""
    except ValueError:  # what urllib and the idna codec raise for an address that cannot be one
        return ""
    if parts.scheme not in ("http", "https"):
        return ""
    host = f"[{host}]" if ":" in host else host
    if not _HOST.fullmatch(host):
        return ""
    if port and port != (443 if parts.scheme == "https" else 80):
        host = f"{host}:{port}"
    query = "&".join(piece for piece in parts.query.split("&") if not _TRACKING.fullmatch(piece.partition("=")[0]))
    fragment = parts.fragment if parts.fragment[:1] in ("/", "!") else ""
    return urlunsplit((parts.scheme, host, _percent(parts.path) or "/", _percent(query), _percent(fragment)))


def _percent(part: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", part), safe="/%:@!$&'()*+,;=~?")
