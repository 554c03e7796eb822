package audit_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gofrs/uuid/v5"

	"latchkey/internal/audit"
)

func TestAnEventIsOneLineWithWhatIsKnown(t *testing.T) {
	t.Parallel()
	id := uuid.FromStringOrNil("019ab0f2-0000-7000-8000-000000000000")
	for _, c := range []struct {
		event audit.Event
		want  string
	}{
		{audit.Event{Name: audit.LoginFailed, Reason: audit.UnknownUser}, `"level":"INFO","msg":"audit","event":"login.failed","reason":"unknown_user"}`},
		{audit.Event{Name: audit.RequestThrottled, Limit: "address", IPAddress: "2001:db8::1"}, `"level":"INFO","msg":"audit","event":"request.throttled","ipAddress":"2001:db8::1","limit":"address"}`},
		{audit.Event{Name: audit.SessionRefreshReused, UserID: id}, `"level":"WARN","msg":"audit","event":"session.refresh_reused","userId":"` + id.String() + `"}`},
		{audit.Event{Name: audit.KeysRotated, Actor: audit.Operator, Details: []slog.Attr{slog.String("kid", "a\nb")}}, `"level":"INFO","msg":"audit","event":"keys.rotated","actor":"operator","kid":"a\nb"}`},
		{audit.Event{
			Name: audit.SessionEnded, UserID: id, SessionID: id, ActorID: id, Actor: "x", IPAddress: "::1", Reason: audit.Logout, Limit: "l", Outcome: audit.OutcomeUnknown,
		}, `"msg":"audit","event":"session.ended","userId":"ID","sessionId":"ID","actorId":"ID","actor":"x","ipAddress":"::1","reason":"logout","limit":"l","outcome":"unknown"}`},
	} {
		var text bytes.Buffer
		var counted []audit.Event
		audit.New(slog.New(slog.NewJSONHandler(&text, nil)), func(e audit.Event) { counted = append(counted, e) }).Record(context.Background(), c.event)
		if got, want := text.String(), strings.ReplaceAll(c.want, "ID\"", id.String()+"\"")+"\n"; strings.Count(got, "\n") != 1 || !strings.HasSuffix(got, want) {
			t.Errorf("recorded %s want %s", got, want)
		}
		if len(counted) != 1 || counted[0].Name != c.event.Name {
			t.Errorf("counted %v", counted)
		}
	}
	var none *audit.Log
	none.Record(context.Background(), audit.Event{}) // does not panic
}

func TestTheOperationsGuideListsEveryEventAndReason(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Audit trail\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var listed []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z_.]+)` \\|").FindAllStringSubmatch(section, -1) {
		listed = append(listed, row[1])
	}
	var names []string
	for _, name := range audit.Names() {
		names = append(names, string(name))
	}
	slices.Sort(listed)
	slices.Sort(names)
	if !slices.Equal(listed, names) {
		t.Errorf("docs/operations.md lists\n%v, there are\n%v", listed, names)
	}
	for _, reason := range audit.Reasons() {
		if !strings.Contains(section, "`"+string(reason)+"`") {
			t.Errorf("docs/operations.md does not explain the reason %s", reason)
		}
	}
}

// A constant that Names or Reasons leaves out would be missed by the test above.
func TestNamesAndReasonsAreAllThatThereAre(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("names.go")
	if err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[string]int{"Name": len(audit.Names()), "Reason": len(audit.Reasons())} {
		if got := len(regexp.MustCompile(`(?m)^\t\w+ +`+kind+` += "`).FindAllString(string(source), -1)); got != want || want == 0 {
			t.Errorf("%d constants of %s, listed are %d", got, kind, want)
		}
	}
}
