package auth

import (
	"context"
	"time"

	"latchkey/ent/session"
)

// Request is what whoever asks has sent beside the operation. Nothing in it is to be trusted before it is checked.
type Request struct {
	AccessToken string // of the Authorization header; "" for none
	UserAgent   string // "" if it is not known
	IPAddress   string // "" if it is not known

	// Cookies tells whether the request may use the refresh token's cookie: it comes from a page of an allowed origin and
	// of the same site. RefreshToken is what the cookie holds, "" if there is none, and is ignored without Cookies.
	Cookies      bool
	RefreshToken string

	setCookie *RefreshCookie
}

// RefreshCookie is what a cookie is to be set to.
type RefreshCookie struct {
	Token  string        // "" clears it
	MaxAge time.Duration // until the session ends
}

// SetCookie returns what the operation wants the cookie to be, nil to leave it as it is.
func (r *Request) SetCookie() *RefreshCookie { return r.setCookie }

// cookie returns the refresh token of the cookie, "" if there is none that may be used.
func (r *Request) cookie() string {
	if !r.Cookies {
		return ""
	}
	return r.RefreshToken
}

// clearCookie removes the cookie, if it is there and may be touched.
func (r *Request) clearCookie() {
	if r.cookie() != "" {
		r.setCookie = &RefreshCookie{}
	}
}

type requestKey struct{}

// requestFrom returns the Request of a context that comes from WithRequest.
func requestFrom(ctx context.Context) *Request { return ctx.Value(requestKey{}).(*Request) }

// delivery checks whether a refresh token can be delivered as wanted; nil means in the answer.
func (c *checker) delivery(ctx context.Context, field string, wanted *session.Delivery) session.Delivery {
	switch {
	case wanted == nil:
		return session.DeliveryBODY
	case session.DeliveryValidator(*wanted) != nil:
		c.bad(field, invalidFormat, "There is no such delivery.")
	case *wanted == session.DeliveryCOOKIE && !requestFrom(ctx).Cookies:
		c.bad(field, notAllowed, "The cookie can only be used by pages of an origin that this server allows, on the same site.")
	}
	return *wanted
}
