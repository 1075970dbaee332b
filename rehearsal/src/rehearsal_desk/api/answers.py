# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON that the desk answers with: one form for success, one for failure."""

from __future__ import annotations

import datetime as dt
import typing as t
import uuid

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from rehearsal_desk.rules.problems import Breach, Conflict, Forbidden, NotFound, Problem, Refused

# Status and error_type of each problem, most special first.
_STATUS: t.Final[dict[type[Problem], tuple[int, str]]] = {
    Refused: (400, "ParameterError"),
    Forbidden: (403, "Forbidden"),
    NotFound: (404, "NotFound"),
    Conflict: (409, "Conflict"),
}


def result(value: object, *, status: int = 200) -> JSONResponse:
    """One thing."""
    return JSONResponse({"request_id": _request_id(), "result": value}, status_code=status)


def results(values: t.Sequence[object], *, total: int, offset: int, limit: int) -> JSONResponse:
    """A page of things."""
    page = {"request_id": _request_id(), "results": values, "total": total, "offset": offset, "limit": limit}
    return JSONResponse(page)


def failure(status: int, error_type: str, message: str, *, breaches: tuple[Breach, ...] = ()) -> JSONResponse:
    """A refusal, with every reason."""
    details = [{"code": item.code, "attribute": item.attribute, "message": item.message} for item in breaches]
    return JSONResponse(
        {
            "request_id": _request_id(),
            "error_type": error_type,
            "error_message": message,
            "error_details": details,
        },
        status_code=status,
    )


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


def _request_id() -> str:
    return uuid.uuid4().hex
