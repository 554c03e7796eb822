package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/ent"
	"latchkey/ent/user"
	"latchkey/internal/password"
	"latchkey/internal/testdb"
)

const saturated = "UNAVAILABLE retryAfter=5"

// More clients log in than the queue has places (200 for each core), each again at once, until they are made to leave.
func TestFullHashQueueIsUnavailableAndStarvesNobodyElse(t *testing.T) {
	t.Parallel()
	for _, kind := range testdb.Kinds {
		t.Run(kind.Name, func(t *testing.T) {
			t.Parallel()
			const limit = 10 * time.Second // of which half is for the queue; else who gets a place would wait for all the others
			testFullHashQueue(t, startOn(t, defaults(t, kind.URL(t)), limit, password.Recommended))
		})
	}
}

func testFullHashQueue(t *testing.T, s *testServer) {
	ada := s.join(t, "ada@example.org")
	leave := s.hammer(t, 250*runtime.GOMAXPROCS(0))
	refused := 0
	for n := 0; refused < 3; n++ {
		s.ask(t, ada.token, me, nil).ok(t)
		name := fmt.Sprintf("grace%d", n)
		a := s.ask(t, "", signup, input(vars{"username": name, "password": secret}))
		if len(a.Errors) == 0 {
			continue // there was a place
		}
		a.refused(t, saturated)
		refused++
		s.inDatabase(t, func(ctx context.Context, tx *ent.Tx) error {
			exists, err := tx.User.Query().Where(user.Username(name)).Exist(ctx)
			if exists {
				t.Error("a refused sign-up made an account")
			}
			return err
		})
	}

	// Who disconnects leaves the queue, unhashed: these are far more than could be served before the next one is refused.
	leave()
	for s.log.Count("the client is gone") < 100*runtime.GOMAXPROCS(0) {
		s.ask(t, ada.token, me, nil).ok(t)
	}
	s.login(t, "ada@example.org", secret)
}

// hammer has so many clients log in until they leave.
func (s *testServer) hammer(t *testing.T, clients int) (leave func()) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": login, "variables": input(vars{"identifier": "nobody", "password": secret})})
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for range clients {
		group.Go(func() {
			for ctx.Err() == nil {
				request, _ := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/graphql", bytes.NewReader(body))
				request.Header.Set("Content-Type", "application/json")
				response, err := client.Do(request)
				if err != nil {
					continue
				}
				text, _ := io.ReadAll(response.Body)
				_ = response.Body.Close()
				if answer := string(text); ctx.Err() == nil && !strings.Contains(answer, "INVALID_CREDENTIALS") && !strings.Contains(answer, "UNAVAILABLE") {
					t.Error(answer)
				}
			}
		})
	}
	leave = sync.OnceFunc(func() {
		cancel()
		group.Wait()
		client.CloseIdleConnections()
	})
	t.Cleanup(leave)
	return leave
}
