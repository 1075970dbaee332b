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
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from rehearsal_desk.api.interface import Detail, ErrorType, Failure
from rehearsal_desk.rules.problems import Breach, Conflict, Forbidden, NotFound, Problem, Refused
from rehearsal_desk.rules.wording import Language, say, spoken, wanted_language

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
_FAULT: t.Final = say("The desk could not do this.", "窓口で処理できませんでした。")
_BUSY: t.Final = say("There were too many requests.", "リクエストが多すぎます。")
_CONTENT_LANGUAGE: t.Final = {
    "description": "of the sentences, as Accept-Language wants it (ours)",
    "required": True,
    "schema": {"enum": ["en", "ja"], "type": "string"},
}
_RETRY_AFTER: t.Final = {"description": "seconds", "required": True, "schema": {"type": "integer", "minimum": 0}}


def describe(*statuses: int) -> dict[int | str, dict[str, t.Any]]:
    """Describe answers of these statuses for the OpenAPI document; good ones have the model of their call."""
    descriptions: dict[int | str, dict[str, t.Any]] = {}
    for status in statuses:
        model = {"model": Failure} if status >= 400 else {}
        headers = {"Content-Language": _CONTENT_LANGUAGE} if status >= 400 else {}
        if status == 429:
            headers["Retry-After"] = _RETRY_AFTER
        described = {"headers": headers} if headers else {}
        descriptions[status] = {"description": _MEANINGS[status], **model, **described}
    return descriptions


def failure(
    status: int, error_type: ErrorType, message: str, *, lang: Language, breaches: tuple[Breach, ...] = ()
) -> JSONResponse:
    """Make a refusal that lists every reason, in this language."""
    details = [
        Detail(code=breach.code, attribute=breach.attribute, message=spoken(breach.message, lang))
        for breach in breaches
    ]
    answer = Failure(error_type=error_type, error_message=spoken(message, lang), error_details=details)
    headers = {"Content-Language": lang, "Vary": "Accept-Language"}
    return JSONResponse(answer.model_dump(), status_code=status, headers=headers)


def language_of(headers: Headers) -> Language:
    """Return the language that this request wants its refusal in."""
    return wanted_language(headers.get("accept-language", ""))


def system_error(lang: Language) -> JSONResponse:
    """Return the answer that says nothing but that something went wrong."""
    return failure(500, "SystemError", _FAULT, lang=lang)


def bad_token(lang: Language) -> JSONResponse:
    """Return the refusal of a token that is missing or not known."""
    refused = token_refused()
    return failure(400, "ParameterError", refused.message, lang=lang, breaches=refused.breaches)


def token_refused() -> Refused:
    """Return the refusal of a token as a problem, for who has not answered yet."""
    return Refused(
        (
            Breach(
                "access_token",
                "invalid",
                say(
                    "The token is missing or not known to this desk.",
                    "トークンがないか、この窓口に登録されていません。",
                ),
            ),
        )
    )


def too_many_requests(seconds: int, lang: Language) -> JSONResponse:
    """Return the demand to come back later."""
    answer = failure(429, "TooManyRequests", _BUSY, lang=lang)
    answer.headers["retry-after"] = str(seconds)
    return answer


def moment(value: dt.datetime | None) -> str | None:
    """Write the moment as RFC 3339 in UTC with Z."""
    return None if value is None else value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def teach_failures(app: FastAPI) -> None:
    """Make every failure of this application answer in the one form."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_misread_query)
    app.add_exception_handler(HTTPException, _on_no_such_call)
    app.add_exception_handler(Exception, _on_fault)


async def _on_problem(request: Request, error: Exception) -> JSONResponse:
    problem = t.cast(Problem, error)
    status, error_type = _STATUS[type(problem)]
    return failure(status, error_type, problem.message, lang=language_of(request.headers), breaches=problem.breaches)


async def _on_misread_query(request: Request, error: Exception) -> JSONResponse:
    found = t.cast(RequestValidationError, error).errors()
    breaches = tuple(
        Breach(str(item["loc"][-1]), "invalid", say("{}.", "この値は使えません ({})。", item["msg"])) for item in found
    )
    refused = Refused(breaches)
    return failure(400, "ParameterError", refused.message, lang=language_of(request.headers), breaches=breaches)


async def _on_no_such_call(request: Request, _error: Exception) -> JSONResponse:
    message = say("There is no {} of this path.", "このパスに {} はありません。", request.method)
    return failure(404, "NotFound", message, lang=language_of(request.headers))


async def _on_fault(request: Request, _error: Exception) -> JSONResponse:
    return system_error(language_of(request.headers))
