package server_test

import (
	"bytes"
	"compress/flate"
	"fmt"
	"strings"
	"unicode/utf16"
)

// encodingTricks spell a token that is right in another way.
func encodingTricks(f *forge) []trick {
	var tricks []trick
	add := func(name, token string) { tricks = append(tricks, trick{"- " + name, malformed, token}) }
	header, payload := f.json()
	good := strings.Split(f.good, ".")

	add("padding", f.good+"==")
	add("padding of the payload", f.signText(segment(header), segment(payload)+"="))
	add("spaces around", " "+f.good+" ")
	add("a tab after it", f.good+"\t")
	add("a line break after it", f.good+"\n")
	add("a NUL after it", f.good+"\x00")
	add("a quote around it", `"`+f.good+`"`)
	add("its scheme before it", "Bearer "+f.good)
	add("twice", f.good+" "+f.good)
	add("twice, with a comma", f.good+", "+f.good)
	add("percent signs", strings.ReplaceAll(f.good, ".", "%2E"))
	for name, inside := range map[string]string{"a space": " ", "a line break": "\n", "a carriage return": "\r", "a tab": "\t", "a NUL": "\x00", "é": "é"} {
		add(name+" in the header", f.signText(segment(header)[:8]+inside+segment(header)[8:], segment(payload)))
		add(name+" in the payload", f.signText(segment(header), segment(payload)[:8]+inside+segment(payload)[8:]))
		add(name+" in the signature", f.good[:len(f.good)-8]+inside+f.good[len(f.good)-8:])
	}
	// Of a segment whose bytes are no multiple of three, the last bits mean nothing.
	for _, spaces := range []string{"", " ", "  "} {
		if text := segment(header + spaces); len(text)%4 != 0 {
			add("unused bits of the header"+spaces, f.signText(otherBits(text), segment(payload)))
		}
		if text := segment(payload + spaces); len(text)%4 != 0 {
			add("unused bits of the payload"+spaces, f.signText(segment(header), otherBits(text)))
		}
	}
	add("unused bits of the signature", good[0]+"."+good[1]+"."+otherBits(good[2]))
	standard := f.good
	for standard == f.good || !strings.ContainsAny(standard, "+/") {
		standard = strings.NewReplacer("-", "+", "_", "/").Replace(f.sign())
	}
	add("the standard alphabet", standard)
	return tricks
}

// otherBits ends with another character that stands for the same bytes.
func otherBits(text string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := len(text) - 1
	return text[:last] + string(alphabet[strings.IndexByte(alphabet, text[last])+1])
}

// formTricks are signed, but are not a JSON object in UTF-8 between a header and a signature.
func formTricks(f *forge) []trick {
	var tricks []trick
	add := func(name, token string) { tricks = append(tricks, trick{name, malformed, token}) }
	header, payload := f.json()
	sign := func(header, payload string) string { return f.signText(segment(header), segment(payload)) }
	good := strings.Split(f.good, ".")

	for _, raw := range []string{".", "..", "...", good[0], good[0] + "." + good[1], good[0] + ".." + good[2], "." + good[1] + "." + good[2], ".." + good[2], f.good + ".", "." + f.good} {
		add("- segments "+shape(raw), raw)
	}
	add("§2.3 another token in the payload", f.signText(segment(strings.Replace(header, "{", `{"cty":"JWT",`, 1)), segment(f.good)))
	add("§2.3 another token in a JSON string", sign(header, `"`+f.good+`"`))
	add("§2.3 encrypted", strings.Join([]string{segment(`{"alg":"ECDH-ES","enc":"A128GCM","epk":{"kty":"EC"}}`), "", "AAAA", "AAAA", "AAAA"}, "."))
	add("§2.3 encrypted directly (alg dir)", segment(`{"alg":"dir","enc":"A128GCM","zip":"DEF"}`)+"..AAAA.AAAA.AAAA")
	add("§2.3 a signed token with two segments more", f.good+"."+good[1]+"."+good[2])
	add("- JSON serialization, flattened", fmt.Sprintf(`{"protected":%q,"payload":%q,"signature":%q}`, good[0], good[1], good[2]))
	add("- JSON serialization, general", fmt.Sprintf(`{"payload":%q,"signatures":[{"protected":%q,"signature":%q}]}`, good[1], good[0], good[2]))

	var compressed bytes.Buffer
	writer, err := flate.NewWriter(&compressed, flate.BestCompression)
	if err == nil {
		_, err = writer.Write([]byte(payload))
	}
	if err != nil || writer.Close() != nil {
		f.t.Fatal(err)
	}
	add("§3.6 a compressed payload (zip)", sign(strings.Replace(header, "{", `{"zip":"DEF",`, 1), compressed.String()))
	add("§3.7 a byte order mark before the payload", sign(header, "\ufeff"+payload))
	add("§3.7 a byte order mark before the header", sign("\ufeff"+header, payload))
	add("§3.7 the payload in UTF-16", sign(header, inUTF16(payload)))
	add("§3.7 the header in UTF-16", sign(inUTF16(header), payload))
	add("§3.7 bytes before the payload that are no text", sign(header, "\xff\xfe"+payload))

	for _, other := range []string{"[" + payload + "]", `"text"`, "7", "true", "", " ", payload + payload, payload + "x", payload[1:], strings.Repeat(`{"":`, 11_000)} {
		add(fmt.Sprintf("- the payload %.12q", other), sign(header, other))
		add(fmt.Sprintf("- the header %.12q", other), sign(strings.ReplaceAll(other, payload, header), payload))
	}
	add("- 60 kB", strings.Repeat("a", 60_000))
	add("- 60 kB of dots", strings.Repeat(".", 60_000))
	tricks = append(tricks,
		trick{"- 40 kB of payload, signed with a foreign key", malformed, f.signWith(foreignKey(f.t), claim("extra", strings.Repeat("a", 40_000)))},
		trick{"- a header that is null", invalidSignature, sign("null", payload)},
		trick{"- a payload that is null", invalidClaims, sign(header, "null")},
		trick{"- an empty payload", invalidClaims, sign(header, "{}")},
		trick{"- the signature over a payload that is not encoded (RFC 7797)", invalidSignature,
			segment(header) + "." + segment(payload) + "." + segment(f.signature(segment(header)+"."+payload))},
	)
	return tricks
}

// shape is a token with its segments cut short.
func shape(raw string) string {
	var short []string
	for part := range strings.SplitSeq(raw, ".") {
		short = append(short, part[:min(3, len(part))])
	}
	return strings.Join(short, ".")
}

func inUTF16(text string) string {
	var raw []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		raw = append(raw, byte(unit>>8), byte(unit))
	}
	return string(raw)
}
