package cli_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"latchkey/internal/testdb"
)

// tells returns events as their names and attributes, and fails if one is not the operator's or has anything secret in it.
func (r result) tells(t *testing.T) (events []string) {
	t.Helper()
	for _, line := range r.events {
		var event struct{ Event, Actor, UserID, Role, KID, Reason string }
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatal(err)
		}
		if event.Actor != "operator" || strings.Contains(line, "example") || strings.Contains(line, "hopper") || strings.Contains(line, "horse") {
			t.Errorf("an event of the command line: %s", line)
		}
		events = append(events, strings.Join(strings.Fields(fmt.Sprint(event.Event, " ", event.UserID, " ", event.Role, event.KID, event.Reason)), " "))
	}
	slices.Sort(events)
	return events
}

func TestCommandsThatChangeAccountsLeaveEventsOnStderr(t *testing.T) {
	t.Parallel()
	for _, kind := range testdb.Kinds {
		a := &accounts{t: t, url: kind.URL(t), now: noon}
		testdb.OpenMigrated(t, a.url)
		command := func(stdin string, args ...string) (stdout string, events []string) {
			r := a.run(stdin, args...)
			return r.stdout, r.tells(t)
		}
		printed, events := command("correct horse battery", "create", "--username=hopper", "--role=ADMIN", "--json")
		id := object(t, printed)["id"].(string)
		expect := func(events []string, want ...string) {
			t.Helper()
			for i := range want {
				want[i] = strings.Replace(want[i], "ID", id, 1)
			}
			if !slices.Equal(events, want) {
				t.Errorf("%s: recorded %q, want %q", kind.Name, events, want)
			}
		}
		expect(events, "user.created ID ADMIN")
		for _, c := range []struct {
			stdin string
			args  []string
			want  []string
		}{
			{"correct horse battery", []string{"create", "--username=hopper"}, nil}, // taken
			{"", []string{"update", "hopper", "--name=Grace"}, nil},
			{"", []string{"update", "hopper", "--role=USER"}, nil}, // the last administrator
			{"another horse", []string{"update", "hopper", "--email=grace@example.org", "--password"}, []string{"user.email_changed ID", "user.password_changed ID"}},
			{"", []string{"delete", "hopper"}, nil},
			{"", []string{"list"}, nil},
		} {
			_, events := command(c.stdin, c.args...)
			expect(events, c.want...)
		}
		file := write(t, "two.ndjson", `{"username":"ada","password":"correct horse"}`+"\n"+`{"username":"joan","passwordHash":"`+bcryptHash+`"}`)
		_, events = command("", "import", "--dry-run", file)
		expect(events)
		_, events = command("", "import", file)
		expect(events, "users.imported")
		_, events = command("", "import", file) // all are there
		expect(events)
		_, events = command("", "delete", "ada", "joan")
		if len(events) != 2 || !strings.HasPrefix(events[0], "user.deleted ") || !strings.HasPrefix(events[1], "user.deleted ") {
			t.Errorf("%s: recorded %q", kind.Name, events)
		}
	}
}

func TestCommandsThatChangeKeysLeaveEventsOnStderr(t *testing.T) {
	t.Parallel()
	first, flags := keysOf(t)
	for _, c := range []struct {
		args string
		want []string
	}{
		{"list", nil},
		{"remove " + first, nil}, // which signs
		{"rotate --now", []string{"keys.rotated"}},
		{"remove --now " + first, []string{"keys.removed " + first}},
		{"remove refresh", nil},
		{"remove --now refresh", []string{"keys.refresh_replaced"}},
	} {
		r := runAt(t, noon.Add(time.Hour), nil, append(flags, strings.Fields("keys "+c.args)...)...)
		events := r.tells(t)
		if len(events) == 1 && c.args == "rotate --now" {
			name, kid, _ := strings.Cut(events[0], " ")
			if !strings.Contains(r.stdout, "made "+kid+" ") {
				t.Errorf("%s is not the key of %s", kid, r.stdout)
			}
			events[0] = name
		}
		if !slices.Equal(events, c.want) {
			t.Errorf("%s recorded %q, want %q", c.args, events, c.want)
		}
	}
}

func TestEventsFollowTheLogsSettings(t *testing.T) {
	t.Parallel()
	a := &accounts{t: t, url: testdb.SQLite(t), now: noon}
	testdb.OpenMigrated(t, a.url)
	if r := a.run("correct horse battery", "create", "--username=hopper", "--log-format=text"); r.code != 0 || strings.Count(r.stderr, "\n") != 1 || !strings.Contains(r.stderr, "level=INFO msg=audit event=user.created userId=") {
		t.Errorf("code %d, %s", r.code, r.stderr)
	}
	if r := a.run("correct horse battery", "create", "--username=lovelace", "--log-level=warn"); r.code != 0 || r.stderr != "" || len(r.events) > 0 {
		t.Errorf("code %d, %s%q", r.code, r.stderr, r.events)
	}
}
