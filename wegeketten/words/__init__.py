"""Every text a person reads, in German and English, and how numbers, units, dates and hours are written.

The texts lie in ``texts/*.toml``, both languages side by side:

``names``        answers, profiles, services, kinds, attributes
``route``        directions, barriers and reasons
``figures``      the figures of a profile
``terminal``     tables on the terminal
``map``          the map page
``report``       district profiles
``survey``       the checklist for a walk
``walk``         the phone page of a walk, and what can be answered there
``messages``     German for errors, notes and warnings, by their English text in the code

`catalogue` finds a text, `numbers` writes values, `names` names things, `speech` says barriers and ways,
`messages` translates what the code says in English, `reader` chooses the language.
"""
