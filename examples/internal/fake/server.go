package fake

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"time"
)

// The pace of the fakes.
const (
	thinking = 80 * time.Millisecond // before an answer begins
	typing   = 15 * time.Millisecond // between the words of a stream
)

// answer is what the fakes say, whatever the question.
const answer = "Sunlight is a mix of colours. Air scatters the short, blue waves of it far more than the long, red ones, " +
	"so blue light reaches us from everywhere in the sky."

// Serve serves an API until it is closed.
func Serve(api http.HandlerFunc) *httptest.Server { return httptest.NewServer(api) }

// Busy returns api with its first n requests refused: status 429 and a header
// that says when to come again.
func Busy(n int64, api http.HandlerFunc) http.HandlerFunc {
	var seen atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		if seen.Add(1) > n {
			api(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Retry-After-Ms", "50")
		w.WriteHeader(http.StatusTooManyRequests)
		reply(w, map[string]any{"type": "error", "error": map[string]any{
			"type": "rate_limit_error", "code": "rate_limit_exceeded", "message": "Too many requests.",
		}})
	}
}

// read reads a JSON request for a path that ends as said. It answers those that
// it refuses.
func read(w http.ResponseWriter, r *http.Request, path string, into any) bool {
	if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, path) {
		http.NotFound(w, r)
		return false
	}
	if err := json.NewDecoder(r.Body).Decode(into); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return false
	}
	return pause(r, thinking)
}

// reply writes v. An error means that the client has left.
func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// pause waits. It reports false if the client has left.
func pause(r *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// tokens is about how many a text has.
func tokens(text string) int { return (len(text) + 3) / 4 }
