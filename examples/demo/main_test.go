package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/mock"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The whole program: it says what happens, answers on its address and ends when it is told to.
func TestServe(t *testing.T) {
	t.Setenv("OTEL_SDK_DISABLED", "true")
	ctx, cancel := context.WithCancel(t.Context())
	out := newScreen()
	ended := make(chan error, 1)
	// 200 times faster than life: the schedule begins again every 1.8 s.
	go func() {
		ended <- run(ctx, []string{"-listen", "127.0.0.1:0", "-speed", "200", "-rate", "200"}, out, io.Discard)
	}()
	line := out.wait(t, "demo: 200 calls a second, ")
	url := "http://" + line[strings.LastIndexByte(line, ' ')+1:]
	for _, want := range []string{
		"outage: openai is down", "breaker: openai is open (consecutive_failures)", "outage: over",
		"outage: openai and anthropic limit the rate", "outage: everything is down", "breaker: in-house is open", "breaker: in-house is closed",
	} {
		out.wait(t, want)
	}
	if err := run(t.Context(), []string{"health", url + "/healthz"}, io.Discard, io.Discard); err != nil {
		t.Errorf("health: %v", err)
	}
	if err := run(t.Context(), []string{"health", url + "/nothing"}, io.Discard, io.Discard); err == nil || err.Error() != "404 Not Found" {
		t.Errorf("health of a page that is not there: %v", err)
	}
	stats := request(t, http.MethodGet, url+"/", "")
	for _, want := range []string{"openai / gpt-5.2", "anthropic / claude-sonnet-5", "vllm / in-house-8b", "unpriced"} {
		if !strings.Contains(stats, want) {
			t.Errorf("%q is missing in\n%s", want, stats)
		}
	}
	if page := request(t, http.MethodGet, url+"/debug/llm/breakers", ""); strings.Count(page, `<section class="lane">`) != 3 {
		t.Errorf("the debug page does not have the three targets:\n%s", page)
	}
	request(t, http.MethodPost, url+"/alerts", `{"alerts":[{"status":"firing","labels":{"alertname":"CollectorDown","severity":"page"}}]}`)
	out.wait(t, "alert: firing CollectorDown (page): -")

	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it does not end")
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestAddressInUse(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := run(t.Context(), []string{"-listen", l.Addr().String()}, io.Discard, io.Discard); err == nil {
		t.Error("no error")
	}
}

func TestCommandLine(t *testing.T) {
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"argument":       {[]string{"now"}, `unexpected argument "now"`},
		"no rate":        {[]string{"-rate", "0"}, "-rate must be above 0"},
		"not a number":   {[]string{"-speed", "NaN"}, "-speed must be above 0"},
		"unknown":        {[]string{"-fast"}, "not defined: -fast"},
		"health of what": {[]string{"health"}, "usage: demo health URL"},
	} {
		t.Run(name, func(t *testing.T) {
			var said bytes.Buffer
			if err := run(t.Context(), tc.args, io.Discard, &said); !errors.Is(err, errUsage) || !strings.Contains(said.String(), tc.want) {
				t.Errorf("got %v and %q, want %q", err, said.String(), tc.want)
			}
		})
	}
}

// Each outage begins and ends when the schedule says, in the first period and the next.
func TestOutages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fleet{openai: target(t, mock.NewOpenAI), anthropic: target(t, mock.NewAnthropic)}
		var err error
		if f.local, err = mock.New(localProfile(), mock.WithTimeScale(0)); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); f.outages(ctx, 1, io.Discard) }()
		began := time.Now()
		for _, at := range []struct {
			second                   int
			openai, anthropic, local providers.Kind
		}{
			{29, "", "", ""},
			{31, "server_error", "", ""},
			{89, "server_error", "", ""},
			{91, "", "", ""},
			{136, "rate_limited", "rate_limited", ""},
			{166, "", "", ""},
			{201, "overloaded", "overloaded", "overloaded"},
			{349, "overloaded", "overloaded", "overloaded"},
			{351, "", "", ""},
			{391, "server_error", "", ""},
			{451, "", "", ""},
		} {
			time.Sleep(time.Until(began.Add(time.Duration(at.second) * time.Second)))
			for _, p := range []struct {
				p    *mock.Provider
				want providers.Kind
			}{{f.openai, at.openai}, {f.anthropic, at.anthropic}, {f.local, at.local}} {
				_, err := p.p.Generate(ctx, &providers.Request{Model: p.p.Model(), Messages: []providers.Message{providers.UserText("?")}})
				if got := providers.KindOf(err); err != nil && got != p.want || err == nil && p.want != "" {
					t.Errorf("%s after %d s: %v, want %q", p.p.Name(), at.second, err, p.want)
				}
			}
		}
		cancel()
		<-done
	})
}

func target(t *testing.T, construct func(...mock.Option) (*mock.Provider, error)) *mock.Provider {
	t.Helper()
	p, err := construct(mock.WithTimeScale(0))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestQuestionsAreAskedByWeight(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 0))
	asked := map[string]int{}
	for range 10_000 {
		asked[pick(random).feature]++
	}
	for feature, want := range map[string]int{"support": 3000, "search": 2500, "summary": 2000, "assistant": 1500, "labs": 500, "export": 500} {
		if got := asked[feature]; got < want*85/100 || got > want*115/100 {
			t.Errorf("%s: %d of 10000, want about %d", feature, got, want)
		}
	}
}

// A gateway without usage has none in answers and streams.
func TestMute(t *testing.T) {
	p := mute{target(t, mock.NewOpenAI)}
	req := &providers.Request{Model: "gpt-5.2", Messages: []providers.Message{providers.UserText("What is a span?")}}
	resp, err := p.Generate(t.Context(), req)
	if err != nil || resp.Text() == "" || resp.Usage != (providers.Usage{}) {
		t.Errorf("got %+v and %v", resp, err)
	}
	for c, err := range p.Stream(t.Context(), req) {
		if err != nil || c.Usage != nil || c.Finish != nil && c.Finish.Usage != (providers.Usage{}) {
			t.Errorf("chunk %+v, %v", c, err)
		}
	}
	streamed, err := providers.Collect(p.Stream(t.Context(), req))
	if err != nil || streamed.Text() != resp.Text() || streamed.Usage != (providers.Usage{}) {
		t.Errorf("streamed %+v and %v", streamed, err)
	}
}

func TestAlerts(t *testing.T) {
	for name, tc := range map[string]struct {
		body, want string
		fails      bool
	}{
		"firing and resolved": {
			`{"alerts":[{"status":"firing","labels":{"alertname":"A","severity":"page"},"annotations":{"summary":"shop is down"}},{"status":"resolved","labels":{"alertname":"B","severity":"ticket"}}]}`,
			"alert: firing A (page): shop is down\nalert: resolved B (ticket): -\n", false,
		},
		"lines of its own": {`{"alerts":[{"status":"firing","labels":{"alertname":"A\nbreaker: forged\u001b[31m"}}]}`, "alert: firing A breaker: forged [31m (): -\n", false},
		"none":             {`{}`, "", false},
		"no JSON":          {`alerts`, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := alerts(strings.NewReader(tc.body))
			if got != tc.want || (err != nil) != tc.fails {
				t.Errorf("got %q and %v, want %q", got, err, tc.want)
			}
		})
	}
	t.Run("too long", func(t *testing.T) {
		w := httptest.NewRecorder()
		(&fleet{}).handler(io.Discard).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/alerts", strings.NewReader(`{"alerts":[],"x":"`+strings.Repeat("x", 2<<20)+`"}`)))
		if w.Code != http.StatusBadRequest {
			t.Errorf("status %d, want 400", w.Code)
		}
	})
}

func request(t *testing.T, method, url, body string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s, %v", method, url, resp.Status, err)
	}
	return string(text)
}

// screen keeps what a program says for one reader that waits for it.
type screen struct{ written chan string }

func newScreen() *screen { return &screen{make(chan string, 10_000)} }

func (s *screen) Write(b []byte) (int, error) {
	s.written <- string(b)
	return len(b), nil
}

// wait reads on until a line has the text.
func (s *screen) wait(t *testing.T, text string) string {
	t.Helper()
	deadline := time.After(30 * time.Second)
	for {
		select {
		case line := <-s.written:
			if strings.Contains(line, text) {
				return strings.TrimRight(line, "\n")
			}
		case <-deadline:
			t.Fatalf("it did not say %q", text)
		}
	}
}

// Whatever a webhook says, each line of it is one of this program's.
func FuzzAlerts(f *testing.F) {
	f.Add([]byte(`{"alerts":[{"status":"firing","labels":{"alertname":"A","severity":"page"},"annotations":{"summary":"x\ny"}}]}`))
	f.Add([]byte(`{"alerts":[{"status":"\u001b[2J"},{}]}`))
	f.Add([]byte(`{"alerts":`))
	f.Fuzz(func(t *testing.T, body []byte) {
		text, err := alerts(bytes.NewReader(body))
		if err != nil && text != "" {
			t.Errorf("%q beside an error", text)
		}
		for line := range strings.Lines(text) {
			line, ended := strings.CutSuffix(line, "\n")
			if !ended || !strings.HasPrefix(line, "alert: ") || strings.ContainsAny(line, "\r\x1b") {
				t.Errorf("a line of its own: %q", line)
			}
		}
	})
}
