package mock

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/llmotel/sdk/providers"
)

// respond builds the whole answer.
func (c *call) respond() *providers.Response {
	r := &providers.Response{
		ID: c.ids.response, RequestID: c.ids.request,
		Provider: c.p.profile.Name, Model: c.req.Model, API: c.p.profile.Dialect.api(),
		Choices: make([]providers.Choice, max(c.req.Choices, 1)),
	}
	var output, reasoning int64
	for i := range r.Choices {
		choice, out, thought := c.choice(i)
		r.Choices[i] = choice
		output += out
		reasoning += thought
	}
	r.Usage = c.usage(output, reasoning)
	if c.req.ServiceTier != "" {
		r.ServiceTier = c.req.ServiceTier
	} else if c.p.profile.Dialect == DialectOpenAI {
		r.ServiceTier = "default"
	}
	return r
}

func (c *call) usage(output, reasoning int64) providers.Usage {
	d := c.p.profile.Dialect
	read, write, write1h := c.p.cache.use(d, c.req)
	u := providers.Usage{Completeness: providers.UsageReported}
	u.Set(providers.ClassInput, EstimateTokens(c.req))
	u.Set(providers.ClassOutput, output)
	u.Set(providers.ClassCacheRead, read)
	if d == DialectAnthropic {
		u.Set(providers.ClassCacheWrite, write)
		u.CacheWrite1h = write1h
	}
	u.Set(providers.ClassReasoning, reasoning)
	return u
}

// choice builds one alternative and counts its output and reasoning tokens.
func (c *call) choice(i int) (choice providers.Choice, output, reasoning int64) {
	rng := c.content(i)
	parts := slices.Clone(c.step.parts)
	finish := providers.FinishStop
	if parts == nil {
		parts, reasoning = c.think(rng)
		if calls := c.toolCalls(rng); calls != nil {
			parts = append(parts, calls...)
		} else {
			parts = append(parts, providers.Text{Text: c.text(rng)})
		}
	}
	if slices.ContainsFunc(parts, func(p providers.Part) bool { _, ok := p.(providers.ToolCall); return ok }) {
		finish = providers.FinishToolCall
	}
	budget := int64(-1)
	if c.req.MaxOutputTokens > 0 {
		budget = max(c.req.MaxOutputTokens-reasoning, 0)
	}
	parts, output, short := limit(parts, budget)
	if short {
		finish = providers.FinishLength
	}
	parts, stop := stopAt(parts, c.req.StopSequences)
	if stop != "" {
		_, output, _ = limit(parts, -1)
		finish = providers.FinishStop
	}
	choice = providers.Choice{
		Message:      providers.Message{Role: providers.RoleAssistant, Parts: parts},
		FinishReason: finish, RawFinishReason: rawReason(c.p.profile.Dialect, finish, stop),
	}
	if c.p.profile.Dialect == DialectAnthropic {
		choice.StopSequence = stop
	}
	return choice, output + reasoning, reasoning
}

// text is the answer to a known question, or an invented one.
func (c *call) text(rng *rand.Rand) string {
	if known, ok := c.p.cfg.answers[question(c.req)]; ok && c.req.Format == nil {
		return known
	}
	return answerText(c.req, rng)
}

// content is the source of the answer's content: of seed, request and choice.
func (c *call) content(choice int) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(c.req.Model))
	for u := range units(c.req) {
		h.Write([]byte{0})
		h.Write([]byte(u.text))
	}
	h.Write([]byte(strconv.Itoa(choice)))
	return rand.New(rand.NewPCG(c.p.cfg.seed, h.Sum64()))
}

// think returns the reasoning that was asked for and its tokens: by effort, at
// most the budget, and half of the limit on output.
func (c *call) think(rng *rand.Rand) ([]providers.Part, int64) {
	want := c.req.Reasoning
	if want == nil || want.Disabled || want.Effort == "none" {
		return nil, 0
	}
	n := int64(256)
	switch want.Effort {
	case "minimal":
		n = 32
	case "low":
		n = 96
	case "high", "xhigh", "max":
		n = 1024
	}
	n += rng.Int64N(n/2 + 1)
	if want.BudgetTokens > 0 {
		n = min(n, want.BudgetTokens)
	}
	if c.req.MaxOutputTokens > 0 {
		n = min(n, c.req.MaxOutputTokens/2)
	}
	if !want.Include {
		return nil, n
	}
	r := providers.Reasoning{Provider: c.p.profile.Name, Text: thought(c.req, rng)}
	if c.p.profile.Dialect == DialectAnthropic {
		r.Signature = "sig_" + strconv.FormatUint(rng.Uint64(), 36)
	}
	return []providers.Part{r}, n
}

// limit cuts the parts to the budget, negative for none, and counts them.
// Reasoning is counted elsewhere.
func limit(parts []providers.Part, budget int64) (out []providers.Part, tokens int64, short bool) {
	for _, part := range parts {
		if _, ok := part.(providers.Reasoning); ok {
			out = append(out, part)
			continue
		}
		n := partTokens(part)
		if budget < 0 || tokens+n <= budget {
			out, tokens = append(out, part), tokens+n
			continue
		}
		if rest := int(budget-tokens) * bytesPerToken; rest > 0 {
			switch p := part.(type) {
			case providers.Text:
				out = append(out, providers.Text{Text: cutText(p.Text, rest)})
			case providers.ToolCall:
				p.Arguments = cutText(p.Arguments, rest)
				out = append(out, p)
			}
		}
		return out, budget, true
	}
	return out, tokens, false
}

// cutText shortens s to at most n bytes without splitting a rune.
func cutText(s string, n int) string {
	if n >= len(s) {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// stopAt ends the parts where the first stop sequence appears.
func stopAt(parts []providers.Part, stops []string) (out []providers.Part, stop string) {
	for i, part := range parts {
		t, ok := part.(providers.Text)
		if !ok {
			continue
		}
		at := len(t.Text)
		for _, s := range stops {
			if j := strings.Index(t.Text, s); j >= 0 && j < at {
				at, stop = j, s
			}
		}
		if stop != "" {
			return append(slices.Clone(parts[:i]), providers.Text{Text: t.Text[:at]}), stop
		}
	}
	return parts, ""
}

func rawReason(d Dialect, finish providers.FinishReason, stop string) string {
	if d == DialectOpenAI {
		if finish == providers.FinishToolCall {
			return "tool_calls"
		}
		return string(finish)
	}
	switch {
	case stop != "":
		return "stop_sequence"
	case finish == providers.FinishToolCall:
		return "tool_use"
	case finish == providers.FinishLength:
		return "max_tokens"
	}
	return "end_turn"
}
