"""The page of all settings is what the models say, and says something of each."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from geodata.place import Place
from geodata.place_page import HIDDEN, OF_PLACE, models_in, parameters_of, place_page

ROOT = Path(__file__).parents[2]


def sections(model: type[BaseModel]) -> list[type[BaseModel]]:
    """Return every model below one."""
    inner = [one for field in model.model_fields.values() for one in models_in(field.annotation)]
    return [*inner, *(deeper for one in inner for deeper in sections(one))]


def test_the_page_is_what_the_models_say() -> None:
    """A setting that changes without its page is found here: python -m geodata.place_page."""
    assert (ROOT / "docs" / "place.md").read_text(encoding="utf-8") == place_page()


@pytest.mark.parametrize("model", sorted(set(sections(Place)), key=lambda model: model.__name__))
def test_every_setting_is_described(model: type[BaseModel]) -> None:
    """Someone who has never seen the program writes a place.toml from this page."""
    told = parameters_of(model)
    assert [key for key in model.model_fields if not told.get(key)] == []


def test_every_section_stands_on_the_page_and_the_readme_names_it() -> None:
    """None is left out, and the page can be found."""
    page = place_page()
    names = [name for name in Place.model_fields if name not in HIDDEN]
    assert [name for name in names if f"`[{name}]`" not in page and f"`[[{name}]]`" not in page] == []
    assert set(OF_PLACE) <= set(names)
    assert "docs/place.md" in (ROOT / "README.md").read_text(encoding="utf-8")
