//go:build linux

package bench_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"latchkey/internal/server"
)

// bareMode makes this program the bare handler.
const bareMode = "LATCHKEY_BENCH_BARE"

// answer is what the bare handler answers, whatever is asked.
type answer struct {
	Header http.Header
	Body   []byte
}

// startBare starts what everything is compared with: a handler of net/http that reads the whole request and answers the same bytes
// as the server has answered to this request. It is a process of its own, with the settings of server.go and
// internal/server, and ends with the benchmark.
func startBare(b *testing.B, request []byte, addr string) (bareAddr string) {
	b.Helper()
	this, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	bare := command(this, bareMode+"=on")
	bare.Stderr = os.Stderr
	in, inErr := bare.StdinPipe()
	out, outErr := bare.StdoutPipe()
	if inErr != nil || outErr != nil {
		b.Fatal(inErr, outErr)
	}
	if err := bare.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close() // which ends it
		_ = bare.Wait()
	})
	if err := json.NewEncoder(in).Encode(sample(b, request, addr)); err != nil {
		b.Fatal(err)
	}
	if _, err := fmt.Fscanln(out, &bareAddr); err != nil {
		b.Fatal(err)
	}
	return bareAddr
}

// sample is the server's answer to a request.
func sample(b *testing.B, request []byte, addr string) answer {
	b.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // read to its end
	if _, err := conn.Write(request); err != nil {
		b.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		b.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || strings.Contains(string(body), `"errors"`) {
		b.Fatalf("%v: %s: %s", err, response.Status, body)
	}
	response.Header.Del("Date") // net/http writes it
	response.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return answer{Header: response.Header, Body: body}
}

func serveBare() {
	var a answer
	input := json.NewDecoder(os.Stdin)
	if err := input.Decode(&a); err != nil {
		panic(err)
	}
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1) // as in server.go, like the ballast
	ballast := make([]byte, 64<<20)
	limits := server.DefaultLimits
	bare := &http.Server{
		ReadHeaderTimeout: limits.Header, ReadTimeout: limits.Read, WriteTimeout: limits.Read + limits.Write, IdleTimeout: limits.Idle,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := io.ReadAll(r.Body); err != nil {
				return
			}
			for name, values := range a.Header {
				w.Header()[name] = values
			}
			_, _ = w.Write(a.Body)
		}),
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, input.Buffered())
		_, _ = io.Copy(io.Discard, os.Stdin) // until who started it is done, or dead
		os.Exit(0)
	}()
	panic(fmt.Sprint(bare.Serve(listener), len(ballast)))
}
