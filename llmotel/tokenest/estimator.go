package tokenest

import (
	"errors"
	"fmt"
	"sync"
	"unicode/utf8"

	"github.com/tiktoken-go/tokenizer"

	"github.com/llmotel/sdk/llmotel"
)

// Estimator counts tokens. It is safe for concurrent use.
type Estimator struct {
	cfg     config
	current tokenizer.Codec // o200k_base
	older   func() (tokenizer.Codec, error)
}

var _ llmotel.UsageEstimator = (*Estimator)(nil)

// What OpenAI's chat format adds to each message, the role included, and to the
// prompt, as its cookbook "How to count tokens with tiktoken" has it.
const (
	perMessage = 4
	perPrompt  = 3
)

// DefaultExactBytes is how many bytes of a prompt or an answer are counted.
const DefaultExactBytes = 64 << 10

// New returns an Estimator. It reads the vocabulary of current models, which
// takes some 50 ms and 20 MB; that of older ones is read when it is needed.
func New(opts ...Option) (*Estimator, error) {
	cfg := config{exact: DefaultExactBytes}
	for _, o := range opts {
		if o != nil {
			cfg = o.apply(cfg)
		}
	}
	if cfg.exact < 1 {
		return nil, errors.New("tokenest: WithExactBytes: must be at least 1")
	}
	current, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		return nil, fmt.Errorf("tokenest: %w", err)
	}
	older := sync.OnceValues(func() (tokenizer.Codec, error) { return tokenizer.Get(tokenizer.Cl100kBase) })
	return &Estimator{cfg, current, older}, nil
}

// EstimateUsage counts the tokens of a call's texts.
func (e *Estimator) EstimateUsage(t *llmotel.CallText) (input, output int64, ok bool) {
	codec := e.current
	switch encodingOf(t.Model) {
	case cl100k:
		older, err := e.older()
		if err != nil {
			return 0, 0, false
		}
		codec = older
	case unknown:
		if e.cfg.knownOnly {
			return 0, 0, false
		}
	case o200k:
	}
	prompt := newCount(codec, e.cfg.exact)
	for _, text := range t.Input {
		prompt.add(text)
	}
	for _, text := range t.Tools {
		prompt.add(toolText(text))
	}
	answer := newCount(codec, e.cfg.exact)
	for _, text := range t.Output {
		answer.add(text)
	}
	if prompt.err != nil || answer.err != nil {
		return 0, 0, false
	}
	input = prompt.total()
	if t.Messages > 0 {
		input += int64(perMessage*t.Messages + perPrompt)
	}
	if len(t.Tools) > 0 {
		input += perTools
	}
	return input, answer.total(), true
}

// count adds up the tokens of several texts.
type count struct {
	codec               tokenizer.Codec
	left                int   // bytes that are still counted
	tokens, seen, bytes int64 // seen of the bytes were counted
	err                 error
}

func newCount(codec tokenizer.Codec, exact int) *count { return &count{codec: codec, left: exact} }

// maxPiece bounds what is tokenized at once: the time that one word takes grows
// with the square of its length.
const maxPiece = 1 << 10

func (c *count) add(text string) {
	c.bytes += int64(len(text))
	for text != "" && c.left > 0 && c.err == nil {
		piece := text[:cut(text, min(maxPiece, c.left))]
		n, err := c.codec.Count(piece)
		c.tokens += int64(n)
		c.seen += int64(len(piece))
		c.left -= len(piece)
		c.err = err
		text = text[len(piece):]
	}
}

// cut returns where to divide a text: before the last space within the limit,
// since spaces belong to the word behind them, else between letters.
func cut(text string, limit int) int {
	if len(text) <= limit {
		return len(text)
	}
	for i := limit; i > limit/2; i-- {
		if text[i] == ' ' && text[i-1] != ' ' {
			return i
		}
	}
	for i := limit; i > 0; i-- {
		if utf8.RuneStart(text[i]) {
			return i
		}
	}
	return limit
}

// total takes what was not counted to be like what was.
func (c *count) total() int64 {
	if c.seen == 0 || c.seen == c.bytes {
		return c.tokens
	}
	return int64(float64(c.tokens) / float64(c.seen) * float64(c.bytes))
}
