"""Start a ``place.toml`` from districts, commented for whoever opens it next."""

from __future__ import annotations

import json
from collections.abc import Sequence

from geodata.catalogue import Catalogue
from geodata.districts import District, read_districts

_TEXT = """\
# {name}: a place for onetown.
#
#   onetown fetch {file}      brings census counts, boundaries and postcodes of these districts (needs the network)
#   onetown segment {file}    groups the small areas into customer segments
#   onetown run {file}        does the whole analysis: without asset lists a map of communities, with them all of it
#
# Lines that start with # are comments. Texts stand in "quotation marks". Every file is looked for in the folder `data`.

[place]
name = {quoted}
# Census year of counts and codes: 2021 or 2011. The two do not join.
vintage = {vintage}
districts = [
{districts}
]
# The same seed gives the same result.
seed = 0
data = "data"

# --- Public data: `onetown fetch` writes these files. ---

[census]
counts = "census{vintage}.csv"
code = "oa{yy}cd"

[boundaries]
areas = "areas{vintage}.gpkg"
areas_code = "OA{yy}CD"
lookup = "lookup{vintage}.csv"
centroids = "centroids{vintage}.gpkg"
# Every map must carry this line. Put the year in which you fetched the data behind "database right".
attribution = {attribution}

[postcodes]
file = "postcodes{vintage}.csv"

[fetch]
# Everything fetched is kept here with its source, licence, checksum and date; it is not asked for again.
cache = "fetched"

# --- Your own data. Take the # away and correct the names. ---

# One [[assets]] entry for each body: its list of buildings as CSV or Excel, put into the folder `data`.
# [[assets]]
# file = "council_assets.xlsx"
# organisation = "{first} Council"

# [[assets]]
# file = "fire_assets.csv"
# organisation = "Fire and Rescue Service"

# Contacts of customers, one row each, with a postcode or an area code and the service.
# [contacts]
# file = "contacts.csv"

# --- Choices. ---

[segments]
# How many super clusters, and how many sub-clusters in all. No segment holds less than `floor` of the areas.
super = {n_super}
sub = {n_sub}
floor = 0.02

# Columns of your own beside the census, and census variables to leave out; `onetown segment` reports on all of them.
# [variables]
# drop = ["communal"]
#
# [[variables.add]]
# name = "deprivation"
# label = "Deprivation rank"
# kind = "rank"                 # share (counts with a base), rate (per base), percent, or rank (1 is the first)
# file = "imd2019.csv"
# area = "LSOA11CD"             # heading of the area codes: output areas, LSOAs or MSOAs
# value = "Index of Multiple Deprivation (IMD) Rank"
# more = "less deprived areas"  # how names and portraits call areas with higher values (for a rank: later in the list),
# fewer = "more deprived areas" # and with lower ones
"""


def place_text(
    districts: Sequence[District],
    *,
    vintage: int,
    catalogue: Catalogue,
    name: str = "",
    file: str = "place.toml",
    n_super: int = 4,
    n_sub: int = 18,
) -> str:
    """Return the text of a ``place.toml`` for these districts.

    Parameters
    ----------
    districts
        At least one, of that census year.
    vintage
        Census year.
    catalogue
        For the attribution.
    name
        Of the place; made of the districts' names where not given.
    file
        Name that the commands in the comments use.
    n_super, n_sub
        Super clusters and sub-clusters.

    Raises
    ------
    ValueError
        There is no district.
    """
    if not districts:
        raise ValueError("a place needs at least one district")
    title = name or _title(_counties_and_districts(districts, vintage))
    lines = (f"    {json.dumps(one.code)}, # {one.name}" for one in districts)
    return _TEXT.format(
        name=" ".join(title.split()),
        file=file,
        quoted=json.dumps(" ".join(title.split()), ensure_ascii=False),
        vintage=vintage,
        yy=f"{vintage % 100:02d}",
        districts="\n".join(lines),
        attribution=json.dumps(
            f"{catalogue.nomis.attribution}; {_lower(catalogue.arcgis.attribution)}. {catalogue.nomis.licence}.",
            ensure_ascii=False,
        ),
        first=" ".join(districts[0].name.split()),
        n_super=n_super,
        n_sub=n_sub,
    )


def _counties_and_districts(districts: Sequence[District], vintage: int) -> list[str]:
    """Return the names of districts, a county's for those that are all of it.

    Examples
    --------
    >>> from geodata.districts import find_districts
    >>> _counties_and_districts(find_districts(["Derbyshire", "Derby"], vintage=2021), 2021)
    ['Derby', 'Derbyshire']
    """
    known, chosen = read_districts(vintage), {one.code for one in districts}
    names: dict[str, None] = {}
    for one in districts:
        whole = (
            county
            for county in one.within
            if len(mine := {other.code for other in known if county in other.within}) > 1 and mine <= chosen
        )
        names[next(whole, one.name)] = None
    return list(names)


def _title(names: Sequence[str]) -> str:
    """Return a name for several districts.

    Examples
    --------
    >>> _title(["Derby"]), _title(["Derby", "Erewash"]), _title(["A", "B", "C", "D"])
    ('Derby', 'Derby and Erewash', 'A, B and 2 more districts')
    """
    if len(names) <= 3:
        return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    return f"{', '.join(names[:2])} and {len(names) - 2} more districts"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
