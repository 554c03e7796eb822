package main_test

import (
	"net"
	"strings"
	"testing"
)

func TestMetricsOfTheOperationsGuide(t *testing.T) {
	t.Parallel()
	server := launch(t, t.TempDir(), "LATCHKEY_METRICS_ADDR=127.0.0.1:0")
	_, rest, _ := strings.Cut(server.log.await(`"metrics":"`), `"metrics":"`)
	address, _, _ := strings.Cut(rest, `"`)
	server.awaitReady(t)
	signUp(t, server.url, "ada")
	got := ""
	for _, block := range operations(t) {
		if ask := strings.ReplaceAll(block, "http://localhost:9090/metrics", address); ask != block {
			got = runShell(t, t.TempDir(), ask)
		}
	}
	for _, want := range []string{"latchkey_users 1\n", "latchkey_sessions 1\n", `latchkey_graphql_requests_total{code="OK",operation="signup"} 1` + "\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}

// Whoever starts a second server by hand finds the first one on the port.
func TestBusyAddressOfTheMetricsEndsTheStartWithOneLineThatNamesTheVariable(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close() //nolint:errcheck // nobody has connected
	address := taken.Addr().String()
	output, err := command(t, t.TempDir(), []string{"LATCHKEY_ADDR=127.0.0.1:0", "LATCHKEY_METRICS_ADDR=" + address, "LATCHKEY_LOG_LEVEL=error"}).CombinedOutput()
	want := "latchkey: LATCHKEY_METRICS_ADDR (--metrics-addr): listen tcp " + address + ": bind: address already in use; another address will do, or off\n"
	if exitCode(err) != 1 || string(output) != want {
		t.Errorf("exit code %d: %s", exitCode(err), output)
	}
}
