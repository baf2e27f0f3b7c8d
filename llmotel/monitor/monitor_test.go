package monitor_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/monitor"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/mock"
)

func targets(t *testing.T) []monitor.Target {
	t.Helper()
	openai, err := mock.NewOpenAI(mock.WithTimeScale(0))
	if err != nil {
		t.Fatal(err)
	}
	anthropic, err := mock.NewAnthropic(mock.WithTimeScale(0))
	if err != nil {
		t.Fatal(err)
	}
	return []monitor.Target{
		{Name: "openai", Model: openai.Model(), Provider: openai},
		{Name: "anthropic", Model: anthropic.Model(), Provider: anthropic},
	}
}

func request() *providers.Request {
	return &providers.Request{Model: "gpt-5.2", Messages: []providers.Message{providers.UserText("What is a span?")}}
}

// nobody is an address on which nothing listens.
func nobody(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "http://" + l.Addr().String()
}

func TestMonitorWithoutCollector(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", nobody(t))
	path := filepath.Join(t.TempDir(), "calls.jsonl")
	m, err := monitor.New(targets(t), monitor.WithServiceName("test"), monitor.WithCallLog(path))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Generate(t.Context(), request()); err != nil {
		t.Fatal(err)
	}
	if _, err := providers.Collect(m.Stream(t.Context(), request())); err != nil {
		t.Fatal(err)
	}
	snapshot := m.Snapshot()
	if snapshot.Overall.Requests != 2 || snapshot.Overall.Succeeded != 2 {
		t.Errorf("statistics: %+v, want 2 requests that succeeded", snapshot.Overall)
	}
	if b := m.Breakers(); len(b) != 2 || b[0].State != providers.BreakerClosed {
		t.Errorf("breakers: %+v, want two that are closed", b)
	}
	begun := time.Now()
	first := m.Close() // nothing was listening: an error may say so, a delay may not
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("Close took %s", took)
	}
	if second := m.Close(); !errors.Is(second, first) {
		t.Errorf("second Close returned %v, the first %v", second, first)
	}
	if _, err := m.Generate(t.Context(), request()); err != nil {
		t.Errorf("a call after Close: %v", err)
	}

	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := 0
	for entry, err := range calllog.NewReader(f).All() {
		if err != nil {
			t.Fatal(err)
		}
		lines++
		if entry.TraceID == "" || entry.Attempts != 1 {
			t.Errorf("entry %+v, want a trace id and one attempt", entry)
		}
	}
	if lines != 2 {
		t.Errorf("%d records in the call log, want 2", lines)
	}
}

func TestCallLogBehindAQueue(t *testing.T) {
	t.Setenv("OTEL_SDK_DISABLED", "true")
	path := filepath.Join(t.TempDir(), "calls.jsonl")
	m, err := monitor.New(targets(t), monitor.WithCallLog(path), monitor.WithCallLogQueue(calllog.WithBatch(100, time.Hour)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Generate(t.Context(), request()); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || len(text) != 0 {
		t.Errorf("%v: %q is in the file before the queue was flushed", err, text)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || !bytes.HasSuffix(text, []byte("}\n")) {
		t.Errorf("%v: %q after Close, want the record", err, text)
	}
	if _, err := monitor.New(targets(t), monitor.WithCallLog(path), monitor.WithCallLogQueue(calllog.WithCapacity(0))); err == nil {
		t.Error("no error for a queue without capacity")
	}
}

// A log that cannot be written is told with the ways out, and with nothing else.
func TestMonitorTellsOfALogItCannotWrite(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1") // nobody is there
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := monitor.New(targets(t), monitor.WithCallLog(filepath.Join(path, "calls.jsonl")))
	if m != nil || err == nil || !strings.Contains(err.Error(), "WithoutCallLog") || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v, %v", m, err)
	}
}

func TestMonitorRefusesBadTargets(t *testing.T) {
	t.Setenv("OTEL_SDK_DISABLED", "true")
	for name, bad := range map[string][]monitor.Target{
		"none":      nil,
		"nil":       {{Name: "a"}},
		"same name": append(targets(t)[:1], targets(t)[0]),
	} {
		m, err := monitor.New(bad, monitor.WithoutCallLog())
		if err == nil || m != nil {
			t.Errorf("%s: got %v and %v, want an error", name, m, err)
		}
	}
}

func TestMonitorRefusesOptionsThatWouldDoNothing(t *testing.T) {
	if _, err := monitor.New(targets(t), monitor.WithGlobalTelemetry(), monitor.WithServiceName("shop"), monitor.WithoutCallLog()); err == nil {
		t.Error("no error")
	}
}

func TestMonitorRefusesBadCallLog(t *testing.T) {
	t.Setenv("OTEL_SDK_DISABLED", "true")
	path := filepath.Join(t.TempDir(), "missing", "calls.jsonl")
	if _, err := monitor.New(targets(t), monitor.WithCallLog(path)); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want an error that names %s", err, path)
	}
}

type count struct{ n int }

func (c *count) Record(context.Context, *llmotel.Record) { c.n++ }

func TestMonitorPassesOptionsOn(t *testing.T) {
	sink, ended := &count{}, 0
	m, err := monitor.New(targets(t), monitor.WithGlobalTelemetry(), monitor.WithoutCallLog(),
		monitor.WithRecorder(llmotel.WithSinks(sink)),
		monitor.WithFailover(failover.WithName("shop"), failover.WithHooks(failover.Hooks{CallEnd: func(context.Context, failover.EndEvent) { ended++ }})))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if _, err := m.Generate(t.Context(), request()); err != nil {
		t.Fatal(err)
	}
	if m.Name() != "shop" || sink.n != 1 || ended != 1 || m.Snapshot().Overall.Requests != 1 {
		t.Errorf("name %q, %d records, %d hook calls, %d requests", m.Name(), sink.n, ended, m.Snapshot().Overall.Requests)
	}
}
