"""Support, contacts, a service and a subscription in the small agency of the pages' tests."""

from api.client import Client, Credentials

LONG = "Guests from Austria see the booking calendar one day late when they come from the newsletter of last week"


async def furnish(api: Client, bearer: Credentials, clients: dict[str, str]) -> dict[str, str]:
    """Ids by name: an open, a waiting and a resolved ticket, somebody else's, a contact, a service, a
    subscription and its row."""

    async def made(path: str, **body: object) -> str:
        return str((await api.post(path, credentials=bearer, json=body)).body["id"])

    async def ticket(client: str, subject: str, body: str, priority: str = "normal") -> str:
        return await made("/tickets", client_id=clients[client], subject=subject, body=body, priority=priority)

    alpen = clients["alpen"]
    found = {
        "ticket": await ticket("alpen", LONG, "Since Monday.\n\nSee:\n  a < b", "urgent"),
        "waiting": await ticket("alpen", "Which logo for the menu?", "Two are here."),
        "resolved": await ticket("alpen", "Password forgotten", "Kim is locked out."),
        "foreign": await ticket("birke", "Wood of the shelf", "Oak or beech?"),
        "contact": await made(
            f"/clients/{alpen}/contacts", name="Hannelore von Waldhausen-Altenberg", title="Head of marketing",
            email="hannelore@alpenblick.example", phone="+43 512 998877", is_primary=True,
        ),
        "service": await made("/services", name="Hosting", unit_price="49", interval="month", currency="EUR"),
    }  # fmt: skip
    await made(f"/clients/{alpen}/contacts", name="Jo")
    await api.request("PUT", f"/clients/{alpen}/tags", credentials=bearer, json={"tags": ["hotel", "retainer"]})
    says = {
        f"/tickets/{found['ticket']}/note": {"body": "The newsletter's links carry the wrong zone."},
        f"/tickets/{found['waiting']}/answer": {"body": "The round one or the long one?", "then": "wait"},
        f"/tickets/{found['resolved']}/answer": {"body": "A new link is on its way.", "then": "resolve"},
    }
    for path, body in says.items():
        await api.post(path, credentials=bearer, json=body)
    item = {"description": "Website care", "quantity": "1", "unit_price": "100.50", "interval": "month"}
    care = {"client_id": alpen, "name": "Website care", "started_on": "2026-01-01", "items": [item]}
    subscription = (await api.post("/subscriptions", credentials=bearer, json=care)).object
    return found | {"subscription": subscription["id"], "subscription_row": subscription["items"][0]["id"]}
