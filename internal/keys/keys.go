// Package keys keeps the keys of one database. Its key_records rows say which keys are in use and when each begins to sign;
// the keys themselves are files in the keys directory of each server.
//
// A server opens a Ring and lets it Run; operators List, Rotate and Remove. What holds all of it together is the order in
// which things happen: a key's file is there before its record and goes after it, and who looks reads the records first. So
// a server never sees a record without its file, if all servers have one directory.
package keys

import (
	"time"

	"latchkey/internal/store"
	"latchkey/internal/token"
)

// MaxAge is how long others may keep the public keys before they ask again.
const MaxAge = 10 * time.Minute

const (
	lookEvery  = 5 * time.Second // so soon a running server notices what was changed
	lookPause  = time.Second     // between looks for unknown keys, however many tokens name one
	lookWithin = 5 * time.Second // for a database that hangs
)

// lead is how long a new key is published before it signs: the last to hear of it has asked a server just before that
// server noticed it.
const lead = lookEvery + MaxAge

// Config is what the keys of one database depend on.
type Config struct {
	DB        *store.DB
	Dir       string           // the keys directory; made when it is needed
	Algorithm string           // of a new signing key: see token.NewKey
	AccessTTL time.Duration    // how long an access token lives
	Now       func() time.Time // the clock
}

// now is the time as the database keeps it.
func (c Config) now() time.Time { return c.Now().UTC().Truncate(time.Millisecond) }

// outlive is how long tokens of a key may still be accepted after the next one has begun to sign.
func (c Config) outlive() time.Duration { return lookEvery + c.AccessTTL + token.Leeway }
