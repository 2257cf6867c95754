"""Refusals of the Messages API: one envelope, nine kinds, words close to those that have been seen in the wild."""

from __future__ import annotations

from .shapes import Json

KINDS: dict[int, str] = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    502: "api_error",
    503: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}
WORDS: dict[str, str] = {
    "invalid_request_error": "The request was refused by the sandbox as its script asked.",
    "authentication_error": "invalid x-api-key",
    "billing_error": "Your credit balance is too low to access the Anthropic API.",
    "permission_error": "Your API key does not have permission to use the specified resource.",
    "not_found_error": "Not found",
    "timeout_error": "The request timed out.",
    "conflict_error": "The request conflicts with the current state of the resource.",
    "request_too_large": "Request exceeds the maximum size",
    "rate_limit_error": "This request would exceed your organization's rate limit.",
    "api_error": "Internal server error",
    "overloaded_error": "Overloaded",
}


class ApiError(Exception):
    """An answer with an HTTP error status; `headers` go out with it."""

    def __init__(
        self, status: int, message: str, *, kind: str | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind or KINDS.get(status, "api_error")
        self.message = message
        self.headers = headers or {}

    def as_json(self, request_id: str) -> Json:
        """The envelope that goes over the wire."""
        return error_body(self.kind, self.message, request_id)


def error_body(kind: str, message: str, request_id: str) -> Json:
    """`{"type": "error", "error": {...}, "request_id": ...}`, as a body or as the data of an `error` event."""
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": request_id}


def invalid(message: str) -> ApiError:
    """400 invalid_request_error."""
    return ApiError(400, message)
