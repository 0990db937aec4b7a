"""The OpenAPI document tells a caller what to send and what may come back: an example of each body, each problem."""

from typing import Any

import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from api.app import PREFIX, ROUTERS, create
from api.billing.errors import InvoiceNotDraft
from imisofts.settings import load
from tests.contracts import raises

ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
JSON = "application/json"


def _name(route: APIRoute) -> str:
    return f"{min(route.methods or set())} {route.path_format}"


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The service's own; it is built without anything running."""
    return create(load(tmp_path_factory.mktemp("home"))).openapi()


def _operation(document: dict[str, Any], route: APIRoute) -> Any:
    return document["paths"][f"{PREFIX}{route.path_format}"][min(route.methods or set()).lower()]


def _examples(schema: dict[str, Any], schemas: dict[str, Any]) -> list[Any]:
    """Examples of a body, its own or those of the schemas it names."""
    if "$ref" in schema:
        return _examples(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    own = [*schema.get("examples", []), *([schema["example"]] if "example" in schema else [])]
    return own + [found for each in schema.get("anyOf", []) for found in _examples(each, schemas)]


@pytest.mark.parametrize("route", [route for route in ROUTES if route.body_field], ids=_name)
def test_a_body_has_an_example_that_the_route_accepts(document: dict[str, Any], route: APIRoute) -> None:
    ((kind, media),) = _operation(document, route)["requestBody"]["content"].items()
    examples = _examples(media["schema"], document["components"]["schemas"])
    examples += [media["example"]] if "example" in media else []
    assert examples, "give the body's schema an example (json_schema_extra)"
    if kind == JSON:
        (parameter,) = route.dependant.body_params
        annotation: Any = parameter.field_info.annotation
        adapter: TypeAdapter[Any] = TypeAdapter(annotation)
        for example in examples:
            adapter.validate_python(example)


@pytest.mark.parametrize("route", ROUTES, ids=_name)
def test_every_problem_that_a_route_raises_is_documented(document: dict[str, Any], route: APIRoute) -> None:
    told = set(_operation(document, route)["responses"])
    assert {problem.__name__ for problem in raises.of_route(route) if str(problem.status) not in told} == set()


def test_problems_are_found_through_the_layers() -> None:
    """The probe reads code: it must see what a service raises several calls below its route."""
    (issue,) = [route for route in ROUTES if route.path_format == "/invoices/{invoice_id}/issue"]
    assert InvoiceNotDraft in raises.of_route(issue)
