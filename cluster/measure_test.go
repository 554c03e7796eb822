//go:build cluster

package cluster_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// What a cluster costs, on one machine that has the processors of one: so three nodes are never faster here, and only how much slower
// they are means anything. By hand:
//
//	go test -tags cluster -run '^$' -bench . -benchtime 1x ./cluster
func BenchmarkWhatAClusterCosts(b *testing.B) {
	alone := &node{galera: shared, name: "alone", alone: true, dir: filepath.Join(filepath.Dir(shared.nodes[0].dir), "alone"), port: freePort()}
	for _, do := range []func() error{func() error { return alone.makeDir() }, alone.install, func() error { return alone.start(true) }} {
		if err := do(); err != nil {
			b.Fatal(err)
		}
	}
	b.Cleanup(alone.kill)
	alone.exec(b, "", "CREATE DATABASE latchkey")
	single := []*server{newServer(b, alone, "latchkey", b.TempDir())}
	single[0].awaitReady(b)
	cluster := shared.servers(b)
	places := []struct {
		name    string
		servers []*server
	}{{"one MariaDB", single}, {"one node of three", cluster[:1]}, {"three nodes", cluster}}
	const rounds = 5
	for range b.N {
		for _, kind := range []string{"me", "refreshToken"} {
			measured := map[string][]float64{}
			for round := range rounds {
				for _, place := range places {
					measured[place.name] = append(measured[place.name], throughput(b, place.servers, kind, round))
				}
			}
			base := median(measured[places[0].name])
			for _, place := range places {
				n := median(measured[place.name])
				fmt.Printf("%-14s %-18s %6.0f a second, %.2f of one MariaDB\n", kind, place.name, n, n/base)
			}
		}
	}
}

func median(of []float64) float64 {
	slices.Sort(of)
	return of[len(of)/2]
}

// throughput is of 16 clients that each have an account.
func throughput(b *testing.B, servers []*server, kind string, round int) float64 {
	const clients, duration = 16, 3 * time.Second
	plain := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	defer plain.CloseIdleConnections()
	var group sync.WaitGroup
	var done atomic.Int64
	people := make([]signedIn, clients)
	for i := range people {
		people[i] = servers[0].join(b, fmt.Sprintf("%s%d-%d-%d", kind, len(servers), round, i))
	}
	start := time.Now()
	for i, in := range people {
		group.Go(func() {
			for n := 0; time.Since(start) < duration; n++ {
				s := client{url: servers[(i+n)%len(servers)].url, http: plain}
				var a answer
				if kind == "me" {
					a = s.ask(in.AccessToken, `{ me { id email name createdAt } }`, nil)
				} else if a = s.ask("", refresh, vars{"token": in.RefreshToken}); a.ok() {
					a.into(b, &in)
				}
				if !a.ok() {
					b.Error(a.body)
				}
				done.Add(1)
			}
		})
	}
	group.Wait()
	return float64(done.Load()) / time.Since(start).Seconds()
}
