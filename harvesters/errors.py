"""Every typed error of a harvest on one page. The message is a sentence for an administrator: what, where, what to do."""


class HarvestError(Exception):
    """Ends a run, and is shown with it. `advice` says what to do."""

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


class FetchError(HarvestError):
    """The bytes did not come: bad address, no answer, an error status, too large, too slow."""

    def __init__(self, message: str, *, advice: str = "", status: int | None = None, response: object = None) -> None:
        super().__init__(message, advice=advice)
        self.status = status  # of the HTTP answer, None when there was none
        self.response = response  # what came with an error status (a protocol.Response), None when that was not read


class RefusedAddress(FetchError):
    """The address, or one that it led to, is not one that we ask: not http(s), or not public."""


class Cancelled(HarvestError):
    """Somebody asked this run to stop."""


class SourceError(HarvestError):
    """The bytes came, but are not what this kind of source sends."""


class BadOptions(SourceError):
    """An option of the source (`option` is its name) cannot be what it is set to; the message says why."""

    def __init__(self, option: str, message: str, *, advice: str = "") -> None:
        super().__init__(message, advice=advice or f"Change the option {option} of the source.")
        self.option = option


class ProtocolError(SourceError):
    """The source says no in the words of its own protocol, whatever the HTTP status."""


class ExpiredToken(ProtocolError):
    """The source no longer knows the place in the list that we ask for: start the list again (OAI-PMH badResumptionToken)."""


class RecordError(Exception):
    """One record cannot be read; becomes a `Failure`. The run goes on."""
