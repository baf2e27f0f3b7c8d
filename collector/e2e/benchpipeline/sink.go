package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	coltrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"
)

// sink is a backend that takes everything and does nothing with it, so that what is measured is the collector. It keeps the
// requests as they came and counts their spans afterwards.
type sink struct {
	server *http.Server
	done   chan struct{}

	mu     sync.Mutex
	bodies [][]byte
	last   time.Time // the last request's arrival
}

// listen starts a sink.
func listen(ctx context.Context, address string) (*sink, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	s := &sink{done: make(chan struct{})}
	s.server = &http.Server{Handler: http.HandlerFunc(s.take), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(s.done)
		_ = s.server.Serve(listener)
	}()
	return s, nil
}

func (s *sink) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bodies, s.last = append(s.bodies, body), time.Now()
}

// empty forgets what came so far.
func (s *sink) empty() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bodies = nil
}

// all waits until nothing has come for two seconds, and says when the last request came. It is an error unless the requests
// have the number of spans.
func (s *sink) all(ctx context.Context, want int) (time.Time, error) {
	for {
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
			return time.Time{}, ctx.Err()
		}
		s.mu.Lock()
		last, bodies := s.last, s.bodies
		s.mu.Unlock()
		if time.Since(last) < 2*time.Second {
			continue
		}
		spans := 0
		for _, body := range bodies {
			var request coltrace.ExportTraceServiceRequest
			if err := proto.Unmarshal(body, &request); err != nil {
				return last, err
			}
			for _, r := range request.GetResourceSpans() {
				for _, scope := range r.GetScopeSpans() {
					spans += len(scope.GetSpans())
				}
			}
		}
		if spans != want {
			return last, fmt.Errorf("%d spans came, %d were sent", spans, want)
		}
		return last, nil
	}
}

func (s *sink) close() error {
	err := s.server.Close()
	<-s.done
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}
