package faults_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/internal/faults"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/anthropic"
	"github.com/llmotel/sdk/providers/bedrock"
	"github.com/llmotel/sdk/providers/gemini"
	"github.com/llmotel/sdk/providers/openai"
)

func itoa(n int) string { return strconv.Itoa(n) }

// wires are the protocols, each with the adapter of its vendor's SDK.
var wires = []string{"openai", "responses", "anthropic", "gemini", "bedrock"}

// adapter returns the adapter that speaks the wire to the server.
func adapter(t testing.TB, wire, url string, client *faults.Client) providers.Provider {
	t.Helper()
	return keyed(t, wire, url, faults.Key, client)
}

// keyed is the adapter with that key.
func keyed(t testing.TB, wire, url, key string, client *faults.Client) providers.Provider {
	t.Helper()
	var p providers.Provider
	var err error
	switch wire {
	case "openai", "responses":
		opts := []openai.Option{openai.WithAPIKey(key), openai.WithBaseURL(url + "/v1"), openai.WithHTTPClient(client.Client)}
		if wire == "responses" {
			opts = append(opts, openai.WithResponsesAPI())
		}
		p, err = openai.New(opts...)
	case "anthropic":
		p, err = anthropic.New(anthropic.WithAPIKey(key), anthropic.WithBaseURL(url), anthropic.WithHTTPClient(client.Client))
	case "gemini":
		p, err = gemini.New(gemini.WithAPIKey(key), gemini.WithBaseURL(url), gemini.WithHTTPClient(client.Client))
	case "bedrock":
		p, err = bedrock.New(aws.Config{Region: "eu-central-1", Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: key, SecretAccessKey: key}, nil
		})}, bedrock.WithBaseEndpoint(url), bedrock.WithHTTPClient(client.Client))
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// request asks with a prompt that must not show anywhere.
func request() *providers.Request {
	return &providers.Request{Model: "m", Messages: []providers.Message{providers.UserText("What is there to see? " + faults.Secret)}}
}

// bed is a chain of a provider that misbehaves and one that does not.
type bed struct {
	primary, backup *faults.Server
	chain           *failover.Chain

	mu  sync.Mutex
	end failover.EndEvent
}

func newBed(t testing.TB, wire string, s *scenario, opts ...failover.TargetOption) *bed {
	t.Helper()
	b := &bed{backup: faults.NewServer(t)}
	var roots *x509.CertPool
	switch s.server {
	case untrusted:
		b.primary, _ = faults.NewTLSServer(t, "127.0.0.1")
	case wrongHost:
		b.primary, roots = faults.NewTLSServer(t, "provider.test")
	default:
		b.primary = faults.NewServer(t)
	}
	if s.server == refusing {
		b.primary.Refuse()
	}
	if s.fault != nil {
		b.primary.Script(s.fault)
	}
	const patient = time.Minute
	attempt, first, idle := patient, patient, patient
	if s.limits {
		attempt, idle = 500*time.Millisecond, 500*time.Millisecond
		if !s.stream.late {
			first = attempt
		}
	}
	opts = append([]failover.TargetOption{
		failover.WithBackoff(0, 0), failover.WithAttemptTimeout(attempt), failover.WithFirstChunkTimeout(first), failover.WithIdleTimeout(idle),
	}, opts...)
	address := b.primary.URL
	if s.address != "" {
		address = s.address
	}
	chain, err := failover.New([]failover.Target{
		{Name: "primary", Provider: adapter(t, wire, address, faults.NewClient(t, roots, nil)), Options: opts},
		{Name: "backup", Provider: adapter(t, wire, b.backup.URL, faults.NewClient(t, nil, nil))},
	}, append([]failover.Option{failover.WithHooks(b.ends())}, s.options...)...)
	if err != nil {
		t.Fatal(err)
	}
	b.chain = chain
	return b
}

// ends keeps what is told at the end of a call.
func (b *bed) ends() failover.Hooks {
	return failover.Hooks{CallEnd: func(_ context.Context, e failover.EndEvent) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.end = e
	}}
}

func (b *bed) call(ctx context.Context, stream bool) (*providers.Response, error) {
	if stream {
		return providers.Collect(b.chain.Stream(ctx, request()))
	}
	return b.chain.Generate(ctx, request())
}

// tried are the attempts on the primary in the history of the last call.
func (b *bed) tried() []failover.Attempt {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(b.end.History), func(a failover.Attempt) bool {
		return a.Target != "primary" || a.Skip != ""
	})
}

func action(k providers.Kind) failover.Action {
	for _, row := range failover.Table() {
		if row.Kind == k && row.Limit == "" {
			return row.Action
		}
	}
	return failover.Action{}
}

func (s *scenario) on(wire string) bool { return len(s.wires) == 0 || slices.Contains(s.wires, wire) }

func (s *scenario) outcome(wire string, stream bool) outcome {
	if o, ok := s.except[wire]; ok && stream {
		return o
	}
	if stream {
		return s.stream
	}
	return s.unary
}

// attempts is how often the provider is to be tried.
func (s *scenario) attempts(o outcome) int {
	switch {
	case s.recovers:
		return 2
	case s.tries > 0:
		return s.tries
	case o.kind != "" && !o.late && action(o.kind).Retry == failover.RetryHere:
		return 2
	}
	return 1
}

// TestEveryFault drives all that a provider does through a chain, with each
// adapter that it can happen to, unary and stream.
func TestEveryFault(t *testing.T) {
	for _, g := range groups {
		for i := range g.list {
			s := &g.list[i]
			for _, wire := range wires {
				for _, stream := range []bool{false, true} {
					if !s.on(wire) || s.streamed && !stream {
						continue
					}
					how := "unary"
					if stream {
						how = "stream"
					}
					t.Run(strings.ReplaceAll(g.name+"/"+s.name, " ", "_")+"/"+wire+"/"+how, func(t *testing.T) {
						t.Parallel()
						drive(t, s, wire, stream)
					})
				}
			}
		}
	}
}

func drive(t *testing.T, s *scenario, wire string, stream bool) {
	t.Helper()
	fresh := *s
	if s.recovers { // its fault counts
		fresh.fault = faults.Times(1, faults.Status(500, "text/html", page), faults.Answer)
	}
	b := newBed(t, wire, &fresh)
	began := time.Now()
	resp, err := b.call(t.Context(), stream)
	o := s.outcome(wire, stream)

	tries := b.tried()
	if want := s.attempts(o); len(tries) != want {
		t.Errorf("%d tries of the provider, want %d: %v", len(tries), want, tries)
	}
	for i, a := range tries {
		want := o.kind
		if s.recovers && i == len(tries)-1 {
			want = ""
		}
		if a.Kind != want {
			t.Errorf("try %d: kind %q (%v), want %q", i+1, a.Kind, a.Err, want)
		}
		checkSafe(t, a.Err)
	}
	checkSafe(t, err)
	if n := b.primary.Requests(); !s.unheard && n != len(tries) || s.unheard && n != 0 {
		t.Errorf("the provider saw %d requests in %d tries", n, len(tries))
	}
	b.checkResult(t, s, o, resp, err)
	b.checkBreaker(t, s, o, began)
}

// checkResult checks what the caller got, and from whom.
func (b *bed) checkResult(t *testing.T, s *scenario, o outcome, resp *providers.Response, err error) {
	t.Helper()
	target, asked := "primary", 0
	switch {
	case o.late:
		broken, ok := errors.AsType[*providers.InterruptedError](err)
		if !ok || providers.KindOf(err) != o.kind || b.backup.Requests() != 0 {
			t.Fatalf("want an interrupted stream of kind %q and no other target; got %v, %d requests", o.kind, err, b.backup.Requests())
		}
		if text := broken.Partial.Text(); text == "" || !strings.HasPrefix(faults.Text, text) { //nolint:gocritic // it is the text that begins the whole
			t.Errorf("the part that had arrived is %q", text)
		}
		return
	case o.kind != "" && !s.recovers && !action(o.kind).Next:
		stopped, ok := errors.AsType[*failover.Error](err)
		if !ok || stopped.Outcome != failover.OutcomeStopped || providers.KindOf(err) != o.kind || b.backup.Requests() != 0 {
			t.Fatalf("want the error at once, of kind %q; got %v, %d requests to the other target", o.kind, err, b.backup.Requests())
		}
		return
	case o.kind != "" && !s.recovers:
		target, asked = "backup", 1
	}
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	if resp.Text() != faults.Text || resp.Target != target || resp.Attempts != s.attempts(o)+asked || b.backup.Requests() != asked {
		t.Errorf("%q from %s after %d attempts, %d at the other target", resp.Text(), resp.Target, resp.Attempts, b.backup.Requests())
	}
	if o == answered && resp.MalformedChunks != s.skipped {
		t.Errorf("%d events left out, want %d", resp.MalformedChunks, s.skipped)
	}
}

// checkBreaker checks what the provider's circuit breaker made of it.
func (b *bed) checkBreaker(t *testing.T, s *scenario, o outcome, began time.Time) {
	t.Helper()
	status, ok := b.chain.BreakerStatus("primary")
	if !ok {
		t.Fatal("no breaker")
	}
	a := action(o.kind)
	failures, wait, state := 0, s.cooled, providers.BreakerClosed
	if o.kind != "" && a.Breaker == failover.Failure {
		failures = s.attempts(o)
	}
	if s.recovers {
		failures = 1
	}
	if o.kind != "" && a.Isolate > 0 {
		wait, state = a.Isolate, providers.BreakerOpen
	}
	if status.Failures != failures && a.Isolate == 0 || status.State != state {
		t.Errorf("breaker %+v; want %s after %d failures", status, state, failures)
	}
	if o == answered && status.Successes != 1 {
		t.Errorf("breaker %+v; want a success", status)
	}
	if left := status.RetryAt.Sub(began); wait > 0 && (left < wait-5*time.Second || left > wait+time.Minute) {
		t.Errorf("left alone for %v, want %v", left, wait)
	}
	if o.kind != "" && wait == 0 && !a.Cooldown && !status.RetryAt.IsZero() {
		t.Errorf("left alone until %v, want not at all", status.RetryAt)
	}
}

// checkSafe checks that an error's text holds nothing secret.
func checkSafe(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	for _, text := range []string{err.Error(), fmt.Sprintf("%+v", err)} {
		for _, secret := range []string{faults.Secret, faults.Key, "127.0.0.1", "http:", "https:", "html", "What is there"} {
			if strings.Contains(text, secret) {
				t.Errorf("the error holds %q: %s", secret, text)
			}
		}
	}
}
