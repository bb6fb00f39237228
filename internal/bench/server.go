package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is a Sayline (or the floor) running as a process of its own.
type server struct {
	cmd     *exec.Cmd
	address string        // host:port
	started time.Duration // from exec to the first answer of /healthz
	output  io.Closer
}

var listening = regexp.MustCompile(`http://([0-9.]+:[0-9]+)`)

// start runs this very binary with args and waits until it answers.
func start(ctx context.Context, args ...string) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &server{cmd: exec.CommandContext(ctx, self, args...)}
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	s.cmd.WaitDelay = 10 * time.Second
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	s.cmd.Stdout, s.cmd.Stderr, s.output = write, write, read
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, errors.Join(err, read.Close(), write.Close())
	}
	write.Close()
	lines := bufio.NewScanner(read)
	for s.address == "" && lines.Scan() {
		if m := listening.FindStringSubmatch(lines.Text()); m != nil {
			s.address = m[1]
		}
	}
	if s.address == "" {
		return nil, fmt.Errorf("the server %v ended before it listened: %w", args, s.stop())
	}
	go func() { _, _ = io.Copy(io.Discard, read) }() // its log must not fill the pipe
	if err := s.answers(); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	s.started = time.Since(began)
	return s, nil
}

// answers asks /healthz once: the server listens before it says so.
func (s *server) answers() error {
	r, err := http.Get("http://" + s.address + "/healthz")
	if err != nil {
		return err
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		return fmt.Errorf("the server answered %s", r.Status)
	}
	return nil
}

func (s *server) stop() error {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	err := s.cmd.Wait()
	return errors.Join(err, s.output.Close())
}

// memory is the server's resident set in bytes (VmRSS of proc(5)).
func (s *server) memory() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb << 10, err
		}
	}
	return 0, errors.New("no VmRSS line")
}

// processor is what the server has used of a processor since it started (utime and
// stime of proc(5), in hundredths of a second).
func (s *server) processor() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(text), ") ") // its name may have blanks
	fields := strings.Fields(after)
	if len(fields) < 13 {
		return 0, errors.New("a short line of stat")
	}
	user, err := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond, errors.Join(err, err2)
}

// wire counts the bytes of one answer, head and body, as they come off the socket.
func (s *server) wire(path string) (int, error) {
	c, err := net.DialTimeout("tcp", s.address, 5*time.Second)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	u := url.URL{Path: path}
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nAccept: text/html\r\nAccept-Encoding: gzip\r\nAccept-Language: en\r\nConnection: close\r\n\r\n", u.EscapedPath(), s.address)
	all, err := io.ReadAll(c)
	if err == nil && !strings.HasPrefix(string(all), "HTTP/1.1 200") {
		err = fmt.Errorf("%s answered %.40q", path, all)
	}
	return len(all), err
}
