package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// createFile makes a file that only its owner can read, whole or not at all, and never in the place of something else. Until
// it is complete and on disk, it has another name, which says so.
func createFile(path string, write func(io.Writer) error) error {
	if _, err := os.Lstat(path); err == nil { // told before all the work
		return existsAlready(path)
	}
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".partial-*") // with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) //nolint:errcheck // the name says what it is
	err = buffered(file, write)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	err = os.Link(file.Name(), path) // which, unlike a renaming, replaces nothing
	if errors.Is(err, fs.ErrExist) {
		return existsAlready(path)
	}
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func existsAlready(path string) error { return fmt.Errorf("%s exists already", path) }

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
