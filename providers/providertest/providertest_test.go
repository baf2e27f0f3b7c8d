package providertest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/providertest"
)

func TestAcme(t *testing.T) { runAcme(t, "") }

// TestFindsBugs runs the suite on adapters with one mistake each, in a process
// of its own because the suite fails there, and looks for the subtest that has
// to fail.
func TestFindsBugs(t *testing.T) {
	bugs := map[string]string{
		"eager":                  "stream/lazy",
		"no validation":          "invalid/model",
		"changes the request":    "text",
		"ignores the context":    "cancel/before",
		"never closes":           "stream/leave_stalled",
		"prints the body":        "error/rate_limited",
		"takes a cut for an end": "error/truncated_stream",
		"hides cancellation":     "cancel/during",
		"usage differs":          "text",
		"shares answers":         "concurrent",
	}
	if bug := os.Getenv("PROVIDERTEST_BUG"); bug != "" {
		runAcme(t, bug)
		return
	}
	for bug, subtest := range bugs {
		t.Run(bug, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFindsBugs$/^"+strings.ReplaceAll(subtest, "/", "$/^")+"$")
			cmd.Env = append(os.Environ(), "PROVIDERTEST_BUG="+bug)
			out, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(out), "--- FAIL: TestFindsBugs/"+subtest) {
				t.Errorf("the suite did not find it in %s: %v\n%s", subtest, err, out)
			}
		})
	}
}

func runAcme(t *testing.T, bug string) {
	t.Helper()
	patience := 5 * time.Second
	if bug != "" {
		patience = 300 * time.Millisecond
	}
	providertest.Run(t, providertest.Config{
		Name:     "acme",
		Patience: patience,
		New: func(t *testing.T, s providertest.Scenario) providertest.Setup {
			srv := providertest.NewServer(t, func(w http.ResponseWriter, r *http.Request) { serve(w, r, s) })
			return providertest.Setup{
				Provider: &acme{url: srv.URL, key: providertest.Key, client: srv.Client(), bug: bug},
				Calls:    srv.Calls,
				Active:   srv.Active,
			}
		},
	})
}

// serve is the invented service.
func serve(w http.ResponseWriter, r *http.Request, s providertest.Scenario) {
	send := func(chunks ...any) {
		for _, c := range chunks {
			json.NewEncoder(w).Encode(c)
			providertest.Flush(w)
		}
	}
	start := providers.Chunk{Kind: providers.ChunkStart, ResponseID: "a1", Model: "test-model"}
	texts := []any{start}
	for _, piece := range []string{"See ", "the ", "fjord."} {
		texts = append(texts, providers.Chunk{Kind: providers.ChunkText, Text: piece})
	}
	switch s.Behaviour {
	case providertest.Fail:
		fail(w, s)
	case providertest.FailMidStream:
		send(texts...)
		send(map[string]any{"Error": s.Kind})
	case providertest.CutStream:
		send(texts...)
		providertest.Cut(w)
	case providertest.TruncatedStream:
		send(texts...)
	case providertest.Stall:
		providertest.Wait(r)
	case providertest.StallMidStream:
		send(texts...)
		providertest.Wait(r)
	case providertest.ToolCall:
		send(start, providers.Chunk{Kind: providers.ChunkToolCall, ToolCall: &providers.ToolCall{
			ID: "call_1", Name: providertest.ToolName, Arguments: providertest.ToolArguments,
		}}, finish(providers.FinishToolCall))
	case providertest.Structured:
		send(start, providers.Chunk{Kind: providers.ChunkText, Text: `{"city":"Oslo","population":717710,"tags":["fjord"]}`},
			finish(providers.FinishStop))
	case providertest.Length:
		send(texts...)
		send(finish(providers.FinishLength))
	default:
		send(texts...)
		send(finish(providers.FinishStop))
	}
}

func fail(w http.ResponseWriter, s providertest.Scenario) {
	switch s.Kind {
	case providers.KindNetwork:
		providertest.Cut(w)
	case providers.KindMalformed:
		fmt.Fprintln(w, "<html>welcome to the proxy</html>")
	default:
		if s.RetryAfter > 0 {
			w.Header().Set("Retry-After", fmt.Sprint(s.RetryAfter.Seconds()))
		}
		http.Error(w, fmt.Sprintf("%s:cannot answer %q for key %s", s.Kind, providertest.Prompt, providertest.Key), http.StatusTeapot)
	}
}

func finish(reason providers.FinishReason) providers.Chunk {
	u := providers.Usage{Completeness: providers.UsageReported}
	u.Set(providers.ClassInput, 20)
	u.Set(providers.ClassOutput, 30)
	u.Set(providers.ClassReasoning, 10)
	return providers.Chunk{Kind: providers.ChunkFinish, Finish: &providers.Finish{
		Provider: "acme", Usage: u, Reasons: []providers.FinishReason{reason},
	}}
}
