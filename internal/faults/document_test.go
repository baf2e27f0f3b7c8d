package faults_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/llmotel/sdk/failover"
)

var update = flag.Bool("update", false, "rewrite docs/faults.md")

const intro = `# What a provider does, and what the caller gets

<!-- Written by ` + "`go generate ./...` in internal/faults" + ` from its scenarios. Do not edit. -->

Each line is driven over real TCP connections by ` + "`TestEveryFault`" + ` in internal/faults, through a chain with another target behind
the provider, with the adapters of the vendors' own SDKs, unary and streamed, for all the protocols that it can happen to
(OpenAI's Chat Completions and Responses, Anthropic's Messages, Gemini, Bedrock's Converse). The kind decides what follows, by
[the table](failover-table.md), which ` + "`failover.WithAction`" + ` changes.

*Next target* means that the caller gets that target's answer and no error. *Interrupted* means a
` + "`*providers.InterruptedError`" + ` with what had arrived: a part of the answer had been delivered, after which nothing is retried
or moved by default. Where a stream differs from a unary call both are given. No error's text holds a prompt, a key, an address or
a body.

`

// TestDocument compares docs/faults.md with the scenarios that TestEveryFault
// has checked.
func TestDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString(intro)
	for _, g := range groups {
		fmt.Fprintf(&b, "## %s\n\n| the provider | protocols | kind | tries | breaker | unary | stream |\n|---|---|---|---|---|---|---|\n", g.name)
		for i := range g.list {
			g.list[i].line(&b)
		}
		b.WriteByte('\n')
	}
	b.WriteString(outro)
	path := filepath.Join("..", "..", "docs", "faults.md")
	got := []byte(b.String())
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("docs/faults.md is out of date: run go generate ./... in internal/faults")
	}
}

const outro = `## Calls that end on this side

| what happens | kind | caller gets | test |
|---|---|---|---|
| the caller cancels, or its deadline passes | ` + "`cancelled`" + ` | its own error at once, counted for nothing | TestCallerLeaves |
| the caller leaves the loop | none | nothing; the connection is closed at once | TestCallerLeavesTheLoop |
| the circuit breaker is open | ` + "`rejected`" + ` | next target; nothing is sent | TestRejected |
| code below the adapter panics | ` + "`panic`" + ` | the panic, counted as a failure | TestPanic |
| a limit of the chain passes | ` + "`timeout`" + ` | what its row of the table says: next target, or the error at once | TestLimits |
| a stream breaks under ` + "`WithStreamPolicy`" + ` Restart or Buffer | as above | the next target's whole answer, after a restart chunk or unseen | TestStreamPolicies |
| a stream breaks under ` + "`StreamContinue`" + ` | as above | one whole answer, the rest of it from the next target that declares it; else interrupted | TestStreamContinue |
| a unary call on a stream inside stalls or breaks | as above | next target | TestStreamedGenerate |
| an answer is slow ` + "`WithHedge`" + ` | ` + "`cancelled`" + ` for the one that loses | the first chunk's answer; the loser's connection is closed at once, its usage is paid for | TestHedge, TestHedgesCostIsCounted |
| a key of several meets 429, 401 or 402 | that of its row | the answer of another key, at once; that key alone is left alone | TestKeyPool |
| an answer over HTTP/2 is reset, or its connection closed | ` + "`network`" + ` | next target, or interrupted, as over HTTP/1.1 | TestHTTP2 |
| an answer over HTTP/2 is given up | as above | the server is told at once; other answers on the connection go on | TestHTTP2, TestHTTP2GivesUpOneAnswer |
| a target is at its limit on concurrency, requests or tokens | ` + "`rejected`" + ` | next target; nothing is sent | TestConcurrencyLimit, TestRequestsAMinute, TestTokensAMinute |
`

// line writes the scenario as a line of the document.
func (s *scenario) line(b *strings.Builder) {
	protocols := "all"
	if s.wires != nil {
		protocols = strings.Join(s.wires, ", ")
	}
	kind, tries, breaker := "none", itoa(s.attempts(s.unary)), "success"
	o, unary := s.unary, s.result(s.unary)
	if s.streamed {
		unary, tries = "does not happen", itoa(s.attempts(s.stream))
	}
	if o == answered {
		o = s.stream
	}
	if o.kind != "" {
		kind, breaker = "`"+string(o.kind)+"`", verdict(action(o.kind))
	}
	if n := s.attempts(s.stream); itoa(n) != tries {
		tries += ", stream " + itoa(n)
	}
	stream := s.result(s.stream)
	if s.skipped > 0 {
		stream += fmt.Sprintf(", `MalformedChunks` %d", s.skipped)
	}
	for _, wire := range wires {
		if o, ok := s.except[wire]; ok {
			stream += "; " + wire + ": " + s.result(o)
		}
	}
	fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s | %s |\n", s.name, protocols, kind, tries, breaker, unary, stream)
}

func (s *scenario) result(o outcome) string {
	switch {
	case o == answered:
		return "answer"
	case s.recovers:
		return "answer, from the second try"
	case o.late:
		return "interrupted"
	case !action(o.kind).Next:
		return "error at once"
	}
	return "next target"
}

func verdict(a failover.Action) string {
	switch v := a.Breaker.String(); {
	case a.Isolate > 0:
		return v + ", isolated for " + strings.TrimSuffix(a.Isolate.String(), "0s")
	case a.Cooldown:
		return v + ", cools down"
	default:
		return v
	}
}
