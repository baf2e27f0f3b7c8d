package debugui

import (
	"errors"
	"io"
	"net/http"
	"time"
)

const (
	// A viewer is told once a second of what is new, and every five seconds
	// anyhow, since windows of time move.
	tickInterval = time.Second
	idleTicks    = 5
	// A stream ends after a while, and the browser opens a new one: a proxy may
	// have lost the viewer without telling.
	streamLimit  = 10 * time.Minute
	writeTimeout = 10 * time.Second
)

// events tells a viewer that there is something new; what it is, the page itself
// says. It looks once a second, so that calls have nobody to notify.
func (h *Handler) events(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead {
		w.Header().Set("Content-Type", "text/event-stream")
		return
	}
	defer h.viewers.Add(-1)
	if int(h.viewers.Add(1)) > h.cfg.viewers {
		w.Header().Set("Retry-After", "10")
		http.Error(w, "There are too many viewers; the pages work, but are not live.", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would hold events back
	out := http.NewResponseController(w)
	send := func(text string) bool {
		// The server's own deadline is for pages. Not every writer can set one.
		if err := out.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return false
		}
		_, err := io.WriteString(w, text)
		return err == nil && out.Flush() == nil
	}
	if !send("retry: 3000\nevent: tick\ndata:\n\n") {
		return
	}
	ticker := time.NewTicker(tickInterval)
	defer ticker.Stop()
	end := time.NewTimer(streamLimit)
	defer end.Stop()
	seen, quiet := h.calls.count(), 0
	for {
		select {
		case <-r.Context().Done():
			return
		case <-h.closing:
			return
		case <-end.C:
			return
		case <-ticker.C:
		}
		now := h.calls.count()
		// One more tick follows the last news, since figures are kept for a
		// moment.
		quiet++
		switch {
		case now != seen:
			quiet = 0
		case quiet == 1:
		case quiet >= idleTicks:
			quiet = 1
		default:
			continue
		}
		seen = now
		if !send("event: tick\ndata:\n\n") {
			return
		}
	}
}
