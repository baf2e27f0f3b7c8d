package llmotel

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/llmotel/sdk/llmotel/internal/wire"
	"github.com/llmotel/sdk/providers"
)

// exchange is an LLM call that is read off HTTP, with all of its attempts.
type exchange struct {
	wire.Exchange
	span     *Span
	status   int32
	opened   bool        // the caller has the first chunk and wants more
	waits    bool        // the caller has the last chunk and wants more
	header   http.Header // of the response; nil before
	streamed streamed
}

// exchanges are used again: an exchange is over when its span has ended.
var exchanges = sync.Pool{New: func() any { return new(exchange) }}

// do makes a request with next and records it if it is an LLM call.
func (w *httpWay) do(req *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	route, ok := wire.Match(req)
	if !ok {
		if before := followed(req); before != nil { // away from where calls go
			before.End(Result{}, noAnswer(before.call.Provider, before.call.Model, req.Response.StatusCode))
		}
		return next(req)
	}
	asked := req
	var kept *memoryBody
	if w.retries > 0 {
		var err error
		if req, kept, err = keepBody(req); err != nil {
			return nil, err
		}
	}
	route.Provider = cmp.Or(w.provider, route.Provider)
	inst := w.instrumentation()
	x := exchanges.Get().(*exchange) //nolint:forcetypeassert // there is nothing else in it
	b := inst.capture.wireBuilder()
	x.Begin(route, b)
	c := new(httpCall)
	body, err := x.readRequest(req, &c.sent)
	tee, _ := body.(*requestTee)
	if err != nil {
		b.Free()
		x.recycle()
		return nil, err
	}
	if route.Guessed && x.Asked.Model() == "" && tee == nil { // something else under such a path
		b.Free()
		x.recycle()
		other := req.WithContext(req.Context())
		if body != nil {
			other.Body = body
		}
		return next(other)
	}
	call, span := x.call(req, route.Provider), &c.Span
	ctx := inst.beginOrResume(req.Context(), followed(req), span, &call)
	x.span = span
	x.Lean = !span.tells()
	if b != nil && !span.adopt(b) {
		b.Free()
		x.DropContent()
	}
	sent := req.WithContext(ctx) // its context is of the request, see beginOrResume
	if body != nil {
		sent.Body = body
	}
	var asking *memoryBody
	var hide bool
	if w.asksForUsage(x, req) {
		asking, hide = withUsage(sent)
	}
	defer func() {
		if x != nil { // next has panicked
			tee.detach()
			span.endPanic()
		}
	}()
	resp, err := w.send(sent, x, next)
	tee.detach()
	kept.forget()
	asking.forget()
	span.learn(x.Asked.Model())
	if err == nil && resp != nil && w.redirects(asked, resp) {
		x.await(ctx, req, resp)
		x = nil
		return resp, nil
	}
	resp, err = x.respond(ctx, &c.reply, resp, err)
	x = nil
	if hide && resp != nil {
		hideUsage(resp)
	}
	return resp, err
}

// httpCall is all that a call needs in one piece of memory. What it consists
// of outlives the call: the caller has it, or the transport.
type httpCall struct {
	Span
	sent  sentBody
	reply responseBody
}

// call says what is asked, as far as the request has told.
func (x *exchange) call(req *http.Request, provider string) Call {
	port := number(req.URL.Port())
	if port == 0 && req.URL.Scheme == "http" {
		port = 80
	}
	return Call{
		Operation: x.API.Operation(), Provider: provider, Model: x.Asked.Model(), Stream: x.Stream,
		ServerAddress: req.URL.Hostname(), ServerPort: port, ResendCount: resends(req.Header),
		GuardrailID: guardrail(x.API, req.Header), asked: &x.Asked,
	}
}

// guardrail is the guardrail of Bedrock's InvokeModel, whose bodies are the models'.
func guardrail(a wire.API, h http.Header) string {
	if a != wire.BedrockInvoke {
		return ""
	}
	if v := h["X-Amzn-Bedrock-Guardrailidentifier"]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// resends is how many times the client has sent the request before, as far as
// it tells: OpenAI's and Anthropic's SDKs count retries, that of AWS attempts.
func resends(h http.Header) int {
	if v := h["Amz-Sdk-Request"]; len(v) > 0 {
		for field := range strings.SplitSeq(v[0], ";") {
			if n, ok := strings.CutPrefix(strings.TrimSpace(field), "attempt="); ok {
				return max(number(n)-1, 0)
			}
		}
	}
	return number(h.Get("X-Stainless-Retry-Count"))
}

// number reads a number that may not be there, which is 0.
func number(s string) int {
	if s == "" {
		return 0 // strconv would allocate an error
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// respond takes the response over: a failed one is read at once, as far as
// that takes, and a good one as the caller reads it.
func (x *exchange) respond(ctx context.Context, b *responseBody, resp *http.Response, err error) (*http.Response, error) {
	if err != nil || resp == nil {
		x.span.End(Result{}, x.transportError(ctx, err))
		x.recycle()
		return resp, err
	}
	if resp.StatusCode >= http.StatusBadRequest {
		failure := x.readFailure(resp)
		r := x.result()
		r.ResponseID = "" // there is none, but Cohere's errors have ids
		x.span.End(r, failure)
		x.recycle()
		return resp, nil
	}
	x.begin(resp)
	if resp.StatusCode == http.StatusSwitchingProtocols { // the body is a connection, and no answer
		x.span.End(Result{}, noAnswer(x.span.call.Provider, x.Asked.Model(), resp.StatusCode))
		x.recycle()
		return resp, nil
	}
	if resp.Body == nil { // http.Client takes that from transports
		x.End()
		x.span.End(x.result(), x.cut())
		x.recycle()
		return resp, nil
	}
	b.mu.Lock()
	b.rest, b.x = resp.Body, x
	if ctx.Done() != nil && x.Stream {
		// A stream that nobody reads or closes ends with its context.
		b.stop = context.AfterFunc(ctx, b.cancelled)
	}
	b.mu.Unlock()
	resp.Body = b
	return resp, nil
}

func (x *exchange) begin(resp *http.Response) {
	x.status, x.header = int32(resp.StatusCode), resp.Header //nolint:gosec // it fits
	x.Response(resp.StatusCode, resp.Header)
}

// recycle makes x available to other calls.
func (x *exchange) recycle() {
	x.Reset()
	if x.span != nil {
		x.span.forget()
	}
	x.span, x.status, x.opened, x.waits, x.header, x.streamed = nil, 0, false, false, nil, streamed{}
	exchanges.Put(x)
}

// requestID is the provider's id of the HTTP request, under whichever name.
func requestID(h http.Header) string {
	for _, name := range [...]string{"X-Request-Id", "Request-Id", "Apim-Request-Id", "X-Amzn-Requestid", "X-Generation-Id", "X-Goog-Request-Id"} {
		if v := h[name]; len(v) > 0 {
			return v[0]
		}
	}
	return ""
}

func apiType(a wire.API) string {
	switch a {
	case wire.OpenAIChat:
		return providers.APIChatCompletions
	case wire.OpenAIResponses:
		return providers.APIResponses
	}
	return ""
}
