package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"text/tabwriter"
	"time"

	"latchkey/internal/audit"
	"latchkey/internal/keys"
	"latchkey/internal/store"
)

type keysCommands struct {
	List   keysList   `cmd:"" help:"List the keys, and what each one does."`
	Rotate keysRotate `cmd:"" help:"Make a signing key of LATCHKEY_JWT_ALG. It is published at once and signs 10 minutes later."`
	Remove keysRemove `cmd:"" help:"Remove a key of which no token is left."`
}

// withKeys runs fn with what the keys are made of.
func (h *host) withKeys(ctx context.Context, fn func(keys.Config) error) error {
	return h.withTables(ctx, func(db *store.DB) error {
		return fn(keys.Config{DB: db, Dir: h.config.KeysDir, Algorithm: h.config.JWTAlg, AccessTTL: h.config.AccessTTL, Now: h.now})
	})
}

type keysList struct{}

// Run lists the keys.
func (keysList) Run(ctx context.Context, h *host) error {
	return h.withKeys(ctx, func(c keys.Config) error { return listKeys(ctx, c, h.stdout) })
}

func listKeys(ctx context.Context, c keys.Config, stdout io.Writer) error {
	all, err := keys.List(ctx, c)
	if len(all) == 0 && err != nil {
		return err
	}
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "KID\tALG\tCREATED\tSTATE") //nolint:errcheck // Flush tells
	for _, key := range all {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", key.ID, key.Algorithm, stamp(key.CreatedAt), key.State) //nolint:errcheck // Flush tells
	}
	return errors.Join(err, table.Flush())
}

type keysRotate struct {
	Now bool `help:"Sign with it at once. Services that still cache the old public keys refuse its tokens for up to 10 minutes."`
}

// Run makes a signing key.
func (k *keysRotate) Run(ctx context.Context, h *host) error {
	return h.withKeys(ctx, func(c keys.Config) error { return rotateKeys(ctx, c, k.Now, h.stdout, h.audit()) })
}

func rotateKeys(ctx context.Context, c keys.Config, atOnce bool, stdout io.Writer, trail *audit.Log) error {
	rotation, err := keys.Rotate(ctx, c, atOnce)
	if err != nil {
		recordKey(ctx, trail, audit.KeysRotated, "", err)
		return err
	}
	recordKey(ctx, trail, audit.KeysRotated, rotation.Key.ID, nil)
	from := stamp(rotation.SignsAt)
	if atOnce {
		from = "now"
	}
	fmt.Fprintf(stdout, "made %s (%s): published now, signs from %s on\n", rotation.Key.ID, rotation.Key.Algorithm(), from) //nolint:errcheck // it is made
	if rotation.Before != "" {
		fmt.Fprintf(stdout, "%s verifies its tokens until %s; then run: latchkey keys remove %[1]s\n", rotation.Before, stamp(rotation.Removable)) //nolint:errcheck // it is made
	}
	_, err = fmt.Fprintf(stdout, "back up %s; a server with another directory needs a copy of the new file\n", c.Dir)
	return err
}

type keysRemove struct {
	ID  string `arg:"" name:"id" help:"As the list has it: a KID, or refresh for the key of the refresh tokens, which is replaced by a new one."`
	Now bool   `help:"Also if tokens of it are still in use: they are refused from now on."`
}

// Run removes a key.
func (k *keysRemove) Run(ctx context.Context, h *host) error {
	return h.withKeys(ctx, func(c keys.Config) error { return removeKey(ctx, c, k.ID, k.Now, h.stdout, h.audit()) })
}

func removeKey(ctx context.Context, c keys.Config, id string, atOnce bool, stdout io.Writer, trail *audit.Log) error {
	err := keys.Remove(ctx, c, id, atOnce)
	if id == keys.RefreshID {
		recordKey(ctx, trail, audit.KeysRefreshReplaced, "", err)
	} else {
		recordKey(ctx, trail, audit.KeysRemoved, id, err)
	}
	if err != nil && !errors.Is(err, keys.ErrFile) {
		return err
	}
	text := "removed " + id + ": servers refuse its tokens within 5 seconds; other services may accept them for up to 10 minutes more," +
		" as long as they cache the public keys"
	if id == keys.RefreshID {
		text = "replaced the key of the refresh tokens: servers refuse all that were issued so far within 5 seconds; a server with" +
			" another directory needs a copy of the new file"
	}
	_, printErr := fmt.Fprintln(stdout, text)
	return errors.Join(err, printErr)
}

// recordKey records what the operator did to a key, which the log names by its public kid, "" for none; nothing if err says that it
// was not done.
func recordKey(ctx context.Context, trail *audit.Log, name audit.Name, kid string, err error) {
	e := audit.Event{Name: name, Actor: audit.Operator}
	switch {
	case errors.Is(err, store.ErrOutcomeUnknown):
		e.Outcome = audit.OutcomeUnknown
	case err != nil && !errors.Is(err, keys.ErrFile):
		return
	}
	if kid != "" {
		e.Details = []slog.Attr{slog.String("kid", kid)}
	}
	trail.Record(ctx, e)
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
