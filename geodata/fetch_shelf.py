"""The shelf: an answer from the cache where it is there and whole, else from the service, then kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from geodata.errors import SourceError
from geodata.fetch_cache import Cache, Record
from geodata.web import Question, Web

Read = Callable[[bytes], int]
"""Check an answer and count its rows; raises :class:`~geodata.web.BadAnswerError`."""


class NotKeptError(SourceError):
    """An answer that is not in the cache while we may not ask for it."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who publishes what is asked for, for the records.

    Parameters
    ----------
    source, licence
        Publisher and terms.
    vintage
        Census year.
    """

    source: str
    licence: str
    vintage: int


@dataclass(slots=True)
class Shelf:
    """Where answers are taken from, and what has been taken.

    Parameters
    ----------
    cache
        The folder.
    web
        The connection, or None to use the cache only.
    refresh
        Ask again for what is in the cache.
    now
        The time for the records (UTC); the clock belongs to the caller.
    say
        Told of each answer that comes from a service.
    records
        Of every answer taken, in order.
    n_asked
        Answers that came from a service, not from the cache.
    """

    cache: Cache
    web: Web | None
    refresh: bool = False
    now: str = ""
    say: Callable[[str], None] = lambda _: None
    records: list[Record] = field(default_factory=list)
    n_asked: int = 0

    def take(self, name: str, question: Question, *, read: Read, origin: Origin, what: str, suffix: str) -> bytes:
        """Return the answer to a question, from the cache or from the service.

        Parameters
        ----------
        name
            Its path in the cache, without suffix.
        question
            What is asked.
        read
            Check of the answer, which counts its rows.
        origin
            For the record.
        what
            What is asked for, in words.
        suffix
            Of the file in the cache, such as ``.csv``.

        Raises
        ------
        NotKeptError
            It is not in the cache, or spoiled there, and we may not ask.
        SourceError
            The service gives no good answer.
        """
        kept = self.cache.find(name, question.shown)
        if kept.content is not None and kept.record is not None and not (self.refresh and self.web is not None):
            self.records.append(kept.record)
            return kept.content
        if self.web is None:
            raise NotKeptError(f"{what} ({kept.damaged})" if kept.damaged else what)
        if kept.damaged:
            self.say(f"  {kept.damaged}: asking again")
        return self._fetch(name, question, read=read, origin=origin, what=what, suffix=suffix)

    def _fetch(self, name: str, question: Question, *, read: Read, origin: Origin, what: str, suffix: str) -> bytes:
        if self.web is None:
            raise ValueError("nothing can be fetched without a connection")
        rows = 0

        def check(content: bytes) -> None:
            nonlocal rows
            rows = read(content)

        content = self.web.ask(question, check=check, what=what)
        record = Record(question.shown, origin.source, origin.licence, origin.vintage, "", "", 0, rows, self.now)
        self.records.append(self.cache.keep(name, content, record, suffix=suffix))
        self.n_asked += 1
        return content


@contextmanager
def opened_shelf(
    cache: Cache, *, offline: bool = False, refresh: bool = False, now: str = "", say: Callable[[str], None]
) -> Iterator[Shelf]:
    """Give a shelf, with a connection unless we are offline, and close it.

    Parameters
    ----------
    cache
        The folder of answers.
    offline
        Use the cache only.
    refresh
        Ask again for what is in it.
    now
        The time for the records (UTC).
    say
        Told of waits and damage.
    """
    if offline:
        yield Shelf(cache, None, now=now, say=say)
        return
    with Web(say=say) as web:
        yield Shelf(cache, web, refresh=refresh, now=now, say=say)
