package cassette

import (
	"bytes"
	"errors"
	"iter"
	"net/http"
	"testing"

	"github.com/llmotel/sdk/providers"
)

// counts is what stands before the counts in the streams of all vendors.
var counts = []string{`"usage"`, `"usageMetadata"`, `"x_groq"`}

// CheckCut ends recorded streams at many places by a connection that breaks and
// checks the ledger of what came: missing before the first counts, then partial,
// whole once the last ones have passed, and never more than the whole. stream
// asks a service that answers with the handler.
func CheckCut(t *testing.T, tapes []Interaction, stream func(*testing.T, http.HandlerFunc) iter.Seq2[*providers.Chunk, error]) {
	t.Helper()
	seen := map[providers.Completeness]int{}
	for i := range tapes {
		tape := &tapes[i]
		if !tape.Streamed && !bytes.HasPrefix([]byte(tape.Header.Get("Content-Type")), []byte("application/vnd.amazon.eventstream")) {
			continue
		}
		t.Run(tape.Name, func(t *testing.T) {
			whole, err := providers.Collect(stream(t, tape.ServeHTTP))
			if err != nil {
				t.Skip("the recording is one of an error")
			}
			first, last := tape.counted()
			for _, n := range places(len(tape.Body), first, last) {
				u := ledger(providers.Collect(stream(t, tape.cut(n))))
				seen[u.Completeness]++
				if err := u.Validate(); err != nil {
					t.Errorf("cut after %d bytes: %v", n, err)
				}
				switch {
				case u.Completeness == providers.UsageMissing:
					if u.Total() != 0 || u.Reported != 0 {
						t.Errorf("cut after %d bytes: missing, but %+v", n, u)
					}
				case n <= first:
					t.Errorf("cut after %d bytes, before any counts at %d: %+v", n, first, u)
				case u.Completeness == providers.UsageReported && (n <= last || u != whole.Usage), u.Completeness == providers.UsageEstimated:
					t.Errorf("cut after %d bytes, the last counts at %d: %+v, in the end %+v", n, last, u, whole.Usage)
				case u.Input > whole.Usage.Input || u.Output > whole.Usage.Output:
					t.Errorf("cut after %d bytes: %+v, in the end %+v", n, u, whole.Usage)
				}
			}
		})
	}
	if seen[providers.UsageMissing] == 0 {
		t.Errorf("no stream was cut before its counts: %v", seen)
	}
	t.Logf("ledgers of cut streams: %v", seen)
}

// ledger is what is known of a call that may have failed.
func ledger(r *providers.Response, err error) providers.Usage {
	if err == nil {
		return r.Usage
	}
	if e, ok := errors.AsType[*providers.InterruptedError](err); ok && e.Partial != nil {
		return e.Partial.Usage
	}
	if e, ok := errors.AsType[*providers.Error](err); ok {
		return e.Usage
	}
	return providers.Usage{}
}

// cut answers with the first n bytes and breaks the connection.
func (i *Interaction) cut(n int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for name, values := range i.Header {
			w.Header()[http.CanonicalHeaderKey(name)] = values
		}
		w.WriteHeader(i.Status)
		_, _ = w.Write(i.Body[:n]) // the client may have gone
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

func (i *Interaction) counted() (first, last int) {
	first, last = len(i.Body), -1
	for _, mark := range counts {
		if at := bytes.Index(i.Body, []byte(mark)); at >= 0 {
			first, last = min(first, at), max(last, bytes.LastIndex(i.Body, []byte(mark)))
		}
	}
	return first, last
}

func places(size, first, last int) []int {
	var all []int
	for i := range 8 {
		all = append(all, size*i/8)
	}
	for _, at := range []int{first, first + 20, last, last + 20, size - 1} {
		if at > 0 && at < size {
			all = append(all, at)
		}
	}
	return all
}
