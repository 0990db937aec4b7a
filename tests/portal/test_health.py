"""A client's health in the portal: staff read it with its reasons, clients do not, and nothing published says so."""

from typing import Any

from portal import language
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


def test_the_reasons_are_said_in_german_with_german_numbers() -> None:
    told = [
        "Health is 49.4 of 100: at risk, 17.6 points more than 30 days before.",
        "Payment: the oldest open invoice is 87 days past due, which scores 5.",
        "Payment 0.0 + Recurring revenue 14.1 = 14.1.",
        "Not known: Support, Sentiment; the rest, 85.5 % of the weights, stands for the whole.",
    ]
    language.choose("de")
    try:
        found = Health.of({"score": "49.44", "band": "at_risk", "explanation": told})
    finally:
        language.choose("en")
    assert found.score == "49,4"
    assert found.sentences == (
        "Die Gesundheit liegt bei 49,4 von 100: gefährdet, 17,6 Punkte mehr als vor 30 Tagen.",
        "Zahlung: die älteste offene Rechnung ist 87 Tage überfällig; das zählt 5.",
        "Zahlung 0 + Wiederkehrender Umsatz 14,1 = 14,1.",
        "Nicht bekannt: Support, Zufriedenheit; der Rest, 85,5 % der Gewichte, steht für das Ganze.",
    )
