package server_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// trail reads the events in a server's log.
type trail struct {
	s    *testServer
	read int // how many have been told already
}

// follow returns the trail from here on. At the end of the test no event may have an e-mail address, the username hopper, a password or
// a token in it.
func (s *testServer) follow(t testing.TB) *trail {
	t.Helper()
	tr := &trail{s: s}
	tr.read = len(tr.lines())
	t.Cleanup(func() {
		for _, line := range tr.lines() {
			for key, value := range parse(t, line) {
				if text := fmt.Sprint(value); key != "time" && !harmless.MatchString(text) || text == "hopper" {
					t.Errorf("an event tells %q: %s", text, line)
				}
			}
		}
	})
	return tr
}

// harmless are ids, an address, and what the program itself has a word for.
var harmless = regexp.MustCompile(`^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Z2-7]{26}|127\.0\.0\.1|[a-z_.]+|\[[A-Za-z0-9_ -]+\]|USER|ADMIN|INFO|WARN)$`)

// other is a password that is not secret.
const other = "another password"

func (tr *trail) lines() []string {
	var events []string
	for line := range strings.Lines(tr.s.log.String()) {
		if strings.Contains(line, `"msg":"audit"`) {
			events = append(events, line)
		}
	}
	return events
}

// tells holds that what was answered by a has been recorded as want and nothing else, each event with the id and the address of the
// request. An event is written as its level unless that is INFO, its name, and its other attributes as key=value, sorted.
func (tr *trail) tells(t testing.TB, a *answer, want ...string) {
	t.Helper()
	got := []string{}
	for _, line := range tr.lines()[tr.read:] {
		event := parse(t, line)
		if event["requestId"] != a.header.Get("X-Request-Id") || event["ipAddress"] != "127.0.0.1" {
			t.Errorf("not of this request: %s", line)
		}
		text := fmt.Sprint(event["event"])
		if event["level"] != "INFO" {
			text = fmt.Sprint(event["level"], " ", text)
		}
		var attributes []string
		for key, value := range event {
			if !slices.Contains([]string{"time", "level", "msg", "event", "requestId", "ipAddress"}, key) {
				attributes = append(attributes, fmt.Sprintf(" %s=%v", key, value))
			}
		}
		slices.Sort(attributes)
		got = append(got, text+strings.Join(attributes, ""))
	}
	tr.read += len(got)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("recorded\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func parse(t testing.TB, line string) (event map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(line), &event); err != nil {
		t.Fatal(err)
	}
	return event
}
