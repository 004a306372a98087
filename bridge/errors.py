"""Errors as people read them: one plain French sentence, what was expected, what to do.

The original exception is always kept as ``__cause__`` (``raise … from error``).
"""


class BridgeError(Exception):
    """Anything that a person must be told. ``str(error)`` is what is shown.

    Args:
        message: what happened and what was expected, one sentence.
        remedy: what to do about it, one sentence; may be empty.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class ConfigError(BridgeError):
    """The configuration (``partageons.toml`` or the environment) cannot be used."""


class FetchError(BridgeError):
    """An address could not be fetched.

    Attributes:
        status: the HTTP status, or None when nothing answered.
        body: the beginning of what a refusal (4xx) says, of what was sent also a failure (5xx), for the reader that
            understands it; empty otherwise.
        wait: seconds that the server asked to wait (``Retry-After``) before it is sent anything again, or None.
    """

    def __init__(
        self,
        message: str,
        remedy: str = "",
        status: int | None = None,
        body: bytes = b"",
        wait: float | None = None,
    ) -> None:
        super().__init__(message, remedy)
        self.status = status
        self.body = body
        self.wait = wait


class ReadError(BridgeError):
    """What a site answered is not what its kind of source answers."""


class MappingError(BridgeError):
    """A mapping file cannot be used: file, line or key, what was expected."""


class WriteError(BridgeError):
    """A record cannot be written in a format."""


class StoreError(BridgeError):
    """The database or the index cannot be used."""


class BusyError(StoreError):
    """Another process is writing to the index; what was to be done will be done later."""
