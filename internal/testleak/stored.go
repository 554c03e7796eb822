package testleak

import (
	"context"
	"encoding/pem"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"latchkey/internal/testdb"
)

const (
	// rows is how many of each table are learnt from: the newest.
	rows = 1000
	// patience is for a database that a test has taken away.
	patience = 2 * time.Second
)

// learnURL learns the password in an address.
func learnURL(raw string) {
	if address, err := url.Parse(raw); err == nil {
		password, _ := address.User.Password()
		known.add("the password of the database", password)
	}
}

// learnRows learns what is secret in the tables, if they are there.
func learnRows(databaseURL string) {
	path, isFile := strings.CutPrefix(databaseURL, "sqlite:")
	if _, err := os.Stat(path); databaseURL == "" || isFile && err != nil {
		return // opening it would make it
	}
	db, err := testdb.OpenRaw(databaseURL)
	if err != nil {
		return
	}
	defer db.Close() //nolint:errcheck // nothing was written
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for kind, query := range map[string]string{
		"a hash of a password":           "SELECT password_hash FROM users ORDER BY id DESC LIMIT ?",
		"the hash of a session's secret": "SELECT secret_hash FROM sessions ORDER BY id DESC LIMIT ?",
	} {
		result, err := db.QueryContext(ctx, query, rows)
		if err != nil {
			continue
		}
		for result.Next() {
			var value []byte
			if result.Scan(&value) == nil {
				known.add(kind, string(value))
			}
		}
		_ = result.Close() // an error is one of the database that is away
		if result.Err() != nil {
			return
		}
	}
}

// learnKeys learns what is in the files of a directory.
func learnKeys(dir string) {
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil && dir != "" {
			PEM(text)
		}
	}
}

// PEM tells of the keys in a PEM file.
func PEM(text []byte) {
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return
		}
		known.add("a key", string(block.Bytes))
		for line := range strings.Lines(string(pem.EncodeToMemory(block))) {
			if !strings.HasPrefix(line, "-----") {
				known.add("a line of a key", strings.TrimRight(line, "=\r\n"))
			}
		}
	}
}
