package llmotel

import "net/http"

// HTTPOption configures Middleware and Transport.
type HTTPOption interface{ applyHTTP(*httpWay) }

type httpOptionFunc func(*httpWay)

func (f httpOptionFunc) applyHTTP(w *httpWay) { f(w) }

// WithRetries makes the middleware, or transport, retry failed requests itself,
// up to n times, so that one call is one span, with its retries as events. The
// default is 0, not to retry. Turn off the client's own retries beside it:
// WithMaxRetries(0) of OpenAI's and Anthropic's SDKs.
//
// It retries what those SDKs retry: lost connections, status 408, 409, 429 and
// 5xx, unless the header X-Should-Retry says otherwise; and not an exhausted
// quota, which they do retry. It waits as long as Retry-After-Ms or Retry-After
// say, or for 0.5 s, 1 s, 2 s ... up to 8 s, less up to a quarter. A retry
// that would have to wait for more than two minutes, or past the context's
// deadline, is not made: the caller gets the failure. A request whose body cannot
// be had again (http.Request.GetBody), as those of AWS's SDK, is kept in memory
// until it is answered.
//
// The client's timeout for one request covers all its retries then.
func WithRetries(n int) HTTPOption {
	return httpOptionFunc(func(w *httpWay) { w.retries = max(n, 0) })
}

// WithProvider names the provider that the client calls, in the words of the
// conventions ("groq", "x_ai"). By default it is told from the host, and an
// unknown host from the format of its path.
func WithProvider(name string) HTTPOption {
	return httpOptionFunc(func(w *httpWay) { w.provider = name })
}

// WithStreamUsage asks for usage on streams of OpenAI's chat completions API,
// which reports none otherwise, where the caller has not asked for it
// (stream_options.include_usage). The extra event that answers it is hidden from
// the caller. Services that speak the protocol but do not know the option may
// refuse such requests.
func WithStreamUsage() HTTPOption {
	return httpOptionFunc(func(w *httpWay) { w.streamUsage = true })
}

// Middleware returns a function that fits option.WithMiddleware of OpenAI's
// and Anthropic's Go SDKs, without importing either:
//
//	openai.NewClient(option.WithMiddleware(llmotel.Middleware()))
//
// Each LLM call that passes becomes a span, metrics and a Record. Bodies are
// read as they pass; not a byte of them is changed, kept or delayed, but for
// what WithStreamUsage and WithRetries say of themselves. Other requests pass
// untouched. The function is safe for concurrent use.
//
// An SDK calls its middleware once for each attempt, and the middleware cannot
// see whether another will follow. With WithRetries it retries itself and the
// span covers the whole call, as the conventions want. Without, each attempt is
// a span, those after the first are marked with http.request.resend_count
// where the SDK tells, and only an attempt that succeeds has usage.
//
// It uses OpenTelemetry's global providers; see Instrumentation.Middleware.
func Middleware(opts ...HTTPOption) func(*http.Request, func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	return newHTTPWay(nil, opts).do
}

// Middleware is the package's function of that name, on i.
func (i *Instrumentation) Middleware(opts ...HTTPOption) func(*http.Request, func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	return newHTTPWay(i, opts).do
}

// httpWay is what Middleware and Transport have in common.
type httpWay struct {
	inst        *Instrumentation // nil: the default one
	retries     int
	provider    string
	streamUsage bool
	transport   bool // an http.Client may be above
}

func newHTTPWay(i *Instrumentation, opts []HTTPOption) *httpWay {
	w := &httpWay{inst: i}
	for _, o := range opts {
		if o != nil {
			o.applyHTTP(w)
		}
	}
	return w
}

func (w *httpWay) instrumentation() *Instrumentation {
	if w.inst != nil {
		return w.inst
	}
	return defaultInstrumentation()
}
