"""What things are called: kinds of ways and barriers, attributes, services, profiles."""

from __future__ import annotations

from wegeketten.words.catalogue import load_words


def kind_name(kind: str, lang: str) -> str:
    """What a kind of way or barrier is called; the word itself where it has no name.

    Parameters
    ----------
    kind
        Name of the kind in the code.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    str
        With a capital letter where the language wants one.

    Examples
    --------
    >>> kind_name("kerb", "de"), kind_name("steep", "en")
    ('Bordstein', 'slope')
    """
    words = load_words(lang)
    return str(words["kinds"].get(kind) or words["faults"].get(kind) or kind.replace("_", " "))


def barrier_name(kind: str, lang: str) -> str:
    """What stands in the way; a crossing is meant as a crossing without a marked place.

    Parameters
    ----------
    kind
        Name of the kind in the code.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    str
        With a capital letter where the language wants one.

    Examples
    --------
    >>> barrier_name("crossing", "de"), barrier_name("kissing_gate", "de")
    ('Querung ohne Überweg', 'Schwinggatter')
    """
    words = load_words(lang)
    return str(words["faults"].get(kind) or words["kinds"].get(kind) or kind.replace("_", " "))


def attribute_name(attribute: str, lang: str) -> str:
    """What an attribute of a way is called; the word itself where it has no name.

    Parameters
    ----------
    attribute
        Name of the attribute in the code.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    str
        With a capital letter where the language wants one.

    Examples
    --------
    >>> attribute_name("kerb_cm", "de"), attribute_name("kind", "en")
    ('Bordhöhe', 'kind')
    """
    words = load_words(lang)
    asked = words["questions"].get(attribute, attribute)  # readings of platforms are none of ways
    return str(words["attributes"].get(attribute, {"name": asked})["name"])


def service_name(service: str, lang: str, own: str = "") -> str:
    """What a service is called; where a catalogue of the user's own brought it, `own` or its id.

    Parameters
    ----------
    service
        Id of the service.
    lang
        Language of the text, ``de`` or ``en``.
    own
        Name in the user's own catalogue, or "".

    Returns
    -------
    str
        With a capital letter where the language wants one.

    Examples
    --------
    >>> service_name("pharmacy", "de"), service_name("sauna", "de")
    ('Apotheke', 'sauna')
    """
    return str(load_words(lang)["services"].get(service, {"name": own or service})["name"])


def profile_name(profile: str, lang: str) -> str:
    """What a profile is called; its id where it is a user's own.

    Parameters
    ----------
    profile
        Id of the profile.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    str
        With a capital letter where the language wants one.

    Examples
    --------
    >>> profile_name("pram", "de"), profile_name("scooter", "de")
    ('Kinderwagen', 'scooter')
    """
    return str(load_words(lang)["profiles"].get(profile, {"name": profile})["name"])
