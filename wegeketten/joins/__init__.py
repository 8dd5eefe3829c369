"""Where homes and places join the network, for a profile: between a door and the nodes that searches know."""
