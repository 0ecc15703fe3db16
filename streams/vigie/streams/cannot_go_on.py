"""The error that is told to people as it stands."""


class CannotGoOnError(RuntimeError):
    """Ends a worker with a sentence for the person who can act, without a traceback; steps and sinks may raise it."""
