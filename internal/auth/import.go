package auth

import (
	"hash/maphash"
	"strings"
	"sync"
	"time"

	"latchkey/ent/user"
	"latchkey/internal/bulk"
	"latchkey/internal/password"
)

// Import brings accounts of another system in. Check judges records one by one, Write puts them into the database; one goroutine
// may check while another one writes.
//
// It can be broken off anywhere and run again: what is there already is left, or with update brought up to what the record
// says. An account is the same if it has the e-mail address or the username. Two records of one import never are: systems that
// tell Ada from ada have two people there, and one must not get the other's account. Only accounts that nobody has used here
// yet are brought up to date.
type Import struct {
	rules    *Service
	gauge    *password.Gauge
	update   bool
	dryRun   bool
	accounts map[uint64]int32    // the line of the record about each account that was there, by the random half of its id
	seen     map[uint64]struct{} // the identifiers of the records so far: only their hashes, because there may be millions
	seed     maphash.Seed
	alone    sync.Mutex // held by who hashes, because the gauge measures what the process takes
}

// ImportOptions say how to import.
type ImportOptions struct {
	Update  bool             // change accounts that are there already
	DryRun  bool             // write nothing
	CPUTime func() time.Time // what the process has used, to gauge hashes; nil: the service's clock
}

// Import starts an import.
func (s *Service) Import(o ImportOptions) *Import {
	if o.CPUTime == nil {
		o.CPUTime = s.now
	}
	return &Import{
		rules: s, gauge: password.NewGauge(o.CPUTime), update: o.Update, dryRun: o.DryRun,
		accounts: map[uint64]int32{}, seen: map[uint64]struct{}{}, seed: maphash.MakeSeed(),
	}
}

// Outcome is what became of a record.
type Outcome int

// The outcomes. Pending is that of a record of which nothing has been written.
const (
	Pending Outcome = iota
	Added
	Updated
	Left
	Refused
)

// Candidate is a record on its way in.
type Candidate struct {
	Line     int
	Outcome  Outcome
	Problems Problems // why it is refused; fields are those of bulk.Record
	Used     bool     // the account has been used or changed here since it was imported, and is left for that

	account   account
	role      *user.Role // as the record has it, and the following
	disabled  *bool
	createdAt *time.Time
	hash      string // the stored form; "" until password is hashed
	password  *string
}

// HasPassword tells whether there is a password in clear, which takes time to hash.
func (c *Candidate) HasPassword() bool { return c.password != nil }

// Check applies the rules of sign-up to a record. That a password exists already is reason enough for it, whatever the policy
// asks of new ones.
func (i *Import) Check(r *bulk.Record) *Candidate {
	c := checker{}
	for _, problem := range r.Problems {
		c.bad(problem.Field, invalidFormat, problem.Message)
	}
	made := &Candidate{Line: r.Line, disabled: r.Disabled, createdAt: r.CreatedAt}
	if len(r.Problems) == 0 || r.Problems[0].Field != "" { // else there is nothing to look at
		made.account = c.account(r.Email, r.Username, r.Name)
		made.role = c.role(r.Role)
		c.pastTime(r.CreatedAt, i.rules.now())
		i.checkPassword(&c, made, r)
	}
	if len(c.problems) == 0 {
		i.checkSeen(&c, made)
	}
	made.account.role = user.RoleUSER
	if made.role != nil {
		made.account.role = *made.role
	}
	fresh := user.ImportedFRESH
	made.account.imported = &fresh
	made.account.disabled = r.Disabled != nil && *r.Disabled
	if len(c.problems) > 0 {
		made.refuse(c.problems...)
	}
	return made
}

func (c *Candidate) refuse(problems ...*Error) {
	c.Outcome, c.password, c.hash = Refused, nil, ""
	for _, problem := range problems {
		plain := *problem
		plain.Field = strings.TrimPrefix(plain.Field, "input.")
		c.Problems = append(c.Problems, &plain)
	}
}

func (c *checker) role(raw *string) *user.Role {
	if raw == nil {
		return nil
	}
	role := user.Role(strings.ToUpper(*raw))
	if user.RoleValidator(role) != nil {
		c.bad("role", invalidFormat, "A role is USER or ADMIN.")
	}
	return &role
}

// pastTime checks when an account was created: ids hold times since 1970 only.
func (c *checker) pastTime(at *time.Time, now time.Time) {
	switch {
	case at == nil:
	case at.Unix() < 0:
		c.bad("createdAt", invalidFormat, "The time is before 1970.")
	case at.After(now):
		c.bad("createdAt", invalidFormat, "The time is in the future.")
	}
}

// checkPassword takes the hash or the password, of which there is exactly one.
func (i *Import) checkPassword(c *checker, made *Candidate, r *bulk.Record) {
	switch {
	case r.Password != nil && r.PasswordHash != nil:
		c.bad("password", notAllowed, "There is a passwordHash already: one of them is enough.")
	case r.Password != nil:
		c.password("password", *r.Password, password.MaxBytes)
		made.password = r.Password
	case r.PasswordHash != nil:
		var err error
		if made.hash, err = password.Import(*r.PasswordHash); err == nil {
			i.alone.Lock()
			err = i.gauge.Affordable(made.hash)
			i.alone.Unlock()
		}
		if err != nil {
			c.bad("passwordHash", invalidFormat, "The hash is refused: "+err.Error()+".")
		}
	default:
		c.bad("passwordHash", required, "A passwordHash or a password is needed.")
	}
}

// checkSeen refuses an identifier that an earlier record has, and otherwise remembers it.
func (i *Import) checkSeen(c *checker, made *Candidate) {
	var hashes []uint64
	check := func(field string, identifier *string, message string) {
		if identifier == nil {
			return
		}
		hash := maphash.String(i.seed, *identifier)
		if _, seen := i.seen[hash]; seen {
			c.bad(field, notAllowed, message)
		}
		hashes = append(hashes, hash)
	}
	check("email", made.account.email, "An earlier record has this e-mail address.")
	check("username", made.account.username, "An earlier record has this username.") // none is an e-mail address
	if len(c.problems) > 0 {
		return
	}
	for _, hash := range hashes {
		i.seen[hash] = struct{}{}
	}
}
