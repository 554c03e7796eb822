package server_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"latchkey/internal/config"
	"latchkey/internal/testdb"
	"latchkey/internal/testleak"
)

// pair is a certificate with its key, as PEM.
type pair struct{ cert, key []byte }

// selfSigned returns a pair for this machine that is named in its certificate.
func selfSigned(t testing.TB, name string) pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{name + ".example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pair{
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
	}
}

func write(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// startTLS runs a server with a pair in its directory, and gives it a client that trusts that pair only.
func startTLS(t testing.TB, p pair, changes ...func(*config.Config)) *testServer {
	t.Helper()
	c := defaults(t, testdb.SQLite(t))
	c.Issuer = "https://id.example.org"
	dir := t.TempDir()
	c.TLSCert, c.TLSKey = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	write(t, c.TLSCert, p.cert)
	write(t, c.TLSKey, p.key)
	for _, change := range changes {
		change(&c)
	}
	s := startWith(t, c)
	s.client = p.client(t)
	return s
}

func (p pair) client(t testing.TB) *http.Client {
	t.Helper()
	return p.clientOf(t, nil)
}

// clientOf speaks these protocols only; nil for those that http.Transport does.
func (p pair) clientOf(t testing.TB, protocols *http.Protocols) *http.Client {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(p.cert)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true, ExpectContinueTimeout: time.Minute, Protocols: protocols}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: testleak.Over(t, transport)}
}

// address is where the server listens.
func (s *testServer) address() string {
	_, address, _ := strings.Cut(s.url, "://")
	return address
}

// served is the name in the certificate that a new client gets.
func (s *testServer) served(t testing.TB) string {
	t.Helper()
	connection, err := tls.Dial("tcp", s.address(), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close() //nolint:errcheck // nothing was sent
	return connection.ConnectionState().PeerCertificates[0].Subject.CommonName
}

func TestTLSSpeaksHTTP2AndHTTP1(t *testing.T) {
	t.Parallel()
	first := selfSigned(t, "first")
	s := startTLS(t, first)
	ada := s.join(t, "ada@example.org")
	for protocol, set := range map[string]func(*http.Protocols){
		"HTTP/2.0": func(p *http.Protocols) { p.SetHTTP2(true) },
		"HTTP/1.1": func(p *http.Protocols) { p.SetHTTP1(true) },
	} {
		var only http.Protocols
		set(&only)
		client := first.clientOf(t, &only)
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/graphql", strings.NewReader(`{"query":"{ me { email } }"}`))
		request.Header = http.Header{"Authorization": {"Bearer " + ada.token}, "Content-Type": {"application/json"}}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if got := string(body); err != nil || got != `{"data":{"me":{"email":"ada@example.org"}}}` {
			t.Errorf("%s: %s, %v", protocol, got, err)
		}
		if response.Proto != protocol || response.TLS.Version != tls.VersionTLS13 {
			t.Errorf("%s, TLS %x, want %s", response.Proto, response.TLS.Version, protocol)
		}
		if got := response.Header.Get("Strict-Transport-Security"); got != "max-age=31536000" {
			t.Errorf("Strict-Transport-Security is %q", got)
		}
	}
	for _, path := range []string{"/healthz", "/readyz", "/.well-known/jwks.json", "/"} {
		if a := s.send(t, "GET", path, nil, nil); a.status != 200 {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	if s.log.Count(`"graphql":"https://localhost:`) != 1 {
		t.Error("the greeting does not say https")
	}
	if s.log.Count("LATCHKEY_ISSUER") != 0 {
		t.Error("the issuer is complained about")
	}
}

func TestTLSWithAnIssuerThatIsNotHTTPSIsWarnedOf(t *testing.T) {
	t.Parallel()
	s := startTLS(t, selfSigned(t, "first"), func(c *config.Config) { c.Issuer = "http://localhost:8080" })
	if s.log.Count("set LATCHKEY_ISSUER") != 1 {
		t.Error(s.log)
	}
}

func TestOldTLSAndClearTextAreRefused(t *testing.T) {
	t.Parallel()
	s := startTLS(t, selfSigned(t, "first"))
	for version, accepted := range map[uint16]bool{
		tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true,
	} {
		connection, err := tls.Dial("tcp", s.address(), &tls.Config{InsecureSkipVerify: true, MinVersion: version, MaxVersion: version})
		if (err == nil) != accepted {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
		if err == nil {
			_ = connection.Close()
		}
	}
	response, err := http.Get("http://" + s.address() + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // not read
	if response.StatusCode != http.StatusBadRequest {
		t.Errorf("clear text gets %d", response.StatusCode)
	}
	if strings.Contains(s.log.String(), `"level":"WARN","msg":"http: TLS`) {
		t.Error("any stranger can make the server warn")
	}
}

// A proxy speaks HTTP/1.1 to this server, so nobody needs HTTP/2 in clear text.
func TestHTTP2InClearTextIsNotOffered(t *testing.T) {
	t.Parallel()
	s := start(t, testdb.SQLite(t))
	var unencrypted http.Protocols
	unencrypted.SetUnencryptedHTTP2(true)
	client := &http.Client{Transport: &http.Transport{Protocols: &unencrypted}}
	if response, err := client.Get(s.url + "/healthz"); err == nil {
		_ = response.Body.Close()
		t.Errorf("answered with %s", response.Proto)
	}
	upgrade := http.Header{"Connection": {"Upgrade, HTTP2-Settings"}, "Upgrade": {"h2c"}, "Http2-Settings": {"AAMAAABkAARAAAAAAAIAAAAA"}}
	if a := s.send(t, "GET", "/healthz", upgrade, nil); a.status != 200 || a.header.Get("Upgrade") != "" {
		t.Errorf("status %d, Upgrade %q", a.status, a.header.Get("Upgrade"))
	}
}

func TestRequestsInFlightFinishOverHTTP2(t *testing.T) {
	t.Parallel()
	s := startTLS(t, selfSigned(t, "first"))
	body, feed := io.Pipe()
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/graphql", body)
	request.Header = http.Header{"Content-Type": {"application/json"}, "Expect": {"100-continue"}}
	type result struct {
		response *http.Response
		err      error
	}
	answered := make(chan result, 1)
	go func() {
		response, err := s.client.Do(request)
		answered <- result{response, err}
	}()
	if _, err := io.WriteString(feed, `{"query":`); err != nil { // the handler has asked for it: the client waits for 100
		t.Fatal(err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- s.stop() }()
	for { // until nobody new is let in
		connection, err := net.Dial("tcp", s.address())
		if err != nil {
			break
		}
		_ = connection.Close()
	}
	if _, err := io.WriteString(feed, `"{ __typename }"}`); err != nil {
		t.Fatal(err)
	}
	_ = feed.Close()
	got := <-answered
	if got.err != nil {
		t.Fatal(got.err)
	}
	text, err := io.ReadAll(got.response.Body)
	_ = got.response.Body.Close()
	if err != nil || string(text) != `{"data":{"__typename":"Query"}}` || got.response.ProtoMajor != 2 {
		t.Errorf("%s %s, %v", got.response.Proto, text, err)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}
