"""The service's log, on standard error: lines for people, or one JSON object a line for what gathers them.

What is told of a request or a partner is chosen where it is told; secrets that slip into a text are masked here, as a
last net.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import TextIO

FORMATS = ("text", "json")
LEVELS = ("debug", "info", "warning", "error")

Value = str | int | float | bool

_FIELDS = "event_fields"
_MASKS = (
    (re.compile(r"whsec_[\w+/=-]+"), "whsec_…"),
    # A header as it is sent, or as a mapping is printed; a scheme may precede the credentials.
    (
        re.compile(r"""(?i)((?:proxy-)?authorization|cookie)(['"]?\s*[:=]\s*['"]?)[^'"\r\n,}]+"""),
        r"\1\2…",
    ),
    (re.compile(r"(?i)\b(basic|bearer)\s+[\w.~+/=-]{6,}"), r"\1 …"),
    # The name and password of an address.
    (re.compile(r"(?<=://)[^\s/@'\"]+@"), "…@"),
)


def set_up(format: str = "text", level: str = "info", stream: TextIO | None = None) -> None:
    """Settle how this process logs: everything goes to ``stream`` (standard error), nothing elsewhere."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Json() if format == "json" else Text())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Libraries tell addresses that are asked, with their queries; below a warning they are nobody's business.
    for name in ("urllib3", "werkzeug", "granian", "_granian"):
        logging.getLogger(name).setLevel(logging.WARNING)


def event(log: logging.Logger, name: str, level: int = logging.INFO, /, **fields: Value) -> None:
    """Log something that happened: ``event(log, "visit", source="parc", seen=12, seconds=0.8)``.

    Fields are identifiers, counts and durations (seconds): never what a partner or a visitor wrote.
    """
    if log.isEnabledFor(level):
        log.log(level, name, extra={_FIELDS: fields}, stacklevel=2)


def masked(text: str) -> str:
    """The text without what looks like a key, credentials, or the password of an address."""
    for pattern, shown in _MASKS:
        text = pattern.sub(shown, text)
    return text


class Text(logging.Formatter):
    """``2026-11-01T10:00:00Z INFO partageons visit source=parc seen=12``. Control characters are shown as escapes, so
    that no text can forge a line."""

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {key}={_plain(value)}" for key, value in _fields(record).items())
        line = f"{_at(record)} {record.levelname} {record.name} {_one_line(record.getMessage())}{fields}"
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        return masked("\n    ".join([line, *trace.splitlines()]))


class Json(logging.Formatter):
    """One object a line: ``time``, ``level``, ``logger``, ``message``, the fields of an event, ``trace``."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Value] = {
            "time": _at(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        told = {**_fields(record), **told}
        if record.exc_info:
            told["trace"] = self.formatException(record.exc_info)
        hidden = {key: masked(value) if isinstance(value, str) else value for key, value in told.items()}
        return json.dumps(hidden, ensure_ascii=False)


def _at(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _fields(record: logging.LogRecord) -> dict[str, Value]:
    fields: dict[str, Value] = getattr(record, _FIELDS, {})
    return {key: round(value, 3) if isinstance(value, float) else value for key, value in fields.items()}


def _plain(value: Value) -> str:
    text = masked(_one_line(str(value)))  # before quotes are escaped
    return json.dumps(text, ensure_ascii=False) if re.search(r'[\s"=]', text) or not text else text


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
