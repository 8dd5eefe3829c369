"""What people can answer on a walk: a few large choices per reading, and what each is in a survey file.

The one source of these for the phone page, the printed sheet and their tests. The wording of each choice
stands in the catalogue of words, section ``choices``, in the same order.
"""

from __future__ import annotations

from typing import NamedTuple


class Choice(NamedTuple):
    """One choice.

    Attributes
    ----------
    value
        What stands in the survey file.
    drawing
        Name of its drawing, see `wegeketten.fieldwork.drawings`.
    falling
        The same for a slope that falls in drawing direction, where that makes a difference.
    either
        The same where it is not known which way the slope goes.
    """

    value: str
    drawing: str
    falling: str = ""
    either: str = ""


class Exact(NamedTuple):
    """A number that can be given instead.

    Attributes
    ----------
    unit
        What it is counted in, as written behind it; "" for none.
    least, most
        Numbers outside are slips of the pen.
    """

    unit: str
    least: float
    most: float


class Question(NamedTuple):
    """One reading to find out.

    Attributes
    ----------
    attribute
        Name in `wegeketten.model.edges.ATTRIBUTES`; also what stands in the survey file.
    choices
        In the order in which they are shown.
    exact
        The number that can be given instead, if any.
    """

    attribute: str
    choices: tuple[Choice, ...]
    exact: Exact | None = None

    @property
    def signed(self) -> bool:
        """Whether it matters which way it goes."""
        return any(choice.falling for choice in self.choices)


_YES_NO = ("yes", "no")

_ALL = (
    Question(
        "kerb_cm",
        (
            Choice("0..1 cm", "kerb_flush"),
            Choice("1.1..3 cm", "kerb_low"),
            Choice("3.1..6 cm", "kerb_middle"),
            Choice("6.1..12 cm", "kerb_high"),
            Choice("12.1..30 cm", "kerb_highest"),
        ),
        Exact("cm", 0, 30),
    ),
    Question(
        "incline_pct",
        (
            Choice("-3..3 %", "slope_flat"),
            Choice("3.1..6 %", "slope_gentle", "-6..-3.1 %", "-6..6 %"),
            Choice("6.1..12 %", "slope_steep", "-12..-6.1 %", "-12..12 %"),
            Choice("12.1..30 %", "slope_steepest", "-30..-12.1 %", "-30..30 %"),
        ),
        Exact("%", 0, 50),
    ),
    Question(
        "cross_slope_pct",
        (
            Choice("0..2.5 %", "tilt_flat"),
            Choice("2.6..6 %", "tilt_some"),
            Choice("6.1..15 %", "tilt_strong"),
        ),
        Exact("%", 0, 30),
    ),
    Question(
        "width_m",
        (
            Choice("30..79 cm", "gap_narrow"),
            Choice("80..89 cm", "gap_tight"),
            Choice("90..119 cm", "gap_enough"),
            Choice(">=120 cm", "gap_wide"),
        ),
        Exact("cm", 20, 2000),
    ),
    Question("surface_class", tuple(Choice(letter, f"surface_{letter}") for letter in "ABCDEF")),
    Question("smoothness_grade", tuple(Choice(str(grade), f"bumps_{grade}") for grade in range(1, 7))),
    Question(
        "step_count",
        tuple(Choice(str(count), f"steps_{count}") for count in (1, 2, 3)),
        Exact("", 1, 500),
    ),
    Question("handrail_sides", tuple(Choice(side, f"rail_{side}") for side in ("no", "one", "both"))),
    Question("ramp_wheelchair", tuple(Choice(answer, f"ramp_{answer}") for answer in _YES_NO)),
    Question("ramp_stroller", tuple(Choice(answer, f"rails_{answer}") for answer in _YES_NO)),
    Question("tactile", tuple(Choice(answer, f"tactile_{answer}") for answer in _YES_NO)),
    Question("sound", tuple(Choice(answer, f"sound_{answer}") for answer in _YES_NO)),
    Question(
        "wheelchair", tuple(Choice(answer, f"wheelchair_{answer}") for answer in ("yes", "limited", "no"))
    ),
)

QUESTIONS = {question.attribute: question for question in _ALL}
"""By attribute; every attribute of the edge table has one."""

_OF_PLATFORMS = (
    Question(
        "platform_height_cm",
        (
            Choice("0..12 cm", "kerb_low"),
            Choice("12.1..17.9 cm", "kerb_middle"),
            Choice("18..21.9 cm", "kerb_high"),
            Choice("22..40 cm", "kerb_highest"),
        ),
        Exact("cm", 0, 130),
    ),
    Question(
        "platform_width_m",
        (Choice("0..149 cm", "gap_narrow"), Choice("150..5000 cm", "gap_wide")),
        Exact("cm", 20, 5000),
    ),
    Question("platform_tactile", tuple(Choice(answer, f"tactile_{answer}") for answer in _YES_NO)),
)

PLATFORM_QUESTIONS = {question.attribute: question for question in _OF_PLATFORMS}
"""What is asked about platforms of stops; ``build --stops`` reads the answers."""


def question_of(attribute: str) -> Question:
    """What is asked for a reading of a way or a platform.

    Parameters
    ----------
    attribute
        Name of the reading.

    Returns
    -------
    Question
        With its choices.

    Examples
    --------
    >>> question_of("platform_height_cm").exact.most
    130
    """
    return QUESTIONS[attribute] if attribute in QUESTIONS else PLATFORM_QUESTIONS[attribute]
