"""What flows out to other programs: OpenSidewalks, NetworkX, MapRoulette, changes to OpenStreetMap, GIS."""
