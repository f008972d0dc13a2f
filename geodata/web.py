"""Ask public services politely: one question at a time, with pauses, patience and limits.

A question that fails in passing is asked again, after a wait that doubles and varies by chance from a seed, or for as
long as the service says. A proxy is taken from the environment (``HTTPS_PROXY``, ``NO_PROXY``). A key goes to the
service only: not into messages, files or records.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from types import TracebackType
from urllib.parse import urlencode

import httpx

from geodata.errors import SourceError

Say = Callable[[str], None]
Check = Callable[[bytes], object]
_AGENT = "onetown (planning of public buildings)"
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class BadAnswerError(Exception):
    """An answer that is not what it should be.

    Parameters
    ----------
    reason
        What is wrong, as the end of "the service ...".
    again
        Whether asking again may help.
    """

    def __init__(self, reason: str, *, again: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again


@dataclass(frozen=True, slots=True)
class Manners:
    """How patient and how polite we are.

    Parameters
    ----------
    tries
        Times that one question is asked before we give up.
    pause_seconds
        Least time between two questions.
    backoff_seconds
        First wait after a failure; it doubles with each, and up to half of it is added by chance.
    longest_wait_seconds
        Longest wait, also where the service asks for more.
    timeout_seconds
        Longest silence of the service.
    answer_seconds
        Longest time for one answer, however it trickles.
    largest_bytes
        Largest answer.
    seed
        Seed of the waits.
    """

    tries: int = 5
    pause_seconds: float = 0.2
    backoff_seconds: float = 1.0
    longest_wait_seconds: float = 120.0
    timeout_seconds: float = 60.0
    answer_seconds: float = 900.0
    largest_bytes: int = 300_000_000
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """One question to a service.

    Parameters
    ----------
    url
        Address without parameters.
    parameters
        What is asked; part of the cache's record.
    secret
        Parameters that are sent and never shown or kept.
    post
        Send the parameters in the body: addresses are limited in length.
    """

    url: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    secret: Mapping[str, str] = field(default_factory=dict)
    post: bool = False

    @property
    def shown(self) -> str:
        """The question as it may be written down: without the key."""
        query = urlencode(sorted(self.parameters.items()))
        return f"{'POST' if self.post else 'GET'} {self.url}{'?' if query else ''}{query}"

    @property
    def host(self) -> str:
        """The host asked, for messages."""
        return httpx.URL(self.url).host


class Web:
    """A connection that keeps our manners; a context manager.

    Parameters
    ----------
    manners
        See :class:`Manners`.
    say
        Told when we wait and why.
    sleep
        How to wait (seconds); a test need not.
    """

    def __init__(
        self, manners: Manners = Manners(), *, say: Say = lambda _: None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._manners = manners
        self._say = say
        self._sleep = sleep
        self._chance = random.Random(manners.seed)  # noqa: S311 - waits, not secrets
        self._last = -float("inf")
        self._client = httpx.Client(
            timeout=manners.timeout_seconds, follow_redirects=True, headers={"User-Agent": _AGENT}, trust_env=True
        )
        self.asked = 0

    def __enter__(self) -> Web:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def ask(self, question: Question, *, check: Check, what: str) -> bytes:
        """Return the answer to a question, once it passes the check.

        Parameters
        ----------
        question
            What to ask.
        check
            Raises :class:`BadAnswerError` where the answer is not what it should be.
        what
            What is asked for, in words, for messages.

        Raises
        ------
        SourceError
            There was no good answer, with the last reason and what to do.
        """
        for attempt in range(1, self._manners.tries + 1):
            wait: float | None = None
            try:
                content = self._once(question)
                check(content)
            except _Refused as refusal:
                reason, again, wait = str(refusal), refusal.status in _AGAIN, refusal.wait
            except BadAnswerError as bad:
                reason, again = bad.reason, bad.again
            except httpx.HTTPError as error:
                reason, again = _in_words(error), True
            else:
                return content
            if not again or attempt == self._manners.tries:
                tried = "" if attempt == 1 else f" ({attempt} tries)"
                raise SourceError(f"{what}: {question.host} {reason}{tried}. {_remedy(again=again)}")
            self._wait(attempt, wait, f"{what}: {question.host} {reason}")
        raise AssertionError("unreachable")

    def _once(self, question: Question) -> bytes:
        """Ask once and return the whole answer within our limits."""
        self._pause()
        values = {**question.parameters, **question.secret}
        sent = {"data": values} if question.post else {"params": values}
        deadline = time.monotonic() + self._manners.answer_seconds
        self.asked += 1
        with self._client.stream("POST" if question.post else "GET", question.url, **sent) as answer:  # type: ignore[arg-type]
            if answer.status_code != httpx.codes.OK:
                raise _Refused(answer.status_code, _retry_after(answer.headers.get("Retry-After")))
            parts, size = [], 0
            for part in answer.iter_bytes():
                parts.append(part)
                size += len(part)
                if size > self._manners.largest_bytes:
                    raise BadAnswerError(
                        f"sends more than {self._manners.largest_bytes / 1e6:,.0f} MB, which we do not take",
                        again=False,
                    )
                if time.monotonic() > deadline:
                    raise BadAnswerError(f"did not end its answer in {self._manners.answer_seconds:,.0f} seconds")
        return b"".join(parts)

    def _pause(self) -> None:
        """Wait until our last question is long enough ago."""
        early = self._last + self._manners.pause_seconds - time.monotonic()
        if early > 0:
            self._sleep(early)
        self._last = time.monotonic()

    def _wait(self, attempt: int, asked_for: float | None, why: str) -> None:
        doubled = self._manners.backoff_seconds * 2 ** (attempt - 1)
        seconds = doubled * (1 + 0.5 * self._chance.random()) if asked_for is None else asked_for
        seconds = min(seconds, self._manners.longest_wait_seconds)
        self._say(f"  {why}; asking again in {seconds:.0f} s")
        self._sleep(seconds)


class _Refused(Exception):  # noqa: N818 - caught in this room only
    def __init__(self, status: int, wait: float | None) -> None:
        super().__init__(f"answered with status {status}")
        self.status = status
        self.wait = wait


def is_web_page(content: bytes) -> bool:
    """Return True where an answer is a web page, such as a log-in page or an error page.

    Examples
    --------
    >>> is_web_page(b" <!DOCTYPE html><title>Sorry</title>"), is_web_page(b"GEOGRAPHY_CODE,OBS_VALUE")
    (True, False)
    """
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:100].lower()
    return start.startswith((b"<!doctype", b"<html", b"<head", b"<body", b"<?xml"))


def _in_words(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.ConnectError | httpx.ProxyError):
        return "cannot be reached"
    if isinstance(error, httpx.TimeoutException):
        return "is too slow to answer"
    if isinstance(error, httpx.TooManyRedirects):
        return "sends us round in a circle"
    return "broke off in the middle of its answer"


def _remedy(*, again: bool) -> str:
    if again:
        return (
            "What came so far is kept: run the same command again later and it goes on from there. "
            "Behind a proxy, set HTTPS_PROXY."
        )
    return "If the service was renamed, put the new name in a catalogue of your own (--catalogue FILE)."


def _retry_after(said: str | None) -> float | None:
    """Return the seconds that a service asks us to wait, or None where it does not say."""
    if said is None:
        return None
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except (TypeError, ValueError):
        return None
