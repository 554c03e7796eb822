package auth

import "latchkey/internal/token"

// Code is a stable extensions.code of the API, described in the schema's enum ErrorCode.
//
// What a client can do something about is an *Error with one of these codes, or Problems: several at once. Everything else
// that comes out of this package is an error of the database, which internal/store can tell apart, or a defect. Nothing
// but the code, message and fields of an *Error is ever shown to a client, and none of them repeats a value that was sent.
type Code string

// The codes that the rules answer with.
const (
	Unauthenticated     Code = "UNAUTHENTICATED"
	Forbidden           Code = "FORBIDDEN"
	InvalidCredentials  Code = "INVALID_CREDENTIALS"
	InvalidRefreshToken Code = "INVALID_REFRESH_TOKEN"
	RefreshTokenReused  Code = "REFRESH_TOKEN_REUSED"
	BadUserInput        Code = "BAD_USER_INPUT"
	EmailTaken          Code = "EMAIL_TAKEN"
	UsernameTaken       Code = "USERNAME_TAKEN"
	WeakPassword        Code = "WEAK_PASSWORD"
	NotFound            Code = "NOT_FOUND"
	SignupClosed        Code = "SIGNUP_CLOSED"
	LastAdministrator   Code = "LAST_ADMINISTRATOR"
	RateLimited         Code = "RATE_LIMITED"
)

// The reasons of BAD_USER_INPUT. Those of WEAK_PASSWORD are password.Weakness.
const (
	required      = "REQUIRED"
	blank         = "BLANK"
	tooShort      = "TOO_SHORT"
	tooLong       = "TOO_LONG"
	invalidFormat = "INVALID_FORMAT"
	notAllowed    = "NOT_ALLOWED"
)

// Error is a refusal that the client is told about.
type Error struct {
	Code    Code
	Message string // for people
	Field   string // the argument it is about, as in input.email; "" for none
	Reason  string // of UNAUTHENTICATED (a token.Problem), BAD_USER_INPUT and WEAK_PASSWORD
	Min     int    // the bound that was not met; 0 for none
	Max     int

	RetryAfter int // of RATE_LIMITED, seconds; 0 for none
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Problems are all that is wrong with the arguments, at least one.
type Problems []*Error

func (p Problems) Error() string { return p[0].Error() }

func unauthenticated(problem token.Problem) *Error {
	return &Error{
		Code:    Unauthenticated,
		Message: "A valid access token is needed.",
		Reason:  string(problem),
	}
}

func forbidden() *Error {
	return &Error{Code: Forbidden, Message: "This is not yours to see or to do."}
}

func notFound() *Error { return &Error{Code: NotFound, Message: "There is nothing with this id."} }

func invalidRefreshToken() *Error {
	return &Error{Code: InvalidRefreshToken, Message: "A valid refresh token is needed. Log in again."}
}

// invalidCredentials is the one answer to a wrong password, an unknown account and a disabled account.
func invalidCredentials() *Error {
	return &Error{Code: InvalidCredentials, Message: "The account or the password is wrong."}
}
