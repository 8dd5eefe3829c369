"""Ways and barriers become edges.

One room with four clusters; `build` names the stations in their order.

- **Terrain**: `terrain`, `rasters`, `heights`, `strokes`, `slopes`, `elevation`, `short_slopes` and
  `din_run_lengths` give the finished edges their climb and their incline.
- **Sides of streets**: `sides` and `streets` find what is left and right of each road; `arms`, `corners`,
  `junction`, `junctions` and `mouths` make the ground at junctions; `pavements`, `crossings`, `crosswalks`
  and `refuges` lay what is walked; `connect` joins what was drawn apart; `uncrossed` parts roads that are
  not crossed at a junction.
- **Squares**: `areas` walks along the outline, `squares` straight across, over what `walkable_floor` leaves
  free and as `visibility` allows; `severed` cuts both where a wall or a canal crosses.
- **Outlines**: `strip_tiles` unites strips along edges, square by square of `tile_grid`; `ring_chains` joins
  what lies in the squares to rings.

Around them: `access`, `countries` and `ways` say who may walk where; `split`, `barriers`, `lifts` and
`house_doors` cut ways at their nodes; `draft` collects the edges; `private_ways` closes them to passers-by;
`unmet` links what no way meets; `survey_overlay` lays surveyed values over them; `obstacles`
and `snap` find where a point joins; `arcs` and `network_files` hand the network on.
"""
