package server

import (
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"latchkey/internal/config"
)

// tlsConfig returns how to serve TLS, nil if that is not wanted. Protocols, ciphers and curves are Go's choice, from TLS 1.2 on.
func tlsConfig(c config.Config, host Host) (*tls.Config, error) {
	if c.TLSCert == "" {
		return nil, nil //nolint:nilnil // http.Server takes nil for no TLS
	}
	files := &certificate{certFile: c.TLSCert, keyFile: c.TLSKey, now: host.Now, log: host.Log}
	if err := files.load(); err != nil {
		return nil, fmt.Errorf("TLS: %w", err)
	}
	if !strings.HasPrefix(strings.ToLower(c.Issuer), "https:") {
		host.Log.Warn("TLS is on, but the issuer is not an https URL: pages can't use refresh tokens in cookies, and browsers do not insist on TLS; set LATCHKEY_ISSUER")
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: files.get}, nil
}

// lookEvery is how often the files are looked at, at most and while there are handshakes.
const lookEvery = time.Second

// certificate is the one in two PEM files, and stays up to date with them. What can't be used (half of it is written, say, or the key
// is still the old one) changes nothing until it can be.
type certificate struct {
	certFile, keyFile string
	now               func() time.Time
	log               *slog.Logger

	current atomic.Pointer[tls.Certificate]

	mu     sync.Mutex // of what follows
	looked time.Time
	sum    [sha256.Size]byte // of the files that current was made of
	told   string            // what is wrong with the files, "" if nothing is
}

// get is for tls.Config.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	if c.mu.TryLock() { // nobody waits for the disk but who looks
		if now := c.now(); now.Sub(c.looked).Abs() >= lookEvery {
			c.refresh()
		}
		c.mu.Unlock()
	}
	return c.current.Load(), nil
}

func (c *certificate) refresh() {
	err := c.loadLocked()
	switch {
	case err == nil:
		c.told = ""
	case err.Error() != c.told:
		c.told = err.Error()
		c.log.Warn("the TLS certificate's files can't be used, going on with what they were", "cause", c.told)
	}
}

// load reads the files for the first time.
func (c *certificate) load() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.loadLocked()
}

// loadLocked makes a certificate of the files if they have changed. Their contents are compared, because neither times nor names tell of
// all changes. No error repeats what is in them.
func (c *certificate) loadLocked() error {
	c.looked = c.now()
	cert, err := os.ReadFile(c.certFile)
	if err != nil {
		return err
	}
	key, err := os.ReadFile(c.keyFile)
	if err != nil {
		return err
	}
	hash := sha256.New()
	fmt.Fprintf(hash, "%d\n%s%s", len(cert), cert, key) //nolint:errcheck // a hash never fails
	sum := [sha256.Size]byte(hash.Sum(nil))
	if sum == c.sum {
		return nil
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return fmt.Errorf("%s and %s: %w", c.certFile, c.keyFile, errors.New(strings.TrimPrefix(err.Error(), "tls: ")))
	}
	c.current.Store(&pair)
	c.sum = sum
	c.log.Info("loaded the TLS certificate", "names", pair.Leaf.DNSNames, "expires", pair.Leaf.NotAfter)
	return nil
}
