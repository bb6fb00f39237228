package testkit

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"syscall"
)

//go:embed keeper.sh
var keeperScript string

// startServer starts a new server with its keeper and writes where it is into
// the server's lock file. A port can be lost to somebody else between choosing
// and using it, so there is more than one try.
func startServer(keep, users *os.File) (*url.URL, error) {
	bin, err := postgresPrograms()
	if err != nil {
		return nil, err
	}
	if _, err := exec.LookPath("flock"); err != nil {
		return nil, errors.New("the program flock is missing; install it with `apt-get install util-linux`, or name a server in SAYLINE_TEST_POSTGRES")
	}
	owner, err := serverOwner()
	if err != nil {
		return nil, err
	}
	endLeftover(bin, keep, owner)
	for range 3 {
		var u *url.URL
		if u, err = startKeeper(bin, owner, keep, users.Name()); err == nil {
			return u, nil
		}
	}
	return nil, err
}

// endLeftover stops a server whose keeper was killed.
func endLeftover(bin string, keep *os.File, owner *syscall.Credential) {
	_, dir := readServerLock(keep.Name())
	if dir == "" {
		return
	}
	stop := exec.Command(filepath.Join(bin, "pg_ctl"), "-D", filepath.Join(dir, "data"), "-s", "-m", "immediate", "stop")
	stop.Dir = "/"
	stop.SysProcAttr = &syscall.SysProcAttr{Credential: owner}
	stop.Run() // fails when it does not run any more, which is the usual case
	os.RemoveAll(dir)
}

// startKeeper starts keeper.sh, waits for its answer and writes it into the
// server's lock. The keeper runs in a session of its own, so that Ctrl-C
// reaches the tests and not the one who cleans up after them.
func startKeeper(bin string, owner *syscall.Credential, keep *os.File, usersLock string) (*url.URL, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	u := &url.URL{Scheme: "postgres", User: url.UserPassword("sayline", randomHex(16)),
		Host: "127.0.0.1:" + port, Path: "/postgres", RawQuery: "sslmode=disable"}
	dir, err := serverDirectory(owner, u.User)
	if err != nil {
		return nil, err
	}
	if err := writeServerLock(keep, "", dir); err != nil {
		return nil, err
	}
	users, err := os.OpenFile(usersLock, os.O_RDWR, 0) // opened anew: a lock of its own
	if err != nil {
		return nil, err
	}
	defer users.Close()
	cmd := exec.Command("/bin/sh", "keeper.sh", bin, dir, port)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LC_ALL=C"}
	cmd.ExtraFiles = []*os.File{keep, users} // its fd 3 and 4
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: owner}
	answers, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	answer, _ := io.ReadAll(answers) // until ready, or until the keeper gave up
	if strings.TrimSpace(string(answer)) != "ready" {
		cmd.Wait()
		return nil, fmt.Errorf("PostgreSQL did not start: %s", answer)
	}
	return u, writeServerLock(keep, u.String(), dir)
}

// postgresPrograms is the directory of initdb and pg_ctl: in PATH, or where
// Debian keeps them, the newest version first.
func postgresPrograms() (string, error) {
	if initdb, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(initdb); err == nil {
			return filepath.Dir(real), nil
		}
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", errors.New("PostgreSQL is not installed; install it with `apt-get install postgresql`, or name a server in SAYLINE_TEST_POSTGRES")
	}
	sort.Slice(found, func(i, j int) bool { return versionIn(found[i]) > versionIn(found[j]) })
	return filepath.Dir(found[0]), nil
}

// versionIn reads 15 out of /usr/lib/postgresql/15/bin/initdb.
func versionIn(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	return n
}

// serverOwner says as whom the server runs: as this user, but PostgreSQL
// refuses to run as root, and then as postgres or nobody.
func serverOwner() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as")
}

// serverDirectory makes the directory of a new server, with its password and
// its keeper inside. Root's temporary directory may be closed to others; /tmp
// is not.
func serverDirectory(owner *syscall.Credential, login *url.Userinfo) (string, error) {
	password, _ := login.Password()
	parent := os.TempDir()
	if owner != nil {
		parent = "/tmp"
	}
	dir, err := os.MkdirTemp(parent, "sayline-postgres-")
	if err != nil {
		return "", err
	}
	for name, content := range map[string]string{"password": password, "keeper.sh": keeperScript} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			return "", err
		}
		if owner == nil {
			continue
		}
		if err := os.Chown(file, int(owner.Uid), int(owner.Gid)); err != nil {
			return "", err
		}
	}
	if owner == nil {
		return dir, nil
	}
	return dir, os.Chown(dir, int(owner.Uid), int(owner.Gid))
}

// freePort is a port of 127.0.0.1 that nobody listens on at this moment.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}
