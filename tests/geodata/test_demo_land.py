"""The land of the made-up county: outlines that look real and fit together without a gap."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geodata.demo_land import Land, build_land
from geodata.demo_names import village_names
from geodata.demo_outlines import draw_outlines
from geodata.demo_places import POSTCODE_AREA, name_areas, scatter_postcodes
from geodata.postcodes import normalise_postcode


@pytest.fixture(scope="module")
def land() -> Land:
    """Return the county at its full size."""
    return build_land(seed=0, n_areas=2600)


def test_county_has_the_size_and_the_towns_it_should(land: Land) -> None:
    """A county of about 2,600 km2 in one piece, with 2,600 areas and 14 towns, within the British National Grid."""
    assert len(land.areas) == 2600
    assert len(land.towns) == 14
    assert land.county.geom_type == "Polygon"
    assert len(shapely.get_parts(shapely.get_rings(land.county))) == 1
    assert 2_500e6 < land.county.area < 2_800e6
    assert land.areas.crs.to_epsg() == 27700
    west, south, east, north = land.county.bounds
    assert west > 395_000
    assert east < 465_000
    assert south > 315_000
    assert north < 395_000


def test_outlines_are_valid_and_as_detailed_as_real_ones(land: Land) -> None:
    """Real output areas have some 60 to 200 vertices: fewer would flatter the speed of the maps."""
    vertices = shapely.get_num_coordinates(land.areas.geometry.to_numpy()) - 1
    assert land.areas.geometry.is_valid.all()
    assert vertices.min() >= 60
    assert vertices.max() <= 200


@pytest.mark.parametrize(("seed", "n_areas"), [(0, 2600), (3, 150), (11, 700)])
def test_neighbours_share_every_vertex_of_their_edge(seed: int, n_areas: int) -> None:
    """No slivers and no overlaps: the areas add up to their union, and edges are noded alike on both sides."""
    shapes = build_land(seed=seed, n_areas=n_areas).areas.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    whole = shapely.union_all(shapes).area
    assert abs(shapely.area(shapes).sum() - whole) <= 1e-9 * whole


def test_neighbours_are_pairs_with_a_common_edge(land: Land) -> None:
    """The clustering of types and the map's shared arcs rest on these pairs."""
    shapes = land.areas.geometry.to_numpy()
    left, right = land.neighbours.T
    common = shapely.length(shapely.intersection(shapes[left], shapes[right]))
    assert (common > 0).all()
    assert (left != right).all()


def test_every_area_holds_its_own_seed(land: Land) -> None:
    """Postcodes fall back on this point, so it must lie inside."""
    assert shapely.contains_xy(land.areas.geometry.to_numpy(), *land.seeds.T).all()


def test_towns_are_dense_and_open_country_is_not(land: Land) -> None:
    """Areas hold about as many people each, so those in towns are small."""
    size = land.areas.area.groupby(land.areas["zone"]).median()
    assert size["town"] * 10 < size["country"]


def test_lines_stay_apart_however_rough_they_are_drawn() -> None:
    """A line may not leave the kite of its edge: even absurd roughness gives no crossing."""
    rng = np.random.default_rng(5)
    border = shapely.box(0, 0, 10_000, 10_000)
    points = rng.uniform(500, 9_500, (120, 2))
    shapes, _ = draw_outlines(rng, points, border, roughness=np.full(120, 3.0))
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)


def test_the_seed_decides_everything() -> None:
    """Same seed, same county; another seed, another one."""
    once, again, other = (build_land(seed=seed, n_areas=120) for seed in (4, 4, 5))
    assert shapely.equals_exact(once.areas.geometry.to_numpy(), again.areas.geometry.to_numpy()).all()
    assert not shapely.equals_exact(once.areas.geometry.to_numpy(), other.areas.geometry.to_numpy()).any()


@pytest.mark.parametrize("n_areas", [99, 20_001])
def test_sizes_that_make_no_county_are_refused(n_areas: int) -> None:
    """Too few areas leave towns without any."""
    with pytest.raises(ValueError, match=f"n_areas is {n_areas}: choose 100 to 20,000"):
        build_land(seed=0, n_areas=n_areas)


def test_codes_are_unique_nested_and_not_real(land: Land) -> None:
    """Codes begin with P, which no statistical code does; larger areas nest and never cross a district."""
    codes = name_areas(land)
    assert codes["oa21cd"].is_unique
    assert codes[["oa21cd", "lsoa21cd", "msoa21cd", "ward", "lad22cd"]].stack().str.fullmatch(r"P\d{8}").all()
    assert codes["lad22nm"].nunique() == 8
    for inner, outer in (("lsoa21cd", "msoa21cd"), ("msoa21cd", "lad22cd"), ("ward", "lad22cd")):
        assert (codes.groupby(inner)[outer].nunique() == 1).all()
    sizes = codes.groupby("lsoa21cd").size()
    assert sizes.between(1, 9).all()


def test_postcodes_are_well_formed_and_in_their_area(land: Land) -> None:
    """Valid in form, in use nowhere, about eight to an area, each inside the area it stands for."""
    codes = name_areas(land)
    postcodes = scatter_postcodes(land, codes, seed=0)
    shapes = land.areas.geometry.to_numpy()[postcodes["area"]]
    assert postcodes["pcd"].is_unique
    assert postcodes["pcd"].str.startswith(POSTCODE_AREA).all()
    assert [normalise_postcode(code) for code in postcodes["pcd"][:500]] == postcodes["pcd"][:500].to_list()
    assert 7.5 < len(postcodes) / len(codes) < 8.5
    assert shapely.contains_xy(shapes, postcodes["oseast1m"], postcodes["osnrth1m"]).mean() > 0.999
    assert set(postcodes["area"]) == set(codes.index)
    assert (postcodes["laua"].to_numpy() == codes["lad22cd"].to_numpy()[postcodes["area"]]).all()


def test_villages_get_names_of_their_own() -> None:
    """Hundreds of villages can be asked for; no name comes twice."""
    names = village_names(np.random.default_rng(0), 1_000)
    assert len(set(names)) == 1_000
