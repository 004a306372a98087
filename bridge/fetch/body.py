"""Bodies of answers, decompressed under a cap (RFC 9110, 8.4: gzip and deflate)."""

from __future__ import annotations

import zlib

from bridge.fetch import trouble

RATIO = 100
"""Beyond this expansion (and 1 MiB), a compressed body is a bomb: text of partners shrinks 5 to 30 times."""
_ALWAYS_ALLOWED = 1 << 20
_MEMBERS = 16
_ZLIB_OR_GZIP = 47
_RAW_DEFLATE = -15


def inflate(data: bytes, encoding: str, host: str, limit: int, cut: bool = False) -> bytes:
    """The body as it was before ``Content-Encoding``.

    Args:
        data: what came over the wire.
        encoding: value of ``Content-Encoding``.
        host: for the sentence of an error.
        limit: octets that the result may have.
        cut: keep what fits instead of refusing; a body cut on the way is then good too.

    Raises:
        FetchError: another encoding, damaged, truncated, too large, or a bomb.
    """
    codings = [coding for coding in encoding.lower().replace(" ", "").split(",") if coding not in ("", "identity")]
    if not codings or not data:
        return data
    if len(codings) > 1 or codings[0] not in ("gzip", "x-gzip", "deflate"):
        raise trouble.bad_encoding(host, encoding)
    cap = min(limit, max(_ALWAYS_ALLOWED, RATIO * len(data)))
    # Servers send deflate both with its zlib header, as the standard has it, and without.
    wrapped = data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
    window = _ZLIB_OR_GZIP if wrapped or codings[0] != "deflate" else _RAW_DEFLATE
    out = b""
    for _ in range(_MEMBERS):
        stream = zlib.decompressobj(window)
        try:
            out += stream.decompress(data, cap + 1 - len(out))
        except zlib.error as error:
            raise trouble.bad_encoding(host, encoding) from error
        if cut and (len(out) > cap or not stream.eof):
            return out[:limit]
        if len(out) > cap:
            raise trouble.too_large(host, limit) if cap == limit else trouble.bomb(host, RATIO)
        if not stream.eof:
            raise trouble.truncated(host)
        data = stream.unused_data
        if not data.startswith(b"\x1f\x8b"):
            return out
    raise trouble.bad_encoding(host, encoding)
