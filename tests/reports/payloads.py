"""Texts that have run in other map pages, and texts that only look odd."""

PAYLOADS = [
    '<img src=x onerror="window.XSS=1">',
    "</script><script>window.XSS=2</script>",
    "</title><script>window.XSS=3</script>",
    "${window.XSS=4}",
    "`+(window.XSS=5)+`",
    "'-(window.XSS=6)-'",
    '"><svg onload=window.XSS=7>',
    "<!--<script>window.XSS=8//",
    "{{ 7*7 }}{% raw %}",
    "javascript:window.XSS=9",
    "\u202eegap\u202c \u2066x",
    "NUL\x00 bell\x07 line\u2028paragraph\u2029",
    "=cmd|' /C calc'!A0",
    "&lt;b&gt; &amp; ]]>",
    "A" * 10_000,
]
