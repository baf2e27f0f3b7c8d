package benchmarks

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// What is asked and answered, about 1 KB each.
var (
	systemPrompt = strings.Repeat("Be brief. ", 40)
	userPrompt   = strings.Repeat("Why? ", 80)
	answerText   = strings.Repeat("Because. ", 65)
)

const (
	requestModel  = "gpt-4o-mini"
	responseModel = "gpt-4o-mini-2024-07-18"
	maxTokens     = 500
	temperature   = 0.2
	inputTokens   = 180
	outputTokens  = 66

	usage = `{"prompt_tokens":180,"completion_tokens":66,"total_tokens":246,` +
		`"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},` +
		`"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}`
)

// Transport answers in memory: a request for a stream with one, others with a
// completion.
type Transport struct {
	completion [][]byte
	stream     [][]byte
	header     http.Header // of an answer that is a stream whatever is asked; else nil
}

var _ http.RoundTripper = (*Transport)(nil)

// NewTransport returns a transport whose streams have so many chunks with
// content.
func NewTransport(chunks int) *Transport {
	const head = `data: {"id":"chatcmpl-BSDtBlEgDsQCRkAIOnsFGIzOWhsFa","object":"chat.completion.chunk","created":1746314977,"model":"` + responseModel +
		`","service_tier":"default","system_fingerprint":"fp_129a36352a","choices":`
	event := func(format string, args ...any) []byte { return fmt.Appendf([]byte(head), format+"\n\n", args...) }
	t := &Transport{completion: [][]byte{[]byte(`{"id":"chatcmpl-BSDtBlEgDsQCRkAIOnsFGIzOWhsFa","object":"chat.completion","created":1746314977,"model":"` + responseModel +
		`","choices":[{"index":0,"message":{"role":"assistant","content":"` + answerText +
		`","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":` + usage +
		`,"service_tier":"default","system_fingerprint":"fp_129a36352a"}`)}}
	for i := range chunks {
		t.stream = append(t.stream, event(`[{"index":0,"delta":{"content":" word%d"},"logprobs":null,"finish_reason":null}],"usage":null}`, i))
	}
	t.stream = append(t.stream,
		event(`[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}`),
		event(`[],"usage":%s}`, usage),
		[]byte("data: [DONE]\n\n"))
	return t
}

var (
	jsonHeader   = http.Header{"Content-Type": {"application/json"}, "X-Request-Id": {"req_1"}}
	streamHeader = http.Header{"Content-Type": {"text/event-stream; charset=utf-8"}, "X-Request-Id": {"req_1"}}

	sendBuffers = sync.Pool{New: func() any { return new([4 << 10]byte) }}
	errTooLong  = errors.New("benchmarks: the request is longer than the buffer")
)

// RoundTrip reads the request whole, closes its body as a transport has to, and
// answers.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	buf := sendBuffers.Get().(*[4 << 10]byte) //nolint:forcetypeassert // there is nothing else in it
	defer sendBuffers.Put(buf)
	n, err := io.ReadFull(req.Body, buf[:])
	for err == nil && t.header != nil { // nobody looks at it
		_, err = io.ReadFull(req.Body, buf[:])
	}
	_ = req.Body.Close()
	if !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, errTooLong
	}
	header, events := jsonHeader, t.completion
	switch {
	case t.header != nil:
		header, events = t.header, t.stream
	case bytes.Contains(buf[:n], []byte(`"stream":true`)):
		header, events = streamHeader, t.stream
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: &reply{events: events}, ContentLength: -1, Request: req,
	}, nil
}

// reply gives at most one event a read.
type reply struct {
	events [][]byte
	read   int // of the first event
}

func (r *reply) Read(p []byte) (int, error) {
	if len(r.events) == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.events[0][r.read:])
	if r.read += n; r.read == len(r.events[0]) {
		r.events, r.read = r.events[1:], 0
	}
	return n, nil
}

func (*reply) Close() error { return nil }
