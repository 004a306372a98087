"""Letters that a machine spoilt, put right only when there is no doubt, and the codes that a CMS left in a text.

Pure functions on ``str``. ``é`` read as Windows-1252 while it was UTF-8 is ``Ã©``; ``œ`` and ``€`` of ISO 8859-15 read
as ISO 8859-1 are ``½`` and ``¤``; what Windows-1252 has between 0x80 and 0x9F are control characters elsewhere.
"""

from __future__ import annotations

import re

# What stands for each byte from 0x80 to 0xBF in Windows-1252; the five that it leaves empty are controls.
_BYTES = {byte: bytes((byte,)).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xC0)}
_FROM = {char: byte for byte, char in _BYTES.items()} | {chr(byte): byte for byte in range(0x80, 0x100)}
_TAIL = "".join(re.escape(char) for char in {*_BYTES.values(), *map(chr, range(0x80, 0xC0))})
# Only what French texts are made of: é and the like, œ Œ Š š Ž ž Ÿ, typographic signs, €, ™, byte order mark, emoji.
_TWICE = re.compile(
    rf"Ã[{_TAIL}]|Â[\xa0-\xbf]|Å[\x92\x93\xa0\xa1\xb8\xbd\xbe’“]|â(?:[\x80€][{_TAIL}]|[\x82‚]¬|[\x84„]¢|[\x88ˆ]’)"
    rf"|ï»¿|ð[\x9fŸ][{_TAIL}][{_TAIL}]"
)
_UNSURE = frozenset(("Ã»", "Ã«", "Â«", "Â»", "Ã\xa0"))
"""What a text in capitals may hold before a quotation mark or a space (« AMANHÃ »)."""
_LEADS = ("Ã", "Â", "â€", "â\x80", "Å", "ï»¿", "ðŸ", "ð\x9f", "â‚¬")
_TIMES = 3  # a text may have gone through several such machines

_CONTROLS = re.compile("[\x80-\x84\x86-\x9f]")
_LATIN_9 = (
    (re.compile(r"(?<=[^\W\d_])½(?=[^\W\d_])|(?<![\w/])½(?=uvr|ufs?\b|il\b|dème|sophag|nolog|cumén|strog)"), "œ"),
    (re.compile(r"(?<=[^\W\d_])¼(?=[^\W\d_])|(?<![\w/])¼(?=uvr|ufs?\b|il\b|UVR|UFS?\b|IL\b|dème|nolog)"), "Œ"),
    (re.compile(r"(?<=\d)( ?[kKM]?)¤|(?<=\d)([\xa0\u202f])¤"), r"\1\2€"),
)

# [vc_row el_class="x"], [/vc_row], [gallery ids="1,2"]: a name that a CMS gives to what a page is made of.
_NAMES = (
    r"(?:vc|et_pb|fusion|av|mk|cs|tatsu|nectar|us|dt|wpv|su|elementor|wpforms|ninja|contact-form|caldera)[_-][\w-]{1,40}"
    r"|caption|gallery|embed|playlist|audio|video|wp_caption|button|spacer|divider|toc|google_map|rev_slider|metaslider"
    r"|ninja_form|contact-form|formidable|gravityform|mapsmarker|leaflet-map|leaflet-marker|iframe|tabs?|accordion"
    r"|toggle|row|column|section|one_(?:half|third|fourth)(?:_last)?|two_third(?:_last)?|highlight|dropcap"
)
_ATTRIBUTE = (
    r"\s+[\w:-]{1,40}=(?:\"[^\"\[\]]{0,400}\"|'[^'\[\]]{0,400}'|[”″][^”″\[\]]{0,400}[”″]"
    r"|&(?:quot|#8221|#8243);[^&\[\]]{0,400}&(?:quot|#8221|#8243);|[^\s\"'\[\]]{1,200})"
)
_SHORTCODE = re.compile(
    rf"\[/?(?:{_NAMES})(?:{_ATTRIBUTE}){{0,40}}\s*/?\]|\[[a-z][\w-]{{1,40}}(?:{_ATTRIBUTE}){{1,40}}\s*/?\]"
    r"|\[/[a-z][\w-]{1,40}\]",
    re.I,
)


def mend(text: str) -> str:
    """The text with its letters put right and without shortcodes; most texts come back as they are."""
    if "[" in text and "]" in text:
        text = _SHORTCODE.sub("", text)
    if text.isascii():
        return text
    for _ in range(_TIMES):
        if any(lead in text for lead in _LEADS):
            text = _once(text)
    if _CONTROLS.search(text):
        text = _CONTROLS.sub(lambda match: _BYTES[ord(match[0])], text)
    if "½" in text or "¼" in text or "¤" in text:
        for pattern, letter in _LATIN_9:
            text = pattern.sub(letter, text)
    return text


_ALONE = re.compile(r"(?<!\w)Ã(?:\xa0| (?=[a-zà-ÿ]))")


def _once(text: str) -> str:
    text = _ALONE.sub(lambda match: "à" + match[0][1:].strip("\xa0"), text)
    found = set(_TWICE.findall(text))
    if not found or (found <= _UNSURE and not _wholly(text)):
        return text
    return _TWICE.sub(lambda match: bytes(_FROM[char] for char in match[0]).decode(), text)


def _wholly(text: str) -> bool:
    """Whether all that is not ASCII in a text is UTF-8 read as Windows-1252."""
    try:
        bytes(_FROM.get(char, ord(char)) for char in text).decode()
    except ValueError:
        return False
    return True
