package keys

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"latchkey/ent"
	"latchkey/internal/token"
)

// set is what a server has of the recorded keys. It does not change.
type set struct {
	recorded records
	signing  map[string]*token.Key // those of recorded that the directory has, or had when they were read
	refresh  *token.RefreshKey     // nil if it is missing
	missing  []string              // the ids of the others
	gone     []string              // the ids of those that are no longer in the directory
	strays   []string              // files of keys that are not recorded
	broken   error                 // files that can't be used
}

// load reads the records and then the directory. If there are no records, it makes the first keys. A file that is gone is no
// reason to stop working with its key, which before has, as long as that is recorded.
func (c Config) load(ctx context.Context, before *set, log *slog.Logger) (*set, error) {
	recorded, err := readRecords(ctx, c.DB.Read.KeyRecord)
	if err == nil && recorded.none() {
		if err = c.first(ctx, log); err == nil {
			recorded, err = readRecords(ctx, c.DB.Read.KeyRecord)
		}
	}
	if err != nil {
		return nil, err
	}
	if before == nil {
		before = &set{}
	}
	found := directory(c.Dir).read()
	s := &set{recorded: recorded, signing: map[string]*token.Key{}, broken: found.broken}
	for _, record := range recorded.signing {
		key, inDirectory := found.signing[record.ID]
		if !inDirectory {
			key = before.signing[record.ID]
		}
		if s.note(record.ID, inDirectory, key != nil) {
			s.signing[record.ID] = key
		}
	}
	if recorded.refresh != nil {
		key, inDirectory := found.refresh[recorded.refresh.Fingerprint]
		if old := before.refresh; !inDirectory && old != nil && old.Fingerprint() == recorded.refresh.Fingerprint {
			key = old
		}
		if s.note(RefreshID, inDirectory, key != nil) {
			s.refresh = key
		}
	}
	s.strays = strays(found, recorded)
	return s, nil
}

// note notes where a recorded key is, and returns whether it is there at all.
func (s *set) note(id string, inDirectory, known bool) bool {
	switch {
	case !known:
		s.missing = append(s.missing, id)
	case !inDirectory:
		s.gone = append(s.gone, id)
	}
	return known
}

func strays(found contents, recorded records) []string {
	var paths []string
	for fingerprint, of := range found.paths {
		known := slices.ContainsFunc(recorded.signing, func(r *ent.KeyRecord) bool { return r.Fingerprint == fingerprint })
		if !known && (recorded.refresh == nil || recorded.refresh.Fingerprint != fingerprint) {
			paths = append(paths, of...)
		}
	}
	slices.Sort(paths)
	return paths
}

// serves tells whether a server can do everything with it.
func (s *set) serves() bool { return len(s.signing) > 0 && s.refresh != nil }

// signer is the key that signs at this time, of those that are there; nil if none is.
func (s *set) signer(now time.Time) *token.Key {
	var signer *token.Key
	for _, record := range s.recorded.signing {
		if key := s.signing[record.ID]; key != nil && (signer == nil || !record.SignsAt.After(now)) {
			signer = key
		}
	}
	return signer
}

// inOrder are the signing keys that are there, in the order in which they sign.
func (s *set) inOrder() []*token.Key {
	var keys []*token.Key
	for _, record := range s.recorded.signing {
		if key := s.signing[record.ID]; key != nil {
			keys = append(keys, key)
		}
	}
	return keys
}

// problem says what keeps a server from working with exactly the recorded keys; nil if nothing does.
func (s *set) problem(dir string) error {
	switch {
	case len(s.missing) > 0:
		return s.missingFrom(dir)
	case len(s.recorded.signing) == 0:
		return errors.New("no signing key is recorded in this database: run `latchkey keys rotate --now`")
	case s.recorded.refresh == nil:
		return errors.New("no key for refresh tokens is recorded in this database: run `latchkey keys remove refresh --now`")
	}
	return nil
}

func (s *set) missingFrom(dir string) error {
	wayOut := "give each up with `latchkey keys remove ID --now`"
	if slices.ContainsFunc(s.missing, func(id string) bool { return id != RefreshID }) {
		wayOut += ", the one that signs after `latchkey keys rotate --now`"
	}
	err := fmt.Errorf("%s lacks keys of this database: %s. Restore them, or %s", dir, strings.Join(s.missing, ", "), wayOut)
	if s.broken != nil {
		err = fmt.Errorf("%w (%w)", err, s.broken)
	}
	return err
}

// complaint says what will keep a server from starting, although this one can do without; nil if nothing will.
func (s *set) complaint(dir string) error {
	if len(s.gone) == 0 {
		return s.broken
	}
	err := fmt.Errorf("%s has lost keys that no server will start without: %s. Put them back", dir, strings.Join(s.gone, ", "))
	return errors.Join(err, s.broken)
}
