"""Reading the world: files, coordinates, boundaries, census, travel."""
