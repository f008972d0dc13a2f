"""place.toml is checked whole before anything else happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from geodata.errors import DataError, SourceError
from geodata.place import read_place

SMALL = '[place]\nname = "Smalltown"\n'


def _write(folder: Path, text: str) -> Path:
    path = folder / "place.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_small_place_has_the_published_defaults(tmp_path: Path) -> None:
    """Derbyshire's 4 super clusters and 18 sub-clusters stand where nothing is said."""
    place = read_place(_write(tmp_path, SMALL))
    assert (place.segments.super, place.segments.sub, place.options.horizon_years) == (4, 18, 10)


def test_paths_follow_the_data_folder_and_its_override(tmp_path: Path) -> None:
    """A partner keeps the data elsewhere and says so once."""
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "p.csv").write_text("pcd\n")
    path = _write(tmp_path, SMALL + 'data = "nowhere"\n[postcodes]\nfile = "p.csv"\n')
    assert read_place(path, data=other).find("p.csv") == other / "p.csv"


def test_unknown_settings_are_all_named_with_the_likely_word(tmp_path: Path) -> None:
    """Two slips are told in one go."""
    path = _write(tmp_path, SMALL + "[segments]\nsupper = 4\n[travel]\nmode = 'fly'\n")
    with pytest.raises(
        DataError, match=r"'segments\.supper' is not a setting\. Did you mean 'super'\?.*travel\.mode.*fly"
    ):
        read_place(path)


def test_missing_name_is_named(tmp_path: Path) -> None:
    """A place without a name cannot be titled."""
    with pytest.raises(DataError, match=r"'place\.name' is missing"):
        read_place(_write(tmp_path, "[place]\nvintage = 2021\n"))


def test_missing_file_says_so(tmp_path: Path) -> None:
    """No traceback for a path that does not exist."""
    with pytest.raises(SourceError, match="there is no such file"):
        read_place(tmp_path / "absent.toml")


def test_folder_is_not_a_place_file(tmp_path: Path) -> None:
    """The folder's place.toml was meant."""
    with pytest.raises(SourceError, match=r"is a folder\. Name the place\.toml in it"):
        read_place(tmp_path)


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    """The line number comes with the sentence."""
    with pytest.raises(SourceError, match=r"not valid TOML.*line 2"):
        read_place(_write(tmp_path, "[place]\nname = Derbyshire\n"))


def test_not_text_is_refused(tmp_path: Path) -> None:
    """A workbook named place.toml is told apart."""
    path = tmp_path / "place.toml"
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(SourceError, match="plain UTF-8"):
        read_place(path)


def test_all_absent_files_are_named_at_once(tmp_path: Path) -> None:
    """One run tells every wrong path, and how to point at another folder."""
    text = SMALL + '[census]\ncounts = "a.parquet"\n[boundaries]\nareas = "b.gpkg"\n'
    with pytest.raises(SourceError, match=r"these 2 files do not exist.*'a\.parquet', 'b\.gpkg'.*--data"):
        read_place(_write(tmp_path, text))


def test_body_named_twice_is_refused(tmp_path: Path) -> None:
    """Two entries of one body would count its buildings twice; one entry may hold several files."""
    (tmp_path / "a.csv").write_text("x\n")
    entry = '[[assets]]\nfile = "a.csv"\norganisation = "{}"\n'
    path = _write(tmp_path, SMALL + entry.format("The Council") + entry.format("the  council"))
    with pytest.raises(DataError, match=r"named twice, in \[\[assets\]\] entries 1 and 2.*files ="):
        read_place(path)


def test_entry_without_file_is_refused(tmp_path: Path) -> None:
    """An entry that names no file is a slip, not an empty list."""
    with pytest.raises(DataError, match="entry 1 names no file"):
        read_place(_write(tmp_path, SMALL + '[[assets]]\norganisation = "Council"\n'))
