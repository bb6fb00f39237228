package testkit

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/jackc/pgx/v5"
)

// TestMain lets this test program also be another process that uses the server,
// or a browser: it says where that is and stays until it is killed.
func TestMain(m *testing.M) {
	var where string
	var err error
	switch os.Getenv("SAYLINE_TESTKIT_USER") {
	case "":
		os.Exit(m.Run())
	case "server":
		var server postgresServer
		if server, err = sharedServer(); err == nil {
			where = server.url.String()
		}
	case "browser":
		var ctx context.Context
		if ctx, err = startBrowser(); err == nil {
			where = fmt.Sprint("browser:", chromedp.FromContext(ctx).Browser.Process().Pid)
		}
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(where)
	io.Copy(io.Discard, os.Stdin)
}

// userProcess starts a process that uses the server whose locks are in room, or
// a browser whose files are there, and returns the URL that it was given.
func userProcess(t *testing.T, of, room string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "SAYLINE_TESTKIT_USER="+of, "SAYLINE_TEST_POSTGRES=", "TMPDIR="+room)
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the other process gave no address: %v", err)
	}
	if _, err := url.Parse(strings.TrimSpace(line)); err != nil {
		t.Fatal(err)
	}
	return cmd, strings.TrimSpace(line)
}

// kill ends a process as a power cut would.
func kill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
}

// killKeeper kills the keeper of the server whose locks are in room.
func killKeeper(t *testing.T, room string) {
	t.Helper()
	lock, err := filepath.Glob(filepath.Join(room, "*", "server.lock"))
	if err != nil || len(lock) != 1 {
		t.Fatalf("the server's lock: %q, %v", lock, err)
	}
	_, dir := readServerLock(lock[0])
	text, err := os.ReadFile(filepath.Join(dir, "keeper.pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	keep, err := os.Open(lock[0])
	if err != nil {
		t.Fatal(err)
	}
	defer keep.Close()
	if err := syscall.Flock(int(keep.Fd()), syscall.LOCK_EX); err != nil { // once the kernel has let go of what it held
		t.Fatal(err)
	}
}

// ended waits until the keeper has let go of its server, and says whether
// anything of it is left.
func ended(t *testing.T, room, address string) {
	t.Helper()
	t.Setenv("TMPDIR", room)
	locks, err := lockRoom()
	if err != nil {
		t.Fatal(err)
	}
	keep, err := lockFile(locks, "server.lock", syscall.LOCK_EX) // held until the server has ended
	if err != nil {
		t.Fatal(err)
	}
	defer keep.Close()
	if conn, err := pgx.Connect(t.Context(), address); err == nil {
		conn.Close(t.Context())
		t.Error("the server still answers")
	}
	_, dir := readServerLock(keep.Name())
	if _, err := os.Stat(dir); dir == "" || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the server's directory %q is still there (%v)", dir, err)
	}
}

func TestServerEndsWithItsLastUser(t *testing.T) {
	room := t.TempDir()
	first, address := userProcess(t, "server", room)
	second, same := userProcess(t, "server", room)
	if address != same {
		t.Errorf("two servers: %s and %s", address, same)
	}
	kill(t, first)
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatalf("the server ended with its first user: %v", err)
	}
	conn.Close(t.Context())
	kill(t, second)
	ended(t, room, address)
}

func TestServerWithoutItsKeeperIsCleanedUp(t *testing.T) {
	room := t.TempDir()
	user, address := userProcess(t, "server", room)
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	killKeeper(t, room)
	kill(t, user)

	next, other := userProcess(t, "server", room)
	if other == address {
		t.Error("a server that nobody would ever stop was used again")
	}
	if err := conn.Ping(t.Context()); err == nil {
		t.Error("the server without a keeper still runs")
	}
	kill(t, next)
	ended(t, room, other)
}

func TestBrowserEndsWithItsProcess(t *testing.T) {
	room := t.TempDir()
	watch, err := syscall.InotifyInit1(syscall.IN_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(watch)
	if _, err := syscall.InotifyAddWatch(watch, room, syscall.IN_DELETE); err != nil {
		t.Fatal(err)
	}
	user, address := userProcess(t, "browser", room)
	files := filepath.Join(room, "sayline-browser-*")
	if found, _ := filepath.Glob(files); len(found) != 1 {
		t.Fatalf("the browser's files: %q", found)
	}
	kill(t, user)
	for found := []string{""}; len(found) > 0; found, _ = filepath.Glob(files) {
		if _, err := syscall.Read(watch, make([]byte, 4096)); err != nil && !errors.Is(err, syscall.EINTR) {
			t.Fatal(err)
		}
	}
	// Who has ended and whom nobody has asked about yet has no command any more.
	if command, _ := os.ReadFile("/proc/" + strings.TrimPrefix(address, "browser:") + "/cmdline"); len(command) > 0 {
		t.Errorf("the browser still runs: %q", command)
	}
}
