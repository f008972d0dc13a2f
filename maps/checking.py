"""Check a page before it is sent: what it asks of the network, what it runs, whose data it shows, whom it shuts out.

Any HTML page can be checked: maps, reports, accounts and portraits of ours, and pages of other makers. The source is
read, nothing is run. A page without a fault can be opened anywhere, offline, by anyone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from geodata.errors import SourceError
from maps.markup import Markup, read_markup
from maps.page_access import access_faults
from maps.page_policy import (
    Policy,
    addresses,
    asked_by_script,
    base_map_of,
    host_of,
    policy_of,
    running_scripts,
    unpack_parts,
)

MOST_MB = 16.0
REMEDIES = {
    "external": "Draw the page with onetown, or put these files inside it: it cannot be read offline and tells other "
    "hosts who looks at it.",
    "size": "Leave layers out or give a larger tolerance: a page of this size is too large to send and slow to open.",
    "attribution": "Say whose data these are and under which licence, in words that can be read on the page.",
    "unescaped": "Do not send this page: text of a file has become part of the page and could act. Draw it anew.",
    "script": "Do not send this page: a script in it is not named by checksum, so another one could run as well.",
    "style": "Draw the page anew: a browser leaves out a style that the policy does not name.",
    "access": "Mend it: readers who listen to the page or use the keyboard cannot use this part.",
}
_CREDIT = re.compile(
    r"©|\(c\)|copyright|licen[cs]e|attribution|contributors|made[ -]up|contains .{3,80} data|\bsources?:", re.IGNORECASE
)
_CREDIT_IN_SCRIPT = re.compile(r"""["']?attribution["']?\s*:\s*["'`]([^"'`]+)""")
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_BRACES = re.compile(r"\{\{.{0,60}?\}\}|\{%.{0,60}?%\}", re.DOTALL)
_RUNS_IN_TEXT = re.compile(r"\(`\s*<[^`]*\$\{[^`]*`")


@dataclass(frozen=True, slots=True)
class PageFault:
    """One thing wrong with a page.

    Parameters
    ----------
    rule
        A key of REMEDIES.
    line
        Line of the file.
    message
        What is wrong, without a full stop.
    """

    rule: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class PageCheck:
    """What was found in one page.

    Parameters
    ----------
    path
        The file.
    bytes
        Its size.
    scripts
        Scripts that a browser would run.
    base_map
        Host of the base map that was asked for, or an empty string.
    faults
        All of them, by rule and then as they stand in the file.
    """

    path: Path
    bytes: int
    scripts: int
    base_map: str
    faults: tuple[PageFault, ...]

    @property
    def ok(self) -> bool:
        """Whether the page has no fault."""
        return not self.faults

    def to_dict(self) -> dict[str, object]:
        """Return plain values, as ``docs/json.md`` shows them."""
        return {
            "path": str(self.path),
            "ok": self.ok,
            "bytes": self.bytes,
            "scripts": self.scripts,
            "base_map": self.base_map,
            "faults": [
                {"rule": one.rule, "line": one.line, "message": one.message, "remedy": REMEDIES[one.rule]}
                for one in self.faults
            ],
        }


def check_page(path: str | Path, *, most_mb: float = MOST_MB) -> PageCheck:
    """Return what is wrong with an HTML file.

    Parameters
    ----------
    path
        The file.
    most_mb
        Largest size (megabytes of a million bytes).

    Raises
    ------
    SourceError
        The file is missing, is a folder, or is no HTML page.
    """
    file = Path(path)
    if file.is_dir():
        raise SourceError(f"{file}: is a folder. Give the name of an HTML file.")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise SourceError(f"{file}: cannot be read ({error.strerror}). Give the name of an HTML file.") from error
    text = content.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    page = unpack_parts(read_markup(text))
    if not page.all("html", "head", "body", "title"):
        raise SourceError(f"{file}: is not an HTML page (no html, head or body in it). Give the name of an HTML file.")
    policy = policy_of(page)
    return PageCheck(
        path=file,
        bytes=len(content),
        scripts=len(running_scripts(page)),
        base_map=host_of(base_map_of(page)) if base_map_of(page) else "",
        faults=tuple(_faults(page, policy, len(content), most_mb)),
    )


def _faults(page: Markup, policy: Policy | None, size: int, most_mb: float) -> Iterator[PageFault]:
    if size > most_mb * 1e6:
        yield PageFault("size", 1, f"the page has {size / 1e6:.1f} MB, more than {most_mb:g} MB")
    yield from (PageFault("external", line, message) for line, message in _external(page, policy))
    yield from (PageFault("script", line, message) for line, message in _scripts(page, policy))
    yield from (PageFault("style", line, message) for line, message in _styles(page, policy))
    yield from (PageFault("unescaped", line, message) for line, message in _unescaped(page))
    if draws_a_map(page) and not _credited(page):
        yield PageFault("attribution", 1, "the page draws a map and does not say whose data it shows")
    yield from (PageFault("access", line, message) for line, message in access_faults(page))


def _external(page: Markup, policy: Policy | None) -> Iterator[tuple[int, str]]:
    """Yield what the page loads from elsewhere, or could: elements, styles, scripts, and gaps of its policy."""
    asked_for = host_of(base_map_of(page)) if base_map_of(page) else None
    for line, place, address in addresses(page):
        yield line, f"{place} loads {shortened(address)}"
    for script in running_scripts(page):
        asked = dict.fromkeys(asked_by_script(script, policy))
        for way, what in asked:
            if asked_for is None or host_of(what) != asked_for:
                yield script.line, f"a script {'names' if way == 'address' else 'calls'} {shortened(what)}"
    for directive, source in [] if policy is None else policy.open_to():
        if (directive, source) != ("img-src", asked_for):
            yield policy.line if policy else 1, f"the policy of the page lets {directive} ask {source}"


def _scripts(page: Markup, policy: Policy | None) -> Iterator[tuple[int, str]]:
    """Yield scripts that may run without being named by checksum."""
    if policy is None:
        yield 1, "the page has no content-security policy, so anything in it may run"
        return
    if {"'unsafe-inline'", "'unsafe-eval'"} & set(policy.sources("script-src") or ()):
        yield policy.line, "the policy lets any script of the page run ('unsafe-inline' or 'unsafe-eval')"
    for script in running_scripts(page):
        if script.line < policy.line:
            yield script.line, "a script stands before the policy, which does not hold for it"
        if "src" not in script.attributes and not policy.named("script-src", script.content()):
            yield script.line, "a script is not named by its checksum in the policy"


def _styles(page: Markup, policy: Policy | None) -> Iterator[tuple[int, str]]:
    """Yield styles that the policy keeps out: the page would not look as it should."""
    sources = None if policy is None else policy.sources("style-src")
    if policy is None or sources is None or "'unsafe-inline'" in sources:
        return
    for style in page.all("style"):
        if not policy.named("style-src", style.content()):
            yield style.line, "a style sheet is not named by its checksum in the policy"
    for element in page.all():
        if "style" in element.attributes:
            yield element.line, f"'{element.tag}' has a style of its own, which the policy keeps out"


def _unescaped(page: Markup) -> Iterator[tuple[int, str]]:
    """Yield signs that text of a file has become part of the page."""
    for line, text in page.loose:
        yield line, f"a sign of HTML stands loose in the text: {shortened(text)}"
    for element in page.all():
        for name, value in element.attributes.items():
            if name.startswith("on"):
                yield element.line, f"'{element.tag}' runs something by itself ({name})"
            if unescape(value).strip().lower().startswith(("javascript:", "vbscript:", "data:text/html")):
                yield element.line, f"'{element.tag}' leads to a script ({name})"
        if element.tag == "script":
            yield from _in_script(element.line, element.attributes.get("type", ""), element.content())
        elif element.tag != "style":
            yield from _in_text(element.line, element.content())


def _in_script(line: int, kind: str, content: str) -> Iterator[tuple[int, str]]:
    if "json" in kind and "<" in content:
        yield line, "data hold a '<' that could end them"
    found = _RUNS_IN_TEXT.search(content)
    if found:
        yield line, f"text with ${{...}} stands where it runs: {shortened(found[0][-60:])}"


def _in_text(line: int, content: str) -> Iterator[tuple[int, str]]:
    text = unescape(content)
    if _UNSEEN.search(text):
        yield line, f"unseen signs turn or break the text: {shortened(_UNSEEN.sub('?', text).strip())}"
    braces = _BRACES.search(text)
    if braces:
        yield line, f"a template was not filled in: {shortened(braces[0])}"


def draws_a_map(page: Markup) -> bool:
    """Return whether a page shows a map, as far as its source tells."""
    for element in page.all():
        names = f"{element.attributes.get('class', '')} {element.attributes.get('id', '')}".split()
        if any(name in {"map", "folium-map", "leaflet-container", "map_onetown"} for name in names):
            return True
    return any("L.map(" in script.content() for script in running_scripts(page))


def _credited(page: Markup) -> bool:
    """Return whether the page says whose data it shows; of ours the line below the map must say so itself."""
    lines = [one for one in page.all("footer") if "credit" in one.attributes.get("class", "").split()]
    if lines:
        return any(one.text() for one in lines)
    shown = _CREDIT.search(page.root.text())
    written = any(_CREDIT_IN_SCRIPT.search(script.content()) for script in running_scripts(page))
    return bool(shown) or written


def shortened(text: str, *, most: int = 90) -> str:
    """Return text in one line, cut where it is long.

    Examples
    --------
    >>> shortened("https://example.org/" + 80 * "x", most=30)
    'https://example.org/xxxxxxxxx…'
    """
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
