package providers

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// ParseRetryAfter reads how long a provider asks to wait: Retry-After-Ms
// (milliseconds, OpenAI), else Retry-After in seconds or as an HTTP date
// relative to now. It returns 0 for absent, malformed, negative and past
// values, and never more than 24 hours.
func ParseRetryAfter(h http.Header, now time.Time) time.Duration {
	if ms, err := strconv.ParseFloat(strings.TrimSpace(h.Get("Retry-After-Ms")), 64); err == nil {
		if d := clampWait(ms / 1000); d > 0 {
			return d
		}
	}
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0
	}
	if s, err := strconv.ParseFloat(v, 64); err == nil {
		return clampWait(s)
	}
	if t, err := http.ParseTime(v); err == nil {
		return clampWait(t.Sub(now).Seconds())
	}
	return 0
}

func clampWait(seconds float64) time.Duration {
	const day = 24 * time.Hour
	switch {
	case math.IsNaN(seconds) || math.IsInf(seconds, 0) || seconds <= 0:
		return 0
	case seconds >= day.Seconds():
		return day
	}
	return time.Duration(seconds * float64(time.Second))
}
