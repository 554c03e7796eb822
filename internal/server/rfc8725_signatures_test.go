package server_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

const (
	malformed        = "MALFORMED"
	invalidSignature = "INVALID_SIGNATURE"
	invalidClaims    = "INVALID_CLAIMS"
)

// algorithmTricks let the token say how it is to be verified.
func algorithmTricks(f *forge) []trick {
	var tricks []trick
	add := func(name, token string) { tricks = append(tricks, trick{name, invalidSignature, token}) }
	parts := strings.Split(f.good, ".")

	for _, none := range []string{"none", "None", "NONE", "NoNe", "nOnE", " none", "none\x00", ""} {
		add(fmt.Sprintf("§2.1 alg %q, no signature", none), f.unsigned(header("alg", none)))
		add(fmt.Sprintf("§2.1 alg %q, a right signature", none), f.sign(header("alg", none)))
	}
	unsigned := strings.Split(f.unsigned(), ".")
	add("§2.1 alg none, the signature of another token", unsigned[0]+"."+unsigned[1]+"."+parts[2])

	der, asPEM := f.publicKey()
	point, err := f.key.PublicKey.Bytes()
	if err != nil {
		f.t.Fatal(err)
	}
	for name, secret := range map[string][]byte{
		"PEM": asPEM, "PEM, trimmed": []byte(strings.TrimSpace(string(asPEM))), "DER": der, "DER in base64": []byte(base64.StdEncoding.EncodeToString(der)),
		"a point": point, "JWK": []byte(asJWK(f.key)), "its kid": []byte(f.header["kid"].(string)), "nothing": {}, "a weak secret (§2.2)": []byte("secret"),
	} {
		add("§2.1 HS256 with the public key as "+name, f.confused(jwt.SigningMethodHS256, secret))
	}
	add("§2.1 HS384 with the public key", f.confused(jwt.SigningMethodHS384, asPEM))
	add("§2.1 HS512 with the public key", f.confused(jwt.SigningMethodHS512, asPEM))

	for _, alg := range []any{"RS256", "PS256", "ES384", "ES512", "ES256K", "EdDSA", "HS256", "es256", "ES256 ", "SHA256withECDSA", "dir", nil, 256, true, []string{"ES256"}} {
		add(fmt.Sprintf("§3.1 alg %v, signed with ES256", alg), f.sign(header("alg", alg)))
	}
	text, payload := f.json()
	for name, algs := range map[string]string{
		"none at last": `"alg":"ES256","alg":"none"`, "none in capitals at last": `"alg":"ES256","ALG":"none"`, "none at first": `"alg":"none","alg":"ES256"`,
	} {
		doubled := segment(strings.Replace(text, `"alg":"ES256"`, algs, 1)) + "." + segment(payload)
		add("§2.6 two alg members, "+name, doubled+".")
	}
	return tricks
}

// signatureTricks have a signature that is not one of the token.
func signatureTricks(f, other *forge) []trick {
	var tricks []trick
	add := func(name, token string) { tricks = append(tricks, trick{name, invalidSignature, token}) }
	parts, theirs := strings.Split(f.good, "."), strings.Split(other.good, ".")
	signed := parts[0] + "." + parts[1]
	with := func(signature string) string { return signed + "." + segment(signature) }

	add("§2.1 the signature is stripped", signed+".")
	add("§2.1 another user's payload under our signature", parts[0]+"."+theirs[1]+"."+parts[2])
	add("§2.1 another user's signature", signed+"."+theirs[2])
	add("§2.1 another role in the payload", f.tampered())
	add("§2.1 another header under our signature", strings.Split(f.sign(header("extra", true)), ".")[0]+"."+parts[1]+"."+parts[2])
	add("§3.1 a foreign key under our kid", f.signWith(foreignKey(f.t)))

	raw := f.signature(signed)
	r, s := new(big.Int).SetBytes([]byte(raw[:32])), new(big.Int).SetBytes([]byte(raw[32:]))
	n, zero, one := elliptic.P256().Params().N, new(big.Int), big.NewInt(1)
	der, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
	if err != nil {
		f.t.Fatal(err)
	}
	add("- the signature in DER", with(string(der)))
	for name, numbers := range map[string][2]*big.Int{
		"r and s zero, psychic (CVE-2022-21449)": {zero, zero}, "r zero": {zero, s}, "s zero": {r, zero},
		"r and s the order of the curve": {n, n}, "r the order": {n, s}, "s the order": {r, n}, "r and s one": {one, one},
		"r and s swapped": {s, r}, "s beyond the order": {r, new(big.Int).Lsh(one, 255)},
	} {
		add("- "+name, with(join(numbers[0], numbers[1])))
	}
	for name, signature := range map[string]string{
		"of zeros, as if for ES512": strings.Repeat("\x00", 132), "with a byte more": raw + "\x00", "with a byte less": raw[:63],
		"twice": raw + raw, "after a zero": "\x00" + raw, "r alone": raw[:32], "in hexadecimal": fmt.Sprintf("%x", raw),
		"in 48 bytes each": strings.Repeat("\x00", 16) + raw[:32] + strings.Repeat("\x00", 16) + raw[32:],
	} {
		add("- the signature "+name, with(signature))
	}
	return tricks
}

// malleated is the token with the other signature that proves the same (r, n-s), which whoever has one can calculate.
func malleated(f *forge) string {
	parts := strings.Split(f.good, ".")
	raw, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		f.t.Fatal(err)
	}
	r, s := new(big.Int).SetBytes(raw[:32]), new(big.Int).SetBytes(raw[32:])
	return parts[0] + "." + parts[1] + "." + segment(join(r, s.Sub(elliptic.P256().Params().N, s)))
}

// join is a signature as JWTs have it (RFC 7518 §3.4).
func join(r, s *big.Int) string {
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return string(signature)
}

// jwk is a public key in JSON (RFC 7517).
func asJWK(key *ecdsa.PrivateKey) string {
	point, err := key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf(`{"crv":"P-256","kty":"EC","x":%q,"y":%q}`, segment(string(point[1:33])), segment(string(point[33:])))
}

// keyTricks say which key it is to be verified with. At address, the thief waits.
func keyTricks(f *forge, address string) []trick {
	var tricks []trick
	add := func(name, token string) { tricks = append(tricks, trick{name, invalidSignature, token}) }
	foreign := foreignKey(f.t)
	for name, change := range map[string]change{
		"jku": header("jku", address+"/jwks.json"), "x5u": header("x5u", address+"/key.pem"), "jwk": header("jwk", json.RawMessage(asJWK(foreign))),
		"jwk in text": header("jwk", asJWK(foreign)),
		"x5c":         header("x5c", []string{base64.StdEncoding.EncodeToString([]byte("certificate"))}),
		"x5t":         header("x5t", "AAAA"), "an iss with keys (§3.8)": claim("iss", address), "kid that is an address": header("kid", address),
		"a jku that is a file": header("jku", "file:///etc/passwd"), "a jku inside": header("jku", "http://169.254.169.254/latest/meta-data/"),
	} {
		add("§3.10 a foreign key by "+name+", under our kid", f.signWith(foreign, change))
		add("§3.10 a foreign key by "+name+", under theirs", f.signWith(foreign, header("kid", "theirs"), change))
		add("§3.10 a foreign key by "+name+", without kid", f.signWith(foreign, without("kid"), change))
	}
	kid := f.header["kid"].(string)
	for name, value := range map[string]any{
		"other": "unknown", "empty": "", "null": nil, "a number": 7, "a list": []string{kid}, "an object": map[string]any{"kid": kid},
		"in capitals": strings.ToUpper(kid), "with a space": kid + " ", "with a NUL": kid + "\x00", "cut off": kid[:len(kid)-1],
		"a path": "../../../../../../dev/null", "a path to the key": f.keyPath, "a command": "|/usr/bin/id", "very long": strings.Repeat(kid, 100),
		"SQL": "' UNION SELECT 'secret' -- ", "SQL that is always true": kid + "' OR '1'='1", "LDAP": "*)(kid=*", "a template": "{{.}}${7*7}",
	} {
		add("§2.9 a kid that is "+name, f.sign(header("kid", value)))
	}
	add("§2.9 no kid", f.sign(without("kid")))
	return tricks
}
