package server_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func without(name string) change {
	return func(header map[string]any, claims jwt.MapClaims) {
		delete(header, name)
		delete(claims, name)
	}
}

// headerTricks are signed with the right key, but are no access tokens, or ask for what is not understood.
func headerTricks(f *forge) []trick {
	var tricks []trick
	add := func(name, token string) { tricks = append(tricks, trick{name, invalidClaims, token}) }
	for _, typ := range []any{"JWT", "jwt", "", "at", "at+jwt ", "at+jwt;v=1", "id_token", "application/jwt", "logout+jwt", "dpop+jwt", "secevent+jwt", nil, 7, []string{"at+jwt"}} {
		add(fmt.Sprintf("§3.11 typ %v", typ), f.sign(header("typ", typ)))
	}
	add("§3.11 no typ", f.sign(without("typ")))
	add("§2.8 an ID token for a client", f.sign(header("typ", "JWT"), claim("aud", "client"), claim("nonce", "n"), claim("auth_time", 0), claim("azp", "client")))
	add("§2.8 an ID token for us", f.sign(header("typ", "JWT"), claim("nonce", "n"), claim("at_hash", "h")))
	for name, value := range map[string]any{"a claim": []string{"exp"}, "nothing": []string{}, "null": nil, "text": "exp", "what is not there": []string{"http://example.com/unknown"}} {
		add("- crit of "+name, f.sign(header("crit", value)))
	}
	add("- crit and b64 (RFC 7797)", f.sign(header("crit", []string{"b64"}), header("b64", false)))
	return tricks
}

// claimTricks are signed with the right key, but are of or for somebody else, or say what can't be.
func claimTricks(f *forge) []trick {
	var tricks []trick
	add := func(reason, section, name string, values ...any) {
		for _, value := range values {
			tricks = append(tricks, trick{fmt.Sprintf("%s %s %.20v", section, name, value), reason, f.sign(claim(name, value))})
		}
	}
	add(invalidClaims, "§3.8", "iss", "", nil, "https://evil.example", issuer+"/", issuer+".evil.example", " "+issuer, "HTTP://LOCALHOST:8080", "http://localhost", "localhost:8080")
	add(malformed, "§3.8", "iss", 7, true, []string{issuer}, map[string]any{issuer: true})
	add(invalidClaims, "§3.9", "aud", "", nil, "other", []string{}, []string{"other", "another"}, []string{""}, "latch", "latchkey2", "LATCHKEY", "latchkey ", "latchkey,other")
	add(malformed, "§3.9", "aud", 7, true, []any{7}, []any{[]string{"latchkey"}}, []any{"other", nil, 7}, map[string]any{"latchkey": true})
	for _, id := range []string{"sub", "sid", "jti"} {
		add(invalidClaims, "§3.8", id, "", nil, "ada@example.org", "1", "../../etc/passwd", "' OR '1'='1", strings.Repeat("0", 4_000), "01a201bc-0000-7000-8000-00000000000g")
		add(malformed, "§3.8", id, 7, true, []string{f.claims[id].(string)}, map[string]any{"id": f.claims[id]})
	}
	add("REVOKED", "§3.8", "sub", "01a201bc-0000-7000-8000-000000000000", "00000000-0000-0000-0000-000000000000", f.claims["sid"])
	add("REVOKED", "-", "ver", 0, -1, 2, 1<<31, nil)
	add(malformed, "-", "ver", "1", 1.5, true, []int{1}, 1e300)
	for _, name := range []string{"iss", "aud", "sub", "sid", "jti", "exp"} {
		tricks = append(tricks, trick{"§3.8, §3.9 no " + name, invalidClaims, f.sign(without(name))})
	}

	// Of two members with one name the last counts (RFC 7519 §4), never the better one.
	header, payload := f.json()
	for member, reason := range map[string]string{
		`"aud":"other"`: invalidClaims, `"iss":"https://evil.example"`: invalidClaims, `"exp":1`: "EXPIRED", `"ver":7`: "REVOKED",
		`"sub":"01a201bc-0000-7000-8000-000000000000"`: "REVOKED", `"jti":""`: invalidClaims,
	} {
		doubled := strings.TrimSuffix(payload, "}") + "," + member + "}"
		tricks = append(tricks, trick{"§2.6 at last " + member, reason, f.signText(segment(header), segment(doubled))})
	}
	return tricks
}

// timeTricks are signed with the right key, but not for now, or for a time that is none.
func timeTricks(f *forge, now time.Time) []trick {
	var tricks []trick
	add := func(reason, name string, values ...any) {
		for _, value := range values {
			tricks = append(tricks, trick{fmt.Sprintf("- %s %.20v", name, value), reason, f.sign(claim(name, value))})
		}
	}
	add("EXPIRED", "exp", now.Unix()-30, now.Unix()-31, 0, -1, -1e18, 1.5, float64(now.Unix())-30.5, now.Unix()/1000)
	add(invalidClaims, "exp", nil)
	add("NOT_YET_VALID", "nbf", now.Unix()+31, float64(now.Unix())+31.5, now.UnixMilli())
	for _, name := range []string{"exp", "nbf", "iat"} {
		add(malformed, name, "", "tomorrow", now.Format(time.RFC3339), true, []int64{now.Unix() + 60}, map[string]any{"seconds": 1}, "NaN", "Infinity")
	}
	header, payload := f.json(without("exp"))
	for _, exp := range []string{"1e999", "-1e999", "0x7fffffff", "NaN", "+1"} {
		spoilt := strings.Replace(payload, "{", `{"exp":`+exp+",", 1)
		tricks = append(tricks, trick{"- exp " + exp, malformed, f.signText(segment(header), segment(spoilt))})
	}
	return tricks
}
