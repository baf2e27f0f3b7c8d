package llmotel

import (
	"context"
	"net/http"
	"runtime"

	"go.opentelemetry.io/otel/trace"
)

// http.Client follows a redirect (307, 308) of a POST by another request with the
// same body, which comes to its transport as a call of its own. It is the same
// call: the span waits for that request, which tells the response that led to it.

// redirects tells whether the client above a transport sends the request again to
// where the response says. Of other redirects it makes a GET, which is no call any
// more.
func (w *httpWay) redirects(req *http.Request, resp *http.Response) bool {
	if !w.transport || resp.StatusCode != http.StatusTemporaryRedirect && resp.StatusCode != http.StatusPermanentRedirect {
		return false
	}
	return resp.Header.Get("Location") != "" && (req.GetBody != nil || req.Body == nil || req.Body == http.NoBody)
}

// await leaves the span open for the request that follows. If the client makes
// none, since its own policy or the number of redirects forbids it, the span ends
// when the response is forgotten: nothing else tells.
func (x *exchange) await(ctx context.Context, req *http.Request, resp *http.Response) {
	resp.Request = req.WithContext(ctx) // where followed finds the span
	failure := noAnswer(x.span.call.Provider, x.Asked.Model(), resp.StatusCode)
	runtime.AddCleanup(resp, func(s *Span) { s.End(Result{}, failure) }, x.span)
}

// followed returns the span that waits for a request, or nil.
func followed(req *http.Request) *Span {
	if req.Response == nil || req.Response.Request == nil {
		return nil
	}
	s, _ := req.Response.Request.Context().Value(frameKey{}).(*Span)
	if s == nil || s.ended.Load() {
		return nil
	}
	return s
}

// beginOrResume begins a span, or takes over before, the one that waits; nil if none
// does.
func (i *Instrumentation) beginOrResume(ctx context.Context, before, s *Span, call *Call) context.Context {
	if before != nil {
		if resumed := s.resume(ctx, before, call); resumed != nil {
			return resumed
		}
	}
	return i.begin(ctx, s, call, sdkSpan(ctx))
}

// resume makes s the span that old was, for another request of the same call and
// under that one's context, and returns the context inside s. It returns nil if old
// has ended meanwhile.
func (s *Span) resume(ctx context.Context, old *Span, call *Call) context.Context {
	old.mu.Lock()
	defer old.mu.Unlock()
	if old.ended.Load() {
		return nil
	}
	old.ended.Store(true) // for all but s
	old.content.Free()
	old.content = nil
	s.inst, s.span, s.into, s.call, s.begun = old.inst, old.span, old.into, old.call, old.begun
	s.capturing, s.foreign, s.learned, s.attempts, s.resends, s.parts = old.capturing, old.foreign, old.learned, old.attempts, old.resends, old.parts
	s.call.asked = call.asked
	s.around = ctx
	if s.span != nil {
		s.around = trace.ContextWithSpan(ctx, s.span)
	}
	return s.inside()
}
