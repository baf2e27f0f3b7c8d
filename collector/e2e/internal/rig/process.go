package rig

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Spec says how to run a program.
type Spec struct {
	Name   string
	Binary string // as collector/build.sh calls it
	Args   []string
	Env    []string // added to this process's
	Dir    string   // working directory; its output goes to Name.out there
	Health string   // URL that answers 200 once the program is ready
}

// Process is a running program. Its methods may be called from one goroutine at a time.
type Process struct {
	Spec    Spec
	cmd     *exec.Cmd
	exited  chan struct{}
	stopped Usage
}

// Usage is what a process has used up.
type Usage struct {
	CPU      time.Duration
	PeakRSS  uint64 // bytes
	FinalRSS uint64
}

// BinaryPath is where collector/build.sh puts a binary.
func BinaryPath(name string) (string, error) {
	cache := os.Getenv("LLMOTEL_CACHE")
	if cache == "" {
		base := os.Getenv("XDG_CACHE_HOME")
		if base == "" {
			home, err := os.UserHomeDir()
			if err != nil {
				return "", err
			}
			base = filepath.Join(home, ".cache")
		}
		cache = filepath.Join(base, "llmotel")
	}
	path := filepath.Join(cache, "bin", name)
	if _, err := os.Stat(path); err != nil { //nolint:gosec // The operator says where the binaries are.
		return "", fmt.Errorf("%w: run collector/build.sh first", err)
	}
	return path, nil
}

// Start runs a program and waits for up to a minute until it is healthy. The process outlives ctx, which bounds the wait.
func Start(ctx context.Context, spec Spec) (*Process, error) {
	path, err := BinaryPath(spec.Binary)
	if err != nil {
		return nil, err
	}
	output, err := os.OpenFile(filepath.Join(spec.Dir, spec.Name+".out"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = output.Close() }()   // The process has its own copy.
	cmd := exec.Command(path, spec.Args...) //nolint:noctx,gosec // Ended by Stop or Kill, by its id; the binary is build.sh's.
	cmd.Dir, cmd.Env = spec.Dir, append(os.Environ(), spec.Env...)
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", spec.Name, err)
	}
	p := &Process{Spec: spec, cmd: cmd, exited: make(chan struct{})}
	go func() {
		defer close(p.exited)
		_ = cmd.Wait()
	}()

	for deadline := time.Now().Add(time.Minute); ; {
		err := probe(ctx, spec.Health)
		if err == nil {
			return p, nil
		}
		select {
		case <-p.exited:
			return nil, fmt.Errorf("%s ended by itself: %v\n%s", spec.Name, cmd.ProcessState, p.Tail(15))
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), p.Kill())
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return nil, errors.Join(fmt.Errorf("%s is not healthy after a minute: %w\n%s", spec.Name, err, p.Tail(15)), p.Kill())
		}
	}
}

func probe(ctx context.Context, url string) error {
	_, err := Get(ctx, url)
	return err
}

// Kill ends the process with SIGKILL, as the kernel does when memory is short, and waits for its end.
func (p *Process) Kill() error { return p.end(syscall.SIGKILL) }

// Stop ends the process with SIGTERM and waits; after half a minute it is killed, which is an error.
func (p *Process) Stop() error { return p.end(syscall.SIGTERM) }

func (p *Process) end(signal syscall.Signal) error {
	select {
	case <-p.exited:
		return nil
	default:
	}
	if usage, err := p.Usage(); err == nil {
		p.stopped = usage
	}
	if err := p.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-p.exited:
		return nil
	case <-time.After(30 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.exited
		return fmt.Errorf("%s did not end within 30 s of %s", p.Spec.Name, signal)
	}
}

// Running says whether the process has not ended.
func (p *Process) Running() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// Usage reads what the process has used up from /proc; of an ended one, what it had used when it was ended.
func (p *Process) Usage() (Usage, error) {
	if !p.Running() {
		return p.stopped, nil
	}
	dir := "/proc/" + strconv.Itoa(p.cmd.Process.Pid)
	stat, err := os.ReadFile(dir + "/stat") //nolint:gosec // Of a process that was started here.
	if err != nil {
		return Usage{}, err
	}
	// The second field is the name in parentheses and may hold blanks; utime and stime are the 14th and 15th.
	_, after, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(after)
	if len(fields) < 13 {
		return Usage{}, fmt.Errorf("%s/stat: %d fields", dir, len(fields))
	}
	var ticks int64
	for _, field := range fields[11:13] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return Usage{}, err
		}
		ticks += n
	}
	u := Usage{CPU: time.Duration(ticks) * time.Second / 100} // USER_HZ is 100 on Linux.
	status, err := os.ReadFile(dir + "/status")               //nolint:gosec // Of a process that was started here.
	if err != nil {
		return Usage{}, err
	}
	for line := range strings.Lines(string(status)) {
		var kib uint64
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kib); n == 1 {
			u.PeakRSS = kib << 10
		}
		if n, _ := fmt.Sscanf(line, "VmRSS: %d kB", &kib); n == 1 {
			u.FinalRSS = kib << 10
		}
	}
	return u, nil
}

// Tail is the last lines of the program's output and where it panicked, if it did, for the report of a failure.
func (p *Process) Tail(lines int) string {
	content, err := os.ReadFile(filepath.Join(p.Spec.Dir, p.Spec.Name+".out"))
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimRight(string(content), "\n"), "\n")
	for i, line := range all {
		if strings.HasPrefix(line, "panic:") || strings.HasPrefix(line, "fatal error:") || strings.HasPrefix(line, "unexpected fault") {
			return strings.Join(all[i:min(i+25, len(all))], "\n")
		}
	}
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// Get fetches a URL within ten seconds; a status that is not 200 is an error.
func Get(ctx context.Context, url string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = &StatusError{Code: response.StatusCode, Body: fmt.Sprintf("%.200s", body)}
	}
	return body, err
}

// StatusError is an answer that is not 200.
type StatusError struct {
	Code int
	Body string
}

func (e *StatusError) Error() string { return fmt.Sprintf("status %d: %s", e.Code, e.Body) }
