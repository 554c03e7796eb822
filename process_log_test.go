package main_test

import (
	"bufio"
	"io"
	"strings"
	"sync"
)

// processLog reads what a process logs all the time, because one that nobody reads from would stop.
type processLog struct {
	mu    sync.Mutex
	grown *sync.Cond
	lines []string // not yet looked at
	all   strings.Builder
	ended bool
}

func followLog(from io.Reader) *processLog {
	l := &processLog{}
	l.grown = sync.NewCond(&l.mu)
	go func() {
		scanner := bufio.NewScanner(from)
		for scanner.Scan() {
			l.add(scanner.Text(), false)
		}
		l.add("", true)
	}()
	return l
}

func (l *processLog) add(line string, ended bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines, l.ended = append(l.lines, line), ended
	l.all.WriteString(line + "\n")
	l.grown.Broadcast()
}

// whole waits for the end of the log, and returns all of it.
func (l *processLog) whole() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	for !l.ended {
		l.grown.Wait()
	}
	return l.all.String()
}

// await returns the next line with text in it, or "" if the log ends before.
func (l *processLog) await(text string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		for i, line := range l.lines {
			if strings.Contains(line, text) {
				l.lines = l.lines[i+1:]
				return line
			}
		}
		l.lines = nil
		if l.ended {
			return ""
		}
		l.grown.Wait()
	}
}
