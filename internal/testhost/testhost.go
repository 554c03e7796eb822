// Package testhost stands in for the world around a server in tests: its time, where it logs to, and what a hash costs there.
// Only tests import it.
package testhost

import (
	"bytes"
	"strings"
	"sync"
	"time"

	"latchkey/internal/password"
)

// CheapHash is the least that Argon2id takes. Stories have people sign up and log in by the hundred; where they are not about
// hashing, full hashes would take most of the time.
var CheapHash = password.Cost{Memory: 8, Passes: 1, Lanes: 1}

// Clock is a time that moves only when a test moves it. Safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that stands at now.
func NewClock(now time.Time) *Clock { return &Clock{now: now} }

// Now is the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the time on by d.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Log keeps what is written to it. The zero value is ready; safe for concurrent use.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write appends p.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String returns all of it.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Count returns how many lines have text in them.
func (l *Log) Count(text string) int {
	count := 0
	for line := range strings.Lines(l.String()) {
		if strings.Contains(line, text) {
			count++
		}
	}
	return count
}
