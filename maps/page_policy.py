"""What a page may ask for and run: its content-security policy, its scripts, and the addresses it would load.

The policy is the last line of defence: a browser that follows it runs no script whose checksum it does not name,
whatever a name in the data tries. A page that needs no network says so in its policy, and its scripts then cannot ask.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

from maps.inert import unpacked_bytes
from maps.markup import Element, Markup, read_markup

BASE_MAP = "onetown-base-map"  # the meta element in which a page says that a base map was asked for
RUNNING = frozenset({"", "module", "text/javascript", "application/javascript", "text/ecmascript"})
LOADING: dict[str, frozenset[str] | None] = {  # None: of any element
    "src": None, "srcset": None, "poster": None, "background": None, "data": frozenset({"object"}), "ping": None,
    "imagesrcset": None, "action": None, "formaction": None, "manifest": None, "archive": None,
    "code": frozenset({"applet"}),
}  # fmt: skip
LOADING_LINKS = frozenset(
    ["stylesheet", "icon", "preload", "prefetch", "modulepreload", "preconnect", "dns-prefetch", "manifest"]
)
DRAWN_BY_ADDRESS = frozenset({"use", "image", "feimage", "script"})  # elements of SVG that load what href names
SETS = frozenset({"srcset", "imagesrcset"})
NAMING = frozenset({"importmap", "speculationrules"})  # scripts that hold addresses a browser then loads
UNPACKED = frozenset({"script", "style"})
MOST_UNPACKED = 64_000_000  # bytes of one part
HARMLESS = ("data:", "blob:", "#", "about:")
NAMESPACES = ("http://www.w3.org/", "https://www.w3.org/")

_STYLE_ADDRESS = re.compile(
    r"(?:url|src)\(\s*['\"]?([^'\")]*)|@import\s*['\"]([^'\"]*)|image-set\(\s*['\"]([^'\"]*)", re.IGNORECASE
)
_STYLE_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_STYLE_ESCAPE = re.compile(r"\\([0-9a-f]{1,6})\s?", re.IGNORECASE)
_REFRESH = re.compile(r"^[\s\d.]*[;,\s]\s*(?:url\s*=\s*)?['\"]?([^'\"]*)", re.IGNORECASE)
_LITERAL = re.compile(r"""["'`]((?:https?:|wss?:|ftp:)?//[\w.{}$-]+[^"'`\s<>\\]*)""")
_NAMED = re.compile(r"""["']((?:https?:)?//[^"'\s]+)""", re.IGNORECASE)
_CALLS = re.compile(
    r"\b(fetch|importScripts|import|EventSource|WebSocket|sendBeacon|SharedWorker|Worker)\s*\(|\b(XMLHttpRequest)\b"
)


@dataclass(frozen=True, slots=True)
class Policy:
    """A content-security policy.

    Parameters
    ----------
    directives
        Sources by directive.
    line
        Line of the file on which it stands.
    """

    directives: dict[str, tuple[str, ...]]
    line: int

    def sources(self, directive: str) -> tuple[str, ...] | None:
        """Return the sources of a directive, those of ``default-src`` where it is not named, None for no limit.

        Examples
        --------
        >>> policy = read_policy("default-src 'none'; img-src data:")
        >>> policy.sources("img-src"), policy.sources("connect-src")
        (('data:',), ("'none'",))
        """
        return self.directives.get(directive, self.directives.get("default-src"))

    def named(self, directive: str, content: str) -> bool:
        """Return whether a directive names this content by its checksum."""
        return checksum(content) in (self.sources(directive) or ())

    def open_to(self) -> list[tuple[str, str]]:
        """Return every directive and source through which the page may ask another host."""
        inert = ("'", "data:", "blob:", "about:")
        found = [(name, source) for name, sources in self.directives.items() for source in sources
                 if name.endswith("-src") and not source.startswith(inert)]  # fmt: skip
        limited = {"script-src", "style-src", "img-src", "connect-src", "font-src", "media-src", "frame-src"}
        return found + [(name, "anything") for name in sorted(limited) if self.sources(name) is None]


def read_policy(text: str, *, line: int = 1) -> Policy:
    """Return a policy from the text of its header or meta element."""
    directives: dict[str, tuple[str, ...]] = {}
    for part in text.split(";"):
        words = part.split()
        if words:
            directives.setdefault(words[0].lower(), tuple(words[1:]))
    return Policy(directives, line)


def policy_of(page: Markup) -> Policy | None:
    """Return the policy of a page, None where it has none."""
    for meta in page.all("meta"):
        if meta.attributes.get("http-equiv", "").lower() == "content-security-policy":
            return read_policy(meta.attributes.get("content", ""), line=meta.line)
    return None


def checksum(content: str) -> str:
    """Return the checksum of a script or style as a policy writes it.

    Examples
    --------
    >>> checksum("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    digest = hashlib.sha256(content.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def unpack_parts(page: Markup) -> Markup:
    """Return a page with the scripts and styles that our loader unpacks as they then stand in it.

    What cannot be unpacked stays as it is: the loader could not unpack it either.
    """
    for element in page.all("script"):
        tag = element.attributes.get("data-packed", "")
        if tag not in UNPACKED or element.attributes.get("type") != "text/plain":
            continue
        try:
            text = unpacked_bytes(element.content(), most=MOST_UNPACKED).decode("utf-8")
        except ValueError:
            continue
        element.tag, element.attributes, element.pieces = tag, {}, [text]
    return page


def running_scripts(page: Markup) -> list[Element]:
    """Return the scripts that a browser would run; data in script elements are not among them."""
    return [one for one in page.all("script") if one.attributes.get("type", "").strip().lower() in RUNNING]


def base_map_of(page: Markup) -> str:
    """Return the address of the base map that was asked for, or an empty string."""
    found = [one.attributes.get("content", "") for one in page.all("meta") if one.attributes.get("name") == BASE_MAP]
    return found[0] if found else ""


def host_of(address: str) -> str:
    """Return scheme and host of an address.

    Examples
    --------
    >>> host_of("https://tile.example.org/{z}/{x}/{y}.png")
    'https://tile.example.org'
    """
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else address


def addresses(page: Markup) -> Iterator[tuple[int, str, str]]:
    """Yield line, place and address of everything the page's elements and styles would load.

    What is in the page itself (``data:``, ``blob:``, ``#part``) is not an address; a link to follow is not loading.
    """
    for element in page.all():
        for name, address in _of_element(element):
            if address and not address.lower().startswith(HARMLESS):
                yield element.line, f"{element.tag} {name}", address
        styles = element.content() if element.tag == "style" else element.attributes.get("style", "")
        for found in _STYLE_ADDRESS.finditer(_plain_style(styles)):
            address = next(part for part in found.groups() if part is not None).strip()
            if address and not address.lower().startswith(HARMLESS):
                yield element.line, "style" if element.tag == "style" else f"{element.tag} style", address


def _plain_style(text: str) -> str:
    r"""Return a style without comments and with its escapes as the letters they stand for.

    Examples
    --------
    >>> _plain_style(r"a { background: u\72l(/* b */c.png) }")
    'a { background: url(c.png) }'
    """
    plain = _STYLE_COMMENT.sub("", text)
    return _STYLE_ESCAPE.sub(lambda code: chr(min(int(code[1], 16), 0x10FFFF)), plain)


def _of_element(element: Element) -> Iterator[tuple[str, str]]:
    """Yield the attributes of an element that load something, and what."""
    for name, value in element.attributes.items():
        wanted = LOADING.get(name, frozenset())
        if wanted is None or element.tag in wanted:
            several = [part.split()[0] for part in value.split(",") if part.split()] if name in SETS else [value]
            yield from ((name, one.strip()) for one in several)
    href = (element.attributes.get("href") or element.attributes.get("xlink:href") or "").strip()
    relations = set(element.attributes.get("rel", "").lower().split())
    if element.tag in DRAWN_BY_ADDRESS or (element.tag == "link" and relations & LOADING_LINKS):
        yield "href", href
    if element.tag == "meta" and element.attributes.get("http-equiv", "").lower() == "refresh":
        found = _REFRESH.match(unescape(element.attributes.get("content", "")))
        yield "refresh", found[1].strip() if found else ""
    if element.tag == "base":
        yield "href", href
    if element.tag == "script" and element.attributes.get("type", "").lower() in NAMING:
        yield from (("addresses", one) for one in _NAMED.findall(element.content()))
    if element.tag == "iframe" and "srcdoc" in element.attributes:
        inside = read_markup(unescape(element.attributes["srcdoc"]))
        yield from ((place, address) for _, place, address in addresses(inside))


def asked_by_script(script: Element, policy: Policy | None) -> Iterator[tuple[str, str]]:
    """Yield what a script could ask of the network that the policy of its page does not forbid.

    Yields
    ------
    tuple
        A word for the way, and the address or the call.
    """
    open_to = None if policy is None else {source for _, source in policy.open_to()}
    for found in _LITERAL.finditer(script.content()) if open_to is None or open_to else ():
        if not found[1].startswith(NAMESPACES) and (open_to is None or _lets(open_to, found[1])):
            yield "address", found[1]
    if policy is None or (policy.sources("connect-src") or ()) != ("'none'",):
        for found in _CALLS.finditer(script.content()):
            yield "call", f"{found[1] or found[2]}"


def _lets(sources: set[str], address: str) -> bool:
    """Return whether one of the sources of a policy lets a page ask for an address.

    Examples
    --------
    >>> _lets({"https://a.example"}, "https://a.example/b.png"), _lets({"https://a.example"}, "https://c.example")
    (True, False)
    """
    wide = {"anything", "*", "http:", "https:", "ws:", "wss:"}
    return bool(sources & wide) or any("*" in source or host_of(address) == host_of(source) for source in sources)
