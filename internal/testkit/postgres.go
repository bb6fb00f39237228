package testkit

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Postgres returns the URL of a fresh, empty PostgreSQL database, which is
// dropped when the test ends. The server behind it is real and durable; it is
// started by the first test process of the machine that wants one, shared by
// the others, and stopped when the last of them ends, even when that one is
// killed. SAYLINE_TEST_POSTGRES names another server to use instead, as the
// URL of a database whose user may create databases.
func Postgres(t testing.TB) string {
	t.Helper()
	server, err := sharedServer()
	if err != nil {
		t.Fatalf("no PostgreSQL server for this test: %v", err)
	}
	return server.create(t, "")
}

// create makes a database of a test; how is the rest of its statement.
func (s postgresServer) create(t testing.TB, how string) string {
	t.Helper()
	name := databaseName()
	if err := s.exec(`CREATE DATABASE ` + name + how); err != nil {
		t.Fatalf("the test's database cannot be created: %v", err)
	}
	t.Cleanup(func() {
		if err := s.exec(`DROP DATABASE ` + name + ` WITH (FORCE)`); err != nil {
			t.Errorf("the test's database cannot be dropped: %v", err)
		}
	})
	return s.database(name)
}

func databaseName() string { return "sayline_test_" + randomHex(8) }

// sharedServer joins the machine's server once for this process, whose end
// leaves it again: the lock in the server's value is never let go by hand.
var sharedServer = sync.OnceValues(joinServer)

// postgresServer is a running server that this process may use.
type postgresServer struct {
	url   *url.URL
	users *os.File // the users' lock, held shared; nil for a server of somebody else
}

// database is the URL of one of the server's databases.
func (s postgresServer) database(name string) string {
	u := *s.url
	u.Path = "/" + name
	return u.String()
}

// exec runs one statement as the server's owner.
func (s postgresServer) exec(sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.url.String())
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}

// joinServer finds the machine's running server or starts it.
//
// Three locks in a directory of this user keep it right at any time of death:
// start.lock is held while somebody looks or starts; users.lock is shared by
// every test process for its whole life, and the keeper, which wants it alone,
// gets it after the last of them; server.lock is held by the keeper for as
// long as its server may be used, and says where that is.
func joinServer() (postgresServer, error) {
	if given := os.Getenv("SAYLINE_TEST_POSTGRES"); given != "" {
		u, err := url.Parse(given)
		if err != nil || u.Host == "" {
			return postgresServer{}, errors.New("SAYLINE_TEST_POSTGRES is not a URL like postgres://user:password@127.0.0.1:5432/postgres")
		}
		return postgresServer{url: u}, nil
	}
	room, err := lockRoom()
	if err != nil {
		return postgresServer{}, err
	}
	start, err := lockFile(room, "start.lock", syscall.LOCK_EX)
	if err != nil {
		return postgresServer{}, err
	}
	defer start.Close()
	users, err := lockFile(room, "users.lock", syscall.LOCK_SH) // waits for a server that is just ending
	if err != nil {
		return postgresServer{}, err
	}
	keep, err := lockFile(room, "server.lock", syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		if address, _ := readServerLock(filepath.Join(room, "server.lock")); address != "" {
			u, err := url.Parse(address)
			return postgresServer{url: u, users: users}, err
		}
		// Whoever was starting this one died before it was ready. Its keeper
		// notices that nobody reads its answer, and ends.
		keep, err = lockFile(room, "server.lock", syscall.LOCK_EX)
	}
	if err != nil {
		return postgresServer{}, err
	}
	defer keep.Close()
	u, err := startServer(keep, users)
	return postgresServer{url: u, users: users}, err
}

// lockRoom is the directory of this user's locks.
func lockRoom() (string, error) {
	room := filepath.Join(os.TempDir(), fmt.Sprintf("sayline-test-%d", os.Geteuid()))
	if err := os.Mkdir(room, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	info, err := os.Lstat(room)
	if err != nil {
		return "", err
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); !info.IsDir() || (ok && int(owner.Uid) != os.Geteuid()) {
		return "", fmt.Errorf("%s is not a directory of this user", room)
	}
	return room, nil
}

// lockFile opens a lock file and takes its lock; how is for flock(2). The lock
// is let go when the last copy of the file is closed, at the latest by the end
// of the process.
func lockFile(room, name string, how int) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(room, name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// writeServerLock says where the server is, or will be while address is empty.
func writeServerLock(keep *os.File, address, dir string) error {
	if err := keep.Truncate(0); err != nil {
		return err
	}
	_, err := keep.WriteAt([]byte(address+"\n"+dir), 0)
	return err
}

// readServerLock gives the URL, empty while the server is starting, and the
// directory of the server that runs or ran last.
func readServerLock(path string) (address, dir string) {
	content, _ := os.ReadFile(path)
	address, dir, _ = strings.Cut(string(content), "\n")
	return address, dir
}

// randomHex is n random bytes in hexadecimal.
func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return hex.EncodeToString(b)
}
