"""The OpenAPI document, made of the same list as the routes."""

from __future__ import annotations

from typing import Any

from tracker import __version__
from tracker.web.api import schemas
from tracker.web.api.parameters import Parameter
from tracker.web.api.resources import RESOURCES, ROOT, Resource

ADDRESS = f"{ROOT}/openapi.json"
BYTES = f"{ROOT}/snapshots/{{id}}"
_REFUSALS = {
    "400": "A parameter is unknown, or not what it may be.",
    "401": "A token is needed: `Authorization: Bearer …`.",
    "404": "Nothing is here.",
    "406": "Accept names nothing that there is.",
    "503": "The store does not answer, or too many ask at once.",
}


def document(is_closed: bool) -> dict[str, Any]:
    """OpenAPI 3.1; `is_closed` where every request needs the token."""
    paths = {f"{ROOT}{r.path}": _path(r) for r in RESOURCES}
    paths[BYTES] = {"get": _bytes()}
    paths[ADDRESS] = {"get": _itself()}
    found: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "LLM price tracker",
            "version": __version__,
            "description": "Prices, moves and verdicts as the tracker recorded them. It only reads.",
        },
        "paths": paths,
        "components": {
            "schemas": {"error": schemas.ERROR} | {r.name: r.schema for r in RESOURCES},
            "responses": {
                status: {
                    "description": words,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/error"}}},
                }
                for status, words in _REFUSALS.items()
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }
    if is_closed:
        found["security"] = [{"token": []}]
    return found


def _path(resource: Resource) -> dict[str, Any]:
    operation = {
        "operationId": resource.name,
        "summary": resource.says,
        "parameters": [*_ids(resource.path), *map(_parameter, resource.allowed)],
        "responses": _responses(_content(resource)),
    }
    return {"get": operation}


def _ids(path: str) -> list[dict[str, Any]]:
    if "{id}" not in path:
        return []
    return [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": "query",
        "description": parameter.says,
        "required": parameter.required,
        "allowEmptyValue": not parameter.required,  # "?since=" is as if it were left out
        "schema": dict(parameter.schema),
    }


def _content(resource: Resource) -> dict[str, Any]:
    whole: schemas.Schema = {"$ref": f"#/components/schemas/{resource.name}"}
    if resource.listed:
        whole = schemas.an(items=schemas.listed(whole), next=schemas.maybe(schemas.TEXT))
    written = {"schema": schemas.TEXT}
    return {"application/json": {"schema": whole}, "text/csv": written, "application/x-ndjson": written}


def _responses(content: dict[str, Any]) -> dict[str, Any]:
    headers = {"ETag": {"schema": schemas.TEXT}}
    refusals = {status: {"$ref": f"#/components/responses/{status}"} for status in _REFUSALS}
    return {
        "200": {"description": "What was asked for.", "headers": headers, "content": content},
        "304": {"description": "It is what If-None-Match names."},
    } | refusals


def _bytes() -> dict[str, Any]:
    return {
        "operationId": "snapshot_bytes",
        "summary": "One kept page, byte for byte, as text that no browser runs.",
        "parameters": _ids(BYTES),
        "responses": _responses({"text/plain": {"schema": schemas.TEXT}}),
    }


def _itself() -> dict[str, Any]:
    return {
        "operationId": "openapi",
        "summary": "This document.",
        "responses": _responses({"application/json": {"schema": {"type": "object"}}}),
    }
