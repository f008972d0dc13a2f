"""The basics of access that a page's source shows: language, title, headings, names of pictures, fields and buttons.

Ten rules of WCAG 2.2 that can be decided without a browser. A page that passes can still be hard to use: colours,
focus and keyboard want a browser and a person.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from maps.markup import Element, Markup

FIELDS = frozenset({"input", "select", "textarea"})
NAMED_BY_VALUE = frozenset({"submit", "reset", "button", "image"})
_SCALE = re.compile(r"maximum-scale\s*=\s*([\d.]+)")

Found = Iterator[tuple[int, str]]


def access_faults(page: Markup) -> Found:
    """Yield line and sentence of every fault of access, in the order of the file where there is one."""
    yield from _whole(page)
    yield from _headings(page)
    yield from _pictures(page)
    yield from _fields(page)
    yield from _controls(page)
    yield from _tables(page)
    yield from _references(page)


def _whole(page: Markup) -> Found:
    for html in page.all("html")[:1] or [page.root]:
        if not html.attributes.get("lang", "").strip():
            yield html.line, "the page does not say its language (html lang)"
    titles = [one for one in page.all("title") if one.parent is None or one.parent.tag != "svg"]
    if not any(one.content().strip() for one in titles):
        yield 1, "the page has no title"
    for meta in page.all("meta"):
        content = meta.attributes.get("content", "").lower().replace(" ", "")
        largest = _SCALE.search(content)
        if meta.attributes.get("name") == "viewport" and (
            "user-scalable=no" in content or "user-scalable=0" in content or (largest and float(largest[1]) < 5)
        ):
            yield meta.line, "the page forbids enlarging (viewport)"


def _headings(page: Markup) -> Found:
    headings = [one for one in page.all("h1", "h2", "h3", "h4", "h5", "h6") if not one.hidden]
    if not any(one.tag == "h1" for one in headings):
        yield 1, "the page has no main heading (h1)"
    before = 0
    for heading in headings:
        level = int(heading.tag[1])
        if not heading.text():
            yield heading.line, f"a heading ({heading.tag}) is empty"
        if level > before + 1 and before:
            yield heading.line, f"headings skip from h{before} to h{level}: '{heading.text()[:40]}'"
        before = level


def _pictures(page: Markup) -> Found:
    for picture in page.all("img", "area"):
        if "alt" not in picture.attributes and not picture.hidden and not _label(picture):
            yield picture.line, f"a picture ({picture.tag}) has no alternative text"
    for picture in page.all("svg", "canvas"):
        titled = any(one.tag == "title" and one.content().strip() for one in picture.children)
        inside = any("role" in one.attributes for one in picture.around() if one is not picture)
        if not (picture.hidden or _label(picture) or titled or inside):
            yield picture.line, f"a picture ({picture.tag}) has no name (role and aria-label)"
    for frame in page.all("iframe"):
        if not (frame.hidden or _label(frame)):
            yield frame.line, "a frame has no title"


def _fields(page: Markup) -> Found:
    labelled = {one.attributes.get("for", "") for one in page.all("label") if one.text()}
    for entry in page.all(*FIELDS):
        kind = entry.attributes.get("type", "text").lower()
        if kind == "hidden" or kind in NAMED_BY_VALUE or entry.hidden:
            continue
        inside = any(one.tag == "label" for one in entry.around())
        if not (inside or _label(entry) or entry.attributes.get("id", " ") in labelled):
            yield entry.line, f"a field ({entry.tag}) has no label"


def _controls(page: Markup) -> Found:
    for control in page.all("button", "a", "summary"):
        if control.hidden or (control.tag == "a" and "href" not in control.attributes):
            continue
        if not (control.text() or _label(control) or any(_label(one) for one in control.walk())):
            yield control.line, f"a {'link' if control.tag == 'a' else 'button'} has no name"
    for element in page.all():
        order = element.attributes.get("tabindex", "")
        if order.strip().isdigit() and int(order) > 0:
            yield element.line, f"'{element.tag}' jumps the order of the Tab key (tabindex {order.strip()})"


def _tables(page: Markup) -> Found:
    for table in page.all("table"):
        if table.hidden or table.attributes.get("role") in {"presentation", "none"}:
            continue
        heads = [one for one in table.walk() if one.tag == "th"]
        if not heads:
            yield table.line, "a table has no column headings (th)"
        elif any(not (head.text() or _label(head) or head.hidden) for head in heads):
            yield table.line, "a table has an empty heading"


def _references(page: Markup) -> Found:
    known = Counter(one.attributes["id"] for one in page.all() if "id" in one.attributes)
    for name, times in known.items():
        if times > 1:
            yield 1, f"{times} elements have the same id '{name}'"
    for element in (one for one in page.all() if not one.hidden):
        for attribute in ("aria-labelledby", "aria-describedby", "aria-controls", "for"):
            for name in element.attributes.get(attribute, "").split():
                if name not in known:
                    yield element.line, f"'{element.tag}' points at '{name}', which is not there ({attribute})"


def _label(element: Element) -> bool:
    """Return whether attributes give an element a name."""
    return any(element.attributes.get(name, "").strip() for name in ("aria-label", "aria-labelledby", "title"))
