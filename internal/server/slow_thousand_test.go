//go:build faults

package server_test

import (
	"io"
	"net"
	"runtime"
	"syscall"
	"testing"
	"time"

	"latchkey/internal/server"
)

const (
	slowOnes = 1000
	// most that a slow client may cost, in bytes, with its own end in this process and the race detector's share. What it has is a
	// buffer or two of 4 KiB, a goroutine or three, and what TLS knows.
	mostMemory = 160 << 10
)

// needDescriptors makes sure that the machine gives the test enough: both ends of each connection are in this process.
func needDescriptors(t *testing.T) {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if need := uint64(2*slowOnes + 200); limit.Cur < need {
		t.Fatalf("needs %d file descriptors, has %d: ulimit -n", need, limit.Cur)
	}
}

// These do not run in parallel with others: goroutines and memory are counted.
func TestAThousandSlowClientsLeaveMeWorking(t *testing.T) {
	needDescriptors(t)
	const never = 10 * time.Minute
	for _, k := range slowClients {
		if k.deaf {
			continue // a thousand of them would send millions of pings
		}
		t.Run(k.name, func(t *testing.T) {
			s := startForSlow(t, k.tls != "", server.Limits{Header: never, Read: never, Write: never, Idle: never}, noLimit)
			ada := s.join(t, "ada@example.org")
			s.send(t, "GET", "/playground.js", nil, nil)
			before, memory := runtime.NumGoroutine(), inUse()
			var connections []net.Conn
			for range slowOnes {
				connection, err := k.connect(t, s.address())
				if err != nil {
					t.Fatal(err)
				}
				connections = append(connections, connection)
			}
			await(t, "the server has all of them", func() bool { return runtime.NumGoroutine() >= before+slowOnes })
			for range 3 {
				s.ask(t, ada.token, me, nil).ok(t)
				for _, connection := range connections {
					if _, err := io.WriteString(connection, k.trifle); err != nil {
						t.Fatalf("cut off: %v", err)
					}
				}
			}
			each := (inUse() - memory) / slowOnes
			t.Logf("%d bytes for each, both ends", each)
			if each > mostMemory {
				t.Errorf("each holds %d bytes", each)
			}
			for _, connection := range connections {
				hangUp(connection)
			}
			await(t, "nothing is left of them", func() bool { return runtime.NumGoroutine() <= before+10 })
			s.ask(t, ada.token, me, nil).ok(t)
		})
	}
}

// inUse is the memory of this process, in bytes, without what is free.
func inUse() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what pools had is gone after two
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc + m.StackInuse)
}
