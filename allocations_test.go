package main_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"latchkey/internal/testdb"
)

// What a request allocates is most of what it costs, and grows unseen. All of the process counts, net/http and the log included; it is
// the program as people run it, because the race detector's allocates more.
func TestMeAllocatesAtMost150Times(t *testing.T) {
	t.Parallel()
	const warm, counted, budget = 200, 2000, 150
	for _, kind := range testdb.Kinds {
		t.Run(kind.Name, func(t *testing.T) {
			t.Parallel()
			server := launch(t, t.TempDir(), "LATCHKEY_METRICS_ADDR=127.0.0.1:0", "LATCHKEY_DATABASE_URL="+kind.URL(t))
			_, rest, _ := strings.Cut(server.log.await(`"metrics":"`), `"metrics":"`)
			metrics, _, _ := strings.Cut(rest, `"`)
			server.awaitReady(t)
			me := newAsker(t, server.url, signUpForToken(t, server.url))
			me.ask(t, warm)
			before := allocations(t, metrics)
			me.ask(t, counted)
			each := (allocations(t, metrics) - before) / counted
			t.Logf("%.1f allocations a request", each)
			if each > budget {
				t.Errorf("%.1f allocations a request, at most %d are allowed", each, budget)
			}
		})
	}
}

// asker asks for the viewer on one connection, one request after another.
type asker struct {
	conn    net.Conn
	answers *bufio.Reader
	request string
}

func newAsker(t testing.TB, url, accessToken string) *asker {
	t.Helper()
	const body = `{"query":"query { me { id email name createdAt } }"}`
	host := strings.TrimPrefix(url, "http://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &asker{conn, bufio.NewReader(conn), "POST /graphql HTTP/1.1\r\nHost: " + host + "\r\nAccept: application/json\r\n" +
		"Content-Type: application/json\r\nAuthorization: Bearer " + accessToken + "\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body}
}

func (a *asker) ask(t testing.TB, times int) {
	t.Helper()
	for range times {
		if _, err := io.WriteString(a.conn, a.request); err != nil {
			t.Fatal(err)
		}
		response, err := http.ReadResponse(a.answers, nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		if err != nil || !strings.HasPrefix(string(body), `{"data":{"me":{"id":"`) {
			t.Fatal(err, string(body))
		}
	}
}

// allocations is how often the process has allocated since it started.
func allocations(t testing.TB, metrics string) float64 {
	t.Helper()
	response, err := http.Get(metrics)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // read
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		if number, is := strings.CutPrefix(lines.Text(), "go_memstats_mallocs_total "); is {
			count, err := strconv.ParseFloat(number, 64)
			if err != nil {
				t.Fatal(err)
			}
			return count
		}
	}
	t.Fatal("no go_memstats_mallocs_total")
	return 0
}
