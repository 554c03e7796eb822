//go:build linux

package bench_test

import (
	"errors"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// pollWait is epoll_wait(2), but to the microsecond, which x/sys does not have.
func pollWait(poll int, events []unix.EpollEvent, wait time.Duration) (int, error) {
	timeout := unix.NsecToTimespec(wait.Nanoseconds())
	for {
		n, _, err := unix.Syscall6(unix.SYS_EPOLL_PWAIT2, uintptr(poll), uintptr(unsafe.Pointer(&events[0])), uintptr(len(events)),
			uintptr(unsafe.Pointer(&timeout)), 0, 0)
		if err == 0 {
			return int(n), nil
		}
		if !errors.Is(err, unix.EINTR) {
			return 0, err
		}
	}
}
