"""A table of UPRNs places rows without coordinates and checks the others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from geodata.uprns import UprnTable
from tests.estate.conftest import ReadList

TABLE = UprnTable(
    np.array([5, 7, 100012345678]), np.array([400_050, 400_150, 400_250], "f4"), np.array([300_050] * 3, "f4")
)


def test_rows_without_coordinates_stand_at_their_uprn(read_list: ReadList) -> None:
    """Before the postcode, which is coarser; unknown UPRNs stay without a place."""
    rows = [["Name", "UPRN", "Easting", "Northing"], ["Hall", "100012345678", "", ""],
            ["Depot", "100012345679", "", ""], ["Library", "100012345678", 400_255, 300_055]]  # fmt: skip
    one = read_list(rows, uprns=TABLE)
    assert one.accepted["placed_by"].tolist() == ["uprn", "coordinates"]
    assert one.accepted.geometry.x.tolist() == [400_250, 400_255]
    assert one.set_aside["rule"].tolist() == ["no_place"]


def test_a_point_far_from_its_uprn_is_asked_about(read_list: ReadList) -> None:
    """Either may be wrong: the row stays, both are named."""
    one = read_list([["Name", "UPRN", "Easting", "Northing"], ["Hall", "100012345678", 403_250, 300_050]], uprns=TABLE)
    asked = [fault for fault in one.faults if fault.rule == "far_from_uprn"]
    assert asked[0].message == "The point '403250, 300050' lies 3.0 km from the point of its UPRN 100012345678."
    assert "400250,300050" in asked[0].remedy
    assert len(one.accepted) == 1


def test_the_command_takes_the_table(tmp_path: Path) -> None:
    """`onetown check --uprns` and `[place] uprns` mean the same."""
    from estate.load import load_register  # noqa: PLC0415
    from geodata.load import load_uprns  # noqa: PLC0415
    from maps.study import list_place  # noqa: PLC0415

    (tmp_path / "u.csv").write_text("UPRN,X_COORDINATE,Y_COORDINATE\n100012345678,400250,300050\n", encoding="utf-8")
    pd.DataFrame({"Name": ["Hall"], "UPRN": ["100012345678"]}).to_csv(tmp_path / "a.csv", index=False)
    place = list_place([str(tmp_path / "a.csv")], organisation="X", uprns=tmp_path / "u.csv")
    assert place.inputs()[-1] == str(tmp_path / "u.csv")
    assert load_register(place, uprns=load_uprns(place)).assets.geometry.x.tolist() == [400_250]
