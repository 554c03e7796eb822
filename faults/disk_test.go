//go:build faults

package faults_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// disk is a small file system of its own, in memory. It is mounted where only the processes of one namespace see it.
type disk struct {
	t    testing.TB
	dir  string // as those processes see it
	here string // as everyone else does
	in   []string
}

// newDisk makes one of so many bytes, which is gone after the test. Either root may mount, or everyone may in a namespace of theirs; in a
// container neither is allowed by default. Then the test fails: what it shows is not shown.
func newDisk(t testing.TB, bytes int) *disk {
	t.Helper()
	d := &disk{t: t, dir: t.TempDir()}
	unshare, enter := []string{"unshare", "--mount"}, []string{"nsenter", "--mount"}
	if os.Getuid() != 0 {
		unshare, enter = []string{"unshare", "--mount", "--user", "--map-root-user"}, []string{"nsenter", "--preserve-credentials", "--mount", "--user"}
	}
	mount := fmt.Sprintf("mount -t tmpfs -o size=%d,mode=700 tmpfs %q && echo mounted && read -r end", bytes, d.dir)
	keeper := exec.Command(unshare[0], append(unshare[1:], "sh", "-c", mount)...)
	stdin, err := keeper.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := keeper.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaint strings.Builder
	keeper.Stderr = &complaint
	if err := keeper.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = keeper.Wait() // its read has ended, and with the namespace the file system
	})
	if line, _ := bufio.NewReader(stdout).ReadString('\n'); line != "mounted\n" {
		_ = keeper.Wait()
		t.Fatalf("a small disk can't be mounted: %s\nThis takes root or user namespaces; a container has to be --privileged.", complaint.String())
	}
	pid := strconv.Itoa(keeper.Process.Pid)
	d.here = "/proc/" + pid + "/root" + d.dir
	d.in = append(append([]string{enter[0], "--target", pid}, enter[1:]...), "--")
	return d
}

// fill leaves so many bytes free at most, in a file called ballast, until empty removes it.
func (d *disk) fill(free int) {
	d.t.Helper()
	file, err := os.OpenFile(d.here+"/ballast", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		d.t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // it is full
	chunk := make([]byte, 4096)
	for err == nil {
		_, err = file.Write(chunk)
	}
	size, err := file.Seek(0, io.SeekCurrent)
	if err == nil {
		err = file.Truncate(max(0, size-int64(free)))
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *disk) empty() {
	d.t.Helper()
	if err := os.Remove(d.here + "/ballast"); err != nil {
		d.t.Fatal(err)
	}
}

// copy takes a file from it.
func (d *disk) copy(name, to string) {
	d.t.Helper()
	from, err := os.Open(d.here + "/" + name)
	if os.IsNotExist(err) {
		return
	}
	if err != nil {
		d.t.Fatal(err)
	}
	defer from.Close() //nolint:errcheck // read
	file, err := os.Create(to)
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := io.Copy(file, from); err != nil {
		d.t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		d.t.Fatal(err)
	}
}
