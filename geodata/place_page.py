"""Every setting of ``place.toml`` on one page, written from the models that check it: ``docs/place.md``.

Descriptions are those of the models' docstrings, kinds and defaults those of their fields, so that the page says what
is checked. ``python -m geodata.place_page`` writes it anew; a test holds the page to this.
"""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from geodata.place import Place

PAGE = Path("docs/place.md")
HIDDEN = ("path", "base")
OF_PLACE = {
    "funnel": "stages from all assets to shareable offices, in the place of those that come with onetown",
    "names": 'names of segments: the key is the proposed name, or level and number such as `"sub 3"`',
    "assumptions": "prices, space standards and rates that replace the defaults; each result lists those it used",
    "teams": "who works where: a table with the column `team_id`, organisation, asset, service and staff",
    "notes": "notes from interviews: a table with `note` and one of `oa_code`, `segment`, `locality`",
    "postcodes": "table of postcodes with eastings and northings, such as the ONS Postcode Directory",
}
HEAD = """# Every setting of place.toml

A setting that is not here is refused, and the nearest that is here named. Paths are relative to `[place] data`. Of all
sections only `[place]` is needed, with a name. Start a file with `onetown new`. (This page is written from the program
itself: `python -m geodata.place_page`.)
"""
TABLE = ("| setting | kind | default | what it is |", "|---|---|---|---|")
NONE = "none"
WORDS = {str: "text", int: "whole number", float: "number", bool: "true or false", Path: "path"}


def place_page() -> str:
    """Return the page in Markdown."""
    parts = [HEAD]
    plain = []
    for name, field in Place.model_fields.items():
        models = models_in(field.annotation)
        if name in HIDDEN:
            continue
        if models and name not in OF_PLACE:
            parts += [_section(name, model, many=_is_list(field)) for model in models[:1]]
        else:
            plain.append(f"- `{_title(name, many=_is_list(field))}`: {OF_PLACE[name]}{_keys(models)}.")
    return "\n".join([*parts, "## Others\n", *plain]) + "\n"


def _keys(models: list[type[BaseModel]]) -> str:
    return "".join(f" (`{key}`)" for model in models for key in model.model_fields)


def _title(name: str, *, many: bool) -> str:
    return f"[[{name}]]" if many else f"[{name}]"


def _is_list(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is tuple


def _section(name: str, model: type[BaseModel], *, many: bool) -> str:
    """Return one section, and below it the tables that stand within it."""
    lines = [f"## `{_title(name, many=many)}`\n", f"{summary_of(model)}\n", *TABLE]
    told, inner = parameters_of(model), []
    for key, field in model.model_fields.items():
        lines.append(f"| `{key}` | {kind_of(field.annotation)} | {_default(field)} | {told.get(key, '')} |")
        inner += [_section(f"{name}.{key}", one, many=_is_list(field)) for one in models_in(field.annotation)]
    return "\n".join([*lines, "", *inner])


def summary_of(model: type[BaseModel]) -> str:
    """Return the first paragraphs of a model's docstring, in one line, without the section's own name."""
    text = inspect.getdoc(model) or ""
    before = re.split(r"\n(?:Parameters|Attributes)\n-+\n", text)[0]
    said = " ".join(before.split()).replace("``", "`")
    said = re.sub(r"^(?:One )?`[^`]*`(?: entry)?(?: of place\.toml)?: ", "", said)
    return said[:1].upper() + said[1:]


def parameters_of(model: type[BaseModel]) -> dict[str, str]:
    """Return what a model's docstring says of each of its fields.

    Examples
    --------
    >>> from geodata.place_people import WiderBase
    >>> parameters_of(WiderBase)["name"]
    'What sentences call it.'
    """
    told: dict[str, str] = {}
    together: dict[tuple[str, ...], str] = {}
    names: list[str] = []
    _, _, rest = (inspect.getdoc(model) or "").partition("Parameters\n----------\n")
    for line in rest.splitlines():
        if line.startswith("    ") and names:
            for name in names:
                told[name] = f"{told.get(name, '')} {line.strip()}".strip().replace("``", "`").replace("|", "\\|")
            together[tuple(names)] = told[names[0]]
        elif line.strip():
            names = [name.strip() for name in line.split(",")]
    return told | {name: said for names, text in together.items() for name, said in _each(names, text).items()}


def _each(names: Sequence[str], text: str) -> dict[str, str]:
    """Return what a text says of each of several fields: part by part where it has as many, else all of it.

    Examples
    --------
    >>> _each(["detour", "speed"], "The way; how fast."), _each(["old", "new"], "Headings.")
    ({'detour': 'The way.', 'speed': 'How fast.'}, {'old': 'Headings.', 'new': 'Headings.'})
    """
    parts = text.rstrip(".").split("; ")
    if len(parts) != len(names) or len(names) == 1:
        return dict.fromkeys(names, text)
    return {name: f"{part[:1].upper()}{part[1:]}." for name, part in zip(names, parts, strict=True)}


def models_in(annotation: object) -> list[type[BaseModel]]:
    """Return the models that a field's kind names, at any depth."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in models_in(part)]


def kind_of(annotation: object) -> str:  # noqa: PLR0911 - one answer for each kind
    """Return the kind of a setting in words.

    Examples
    --------
    >>> kind_of(float | None), kind_of(tuple[str, ...]), kind_of(Literal["a", "b"]), kind_of(dict[str, float])
    ('number', 'list of text', '`a` or `b`', 'table: text = number')
    """
    origin, args = get_origin(annotation), [part for part in get_args(annotation) if part is not type(None)]
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in args)
    if origin in (Union, types.UnionType):
        return ", or ".join(dict.fromkeys(kind_of(part) for part in args))
    if origin is tuple:
        return f"list of {kind_of(args[0])}"
    if origin is dict:
        return f"table: {kind_of(args[0])} = {kind_of(args[1])}"
    if origin is not None:  # a number or text with a limit
        return kind_of(args[0])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "table"
    return next((word for kind, word in WORDS.items() if kind is annotation), getattr(annotation, "__name__", "value"))


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**needed**"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, BaseModel) or value is None or value in ((), {}, ""):
        return NONE
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`[{', '.join(repr(one) for one in value)}]`".replace("'", '"')
    return f'`"{value}"`' if isinstance(value, str) else f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


if __name__ == "__main__":
    PAGE.write_text(place_page(), encoding="utf-8")
