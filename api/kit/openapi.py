"""The OpenAPI document: FastAPI's own, with the one shape of problems and what a route's signature says of them."""

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from api.kit import errors
from api.kit.access import PUBLIC, actions_of

ANYBODY = (errors.Malformed,)
SIGNED_IN = (errors.Unauthenticated, errors.Forbidden, errors.TooMany)
WRITING = (errors.Conflict,)
LIMIT_HEADS = {
    name: {"schema": {"type": kind}, "description": f"{text} Only in answers to an API token."}
    for name, kind, text in (
        ("RateLimit-Limit", "integer", "Requests a minute that the workspace's plan lets this token make."),
        ("RateLimit-Remaining", "integer", "Requests that would be let through at once."),
        ("RateLimit-Reset", "integer", "Seconds until all of them are."),
        ("RateLimit-Policy", "string", "The same limit in the form of the IETF's draft: quota and window."),
        ("RateLimit", "string", "What is left, in the form of the IETF's draft."),
    )
}
_OF_TOKENS = {name: {"$ref": f"#/components/headers/{name}"} for name in LIMIT_HEADS}
_RETRY = {"schema": {"type": "integer"}, "description": "Seconds until the next request would be let through."}
_UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def document(app: FastAPI, routers: Iterable[APIRouter], prefix: str) -> dict[str, Any]:
    """The document of ``app``, whose ``routers`` stand under ``prefix``; made once."""
    if app.openapi_schema:
        return app.openapi_schema
    made = FastAPI.openapi(app)
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    problem = errors.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    bearer = {"type": "http", "scheme": "bearer", "description": "An API token (imt_…)"}
    cookie = {"type": "apiKey", "in": "cookie", "name": "imisofts_session"}
    components["headers"] = LIMIT_HEADS
    components["securitySchemes"] = {"bearer": bearer, "cookie": cookie}
    for path in made["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = errors.ANY_PROBLEM
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                _describe(route, made["paths"][f"{prefix}{route.path_format}"])
    return made


def _describe(route: APIRoute, path: dict[str, Any]) -> None:
    """Add the problems that follow from the signature, and who may ask; what the route says itself stands."""
    public = PUBLIC in actions_of(route.dependant)
    for method in (route.methods or set()) - {"HEAD"}:
        operation = path[method.lower()]
        kinds = ANYBODY + (() if public else SIGNED_IN) + (WRITING if method in _UNSAFE and not public else ())
        operation["responses"] = {**errors.documented(*kinds), **operation["responses"]}
        operation["responses"] = {str(status): answer for status, answer in operation["responses"].items()}
        operation["responses"].get("429", {}).setdefault("headers", {})["Retry-After"] = _RETRY
        if not public:
            for answer in operation["responses"].values():
                answer["headers"] = {**answer.get("headers", {}), **_OF_TOKENS}
            operation["security"] = [{"bearer": []}, {"cookie": []}]
