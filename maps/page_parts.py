"""What every map page is put together from: our scripts and styles, Leaflet, the template and the policy.

Leaflet and the page's own scripts are a third of a megabyte as text and a quarter of that packed. They enter the page
gzipped in letters, in script elements of a type that no browser runs; the one script that stands as text, the loader,
unpacks them and puts them where a browser runs them. The content-security policy names the loader and each unpacked
script and style by checksum, so packing opens no door. Why: docs/decisions/0043.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, Template
from markupsafe import Markup

from maps.inert import packed_bytes

# The page's own scripts, in the order in which they need one another.
SCRIPTS = ("text", "decode", "coverage", "store", "swipe", "larger", "unsure", "places", "areas", "paint", "columns",
           "left", "glyphs", "signs", "sites", "clusters", "moves", "pairs", "notes", "overlay", "options", "years",
           "compare", "legend", "panel", "search", "rows", "table", "surfaces", "base", "picture", "tools", "address",
           "start")  # fmt: skip
STYLES = ("page", "panel", "print")
FIRST_STYLE = "main { visibility: hidden }"  # until the loader has put the styles in place; page.css shows it
IMAGES = ("layers.png", "layers-2x.png", "marker-icon.png")


def page_html(facts: Mapping[str, Any], *, data: Mapping[str, str], layers: str, script: str, host: str) -> str:
    """Return the whole page.

    Parameters
    ----------
    facts
        Title, subtitle, attribution, notes and so on, as plain text: the template escapes it.
    data
        Inert JSON by the name of its layer.
    layers, script
        HTML and script of folium layers that the caller added; empty for none.
    host
        The one host that the page may ask for pictures, or empty.
    """
    own = script.strip()
    scripts = [_leaflet_script(), _page_script(), *([own] if own else [])]
    style = "\n".join([_leaflet_style(), *(_page_file(f"{name}.css") for name in STYLES)])
    loader = _loader()
    text: str = _template().render(
        **facts,
        policy=policy([loader, *scripts], [FIRST_STYLE, style], host),
        first_style=Markup(FIRST_STYLE),  # noqa: S704
        style=_packed(style),
        loader=Markup(loader),  # noqa: S704 - ours, from the package
        scripts=[_packed(one) for one in scripts],
        data={name: Markup(value) for name, value in sorted(data.items())},  # noqa: S704 - escaped JSON
        layers=Markup(layers),  # noqa: S704 - of folium layers the caller added
    )
    return text


def policy(scripts: Sequence[str], styles: Sequence[str], host: str = "") -> str:
    """Return the content-security policy that lets exactly these scripts and styles work."""

    def sources(texts: Sequence[str]) -> str:
        digests = (base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii") for text in texts)
        return " ".join(f"'sha256-{digest}'" for digest in digests)

    return (
        f"default-src 'none'; script-src {sources(scripts)}; style-src {sources(styles)}; "
        f"img-src data: blob:{' ' + host if host else ''}; connect-src 'none'; base-uri 'none'; form-action 'none'"
    )


@cache
def _packed(text: str) -> str:
    """Return a script or style as letters; none of them means anything in HTML."""
    return packed_bytes(text.encode("utf-8"))


@cache
def _template() -> Template:
    """Return the template of the page; everything it is given is escaped unless it is Markup."""
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(_page_file("page.html"))


@cache
def _page_file(name: str) -> str:
    """Return a file of ``page/``. Line ends are as the browser will see them: checksums depend on it."""
    return _unix((files("maps") / "page" / name).read_text(encoding="utf-8"))


def _unix(text: str) -> str:
    """Return text with line feeds only."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


@cache
def _page_script() -> str:
    """Return the page's own scripts as one."""
    return "\n".join(_page_file(f"{name}.js") for name in SCRIPTS)


def _vendored(name: str) -> bytes:
    """Return a file of ``vendor/`` as it was published."""
    return (files("maps") / "vendor" / name).read_bytes()


@cache
def _loader() -> str:
    """Return the script that stands as text, under the licence of Leaflet, which asks to be with every copy."""
    licence = _unix(_vendored("leaflet-LICENSE.txt").decode("utf-8")).strip()
    return f"/* This page holds Leaflet, packed:\n\n{licence}\n*/\n{_page_file('loader.js')}"


@cache
def _leaflet_script() -> str:
    """Return Leaflet without the pointer to a source map, which a browser might ask for."""
    return _unix(_vendored("leaflet.js").decode("utf-8")).split("//# sourceMappingURL")[0].strip()


@cache
def _leaflet_style() -> str:
    """Return Leaflet's style sheet with its pictures inside."""
    style = _unix(_vendored("leaflet.css").decode("utf-8"))
    for name in IMAGES:
        style = style.replace(f"url(images/{name})", f"url({_data_address(name)})")
    return style


def _data_address(name: str) -> str:
    """Return a picture as a data address."""
    return "data:image/png;base64," + base64.b64encode(_vendored(f"images/{name}")).decode("ascii")
