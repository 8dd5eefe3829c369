"""A short run of damaged questions; the long one is started by hand (``fuzz/requests_to_serve.py``)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import httpx
from fuzz.requests_to_serve import question, town_of, verdict
from support.loops import run_apart

import wegeketten as wk

if TYPE_CHECKING:
    from wegeketten.city import City


def test_damaged_questions_are_answered_or_refused(city: City) -> None:
    seed, count = int(os.environ.get("WEGEKETTEN_SEED", "20261130")), 250
    town = town_of(str(city.path))
    app = wk.serve.app(city, profiles=["walker", "wheelchair"])

    async def run() -> tuple[list[str], set[int]]:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        wrong, statuses = [], set()
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            for number in range(count):
                asked = question(town, seed, number)
                headers = {name.encode(): value.encode("latin-1") for name, value in asked.headers.items()}
                answer = await client.request(asked.method, asked.path, content=asked.body, headers=headers)
                told = verdict(asked, answer.status_code, answer.content)
                statuses.add(answer.status_code)
                if told:
                    wrong.append(f"{seed}:{number} {told}")
        return wrong, statuses

    wrong, statuses = run_apart(run())
    assert wrong == []
    assert {200, 400, 404} <= statuses
