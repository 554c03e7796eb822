//go:build cluster

package cluster_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"latchkey/internal/config"
	latchkey "latchkey/internal/server"
	"latchkey/internal/testhost"
	"latchkey/internal/testleak"
)

// cheap starts a server in this process, whose hashes cost next to nothing: so two requests really meet.
func cheap(t testing.TB, databaseURL, keys string) client {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended, said := make(chan net.Addr, 1), make(chan error, 1), &testhost.Log{}
	testleak.Server(t, said.String, databaseURL, keys)
	c := config.Config{
		Addr: "127.0.0.1:0", MetricsAddr: "off", DatabaseURL: databaseURL, KeysDir: keys, Issuer: "http://localhost:8080", Audience: "latchkey",
		JWTAlg: "ES256", AccessTTL: 15 * time.Minute, RefreshTTL: time.Hour, SessionTTL: time.Hour, RefreshGrace: 30 * time.Second,
		PasswordMin: 8, RateLimit: "off", Signup: "open", AutoMigrate: true,
	}
	host := latchkey.Host{
		Log: slog.New(slog.NewJSONHandler(said, nil)), Now: time.Now, Timeout: 10 * time.Second, HashCost: testhost.CheapHash,
		Ready: func(addr net.Addr) { ready <- addr },
	}
	go func() { ended <- latchkey.Run(ctx, c, host) }()
	select {
	case addr := <-ready:
		t.Cleanup(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
		return newClient(t, "http://"+addr.String())
	case err := <-ended:
		cancel()
		t.Fatal(err)
		return client{}
	}
}

// A log-in that was under way can't outlive a password change: whoever has the old password has no session afterwards. On one
// server the lock on the user's row sees to that; between two nodes there are no locks.
func TestALogInOnOneNodeDoesNotOutliveAChangeOfThePasswordOnAnother(t *testing.T) {
	const rounds, workers = 600, 8
	database, keys := shared.database(t), t.TempDir()
	here, there := cheap(t, shared.nodes[0].url(database), keys), cheap(t, shared.nodes[1].url(database), keys)
	var mu sync.Mutex
	both, outlived := 0, 0
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for i := range rounds / workers {
				name := fmt.Sprintf("race%d-%d", w, i)
				var owner, thief signedIn
				joined := there.ask("", signUp, vars{"input": vars{"username": name, "password": secret}})
				if !joined.ok() {
					t.Errorf("the sign-up: %s", joined.body)
					return
				}
				joined.into(t, &owner)
				var logInAnswer, changed answer
				var pair sync.WaitGroup
				pair.Go(func() {
					time.Sleep(rand.N(3 * time.Millisecond))
					logInAnswer = here.ask("", logIn, vars{"input": vars{"identifier": name, "password": secret}})
				})
				pair.Go(func() {
					changed = there.ask(owner.AccessToken, update, vars{"input": vars{"currentPassword": secret, "newPassword": secret + " 2"}})
				})
				pair.Wait()
				if !changed.ok() {
					t.Errorf("the change: %s", changed.body)
					return
				}
				if !logInAnswer.ok() {
					if logInAnswer.code != "INVALID_CREDENTIALS" {
						t.Errorf("the log-in: %s", logInAnswer.body)
					}
					continue
				}
				logInAnswer.into(t, &thief)
				good := here.ask("", refresh, vars{"token": thief.RefreshToken}).ok()
				mu.Lock()
				if both++; good {
					outlived++
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	t.Logf("of %d log-ins that were answered before the change, %d outlived it", both, outlived)
	if both == 0 || outlived > 0 {
		t.Errorf("%d of %d log-ins with the old password were good after it had been changed", outlived, both)
	}
}
