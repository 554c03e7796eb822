package bench_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// load is what many clients do to a server at once. It shares the cores with the server, so it does little itself.
type load struct {
	url    string
	client *http.Client
	stop   chan struct{}
	group  sync.WaitGroup

	logins, failed atomic.Int64 // log-ins so far
}

func newLoad(server *process) *load {
	return &load{
		url:    string(server.client),
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1000, DisableCompression: true}},
		stop:   make(chan struct{}),
	}
}

// hammer logs in on so many connections, on each again as soon as it is answered, with the bodies in turn.
func (l *load) hammer(connections int, bodies []string) {
	for first := range connections {
		l.group.Go(func() {
			var answer bytes.Buffer
			for i := first; ; i += connections {
				select {
				case <-l.stop:
					return
				default:
				}
				if l.send(&answer, "", bodies[i%len(bodies)]) {
					l.logins.Add(1)
				} else {
					l.failed.Add(1)
				}
			}
		})
	}
}

// end lets the log-ins that have begun finish.
func (l *load) end() {
	close(l.stop)
	l.group.Wait()
}

// pace asks who the tokens belong to, so many times a second whether the server keeps up or not, and returns what each answer took
// from the moment at which it was due, and how many were refused.
func (l *load) pace(perSecond int, during time.Duration, tokens []string) (times []time.Duration, refused int) {
	const body = `{"query":"{ me { id } }"}`
	interval := time.Second / time.Duration(perSecond)
	times = make([]time.Duration, int(during/interval))
	var count atomic.Int64
	var group sync.WaitGroup
	began := time.Now()
	for i := range times {
		due := began.Add(time.Duration(i) * interval)
		time.Sleep(time.Until(due))
		group.Go(func() {
			var answer bytes.Buffer
			if !l.send(&answer, tokens[i%len(tokens)], body) {
				count.Add(1)
			}
			times[i] = time.Since(due)
		})
	}
	group.Wait()
	return times, int(count.Load())
}

// send tells whether the operation was done.
func (l *load) send(answer *bytes.Buffer, accessToken, body string) bool {
	request, err := http.NewRequest(http.MethodPost, l.url, strings.NewReader(body))
	if err != nil {
		panic(err) // of the address
	}
	request.Header.Set("Content-Type", "application/json")
	if accessToken != "" {
		request.Header.Set("Authorization", "Bearer "+accessToken)
	}
	response, err := l.client.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	answer.Reset()
	_, err = io.Copy(answer, response.Body)
	return err == nil && !bytes.Contains(answer.Bytes(), []byte(`"errors"`))
}
