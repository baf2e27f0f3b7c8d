//go:build linux

package postgres_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// server is a PostgreSQL of the tests' own, in a directory of its own, reached
// by a socket in it.
type server struct {
	bin    string // where postgres and initdb are
	dir    string
	as     *syscall.SysProcAttr
	proc   *exec.Cmd
	exited chan struct{}
	log    bytes.Buffer
	made   int // databases
}

// shared is the server of all tests, once the first one has asked for it.
var shared *server

// database returns the connection string of an empty database.
func database(t testing.TB) (s *server, dsn string) {
	t.Helper()
	if shared == nil {
		shared = newServer(t)
	}
	shared.made++
	name := "test" + strconv.Itoa(shared.made)
	shared.exec(t, shared.dsn("postgres"), "CREATE DATABASE "+name)
	dsn = shared.dsn(name)
	return shared, dsn
}

// stopShared runs when all tests are over.
func stopShared() {
	if shared != nil {
		shared.kill()
		_ = os.RemoveAll(shared.dir)
	}
}

// newServer makes a database cluster. PostgreSQL does not run as root, so root's
// tests start it as another user.
func newServer(t testing.TB) *server {
	t.Helper()
	s := &server{bin: findServer(t)}
	// Not t.TempDir: its path is too long for a socket, and not open to others.
	dir, err := os.MkdirTemp("", "pg") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	s.dir = dir
	if os.Getuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			if u, err = user.Lookup("nobody"); err != nil {
				t.Fatal(err)
			}
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
		s.as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	out, err := s.command("initdb", "-D", s.data(), "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync").CombinedOutput()
	if err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	s.start(t)
	return s
}

// findServer skips the test where PostgreSQL is not installed; in CI, where it
// is to be installed, that is a failure.
func findServer(t testing.TB) string {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if path, err := exec.LookPath("initdb"); err == nil {
		found = append(found, path)
	}
	if len(found) == 0 {
		const missing = "PostgreSQL is not installed (on Debian: apt-get install postgresql)"
		if os.Getenv("LLMOTEL_CI_FAIL_SKIPS") == "1" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	return filepath.Dir(found[len(found)-1])
}

func (s *server) data() string { return filepath.Join(s.dir, "data") }

func (s *server) command(name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(context.Background(), filepath.Join(s.bin, name), args...)
	c.Dir, c.SysProcAttr = s.dir, s.as
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	return c
}

// dsn is the connection string of a database.
func (s *server) dsn(database string) string {
	return "host=" + s.dir + " user=tester dbname=" + database + " sslmode=disable connect_timeout=5"
}

// run starts the process.
func (s *server) run(t testing.TB) {
	t.Helper()
	s.proc = s.command("postgres", "-D", s.data(), "-k", s.dir, "-c", "listen_addresses=", "-c", "shared_buffers=16MB", "-c", "fsync=off")
	s.proc.Stdout, s.proc.Stderr = &s.log, &s.log
	if err := s.proc.Start(); err != nil {
		t.Fatal(err)
	}
	exited, proc := make(chan struct{}), s.proc
	s.exited = exited
	go func() {
		_ = proc.Wait()
		close(exited)
	}()
}

// start starts the server and waits until it answers. After a crash it may not
// come up before the last process of the old one is gone.
func (s *server) start(t testing.TB) {
	t.Helper()
	s.run(t)
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		conn, err := pgx.Connect(t.Context(), s.dsn("postgres"))
		if err == nil {
			_ = conn.Close(context.WithoutCancel(t.Context()))
			return
		}
		if time.Now().After(deadline) {
			s.kill()
			t.Fatalf("PostgreSQL does not come up: %v\n%s", err, s.log.String())
		}
		select {
		case <-s.exited:
			s.run(t)
		default:
		}
	}
}

// kill ends the server and all its processes with SIGKILL, as a crash would.
func (s *server) kill() {
	pid := strconv.Itoa(s.proc.Process.Pid)
	children, _ := os.ReadFile("/proc/" + pid + "/task/" + pid + "/children")
	_ = s.proc.Process.Kill()
	for child := range strings.FieldsSeq(string(children)) {
		if n, err := strconv.Atoi(child); err == nil {
			_ = syscall.Kill(n, syscall.SIGKILL)
		}
	}
	<-s.exited
}

func (s *server) exec(t testing.TB, dsn, statement string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	if _, err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
