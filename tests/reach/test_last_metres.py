"""The last metres: what joins the network, and mapped facts that are never passed over in silence."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from support.plotted import GOOD, Plot

from wegeketten.people.profile import load_profile
from wegeketten.reach.hours import city_at, parse_when
from wegeketten.reach.route import find_route
from wegeketten.reach.scan import scan
from wegeketten.reach.why import find_why

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City
    from wegeketten.reach.route import Route

FOOT = f"highway=footway|{GOOD}"
ROUND = (-20.0, 300.0)


def go(
    city: City,
    plot: Plot,
    start: tuple[float, float],
    end: tuple[float, float],
    profile: str = "wheelchair",
    at: str = "",
) -> Route:
    when = parse_when(at) if at else None
    return find_route(city_at(city, when), load_profile(profile), plot.spot(*start), plot.spot(*end))


def through(tags: str = FOOT, node: str = "", *, detour: bool = False) -> Plot:
    """A way of 20 m between two footways of 50 m, with a node in its middle; a way round it, or none."""
    plot = Plot().node("m", 0, 0, node)
    plot.way("-60,0 -10,0", FOOT).way("-10,0 m 10,0", tags).way("10,0 60,0", FOOT)
    if detour:
        plot.way("-10,0 -10,150 10,150 10,0", FOOT)
    return plot


@pytest.mark.parametrize(
    ("tags", "node", "profile", "answers"),
    [
        (FOOT, "", "wheelchair", {"sure"}),
        (FOOT, "barrier=cycle_barrier|opening=1.5|spacing=0.6|overlap=0.3", "wheelchair", {"none"}),
        (
            FOOT,
            "barrier=cycle_barrier|cycle_barrier=triple|opening=1.2|spacing=0.7",
            "wheelchair",
            {"possible"},
        ),
        (FOOT, "barrier=cycle_barrier|opening=1.6|spacing=1.6|overlap=0.2", "wheelchair", {"sure"}),
        (FOOT, "barrier=cycle_barrier|cycle_barrier=double|opening=1.5", "wheelchair", {"likely"}),
        (FOOT, "railway=crossing|wheelchair=no", "wheelchair", {"none"}),
        (FOOT, "railway=crossing|wheelchair=no", "walker", {"sure"}),
        (FOOT, "railway=tram_crossing|foot=no", "walker", {"none"}),
        (FOOT, "access=no", "walker", {"none"}),
        (FOOT, "width=0.6", "wheelchair", {"none"}),
        (FOOT, "barrier=block|access=no", "walker", {"none"}),
        (FOOT, "barrier=toll_booth|access=no", "walker", {"none"}),
        (FOOT, "ford=stepping_stones", "pram", {"none"}),
        (f"{FOOT}|ford=yes|depth=0.4", "", "wheelchair", {"possible"}),
        (f"{FOOT}|ford=yes", "", "walker", {"likely"}),
        (f"{FOOT}|ford=stepping_stones", "", "rollator", {"none"}),
        (f"{FOOT}|stroller=no", "", "pram", {"none"}),
        (f"{FOOT}|stroller=limited", "", "pram", {"likely"}),
        (f"{FOOT}|stroller=no", "", "wheelchair", {"sure"}),
        (f"{FOOT}|sac_scale=mountain_hiking", "", "wheelchair", {"none"}),
        (f"{FOOT}|sac_scale=mountain_hiking", "", "walker", {"sure"}),
        (f"{FOOT}|sac_scale=alpine_hiking", "", "walker", {"possible", "likely"}),
        (f"{FOOT}|trail_visibility=bad", "", "walker", {"likely"}),
        (f"{FOOT}|construction=minor", "", "walker", {"sure"}),
        (f"{FOOT}|foot=No", "", "walker", {"none"}),
        (f"{FOOT}|ACCESS=no", "", "walker", {"none"}),
        (f"{FOOT}|access=no;private", "", "walker", {"none"}),
        (f"{FOOT}|access=psv", "", "walker", {"none"}),
        (f"{FOOT}|seasonal=summer", "", "walker", {"likely"}),
        (f"{FOOT}|opening_hours=Apr-Oct", "", "walker", {"likely"}),
        (f"{FOOT}|opening_hours=24/7", "", "walker", {"sure"}),
        (f"{FOOT}|foot:conditional=no @ (22:00-06:00)", "", "walker", {"likely"}),
        (f"{FOOT}|foot:conditional=no @ snow", "", "walker", {"likely"}),
        (f"{FOOT}|foot:conditional=no @ (2019 Jan 01-2019 Mar 01)", "", "walker", {"sure"}),
        (f"{FOOT}|wheelchair:conditional=no @ (Nov-Mar)", "", "wheelchair", {"likely"}),
        (f"{FOOT}|wheelchair:conditional=no @ (Nov-Mar)", "", "walker", {"sure"}),
        ("route=ferry|foot=yes|duration=00:05", "", "walker", {"likely"}),
        ("route=ferry|foot=no", "", "walker", {"none"}),
        ("highway=trunk", "", "walker", {"none"}),
    ],
)
def test_what_is_mapped_decides(
    tmp_path: Path, tags: str, node: str, profile: str, answers: set[str]
) -> None:
    plot = through(tags, node)
    route = go(plot.build(tmp_path), plot, (-60, 0), (60, 0), profile)
    assert route.answer in answers


def test_a_caution_is_named_on_the_way(tmp_path: Path) -> None:
    plot = through(f"{FOOT}|ford=yes")
    route = go(plot.build(tmp_path), plot, (-60, 0), (60, 0), "walker")
    assert [(seen.kind, seen.verdict) for seen in route.barriers] == [("ford", "unclear")]


def test_a_ferry_takes_the_time_it_says(tmp_path: Path) -> None:
    plot = through("route=ferry|foot=yes|duration=00:05")
    route = go(plot.build(tmp_path), plot, (-60, 0), (60, 0), "walker")
    assert route.seconds == pytest.approx(100 / 1.33 + 300, abs=2)


@pytest.mark.parametrize(
    ("tags", "node", "night", "noon"),
    [
        (f"{FOOT}|foot:conditional=no @ (20:00-08:00)", "", "none", "sure"),
        (f"{FOOT}|access=no|foot:conditional=yes @ (06:00-22:00)", "", "none", "sure"),
        (FOOT, "barrier=gate|width=2|access=yes|access:conditional=no @ (21:00-06:00)", "none", "sure"),
        (FOOT, "barrier=gate|width=2|opening_hours=08:00-18:00", "none", "sure"),
        (f"{FOOT}|opening_hours=Apr-Oct 08:00-20:00; Nov-Mar off", "", "none", "likely"),
        (f"{FOOT}|foot:conditional=no @ snow", "", "likely", "likely"),
    ],
)
def test_the_hour_decides(tmp_path: Path, tags: str, node: str, night: str, noon: str) -> None:
    plot = through(tags, node)
    city = plot.build(tmp_path)
    assert go(city, plot, (-60, 0), (60, 0), "walker", "Mo 23:00").answer == night
    assert go(city, plot, (-60, 0), (60, 0), "walker", "Mo 12:00").answer == noon
    assert go(city, plot, (-60, 0), (60, 0), "walker").answer in ("likely", "possible")


def test_an_ordinary_hour_stands_for_every_season() -> None:
    from wegeketten.tags.conditions import state

    assert state("Apr-Oct", dt.datetime(2025, 3, 11, 12)) is None
    assert state("Apr-Oct", dt.datetime(2026, 7, 1, 12)) is True


@pytest.mark.parametrize(("length", "answer"), [(0.5, "sure"), (0.9, "sure"), (3.0, "none")])
def test_twelve_percent_over_a_metre_is_allowed(tmp_path: Path, length: float, answer: str) -> None:
    steep = FOOT.replace("incline=0%", "incline=12%")
    plot = Plot().way("-60,0 0,0", FOOT).way(f"0,0 {length:g},0", steep).way(f"{length:g},0 60,0", FOOT)
    assert go(plot.build(tmp_path), plot, (-60, 0), (60, 0)).answer == answer


def test_short_slopes_that_follow_one_another_are_long(tmp_path: Path) -> None:
    steep = FOOT.replace("incline=0%", "incline=12%")
    plot = (
        Plot()
        .way("-60,0 0,0", FOOT)
        .way("0,0 0.8,0", steep)
        .way("0.8,0 1.6,0", steep)
        .way("1.6,0 60,0", FOOT)
    )
    assert go(plot.build(tmp_path), plot, (-60, 0), (60, 0)).answer == "none"


@pytest.mark.parametrize(("crossing", "answer"), [("kerb:height=0.15", "none"), ("kerb=flush", "sure")])
def test_a_kerb_without_a_type_outweighs_nothing(tmp_path: Path, crossing: str, answer: str) -> None:
    plot = Plot().node("c", 0, 0, f"highway=crossing|crossing=marked|{crossing}")
    plot.node("s", 0, -5, "barrier=kerb").node("n", 0, 5, "barrier=kerb")
    plot.way("-80,0 c 80,0", "highway=secondary|sidewalk=separate")
    plot.way("s c n", f"highway=footway|footway=crossing|{GOOD}")
    plot.way("-80,-6 s 80,-6", f"highway=footway|footway=sidewalk|{GOOD}")
    plot.way("-80,6 n 80,6", f"highway=footway|footway=sidewalk|{GOOD}")
    assert go(plot.build(tmp_path), plot, (-40, -6), (40, 6)).answer == answer


def test_a_crossing_that_is_none_is_not_crossed(tmp_path: Path) -> None:
    plot = Plot().node("c", 0, 0, "highway=crossing|crossing=no")
    plot.way("-80,0 c 80,0", "highway=primary|sidewalk=separate")
    plot.way("0,-6 c 0,6", f"highway=footway|footway=crossing|kerb=flush|{GOOD}")
    plot.way("-80,-6 0,-6 80,-6", f"highway=footway|footway=sidewalk|{GOOD}")
    plot.way("-80,6 0,6 80,6", f"highway=footway|footway=sidewalk|{GOOD}")
    assert go(plot.build(tmp_path), plot, (-40, -6), (40, 6)).answer in ("possible", "none")


@pytest.mark.parametrize("minor", ["highway=residential", "highway=footway"])
@pytest.mark.parametrize("profile", ["walker", "blind", "wheelchair"])
def test_a_road_is_not_crossed_at_a_junction_that_denies_it(tmp_path: Path, minor: str, profile: str) -> None:
    """Streets beyond are reached where nothing forbids it: round by the next junction."""
    plot = Plot().node("c", 0, 0, "crossing=no").node("w", -150, 0)
    plot.way("-300,0 w c 150,0", f"highway=secondary|{GOOD}")
    plot.way("0,-60 c", f"{minor}|{GOOD}").way("c 0,60", f"{minor}|{GOOD}|name=North")
    route = go(plot.build(tmp_path), plot, (0, -50), (0, 50), profile)
    assert route.answer == "possible"
    assert [seen.kind for seen in route.barriers] == ["not_crossed"]
    plot.way("w -150,60", f"highway=footway|{GOOD}")
    route = go(plot.build(tmp_path), plot, (0, -50), (0, 50), profile)
    assert route.answer == "sure" if profile == "walker" else route.answer in ("sure", "likely")
    assert route.to_json()["metres"] == pytest.approx(400, abs=12)


@pytest.mark.parametrize("road", ["residential", "secondary"])
def test_a_road_with_pavements_is_not_crossed_where_that_is_denied(tmp_path: Path, road: str) -> None:
    plot = Plot().node("c", 0, 0, "highway=crossing|crossing=no").way("0,-60 c 0,60", FOOT)
    plot.way("-200,0 c 200,0", f"highway={road}|sidewalk=both|{GOOD}|sidewalk:both:surface=asphalt")
    route = go(plot.build(tmp_path), plot, (0, -55), (0, 55), "walker")
    assert route.course is not None
    assert route.course.metres > 200
    assert "not_crossed" not in [seen.kind for seen in route.barriers]


def test_a_street_ends_at_a_junction_that_denies_crossing(tmp_path: Path) -> None:
    """With streets on one side only nothing is crossed."""
    plot = Plot().node("c", 0, 0, "crossing=no")
    plot.way("-150,0 c 150,0", f"highway=secondary|{GOOD}").way("0,-60 c", f"highway=footway|{GOOD}")
    city = plot.build(tmp_path)
    assert go(city, plot, (0, -50), (140, 0), "walker").answer == "sure"
    assert len(city.edges) == 3


@pytest.mark.parametrize(
    ("tags", "walker", "wheelchair"),
    [
        ("railway=level_crossing|wheelchair=no", "sure", "none"),
        ("railway=level_crossing|foot=no", "none", "none"),
        ("railway=level_crossing", "sure", "sure"),
        ("ford=yes", "likely", "possible"),
        ("barrier=gate|access=no", "sure", "sure"),  # stands on the carriageway
    ],
)
def test_what_crosses_a_street_crosses_its_pavements(
    tmp_path: Path, tags: str, walker: str, wheelchair: str
) -> None:
    good = "sidewalk:both:surface=asphalt|sidewalk:both:width=2.5|sidewalk:both:incline=0%"
    plot = Plot().node("c", 0, 0, tags)
    plot.way("-80,0 c 80,0", f"highway=residential|sidewalk=both|{good}|incline=0%|width=5|smoothness=good")
    city = plot.build(tmp_path)
    for y in (4, -4):
        assert go(city, plot, (-60, y), (60, y), "walker").answer == walker
        answer = go(city, plot, (-60, y), (60, y), "wheelchair").answer
        assert answer == wheelchair or (wheelchair == "sure" and answer == "likely")


def street_with_house(door: str) -> Plot:
    """A street; 12 m north of it a pharmacy whose entrance is reached by what `door` draws."""
    plot = Plot().node("f", 0, 6).node("e", 0, 12, "entrance=main").node("h", 80, 8, HOME)
    plot.way("-200,0 0,0 200,0", FOOT).way("0,0 f", FOOT).way("f e", door)
    return plot.way("-8,12 e 8,12 8,24 -8,24 -8,12", "building=yes|amenity=pharmacy|name=Pelikan")


HOME = "addr:housenumber=1|addr:street=Lindenweg"
STEPS = "highway=steps|step_count=12|incline=up"


def test_steps_that_end_at_the_door_are_part_of_the_way(tmp_path: Path) -> None:
    plot = street_with_house(STEPS)
    city = plot.build(tmp_path)
    why = find_why(city, load_profile("rollator"), plot.spot(80, 8), "pharmacy")
    assert not why.reached
    assert [seen.kind for seen in why.blocking] == ["steps"]
    assert find_why(city, load_profile("walker"), plot.spot(80, 8), "pharmacy").reached


@pytest.mark.parametrize("tags", ["building=yes|amenity=pharmacy", f"building=house|{HOME}"])
@pytest.mark.parametrize("ramp", [False, True])
def test_a_flight_that_ends_at_a_wall_is_the_way_in(tmp_path: Path, tags: str, ramp: bool) -> None:
    """Where no entrance is mapped; a path that ends there too is a way in without steps."""
    plot = Plot().node("e", 0, 12).node("g", 8, 18).way("-200,0 0,0 100,0 200,0", FOOT)
    plot.way("0,0 e", STEPS).way("-8,12 e 8,12 g 8,24 -8,24 -8,12", tags)
    plot.node("other", 80, 2, HOME if "amenity" in tags else "amenity=pharmacy")
    if ramp:
        plot.way("100,0 100,18 g", FOOT)
    found = scan(plot.build(tmp_path), profiles=["walker", "wheelchair"], services=["pharmacy"]).reach
    reached = {name: bool((reach.units["possible"] < 2**31 - 1).any()) for name, reach in found.items()}
    assert reached == {"walker": True, "wheelchair": ramp}


def test_a_practice_upstairs_without_a_known_lift_is_possible_on_wheels(tmp_path: Path) -> None:
    plot = Plot().way("-200,0 200,0", FOOT).node("h", 80, 8, HOME)
    plot.node("p", 0, 10, "amenity=pharmacy|level=2")
    result = scan(plot.build(tmp_path), profiles=["walker", "rollator"], services=["pharmacy"])
    reached = {
        (name, answer): bool((reach.units[answer] < 2**31 - 1).any())
        for name, reach in result.reach.items()
        for answer in ("sure", "likely", "possible")
    }
    assert not reached["rollator", "likely"]
    assert reached["rollator", "possible"]
    assert reached["walker", "sure"]


@pytest.mark.parametrize(
    ("building", "answer"), [("house", "likely"), ("garages", "sure"), ("yes|layer=1", "sure")]
)
def test_a_point_on_the_map_joins_as_homes_do(tmp_path: Path, building: str, answer: str) -> None:
    """Behind a house, garages, or what stands on pillars; asked by a point and by an address there."""
    plot = Plot().way("-60,0 0,0 60,0", FOOT).area(-20, 6, 20, 14, f"building={building}")
    city = plot.node("h", 0, 20, HOME).node("p", 60, 1, "amenity=pharmacy").build(tmp_path)
    assert go(city, plot, (0, 20), (60, 0), "walker").answer == answer
    units = scan(city, profiles=["walker"], services=["pharmacy"]).reach["walker"].units
    assert bool((units["sure"] < 2**31 - 1).any()) is (answer == "sure")


def test_no_join_leaps_over_a_river(tmp_path: Path) -> None:
    plot = Plot().way("-200,0 200,0", FOOT).area(-200, 30, 200, 90, "natural=water|water=river")
    route = go(plot.build(tmp_path), plot, (-100, 120), (100, 3), "walker")
    assert route.answer == "none"
    assert [seen.kind for seen in route.barriers] == ["over_water"]


def test_a_narrow_pavement_before_the_door_is_named(tmp_path: Path) -> None:
    """Not leapt over together with the carriageway, to the good pavement beyond."""
    narrow = "highway=footway|footway=sidewalk|width=0.6|surface=asphalt"
    plot = Plot().way("-200,0 200,0", "highway=primary|lanes=4|sidewalk=separate")
    plot.way("-200,8 200,8", narrow).way("-200,-8 200,-8", f"highway=footway|footway=sidewalk|{GOOD}")
    city = plot.build(tmp_path)
    route = go(city, plot, (-100, 13), (100, 13))
    assert route.answer == "none"
    assert {seen.kind for seen in route.barriers} == {"narrow"}
    assert go(city, plot, (-100, 13), (100, 13), "walker").answer == "sure"


def test_a_point_on_a_bridge_joins_the_bridge(tmp_path: Path) -> None:
    plot = (
        Plot()
        .way("-100,0 -60,0", FOOT)
        .way("-60,0 0,0 60,0", f"{FOOT}|bridge=yes|layer=1")
        .way("60,0 100,0", FOOT)
    )
    plot.way("0,-150 0,-10 20,10 20,150", FOOT)
    route = go(plot.build(tmp_path), plot, (-100, 0), (0, 0), "walker")
    assert route.course is not None
    assert route.course.metres == pytest.approx(100, abs=1)


def test_a_stop_beside_its_road_on_a_bridge_joins_the_bridge(tmp_path: Path) -> None:
    plot = Plot().node("s", 100, 4, "highway=bus_stop|public_transport=platform|name=Deck")
    plot.way("-50,0 50,0", f"highway=residential|{GOOD}")
    plot.way("50,0 150,0", f"highway=residential|bridge=yes|layer=1|{GOOD}")
    plot.way("150,0 250,0", f"highway=residential|{GOOD}")
    plot.way("110,-200 110,200", f"highway=residential|{GOOD}").node("h", -40, 8, HOME)
    why = find_why(plot.build(tmp_path), load_profile("walker"), plot.spot(-40, 4), "stop")
    assert why.seconds is not None
    assert why.seconds < 160 / 1.33


def test_why_and_route_answer_where_every_way_is_closed(tmp_path: Path) -> None:
    plot = Plot().way("-200,0 200,0", "highway=residential|surface=unhewn_cobblestone|smoothness=very_bad")
    plot.node("p", 100, 8, "amenity=pharmacy|name=Pelikan|wheelchair=yes").node("h", -100, 8, HOME)
    city = plot.build(tmp_path)
    why = find_why(city, load_profile("wheelchair"), plot.spot(-100, 8), "pharmacy")
    assert not why.reached
    assert [seen.kind for seen in why.blocking] == ["rough"]
    route = go(city, plot, (-100, 8), (100, 8))
    assert route.answer == "none"
    assert {seen.kind for seen in route.barriers} == {"rough"}


@pytest.mark.parametrize("shape", ["area", "line"])
def test_a_platform_that_no_way_meets_is_linked(tmp_path: Path, shape: str) -> None:
    platform = "highway=platform|public_transport=platform|bus=yes|name=Markt"
    plot = Plot().way("-200,0 0,0 200,0", f"highway=pedestrian|{GOOD}").node("h", -150, 8, HOME)
    if shape == "area":
        plot.area(-10, 6, 30, 9, f"{platform}|area=yes")
    else:
        plot.way("-10,6 30,6", platform)
    result = scan(plot.build(tmp_path), profiles=["walker", "wheelchair"], services=["stop"])
    for reach in result.reach.values():
        assert (reach.units["likely"] < 2**31 - 1).all()


def test_another_outline_of_a_square_is_linked(tmp_path: Path) -> None:
    plot = Plot().way("-20,0 20,0 20,60 -20,60 -20,0", "source=x").way("-100,0 -20,0", FOOT)
    plot.way("30,0 70,0 70,60 30,60 30,0", "source=x")
    plot.relations.append(
        ([(1001, "outer"), (1003, "outer")], f"type=multipolygon|highway=pedestrian|{GOOD}")
    )
    assert go(plot.build(tmp_path), plot, (70, 40), (-80, 0), "walker").answer == "sure"


def test_a_ferry_that_only_its_route_describes(tmp_path: Path) -> None:
    plot = Plot().way("-100,0 0,0", FOOT).way("0,0 0,150", "source=x").way("0,150 0,200", FOOT)
    plot.relations.append(([(1002, "")], "type=route|route=ferry|foot=yes|duration=00:05"))
    route = go(plot.build(tmp_path), plot, (-100, 0), (0, 200), "walker")
    assert route.answer == "likely"
    assert route.seconds == pytest.approx(150 / 1.33 + 300, abs=2)


def test_a_house_in_the_hole_of_a_square_is_reached(tmp_path: Path) -> None:
    plot = Plot().way("-200,0 0,0", f"highway=residential|{GOOD}").node("h", 30, 21, HOME)
    plot.way("0,0 60,0 60,60 0,60 0,0", "").area(20, 20, 40, 40, "building=yes")
    plot.relations.append(
        ([(1002, "outer"), (1003, "inner")], f"type=multipolygon|highway=pedestrian|{GOOD}")
    )
    route = go(plot.build(tmp_path), plot, (30, 21), (-150, 5), "walker")
    assert route.course is not None
    assert route.course.metres == pytest.approx(196, abs=10)


def test_a_lift_inside_a_platform_leads_onto_it(tmp_path: Path) -> None:
    plot = Plot().node("l", 50, 4, "highway=elevator|level=0;1|wheelchair=yes|width=1.4")
    plot.area(
        0, 0, 100, 8, f"railway=platform|public_transport=platform|area=yes|level=1|name=Gleis 1|{GOOD}"
    )
    plot.way("50,-40 l", f"{FOOT}|level=0").node("h", 50, -42, HOME)
    why = find_why(plot.build(tmp_path), load_profile("wheelchair"), plot.spot(50, -42), "stop")
    assert why.reached


SQUARE = f"highway=pedestrian|area=yes|{GOOD}"


def square(across: str, *, rim: str = "") -> Plot:
    """A square of 60 m between two footways, with something drawn from its south to its north."""
    plot = Plot().node("s", 30, -30, rim).node("n", 30, 30, rim)
    plot.way("-50,0 0,0", FOOT).way("60,0 110,0", FOOT)
    plot.way("0,0 0,30 n 60,30 60,0 60,-30 s 0,-30 0,0", SQUARE)
    return plot.way("s n", across)


@pytest.mark.parametrize(
    ("across", "answers"),
    [
        ("barrier=wall", {"none"}),
        ("barrier=fence", {"none"}),
        ("waterway=canal", {"none"}),
        ("railway=rail", {"none"}),
        ("barrier=kerb|kerb:height=0.14", {"none"}),
        ("barrier=kerb|kerb=flush", {"sure", "likely"}),
        ("highway=steps|step_count=5|width=58", {"sure", "likely"}),
        ("name=Nichts", {"sure", "likely"}),
    ],
)
def test_what_crosses_a_square_cuts_its_outline(tmp_path: Path, across: str, answers: set[str]) -> None:
    plot = square(across)
    assert go(plot.build(tmp_path), plot, (-40, 0), (100, 0)).answer in answers


@pytest.mark.parametrize("tags", ["highway=steps|area=yes|step_count=8", "area:highway=steps|step_count=8"])
def test_steps_over_the_whole_width_are_no_way_on_wheels(tmp_path: Path, tags: str) -> None:
    plot = Plot().way("-50,0 0,0", FOOT).way("60,0 110,0", FOOT)
    plot.way("0,0 0,30 28,30 32,30 60,30 60,0 60,-30 32,-30 28,-30 0,-30 0,0", SQUARE)
    plot.way("28,30 32,30 32,-30 28,-30 28,30", tags)
    city = plot.build(tmp_path)
    assert go(city, plot, (-40, 0), (100, 0)).answer == "none"


def test_steps_as_a_line_as_wide_as_the_square(tmp_path: Path) -> None:
    plot = Plot().way("-50,0 0,0", FOOT).way("60,0 110,0", FOOT)
    plot.way("0,0 0,30 60,30 60,0 60,-30 0,-30 0,0", SQUARE).way(
        "28,0 32,0", "highway=steps|step_count=8|width=58"
    )
    assert go(plot.build(tmp_path), plot, (-40, 0), (100, 0)).answer == "none"


@pytest.mark.parametrize("profile", ["walker", "wheelchair"])
def test_a_way_across_at_every_mouth(tmp_path: Path, profile: str) -> None:
    plot = Plot().way("-150,0 0,0 150,0", f"highway=residential|sidewalk=both|{GOOD}").way("0,-60 0,0", FOOT)
    route = go(plot.build(tmp_path), plot, (0, -55), (3, 14), profile)
    assert route.answer in ("sure", "likely")
    assert route.course is not None
    assert route.course.metres < 80
    staggered = Plot().way("-150,0 0,0 11,0 160,0", f"highway=residential|sidewalk=both|{GOOD}")
    staggered.way("0,-60 0,0", FOOT).way("11,0 11,60", FOOT)
    other = tmp_path / "staggered"
    other.mkdir()
    route = go(staggered.build(other), staggered, (0, -55), (11, 55), profile)
    assert route.course is not None
    assert route.course.metres < 130
