package cli_test

import (
	"strings"
	"testing"
)

func TestUsersDelete(t *testing.T) {
	t.Parallel()
	a := newAccounts(t)
	ids := map[string]string{}
	for _, name := range []string{"ada", "bob", "eve"} {
		ids[name] = object(t, a.must("correct horse battery", "create", "--username="+name, "--json"))["id"].(string)
	}
	a.fails(1, []string{"delete", "ada", "n\x1b[2Jbody"}, `n\u001b[2Jbody: there is no account`)
	if got := strings.Count(a.must("", "list", "--json"), "\n"); got != 3 {
		t.Errorf("with one that is not there, %d are left of 3", got)
	}
	if got, want := a.must("", "delete", "ada", ids["ada"], "EVE"), "deleted "+ids["ada"]+"\ndeleted "+ids["eve"]+"\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
	if got := a.must("", "list"); strings.Count(got, "\n") != 2 || !strings.Contains(got, "bob") {
		t.Errorf("left:\n%s", got)
	}
}
