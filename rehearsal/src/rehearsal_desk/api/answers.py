# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one form of failure that the desk answers with."""

from __future__ import annotations

import datetime as dt
import typing as t

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from rehearsal_desk.api.interface import Detail, ErrorType, Failure
from rehearsal_desk.rules.problems import Breach, Conflict, Forbidden, NotFound, Problem, Refused

# Status and error_type of each problem, most special first.
_STATUS: t.Final[dict[type[Problem], tuple[int, ErrorType]]] = {
    Refused: (400, "ParameterError"),
    Forbidden: (403, "Forbidden"),
    NotFound: (404, "NotFound"),
    Conflict: (409, "Conflict"),
}


# What each status means in the OpenAPI document.
_MEANINGS: t.Final = {
    200: "Done, or done before.",
    201: "Bought now.",
    400: "The request or its token breaks a rule; every breach is listed.",
    403: "The token lacks the scope.",
    404: "There is no such thing for this admin.",
    409: "It does not fit what is already there.",
    429: "Too many requests; a fault.",
    500: "The desk could not do this.",
}
_RETRY_AFTER: t.Final = {"description": "seconds", "required": True, "schema": {"type": "integer", "minimum": 0}}


def describe(*statuses: int) -> dict[int | str, dict[str, t.Any]]:
    """Describe answers of these statuses for the OpenAPI document; good ones have the model of their call."""
    descriptions: dict[int | str, dict[str, t.Any]] = {}
    for status in statuses:
        model = {"model": Failure} if status >= 400 else {}
        headers = {"headers": {"Retry-After": _RETRY_AFTER}} if status == 429 else {}
        descriptions[status] = {"description": _MEANINGS[status], **model, **headers}
    return descriptions


def failure(status: int, error_type: ErrorType, message: str, *, breaches: tuple[Breach, ...] = ()) -> JSONResponse:
    """Make a refusal that lists every reason."""
    details = [Detail.model_validate(breach) for breach in breaches]
    answer = Failure(error_type=error_type, error_message=message, error_details=details)
    return JSONResponse(answer.model_dump(), status_code=status)


def system_error() -> JSONResponse:
    """The answer that says nothing but that something went wrong."""
    return failure(500, "SystemError", "The desk could not do this.")


def bad_token() -> JSONResponse:
    """The refusal of a token that is missing or not known."""
    refused = token_refused()
    return failure(400, "ParameterError", refused.message, breaches=refused.breaches)


def token_refused() -> Refused:
    """The same as a problem, for who has not answered yet."""
    return Refused((Breach("access_token", "invalid", "The token is missing or not known to this desk."),))


def too_many_requests(seconds: int) -> JSONResponse:
    """The demand to come back later."""
    answer = failure(429, "TooManyRequests", "There were too many requests.")
    answer.headers["retry-after"] = str(seconds)
    return answer


def moment(value: dt.datetime | None) -> str | None:
    """RFC 3339 in UTC with Z."""
    return None if value is None else value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def teach_failures(app: FastAPI) -> None:
    """Make every failure of this application answer in the one form."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_misread_query)
    app.add_exception_handler(HTTPException, _on_no_such_call)
    app.add_exception_handler(Exception, _on_fault)


async def _on_problem(_request: Request, error: Exception) -> JSONResponse:
    problem = t.cast(Problem, error)
    status, error_type = _STATUS[type(problem)]
    return failure(status, error_type, problem.message, breaches=problem.breaches)


async def _on_misread_query(_request: Request, error: Exception) -> JSONResponse:
    found = t.cast(RequestValidationError, error).errors()
    breaches = tuple(Breach(str(item["loc"][-1]), "invalid", f"{item['msg']}.") for item in found)
    refused = Refused(breaches)
    return failure(400, "ParameterError", refused.message, breaches=breaches)


async def _on_no_such_call(request: Request, _error: Exception) -> JSONResponse:
    return failure(404, "NotFound", f"There is no {request.method} of this path.")


async def _on_fault(_request: Request, _error: Exception) -> JSONResponse:
    return system_error()
