"""The stages of the funnel in a place's own file, and every slip in one."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

from estate.funnel import check_stages, funnel, funnel_rules
from geodata.errors import DataError, SourceError


def write(folder: Path, text: str) -> Path:
    """Write a file of rules."""
    path = folder / "funnel.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_place_names_its_own_stages(tmp_path: Path, town_assets: gpd.GeoDataFrame) -> None:
    """All, then leased offices, then the large ones of these."""
    rules = funnel_rules(
        write(
            tmp_path,
            '[[stage]]\nname = "all"\n[[stage]]\nname = "leased offices"\nuses = ["office"]\ntenures = ["leasehold"]\n'
            '[[stage]]\nname = "large"\nmin_nia_m2 = 300\nstatus_not = ["sold"]\n',
        )
    )
    table = funnel(town_assets.assign(status=""), rules)
    assert table.stage.tolist() == ["all", "leased offices", "large"]
    assert table.n_assets.tolist() == [6, 2, 1]
    assert table.nia_m2.tolist() == [3000.0, 600.0, 400.0]


def test_every_slip_is_told_at_once(tmp_path: Path) -> None:
    """Unknown words come with the nearest known one."""
    path = write(
        tmp_path,
        '[[stage]]\nname = "a"\nuses = ["offise"]\nsize = 4\n[[stage]]\nname = "a"\nmin_nia_m2 = -1\n'
        '[[stage]]\nstatus_not = "sold"\ntenures = ["freehould"]\n',
    )
    with pytest.raises(DataError) as error:
        funnel_rules(path)
    message = str(error.value)
    for part in (
        "Stage 1: 'size' is not known.",
        "Stage 1: 'uses' has 'offise', which is not known. Did you mean 'office'? Known",
        "Stage 2: The name 'a' is taken. Give each stage a name of its own.",
        "Stage 2: 'min_nia_m2' is -1. Write square metres as a number above 0.",
        'Stage 3: It has no name. Add name = "...".',
        "Stage 3: 'status_not' is 'sold'. Write a list of words, such as status_not = [\"in use\"].",
        "Stage 3: 'tenures' has 'freehould', which is not known. Did you mean 'freehold'?",
    ):  # fmt: skip
        assert part in message
    assert len(error.value.faults) == 7


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "no stage is named. Add [[stage]]"), ("[[stages]]\nname = 'a'\n", "'stages' is not known here. Begin every"),
     ("stage = 3\n", "no stage is named"), ("stage = [1]\n", "no stage is named")],
)  # fmt: skip
def test_a_file_without_stages(tmp_path: Path, text: str, said: str) -> None:
    """An empty sieve lets everything through; nobody means that."""
    with pytest.raises(DataError) as error:
        funnel_rules(write(tmp_path, text))
    assert said in str(error.value)


def test_a_file_that_is_no_toml_or_not_there(tmp_path: Path) -> None:
    """One sentence each."""
    with pytest.raises(SourceError, match="is not a TOML file"):
        funnel_rules(write(tmp_path, "stage ="))
    with pytest.raises(SourceError, match=r"cannot be read .*Check the name of the file\."):
        funnel_rules(tmp_path / "absent.toml")
    (tmp_path / "latin.toml").write_bytes(b'name = "caf\xe9"')
    with pytest.raises(SourceError, match="cannot be read"):
        funnel_rules(tmp_path / "latin.toml")


def test_our_own_stages_pass_the_same_check() -> None:
    """The file we ship is written by the rules we ask of others."""
    ours = list(funnel_rules())
    assert check_stages(ours, source="funnel.toml") == tuple(ours)
