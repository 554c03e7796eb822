package auth

import (
	"errors"
	"testing"

	"latchkey/internal/token"
)

// This service has no database to look into.
func TestMadeUpRefreshTokensCostNoLookUp(t *testing.T) {
	t.Parallel()
	service := newService(t, nil)
	forged := token.NewRefreshKey().Seal(token.Refresh{Generation: 1, Secret: token.NewSecret()})
	for _, raw := range []string{"", "nonsense", forged} {
		for name, ctx := range map[string]*Request{"argument": {}, "cookie": {Cookies: true, RefreshToken: raw}} {
			argument := &raw
			if name == "cookie" {
				argument = nil
			}
			_, err := service.RefreshToken(service.WithRequest(t.Context(), ctx), argument)
			var refusal *Error
			if !errors.As(err, &refusal) || refusal.Code != InvalidRefreshToken {
				t.Errorf("%s: %q: %v", name, raw, err)
			}
		}
		_, err := service.Logout(service.WithRequest(t.Context(), &Request{Cookies: true, RefreshToken: raw}), Current)
		var refusal *Error
		if !errors.As(err, &refusal) || refusal.Code != Unauthenticated {
			t.Errorf("logout with %q: %v", raw, err)
		}
		payload, err := service.RevokeToken(service.WithRequest(t.Context(), &Request{}), raw)
		if err != nil || payload.Revoked {
			t.Errorf("revoked %q: %v, %v", raw, payload, err)
		}
	}
}
