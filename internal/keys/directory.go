package keys

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"latchkey/internal/token"
)

// The names of the files that the first start makes. Later ones carry an id, so that restoring an older copy overwrites none.
const (
	firstSigning = "signing.pem"
	firstRefresh = "refresh.pem"
)

func signingFile(id string) string          { return "signing-" + id + ".pem" }
func refreshFile(fingerprint string) string { return "refresh-" + fingerprint + ".pem" }

// maxFile is more than any key takes.
const maxFile = 64 << 10

// directory is a keys directory. Which key a file holds is told by the file, not by its name.
type directory string

// contents are the keys in a directory, by kid or fingerprint.
type contents struct {
	signing map[string]*token.Key
	refresh map[string]*token.RefreshKey
	paths   map[string][]string // where they are
	broken  error               // names the files that hold no key or can't be read; nil if there are none
}

// read reads all *.pem files. A directory that does not exist is empty.
func (d directory) read() contents {
	c := contents{signing: map[string]*token.Key{}, refresh: map[string]*token.RefreshKey{}, paths: map[string][]string{}}
	names, err := d.names()
	c.broken = err
	for _, name := range names {
		path := filepath.Join(string(d), name)
		if err := c.add(path); err != nil && !errors.Is(err, fs.ErrNotExist) { // removed at this moment
			c.broken = errors.Join(c.broken, err)
		}
	}
	return c
}

func (c *contents) add(path string) error {
	text, err := readFile(path)
	if err != nil {
		return err
	}
	if refresh, err := token.ParseRefreshKey(text); err == nil {
		fingerprint := refresh.Fingerprint()
		c.refresh[fingerprint] = refresh
		c.paths[fingerprint] = append(c.paths[fingerprint], path)
		return nil
	}
	key, err := token.ParseKey(text)
	if err != nil {
		return fmt.Errorf("%s holds no key of latchkey: %w", path, err)
	}
	c.signing[key.ID] = key
	c.paths[key.ID] = append(c.paths[key.ID], path)
	return nil
}

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // only read
	return io.ReadAll(io.LimitReader(file, maxFile))
}

func (d directory) names() ([]string, error) {
	entries, err := os.ReadDir(string(d))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), ".pem") {
			names = append(names, entry.Name())
		}
	}
	return names, err
}

// write makes a file of mode 0600, and the directory (0700) if it is not there. The text is written beside it and then
// linked there: the file is never half written, and one that exists is kept, with fs.ErrExist.
func (d directory) write(name string, text []byte) error {
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(string(d), name+".*") // made with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) //nolint:errcheck // a left-over is harmless
	_, err = file.Write(text)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Link(file.Name(), filepath.Join(string(d), name)); err != nil {
		return err
	}
	return d.sync()
}

// sync keeps a power loss from taking a file away whose key is recorded.
func (d directory) sync() error {
	dir, err := os.Open(string(d))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// remove removes the files that hold this very key, if there are any.
func (d directory) remove(fingerprint string) error {
	_, err := d.names()
	errs := []error{err}
	for _, path := range d.read().paths[fingerprint] {
		errs = append(errs, os.Remove(path))
	}
	return errors.Join(errs...)
}
