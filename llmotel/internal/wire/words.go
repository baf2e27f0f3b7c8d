package wire

import (
	"maps"
	"sync"
	"sync/atomic"
)

// words are strings that nearly every exchange has, so that reading them needs
// no allocation. Models are not among them: there are too many, and that of
// the answer is mostly that of the request.
var words = func() map[string]*string {
	m := map[string]*string{}
	for _, w := range []string{
		"stop", "length", "tool_calls", "content_filter", "function_call", "end_turn", "max_tokens", "stop_sequence", "tool_use",
		"pause_turn", "refusal", "STOP", "MAX_TOKENS", "SAFETY", "COMPLETE", "completed", "incomplete", "error", "tool_call",
		"guardrail_intervened", "content_filtered", "eos",
		"auto", "default", "flex", "priority", "standard", "scale", "fast", "batch", "on_demand",
		"none", "minimal", "low", "medium", "high", "xhigh", "float", "base64",
		"TEXT", "DOCUMENT", "AUDIO", "IMAGE", "VIDEO",
		"user", "assistant", "system", "tool", "model", "developer", "function",
		"gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "gpt-5", "gpt-5-mini", "gpt-5.2", "gpt-5.4",
		"claude-sonnet-4-5", "claude-opus-4-5", "claude-haiku-4-5", "claude-sonnet-5",
		"gemini-2.5-flash", "gemini-2.5-pro", "text-embedding-3-small", "text-embedding-3-large",
	} {
		m[w] = &w
	}
	return m
}()

// word returns v as a string, without allocating for the common ones.
func word(v []byte) string {
	if w, ok := words[string(v)]; ok {
		return *w
	}
	return string(v)
}

// name is a string that is shared, and nil if it is empty. An exchange has several,
// and a pointer is half a string.
type name *string

// nameOf returns v as a name.
func nameOf(v []byte) name {
	if len(v) == 0 {
		return nil
	}
	if w, ok := words[string(v)]; ok {
		return w
	}
	w := string(v)
	return &w
}

// nameOr is nameOf, and known if that says the same. It is for strings of which
// there are few.
func nameOr(v []byte, known name) name {
	if known != nil && *known == string(v) {
		return known
	}
	if w, ok := words[string(v)]; ok {
		return w
	}
	return remembered(v)
}

func text(n name) string {
	if n == nil {
		return ""
	}
	return *n
}

// maxSeen bounds the strings that are remembered.
const maxSeen = 512

// seen remembers strings with few values: models, fingerprints, tiers. A
// provider that makes up new ones with every answer fills it and from then on
// costs an allocation each.
var seen struct {
	m  atomic.Pointer[map[string]*string]
	mu sync.Mutex // held to replace m
}

// known is s as a name of which there are few.
func known(s string) name {
	if s == "" {
		return nil
	}
	if w, ok := words[s]; ok {
		return w
	}
	if m := seen.m.Load(); m != nil {
		if w, ok := (*m)[s]; ok {
			return w
		}
	}
	return remembered([]byte(s))
}

// remembered is v as a name.
func remembered(v []byte) name {
	m := seen.m.Load()
	if m != nil {
		if s, ok := (*m)[string(v)]; ok {
			return s
		}
	}
	s := string(v)
	if m != nil && len(*m) >= maxSeen {
		return &s
	}
	seen.mu.Lock()
	defer seen.mu.Unlock()
	next := map[string]*string{s: &s}
	if m := seen.m.Load(); m != nil {
		maps.Copy(next, *m)
	}
	seen.m.Store(&next)
	return &s
}
