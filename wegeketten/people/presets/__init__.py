"""How other routers read the same street: openrouteservice, Valhalla, AccessMap, OpenTripPlanner."""
