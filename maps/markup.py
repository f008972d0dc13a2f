"""An HTML page taken apart: its elements, where they stand and what text is in them. Nothing in it is run.

The standard library's parser does the reading; this room keeps the tree, because most questions about a page are about
an element and what stands around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from html.entities import html5
from html.parser import HTMLParser

VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
RAW = frozenset({"script", "style"})
DEEPEST = 512  # elements inside one another; deeper ones stand side by side, as in browsers
_CELLS, _TERMS = frozenset({"td", "th"}), frozenset({"dt", "dd"})
_BLOCKS = ("p", "h1", "h2", "h3", "h4", "h5", "h6", "div", "ul", "ol", "dl", "table", "section", "footer", "form", "hr")
IMPLIED: dict[str, frozenset[str]] = {  # a start that ends the innermost element, if it is one of these
    **dict.fromkeys(_BLOCKS, frozenset({"p"})), "li": frozenset({"li"}), "option": frozenset({"option"}),
    "td": _CELLS, "th": _CELLS, "tr": _CELLS | {"tr"}, "dt": _TERMS, "dd": _TERMS,
}  # fmt: skip
UNSHOWN = frozenset({"script", "style", "template", "noscript", "head"})


@dataclass(slots=True, eq=False)
class Element:
    """One element of a page.

    Parameters
    ----------
    tag
        Its name in small letters.
    attributes
        By name in small letters; an attribute without a value has "".
    line
        Line of the file on which it begins.
    parent
        The element around it, None for the page itself.
    children
        Elements inside, in their order.
    pieces
        Text and elements directly inside, in their order.
    """

    tag: str
    attributes: dict[str, str]
    line: int
    parent: Element | None = None
    children: list[Element] = field(default_factory=list)
    pieces: list[str | Element] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        """Yield this element and all inside it, as they stand in the file."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting.extend(reversed(element.children))

    def around(self) -> Iterator[Element]:
        """Yield this element and those around it, the innermost first."""
        element: Element | None = self
        while element is not None:
            yield element
            element = element.parent

    def content(self) -> str:
        """Return the text directly inside, as it stands in the file: the source of a script or style."""
        return "".join(piece for piece in self.pieces if isinstance(piece, str))

    def text(self) -> str:
        """Return all text inside that a reader sees or hears, in one line; pictures speak by their ``alt``."""
        parts: list[str] = []
        waiting: list[str | Element] = [self]
        while waiting:
            piece = waiting.pop()
            if isinstance(piece, str):
                parts.append(unescape(piece))
            elif piece.tag not in UNSHOWN:
                parts.append(piece.attributes.get("alt", "") + " ")
                waiting.extend(reversed(piece.pieces))
        return " ".join("".join(parts).split())

    @property
    def hidden(self) -> bool:
        """Whether it is kept from readers until a script shows it, or from those who listen altogether."""
        return any(
            "hidden" in one.attributes
            or one.tag in UNSHOWN
            or one.attributes.get("aria-hidden") == "true"
            or (one.tag == "dialog" and "open" not in one.attributes)
            for one in self.around()
        )


@dataclass(frozen=True, slots=True, eq=False)
class Markup:
    """A page.

    Parameters
    ----------
    root
        Holds the whole page; has no tag of its own.
    loose
        Line and text of every ``<`` or ``&`` that stands in running text without being escaped.
    """

    root: Element
    loose: tuple[tuple[int, str], ...]

    def all(self, *tags: str) -> list[Element]:
        """Return the elements of these names, or all elements, as they stand in the file."""
        return [one for one in self.root.walk() if one.tag and (not tags or one.tag in tags)]


def read_markup(text: str) -> Markup:
    """Take a page apart.

    Examples
    --------
    >>> page = read_markup('<p>One <b>town</b><br> &amp; more</p> a < b')
    >>> [one.tag for one in page.all()], page.all("p")[0].text(), page.loose
    (['p', 'b', 'br'], 'One town & more', ((1, 'a <'),))
    """
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return Markup(reader.root, tuple(reader.loose))


class _Reader(HTMLParser):
    """Builds the tree; an end without a beginning is passed over, as browsers do."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.root = Element("", {}, 1)
        self.open = [self.root]
        self.loose: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while self.open[-1].tag in IMPLIED.get(tag, ()):
            self.open.pop()
        attributes = {name: value or "" for name, value in reversed(attrs)}  # of two equal names the first counts
        element = Element(tag, attributes, self.getpos()[0], self.open[-1])
        self.open[-1].children.append(element)
        self.open[-1].pieces.append(element)
        if tag not in VOID and (len(self.open) < DEEPEST or tag in RAW):
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self.open[-1].tag == tag and not self.open[-1].pieces:
            self.open.pop()  # it has just been opened

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self.open) - 1, 0, -1):
            if self.open[depth].tag == tag:
                del self.open[depth:]
                return

    def handle_data(self, data: str) -> None:
        self.open[-1].pieces.append(data)
        if self.open[-1].tag not in RAW and ("<" in data or "&" in data):
            self.loose.append((self.getpos()[0], self._nearby(data)))

    def _nearby(self, data: str) -> str:
        """Return the loose sign with a little of the text before it."""
        before = "".join(piece for piece in self.open[-1].pieces[-3:-1] if isinstance(piece, str))
        return " ".join((before[-20:] + data[:40]).split())

    def handle_entityref(self, name: str) -> None:
        self.open[-1].pieces.append(f"&{name};")
        if f"{name};" not in html5 and name not in html5:
            self.loose.append((self.getpos()[0], f"&{name}"))

    def handle_charref(self, name: str) -> None:
        self.open[-1].pieces.append(f"&#{name};")
