package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/llmotel/sdk/llmotel/debugui"
	"github.com/llmotel/sdk/llmotel/otelsetup"
)

// serve runs the service until the context ends, then flushes.
func serve(ctx context.Context, o options, out io.Writer) (err error) {
	// Dashboards should move within seconds of the start.
	if os.Getenv("OTEL_METRIC_EXPORT_INTERVAL") == "" {
		if err := os.Setenv("OTEL_METRIC_EXPORT_INTERVAL", "5000"); err != nil {
			return err
		}
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.listen)
	if err != nil {
		return err
	}
	out = &lines{w: out}
	f, err := newFleet(o, out) //nolint:contextcheck // a Monitor outlives the context of any call
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	// That the collector went away was said when it did.
	defer func() {
		if e := f.Close(); e != nil && !errors.Is(e, otelsetup.ErrNotExported) {
			err = errors.Join(err, e)
		}
	}()

	page, err := f.DebugHandler(debugui.WithTitle("llmotel-demo"), debugui.WithTraceURL("http://localhost:16686/trace/{trace_id}?uiFind={span_id}"))
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	mux := http.NewServeMux()
	mux.Handle("/", f.handler(out))
	mux.Handle("/debug/llm/", page)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	server.RegisterOnShutdown(page.Close)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	fmt.Fprintf(out, "demo: %g calls a second, %s\n", o.rate, listener.Addr())

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var work sync.WaitGroup
	work.Go(func() { f.outages(ctx, o.speed, out) })
	work.Go(func() { f.traffic(ctx, o) })

	select {
	case <-ctx.Done():
	case err = <-served:
		cancel()
	}
	work.Wait()
	down, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer stop()
	if e := server.Shutdown(down); err == nil {
		err = e
	}
	return err
}

// lines is a writer that several goroutines may use.
type lines struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}
