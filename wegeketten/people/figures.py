"""The figures of a mobility profile: limits, passages, speeds, delays, each with its unit and its range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BeforeValidator, Field, create_model, model_validator

from wegeketten.files.sourced import Strict
from wegeketten.model.kinds import PASSAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

SURFACES = ("A", "B", "C", "D", "E", "F")
"""Surface classes 1–6: smooth, jointed, sett, rough cobble, loose, soft."""

SMOOTHNESS = (
    "excellent",
    "good",
    "intermediate",
    "bad",
    "very_bad",
    "horrible",
    "very_horrible",
    "impassable",
)
"""Smoothness grades 1–8, as OpenStreetMap names them."""

Passage = Literal["free", "width", "unclear", "tagged", "closed"]
Need = Literal["ignored", "for_sure", "needed"]
RoadLimit = Literal[
    "never",
    "living_street",
    "service",
    "residential",
    "unclassified",
    "tertiary",
    "secondary",
    "primary",
    "trunk",
    "any",
]


def _grade(names: Sequence[str]) -> BeforeValidator:
    def to_number(raw: object) -> object:
        if isinstance(raw, str) and raw in names:
            return names.index(raw) + 1
        if isinstance(raw, str):
            raise ValueError(f"expected one of {' '.join(names)}")
        return raw

    return BeforeValidator(to_number)


def _unlimited(raw: object) -> object:
    return None if raw == "none" else raw


_Unlimited = BeforeValidator(_unlimited)
Centimetres = Annotated[Annotated[float, Field(ge=0, le=30)] | None, _Unlimited]
Percent = Annotated[Annotated[float, Field(ge=0, le=100)] | None, _Unlimited]
Metres = Annotated[Annotated[float, Field(ge=0, le=10)] | None, _Unlimited]
Steps = Annotated[Annotated[int, Field(ge=0, le=500)] | None, _Unlimited]
SurfaceClass = Annotated[Annotated[int, Field(ge=1, le=6), _grade(SURFACES)] | None, _Unlimited]
SmoothnessGrade = Annotated[Annotated[int, Field(ge=1, le=8), _grade(SMOOTHNESS)] | None, _Unlimited]
Speed = Annotated[float, Field(gt=0, le=5)]
Seconds = Annotated[float, Field(ge=0, le=3600)]
Factor = Annotated[float, Field(gt=0, le=2)]


class Limits(Strict):
    """What the person can pass; None is no limit.

    Attributes
    ----------
    kerb_cm
        Highest kerb.
    incline_up_pct, incline_down_pct
        Steepest slope in walking direction, both as magnitudes.
    cross_slope_pct
        Steepest slope across the walking direction.
    width_m
        Narrowest passage.
    surface_class, smoothness_grade
        Worst surface (1–6 for A–F) and worst smoothness (1–8); where smoothness is mapped it decides alone.
    steps_max
        Longest flight without a ramp; 0: none.
    steps_max_without_handrail
        Longest flight that needs no handrail.
    steps_ramp
        Which ramp beside steps opens them: ``no``, ``wheelchair`` only, or also the ``stroller`` ramp.
    informal_crossing
        Busiest road that is crossed where no crossing is mapped; ``never`` and ``any`` are possible.
    tactile, sound
        Tactile paving at kerbs, audible or vibrating signals: ``ignored``; ``for_sure``: the sure answer
        asks for them; ``needed``: all answers do. Not tied to the height of the kerb, see `verdict`.
    wheelchair_tag
        Whether the mapper's ``wheelchair=yes|limited|no`` speaks of this person.
    """

    kerb_cm: Centimetres
    incline_up_pct: Percent
    incline_down_pct: Percent
    cross_slope_pct: Percent
    width_m: Metres
    surface_class: SurfaceClass
    smoothness_grade: SmoothnessGrade
    steps_max: Steps
    steps_max_without_handrail: Steps
    steps_ramp: Literal["no", "wheelchair", "stroller"]
    informal_crossing: RoadLimit
    tactile: Need
    sound: Need
    wheelchair_tag: bool


if TYPE_CHECKING:

    class Passages(Strict):
        """How each kind of barrier or conveyance is taken."""

else:
    Passages = create_model(
        "Passages",
        __base__=Strict,
        __module__=__name__,
        __doc__="""How each kind of barrier or conveyance is taken.

        ``free`` however narrow; ``width`` where it is wide enough; ``unclear`` only in the possible answer;
        ``tagged`` only where the mapper says ``wheelchair=yes``; ``closed`` never. A kind that a profile says
        nothing about is ``unclear``. The fields are `wegeketten.model.kinds.PASSAGES`.
        """,
        **dict.fromkeys(PASSAGES, (Passage, "unclear")),
    )


class Speeds(Strict):
    """Speed on level, good ground at three paces, m/s."""

    slow_m_s: Speed
    typical_m_s: Speed
    fast_m_s: Speed

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.slow_m_s <= self.typical_m_s <= self.fast_m_s:
            raise ValueError("slow_m_s, typical_m_s and fast_m_s must rise in this order")
        return self


class SlopeSpeed(Strict):
    """Speed on a slope as a multiple of the level speed.

    ``exp(-rate · |S - best|)``, divided by its value on the level and cut at `fastest`; S is rise over run.
    With one rate of 3.5 and best at −5 % this is Tobler's function as a shape; with two rates AccessMap's.

    Attributes
    ----------
    best_pct
        Slope of the greatest speed, at most 0 (downhill).
    rate_up, rate_down
        Decay per unit of slope (1 = 100 %) above and below `best_pct`.
    fastest
        Greatest multiple of the level speed.
    """

    best_pct: Annotated[float, Field(ge=-20, le=0)]
    rate_up: Annotated[float, Field(ge=0, le=100)]
    rate_down: Annotated[float, Field(ge=0, le=100)]
    fastest: Annotated[float, Field(ge=1, le=2)]


class SurfaceSpeed(Strict):
    """Multiples of the level speed by surface class."""

    A: Factor
    B: Factor
    C: Factor
    D: Factor
    E: Factor
    F: Factor


class SmoothnessSpeed(Strict):
    """Multiples of the level speed by smoothness."""

    excellent: Factor
    good: Factor
    intermediate: Factor
    bad: Factor
    very_bad: Factor
    horrible: Factor
    very_horrible: Factor
    impassable: Factor


class Preset(Strict):
    """Another router whose rules a profile follows instead of our own.

    Attributes
    ----------
    router
        ``ors``, ``valhalla``, ``accessmap`` or ``otp``.
    as_built
        Whether the router's code decides, with its faults; otherwise what its documentation means.
    """

    router: Literal["ors", "valhalla", "accessmap", "otp"]
    as_built: bool


class Delays(Strict):
    """Seconds beside the way itself.

    Attributes
    ----------
    kerb_s, kerb_s_per_cm
        Per kerb higher than 1 cm, and per centimetre of its height.
    kerb_without_tactile_s
        Per kerb without tactile paving: looking for the edge.
    step_up_s, step_down_s
        Per step.
    crossing_…_s
        Per crossing by its kind.
    signal_without_sound_s
        Per signalled crossing that can be neither heard nor felt.
    gate_s
        Per gate, kissing gate, lift gate, turnstile, stile or chain.
    narrow_s
        Per cycle barrier, bollard, block or other obstacle.
    door_s, lift_s
        Per door, per lift ride (waiting, doors, ride).
    conveyor_m_s
        Speed of escalators and moving walkways.
    """

    kerb_s: Seconds
    kerb_s_per_cm: Seconds
    kerb_without_tactile_s: Seconds
    step_up_s: Seconds
    step_down_s: Seconds
    crossing_unmarked_s: Seconds
    crossing_marked_s: Seconds
    crossing_signals_s: Seconds
    crossing_informal_s: Seconds
    crossing_unknown_s: Seconds
    signal_without_sound_s: Seconds
    gate_s: Seconds
    narrow_s: Seconds
    door_s: Seconds
    lift_s: Seconds
    conveyor_m_s: Speed
