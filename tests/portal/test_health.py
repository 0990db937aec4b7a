"""A client's health in the portal: staff read it with its reasons, clients do not, and nothing published says so."""

from typing import Any

from portal.pages.health import Health


def test_staff_are_told_that_nothing_is_published_and_clients_nothing(site: Any) -> None:
    browser_of, world = site
    client = f"/clients/{world.clients['alpen']}"
    for who in ("owner", "member"):
        browser = browser_of(who)
        assert f'hx-get="{client}/health"' in browser.get(client).text
        answer = browser.get(f"{client}/health")
        assert answer.status_code == 200
        assert "No figures of this client have been published yet." in answer.text
    assert browser_of("alpen").get(f"{client}/health").status_code == 403


def test_a_score_is_printed_to_the_tenth_and_too_little_data_has_none() -> None:
    row = {"score": "62.46666667", "band": "watch", "explanation": ["Health is 62.5 of 100: to be watched."]}
    assert Health.of(row) == Health("62.5", "To be watched", "warning", ("Health is 62.5 of 100: to be watched.",))
    none = Health.of({"score": None, "band": "not_enough_data", "explanation": []})
    assert (none.score, none.band, none.tone) == (None, "Not enough data", "idle")
