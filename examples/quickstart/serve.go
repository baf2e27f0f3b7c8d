package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/llmotel/sdk/llmotel/debugui"
	"github.com/llmotel/sdk/providers"
)

const (
	pagePath = "/debug/llm/"
	// callInterval is real time, whatever the speed.
	callInterval = 300 * time.Millisecond
	// openCalls bounds the calls that are under way.
	openCalls = 64
)

// outages are what goes wrong in each round of two minutes.
var outages = []struct {
	from, to time.Duration
	what     string
	set      func(s *story, kind providers.Kind) error
	kind     providers.Kind
}{
	{15 * time.Second, 50 * time.Second, "openai is down", onlyOpenAI, providers.KindServerError},
	{70 * time.Second, 80 * time.Second, "openai and anthropic limit the rate", both, providers.KindRateLimited},
	{95 * time.Second, 105 * time.Second, "everything is down", both, providers.KindOverloaded},
}

const round = 2 * time.Minute

func onlyOpenAI(s *story, kind providers.Kind) error { return s.openai.SetOutage(kind) }

func both(s *story, kind providers.Kind) error {
	if err := s.openai.SetOutage(kind); err != nil {
		return err
	}
	return s.anthropic.SetOutage(kind)
}

// serve makes calls, with outages, and shows them on a page until ctx ends.
func (s *story) serve(ctx context.Context, o options) error {
	page, err := s.m.DebugHandler(debugui.WithTitle(service), debugui.WithTraceURL("http://localhost:16686/trace/{trace_id}?uiFind={span_id}"))
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.listen)
	if err != nil {
		return fmt.Errorf("%w; -listen takes another address, 127.0.0.1:0 any free port", err)
	}
	mux := http.NewServeMux()
	mux.Handle(pagePath, page)
	mux.Handle("/{$}", http.RedirectHandler(pagePath, http.StatusFound))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	server.RegisterOnShutdown(page.Close)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	s.out.printf("\n   Calls, targets and circuit breakers, live:  http://%s%s\n   Ctrl-C ends it.\n\n", listener.Addr(), pagePath)

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var work sync.WaitGroup
	work.Go(func() { s.goWrong(ctx) })
	work.Go(func() { s.goOn(ctx) })
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

// goOn makes calls until ctx ends, and waits for those that are under way.
func (s *story) goOn(ctx context.Context) {
	var open sync.WaitGroup
	defer open.Wait()
	slots := make(chan struct{}, openCalls)
	for sleep(ctx, callInterval/2+rand.N(callInterval)) {
		select {
		case slots <- struct{}{}:
		default:
			continue
		}
		stream := s.asked%3 == 0
		ctx, req := s.request(ctx)
		open.Go(func() {
			defer func() { <-slots }()
			if !stream {
				_, _ = s.m.Generate(ctx, req) // what fails is on the page
				return
			}
			for _, err := range s.m.Stream(ctx, req) {
				if err != nil {
					return
				}
			}
		})
	}
}

// goWrong takes providers down and brings them back until ctx ends.
func (s *story) goWrong(ctx context.Context) {
	for began := time.Now(); ; began = began.Add(round) {
		for _, o := range outages {
			if !sleep(ctx, time.Until(began.Add(o.from))) {
				return
			}
			s.out.printf("   outage: %s, for %s\n", o.what, o.to-o.from)
			if err := o.set(s, o.kind); err != nil {
				s.out.printf("   outage: %v\n", err)
			}
			again := sleep(ctx, o.to-o.from)
			s.openai.SetDown(false)
			s.anthropic.SetDown(false)
			if !again {
				return
			}
			s.out.printf("   outage: over\n")
		}
		if !sleep(ctx, time.Until(began.Add(round))) {
			return
		}
	}
}

// sleep reports whether the time went by before ctx ended.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
