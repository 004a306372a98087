"""The arguments of a request: read, or refused with all that is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from bridge.oai.model import DAYS, SECONDS

_NAME = r"[A-Za-z0-9_.!~*'()-]+"
_PREFIX = re.compile(_NAME)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?")
_SET = re.compile(rf"{_NAME}(?::{_NAME})*")


class Verb(NamedTuple):
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


_SELECTION = ("from", "until", "set", "resumptionToken")
VERBS = {
    "Identify": Verb(),
    "ListMetadataFormats": Verb((), ("identifier",)),
    "ListSets": Verb((), ("resumptionToken",)),
    "GetRecord": Verb(("identifier", "metadataPrefix")),
    "ListIdentifiers": Verb(("metadataPrefix",), _SELECTION),
    "ListRecords": Verb(("metadataPrefix",), _SELECTION),
}


def read(
    arguments: Sequence[tuple[str, str]], granularity: str = SECONDS
) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The arguments by name, ``verb`` first, and all that is wrong with them: (OAI code, what a person reads)."""
    verbs = [value for name, value in arguments if name == "verb"]
    if len(verbs) != 1 or verbs[0] not in VERBS:
        expected = f"L'argument « verb » est attendu une fois, parmi : {', '.join(VERBS)}."
        return {}, [("badVerb", expected)]
    verb = VERBS[verbs[0]]
    values = {"verb": verbs[0]}
    wrong = []
    for name, value in arguments:
        if name not in verb.required and name not in verb.optional and name != "verb":
            wrong.append(f"« {name[:80]} » n'est pas un argument de {verbs[0]}.")
        elif name in values and name != "verb":
            wrong.append(f"L'argument « {name} » est répété.")
        values.setdefault(name, value)
    if "resumptionToken" in verb.optional and "resumptionToken" in values:
        if len(values) > 2:
            wrong.append("« resumptionToken » ne s'accompagne d'aucun autre argument.")
    else:
        wrong += [f"L'argument « {name} » manque." for name in verb.required if name not in values]
    for name, legal in (("metadataPrefix", _PREFIX), ("set", _SET)):
        if name in values and legal.fullmatch(values[name]) is None:
            wrong.append(f"« {name} » contient des caractères interdits.")
    dates = [values[name] for name in ("from", "until") if name in values]
    wrong += [f"« {d[:40]} » n'est ni une date AAAA-MM-JJ, ni AAAA-MM-JJThh:mm:ssZ." for d in dates if not is_date(d)]
    if granularity == DAYS and any(len(date) > len(DAYS) for date in dates):
        wrong.append("Cet entrepôt date au jour près : AAAA-MM-JJ.")
    if len({len(date) for date in dates}) > 1:
        wrong.append("« from » et « until » doivent avoir la même précision.")
    elif len(dates) == 2 and dates[0] > dates[1]:
        wrong.append("« from » est après « until ».")
    return values, [("badArgument", message) for message in dict.fromkeys(wrong)]


def is_date(text: str) -> bool:
    """Whether a text is a UTC date or instant as the protocol writes them."""
    if not _DATE.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
