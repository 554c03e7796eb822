package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/internal/auth"
	"latchkey/internal/password"
	"latchkey/internal/store"
)

type usersCommands struct {
	Create usersCreate `cmd:"" help:"Make an account, also where sign-up is closed. The password is asked for, or is the first line of standard input."`
	List   usersList   `cmd:"" help:"List accounts, the newest first."`
	Show   usersShow   `cmd:"" help:"Show an account and where it is signed in."`
	Update usersUpdate `cmd:"" help:"Change an account, on servers from the next request on. An empty value clears a name, an e-mail address or a username."`
	Delete usersDelete `cmd:"" help:"Delete accounts, and end their sessions."`
	Export usersExport `cmd:"" help:"Write accounts as NDJSON, one JSON object a line, the newest first."`
	Import usersImport `cmd:"" help:"Bring in accounts of another system. Running it again completes what was broken off."`
}

// withRules runs fn with what may be done with accounts, and words its refusals for the operator.
func (h *host) withRules(ctx context.Context, fn func(*auth.Service) error) error {
	return h.withTables(ctx, func(db *store.DB) error {
		return explain(fn(auth.New(auth.Config{
			DB:        db,
			Passwords: password.NewHasher(password.Recommended),
			Policy:    password.Policy{Min: h.config.PasswordMin, Words: h.config.Words()},
			IDs:       uuid.NewGenWithOptions(uuid.WithEpochFunc(h.now)),
			Now:       h.now,
			Audit:     h.audit(),
		})))
	})
}

// explain names each problem after the flag that it is about. The database's own words may repeat a statement, with a hash in it.
func explain(err error) error {
	var problems auth.Problems
	var problem *auth.Error
	switch {
	case errors.As(err, &problems):
	case errors.As(err, &problem):
		problems = auth.Problems{problem}
	case store.Unavailable(err):
		return err
	default:
		return store.Redact(err)
	}
	sentences := make([]string, len(problems))
	for i, problem := range problems {
		sentences[i] = sentence(problem)
	}
	return errors.New(strings.Join(sentences, " "))
}

func sentence(problem *auth.Error) string {
	text := problem.Message
	switch field := strings.TrimPrefix(problem.Field, "input."); field {
	case "":
	case "password":
		text = "password: " + text
	default:
		text = "--" + field + ": " + text
	}
	if problem.Min > 0 {
		text += fmt.Sprintf(" The least is %d.", problem.Min)
	}
	if problem.Max > 0 {
		text += fmt.Sprintf(" The most is %d.", problem.Max)
	}
	return text
}

func find(ctx context.Context, rules *auth.Service, who string) (*ent.User, error) {
	found, err := rules.FindUser(ctx, who)
	var refusal *auth.Error
	if errors.As(err, &refusal) {
		return nil, errors.New("there is no account with this id, e-mail address or username")
	}
	return found, err
}
