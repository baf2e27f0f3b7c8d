package mock

import (
	"fmt"
	"hash/fnv"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/llmotel/sdk/providers"
)

// unit is a piece of a prompt: a tool, a system text, or a part of a message.
type unit struct {
	tokens int64
	text   string // what tells it from others
	hint   *providers.CacheHint
}

// units walks over a prompt in the order in which providers cache it: tools,
// system, messages.
func units(req *providers.Request) iter.Seq[unit] {
	return func(yield func(unit) bool) {
		for _, t := range req.Tools {
			text := t.Name + t.Description + string(t.Parameters)
			if t.Builtin != nil {
				text = t.Name + string(t.Builtin.JSON)
			}
			if !yield(unit{tokens: toolTokens + EstimateTextTokens(text), text: "tool:" + text, hint: t.Cache}) {
				return
			}
		}
		if f := req.Format; f != nil && len(f.Schema) > 0 {
			if !yield(unit{tokens: EstimateTextTokens(string(f.Schema)), text: "schema:" + string(f.Schema)}) {
				return
			}
		}
		for _, s := range req.System {
			if !yield(unit{tokens: messageTokens + EstimateTextTokens(s.Text), text: "system:" + s.Text, hint: s.Cache}) {
				return
			}
		}
		for _, m := range req.Messages {
			for i, p := range m.Parts {
				text, hint := describe(p)
				u := unit{tokens: partTokens(p), text: string(m.Role) + ":" + text, hint: hint}
				if i == 0 {
					u.tokens += messageTokens
				}
				if !yield(u) {
					return
				}
			}
		}
	}
}

// describe returns what tells a part from others, and its cache hint.
func describe(part providers.Part) (string, *providers.CacheHint) {
	switch p := part.(type) {
	case providers.Text:
		return p.Text, p.Cache
	case providers.Image:
		return mediaText(p.Media), p.Cache
	case providers.Audio:
		return mediaText(p.Media), p.Cache
	case providers.File:
		return mediaText(p.Media), p.Cache
	case providers.ToolCall:
		return p.ID + p.Name + p.Arguments, p.Cache
	case providers.ToolResult:
		texts := []string{p.CallID}
		for _, sub := range p.Parts {
			text, _ := describe(sub)
			texts = append(texts, text)
		}
		return strings.Join(texts, "\x00"), p.Cache
	case providers.Reasoning:
		return p.Text, nil
	case providers.Refusal:
		return p.Text, nil
	case providers.Opaque:
		return string(p.JSON), nil
	}
	return "", nil
}

func mediaText(m providers.Media) string {
	return fmt.Sprintf("%s %x %s %s", m.MIMEType, m.Data, m.URI, m.FileID)
}

// Rules of prompt caching.
const (
	cacheMinimum = 1024 // tokens of a prefix worth caching, at both vendors
	cacheStep    = 128  // OpenAI counts cached tokens in these steps
	cacheEntries = 1024 // prefixes that are remembered; the oldest go first
)

// promptCache remembers prefixes of prompts. It forgets none by time.
type promptCache struct {
	mu   sync.Mutex
	seen map[uint64]bool
	ring [cacheEntries]uint64
	next int
}

// use looks a prompt up and remembers it. It returns the tokens read from and
// written to the cache, and how many of the latter are kept for an hour.
func (c *promptCache) use(d Dialect, req *providers.Request) (read, write, write1h int64) {
	type prefix struct {
		hash   uint64
		tokens int64
		hint   *providers.CacheHint
	}
	var prefixes []prefix
	h := fnv.New64a()
	h.Write([]byte(req.Model + "\x00" + req.PromptCacheKey))
	var tokens int64
	for u := range units(req) {
		h.Write([]byte{0})
		h.Write([]byte(u.text))
		tokens += u.tokens
		if tokens >= cacheMinimum && (d == DialectOpenAI || u.hint != nil) {
			prefixes = append(prefixes, prefix{h.Sum64(), tokens, u.hint})
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range prefixes {
		switch {
		case c.seen[p.hash]:
			read, write, write1h = p.tokens, 0, 0
			continue
		case d == DialectAnthropic:
			added := p.tokens - read - write
			write += added
			if p.hint.TTL >= time.Hour {
				write1h += added
			}
		}
		c.remember(p.hash)
	}
	if d == DialectOpenAI {
		read -= read % cacheStep
	}
	return read, write, write1h
}

func (c *promptCache) remember(hash uint64) {
	if c.seen == nil {
		c.seen = make(map[uint64]bool)
	}
	delete(c.seen, c.ring[c.next])
	c.ring[c.next] = hash
	c.next = (c.next + 1) % cacheEntries
	c.seen[hash] = true
}
