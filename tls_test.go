package main_test

import (
	"bytes"
	"crypto/tls"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// tlsCommands are those of the operations guide: to make a certificate, and to ask the server.
func tlsCommands(t testing.TB) (makeCertificate, ask string) {
	t.Helper()
	for _, block := range operations(t) {
		switch {
		case strings.HasPrefix(block, "openssl"):
			makeCertificate = block
		case strings.Contains(block, "https://localhost:8080/readyz"):
			ask = block
		}
	}
	return makeCertificate, ask
}

func TestTLSOfTheOperationsGuide(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	makeCertificate, ask := tlsCommands(t)
	runShell(t, dir, makeCertificate)
	server := serve(t, dir, "LATCHKEY_TLS_CERT=cert.pem", "LATCHKEY_TLS_KEY=key.pem", "LATCHKEY_ISSUER=https://localhost:8080")
	if !strings.HasPrefix(server.url, "https://localhost:") {
		t.Fatalf("greets with %s", server.url)
	}
	ask = strings.ReplaceAll(ask, "https://localhost:8080", server.url)
	if got := runShell(t, dir, ask); got != "ready\n" {
		t.Errorf("answered %q", got)
	}

	runShell(t, dir, makeCertificate) // in place of the first
	runShell(t, dir, "for try in $(seq 200); do if "+ask+"; then exit; fi; done 2> /dev/null; exit 1")

	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := server.Wait(); err != nil {
		t.Errorf("ended with %v", err)
	}
}

func TestCertificateThatCanNotBeUsedEndsTheStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	makeCertificate, _ := tlsCommands(t)
	runShell(t, dir, makeCertificate+"\nmv key.pem other.pem\n"+makeCertificate+"\ntouch empty.pem\nhead -c 100 key.pem > half.pem")
	key, err := os.ReadFile(filepath.Join(dir, "key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tls.LoadX509KeyPair(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ cert, key, want string }{
		"no certificate":     {"missing.pem", "key.pem", "latchkey: TLS: open missing.pem: no such file"},
		"no key":             {"cert.pem", "missing.pem", "latchkey: TLS: open missing.pem: no such file"},
		"another's key":      {"cert.pem", "other.pem", "latchkey: TLS: cert.pem and other.pem: private key does not match public key"},
		"an empty file":      {"cert.pem", "empty.pem", "latchkey: TLS: cert.pem and empty.pem: failed to find any PEM data in key input"},
		"half a key":         {"cert.pem", "half.pem", "latchkey: TLS: cert.pem and half.pem: failed to find any PEM data in key input"},
		"one for the other":  {"key.pem", "cert.pem", "latchkey: TLS: key.pem and cert.pem: failed to find certificate PEM data"},
		"a key for both":     {"key.pem", "key.pem", "latchkey: TLS: key.pem and key.pem: failed to find certificate PEM data"},
		"a directory":        {".", "key.pem", "latchkey: TLS: read .: is a directory"},
		"a certificate only": {"cert.pem", "cert.pem", "latchkey: TLS: cert.pem and cert.pem: found a certificate rather than a key"},
	} {
		output, err := command(t, dir, []string{"LATCHKEY_ADDR=127.0.0.1:0", "LATCHKEY_TLS_CERT=" + c.cert, "LATCHKEY_TLS_KEY=" + c.key}).CombinedOutput()
		if exitCode(err) != 1 || !strings.HasPrefix(string(output), c.want) || strings.Count(string(output), "\n") != 1 {
			t.Errorf("%s: exit code %d: %s", name, exitCode(err), output)
		}
		if bytes.Contains(output, key[30:60]) {
			t.Errorf("%s: the key is shown: %s", name, output)
		}
		if _, err := os.Stat(filepath.Join(dir, "data")); err == nil {
			t.Errorf("%s: there is a database already", name)
		}
	}
	output, err := command(t, dir, []string{"LATCHKEY_TLS_CERT=cert.pem"}).CombinedOutput()
	if want := "latchkey: LATCHKEY_TLS_CERT (--tls-cert) must be set together with LATCHKEY_TLS_KEY\n"; exitCode(err) != 2 || string(output) != want {
		t.Errorf("exit code %d: %s", exitCode(err), output)
	}
}
