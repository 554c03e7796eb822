//go:build profile

package main

import (
	"os"
	"os/signal"
	"runtime/pprof"
	"syscall"
)

// A program that is built with this tag, as `make bench` does, writes how it has spent its time from its start until SIGUSR1 into the file
// that LATCHKEY_CPU_PROFILE names. The one that is shipped has nothing of it.
func init() {
	path := os.Getenv("LATCHKEY_CPU_PROFILE")
	if path == "" {
		return
	}
	file, err := os.Create(path + ".part") //nolint:gosec // who measures says where
	if err == nil {
		err = pprof.StartCPUProfile(file)
	}
	if err != nil {
		panic(err)
	}
	enough := make(chan os.Signal, 1)
	signal.Notify(enough, syscall.SIGUSR1)
	go func() {
		<-enough
		pprof.StopCPUProfile()
		if err := file.Close(); err != nil {
			panic(err)
		}
		// It is complete, and appears at once.
		if err := os.Rename(path+".part", path); err != nil { //nolint:gosec // as above
			panic(err)
		}
	}()
}
