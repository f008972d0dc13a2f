"""``[travel]`` of a ``place.toml``: roads, timetables, and how minutes are reckoned from them."""

from __future__ import annotations

import re
from datetime import date as Date  # noqa: N812 - a setting is called date too
from datetime import time as Time  # noqa: N812
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from geodata.section import Positive, Section, Text
from geodata.travel import Mode

_WINDOW = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


class TravelChoice(Section):
    """``[travel]``: how minutes are reckoned; without roads along the straight line, which is indicative only.

    Parameters
    ----------
    mode
        The mode that the standards of the options are held by.
    modes
        Modes that ``onetown access`` reports on; by default those that the files allow.
    roads
        OpenStreetMap extract (``.osm.pbf``) or GeoPackage of OS Open Roads.
    speeds
        Tab-separated table of speeds by class of road; its rows replace those that come with onetown.
    snap_m
        Areas and buildings further than this (metres) from any road get straight-line minutes, and are named.
    engine
        ``"dijkstra"``, or ``"valhalla"``, which counts turns too (extra ``routing``).
    timetables
        GTFS archives, merged.
    date
        Day of the timetable; by default the first Tuesday that all of them cover.
    window, every_min
        Departures looked at, "07:30-09:30"; every how many minutes.
    walk_min
        Longest walk at either end and between stops (minutes).
    detour, speed_kmh
        Way on the ground over the straight line, where there are no roads; kilometres an hour along it, door to door.
    limit_min
        Longest journey looked for (minutes).
    worse_min
        Residents who lose more than this (minutes) under an option are named by area.
    """

    mode: Mode = "drive"
    modes: tuple[Mode, ...] = ()
    roads: Text | None = None
    speeds: Text | None = None
    snap_m: Positive = 1_000.0
    engine: Literal["dijkstra", "valhalla"] = "dijkstra"
    timetables: tuple[Text, ...] = ()
    date: Date | None = None
    window: str = "07:30-09:30"
    every_min: Annotated[int, Field(ge=1, le=60)] = 10
    walk_min: Annotated[float, Field(gt=0, le=60)] = 15.0
    detour: Annotated[float, Field(ge=1)] | None = None
    speed_kmh: Positive | None = None
    limit_min: Positive = 60.0
    worse_min: Positive = 5.0

    @field_validator("window")
    @classmethod
    def _check_window(cls, value: str) -> str:
        match = _WINDOW.fullmatch(value)
        if match is None or (match[1], match[2]) >= (match[3], match[4]):
            message = 'write the hours departures are looked at like "07:30-09:30", the earlier first'
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _check_modes(self) -> TravelChoice:
        if "transit" in (self.mode, *self.modes) and not self.timetables:
            message = 'public transport needs a timetable: add timetables = ["....zip"], or leave "transit" out'
            raise ValueError(message)
        if len(set(self.modes)) < len(self.modes):
            message = f"a mode stands twice in modes: {', '.join(self.modes)}"
            raise ValueError(message)
        if self.engine == "valhalla" and not (self.roads or "").endswith(".pbf"):
            message = 'engine = "valhalla" needs roads from OpenStreetMap (.osm.pbf)'
            raise ValueError(message)
        idle = [
            f"{name} says nothing without {of}"
            for name, said, of in (
                ("speeds", self.speeds is not None and self.roads is None, "roads"),
                ("date", self.date is not None and not self.timetables, "timetables"),
            )
            if said
        ]
        if idle:
            message = f"{'; '.join(idle)}: name the file, or leave it out"
            raise ValueError(message)
        return self

    def files(self) -> list[str]:
        """Return the names of all files of the section, as place.toml spells them."""
        return [*(name for name in (self.roads, self.speeds) if name), *self.timetables]

    def reported_modes(self) -> tuple[Mode, ...]:
        """Return the modes to report on: those chosen, or those that the files allow, the plan's own first.

        Examples
        --------
        >>> TravelChoice(roads="roads.osm.pbf").reported_modes()
        ('drive', 'walk')
        >>> TravelChoice().reported_modes()
        ('drive', 'walk')
        """
        if self.modes:
            return self.modes
        transit: tuple[Mode, ...] = ("transit",) if self.timetables else ()
        usual: tuple[Mode, ...] = (self.mode, "drive", "walk", *transit)
        return tuple(dict.fromkeys(usual))

    def departures_s(self) -> tuple[int, int]:
        """Return first and last departure (seconds after midnight).

        Examples
        --------
        >>> TravelChoice(window="07:30-09:00").departures_s()
        (27000, 32400)
        """
        first, last = (Time.fromisoformat(text) for text in self.window.split("-"))
        return (first.hour * 3600 + first.minute * 60, last.hour * 3600 + last.minute * 60)
