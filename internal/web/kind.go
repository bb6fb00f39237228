package web

import (
	"net/http"

	"github.com/sayline/sayline"
)

// Status is the one table from kinds of errors to HTTP statuses.
func Status(k sayline.Kind) int {
	switch k {
	case sayline.Invalid:
		return http.StatusBadRequest
	case sayline.AtFault:
		return http.StatusUnprocessableEntity
	case sayline.Unsigned:
		return http.StatusUnauthorized
	case sayline.Forbidden:
		return http.StatusForbidden
	case sayline.NotFound:
		return http.StatusNotFound
	case sayline.Conflict:
		return http.StatusConflict
	case sayline.Gone:
		return http.StatusGone
	case sayline.TooLarge:
		return http.StatusRequestEntityTooLarge
	case sayline.WrongType:
		return http.StatusUnsupportedMediaType
	case sayline.TooMany:
		return http.StatusTooManyRequests
	case sayline.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}
